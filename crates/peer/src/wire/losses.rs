//! How many packets the far side sent and how many of them came by themselves: what was lost on the
//! way, whether it was repaired later or not.
//!
//! It refuses to know time and what the packets carry.

use std::collections::HashMap;

/// A step further than this is a stream that began anew, not a loss.
const MAX_STEP: u16 = 3_000;

/// All streams of one leg, together.
#[derive(Default)]
pub(crate) struct Losses {
    /// The newest number of each known stream; none before its first packet.
    newest: HashMap<u32, Option<u16>>,
}

impl Losses {
    /// From now on the stream is counted.
    pub(crate) fn learn(&mut self, stream: u32) {
        self.newest.entry(stream).or_default();
    }

    /// A packet came, no repair. Gives how many have been sent since the newest one before it; none for
    /// a stream that nobody knows.
    pub(crate) fn came(&mut self, stream: u32, sequence: u16) -> Option<u16> {
        let newest = self.newest.get_mut(&stream)?;
        let step = newest.map_or(1, |newest| sequence.wrapping_sub(newest));
        // Late or doubled: it was counted as sent when a newer one came.
        if step == 0 || step > u16::MAX - MAX_STEP {
            return Some(0);
        }
        *newest = Some(sequence);
        Some(if step < MAX_STEP { step } else { 1 })
    }

    pub(crate) fn forget(&mut self, stream: u32) {
        self.newest.remove(&stream);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_count_as_sent_and_late_packets_are_not_sent_twice() {
        let mut losses = Losses::default();
        let came = [65_534u16, 65_535, 2, 1, 2, 3];
        assert_eq!(losses.came(1, 65_533), None, "a stranger's stream");
        losses.learn(1);
        losses.learn(2);
        let sent: Vec<u16> = came.iter().filter_map(|number| losses.came(1, *number)).collect();
        // 0 is lost, 1 is late.
        assert_eq!(sent, [1, 1, 3, 0, 0, 1]);
        assert_eq!(losses.came(1, 30_000), Some(1), "a stream that began anew");
        assert_eq!(losses.came(2, 7), Some(1), "another stream");
    }
}
