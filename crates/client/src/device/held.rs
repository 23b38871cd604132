//! Holding on to a device that comes and goes: open, notice the loss, try again with growing pauses.
//! Knows no kind of device.

use std::time::{Duration, Instant};

use super::sound::{Absent, Stream};

/// The first and the longest pause between two tries. A headset that is plugged in again works within 5 s.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a look at the device brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// As before.
    Same,
    /// It is open now.
    Opened,
    /// It is not there (any more). Said once.
    Missing,
}

/// A device that is wanted all the time.
#[derive(Default)]
pub struct Held {
    stream: Option<Stream>,
    next_try: Option<Instant>,
    pause: Duration,
    missed: bool,
}

impl Held {
    /// Nothing open yet.
    pub fn new() -> Held {
        Held::default()
    }

    /// Looks after the device: notices a loss, opens it when it is time.
    pub fn tend(&mut self, now: Instant, open: impl FnOnce() -> Result<Stream, Absent>) -> Change {
        if self.stream.as_ref().is_some_and(Stream::is_lost) {
            self.stream = None;
            self.next_try = Some(now + FIRST_PAUSE);
            self.pause = FIRST_PAUSE;
            return self.miss();
        }
        if self.stream.is_some() || self.next_try.is_some_and(|at| now < at) {
            return Change::Same;
        }
        match open() {
            Ok(stream) => {
                self.stream = Some(stream);
                self.missed = false;
                self.pause = FIRST_PAUSE;
                Change::Opened
            }
            Err(Absent) => {
                self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
                self.next_try = Some(now + self.pause);
                self.miss()
            }
        }
    }

    /// The open stream.
    pub fn stream(&self) -> Option<&Stream> {
        self.stream.as_ref()
    }

    fn miss(&mut self) -> Change {
        if std::mem::replace(&mut self.missed, true) { Change::Same } else { Change::Missing }
    }
}
