//! What the tests of this room share: ports on loopback, connected pairs, packets to count.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use peer::{Codec, Event, Events, Leg, Port, Rtp, Track};
use tokio::net::UdpSocket;
use tokio::time::Instant;

/// Far more than a loopback connection takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct End {
    pub leg: Leg,
    pub events: Events,
}

pub async fn port() -> Port {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Port::bind(any, Vec::new()).await.unwrap()
}

/// A leg offered on one port, answered on the other, both connected.
pub async fn connect(offering: &Port, answering: &Port) -> (End, End) {
    connect_through(offering, answering, |answer| answer).await
}

/// The same, with the answer changed on its way.
pub async fn connect_through(
    offering: &Port,
    answering: &Port,
    way: impl Fn(String) -> String,
) -> (End, End) {
    join(Leg::offer(offering).await.unwrap(), answering, way).await
}

/// A leg that offers to show a screen, as a booth's does, answered on the other port.
pub async fn connect_showing(offering: &Port, answering: &Port) -> (End, End) {
    join(Leg::offer_showing(offering).await.unwrap(), answering, |answer| answer).await
}

async fn join(
    (leg, offer, events): (Leg, String, Events),
    answering: &Port,
    way: impl Fn(String) -> String,
) -> (End, End) {
    let mut near = End { leg, events };
    let (leg, answer, events) = Leg::answer(answering, &offer).await.unwrap();
    let mut far = End { leg, events };
    near.leg.take_answer(&way(answer)).await.unwrap();
    connected(&mut near).await;
    connected(&mut far).await;
    (near, far)
}

pub async fn connected(end: &mut End) {
    told(end, Event::Connected).await;
}

/// Waits for a change of state.
pub async fn told(end: &mut End, wanted: Event) {
    let told = async {
        while let Some(event) = end.events.next().await {
            if event == wanted {
                return;
            }
        }
        panic!("the leg ended without {wanted:?}");
    };
    let came = tokio::time::timeout(PATIENCE, told).await;
    assert!(came.is_ok(), "no {wanted:?} in time");
}

pub async fn fill(leg: &Leg, track: Track, count: u16, pace: Duration) {
    fill_from(leg, track, 0, count, pace).await;
}

/// What a leg sends on a track unless it is told otherwise.
pub fn codec_of(track: Track) -> Codec {
    match track {
        Track::Audio => Codec::Opus,
        Track::Video | Track::Screen => Codec::Vp8,
    }
}

/// Sends numbered packets.
pub async fn fill_from(leg: &Leg, track: Track, first: u16, count: u16, pace: Duration) {
    for sequence in first..first + count {
        // To a reader of VP8: a frame begins here, and it is no key frame.
        let payload = Bytes::from([[0x10, 0x51]; 250].concat());
        let timestamp = u32::from(sequence) * 960;
        let codec = codec_of(track);
        assert!(leg.send(Rtp { track, codec, marker: true, sequence, timestamp, payload }));
        tokio::time::sleep(pace).await;
    }
}

/// The sequence numbers of at least so many packets of each kind, in the order that they came.
pub async fn take_packets(events: &mut Events, sounds: usize, pictures: usize) -> (Vec<u16>, Vec<u16>) {
    let (mut sound, mut picture) = (Vec::new(), Vec::new());
    let all = async {
        while sound.len() < sounds || picture.len() < pictures {
            match events.next().await {
                Some(Event::Rtp(packet)) if packet.track == Track::Audio => sound.push(packet.sequence),
                Some(Event::Rtp(packet)) => picture.push(packet.sequence),
                Some(_) => {}
                None => panic!("the leg ended"),
            }
        }
    };
    let came = tokio::time::timeout(PATIENCE, all).await;
    assert!(came.is_ok(), "{} sounds and {} pictures came", sound.len(), picture.len());
    (sound, picture)
}

/// Waits until something is so.
pub async fn until(so: impl Fn() -> bool) {
    let waited = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.expect("it did not come about");
}

/// A wire that loses datagrams, each way, always the same ones for the same seed.
pub struct LossyWire {
    pub entrance: SocketAddr,
    pub carried: Arc<AtomicU64>,
    pub lost: Arc<AtomicU64>,
    /// While set, the wire carries nothing.
    pub cut: Arc<AtomicBool>,
    task: tokio::task::JoinHandle<()>,
}

struct Carried {
    due: Instant,
    out: Arc<UdpSocket>,
    to: SocketAddr,
    datagram: Vec<u8>,
}

impl Drop for LossyWire {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LossyWire {
    /// A wire to `exit` that loses every n-th datagram on average, and takes `delay` each way.
    pub async fn lay(exit: SocketAddr, one_in: u64, delay: Duration, seed: u64) -> LossyWire {
        let near = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
        let far = Arc::new(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap());
        let entrance = near.local_addr().unwrap();
        let (carried, lost) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let counts = (Arc::clone(&carried), Arc::clone(&lost));
        let cut = Arc::new(AtomicBool::new(false));
        let is_cut = Arc::clone(&cut);
        // In order, as wires are: what arrives later leaves later.
        let (queue, mut due) = tokio::sync::mpsc::unbounded_channel::<Carried>();
        tokio::spawn(async move {
            while let Some(carried) = due.recv().await {
                tokio::time::sleep_until(carried.due).await;
                let _ = carried.out.send_to(&carried.datagram, carried.to).await;
            }
        });
        let task = tokio::spawn(async move {
            let mut state = seed;
            let mut client = None;
            let (mut there, mut back) = ([0u8; 2048], [0u8; 2048]);
            loop {
                let (datagram, out, to) = tokio::select! {
                    got = near.recv_from(&mut there) => {
                        let (length, from) = got.unwrap();
                        client = Some(from);
                        (&there[..length], &far, exit)
                    }
                    got = far.recv_from(&mut back) => (&back[..got.unwrap().0], &near, client.unwrap()),
                };
                // Knuth's 64-bit linear congruential generator.
                state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                if is_cut.load(Ordering::Relaxed) || (state >> 33).is_multiple_of(one_in) {
                    counts.1.fetch_add(1, Ordering::Relaxed);
                    continue;
                }
                counts.0.fetch_add(1, Ordering::Relaxed);
                let carried = Carried {
                    due: Instant::now() + delay,
                    out: Arc::clone(out),
                    to,
                    datagram: datagram.to_vec(),
                };
                queue.send(carried).unwrap();
            }
        });
        LossyWire { entrance, carried, lost, cut, task }
    }

    /// The answer with the wire's entrance in place of the port's address.
    pub fn redirect(&self, exit: SocketAddr, answer: &str) -> String {
        let exit = format!(" {} typ host", exit.port());
        answer.replace(&exit, &format!(" {} typ host", self.entrance.port()))
    }
}
