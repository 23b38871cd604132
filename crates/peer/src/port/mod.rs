//! One UDP port for all legs.
//!
//! The reader hands each datagram to the leg it belongs to and drops what belongs to nobody: the
//! WebRTC stack takes every datagram for its own that reaches it, so strangers must not.
//! It refuses to know sessions, tracks and descriptions.

mod alert;
mod repeat;
pub(crate) mod routes;
mod runtime;
mod socket;
mod stun;
mod way;

use std::collections::HashMap;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rtc::crypto::{RTCCryptoProvider, default_provider};
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::task::AbortHandle;
use webrtc::runtime::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};

use crate::port::routes::{LegId, Origin, Routes};
pub(crate) use crate::port::socket::Mailbox;
use crate::sdp::Credentials;
use crate::{PeerError, lock};

pub(crate) use runtime::LegRuntime;

/// Messages read by one system call. Eight busy legs seldom have more waiting at once.
const BATCH: usize = 8;
/// The largest datagram, and the largest run of datagrams that the kernel joins into one message.
const LARGEST: usize = 65_535;
/// Pause after a failed read, so that a broken socket does not burn a core.
const READ_PAUSE: Duration = Duration::from_millis(5);

/// One UDP port shared by all legs. Cheap to clone; the socket closes with the last clone and leg.
#[derive(Clone)]
pub struct Port(Arc<Open>);

struct Open {
    shared: Arc<Shared>,
    reader: AbortHandle,
}

impl Drop for Open {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

#[derive(Default)]
struct Tables {
    routes: Routes,
    mailboxes: HashMap<LegId, Arc<Mailbox>>,
}

/// What the reader, the legs' sockets and the handles share.
pub(crate) struct Shared {
    socket: UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
    crypto: Arc<dyn RTCCryptoProvider>,
    tables: Mutex<Tables>,
    strangers: AtomicU64,
    behind: AtomicU64,
    live: AtomicUsize,
    advertised: Vec<SocketAddr>,
}

impl Port {
    /// Binds the port and starts reading. `advertise` are the addresses under which far sides reach
    /// it, best first; when there are none, the bound address is used unless it is a wildcard (an
    /// offering leg needs none: it is found by its own checks).
    pub async fn bind(listen: SocketAddr, advertise: Vec<IpAddr>) -> io::Result<Port> {
        let socket = UdpSocket::bind(listen).await?;
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        let local = socket.local_addr()?;
        let crypto = default_provider().map_err(io::Error::other)?;
        let advertised = advertised(local, advertise);
        let shared = Arc::new(Shared {
            socket,
            state,
            local,
            crypto,
            tables: Mutex::default(),
            strangers: AtomicU64::new(0),
            behind: AtomicU64::new(0),
            live: AtomicUsize::new(0),
            advertised,
        });
        let reader = tokio::spawn(read(Arc::clone(&shared))).abort_handle();
        Ok(Port(Arc::new(Open { shared, reader })))
    }

    /// Where the port is bound.
    pub fn local_addr(&self) -> SocketAddr {
        self.0.shared.local
    }

    /// Datagrams of strangers: dropped unread.
    pub fn dropped(&self) -> u64 {
        self.0.shared.strangers.load(Ordering::Relaxed)
    }

    /// Datagrams of known sources that a leg was too busy to take.
    pub fn dropped_behind(&self) -> u64 {
        self.0.shared.behind.load(Ordering::Relaxed)
    }

    /// Legs whose WebRTC stack still exists, closing ones included.
    pub fn live_legs(&self) -> usize {
        self.0.shared.live.load(Ordering::Relaxed)
    }

    pub(crate) fn advertised(&self) -> &[SocketAddr] {
        &self.0.shared.advertised
    }

    pub(crate) fn crypto(&self) -> Arc<dyn RTCCryptoProvider> {
        Arc::clone(&self.0.shared.crypto)
    }

    /// The addresses that the stack may label a leg's candidates with: one a family, as candidates
    /// only pair within a family.
    pub(crate) fn labels(&self) -> Vec<SocketAddr> {
        let mut labels = vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))];
        if self.local_addr().is_ipv6() {
            labels.push(SocketAddr::from((Ipv6Addr::LOCALHOST, 0)));
        }
        labels
    }

    /// Makes room for a leg. `ended` is called when the leg's stack has run its course.
    pub(crate) fn open_leg(&self, ended: impl Fn() + Send + Sync + 'static) -> (Seat, Arc<LegRuntime>) {
        let mailbox = Arc::new(Mailbox::default());
        let mut tables = lock(&self.0.shared.tables);
        let leg = tables.routes.open();
        tables.mailboxes.insert(leg, Arc::clone(&mailbox));
        drop(tables);
        let runtime = Arc::new(LegRuntime::new(mailbox, Arc::clone(&self.0.shared), Arc::new(ended)));
        (Seat { port: self.clone(), leg }, runtime)
    }
}

/// A leg's place in the port's tables; it is given up when dropped.
pub(crate) struct Seat {
    port: Port,
    leg: LegId,
}

impl Seat {
    /// From now on the leg answers to these credentials too.
    pub(crate) fn admit(&self, credentials: Credentials) {
        lock(&self.port.0.shared.tables).routes.admit(self.leg, credentials);
    }

    /// The leg is going to hear from these addresses.
    pub(crate) fn expect(&self, addresses: &[SocketAddr]) -> Result<(), PeerError> {
        let mut tables = lock(&self.port.0.shared.tables);
        tables
            .routes
            .expect(Instant::now(), self.leg, addresses)
            .map_err(|routes::Taken| PeerError::AddressTaken)
    }

    pub(crate) fn port(&self) -> &Port {
        &self.port
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut tables = lock(&self.port.0.shared.tables);
        tables.routes.close(self.leg);
        tables.mailboxes.remove(&self.leg);
    }
}

impl Shared {
    /// Sends one datagram now; `WouldBlock` when the kernel's buffer is full.
    fn try_send(&self, destination: SocketAddr, contents: &[u8]) -> io::Result<()> {
        let from = || lock(&self.tables).routes.local_towards(destination);
        let transmit = Transmit {
            destination: self.on_the_wire(destination),
            ecn: None,
            contents,
            segment_size: None,
            src_ip: self.local.ip().is_unspecified().then(from).flatten(),
        };
        self.socket
            .try_io(Interest::WRITABLE, || self.state.try_send(UdpSockRef::from(&self.socket), &transmit))
    }

    async fn writable(&self) {
        // An error shows itself at the next send.
        let _ = self.socket.writable().await;
    }

    /// A socket bound to an IPv6 address wants IPv4 ones mapped.
    fn on_the_wire(&self, address: SocketAddr) -> SocketAddr {
        match address {
            SocketAddr::V4(v4) if self.local.is_ipv6() => {
                SocketAddr::from((v4.ip().to_ipv6_mapped(), v4.port()))
            }
            SocketAddr::V4(_) | SocketAddr::V6(_) => address,
        }
    }

    fn deliver(&self, now: Instant, origin: Origin, datagram: &[u8]) {
        let Some(mailbox) = self.mailbox_of(now, origin, datagram) else {
            self.strangers.fetch_add(1, Ordering::Relaxed);
            return;
        };
        if !mailbox.put(now, origin.source, datagram) {
            self.behind.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn mailbox_of(&self, now: Instant, origin: Origin, datagram: &[u8]) -> Option<Arc<Mailbox>> {
        if !stun::is_request(datagram) {
            let mut tables = lock(&self.tables);
            let leg = tables.routes.known(now, origin)?;
            return tables.mailboxes.get(&leg).cloned();
        }
        let mut request = stun::Request::read(datagram)?;
        let mut tables = lock(&self.tables);
        let password = tables.routes.password(&request.ufrag)?.to_owned();
        if !request.is_signed_with(&password, self.crypto.crypto()) {
            return None;
        }
        let leg = tables.routes.learn(now, origin, &request.ufrag)?;
        tables.mailboxes.get(&leg).cloned()
    }
}

/// Reads until the port closes.
async fn read(shared: Arc<Shared>) {
    let mut slab = vec![0u8; BATCH * LARGEST];
    let mut meta = [RecvMeta::default(); BATCH];
    loop {
        // An error shows itself at the read.
        let _ = shared.socket.readable().await;
        let got = shared.socket.try_io(Interest::READABLE, || {
            let mut buffers: Vec<IoSliceMut<'_>> = slab.chunks_mut(LARGEST).map(IoSliceMut::new).collect();
            shared.state.recv(UdpSockRef::from(&shared.socket), &mut buffers, &mut meta)
        });
        match got {
            Ok(count) => {
                for (about, buffer) in meta.iter().zip(slab.chunks(LARGEST)).take(count) {
                    deliver_run(&shared, about, buffer);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => {
                tracing::debug!(kind = ?error.kind(), "reading the port failed");
                tokio::time::sleep(READ_PAUSE).await;
            }
        }
    }
}

/// Delivers a message of the kernel: one datagram, or a run of equal ones from one source.
fn deliver_run(shared: &Shared, about: &RecvMeta, buffer: &[u8]) {
    let now = Instant::now();
    let source = SocketAddr::new(about.addr.ip().to_canonical(), about.addr.port());
    let origin = Origin { source, local: about.dst_ip };
    for datagram in buffer[..about.len].chunks(about.stride.max(1)) {
        shared.deliver(now, origin, datagram);
    }
}

fn advertised(local: SocketAddr, wanted: Vec<IpAddr>) -> Vec<SocketAddr> {
    let ips = match wanted.is_empty() && !local.ip().is_unspecified() {
        true => vec![local.ip()],
        false => wanted,
    };
    ips.into_iter().map(|ip| SocketAddr::new(ip, local.port())).collect()
}
