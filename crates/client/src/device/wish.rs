//! Which device is wanted in one place: changed by a person while the place is in use.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// One place's wish; `W` says which device.
pub struct Wish<W> {
    wanted: Mutex<W>,
    turn: AtomicU64,
}

impl<W: Clone> Wish<W> {
    /// The wish of the start.
    pub fn new(wanted: W) -> Wish<W> {
        Wish { wanted: Mutex::new(wanted), turn: AtomicU64::new(0) }
    }

    /// Another device from now on. Whoever serves the wish is to be woken.
    pub fn change(&self, wanted: W) {
        *self.wanted.lock().unwrap_or_else(PoisonError::into_inner) = wanted;
        self.turn.fetch_add(1, Ordering::AcqRel);
    }

    /// The wish and its number.
    pub fn now(&self) -> (W, u64) {
        // The number is read first: a change in between is then noticed once more, never missed.
        let turn = self.turn.load(Ordering::Acquire);
        (self.wanted.lock().unwrap_or_else(PoisonError::into_inner).clone(), turn)
    }

    /// The wish of this number is still the one.
    pub fn holds(&self, turn: u64) -> bool {
        self.turn.load(Ordering::Acquire) == turn
    }
}
