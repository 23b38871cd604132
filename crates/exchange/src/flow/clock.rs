//! The time that all legs of an exchange share, in milliseconds. A test's goes on by hand.

#[cfg(test)]
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use std::time::Instant;

/// What tells the time.
#[derive(Clone)]
pub(crate) enum Clock {
    /// The machine's clock from this moment on.
    Since(Instant),
    /// Whatever a test says.
    #[cfg(test)]
    ByHand(Arc<AtomicU64>),
}

impl From<Instant> for Clock {
    fn from(epoch: Instant) -> Clock {
        Clock::Since(epoch)
    }
}

impl Clock {
    pub(crate) fn now_ms(&self) -> u64 {
        match self {
            Clock::Since(epoch) => u64::try_from(epoch.elapsed().as_millis()).unwrap_or(u64::MAX),
            #[cfg(test)]
            Clock::ByHand(now_ms) => now_ms.load(Ordering::Relaxed),
        }
    }
}
