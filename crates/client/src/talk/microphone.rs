//! From the microphone to the leg: 20 ms of sound, one Opus packet, only while the talk is live.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use media::opus::Encoder;
use media::pcm::{self, OPUS_FRAME, RATE_HZ, Reframer};
use media::tone::Sine;
use peer::{Rtp, Track};
use rtrb::{Consumer, Producer, RingBuffer};

use super::Shared;
use crate::device::{Change, Held, Wanted, lift, open_input};

/// The voice's bitrate: Opus mono, 24-40 kbit/s (reliability.md).
const BITRATE: u32 = 32_000;
/// Between callback and encoder, samples (200 ms): more waiting means that the machine stood still.
const RING: usize = RATE_HZ as usize / 5;
/// How often the device is looked after while nothing happens.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long the encoder sleeps at most while sound should flow.
const FLOW_LOOK: Duration = Duration::from_millis(10);
/// The level of a test tone, of full scale.
const TONE_LEVEL: f64 = 0.25;

/// Starts the thread.
pub(super) fn start(
    shared: &Arc<Shared>,
    wanted: Wanted,
    told: impl Fn(bool) + Send + 'static,
) -> std::io::Result<Thread> {
    let shared = Arc::clone(shared);
    let thread =
        std::thread::Builder::new().name("kenmu-microphone".into()).spawn(move || {
            match Voice::new(Arc::clone(&shared)) {
                Ok(voice) => run(&shared, &wanted, voice, told),
                Err(fault) => {
                    tracing::error!(%fault, "no voice encoder");
                    told(true);
                }
            }
        })?;
    Ok(thread.thread().clone())
}

fn run(shared: &Arc<Shared>, wanted: &Wanted, mut voice: Voice, told: impl Fn(bool)) {
    match wanted {
        Wanted::Nothing => {}
        Wanted::Tone(hz) => tone(shared, *hz, &mut voice),
        Wanted::Default | Wanted::Named(_) => device(shared, wanted, &mut voice, told),
    }
}

fn device(shared: &Arc<Shared>, wanted: &Wanted, voice: &mut Voice, told: impl Fn(bool)) {
    lift();
    let mut held = Held::new(Duration::ZERO);
    let mut ring: Option<Consumer<i16>> = None;
    let me = std::thread::current();
    while !shared.ends() {
        let (fresh, other_end) = std::sync::mpsc::channel();
        let change = held.tend(Instant::now(), || {
            open_input(wanted, || {
                let (producer, consumer) = RingBuffer::new(RING);
                // The newest attempt's end is the one that counts.
                let _ = fresh.send(consumer);
                taker(producer, me.clone())
            })
        });
        match change {
            Change::Same => {}
            Change::Opened => {
                ring = other_end.try_iter().last();
                told(false);
            }
            Change::Missing => {
                ring = None;
                told(true);
            }
        }
        let live = shared.microphone.load(Ordering::Acquire);
        if held.flow(Instant::now(), live) {
            voice.pause();
        }
        if let Some(ring) = &mut ring {
            drain(ring, live, voice);
        }
        std::thread::park_timeout(if live { FLOW_LOOK } else { LOOK_EVERY });
    }
}

/// What the callback does: copies what fits, wakes the encoder.
fn taker(mut ring: Producer<i16>, encoder: Thread) -> impl FnMut(&[i16]) + Send + 'static {
    move |samples| {
        let fits = samples.len().min(ring.slots());
        if let Ok(chunk) = ring.write_chunk_uninit(fits) {
            chunk.fill_from_iter(samples.iter().copied());
        }
        encoder.unpark();
    }
}

fn drain(ring: &mut Consumer<i16>, live: bool, voice: &mut Voice) {
    let Ok(chunk) = ring.read_chunk(ring.slots()) else { return };
    let (first, second) = chunk.as_slices();
    if live {
        voice.hear(first);
        voice.hear(second);
    }
    chunk.commit_all();
}

/// A tone in place of a microphone, paced by the clock.
fn tone(shared: &Shared, hz: f64, voice: &mut Voice) {
    let mut sine = Sine::new(hz, TONE_LEVEL);
    let period = Duration::from_millis(20);
    let mut due = Instant::now();
    while !shared.ends() {
        if !shared.microphone.load(Ordering::Acquire) {
            voice.pause();
            std::thread::park_timeout(LOOK_EVERY);
            due = Instant::now();
            continue;
        }
        voice.hear(&sine.take_ms(20));
        due += period;
        while let Some(rest) = due.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero()) {
            std::thread::sleep(rest);
        }
    }
}

/// The encoder and the stream's own numbers, which go on over talks and legs.
struct Voice {
    shared: Arc<Shared>,
    encoder: Encoder,
    reframer: Reframer,
    half: Option<pcm::Frame>,
    sequence: u16,
    timestamp: u32,
    /// When the last packet before a pause went out; none while sound flows.
    paused: Option<Instant>,
    loss_percent: u8,
}

impl Voice {
    fn new(shared: Arc<Shared>) -> Result<Voice, media::opus::OpusError> {
        Ok(Voice {
            shared,
            encoder: Encoder::new(BITRATE)?,
            reframer: Reframer::new(),
            half: None,
            sequence: 0,
            timestamp: 0,
            paused: Some(Instant::now()),
            loss_percent: 0,
        })
    }

    /// The next samples are not the sequel of the last ones.
    fn pause(&mut self) {
        self.reframer.clear();
        self.half = None;
        self.paused = self.paused.or(Some(Instant::now()));
    }

    fn hear(&mut self, samples: &[i16]) {
        self.reframer.push_i16(samples);
        while let Some(frame) = self.reframer.pop() {
            match self.half.take() {
                None => self.half = Some(frame),
                Some(first) => self.packet(&pcm::join(&first, &frame)),
            }
        }
    }

    fn packet(&mut self, samples: &[i16; OPUS_FRAME]) {
        self.follow_loss();
        let marker = self.paused.is_some();
        if let Some(since) = self.paused.take() {
            let ticks = since.elapsed().as_millis() as u32;
            self.timestamp = self.timestamp.wrapping_add(ticks.wrapping_mul(RATE_HZ / 1_000));
        }
        let payload = Bytes::from(self.encoder.encode(samples));
        let (sequence, timestamp) = (self.sequence, self.timestamp);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(OPUS_FRAME as u32);
        self.shared.send(Rtp { track: Track::Audio, marker, sequence, timestamp, payload });
    }

    /// The more the far side loses, the better each packet describes the one before it.
    fn follow_loss(&mut self) {
        let percent = self.shared.loss_percent.load(Ordering::Relaxed);
        if percent != self.loss_percent && self.encoder.set_loss(percent).is_ok() {
            self.loss_percent = percent;
        }
    }
}
