//! The window as the desk's shell: draws by an event, notifies by the system, keeps the token in its keyring.

use client::view::{PictureDoor, View};
use client::{NoKeyring, Notice, Shell};
use tauri::{AppHandle, Emitter as _, Manager as _, UserAttentionType};
use tokio::sync::watch;

use crate::picture::Tickets;
use crate::secret::Secret;
use crate::toast::Toasts;
use crate::window::LABEL;

/// The event that carries a view to the page.
const VIEW: &str = "view";

/// The view that was drawn last; none before the first.
pub type Latest = watch::Receiver<Option<View>>;

/// The window.
pub struct WindowShell {
    app: AppHandle,
    latest: watch::Sender<Option<View>>,
    tickets: Tickets,
    toasts: Toasts,
    secret: Secret,
}

impl WindowShell {
    /// A shell around the window of `app`, and the view that it drew last.
    pub fn new(app: AppHandle, tickets: Tickets, secret: Secret) -> (WindowShell, Latest) {
        let (latest, seen) = watch::channel(None);
        (WindowShell { app, latest, tickets, toasts: Toasts::start(), secret }, seen)
    }
}

impl WindowShell {
    fn notes_of(&self, account: &str) -> Secret {
        self.secret.beside(&format!("notes {account}"))
    }
}

impl Shell for WindowShell {
    fn render(&self, view: &View) {
        self.latest.send_replace(Some(view.clone()));
        if let Err(fault) = self.app.emit_to(LABEL, VIEW, view) {
            tracing::warn!(%fault, "the page did not get its view");
        }
    }

    fn notify(&self, notice: Notice) {
        if let (Notice::Offer { .. }, Some(window)) = (&notice, self.app.get_webview_window(LABEL)) {
            // Marks the window in the task bar and leaves the focus where it is; not every desktop can.
            let _ = window.request_user_attention(Some(UserAttentionType::Critical));
        }
        self.toasts.tell(notice);
    }

    fn token(&self) -> Option<String> {
        self.secret.read()
    }

    fn store_token(&self, token: &str) -> Result<(), NoKeyring> {
        self.secret.store(token)
    }

    fn clear_token(&self) {
        self.secret.clear();
    }

    fn vault_key(&self, account: &str) -> Option<String> {
        self.notes_of(account).read()
    }

    fn store_vault_key(&self, account: &str, key: &str) -> Result<(), NoKeyring> {
        self.notes_of(account).store(key)
    }

    fn picture_door(&self) -> Option<PictureDoor> {
        Some(self.tickets.issue())
    }
}
