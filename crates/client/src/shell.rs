//! What the desk needs from whatever surrounds it: a window, a terminal or a test.
//!
//! Refuses to know how any of it is drawn or where a token is kept.

use desk::contact::Channel;
use desk::ids::OfferId;

use crate::view::{PictureDoor, View};

/// The surroundings of a desk. Each method is called from the desk's own threads, must be cheap and
/// must not call back into the desk; only the three about the token may take a while (a keyring asks
/// the system): they are called from a thread that may wait.
pub trait Shell: Send + Sync + 'static {
    /// Draws the whole view. Called in order, and only when something has changed.
    fn render(&self, view: &View);

    /// Shows or takes back a notification of the system. Never the only way to answer.
    fn notify(&self, notice: Notice);

    /// The token that was stored last.
    fn token(&self) -> Option<String>;

    /// Keeps the token for the next start.
    ///
    /// # Errors
    /// [`NoKeyring`] when the system offers no place for secrets: the desk then shows that the next
    /// start needs a sign-in.
    fn store_token(&self, token: &str) -> Result<(), NoKeyring>;

    /// Forgets the token.
    fn clear_token(&self);

    /// What the system's keyring keeps for this account's vault. May take a while, as the three about the token.
    fn vault_key(&self, account: &str) -> Option<String> {
        let _ = account;
        None
    }

    /// Keeps it there.
    ///
    /// # Errors
    /// [`NoKeyring`] when the system offers no place for secrets: only the password opens the vault then.
    fn store_vault_key(&self, account: &str, key: &str) -> Result<(), NoKeyring> {
        let _ = (account, key);
        Err(NoKeyring)
    }

    /// A new one-time token for the window's picture socket. None: this shell shows no picture.
    fn picture_door(&self) -> Option<PictureDoor> {
        None
    }
}

/// Something that the system's notifications should tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A visitor rings.
    Offer {
        /// Which offer.
        offer: OfferId,
        /// How it came.
        channel: Channel,
        /// The booth's name.
        booth: Option<String>,
    },
    /// That ring is over, however it ended: take the notification away.
    OfferGone {
        /// Which offer.
        offer: OfferId,
    },
}

/// The system offers no place for secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the system offers no place for secrets")]
pub struct NoKeyring;
