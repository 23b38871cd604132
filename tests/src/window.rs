//! The operator's real window, driven over WebKitWebDriver.

use std::time::Duration;

use anyhow::Result;
use client::view::{DeskView, Screen, View};
use desk::contact::Channel;
use serde_json::json;

use crate::browser::Page;
use crate::centre::{Centre, PASSWORD};
use crate::child::{Child, Start, Variables};
use crate::place;
use crate::wait::until;

/// F2 in WebDriver's code.
pub const F2: char = '\u{e032}';

/// How the contact came whose note is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// By telephone.
    ByTelephone,
    /// To a booth, which asks for three checks at the end.
    ToABooth,
}

impl From<Channel> for Came {
    fn from(channel: Channel) -> Came {
        match channel {
            Channel::Booth => Came::ToABooth,
            Channel::Phone => Came::ByTelephone,
        }
    }
}

/// A desktop under our hand.
pub struct Window {
    /// Its page.
    pub page: Page,
    driver: Child,
}

impl Window {
    /// Starts the desktop and waits for its sign-in screen.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn open(centre: &Centre, name: &str, variables: &Variables) -> Result<Window> {
        let port = place::free_tcp_port()?;
        let config = centre.folder.join(format!("config-{name}"));
        std::fs::create_dir_all(&config)?;
        let driver = Start::new(&format!("window-{name}"), "WebKitWebDriver", &centre.folder)
            .args([&format!("--port={port}")])
            .envs(&centre.desk_variables())
            .envs(variables)
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .env("TAURI_AUTOMATION", "true")
            .env("KENMU_CONFIG_DIR", &config)
            .env("KENMU_EXPORTS", config.join("exports"))
            .env("RUST_LOG", crate::child::log_level())
            .start()?;
        let program = place::program("kenmu")?;
        let page = Page::open(port, json!({ "webkitgtk:browserOptions": { "binary": program } })).await?;
        Ok(Window { page, driver })
    }

    /// Signs in as a person would and waits for the workspace.
    ///
    /// # Errors
    /// When the workspace does not come.
    pub async fn sign_in(&self, account: &str) -> Result<()> {
        self.page.fill("sign-in-name", account).await?;
        self.page.fill("sign-in-password", PASSWORD).await?;
        self.page.press("sign-in").await?;
        self.page.see("tag").await
    }

    /// What Rust tells the page to draw.
    ///
    /// # Errors
    /// When the page is not there.
    pub async fn view(&self) -> Result<View> {
        let script = "window.__TAURI_INTERNALS__.invoke('view').then(done);";
        self.page.run_async(script, vec![]).await
    }

    /// The workspace of [`Window::view`].
    ///
    /// # Errors
    /// When somebody is not signed in.
    pub async fn desk(&self) -> Result<DeskView> {
        match self.view().await?.screen {
            Screen::Desk(desk) => Ok(*desk),
            Screen::SignIn { .. } => anyhow::bail!("the window shows its sign-in"),
        }
    }

    /// Presses F2.
    ///
    /// # Errors
    /// When the driver refuses.
    pub async fn answer(&self) -> Result<()> {
        self.page.see_within("offer-card", Duration::from_secs(30)).await?;
        self.page.key(F2).await
    }

    /// Presses 記録を書く until a note without a contact is open: the vault may still be on its way.
    ///
    /// # Errors
    /// When none opens.
    pub async fn new_note(&self) -> Result<()> {
        until("a note is open", Duration::from_secs(30), || async {
            if self.page.has("note-pane").await {
                return Some(());
            }
            self.page.press("new-note").await.ok()?;
            tokio::time::sleep(Duration::from_millis(200)).await;
            None
        })
        .await
    }

    /// Fills in what every note needs but its result.
    ///
    /// # Errors
    /// When a field is not there.
    pub async fn fill_note(&self, from: Came) -> Result<()> {
        self.page.see("note-pane").await?;
        self.page.choose("category-group", "1").await?;
        self.page.choose("category", "101").await?;
        self.page.choose("party", "self").await?;
        self.page.fill("note-text", "申請の方法を案内しました。").await?;
        match from {
            Came::ByTelephone => Ok(()),
            Came::ToABooth => {
                for check in ["logged_out", "history_cleared", "card_returned"] {
                    self.page.press(&format!("check-{check}")).await?;
                }
                Ok(())
            }
        }
    }

    /// Writes the shortest note in the wrap-up, 案内完了, and finishes it.
    ///
    /// # Errors
    /// When it is not taken.
    pub async fn finish_note(&self, from: Came) -> Result<()> {
        self.page.choose("disposition", "guided").await?;
        self.fill_note(from).await?;
        self.page.press("finish").await?;
        self.page.miss("disposition").await
    }

    /// The process id of the driver; the desktop and its web processes are below it.
    pub fn driver_id(&self) -> i32 {
        self.driver.id()
    }

    /// Ends the desktop.
    pub async fn close(self) {
        self.page.close().await;
        self.driver.stop().await;
    }
}
