//! From the jitter buffer to the loudspeaker: the device's own demand sets the pace, so that no second
//! clock adds delay. Jitter buffer 20-40 ms, at most 20 ms here, 20 ms in the device.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::{Duration, Instant};

use media::jitter::Pull;
use media::opus::Decoder;
use media::pcm::{FRAME, OPUS_FRAME};
use rtrb::{Consumer, Producer, RingBuffer};

use super::{Shared, lock};
use crate::device::{Change, Held, Wanted, open_output};

/// Between decoder and callback, samples: room for one packet above the low mark, and for packets of up
/// to 120 ms, which a stranger may send.
const RING: usize = 8 * OPUS_FRAME;
/// Below this the next packet is decoded: one period of the device, so that it is never kept waiting.
const LOW: usize = FRAME;
/// How often the device is looked after while nothing happens.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long the decoder sleeps at most while sound should flow.
const FLOW_LOOK: Duration = Duration::from_millis(10);

/// Starts the thread.
pub(super) fn start(
    shared: &Arc<Shared>,
    wanted: Wanted,
    told: impl Fn(bool) + Send + 'static,
) -> std::io::Result<Thread> {
    let shared = Arc::clone(shared);
    let thread = std::thread::Builder::new().name("kenmu-speaker".into()).spawn(move || match Decoder::new() {
        Ok(decoder) => {
            let mut ear = Ear { shared, decoder };
            match wanted {
                Wanted::Nothing | Wanted::Tone(_) => nowhere(&mut ear),
                Wanted::Default | Wanted::Named(_) => device(&mut ear, &wanted, told),
            }
        }
        Err(fault) => {
            tracing::error!(%fault, "no voice decoder");
            told(true);
        }
    })?;
    Ok(thread.thread().clone())
}

fn device(ear: &mut Ear, wanted: &Wanted, told: impl Fn(bool)) {
    let mut held = Held::new();
    let mut ring: Option<Producer<i16>> = None;
    let mut flowing = false;
    let me = std::thread::current();
    let shared = Arc::clone(&ear.shared);
    while !ear.shared.ends() {
        let (fresh, other_end) = std::sync::mpsc::channel();
        let change = held.tend(Instant::now(), || {
            open_output(wanted, || {
                let (producer, consumer) = RingBuffer::new(RING);
                // The newest attempt's end is the one that counts.
                let _ = fresh.send(producer);
                filler(consumer, me.clone(), Arc::clone(&shared))
            })
        });
        match change {
            Change::Same => {}
            Change::Opened => {
                ring = other_end.try_iter().last();
                flowing = false;
                told(false);
            }
            Change::Missing => {
                ring = None;
                told(true);
            }
        }
        let live = ear.shared.speaker.load(Ordering::Acquire);
        if let Some(stream) = held.stream().filter(|_| live != flowing) {
            if live { stream.run() } else { stream.rest() }
            flowing = live;
        }
        if let (Some(ring), true) = (&mut ring, live) {
            while RING - ring.slots() < LOW {
                put(ring, &ear.next());
            }
        }
        std::thread::park_timeout(if live { FLOW_LOOK } else { LOOK_EVERY });
    }
}

/// What the callback does: takes what is there, silence for the rest, wakes the decoder.
fn filler(mut ring: Consumer<i16>, decoder: Thread, shared: Arc<Shared>) -> impl FnMut(&mut [i16]) + Send + 'static {
    move |samples| {
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
fn nowhere(ear: &mut Ear) {
    let period = Duration::from_millis(20);
    while !ear.shared.ends() {
        if ear.shared.speaker.load(Ordering::Acquire) {
            ear.next();
            std::thread::sleep(period);
        } else {
            std::thread::park_timeout(LOOK_EVERY);
        }
    }
}

struct Ear {
    shared: Arc<Shared>,
    decoder: Decoder,
}

impl Ear {
    /// The next 20 ms (as a rule).
    fn next(&mut self) -> Vec<i16> {
        let now = self.shared.now_ms();
        let pull = lock(&self.shared.jitter).pull(now);
        match pull {
            Pull::Packet(packet) => self.decoder.decode(&packet).unwrap_or_else(|_| self.decoder.conceal()),
            Pull::Fec(next) => self.decoder.decode_fec(&next).unwrap_or_else(|_| self.decoder.conceal()),
            Pull::Conceal => self.decoder.conceal(),
            Pull::Empty => vec![0; OPUS_FRAME],
        }
    }
}
