//! How a leg's way is: when something last came over it, and how long a connectivity check takes there
//! and back. ICE sends one a second, in a talk and outside.
//!
//! It refuses to read a clock (the time is handed in) and to judge.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Checks under way at most: while ICE looks for a pair of addresses they leave every 20 ms.
const CHECKS: usize = 64;
/// Type fields (RFC 8489, 5) and where the transaction's name stands.
const REQUEST: [u8; 2] = [0x00, 0x01];
const SUCCESS: [u8; 2] = [0x01, 0x01];
const NAME: std::ops::Range<usize> = 8..20;

/// One leg's way.
#[derive(Default)]
pub(crate) struct Way {
    asked: VecDeque<([u8; 12], Instant)>,
    round_trip: Option<Duration>,
    heard: Option<Instant>,
}

impl Way {
    /// A datagram of the leg leaves.
    pub(crate) fn sent(&mut self, now: Instant, datagram: &[u8]) {
        if let Some(name) = name(datagram, REQUEST) {
            self.asked.push_back((name, now));
            if self.asked.len() > CHECKS {
                self.asked.pop_front();
            }
        }
    }

    /// A datagram for the leg came.
    pub(crate) fn came(&mut self, now: Instant, datagram: &[u8]) {
        self.heard = Some(now);
        let Some(name) = name(datagram, SUCCESS) else { return };
        let Some(place) = self.asked.iter().position(|(asked, _)| *asked == name) else { return };
        // What was asked before it and has no answer yet is lost or old news.
        let asked = self.asked.drain(..=place).next_back();
        self.round_trip = asked.map(|(_, at)| now.saturating_duration_since(at));
    }

    /// The latest; none before the first answer.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// When something last came.
    pub(crate) fn heard(&self) -> Option<Instant> {
        self.heard
    }
}

fn name(datagram: &[u8], kind: [u8; 2]) -> Option<[u8; 12]> {
    if !datagram.starts_with(&kind) {
        return None;
    }
    datagram.get(NAME)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: [u8; 2], name: u8) -> Vec<u8> {
        [&kind[..], &[0, 0, 0x21, 0x12, 0xa4, 0x42], &[name; 12]].concat()
    }

    #[test]
    fn the_round_trip_is_that_of_the_answered_check() {
        let (mut way, start) = (Way::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        way.sent(at(0), &check(REQUEST, 1));
        way.sent(at(1_000), &check(REQUEST, 2));
        way.came(at(1_030), &check(SUCCESS, 2));
        assert_eq!(way.round_trip(), Some(Duration::from_millis(30)));
        for stranger in [check(SUCCESS, 1), check(SUCCESS, 9), check(REQUEST, 2), vec![1, 1], vec![]] {
            way.came(at(2_000), &stranger);
        }
        assert_eq!(way.round_trip(), Some(Duration::from_millis(30)));
        assert_eq!(way.heard(), Some(at(2_000)));
    }

    #[test]
    fn checks_without_answers_are_forgotten() {
        let (mut way, now) = (Way::default(), Instant::now());
        (0..=255).for_each(|n| way.sent(now, &check(REQUEST, n)));
        assert_eq!(way.asked.len(), CHECKS);
        way.came(now, &check(SUCCESS, 0));
        assert_eq!(way.round_trip(), None);
    }
}
