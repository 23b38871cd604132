//! What booths are asked to sign. Each challenge is good once and for a minute. Pure but for the lock.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use desk::ids::BoothId;
use desk::time::{Millis, Time};

/// A page signs at once; a minute bears a slow tablet on bad Wi-Fi.
const LIFE: Millis = Millis::seconds(60);
/// A booth has one page; a few tries of it may overlap after a cut. Only booths that an administrator has
/// approved are asked, so that this bounds the whole.
const MAX_PER_BOOTH: usize = 8;

/// The challenges that are open.
#[derive(Default)]
pub(super) struct Challenges {
    open: Mutex<BTreeMap<BoothId, VecDeque<(String, Time)>>>,
}

impl Challenges {
    /// Opens a challenge for a booth; the oldest gives way.
    pub fn open(&self, booth: BoothId, challenge: String, now: Time) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = open.entry(booth).or_default();
        own.retain(|(_, until)| now < *until);
        if own.len() == MAX_PER_BOOTH {
            own.pop_front();
        }
        own.push_back((challenge, now + LIFE));
    }

    /// Uses a challenge up. False: it is unknown, used, too old, or another booth's.
    pub fn take(&self, booth: BoothId, challenge: &str, now: Time) -> bool {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(own) = open.get_mut(&booth) else { return false };
        let Some(place) = own.iter().position(|(known, _)| known == challenge) else { return false };
        own.remove(place).is_some_and(|(_, until)| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_good_once_for_one_booth_and_for_a_minute() {
        let challenges = Challenges::default();
        let (one, two, start) = (BoothId(1), BoothId(2), Time(5));
        challenges.open(one, "a".into(), start);
        assert!(!challenges.take(two, "a", start));
        assert!(challenges.take(one, "a", start));
        assert!(!challenges.take(one, "a", start));
        challenges.open(one, "b".into(), start);
        assert!(!challenges.take(one, "b", start + LIFE));
    }

    #[test]
    fn a_booth_that_asks_and_asks_takes_no_more_room() {
        let challenges = Challenges::default();
        for n in 0..100 {
            challenges.open(BoothId(1), n.to_string(), Time(5));
        }
        assert!(challenges.take(BoothId(1), "99", Time(5)));
        assert!(!challenges.take(BoothId(1), "91", Time(5)));
        assert_eq!(challenges.open.lock().unwrap()[&BoothId(1)].len(), MAX_PER_BOOTH - 1);
    }
}
