//! How well a leg is heard: what was counted becomes a word now and then.
//!
//! Refuses to know clocks, packets and who hears the word.

use std::collections::VecDeque;

use link::state::Quality;
use peer::Arrivals;

/// Between two words about a leg that stays as it is.
const SAY_EVERY_MS: u64 = 5_000;
/// Between two words at all: a person reads no faster.
const SAY_AGAIN_MS: u64 = 1_000;
/// A change that is worth a word before its time: speech begins to break at some 50 per mille, and a
/// pause of a tenth of a second more is heard.
const MUCH_LOSS_PERMILLE: u16 = 50;
const MUCH_ROUND_TRIP_MS: u32 = 100;
/// A share of fewer packets than one second of speech has says nothing.
const FEW_PACKETS: u64 = 40;

/// What is new: the looks, one a second, that show a change before it drowns in what was before.
const NEW_LOOKS: usize = 2;

/// One leg's quality, from word to word.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// What was counted up to the last word.
    counted: Arrivals,
    /// What was counted up to the last looks, oldest first.
    looks: VecDeque<Arrivals>,
    /// The worst that the far side has reported since.
    reported_permille: u16,
    said: Option<(u64, Quality)>,
}

/// What there is to look at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading {
    /// What came from the far side so far.
    pub(crate) arrivals: Arrivals,
    /// The worst loss that the far side has reported since the last look, per mille.
    pub(crate) reported_permille: u16,
    /// The latest round trip.
    pub(crate) round_trip_ms: Option<u32>,
}

impl Meter {
    /// A word about the leg, when it is time for one. The loss is that of the worse direction: a bad
    /// Wi-Fi often spoils one.
    pub(crate) fn look(&mut self, now_ms: u64, reading: Reading) -> Option<Quality> {
        self.reported_permille = self.reported_permille.max(reading.reported_permille);
        let lately = self.looks.front().copied().unwrap_or(self.counted);
        self.looks.push_back(reading.arrivals);
        if self.looks.len() > NEW_LOOKS {
            self.looks.pop_front();
        }
        let round_trip_ms = reading.round_trip_ms;
        let word = |since| {
            let loss_permille = lost_permille(since, reading.arrivals).max(self.reported_permille);
            Quality { loss_permille, round_trip_ms }
        };
        let quality = match self.said {
            None => word(self.counted),
            Some((at_ms, _)) if now_ms.saturating_sub(at_ms) >= SAY_EVERY_MS => word(self.counted),
            Some((at_ms, said)) if now_ms.saturating_sub(at_ms) >= SAY_AGAIN_MS => {
                let few = reading.arrivals.sent.saturating_sub(lately.sent) < FEW_PACKETS;
                let quality = word(if few { self.counted } else { lately });
                let news = differs_much(quality, said, few);
                news.then_some(quality)?
            }
            Some(_) => return None,
        };
        (self.counted, self.reported_permille) = (reading.arrivals, 0);
        self.said = Some((now_ms, quality));
        Some(quality)
    }
}

/// `few`: too few packets to tell a change of the loss.
fn differs_much(quality: Quality, said: Quality, few: bool) -> bool {
    let loss = quality.loss_permille.abs_diff(said.loss_permille) >= MUCH_LOSS_PERMILLE;
    let way = quality.round_trip_ms.zip(said.round_trip_ms);
    loss && !few || way.is_some_and(|(now, said)| now.abs_diff(said) >= MUCH_ROUND_TRIP_MS)
}

fn lost_permille(since: Arrivals, now: Arrivals) -> u16 {
    let sent = now.sent.saturating_sub(since.sent);
    let lost = sent.saturating_sub(now.came.saturating_sub(since.came));
    match sent {
        0 => 0,
        // At most 1,000.
        _ => (1_000 * lost / sent) as u16,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks once a second at 100 packets a second, of which so many are lost.
    fn words(losses: &[u64]) -> Vec<(u64, u16)> {
        let (mut meter, mut arrivals) = (Meter::default(), Arrivals::default());
        let mut said = Vec::new();
        for (second, lost) in (1..).zip(losses) {
            arrivals.sent += 100;
            arrivals.came += 100 - lost;
            let reading = Reading { arrivals, ..Reading::default() };
            said.extend(meter.look(second * 1_000, reading).map(|word| (second, word.loss_permille)));
        }
        said
    }

    #[test]
    fn a_steady_leg_is_told_every_five_seconds_and_a_change_at_once() {
        assert_eq!(words(&[0; 12]), [(1, 0), (6, 0), (11, 0)]);
        assert_eq!(words(&[0, 0, 0, 0, 20, 20, 20, 0, 0, 0]), [(1, 0), (5, 100), (6, 200), (8, 100), (9, 0)]);
    }

    #[test]
    fn the_worse_direction_counts_and_a_silent_leg_loses_nothing() {
        let mut meter = Meter::default();
        let reading = |reported_permille| Reading { reported_permille, ..Reading::default() };
        assert_eq!(meter.look(0, reading(0)).map(|word| word.loss_permille), Some(0));
        assert_eq!(meter.look(1_000, reading(80)), None);
        assert_eq!(meter.look(5_000, reading(10)).map(|word| word.loss_permille), Some(80));
        assert_eq!(meter.look(10_000, reading(0)).map(|word| word.loss_permille), Some(0));
    }

    #[test]
    fn a_longer_way_is_told_at_once() {
        let mut meter = Meter::default();
        let reading = |ms| Reading { round_trip_ms: ms, ..Reading::default() };
        assert!(meter.look(0, reading(Some(20))).is_some());
        assert_eq!(meter.look(1_000, reading(Some(60))), None);
        let told = meter.look(2_000, reading(Some(180)));
        assert_eq!(told, Some(Quality { loss_permille: 0, round_trip_ms: Some(180) }));
    }
}
