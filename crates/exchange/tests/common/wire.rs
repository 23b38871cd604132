//! A way between one person and the exchange that can lose, be cut, and come from another source port,
//! as Wi-Fi and home routers do.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::net::UdpSocket;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// The largest datagram that is carried: media stays below 1,500 bytes.
const DATAGRAM: usize = 2048;

pub struct Wire {
    entrance: SocketAddr,
    exit: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct State {
    /// While set, nothing is carried.
    cut: AtomicBool,
    /// One datagram in so many is lost; 0: none.
    one_in: AtomicU64,
    lost: AtomicU64,
    /// Come from another port from now on.
    change: Notify,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Wire {
    pub async fn lay(exit: SocketAddr) -> Wire {
        let near = socket().await;
        let entrance = near.local_addr().unwrap();
        let state = Arc::new(State::default());
        let task = tokio::spawn(carry(near, exit, Arc::clone(&state)));
        Wire { entrance, exit, state, task }
    }

    /// The answer with the wire's entrance in place of the exchange's port.
    pub fn redirect(&self, answer: &str) -> String {
        let to = |port: u16| format!(" {port} typ host");
        answer.replace(&to(self.exit.port()), &to(self.entrance.port()))
    }

    pub fn cut(&self, cut: bool) {
        self.state.cut.store(cut, Ordering::Relaxed);
    }

    pub fn lose(&self, one_in: u64) {
        self.state.one_in.store(one_in, Ordering::Relaxed);
    }

    pub fn lost(&self) -> u64 {
        self.state.lost.load(Ordering::Relaxed)
    }

    pub fn change_port(&self) {
        self.state.change.notify_one();
    }
}

async fn socket() -> UdpSocket {
    UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap()
}

async fn carry(near: UdpSocket, exit: SocketAddr, state: Arc<State>) {
    let mut far = socket().await;
    let (mut client, mut seed) = (None, 7u64);
    let (mut there, mut back) = ([0u8; DATAGRAM], [0u8; DATAGRAM]);
    loop {
        let (datagram, out, to) = tokio::select! {
            got = near.recv_from(&mut there) => {
                let (length, from) = got.unwrap();
                client = Some(from);
                (&there[..length], &far, exit)
            }
            got = far.recv_from(&mut back) => (&back[..got.unwrap().0], &near, client.unwrap()),
            () = state.change.notified() => {
                far = socket().await;
                continue;
            }
        };
        // Knuth's 64-bit linear congruential generator.
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        let one_in = state.one_in.load(Ordering::Relaxed);
        if state.cut.load(Ordering::Relaxed) || one_in > 0 && (seed >> 33).is_multiple_of(one_in) {
            state.lost.fetch_add(1, Ordering::Relaxed);
            continue;
        }
        // A datagram that cannot be sent is a datagram lost.
        let _ = out.send_to(datagram, to).await;
    }
}
