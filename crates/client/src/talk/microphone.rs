//! From the microphone to the leg: 20 ms of sound, one packet, only while the talk is live. Outside a
//! talk the microphone is open for the check alone, and nothing of it leaves the machine.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::{Duration, Instant};

use media::pcm::RATE_HZ;
use media::tone::Sine;
use rtrb::{Consumer, Producer, RingBuffer};

use super::Shared;
use super::clean::Clean;
use super::told::Told;
use super::voice::Voice;
use crate::controller::CheckNews;
use crate::device::{Change, Held, Wanted, Wish, lift, open_input};

/// Between callback and encoder, samples (200 ms): more waiting means that the machine stood still.
const RING: usize = RATE_HZ as usize / 5;
/// How often the device is looked after while nothing happens.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long the encoder sleeps at most while sound should flow.
const FLOW_LOOK: Duration = Duration::from_millis(10);
/// The level of a test tone, of full scale.
const TONE_LEVEL: f64 = 0.25;
/// How often the level is told: fast enough for the eye, slow enough for the window.
const METER_EVERY: usize = RATE_HZ as usize / 10;

/// Starts the thread.
pub(super) fn start(
    shared: &Arc<Shared>,
    wish: Arc<Wish<Wanted>>,
    clean: bool,
    told: Told,
) -> std::io::Result<Thread> {
    let shared = Arc::clone(shared);
    let thread =
        std::thread::Builder::new().name("kenmu-microphone".into()).spawn(move || {
            match Voice::new(Arc::clone(&shared), Clean::new(clean)) {
                Ok(voice) => Mouth { shared, wish, voice, meter: Meter::default(), told }.run(),
                Err(fault) => {
                    tracing::error!(%fault, "no voice encoder");
                    told.missing(true);
                }
            }
        })?;
    Ok(thread.thread().clone())
}

struct Mouth {
    shared: Arc<Shared>,
    wish: Arc<Wish<Wanted>>,
    voice: Voice,
    meter: Meter,
    told: Told,
}

impl Mouth {
    /// Serves one wish after the other.
    fn run(mut self) {
        lift();
        while !self.shared.ends() {
            let (wanted, turn) = self.wish.now();
            self.voice.pause();
            match wanted {
                Wanted::Nothing => {
                    self.told.missing(false);
                    while self.serves(turn) {
                        std::thread::park_timeout(LOOK_EVERY);
                    }
                }
                Wanted::Tone(hz) => self.tone(hz, turn),
                Wanted::Default | Wanted::Named(_) => self.device(&wanted, turn),
            }
        }
    }

    fn serves(&self, turn: u64) -> bool {
        self.wish.holds(turn) && !self.shared.ends()
    }

    fn is_live(&self) -> bool {
        self.shared.microphone.load(Ordering::Acquire)
    }

    fn is_checked(&self) -> bool {
        self.shared.checking.load(Ordering::Acquire)
    }

    fn device(&mut self, wanted: &Wanted, turn: u64) {
        let mut held = Held::new(Duration::ZERO);
        let mut ring: Option<Consumer<i16>> = None;
        let me = std::thread::current();
        let (fresh, other_end) = std::sync::mpsc::channel();
        while self.serves(turn) {
            let change = held.tend(Instant::now(), wanted, |wanted| {
                let (fresh, me) = (fresh.clone(), me.clone());
                open_input(wanted, move || {
                    let (producer, consumer) = RingBuffer::new(RING);
                    // The newest attempt's end is the one that counts.
                    let _ = fresh.send(consumer);
                    taker(producer, me.clone())
                })
            });
            match change {
                Change::Same => {}
                Change::Opened { substitute } => self.told.missing(substitute),
                Change::Missing => {
                    self.told.missing(true);
                    self.told.check(CheckNews::Level(None));
                }
            }
            let flows = self.is_live() || self.is_checked();
            if held.flow(Instant::now(), flows) || !self.is_live() {
                self.voice.pause();
            }
            ring = other_end.try_iter().last().or(ring);
            if let Some(ring) = &mut ring {
                self.drain(ring);
            }
            std::thread::park_timeout(if flows { FLOW_LOOK } else { LOOK_EVERY });
        }
    }

    fn drain(&mut self, ring: &mut Consumer<i16>) {
        let Ok(chunk) = ring.read_chunk(ring.slots()) else { return };
        let (first, second) = chunk.as_slices();
        for samples in [first, second] {
            self.measure(samples);
            if self.is_live() {
                self.voice.hear(samples);
            }
        }
        chunk.commit_all();
    }

    fn measure(&mut self, samples: &[i16]) {
        if self.is_checked() {
            let told = &self.told;
            self.meter.hear(samples, |level| told.check(CheckNews::Level(Some(level))));
        }
    }

    /// A tone in place of a microphone, paced by the clock.
    fn tone(&mut self, hz: f64, turn: u64) {
        self.told.missing(false);
        let mut sine = Sine::new(hz, TONE_LEVEL);
        let period = Duration::from_millis(20);
        let mut due = Instant::now();
        while self.serves(turn) {
            if !self.is_live() {
                self.voice.pause();
            }
            if !self.is_live() && !self.is_checked() {
                std::thread::park_timeout(LOOK_EVERY);
                due = Instant::now();
                continue;
            }
            let samples = sine.take_ms(20);
            self.measure(&samples);
            if self.is_live() {
                self.voice.hear_tone(&samples);
            }
            due += period;
            while let Some(rest) = due.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero()) {
                std::thread::sleep(rest);
            }
        }
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

/// The peak of each tenth of a second.
#[derive(Default)]
struct Meter {
    peak: u16,
    heard: usize,
}

impl Meter {
    fn hear(&mut self, samples: &[i16], mut tell: impl FnMut(f32)) {
        for part in samples.chunks(METER_EVERY) {
            self.peak = part.iter().map(|sample| sample.unsigned_abs()).fold(self.peak, u16::max);
            self.heard += part.len();
            if self.heard >= METER_EVERY {
                tell(dbfs(self.peak));
                *self = Meter::default();
            }
        }
    }
}

/// The quietest level that is told: below it a 16-bit microphone is off.
const SILENCE_DBFS: f32 = -96.0;

/// A peak in whole decibels below full scale.
fn dbfs(peak: u16) -> f32 {
    (20.0 * (f32::from(peak) / 32_768.0).log10()).max(SILENCE_DBFS).round()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_is_the_peak_of_each_tenth_of_a_second() {
        let mut told = Vec::new();
        let mut meter = Meter::default();
        for loud in [0, 16_384, i16::MIN] {
            let mut tenth = vec![0i16; METER_EVERY];
            tenth[100] = loud;
            tenth.chunks(479).for_each(|part| meter.hear(part, |level| told.push(level)));
        }
        assert_eq!(told, [-96.0, -6.0, 0.0]);
    }
}
