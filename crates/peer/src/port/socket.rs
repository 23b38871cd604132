//! The socket that a leg's WebRTC stack believes to own: its inbox is filled by the port's reader,
//! its sends leave through the port.
//!
//! It refuses to know what is in a datagram, but for one thing: DTLS alerts in the clear, which are
//! worth nothing, end here, and sealed ones are pointed out.

use std::collections::VecDeque;
use std::fmt;
use std::future::Future;
use std::io::{self, IoSliceMut};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Transmit};

use crate::lock;
use crate::port::Shared;
use crate::port::alert::{self, Alert};
use crate::port::repeat::Repeater;
use crate::port::way::Way;

/// Datagrams that wait for one leg. At 2 Mbit/s this is over a second: a leg that is further behind
/// has other troubles.
const INBOX_SIZE: usize = 512;

#[derive(Default)]
struct Waiting {
    datagrams: VecDeque<(SocketAddr, Vec<u8>)>,
    reader: Option<Waker>,
}

/// What arrived for one leg over one address family.
#[derive(Default)]
struct Inbox(Mutex<Waiting>);

/// What arrived for one leg.
#[derive(Default)]
pub(crate) struct Mailbox {
    v4: Inbox,
    v6: Inbox,
    /// The stack was handed a sealed alert.
    alert: Notify,
    way: Mutex<Way>,
}

impl Mailbox {
    /// Puts a datagram in; false when the leg is too far behind and it was dropped.
    pub(crate) fn put(&self, now: Instant, source: SocketAddr, datagram: &[u8]) -> bool {
        lock(&self.way).came(now, datagram);
        let mut waiting = lock(&self.family(source).0);
        if waiting.datagrams.len() == INBOX_SIZE {
            return false;
        }
        waiting.datagrams.push_back((source, datagram.to_vec()));
        let reader = waiting.reader.take();
        drop(waiting);
        if let Some(reader) = reader {
            reader.wake();
        }
        true
    }

    /// How a connectivity check's way there and back was, the last time; none before the first.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        lock(&self.way).round_trip()
    }

    /// When something last came.
    pub(crate) fn heard(&self) -> Option<Instant> {
        lock(&self.way).heard()
    }

    /// Waits until the stack is handed a sealed alert. It has not read it yet.
    pub(crate) async fn alerted(&self) {
        self.alert.notified().await;
    }

    /// The next datagram for the stack.
    fn take(&self, family: SocketAddr, cx: &Context<'_>) -> Option<(SocketAddr, Vec<u8>)> {
        let mut waiting = lock(&self.family(family).0);
        while let Some((source, datagram)) = waiting.datagrams.pop_front() {
            match alert::find(&datagram) {
                Alert::Plain => continue,
                Alert::Sealed => self.alert.notify_one(),
                Alert::None => {}
            }
            return Some((source, datagram));
        }
        waiting.reader = Some(cx.waker().clone());
        None
    }

    fn family(&self, address: SocketAddr) -> &Inbox {
        match address {
            SocketAddr::V4(_) => &self.v4,
            SocketAddr::V6(_) => &self.v6,
        }
    }
}

type Writable = Pin<Box<dyn Future<Output = ()> + Send>>;

/// One leg's end of the port.
pub(crate) struct LegSocket {
    /// The address that the stack knows itself by. Nobody else ever sees it.
    label: SocketAddr,
    mailbox: Arc<Mailbox>,
    shared: Arc<Shared>,
    /// Each leg waits for room in the send buffer on its own, so no leg's waker displaces another's.
    writable: Mutex<Option<Writable>>,
    handshake: Repeater,
}

impl LegSocket {
    pub(crate) fn new(label: SocketAddr, mailbox: Arc<Mailbox>, shared: Arc<Shared>) -> Self {
        LegSocket { label, mailbox, shared, writable: Mutex::new(None), handshake: Repeater::default() }
    }

    fn poll_writable(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut slot = lock(&self.writable);
        let waiting = slot.get_or_insert_with(|| {
            let shared = Arc::clone(&self.shared);
            Box::pin(async move { shared.writable().await })
        });
        let polled = waiting.as_mut().poll(cx);
        if polled.is_ready() {
            *slot = None;
        }
        polled
    }
}

impl fmt::Debug for LegSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LegSocket").field("label", &self.label).finish_non_exhaustive()
    }
}

impl AsyncUdpSocket for LegSocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.label)
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let (destination, contents) = (transmit.destination, transmit.contents);
        loop {
            match self.shared.try_send(destination, contents) {
                Err(full) if full.kind() == io::ErrorKind::WouldBlock => {
                    if self.poll_writable(cx).is_pending() {
                        return Poll::Pending;
                    }
                }
                // An unreachable network is not the end of a leg: the packet is lost, as any may
                // be, and ICE notices the silence.
                Ok(()) | Err(_) => {
                    self.handshake.sent(&self.shared, destination, contents);
                    lock(&self.mailbox.way).sent(Instant::now(), contents);
                    return Poll::Ready(Ok(contents.len()));
                }
            }
        }
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let Some((source, datagram)) = self.mailbox.take(self.label, cx) else {
            return Poll::Pending;
        };
        self.handshake.heard(&datagram);
        let (Some(buffer), Some(about)) = (bufs.first_mut(), meta.first_mut()) else {
            return Poll::Ready(Ok(0));
        };
        let length = datagram.len().min(buffer.len());
        buffer[..length].copy_from_slice(&datagram[..length]);
        *about = RecvMeta::default();
        about.addr = source;
        about.len = length;
        about.stride = length.max(1);
        Poll::Ready(Ok(1))
    }
}
