//! Holding on to a device that comes and goes: open, notice the loss, try again with growing pauses.
//! Says when a stream flows and when it rests. Knows no kind of device.

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
    flow: Flow,
    next_try: Option<Instant>,
    pause: Duration,
    missed: bool,
}

impl Held {
    /// Nothing open yet. A stream that is wanted no more flows on for `fade`, then it rests.
    pub fn new(fade: Duration) -> Held {
        Held { flow: Flow { fade, ..Flow::default() }, ..Held::default() }
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
                self.flow.running = false;
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

    /// Lets the open stream flow while it is wanted. True when it began or came to rest just now.
    pub fn flow(&mut self, now: Instant, wanted: bool) -> bool {
        let turn = self.flow.turn(now, wanted, self.stream.is_some());
        match (&self.stream, turn) {
            (Some(stream), Some(true)) => stream.run(),
            (Some(stream), Some(false)) => stream.rest(),
            (Some(_), None) | (None, _) => {}
        }
        turn.is_some()
    }

    /// The stream flows, be it only for its fade.
    pub fn flows(&self) -> bool {
        self.stream.is_some() && self.flow.running
    }

    fn miss(&mut self) -> Change {
        if std::mem::replace(&mut self.missed, true) { Change::Same } else { Change::Missing }
    }
}

/// When a stream flows. A device that is stopped keeps what waits in its buffer and would begin the next
/// time with it: the fade is there to play silence until nothing else is left.
#[derive(Default)]
struct Flow {
    fade: Duration,
    running: bool,
    unwanted_since: Option<Instant>,
}

impl Flow {
    /// What the stream is to do now: run, rest, or go on as before.
    fn turn(&mut self, now: Instant, wanted: bool, open: bool) -> Option<bool> {
        self.unwanted_since = if wanted { None } else { self.unwanted_since.or(Some(now)) };
        let faded = self.unwanted_since.is_some_and(|since| now.duration_since(since) >= self.fade);
        let turn = if self.running { faded } else { wanted };
        if !turn || !open {
            return None;
        }
        self.running = wanted;
        Some(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_flows_at_once_and_rests_only_after_its_fade() {
        let mut flow = Flow { fade: Duration::from_millis(200), ..Flow::default() };
        let began = Instant::now();
        let mut at = |ms, wanted| flow.turn(began + Duration::from_millis(ms), wanted, true);
        assert_eq!(at(0, false), None);
        assert_eq!(at(10, true), Some(true));
        assert_eq!(at(20, true), None);
        assert_eq!(
            [at(30, false), at(229, false), at(230, false), at(240, false)],
            [None, None, Some(false), None]
        );
        assert_eq!(
            [at(250, true), at(260, false), at(270, true), at(470, true)],
            [Some(true), None, None, None]
        );
    }
}
