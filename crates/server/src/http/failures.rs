//! Who failed to sign in how often. In memory: a restart forgives, and nobody outside can cause one.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use desk::time::{Millis, Time};

/// Ten failures lock an account for a quarter of an hour.
const MAX_FAILURES: u32 = 10;
const LOCK: Millis = Millis::seconds(15 * 60);
/// Names that are no accounts are locked like accounts, so that a lock tells nothing. This many are
/// remembered at most; accounts are never forgotten early.
const MAX_STRANGERS: usize = 4096;

/// The count per name.
#[derive(Default)]
pub(super) struct Failures {
    names: Mutex<HashMap<String, Tries>>,
}

struct Tries {
    known: bool,
    count: u32,
    last: Time,
}

impl Failures {
    /// Counts a try before its password is looked at, so that tries at the same moment all count.
    /// False: locked.
    pub fn may_try(&self, name: &str, known: bool, now: Time) -> bool {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= MAX_STRANGERS {
            names.retain(|_, tries| now.since(tries.last) < LOCK);
        }
        if names.len() >= 2 * MAX_STRANGERS {
            names.retain(|_, tries| tries.known);
        }
        let tries = names.entry(name.to_owned()).or_insert(Tries { known, count: 0, last: now });
        if now.since(tries.last) >= LOCK {
            tries.count = 0;
        }
        if tries.count >= MAX_FAILURES {
            return false;
        }
        tries.known |= known;
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

    /// The password was right: the count starts anew.
    pub fn forgive(&self, name: &str) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_lock_for_a_quarter_of_an_hour() {
        let failures = Failures::default();
        let start = Time(1_000_000);
        for _ in 0..MAX_FAILURES {
            assert!(failures.may_try("op01", true, start));
        }
        assert!(!failures.may_try("op01", true, start));
        assert!(!failures.may_try("op01", true, start + Millis(LOCK.0 - 1)));
        assert!(failures.may_try("op02", true, start), "another account is free");
        assert!(failures.may_try("op01", true, start + LOCK));
    }

    #[test]
    fn a_try_whose_password_was_not_looked_at_does_not_count() {
        let failures = Failures::default();
        for _ in 0..3 * MAX_FAILURES {
            assert!(failures.may_try("op01", true, Time(5)));
            failures.take_back("op01");
        }
        for _ in 0..MAX_FAILURES {
            assert!(failures.may_try("op01", true, Time(5)));
        }
        assert!(!failures.may_try("op01", true, Time(5)), "the others count");
    }

    #[test]
    fn a_flood_of_made_up_names_frees_no_locked_account() {
        let failures = Failures::default();
        for _ in 0..MAX_FAILURES {
            failures.may_try("op01", true, Time(5));
        }
        for n in 0..3 * MAX_STRANGERS {
            failures.may_try(&format!("nobody{n}"), false, Time(6));
        }
        assert!(!failures.may_try("op01", true, Time(7)));
        assert!(failures.names.lock().unwrap().len() <= 2 * MAX_STRANGERS + 1);
    }
}
