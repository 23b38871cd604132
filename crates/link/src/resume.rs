//! Events with numbers: what the server keeps for a line that was cut, and how a client notices a gap.
//! Pure: no socket, no clock.

use std::collections::VecDeque;

/// How many events are kept for a line that may come back. A desk sees about one event a second, so
/// that this bridges four minutes; a longer absence gets a snapshot.
pub const KEPT_EVENTS: usize = 256;

/// The server's side of one stream of events.
#[derive(Debug)]
pub struct Outbox<C> {
    stream: u64,
    last: u64,
    kept: VecDeque<C>,
}

impl<C> Outbox<C> {
    /// An empty stream; events count from 1.
    pub fn new(stream: u64) -> Outbox<C> {
        Outbox { stream, last: 0, kept: VecDeque::new() }
    }

    /// The stream's own number.
    pub fn stream(&self) -> u64 {
        self.stream
    }

    /// The number of the newest event, 0 before the first.
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Keeps an event and returns its number.
    pub fn push(&mut self, change: C) -> u64 {
        if self.kept.len() == KEPT_EVENTS {
            self.kept.pop_front();
        }
        self.kept.push_back(change);
        self.last += 1;
        self.last
    }

    /// Keeps nothing of the events so far: whoever missed one gets a snapshot.
    pub fn forget(&mut self) {
        self.kept.clear();
    }

    /// The events after `event`, with their numbers; none when they are no longer kept, or when the
    /// number was never given out, so that only a snapshot helps.
    pub fn after(&self, event: u64) -> Option<impl Iterator<Item = (u64, &C)>> {
        let oldest_known = self.last - self.kept.len() as u64;
        if event < oldest_known || event > self.last {
            return None;
        }
        let skip = (event - oldest_known) as usize;
        Some((event + 1..).zip(self.kept.iter().skip(skip)))
    }
}

/// What to do with an event that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is the next one: apply it.
    Apply,
    /// It was applied before: leave it.
    Duplicate,
    /// Something is missing: reconnect and ask for a snapshot.
    Gap,
}

/// The client's side: the place in the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The stream, from the welcome.
    pub stream: u64,
    /// The last event applied.
    pub event: u64,
}

impl Cursor {
    /// Takes the number of an event that came in.
    pub fn take(&mut self, event: u64) -> Step {
        if event <= self.event {
            return Step::Duplicate;
        }
        if event != self.event + 1 {
            return Step::Gap;
        }
        self.event = event;
        Step::Apply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_absence_gets_exactly_the_missing_events() {
        let mut outbox = Outbox::new(9);
        for word in ["a", "b", "c"] {
            outbox.push(word);
        }
        let missing: Vec<_> = outbox.after(1).expect("still kept").collect();
        assert_eq!(missing, [(2, &"b"), (3, &"c")]);
        assert_eq!(outbox.after(3).expect("nothing is missing").count(), 0);
    }

    #[test]
    fn a_long_absence_or_a_number_from_another_life_needs_a_snapshot() {
        let mut outbox = Outbox::new(9);
        for n in 0..KEPT_EVENTS + 10 {
            outbox.push(n);
        }
        assert!(outbox.after(9).is_none());
        assert_eq!(outbox.after(10).expect("the oldest kept").count(), KEPT_EVENTS);
        assert!(outbox.after(KEPT_EVENTS as u64 + 11).is_none());
    }

    #[test]
    fn what_was_forgotten_is_not_told_again_and_the_numbers_go_on() {
        let mut outbox = Outbox::new(9);
        outbox.push("a");
        outbox.forget();
        assert!(outbox.after(0).is_none());
        assert_eq!(outbox.after(1).expect("nothing is missing").count(), 0);
        assert_eq!(outbox.push("b"), 2);
    }

    #[test]
    fn a_client_sees_the_gap_and_ignores_the_double() {
        let mut cursor = Cursor { stream: 1, event: 4 };
        assert_eq!(cursor.take(5), Step::Apply);
        assert_eq!(cursor.take(5), Step::Duplicate);
        assert_eq!(cursor.take(7), Step::Gap);
        assert_eq!(cursor.event, 5);
    }
}
