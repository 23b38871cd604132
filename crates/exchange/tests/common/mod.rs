//! People at the ends of real legs, over loopback: they sing a tone, film crafted VP8, and write
//! down all that they hear and see.
#![allow(dead_code, reason = "each test program uses its own part of this")]

pub mod page;
pub mod wire;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use desk::centre::Owner;
use desk::end::EndReason;
use desk::ids::{BoothId, ContactId, Fence, OperatorId};
use exchange::engine::Engine;
use link::message::{ExchangeOrder, ExchangeSays, LegOffer, LegSignal};
use media::opus::{Decoder, Encoder};
use media::pcm::OPUS_FRAME;
use media::tone::{Sine, goertzel};
use media::vp8::{Packetizer, is_keyframe_start};
use peer::{Codec, Event, Leg, Port, Rtp, Track};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Far more than anything here takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub fn booth(n: u32) -> Owner {
    Owner::Booth { booth: BoothId(n) }
}

pub fn operator(n: u32) -> Owner {
    Owner::Operator { operator: OperatorId(n) }
}

pub async fn port() -> Port {
    Port::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), Vec::new()).await.unwrap()
}

/// The exchange, with somebody who notes what it says.
pub struct House {
    pub engine: Engine,
    /// Where its media comes in.
    pub media: SocketAddr,
    said: Mutex<mpsc::Receiver<ExchangeSays>>,
}

impl House {
    pub async fn open() -> House {
        let (says, said) = mpsc::channel(512);
        let port = port().await;
        let media = port.local_addr();
        let engine = Engine::start(port, says).unwrap();
        House { engine, media, said: Mutex::new(said) }
    }

    /// Waits until the exchange says something of this kind, and gives what it is asked for.
    pub async fn hear<T>(&self, wanted: impl Fn(&ExchangeSays) -> Option<T>) -> T {
        let heard = tokio::time::timeout(PATIENCE, self.hear_ever(wanted)).await;
        heard.ok().flatten().expect("the exchange did not say it")
    }

    /// The same for as long as it takes; none when the exchange has ended.
    pub async fn hear_ever<T>(&self, wanted: impl Fn(&ExchangeSays) -> Option<T>) -> Option<T> {
        loop {
            let said = self.said.lock().unwrap().try_recv();
            match said {
                Ok(said) => {
                    if let Some(found) = wanted(&said) {
                        return Some(found);
                    }
                }
                Err(mpsc::error::TryRecvError::Empty) => tokio::time::sleep(Duration::from_millis(1)).await,
                Err(mpsc::error::TryRecvError::Disconnected) => return None,
            }
        }
    }

    pub async fn wait(&self, contact: u64, visitor: Owner) {
        self.engine.order(ExchangeOrder::Wait { contact: ContactId(contact), visitor }).await;
    }

    pub async fn mask(&self, contact: u64, fence: u64, masked: bool) {
        let (contact, fence) = (ContactId(contact), Fence(fence));
        self.engine.order(ExchangeOrder::Mask { contact, fence, masked }).await;
    }

    pub async fn join(&self, contact: u64, fence: u64, visitor: Owner, operator: Owner) {
        let (contact, fence) = (ContactId(contact), Fence(fence));
        self.engine.order(ExchangeOrder::Join { contact, fence, visitor, operator, masked: false }).await;
        let joined = |said: &ExchangeSays| match said {
            ExchangeSays::Joined { contact: c, fence: f } => (*c == contact && *f == fence).then_some(()),
            ExchangeSays::JoinFailed { code, .. } => panic!("not joined: {code:?}"),
            _ => None,
        };
        self.hear(joined).await;
    }

    pub async fn release(&self, contact: u64, fence: u64) {
        let (contact, fence) = (ContactId(contact), Fence(fence));
        let end = EndReason::OperatorEnded;
        self.engine.order(ExchangeOrder::Release { contact, fence, end }).await;
    }
}

/// What a person has heard and seen.
#[derive(Default)]
struct Diary {
    packets: Mutex<Vec<(Instant, Rtp)>>,
    pictures_asked: AtomicUsize,
    face_key: AtomicBool,
    screen_key: AtomicBool,
}

impl Diary {
    fn key(&self, track: Track) -> &AtomicBool {
        match track {
            Track::Screen => &self.screen_key,
            Track::Audio | Track::Video => &self.face_key,
        }
    }
}

/// One person on a leg.
pub struct Person {
    pub leg: Leg,
    diary: Arc<Diary>,
    tasks: Vec<JoinHandle<()>>,
}

impl Drop for Person {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Person {
    /// Comes in and waits until both sides say that media flows. Sings from then on.
    pub async fn enter(house: &House, owner: Owner, number: u64, tone_hz: f64) -> Person {
        Person::enter_by(house, owner, number, tone_hz, |answer| answer.to_owned()).await
    }

    /// The same, by a way that changes the exchange's answer.
    pub async fn enter_by(
        house: &House,
        owner: Owner,
        number: u64,
        tone_hz: f64,
        way: impl Fn(&str) -> String,
    ) -> Person {
        let (leg, sdp, mut events) = match owner {
            Owner::Booth { .. } => Leg::offer_showing(&port().await).await.unwrap(),
            Owner::Operator { .. } => Leg::offer(&port().await).await.unwrap(),
            Owner::Caller { .. } => panic!("a caller comes by telephone"),
        };
        let offer = LegOffer { leg: number, restart: false, sdp };
        house.engine.order(ExchangeOrder::Sdp { owner, offer }).await;
        let answer = |said: &ExchangeSays| match said {
            ExchangeSays::Leg { owner: o, signal: LegSignal::Answer { leg, sdp } } => {
                (*o == owner && *leg == number).then(|| sdp.clone())
            }
            _ => None,
        };
        let answer = house.hear(answer).await;
        leg.take_answer(&way(&answer)).await.unwrap();
        let up = |said: &ExchangeSays| match said {
            ExchangeSays::Media(fact) => (fact.owner == owner && fact.leg == number && fact.up).then_some(()),
            _ => None,
        };
        house.hear(up).await;
        let diary = Arc::new(Diary::default());
        let reading = Arc::clone(&diary);
        let mut tasks = vec![tokio::spawn(async move {
            while let Some(event) = events.next().await {
                match event {
                    Event::Rtp(rtp) => reading.packets.lock().unwrap().push((Instant::now(), rtp)),
                    Event::KeyframeWanted(track) => {
                        reading.pictures_asked.fetch_add(1, Ordering::Relaxed);
                        reading.key(track).store(true, Ordering::Relaxed);
                    }
                    Event::Connected
                    | Event::Disconnected
                    | Event::Failed
                    | Event::Closed
                    | Event::Loss { .. } => {}
                }
            }
        })];
        tasks.push(tokio::spawn(sing(leg.clone(), tone_hz)));
        tasks.push(tokio::spawn(film(leg.clone(), Arc::clone(&diary), Track::Video)));
        Person { leg, diary, tasks }
    }

    /// Says and shows nothing any more; goes on listening.
    pub fn rest(&mut self) {
        self.tasks.drain(1..).for_each(|task| task.abort());
    }

    /// Shows a second window from now on.
    pub fn show(&mut self) {
        self.tasks.push(tokio::spawn(film(self.leg.clone(), Arc::clone(&self.diary), Track::Screen)));
    }

    pub fn pictures_asked(&self) -> usize {
        self.diary.pictures_asked.load(Ordering::Relaxed)
    }

    /// Everything of one kind that came from a moment on.
    pub fn since(&self, from: Instant, track: Track) -> Vec<(Instant, Rtp)> {
        let packets = self.diary.packets.lock().unwrap();
        packets.iter().filter(|(at, rtp)| *at >= from && rtp.track == track).cloned().collect()
    }

    /// How loud a tone is (0 to 1 of full scale) in what is heard from a moment on.
    pub fn loudness(&self, from: Instant, hz: f64) -> f64 {
        let mut decoder = Decoder::new().unwrap();
        let packets = self.since(from, Track::Audio);
        let heard: Vec<i16> =
            packets.iter().flat_map(|(_, rtp)| decoder.decode(&rtp.payload).unwrap_or_default()).collect();
        // The decoder needs a moment to find its feet.
        goertzel(heard.get(4 * OPUS_FRAME..).unwrap_or_default(), hz)
    }

    /// Waits for the first packet of a kind from a moment on.
    pub async fn first(&self, from: Instant, track: Track) -> (Instant, Rtp) {
        let first = async {
            loop {
                if let Some(first) = self.since(from, track).into_iter().next() {
                    return first;
                }
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::time::timeout(PATIENCE, first).await.expect("nothing came")
    }
}

async fn sing(leg: Leg, hz: f64) {
    let mut encoder = Encoder::new(32_000).unwrap();
    let mut sine = Sine::new(hz, 0.3);
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    for n in 0u32.. {
        ticks.tick().await;
        let samples: Vec<i16> = sine.take_ms(20);
        let payload = Bytes::from(encoder.encode(samples.as_slice().try_into().unwrap()));
        let (sequence, timestamp) = ((n % 65_536) as u16, n.wrapping_mul(960));
        leg.send(Rtp {
            track: Track::Audio,
            codec: Codec::Opus,
            marker: n == 0,
            sequence,
            timestamp,
            payload,
        });
    }
}

/// Thirty frames a second of two packets each; a key frame only when asked for.
async fn film(leg: Leg, diary: Arc<Diary>, track: Track) {
    let mut packetizer = Packetizer::new(100);
    let mut ticks = tokio::time::interval(Duration::from_millis(33));
    let mut sequence = 40_000u16;
    for n in 0u32.. {
        ticks.tick().await;
        let key = diary.key(track).swap(false, Ordering::Relaxed);
        let mut frame = vec![0u8; 1_500];
        frame[0] = if key { 0x10 } else { 0x11 };
        let payloads = packetizer.packetize(&frame);
        let last = payloads.len() - 1;
        for (at, payload) in payloads.into_iter().enumerate() {
            let timestamp = n.wrapping_mul(2_970);
            leg.send(Rtp { track, codec: Codec::Vp8, marker: at == last, sequence, timestamp, payload });
            sequence = sequence.wrapping_add(1);
        }
    }
}

/// Panics unless the numbers run on by one.
pub fn assert_gapless(packets: &[(Instant, Rtp)]) {
    for pair in packets.windows(2) {
        let (before, after) = (pair[0].1.sequence, pair[1].1.sequence);
        assert_eq!(after, before.wrapping_add(1), "a gap in the sequence");
    }
}

pub fn begins_with_a_key_frame(packets: &[(Instant, Rtp)]) -> bool {
    packets.first().is_some_and(|(_, rtp)| is_keyframe_start(&rtp.payload))
}

pub async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}
