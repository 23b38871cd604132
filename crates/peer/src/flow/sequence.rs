//! Sequence numbers that do not wrap, and which of them were seen.

/// Where counting starts, so that going back from the first packet never goes below zero.
const START: u64 = 1 << 32;
/// A packet this far behind the newest is not late: its source began anew.
const RESTART: u64 = 1024;
/// How far back a packet can be told from its double.
const REMEMBERED: u64 = 128;

/// A stream's sequence numbers, extended over their wraps.
#[derive(Default)]
pub(crate) struct Sequence {
    source: u32,
    newest: Option<u64>,
}

/// Where a packet stands in its stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The first of a new source: nothing before it counts.
    Begins(u64),
    /// Somewhere near the newest, before or after it.
    Continues(u64),
}

impl Sequence {
    pub(crate) fn place(&mut self, source: u32, sequence: u16) -> Place {
        let continued = self
            .newest
            .filter(|_| self.source == source)
            .map(|newest| (newest, extend(newest, sequence)))
            .filter(|(newest, at)| at + RESTART > *newest);
        self.source = source;
        match continued {
            Some((newest, at)) => {
                self.newest = Some(newest.max(at));
                Place::Continues(at)
            }
            None => {
                let at = START + u64::from(sequence);
                self.newest = Some(at);
                Place::Begins(at)
            }
        }
    }
}

/// The extended number nearest to `newest` that ends in `sequence`.
fn extend(newest: u64, sequence: u16) -> u64 {
    let newest_end = newest.to_le_bytes();
    let ahead = sequence.wrapping_sub(u16::from_le_bytes([newest_end[0], newest_end[1]]));
    match ahead < 0x8000 {
        true => newest + u64::from(ahead),
        false => newest - (0x1_0000 - u64::from(ahead)),
    }
}

/// Tells new packets from doubles.
#[derive(Default)]
pub(crate) struct Seen {
    sequence: Sequence,
    newest: u64,
    /// Bit n: the packet n before the newest came.
    came: u128,
}

impl Seen {
    /// Whether the packet comes for the first time. What is too old to say counts as a double.
    pub(crate) fn is_new(&mut self, source: u32, sequence: u16) -> bool {
        match self.sequence.place(source, sequence) {
            Place::Begins(at) => {
                (self.newest, self.came) = (at, 1);
                true
            }
            Place::Continues(at) if at > self.newest => {
                let shift = u32::try_from(at - self.newest).unwrap_or(u32::MAX);
                self.came = self.came.checked_shl(shift).unwrap_or(0) | 1;
                self.newest = at;
                true
            }
            Place::Continues(at) if self.newest - at >= REMEMBERED => false,
            Place::Continues(at) => {
                let bit = 1 << (self.newest - at);
                let new = self.came & bit == 0;
                self.came |= bit;
                new
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on_over_the_wrap() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.place(1, 65_534), Place::Begins(START + 65_534));
        assert_eq!(sequence.place(1, 1), Place::Continues(START + 65_537));
        assert_eq!(sequence.place(1, 65_535), Place::Continues(START + 65_535));
    }

    #[test]
    fn a_new_source_or_a_far_step_back_begins_anew() {
        let mut sequence = Sequence::default();
        sequence.place(1, 30_000);
        assert_eq!(sequence.place(2, 30_001), Place::Begins(START + 30_001));
        assert_eq!(sequence.place(2, 20_000), Place::Begins(START + 20_000));
    }

    #[test]
    fn each_packet_is_new_once() {
        let mut seen = Seen::default();
        let came = [10, 12, 11, 11, 12, 10, 13];
        let new: Vec<bool> = came.iter().map(|&number| seen.is_new(1, number)).collect();
        assert_eq!(new, [true, true, true, false, false, false, true]);
    }

    #[test]
    fn a_double_from_long_ago_is_not_new() {
        let mut seen = Seen::default();
        seen.is_new(1, 0);
        seen.is_new(1, 500);
        assert!(!seen.is_new(1, 0));
        assert!(seen.is_new(1, 499));
    }
}
