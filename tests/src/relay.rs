//! A network between the clients and our programs that can be cut, and that can give the clients new
//! source ports, as a home router or a Wi-Fi change does. Two plain relays: UDP for media, TCP for pages
//! and lines. Clients that are spared pass always, so that one side alone is cut.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// The largest datagram that a relay carries: media stays below 1,500 bytes.
const DATAGRAM: usize = 2048;
/// How long a client of a cut network waits before the relay looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// A network that can be cut and healed.
pub struct Relay {
    cut: Arc<watch::Sender<bool>>,
    paths: Arc<Mutex<Paths>>,
    tasks: Vec<JoinHandle<()>>,
    /// Where clients reach the server.
    pub line_port: u16,
    heard: Arc<Mutex<Vec<u8>>>,
}

/// How much of what the server says is kept for [`Relay::heard`]: sign-ins come first.
const KEPT: usize = 256 * 1024;

/// The UDP clients that were seen.
#[derive(Default)]
struct Paths {
    /// Each client's own socket towards the exchange, and the task that carries answers back.
    upstream: BTreeMap<SocketAddr, (Arc<UdpSocket>, JoinHandle<()>)>,
    spared: BTreeSet<SocketAddr>,
}

impl Relay {
    /// Carries UDP from `door` to `exchange`, and TCP from a port of its own to `server`.
    ///
    /// # Errors
    /// When a port cannot be had.
    pub async fn open(door: SocketAddr, exchange: SocketAddr, server: SocketAddr) -> Result<Relay> {
        let cut = Arc::new(watch::Sender::new(false));
        let paths = Arc::new(Mutex::new(Paths::default()));
        let media = Arc::new(UdpSocket::bind(door).await.context("the relay's door for media")?);
        let lines = TcpListener::bind("127.0.0.1:0").await.context("the relay's door for lines")?;
        let line_port = lines.local_addr()?.port();
        let heard = Arc::default();
        let tasks = vec![
            tokio::spawn(carry_media(media, exchange, Arc::clone(&paths), cut.subscribe())),
            tokio::spawn(carry_lines(lines, server, cut.subscribe(), Arc::clone(&heard))),
        ];
        Ok(Relay { cut, paths, tasks, line_port, heard })
    }

    /// The clients whose media passed until now are spared by every later cut and change.
    pub fn spare_known(&self) {
        let mut paths = self.paths.lock().expect("a relay's paths are never left broken");
        paths.spared = paths.upstream.keys().copied().collect();
    }

    /// The beginning of what the server said over this network, all lines together: what somebody who
    /// listens on the way would know.
    pub fn heard(&self) -> String {
        let heard = self.heard.lock().expect("what was heard is never left broken");
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// Cuts the network of the others: datagrams are lost, lines stand still.
    pub fn cut(&self) {
        self.cut.send_replace(true);
    }

    /// Heals it.
    pub fn heal(&self) {
        self.cut.send_replace(false);
    }

    /// The others come from new source ports from now on.
    pub fn change_ports(&self) {
        let mut paths = self.paths.lock().expect("a relay's paths are never left broken");
        let Paths { upstream, spared } = &mut *paths;
        upstream.retain(|client, (_, back)| {
            let stays = spared.contains(client);
            if !stays {
                back.abort();
            }
            stays
        });
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.change_ports();
    }
}

async fn carry_media(
    door: Arc<UdpSocket>,
    exchange: SocketAddr,
    paths: Arc<Mutex<Paths>>,
    cut: watch::Receiver<bool>,
) {
    let mut datagram = vec![0_u8; DATAGRAM];
    while let Ok((length, client)) = door.recv_from(&mut datagram).await {
        let (known, spared) = {
            let paths = paths.lock().expect("a relay's paths are never left broken");
            let known = paths.upstream.get(&client).map(|(socket, _)| Arc::clone(socket));
            (known, paths.spared.contains(&client))
        };
        if *cut.borrow() && !spared {
            continue;
        }
        let socket = match known {
            Some(socket) => socket,
            None => match new_path(&door, client, exchange, &paths, cut.clone()).await {
                Ok(socket) => socket,
                Err(fault) => {
                    tracing::warn!(%fault, "no path for a client");
                    continue;
                }
            },
        };
        // A datagram that cannot be sent is a datagram lost.
        let _ = socket.send(&datagram[..length]).await;
    }
}

/// A socket of a client's own, and the task that carries the exchange's answers back.
async fn new_path(
    door: &Arc<UdpSocket>,
    client: SocketAddr,
    exchange: SocketAddr,
    paths: &Arc<Mutex<Paths>>,
    cut: watch::Receiver<bool>,
) -> Result<Arc<UdpSocket>> {
    let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await?);
    socket.connect(exchange).await?;
    let (door, answers, own) = (Arc::clone(door), Arc::clone(&socket), Arc::clone(paths));
    let back = tokio::spawn(async move {
        let mut datagram = vec![0_u8; DATAGRAM];
        while let Ok(length) = answers.recv(&mut datagram).await {
            let spared = own.lock().expect("a relay's paths are never left broken").spared.contains(&client);
            if spared || !*cut.borrow() {
                let _ = door.send_to(&datagram[..length], client).await;
            }
        }
    });
    let mut paths = paths.lock().expect("a relay's paths are never left broken");
    paths.upstream.insert(client, (Arc::clone(&socket), back));
    Ok(socket)
}

async fn carry_lines(
    door: TcpListener,
    server: SocketAddr,
    cut: watch::Receiver<bool>,
    heard: Arc<Mutex<Vec<u8>>>,
) {
    while let Ok((client, _)) = door.accept().await {
        let mut cut = cut.clone();
        let heard = Arc::clone(&heard);
        tokio::spawn(async move {
            if cut.wait_for(|cut| !cut).await.is_err() {
                return;
            }
            let Ok(server) = TcpStream::connect(server).await else { return };
            let (client_in, client_out) = client.into_split();
            let (server_in, server_out) = server.into_split();
            tokio::join!(
                carry_line(client_in, server_out, cut.clone(), None),
                carry_line(server_in, client_out, cut, Some(heard)),
            );
        });
    }
}

/// One direction of a line: what is under way when the network is cut arrives after it is healed, as
/// TCP's repeats do.
async fn carry_line(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    mut cut: watch::Receiver<bool>,
    heard: Option<Arc<Mutex<Vec<u8>>>>,
) {
    let mut chunk = vec![0_u8; 16 * 1024];
    while let Ok(length) = from.read(&mut chunk).await {
        while *cut.borrow_and_update() {
            let changed = tokio::time::timeout(LOOK_AGAIN, cut.changed()).await;
            if matches!(changed, Ok(Err(_))) {
                return;
            }
        }
        if let Some(heard) = &heard {
            let mut heard = heard.lock().expect("what was heard is never left broken");
            let room = KEPT.saturating_sub(heard.len()).min(length);
            heard.extend_from_slice(&chunk[..room]);
        }
        if length == 0 || to.write_all(&chunk[..length]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn echo() -> SocketAddr {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        tokio::spawn(async move {
            let mut datagram = [0; 16];
            while let Ok((_, from)) = socket.recv_from(&mut datagram).await {
                socket.send_to(&from.port().to_be_bytes(), from).await.unwrap();
            }
        });
        address
    }

    /// The source port that the far side sees, or none within a moment.
    async fn asked(client: &UdpSocket, door: SocketAddr) -> Option<u16> {
        client.send_to(b"?", door).await.unwrap();
        let mut port = [0; 2];
        tokio::time::timeout(Duration::from_millis(300), client.recv(&mut port)).await.ok()?.unwrap();
        Some(u16::from_be_bytes(port))
    }

    #[tokio::test]
    async fn a_cut_network_spares_whom_it_shall_and_a_change_gives_new_ports() {
        let free = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let relay = Relay::open(free, echo().await, free).await.unwrap();
        let spared = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let other = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let before = asked(&spared, free).await.unwrap();
        relay.spare_known();
        let first = asked(&other, free).await.unwrap();
        relay.cut();
        assert_eq!(asked(&spared, free).await, Some(before));
        assert_eq!(asked(&other, free).await, None);
        relay.heal();
        relay.change_ports();
        assert_eq!(asked(&spared, free).await, Some(before));
        assert_ne!(asked(&other, free).await.unwrap(), first);
    }
}
