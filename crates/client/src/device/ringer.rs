//! The ring of an offer, made in Rust on a thread of its own, so that no window can delay it.
//! Refuses to know offers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, Thread};
use std::time::{Duration, Instant};

use media::pcm::{FRAME, Frame};
use media::tone::chime::Chime;

use super::held::{Change, Held};
use super::{Wanted, Wish, open_output};

/// How often the device is looked after while nothing happens.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// After the last ring the device plays silence for this long before it rests, so that no remainder of
/// the ring waits in its buffer for the next one.
const FADE: Duration = Duration::from_millis(200);

#[derive(Default)]
struct Shared {
    on: AtomicBool,
    /// A test sound is wanted.
    trial: AtomicBool,
    ends: AtomicBool,
}

/// The ringer. Dropping it ends the thread.
pub struct Ringer {
    shared: Arc<Shared>,
    thread: Thread,
}

impl Ringer {
    /// Starts the thread and opens the device. `told` hears of a chosen device that is missing (true) and of
    /// one that is there.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(wish: Arc<Wish<Wanted>>, told: impl Fn(bool) + Send + 'static) -> std::io::Result<Ringer> {
        let shared = Arc::new(Shared::default());
        let its = Arc::clone(&shared);
        let thread: JoinHandle<()> = std::thread::Builder::new()
            .name("kenmu-ringer".into())
            .spawn(move || look_after(&wish, &its, told))?;
        Ok(Ringer { shared, thread: thread.thread().clone() })
    }

    /// Starts or stops a test sound beside the ring; returns at once. True when that changed something.
    pub fn try_out(&self, on: bool) -> bool {
        let before = self.shared.trial.swap(on, Ordering::AcqRel);
        self.thread.unpark();
        before != on
    }

    /// The wish has changed.
    pub fn look(&self) {
        self.thread.unpark();
    }

    /// Starts or stops the ring; returns at once.
    pub fn ring(&self, on: bool) {
        self.shared.on.store(on, Ordering::Release);
        self.thread.unpark();
    }
}

impl Drop for Ringer {
    fn drop(&mut self) {
        self.shared.on.store(false, Ordering::Release);
        self.shared.ends.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

impl Shared {
    fn sounds(&self) -> bool {
        self.on.load(Ordering::Acquire) || self.trial.load(Ordering::Acquire)
    }
}

/// Serves one wish after the other.
fn look_after(wish: &Wish<Wanted>, shared: &Arc<Shared>, told: impl Fn(bool)) {
    while !shared.ends.load(Ordering::Acquire) {
        let (wanted, turn) = wish.now();
        match wanted {
            Wanted::Nothing | Wanted::Tone(_) => {
                told(false);
                while wish.holds(turn) && !shared.ends.load(Ordering::Acquire) {
                    std::thread::park();
                }
            }
            Wanted::Default | Wanted::Named(_) => serve(&wanted, || wish.holds(turn), shared, &told),
        }
    }
}

fn serve(wanted: &Wanted, holds: impl Fn() -> bool, shared: &Arc<Shared>, told: &impl Fn(bool)) {
    let mut held = Held::new(FADE);
    while holds() && !shared.ends.load(Ordering::Acquire) {
        let open = |wanted: &Wanted| {
            let shared = Arc::clone(shared);
            open_output(wanted, move || Bells::new(Arc::clone(&shared)).filler())
        };
        match held.tend(Instant::now(), wanted, open) {
            Change::Same => {}
            Change::Opened { substitute } => told(substitute),
            Change::Missing => told(true),
        }
        let on = shared.sounds();
        held.flow(Instant::now(), on);
        std::thread::park_timeout(if held.flows() && !on { FADE / 4 } else { LOOK_EVERY });
    }
}

/// The bells in whatever portions the device asks for.
struct Bells {
    shared: Arc<Shared>,
    chime: Chime,
    frame: Frame,
    used: usize,
    was_on: bool,
}

impl Bells {
    fn new(shared: Arc<Shared>) -> Bells {
        Bells { shared, chime: Chime::ring(), frame: [0; FRAME], used: FRAME, was_on: false }
    }

    fn filler(mut self) -> impl FnMut(&mut [i16]) + Send + 'static {
        move |samples| self.fill(samples)
    }

    fn fill(&mut self, samples: &mut [i16]) {
        let on = self.shared.sounds();
        if on && !self.was_on {
            self.chime.restart();
            self.used = FRAME;
        }
        self.was_on = on;
        if !on {
            return samples.fill(0);
        }
        for sample in samples {
            if self.used == FRAME {
                self.frame = self.chime.frame();
                self.used = 0;
            }
            *sample = self.frame[self.used];
            self.used += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_starts_with_its_first_stroke_and_stops_within_one_portion() {
        let shared = Arc::new(Shared::default());
        let mut fill = Bells::new(Arc::clone(&shared)).filler();
        let mut portion = [1i16; 186];
        fill(&mut portion);
        assert_eq!(portion, [0; 186]);
        let mut strokes = Vec::new();
        for _ in 0..2 {
            shared.on.store(true, Ordering::Release);
            let mut heard = vec![0i16; 9_600];
            heard.chunks_mut(186).for_each(&mut fill);
            strokes.push(heard);
            shared.on.store(false, Ordering::Release);
            fill(&mut portion);
            assert_eq!(portion, [0; 186]);
        }
        assert!(strokes[0].iter().any(|sample| sample.unsigned_abs() > 2_000));
        assert_eq!(strokes[0], strokes[1], "the second ring begins like the first");
    }
}
