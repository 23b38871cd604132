//! The refresh token in the system's keyring: it is good once, and for the rest of the shift. Without a
//! keyring the session lives in the desk's memory only: a token never goes into a file.

use client::NoKeyring;
use keyring::v1::{Entry, Error};

/// Under what our entries stand.
const SERVICE: &str = "kenmu";

/// One session's place in the keyring.
pub struct Secret {
    session: String,
}

impl Secret {
    /// The place of `session`.
    pub fn new(session: String) -> Secret {
        Secret { session }
    }

    /// The token that was stored last. May wait for the system.
    pub fn read(&self) -> Option<String> {
        match self.entry()?.get_password() {
            Ok(token) => Some(token),
            Err(Error::NoEntry) => None,
            Err(fault) => {
                tracing::warn!(%fault, "the keyring cannot be read");
                None
            }
        }
    }

    /// Keeps the token. May wait for the system.
    pub fn store(&self, token: &str) -> Result<(), NoKeyring> {
        let entry = self.entry().ok_or(NoKeyring)?;
        entry.set_password(token).map_err(|fault| {
            tracing::warn!(%fault, "the keyring takes no token");
            NoKeyring
        })
    }

    /// Forgets the token. May wait for the system.
    pub fn clear(&self) {
        match self.entry().map(|entry| entry.delete_credential()) {
            None | Some(Ok(()) | Err(Error::NoEntry)) => {}
            Some(Err(fault)) => tracing::warn!(%fault, "the keyring keeps the token"),
        }
    }

    fn entry(&self) -> Option<Entry> {
        if !crate::toast::has_session_bus() {
            tracing::info!("no session bus, so no keyring");
            return None;
        }
        Entry::new(SERVICE, &self.session)
            .inspect_err(|fault| tracing::warn!(%fault, "the system offers no keyring"))
            .ok()
    }
}
