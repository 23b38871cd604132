//! How well each leg is heard, told on only when somebody would see the difference: every figure that is
//! passed on goes to every desk. Knows no line and no clock.

use std::collections::BTreeMap;

use desk::centre::Owner;
use link::state::Quality;

/// Where the lamp changes for sound with error correction, per mille lost (LiveKit's loss bands).
const LOSS_BANDS_PERMILLE: [u16; 2] = [38, 113];
/// Beyond a band's edge by this much, so that a loss that plays around the edge does not flicker.
const LOSS_EDGE_PERMILLE: u16 = 10;
/// A round trip that differs by less is the same to the ear.
const ROUND_TRIP_STEP_MS: u32 = 60;

/// What is told of every leg.
#[derive(Default)]
pub(super) struct Qualities(BTreeMap<Owner, Quality>);

impl Qualities {
    /// Takes a report; it replaces what is told when it differs much.
    pub fn take(&mut self, owner: Owner, new: Quality) {
        match self.0.get_mut(&owner) {
            Some(told) if !differs_much(*told, new) => {}
            Some(told) => *told = new,
            None => {
                self.0.insert(owner, new);
            }
        }
    }

    /// What is told of a leg.
    pub fn of(&self, owner: Owner) -> Option<Quality> {
        self.0.get(&owner).copied()
    }

    /// The leg has no media any more.
    pub fn forget(&mut self, owner: Owner) {
        self.0.remove(&owner);
    }
}

fn differs_much(told: Quality, new: Quality) -> bool {
    let crossed = LOSS_BANDS_PERMILLE.iter().any(|edge| {
        let (below, above) = (edge.saturating_sub(LOSS_EDGE_PERMILLE), edge + LOSS_EDGE_PERMILLE);
        (told.loss_permille < *edge && new.loss_permille >= above)
            || (told.loss_permille >= *edge && new.loss_permille < below)
    });
    let farther = match (told.round_trip_ms, new.round_trip_ms) {
        (Some(told), Some(new)) => told.abs_diff(new) >= ROUND_TRIP_STEP_MS,
        (None, Some(_)) => true,
        // A report that does not know it takes nothing back.
        (Some(_), None) | (None, None) => false,
    };
    crossed || farther
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::ids::BoothId;

    const BOOTH: Owner = Owner::Booth { booth: BoothId(1) };

    fn told_after(reports: &[(u16, Option<u32>)]) -> Quality {
        let mut qualities = Qualities::default();
        for (loss_permille, round_trip_ms) in reports {
            qualities.take(BOOTH, Quality { loss_permille: *loss_permille, round_trip_ms: *round_trip_ms });
        }
        qualities.of(BOOTH).unwrap()
    }

    #[test]
    fn noise_is_not_passed_on_and_a_new_band_is() {
        let quiet = told_after(&[(0, Some(20)), (12, Some(45)), (36, Some(31)), (40, Some(60)), (0, None)]);
        assert_eq!(quiet, Quality { loss_permille: 0, round_trip_ms: Some(20) });
        assert_eq!(told_after(&[(0, Some(20)), (60, Some(20))]).loss_permille, 60);
        assert_eq!(told_after(&[(60, Some(20)), (35, Some(20))]).loss_permille, 60, "it would flicker");
        assert_eq!(told_after(&[(60, Some(20)), (10, Some(20))]).loss_permille, 10);
        assert_eq!(told_after(&[(60, Some(20)), (200, Some(20))]).loss_permille, 200);
        assert_eq!(told_after(&[(0, Some(20)), (0, Some(180))]).round_trip_ms, Some(180));
        assert_eq!(told_after(&[(0, None), (0, Some(9))]).round_trip_ms, Some(9));
    }

    #[test]
    fn a_leg_without_media_has_no_quality() {
        let mut qualities = Qualities::default();
        qualities.take(BOOTH, Quality { loss_permille: 3, round_trip_ms: None });
        qualities.forget(BOOTH);
        assert_eq!(qualities.of(BOOTH), None);
    }
}
