//! Days of Japan's calendar as numbers. Knows no holidays and no opening hours.

use serde::{Deserialize, Serialize};

use crate::time::Time;

/// Japan is nine hours ahead of UTC and has no summer time.
const JAPAN_AHEAD_MS: u64 = 9 * 3_600_000;
const DAY_MS: u64 = 86_400_000;

/// A day in Japan: whole days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Day(pub u32);

impl Day {
    /// The day in Japan that `at` falls on.
    pub fn of(at: Time) -> Day {
        let days = at.0.saturating_add(JAPAN_AHEAD_MS) / DAY_MS;
        Day(u32::try_from(days).unwrap_or(u32::MAX))
    }

    /// The midnight in Japan with which it begins.
    pub fn began(self) -> Time {
        Time((u64::from(self.0) * DAY_MS).saturating_sub(JAPAN_AHEAD_MS))
    }

    /// Year, month 1-12 and day of the month 1-31 of the Gregorian calendar.
    ///
    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    pub fn ymd(self) -> (u32, u32, u32) {
        let days = u64::from(self.0) + 719_468;
        let era = days / 146_097;
        let of_era = days % 146_097;
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + u64::from(month <= 2);
        (year as u32, month as u32, day as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_japan() {
        // 2026-04-05 23:59:59.999 and 2026-04-06 00:00 in Japan.
        let midnight = Time(1_775_401_200_000);
        assert_eq!(Day::of(midnight).ymd(), (2026, 4, 6));
        assert_eq!(Day::of(Time(midnight.0 - 1)).ymd(), (2026, 4, 5));
        assert_eq!(Day::of(midnight).began(), midnight);
        assert_eq!(Day::of(Time(midnight.0 + DAY_MS - 1)).began(), midnight);
        assert_eq!(Day(0).began(), Time(0), "there is no time before 1970");
        assert_eq!(Day(0).ymd(), (1970, 1, 1));
        assert_eq!(Day(19_782).ymd(), (2024, 2, 29));
    }
}
