//! A switch for demonstrations only: `KENMU_SIGN_IN_NAME` and `KENMU_SIGN_IN_PASSWORD_FILE` sign in once by
//! themselves, so that a script can show a desk on duty. A person's password does not belong in a file.

use std::path::PathBuf;
use std::time::Duration;

use client::DeskHandle;
use client::view::{Intent, Screen};
use desk::code::Code;

use crate::shell::Latest;

/// How long to wait before asking a server again that did not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Who signs in.
pub struct Demo {
    name: String,
    password: PathBuf,
}

impl Demo {
    /// What the environment asks for; none in ordinary use.
    pub fn from_env() -> Option<Demo> {
        let name = std::env::var("KENMU_SIGN_IN_NAME").ok().filter(|name| !name.is_empty())?;
        let password = PathBuf::from(std::env::var_os("KENMU_SIGN_IN_PASSWORD_FILE")?);
        Some(Demo { name, password })
    }

    /// Signs in once, and again only while the server does not answer.
    pub async fn run(self, desk: DeskHandle, mut latest: Latest) {
        let Ok(password) = tokio::fs::read_to_string(&self.password).await else {
            tracing::warn!("KENMU_SIGN_IN_PASSWORD_FILE cannot be read");
            return;
        };
        let mut asked = false;
        while latest.changed().await.is_ok() {
            let screen = latest.borrow_and_update().as_ref().map(|view| view.screen.clone());
            match screen {
                None | Some(Screen::SignIn { busy: true, .. }) => continue,
                Some(Screen::Desk(_)) => return,
                Some(Screen::SignIn { busy: false, error: Some(Code::Unreachable), .. }) => {
                    tokio::time::sleep(PAUSE).await;
                }
                Some(Screen::SignIn { busy: false, .. }) if asked => return,
                Some(Screen::SignIn { busy: false, .. }) => {}
            }
            let (name, password) = (self.name.clone(), password.trim().to_owned());
            asked = desk.intent(Intent::SignIn { name, password });
        }
    }
}
