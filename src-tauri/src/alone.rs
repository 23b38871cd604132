//! One desk for each settings folder: a second start shows the first one's window and ends. Refuses to know what
//! the window is.

use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

/// Locked as long as the desk runs; the system frees it whatever happens.
const LOCK: &str = "desk.lock";
/// Where the running desk can be called, and the word that it listens to.
const CALL: &str = "desk.call";
/// How long a caller may take over its word.
const PATIENCE: Duration = Duration::from_secs(1);
/// The longest word: a UUID.
const MAX_WORD: usize = 36;

/// This desk is the only one as long as this lives.
pub struct Alone {
    lock: File,
    listener: TcpListener,
    word: String,
}

/// Takes the folder. None: another desk has it, and was asked to show itself.
///
/// # Errors
/// When the folder cannot be written.
pub fn claim(folder: &Path) -> io::Result<Option<Alone>> {
    std::fs::create_dir_all(folder)?;
    let lock = File::options().create(true).truncate(false).write(true).open(folder.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            if let Err(fault) = call(folder) {
                tracing::warn!(%fault, "the running desk does not answer");
            }
            return Ok(None);
        }
        Err(TryLockError::Error(fault)) => return Err(fault),
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let word = uuid::Uuid::new_v4().to_string();
    std::fs::write(folder.join(CALL), format!("{} {word}", listener.local_addr()?.port()))?;
    Ok(Some(Alone { lock, listener, word }))
}

fn call(folder: &Path) -> io::Result<()> {
    let known = std::fs::read_to_string(folder.join(CALL))?;
    let (port, word) = known.split_once(' ').ok_or(io::ErrorKind::InvalidData)?;
    let port: u16 = port.parse().map_err(|_| io::ErrorKind::InvalidData)?;
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))?.write_all(word.as_bytes())
}

impl Alone {
    /// Calls `show` whenever a second desk was started, for ever, on a thread of its own.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn listen(self, show: impl Fn() + Send + 'static) -> io::Result<()> {
        std::thread::Builder::new().name("kenmu-alone".into()).spawn(move || {
            // All of it is moved in here, so that the lock is held as long as somebody listens.
            let Alone { lock: _held, listener, word: ours } = self;
            for caller in listener.incoming() {
                match caller.and_then(heard) {
                    Ok(word) if word == ours => show(),
                    Ok(_) => {}
                    // The system is out of something, or a stranger said nothing.
                    Err(_) => std::thread::sleep(PATIENCE / 10),
                }
            }
        })?;
        Ok(())
    }
}

fn heard(caller: TcpStream) -> io::Result<String> {
    caller.set_read_timeout(Some(PATIENCE))?;
    let mut word = String::new();
    caller.take(MAX_WORD as u64).read_to_string(&mut word)?;
    Ok(word)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_second_desk_shows_the_first_and_a_folder_of_its_own_is_another_desk() {
        let folder = std::env::temp_dir().join(format!("kenmu-alone-{}", std::process::id()));
        let (one, other) = (folder.join("one"), folder.join("other"));
        let first = claim(&one).unwrap().unwrap();
        let port = first.listener.local_addr().unwrap().port();
        let (shown, seen) = mpsc::channel();
        first.listen(move || shown.send(()).unwrap()).unwrap();
        assert!(claim(&other).unwrap().is_some());
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap().write_all(b"a stranger's word").unwrap();
        assert!(seen.recv_timeout(PATIENCE).is_err(), "a stranger shows nothing");
        assert!(claim(&one).unwrap().is_none());
        seen.recv_timeout(PATIENCE * 5).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
