//! How many calls may be made: at a time, and on a day of Japan. Pure. Knows neither numbers nor trunks.
//!
//! It counts in memory: an exchange that starts anew counts from nothing.

use desk::day::Day;
use desk::time::Time;

/// Which bound is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spent {
    /// Too many calls at the same time.
    AtOnce,
    /// Too many calls today.
    Today,
}

/// The count.
#[derive(Debug)]
pub struct Budget {
    at_once: usize,
    a_day: u32,
    running: usize,
    day: Option<Day>,
    today: u32,
}

impl Budget {
    /// So many at once, and so many a day.
    pub fn new(at_once: usize, a_day: u32) -> Budget {
        Budget { at_once, a_day, running: 0, day: None, today: 0 }
    }

    /// Takes one call; it is given back when the call is over.
    ///
    /// # Errors
    /// Which bound is reached.
    pub fn take(&mut self, now: Time) -> Result<(), Spent> {
        let day = Some(Day::of(now));
        if self.day != day {
            (self.day, self.today) = (day, 0);
        }
        if self.running >= self.at_once {
            return Err(Spent::AtOnce);
        }
        if self.today >= self.a_day {
            return Err(Spent::Today);
        }
        self.running += 1;
        self.today += 1;
        Ok(())
    }

    /// A call is over. The day keeps it.
    pub fn give_back(&mut self) {
        self.running = self.running.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use desk::time::Millis;

    use super::*;

    #[test]
    fn a_call_that_is_over_makes_room_at_once_but_not_for_the_day() {
        let mut budget = Budget::new(2, 3);
        let now = Time(1_800_000_000_000);
        assert_eq!((budget.take(now), budget.take(now)), (Ok(()), Ok(())));
        assert_eq!(budget.take(now), Err(Spent::AtOnce));
        budget.give_back();
        assert_eq!(budget.take(now), Ok(()));
        budget.give_back();
        assert_eq!(budget.take(now), Err(Spent::Today));
        let midnight = Day(Day::of(now).0 + 1).began();
        assert_eq!(budget.take(Time(midnight.0 - 1)), Err(Spent::Today));
        assert_eq!(budget.take(midnight), Ok(()));
        assert_eq!(budget.take(midnight + Millis(1)), Err(Spent::AtOnce), "the one of yesterday still runs");
    }
}
