//! What can go wrong with a vault, as the desk can act on it. Never holds a text of a note.

use sqlx::migrate::MigrateError;

/// SQLite's primary result code of a full disk.
const FULL: i64 = 13;
/// The shared memory file cannot grow: what a full disk is called there (SQLITE_IOERR_SHMSIZE).
const SHM_SIZE: i64 = 4_874;
/// The first page makes no sense, which is how a wrong key shows.
const NOT_A_DATABASE: i64 = 26;
/// SQLite puts its primary code into the low byte of an extended one.
const PRIMARY: i64 = 0xff;

/// Why the vault did not do it. Nothing of the failed write is in the file.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// No room. The same write goes through as soon as there is some.
    #[error("the disk is full")]
    DiskFull,
    /// A newer program made the file.
    #[error("the file was made by a newer program")]
    Newer,
    /// The file does not open with this key.
    #[error("the key does not fit")]
    WrongKey,
    /// Anything else. Names statements and files, never contents.
    #[error("the vault failed: {0}")]
    Broken(String),
}

impl From<sqlx::Error> for VaultError {
    fn from(fault: sqlx::Error) -> VaultError {
        let code =
            fault.as_database_error().and_then(|inner| inner.code()).and_then(|code| code.parse().ok());
        match code {
            Some(code) if code & PRIMARY == FULL || code == SHM_SIZE => VaultError::DiskFull,
            Some(NOT_A_DATABASE) => VaultError::WrongKey,
            Some(_) | None => VaultError::Broken(fault.to_string()),
        }
    }
}

impl From<MigrateError> for VaultError {
    fn from(fault: MigrateError) -> VaultError {
        match fault {
            MigrateError::Execute(inner) | MigrateError::ExecuteMigration(inner, _) => inner.into(),
            MigrateError::VersionMissing(_) | MigrateError::VersionTooNew(..) => VaultError::Newer,
            other => VaultError::Broken(other.to_string()),
        }
    }
}

impl From<std::io::Error> for VaultError {
    fn from(fault: std::io::Error) -> VaultError {
        match fault.kind() {
            std::io::ErrorKind::StorageFull => VaultError::DiskFull,
            other => VaultError::Broken(other.to_string()),
        }
    }
}
