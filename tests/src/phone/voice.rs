//! The telephone's sound: a tone out in G.711 μ-law, whatever comes in onto a tape; keys both ways by
//! RFC 4733. Knows no signalling.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use anyhow::{Context, Result};
use media::g711::{Law, decode, encode};
use media::tone::Sine;
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::sound::{Clip, RATE, now_ms};

/// One packet: 20 ms of 8 kHz.
const PACKET: usize = 160;
const EVERY: Duration = Duration::from_millis(20);
/// Payload types of the description.
const PCMU: u8 = 0;
const KEYS: u8 = 101;
/// Each voice's stream.
pub const SSRC: u32 = 0x4b65_6e6d;
/// The keys in the order of their events.
const KEY_NAMES: &[u8; 12] = b"0123456789*#";
/// A key is held for so many packets, and its end is said three times (RFC 4733, 2.5.1.4).
const KEY_PACKETS: u16 = 5;
const KEY_ENDS: u16 = 3;
/// How much a tape takes, samples of 8 kHz: an hour.
const TAPE: usize = 8_000 * 3_600;
/// Samples of a clip for each of the telephone's.
const TIMES: usize = RATE as usize / 8_000;

/// The voice of one call; clones are the same.
#[derive(Clone)]
pub struct Voice {
    shared: Arc<Shared>,
}

/// Packets of sound that went out and that came in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packets {
    /// Out.
    pub sent: u64,
    /// In.
    pub heard: u64,
}

struct Shared {
    socket: UdpSocket,
    port: u16,
    far: watch::Sender<Option<SocketAddr>>,
    stopped: watch::Sender<bool>,
    tape: Mutex<Tape>,
    /// Keys that are still to be pressed.
    pressing: Mutex<Vec<u8>>,
    sent: AtomicU64,
    heard: AtomicU64,
}

#[derive(Default)]
struct Tape {
    samples: Vec<i16>,
    began_ms: f64,
    keys: String,
    /// The timestamp of the last key: its repetitions have the same.
    last_key: Option<u32>,
}

/// The outgoing stream's counters.
struct Out {
    sequence: u16,
    timestamp: u32,
    sine: Sine,
}

impl Voice {
    /// Listens at this address from now on; speaks a tone once it knows to whom.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn start(ip: IpAddr, hz: f64) -> Result<Voice> {
        let socket = UdpSocket::bind((ip, 0)).await.context("a port for the telephone's sound")?;
        let port = socket.local_addr().context("the sound's port")?.port();
        let tape = Mutex::new(Tape { began_ms: now_ms(), ..Tape::default() });
        let (far, stopped) = (watch::Sender::new(None), watch::Sender::new(false));
        let (pressing, sent, heard) = Default::default();
        let shared = Arc::new(Shared { socket, port, far, stopped, tape, pressing, sent, heard });
        tokio::spawn(listen(shared.clone()));
        tokio::spawn(speak(shared.clone(), hz));
        Ok(Voice { shared })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.shared.port
    }

    /// From now on it speaks to this address.
    pub fn speak_to(&self, far: SocketAddr) {
        self.shared.far.send_replace(Some(far));
    }

    /// Neither speaks nor listens any more.
    pub fn stop(&self) {
        self.shared.stopped.send_replace(true);
    }

    /// The packets of sound so far, keys left out.
    pub fn packets(&self) -> Packets {
        let Shared { sent, heard, .. } = &*self.shared;
        Packets { sent: sent.load(Ordering::Relaxed), heard: heard.load(Ordering::Relaxed) }
    }

    pub(super) fn clip(&self) -> Clip {
        let tape = lock(&self.shared.tape);
        let samples = tape.samples.iter().flat_map(|sample| std::iter::repeat_n(*sample, TIMES)).collect();
        Clip { samples, began_ms: tape.began_ms }
    }

    pub(super) fn keys(&self) -> String {
        lock(&self.shared.tape).keys.clone()
    }

    /// Presses the keys and waits until they are out.
    pub(super) async fn press(&self, keys: &str) {
        lock(&self.shared.pressing).extend(keys.bytes().rev());
        while !lock(&self.shared.pressing).is_empty() {
            tokio::time::sleep(EVERY).await;
        }
    }
}

async fn speak(shared: Arc<Shared>, hz: f64) {
    let mut out = Out { sequence: 1, timestamp: 0, sine: Sine::new(hz * TIMES as f64, 0.25) };
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    loop {
        ticks.tick().await;
        if *shared.stopped.borrow() {
            return;
        }
        let Some(far) = *shared.far.borrow() else { continue };
        let key = lock(&shared.pressing).last().copied();
        match key {
            Some(key) => {
                press(&shared, &mut out, far, key).await;
                lock(&shared.pressing).pop();
            }
            None => {
                // The sine counts 48,000 samples a second; eight thousand of a tone that is six times higher
                // are the tone itself.
                let samples: Vec<i16> = (0..PACKET).map(|_| out.sine.sample()).collect();
                send(&shared, &mut out, far, PCMU, false, &encode(Law::Mu, &samples)).await;
                shared.sent.fetch_add(1, Ordering::Relaxed);
                out.timestamp = out.timestamp.wrapping_add(PACKET as u32);
            }
        }
    }
}

async fn press(shared: &Shared, out: &mut Out, far: SocketAddr, key: u8) {
    let event = KEY_NAMES.iter().position(|name| *name == key).unwrap_or(0) as u8;
    for n in 1..=KEY_PACKETS + KEY_ENDS {
        let held = n.min(KEY_PACKETS) * PACKET as u16;
        let end = if n > KEY_PACKETS { 0x80 } else { 0 };
        let [high, low] = held.to_be_bytes();
        send(shared, out, far, KEYS, n == 1, &[event, end | 10, high, low]).await;
        tokio::time::sleep(EVERY).await;
    }
    out.timestamp = out.timestamp.wrapping_add(u32::from(KEY_PACKETS + KEY_ENDS) * PACKET as u32);
}

async fn send(shared: &Shared, out: &mut Out, far: SocketAddr, kind: u8, marker: bool, payload: &[u8]) {
    let mut packet = vec![0x80, kind | u8::from(marker) << 7];
    packet.extend(out.sequence.to_be_bytes());
    packet.extend(out.timestamp.to_be_bytes());
    packet.extend(SSRC.to_be_bytes());
    packet.extend(payload);
    out.sequence = out.sequence.wrapping_add(1);
    // What is lost is lost, as on any network.
    let _ = shared.socket.send_to(&packet, far).await;
}

async fn listen(shared: Arc<Shared>) {
    let mut stopped = shared.stopped.subscribe();
    let mut buffer = [0; 2_048];
    loop {
        let length = tokio::select! {
            got = shared.socket.recv_from(&mut buffer) => match got {
                Ok((length, _)) => length,
                Err(_) => continue,
            },
            _ = stopped.wait_for(|stopped| *stopped) => return,
        };
        let [_, kind, _, _, t0, t1, t2, t3, _, _, _, _, payload @ ..] = &buffer[..length] else { continue };
        let timestamp = u32::from_be_bytes([*t0, *t1, *t2, *t3]);
        match kind & 0x7f {
            PCMU => {
                shared.heard.fetch_add(1, Ordering::Relaxed);
                lock(&shared.tape).hear(&decode(Law::Mu, payload));
            }
            KEYS => lock(&shared.tape).key(timestamp, payload),
            _ => {}
        }
    }
}

impl Tape {
    /// Sound goes onto the tape where the clock is; what was silence stays silent.
    fn hear(&mut self, samples: &[i16]) {
        let now = ((now_ms() - self.began_ms) * 8.0) as usize;
        // Packets come in a rhythm of their own: a gap is one when more than two of them are missing.
        let gap = now.saturating_sub(self.samples.len() + samples.len());
        if gap > 2 * PACKET {
            self.samples.resize(self.samples.len() + gap, 0);
        }
        if self.samples.len() < TAPE {
            self.samples.extend(samples);
        }
    }

    fn key(&mut self, timestamp: u32, payload: &[u8]) {
        if self.last_key == Some(timestamp) {
            return;
        }
        let name = payload.first().and_then(|event| KEY_NAMES.get(usize::from(*event)));
        if let Some(name) = name {
            self.last_key = Some(timestamp);
            self.keys.push(char::from(*name));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("what is shared is never left broken")
}
