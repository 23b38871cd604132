//! Says everything in a DTLS handshake several times.
//!
//! The stack resends a lost flight after a full second, and never while the far side's resent
//! flights keep coming in (each one winds its timer up again), so that one lost datagram in twenty
//! made one connection in five slow or impossible. Copies of the same records do no harm: whoever
//! has the record drops the copy by its number (RFC 6347, 4.1.2.6).

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::lock;
use crate::port::Shared;

/// Content types of the records that make up a handshake (RFC 6347, 4.1; RFC 5246, 6.2.1).
const CHANGE_CIPHER_SPEC: u8 = 20;
const HANDSHAKE: u8 = 22;
/// Pauses before the copies. On a good path all of them come too late to matter.
const PAUSES_MS: [u64; 4] = [50, 100, 200, 400];
/// Datagrams that are repeated per leg: some three whole handshakes, resent flights included.
const MOST: usize = 48;

/// Media of the far side: it has everything that it needs (RFC 7983).
const MEDIA: std::ops::RangeInclusive<u8> = 128..=191;

/// One leg's repetitions. They end with it: the next leg between the same addresses must not hear
/// this one's handshake.
#[derive(Default)]
pub(crate) struct Repeater {
    copies: Mutex<JoinSet<()>>,
    done: AtomicBool,
}

impl Repeater {
    /// Takes note of a datagram that was just sent.
    pub(crate) fn sent(&self, shared: &Arc<Shared>, destination: SocketAddr, datagram: &[u8]) {
        let Some(&(CHANGE_CIPHER_SPEC | HANDSHAKE)) = datagram.first() else {
            return;
        };
        let mut copies = lock(&self.copies);
        if self.done.load(Ordering::Relaxed) || copies.len() >= MOST {
            return;
        }
        let (shared, datagram) = (Arc::clone(shared), datagram.to_vec());
        copies.spawn(async move {
            for pause in PAUSES_MS {
                tokio::time::sleep(Duration::from_millis(pause)).await;
                // A copy that cannot be sent now is one copy less.
                let _ = shared.try_send(destination, &datagram);
            }
        });
    }

    /// Takes note of a datagram of the far side.
    pub(crate) fn heard(&self, datagram: &[u8]) {
        if self.done.load(Ordering::Relaxed) {
            return;
        }
        if datagram.first().is_some_and(|first| MEDIA.contains(first)) {
            self.done.store(true, Ordering::Relaxed);
            lock(&self.copies).abort_all();
        }
    }
}
