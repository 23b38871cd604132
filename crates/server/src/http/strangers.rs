//! Names that are no accounts, and who tried them how often: they are locked like accounts, so that a lock
//! tells nothing. In memory; what is tried at real accounts is kept in the store.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use desk::time::Time;

use super::sign_in::{LOCK, MAX_FAILURES};

/// This many are remembered at most; beyond it all are forgotten, which frees no account.
const MAX_NAMES: usize = 4096;

/// The count per name.
#[derive(Default)]
pub(super) struct Strangers {
    names: Mutex<HashMap<String, Tries>>,
}

struct Tries {
    count: u32,
    last: Time,
}

impl Strangers {
    /// Counts a try. False: locked.
    pub fn may_try(&self, name: &str, now: Time) -> bool {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MAX_NAMES {
            names.retain(|_, tries| now.since(tries.last) < LOCK);
        }
        if names.len() >= 2 * MAX_NAMES {
            names.clear();
        }
        let tries = names.entry(name.to_owned()).or_insert(Tries { count: 0, last: now });
        if now.since(tries.last) >= LOCK {
            tries.count = 0;
        }
        if tries.count >= MAX_FAILURES {
            return false;
        }
        tries.count += 1;
        tries.last = now;
        true
    }

    /// The password was not looked at after all: the try does not count.
    pub fn take_back(&self, name: &str) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tries) = names.get_mut(name) {
            tries.count = tries.count.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::time::Millis;

    #[test]
    fn a_made_up_name_locks_like_an_account() {
        let strangers = Strangers::default();
        let start = Time(1_000_000);
        strangers.may_try("nobody", start);
        strangers.take_back("nobody");
        for _ in 0..MAX_FAILURES {
            assert!(strangers.may_try("nobody", start));
        }
        assert!(!strangers.may_try("nobody", start + Millis(LOCK.0 - 1)));
        assert!(strangers.may_try("somebody", start));
        assert!(strangers.may_try("nobody", start + LOCK));
    }

    #[test]
    fn a_flood_of_made_up_names_takes_bounded_room() {
        let strangers = Strangers::default();
        for n in 0..5 * MAX_NAMES {
            strangers.may_try(&format!("nobody{n}"), Time(6));
        }
        assert!(strangers.names.lock().unwrap().len() <= 2 * MAX_NAMES);
    }
}
