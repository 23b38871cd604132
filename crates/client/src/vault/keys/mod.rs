//! The key of a vault, and how it is locked away: by the password (Argon2id) and by the system's keyring. Refuses to
//! know where the keyring is and what the vault holds.

mod file;
mod seal;

#[cfg(test)]
mod tests;

use zeroize::Zeroizing;

use super::fault::VaultError;

pub use file::{KeyFile, SignIn};

/// Bytes of a key of AES-256.
const LENGTH: usize = 32;

/// The key of a vault's file. Its bytes are overwritten when it is dropped; it does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey(Zeroizing<[u8; LENGTH]>);

/// What the system's keyring keeps for a vault: another key, which locks the data key away. Overwritten and not printed
/// like it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyringKey(Zeroizing<[u8; LENGTH]>);

/// Why a key was not handed out.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The password or the keyring's key does not fit, or the file's marks were changed by hand.
    #[error("the key does not fit")]
    WrongKey,
    /// Too long without the server.
    #[error("too long without the server")]
    Expired,
    /// A newer program made the file.
    #[error("the file was made by a newer program")]
    Newer,
    /// No room for the file.
    #[error("the disk is full")]
    DiskFull,
    /// Anything else; never holds a secret.
    #[error("the key file failed: {0}")]
    Broken(String),
}

impl DataKey {
    /// A new key.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn random() -> Result<DataKey, KeyError> {
        seal::random().map(DataKey)
    }

    /// SQLCipher's form of a raw key: `"x'…'"`. The database keeps this text while it is open.
    pub fn pragma(&self) -> String {
        format!("\"x'{}'\"", hex(&self.0[..]))
    }
}

impl KeyringKey {
    /// A new key.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn random() -> Result<KeyringKey, KeyError> {
        seal::random().map(KeyringKey)
    }

    /// As the keyring keeps it: 64 hexadecimal digits.
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(hex(&self.0[..]))
    }

    /// From the keyring's text; none when it is no such key.
    pub fn from_text(text: &str) -> Option<KeyringKey> {
        let mut key = Zeroizing::new([0; LENGTH]);
        if text.len() != LENGTH * 2 || !text.is_ascii() {
            return None;
        }
        for (byte, nth) in key.iter_mut().zip(0..) {
            *byte = u8::from_str_radix(&text[nth * 2..nth * 2 + 2], 16).ok()?;
        }
        Some(KeyringKey(key))
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(…)")
    }
}

impl std::fmt::Debug for KeyringKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyringKey(…)")
    }
}

impl From<std::io::Error> for KeyError {
    fn from(fault: std::io::Error) -> KeyError {
        match fault.kind() {
            std::io::ErrorKind::StorageFull => KeyError::DiskFull,
            other => KeyError::Broken(other.to_string()),
        }
    }
}

impl From<KeyError> for VaultError {
    fn from(fault: KeyError) -> VaultError {
        match fault {
            KeyError::WrongKey | KeyError::Expired => VaultError::WrongKey,
            KeyError::Newer => VaultError::Newer,
            KeyError::DiskFull => VaultError::DiskFull,
            KeyError::Broken(words) => VaultError::Broken(words),
        }
    }
}
