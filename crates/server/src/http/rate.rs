//! How fast one line may speak: a bucket that fills steadily. Knows no socket.

use std::time::Instant;

/// A steady rate with room for a burst.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    /// Messages a second, for ever.
    pub per_second: f64,
    /// Messages at once, after a silence.
    pub burst: f64,
}

/// A page or desktop says a handful of words a second at most; a reconnect repeats up to 64.
pub(super) const PERSON: Allowance = Allowance { per_second: 50.0, burst: 100.0 };
/// An exchange speaks for every leg: an answer, a state and a bridge each, and all at once after a cut.
pub(super) const EXCHANGE: Allowance = Allowance { per_second: 2000.0, burst: 8000.0 };

/// The bucket of one line.
#[derive(Debug)]
pub(super) struct Bucket {
    allowance: Allowance,
    left: f64,
    filled: Instant,
}

impl Bucket {
    /// A full bucket.
    pub fn new(allowance: Allowance, now: Instant) -> Bucket {
        Bucket { allowance, left: allowance.burst, filled: now }
    }

    /// Takes one message out; false when there is none left.
    pub fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.left = (self.left + passed * self.allowance.per_second).min(self.allowance.burst);
        self.filled = now;
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_burst_passes_and_a_flood_does_not() {
        let start = Instant::now();
        let mut bucket = Bucket::new(PERSON, start);
        assert_eq!((0..1000).filter(|_| bucket.take(start)).count(), 100);
        let later = start + Duration::from_secs(1);
        assert_eq!((0..1000).filter(|_| bucket.take(later)).count(), 50);
    }
}
