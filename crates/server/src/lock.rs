//! Who uses a database's file: servers hold a lock together, and a restore wants it alone. The lock lies in a file of
//! its own beside the database and goes with the process, however that ends.

use std::fs::{File, TryLockError};
use std::path::Path;

/// A hold on a database.
#[derive(Debug)]
pub struct Hold(#[allow(dead_code, reason = "the lock is held as long as the file is open")] File);

/// Holds a database for a server. Two at once are the ledger's business.
///
/// # Errors
/// The lock's file cannot be made.
pub fn share(database: &Path) -> std::io::Result<Hold> {
    let file = open(database)?;
    match file.try_lock_shared() {
        Ok(()) => Ok(Hold(file)),
        Err(TryLockError::WouldBlock) => {
            Err(std::io::Error::other("the database is being restored; start again when that is done"))
        }
        Err(TryLockError::Error(fault)) => Err(fault),
    }
}

/// Holds a database alone; none: somebody uses it.
///
/// # Errors
/// The lock's file cannot be made.
pub fn alone(database: &Path) -> std::io::Result<Option<Hold>> {
    let file = open(database)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Hold(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(fault)) => Err(fault),
    }
}

fn open(database: &Path) -> std::io::Result<File> {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    File::options().create(true).append(true).open(name)
}
