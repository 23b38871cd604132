//! What the system's keyring keeps: the refresh token, good once and for the rest of the shift, and for each account
//! the key that locks its notes away. Without a keyring the session lives in the desk's memory and the password alone
//! opens the notes: neither goes into a file.

use client::NoKeyring;
use keyring::v1::{Entry, Error};

/// Under what our entries stand.
const SERVICE: &str = "kenmu";

/// One secret's place in the keyring.
pub struct Secret {
    place: String,
}

impl Secret {
    /// The secret of this name.
    pub fn new(place: String) -> Secret {
        Secret { place }
    }

    /// Another secret beside this one.
    pub fn beside(&self, name: &str) -> Secret {
        Secret { place: format!("{} {name}", self.place) }
    }

    /// What was stored last. May wait for the system.
    pub fn read(&self) -> Option<String> {
        match self.entry()?.get_password() {
            Ok(secret) => Some(secret),
            Err(Error::NoEntry) => None,
            Err(fault) => {
                tracing::warn!(%fault, "the keyring cannot be read");
                None
            }
        }
    }

    /// Keeps it. May wait for the system.
    pub fn store(&self, secret: &str) -> Result<(), NoKeyring> {
        let entry = self.entry().ok_or(NoKeyring)?;
        entry.set_password(secret).map_err(|fault| {
            tracing::warn!(%fault, "the keyring takes nothing");
            NoKeyring
        })
    }

    /// Forgets it. May wait for the system.
    pub fn clear(&self) {
        match self.entry().map(|entry| entry.delete_credential()) {
            None | Some(Ok(()) | Err(Error::NoEntry)) => {}
            Some(Err(fault)) => tracing::warn!(%fault, "the keyring does not forget"),
        }
    }

    fn entry(&self) -> Option<Entry> {
        if !crate::toast::has_session_bus() {
            tracing::info!("no session bus, so no keyring");
            return None;
        }
        Entry::new(SERVICE, &self.place)
            .inspect_err(|fault| tracing::warn!(%fault, "the system offers no keyring"))
            .ok()
    }
}
