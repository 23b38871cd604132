//! From the jitter buffer to the loudspeaker: the device's own demand sets the pace, so that no second
//! clock adds delay. Jitter buffer 20-40 ms, at most 20 ms here, 20 ms in the device. Nothing of one talk
//! is played in the next.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::{Duration, Instant};

use media::pcm::{FRAME, OPUS_FRAME, RATE_HZ};
use media::playout::Playout;
use media::tone::chime::Chime;
use rtrb::{Consumer, Producer, RingBuffer};

use super::told::Told;
use super::{Shared, lock};
use crate::device::{Change, Held, Wanted, Wish, lift, open_output};

/// Between decoder and callback, samples: room for one packet above the low mark, and for packets of up
/// to 120 ms, which a stranger may send.
const RING: usize = 8 * OPUS_FRAME;
/// Below this the next packet is decoded: one period of the device, so that it is never kept waiting.
const LOW: usize = FRAME;
/// How often the device is looked after while nothing happens.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long the decoder sleeps at most while sound should flow.
const FLOW_LOOK: Duration = Duration::from_millis(10);
/// After a talk the device plays silence for this long before it rests, so that no remainder of a voice
/// waits in its buffer for the next visitor.
const FADE: Duration = Duration::from_millis(200);

/// Starts the thread.
pub(super) fn start(shared: &Arc<Shared>, wish: Arc<Wish<Wanted>>, told: Told) -> std::io::Result<Thread> {
    let shared = Arc::clone(shared);
    let thread =
        std::thread::Builder::new().name("kenmu-speaker".into()).spawn(move || match Playout::new() {
            Ok(playout) => run(&mut Ear { shared, playout, talk: 0, chime: Chime::ring() }, &wish, &told),
            Err(fault) => {
                tracing::error!(%fault, "no voice decoder");
                told.missing(true);
            }
        })?;
    Ok(thread.thread().clone())
}

/// Serves one wish after the other.
fn run(ear: &mut Ear, wish: &Wish<Wanted>, told: &Told) {
    lift();
    while !ear.shared.ends() {
        let (wanted, turn) = wish.now();
        match wanted {
            Wanted::Nothing | Wanted::Tone(_) => {
                told.missing(false);
                nowhere(ear, || wish.holds(turn));
            }
            Wanted::Default | Wanted::Named(_) => device(ear, &wanted, || wish.holds(turn), told),
        }
    }
}

fn device(ear: &mut Ear, wanted: &Wanted, holds: impl Fn() -> bool, told: &Told) {
    let mut held = Held::new(FADE);
    let mut ring: Option<Producer<i16>> = None;
    let me = std::thread::current();
    let (fresh, other_end) = std::sync::mpsc::channel();
    while holds() && !ear.shared.ends() {
        let change = held.tend(Instant::now(), wanted, |wanted| {
            let (fresh, me, shared) = (fresh.clone(), me.clone(), Arc::clone(&ear.shared));
            open_output(wanted, move || {
                let (producer, consumer) = RingBuffer::new(RING);
                // The newest attempt's end is the one that counts.
                let _ = fresh.send(producer);
                filler(consumer, me.clone(), Arc::clone(&shared))
            })
        });
        match change {
            Change::Same => {}
            Change::Opened { substitute } => told.missing(substitute),
            Change::Missing => told.missing(true),
        }
        let live = ear.shared.plays() != 0;
        held.flow(Instant::now(), live);
        ring = other_end.try_iter().last().or(ring);
        if let (Some(ring), true) = (&mut ring, live) {
            while RING - ring.slots() < LOW {
                put(ring, &ear.next());
            }
        }
        std::thread::park_timeout(match (live, held.flows()) {
            (true, _) => FLOW_LOOK,
            (false, true) => FADE / 4,
            (false, false) => LOOK_EVERY,
        });
    }
}

/// What the callback does: takes what is there, silence for the rest, wakes the decoder. What is left of
/// another talk is thrown away; so soon after its beginning a talk has nothing but silence in the ring.
fn filler(
    mut ring: Consumer<i16>,
    decoder: Thread,
    shared: Arc<Shared>,
) -> impl FnMut(&mut [i16]) + Send + 'static {
    let mut played = 0;
    move |samples| {
        let talk = shared.plays();
        if std::mem::replace(&mut played, talk) != talk || talk == 0 {
            if let Ok(old) = ring.read_chunk(ring.slots()) {
                old.commit_all();
            }
            samples.fill(0);
            decoder.unpark();
            return;
        }
        let there = samples.len().min(ring.slots());
        if let Ok(chunk) = ring.read_chunk(there) {
            for (slot, sample) in samples.iter_mut().zip(chunk) {
                *slot = sample;
            }
        }
        samples[there..].fill(0);
        shared.starved.fetch_add((samples.len() - there) as u64, Ordering::Relaxed);
        if ring.slots() < LOW {
            decoder.unpark();
        }
    }
}

fn put(ring: &mut Producer<i16>, samples: &[i16]) {
    let fits = samples.len().min(ring.slots());
    if let Ok(chunk) = ring.write_chunk_uninit(fits) {
        chunk.fill_from_iter(samples.iter().copied());
    }
}

/// Without a loudspeaker what comes is still taken in time, so that loss is measured and nothing piles up.
fn nowhere(ear: &mut Ear, holds: impl Fn() -> bool) {
    while holds() && !ear.shared.ends() {
        if ear.shared.hears() {
            let samples = ear.next().len() as u32;
            std::thread::sleep(Duration::from_secs(1) * samples / RATE_HZ);
        } else {
            std::thread::park_timeout(LOOK_EVERY);
        }
    }
}

struct Ear {
    shared: Arc<Shared>,
    playout: Playout,
    /// Whose sound the playout has heard so far.
    talk: u64,
    /// The test sound.
    chime: Chime,
}

impl Ear {
    /// The next 20 ms (as a rule).
    fn next(&mut self) -> Vec<i16> {
        if !self.shared.hears() {
            return self.chime.frame().to_vec();
        }
        let now = self.shared.now_ms();
        let (talk, pull) = lock(&self.shared.heard).pull(now);
        if std::mem::replace(&mut self.talk, talk) != talk {
            self.renew();
        }
        self.playout.play(pull)
    }

    /// A voice must not fade into another one: a decoder conceals with what it heard last.
    fn renew(&mut self) {
        match Playout::new() {
            Ok(playout) => self.playout = playout,
            Err(fault) => tracing::error!(%fault, "no new voice decoder: the old one goes on"),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use media::coded::Coded;
    use media::opus::Encoder;
    use media::tone::Sine;

    use super::super::Views;
    use super::*;

    const LOUD: u16 = 1_000;

    fn loud(samples: &[i16]) -> bool {
        samples.iter().any(|sample| sample.unsigned_abs() > LOUD)
    }

    /// A tone comes for a fifth of a second, more than anybody pulls.
    fn speak(shared: &Shared) {
        let (mut encoder, mut sine) = (Encoder::new(32_000).unwrap(), Sine::new(440.0, 0.5));
        for n in 0..10u16 {
            let frame: Vec<i16> = sine.take_ms(20).to_vec();
            let packet = encoder.encode(&frame.try_into().unwrap());
            lock(&shared.heard).push(shared.now_ms(), n, u32::from(n) * 960, Coded::opus(packet));
        }
        std::thread::sleep(Duration::from_millis(25));
    }

    #[test]
    fn nothing_of_one_talk_is_decoded_in_the_next() {
        let shared = Arc::new(Shared::new(Views::new()));
        let (playout, chime) = (Playout::new().unwrap(), Chime::ring());
        let mut ear = Ear { shared: Arc::clone(&shared), playout, talk: 0, chime };
        shared.hear(true, false);
        speak(&shared);
        assert!((0..5).map(|_| ear.next()).any(|samples| loud(&samples)));
        let day = lock(&shared.heard).stats();
        shared.hear(false, false);
        shared.hear(true, false);
        assert!((0..10).all(|_| ear.next().iter().all(|sample| *sample == 0)));
        assert_eq!(lock(&shared.heard).stats(), day, "the day's counters go on");
        // The first packet of the next talk is heard as soon as its hold is over.
        speak(&shared);
        assert!((0..2).map(|_| ear.next()).any(|samples| loud(&samples)));
    }

    #[test]
    fn what_waited_in_the_ring_is_gone_when_the_talk_is() {
        let shared = Arc::new(Shared::new(Views::new()));
        let (mut producer, consumer) = RingBuffer::new(RING);
        let mut fill = filler(consumer, std::thread::current(), Arc::clone(&shared));
        let mut portion = [7i16; 96];
        shared.hear(true, false);
        fill(&mut portion);
        put(&mut producer, &[9; OPUS_FRAME]);
        fill(&mut portion);
        assert_eq!(portion, [9; 96]);
        shared.hear(false, false);
        fill(&mut portion);
        assert_eq!(portion, [0; 96]);
        // A talk that ends and one that begins between two portions.
        shared.hear(true, false);
        fill(&mut portion);
        put(&mut producer, &[9; OPUS_FRAME]);
        shared.hear(false, false);
        shared.hear(true, false);
        for _ in 0..2 {
            fill(&mut portion);
            assert_eq!(portion, [0; 96]);
        }
    }
}
