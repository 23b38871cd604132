//! Holding on to a device that comes and goes: open, notice the loss, take another one at once, go back to
//! the chosen one when it is there again. Says when a stream flows and when it rests. Knows no kind of device.

use std::time::{Duration, Instant};

use super::Wanted;
use super::sound::{Absent, Stream};

/// The first and the longest pause between two tries when there is no device at all.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often we look whether the chosen device is back while another one stands in for it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A device that is lost sooner than this after it was opened is not worth another try at once.
const STEADY: Duration = Duration::from_secs(1);

/// What a look at the device brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// As before.
    Same,
    /// A device is open now.
    Opened {
        /// It stands in for the chosen one, which is not there.
        substitute: bool,
    },
    /// None is there (any more). Said once.
    Missing,
}

/// What an open stream must tell. A trait, so that the holding can be tried without a sound server.
pub trait Source {
    /// The device went away.
    fn is_lost(&self) -> bool;
    /// A device like this can be seen.
    fn sees(&self, wanted: &Wanted) -> bool;
    /// Lets it flow.
    fn run(&self);
    /// Stops the flow.
    fn rest(&self);
}

/// A device that is wanted all the time.
pub struct Held<S: Source = Stream> {
    open: Option<Open<S>>,
    flow: Flow,
    next_try: Option<Instant>,
    pause: Duration,
    missed: bool,
}

struct Open<S> {
    stream: S,
    since: Instant,
    /// When to look for the chosen device; none: this is the chosen one.
    look_at: Option<Instant>,
}

impl<S: Source> Held<S> {
    /// Nothing open yet. A stream that is wanted no more flows on for `fade`, then it rests.
    pub fn new(fade: Duration) -> Held<S> {
        Held {
            open: None,
            flow: Flow { fade, ..Flow::default() },
            next_try: None,
            pause: Duration::ZERO,
            missed: false,
        }
    }

    /// Looks after the device: notices a loss, opens what is there when it is time.
    pub fn tend(
        &mut self,
        now: Instant,
        wanted: &Wanted,
        open: impl Fn(&Wanted) -> Result<S, Absent>,
    ) -> Change {
        if let Some(lost) = self.open.take_if(|open| open.stream.is_lost()) {
            let steady = now.duration_since(lost.since) >= STEADY;
            self.next_try = (!steady).then_some(now + FIRST_PAUSE);
        }
        match &mut self.open {
            Some(Open { look_at: Some(look_at), stream, .. }) if now >= *look_at => {
                *look_at = now + LOOK_EVERY;
                let back = stream.sees(wanted).then(|| open(wanted).ok()).flatten();
                back.map_or(Change::Same, |stream| self.take(now, stream, false))
            }
            Some(_) => Change::Same,
            None if self.next_try.is_some_and(|at| now < at) => Change::Same,
            None => self.open(now, wanted, open),
        }
    }

    fn open(&mut self, now: Instant, wanted: &Wanted, open: impl Fn(&Wanted) -> Result<S, Absent>) -> Change {
        if let Ok(stream) = open(wanted) {
            return self.take(now, stream, false);
        }
        if let (Wanted::Named(_), Ok(stream)) = (wanted, open(&Wanted::Default)) {
            return self.take(now, stream, true);
        }
        self.pause = (self.pause * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
        self.next_try = Some(now + self.pause);
        if std::mem::replace(&mut self.missed, true) { Change::Same } else { Change::Missing }
    }

    fn take(&mut self, now: Instant, stream: S, substitute: bool) -> Change {
        let look_at = substitute.then_some(now + LOOK_EVERY);
        self.open = Some(Open { stream, since: now, look_at });
        self.flow.running = false;
        self.missed = false;
        self.pause = Duration::ZERO;
        self.next_try = None;
        Change::Opened { substitute }
    }

    /// Lets the open stream flow while it is wanted. True when it began or came to rest just now.
    pub fn flow(&mut self, now: Instant, wanted: bool) -> bool {
        let turn = self.flow.turn(now, wanted, self.open.is_some());
        match (&self.open, turn) {
            (Some(open), Some(true)) => open.stream.run(),
            (Some(open), Some(false)) => open.stream.rest(),
            (Some(_), None) | (None, _) => {}
        }
        turn.is_some()
    }

    /// The stream flows, be it only for its fade.
    pub fn flows(&self) -> bool {
        self.open.is_some() && self.flow.running
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
    use std::cell::RefCell;
    use std::rc::Rc;

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

    /// What is plugged in; the first one is the system's default.
    type Plugged = Rc<RefCell<Vec<&'static str>>>;

    struct Wire {
        name: &'static str,
        plugged: Plugged,
    }

    impl Source for Wire {
        fn is_lost(&self) -> bool {
            !self.plugged.borrow().contains(&self.name)
        }

        fn sees(&self, wanted: &Wanted) -> bool {
            find(&self.plugged, wanted).is_some()
        }

        fn run(&self) {}

        fn rest(&self) {}
    }

    fn find(plugged: &Plugged, wanted: &Wanted) -> Option<&'static str> {
        let plugged = plugged.borrow();
        match wanted {
            Wanted::Named(name) => plugged.iter().find(|known| *known == name).copied(),
            Wanted::Default => plugged.first().copied(),
            Wanted::Nothing | Wanted::Tone(_) => None,
        }
    }

    #[test]
    fn a_headset_that_is_unplugged_is_replaced_at_once_and_comes_back_within_a_second() {
        let plugged: Plugged = Rc::new(RefCell::new(vec!["built-in", "headset"]));
        let mut held: Held<Wire> = Held::new(Duration::ZERO);
        let (began, wanted) = (Instant::now(), Wanted::Named("headset".into()));
        let mut at = |ms| {
            held.tend(began + Duration::from_millis(ms), &wanted, |wanted| {
                let name = find(&plugged, wanted).ok_or(Absent)?;
                Ok(Wire { name, plugged: Rc::clone(&plugged) })
            })
        };
        assert_eq!(at(0), Change::Opened { substitute: false });
        assert_eq!(at(2_000), Change::Same);
        *plugged.borrow_mut() = vec!["built-in"];
        assert_eq!(at(2_010), Change::Opened { substitute: true });
        assert_eq!(at(3_100), Change::Same);
        *plugged.borrow_mut() = vec!["built-in", "headset"];
        assert_eq!([at(3_200), at(4_200)], [Change::Same, Change::Opened { substitute: false }]);
        plugged.borrow_mut().clear();
        assert_eq!([at(6_000), at(6_010)], [Change::Missing, Change::Same]);
        *plugged.borrow_mut() = vec!["built-in"];
        assert_eq!([at(6_400), at(6_600)], [Change::Same, Change::Opened { substitute: true }]);
        plugged.borrow_mut().clear();
        assert_eq!(at(6_650), Change::Same, "what breaks at once is not tried in a loop");
        assert_eq!(at(7_200), Change::Missing);
    }
}
