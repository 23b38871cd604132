//! Video in order: a late packet is waited for a short while, since the far side may resend it.
//!
//! It refuses to know clocks (the time is handed in) and pictures.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::Rtp;
use crate::flow::sequence::{Place, Sequence};

/// How long a gap is waited for: time for a second NACK and a round trip of 60 ms, as one repair in
/// twenty is lost like any packet. Only what is behind a loss waits, until its repair comes; giving
/// up costs a key frame, which takes longer.
const PATIENCE: Duration = Duration::from_millis(120);
/// Packets held or not yet fetched. About three seconds of 2 Mbit/s.
const CAPACITY: usize = 1024;

struct Held {
    came: Instant,
    packet: Rtp,
}

/// The window of one video stream.
#[derive(Default)]
pub(crate) struct Reorder {
    sequence: Sequence,
    /// The number that goes out next; `None` before the first packet.
    next: Option<u64>,
    held: BTreeMap<u64, Held>,
    dropped: u64,
}

impl Reorder {
    pub(crate) fn push(&mut self, now: Instant, source: u32, packet: Rtp) {
        let at = match self.sequence.place(source, packet.sequence) {
            Place::Continues(at) => at,
            Place::Begins(at) => {
                // What is left of the source before cannot be joined with the new one.
                self.dropped += self.held.len() as u64;
                self.held.clear();
                self.next = Some(at);
                at
            }
        };
        let late = self.next.is_some_and(|next| at < next);
        if late || self.held.contains_key(&at) {
            self.dropped += 1;
            return;
        }
        self.held.insert(at, Held { came: now, packet });
        if self.held.len() > CAPACITY {
            self.drop_oldest();
        }
    }

    /// The next packet in order; where one is missing for too long, the one behind the gap.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<Rtp> {
        let (&first, _) = self.held.first_key_value()?;
        let in_order = self.next == Some(first);
        if !in_order && self.poll_timeout().is_none_or(|deadline| deadline > now) {
            return None;
        }
        let (at, held) = self.held.pop_first()?;
        self.next = Some(at + 1);
        Some(held.packet)
    }

    /// When `pop` gives something that it does not give before, if nothing more arrives.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.held.values().map(|held| held.came).min().map(|came| came + PATIENCE)
    }

    /// Packets that came too late, twice, or too many at once.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    fn drop_oldest(&mut self) {
        if let Some((at, _)) = self.held.pop_first() {
            self.next = Some(at + 1);
            self.dropped += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Codec, Track};

    fn packet(sequence: u16) -> Rtp {
        let (track, codec) = (Track::Video, Codec::Vp8);
        Rtp { track, codec, marker: false, sequence, timestamp: 0, payload: Default::default() }
    }

    fn pushed(now: Instant, numbers: &[u16]) -> Reorder {
        let mut reorder = Reorder::default();
        for &number in numbers {
            reorder.push(now, 1, packet(number));
        }
        reorder
    }

    fn drained(reorder: &mut Reorder, now: Instant) -> Vec<u16> {
        std::iter::from_fn(|| reorder.pop(now)).map(|packet| packet.sequence).collect()
    }

    #[test]
    fn what_comes_in_time_goes_out_in_order_and_once() {
        let now = Instant::now();
        let mut reorder = pushed(now, &[65_534, 0, 65_535, 65_535, 1]);
        assert_eq!(drained(&mut reorder, now), [65_534, 65_535, 0, 1]);
        assert_eq!(reorder.dropped(), 1);
    }

    #[test]
    fn a_gap_is_waited_for_and_then_skipped() {
        let now = Instant::now();
        let mut reorder = pushed(now, &[1, 3]);
        assert_eq!(drained(&mut reorder, now), [1]);
        assert_eq!(reorder.poll_timeout(), Some(now + PATIENCE));
        assert_eq!(drained(&mut reorder, now + PATIENCE), [3]);
        reorder.push(now + PATIENCE, 1, packet(2));
        assert_eq!(drained(&mut reorder, now + PATIENCE * 2), [] as [u16; 0]);
    }

    #[test]
    fn nobody_fetching_costs_the_oldest() {
        let now = Instant::now();
        let numbers: Vec<u16> = (0..1030).collect();
        let mut reorder = pushed(now, &numbers);
        let left = drained(&mut reorder, now);
        assert_eq!((left.first(), left.len()), (Some(&6), CAPACITY));
    }

    #[test]
    fn a_new_source_is_not_waited_for() {
        let now = Instant::now();
        let mut reorder = pushed(now, &[1, 3]);
        reorder.push(now, 2, packet(900));
        assert_eq!(drained(&mut reorder, now), [900]);
    }
}
