//! Days of Japan's calendar as numbers. Knows no holidays and no opening hours.

use serde::{Deserialize, Serialize};

use crate::time::{Millis, Time};

/// Japan is nine hours ahead of UTC and has no summer time.
const JAPAN_AHEAD_MS: u64 = 9 * 3_600_000;
const DAY_MS: u64 = 86_400_000;
const MINUTE_MS: u64 = 60_000;

/// A day in Japan: whole days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Day(pub u32);

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// 月.
    Monday,
    /// 火.
    Tuesday,
    /// 水.
    Wednesday,
    /// 木.
    Thursday,
    /// 金.
    Friday,
    /// 土.
    Saturday,
    /// 日.
    Sunday,
}

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

impl Day {
    /// The day of year, month 1-12 and day of the month; none when there is no such day, or none since 1970.
    pub fn from_ymd(year: u32, month: u32, day: u32) -> Option<Day> {
        // Source as `ymd`: `days_from_civil`.
        let shifted = u64::from(year).checked_sub(u64::from(month <= 2))?;
        let of_year = (153 * (u64::from(month) + if month > 2 { 0 } else { 12 }).checked_sub(3)? + 2) / 5
            + u64::from(day);
        let of_era = (shifted % 400) * 365 + (shifted % 400) / 4 - (shifted % 400) / 100 + of_year;
        let days = (shifted / 400 * 146_097 + of_era).checked_sub(719_469)?;
        let found = Day(u32::try_from(days).ok()?);
        (found.ymd() == (year, month, day)).then_some(found)
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        match self.0 % 7 {
            0 => Weekday::Thursday,
            1 => Weekday::Friday,
            2 => Weekday::Saturday,
            3 => Weekday::Sunday,
            4 => Weekday::Monday,
            5 => Weekday::Tuesday,
            _ => Weekday::Wednesday,
        }
    }

    /// The day `days` later.
    pub fn plus(self, days: u32) -> Day {
        Day(self.0.saturating_add(days))
    }

    /// The instant at which the minute `minute` of this day begins, counted from midnight in Japan.
    pub fn at(self, minute: u16) -> Time {
        self.began() + Millis(u64::from(minute) * MINUTE_MS)
    }

    /// The minute of this day in Japan that `at` falls into, for an `at` on this day.
    pub fn minute_of(self, at: Time) -> u16 {
        // A day has 1440 minutes.
        (at.since(self.began()).0 / MINUTE_MS % 1_440) as u16
    }
}

/// As in a settings file: `2026-04-01`.
impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
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

    #[test]
    fn every_day_of_two_centuries_has_its_date_and_a_date_that_is_none_is_refused() {
        let mut weekday = 3;
        for number in 0..73_049 {
            let (year, month, day) = Day(number).ymd();
            assert_eq!(Day::from_ymd(year, month, day), Some(Day(number)));
            assert_eq!(Day(number).weekday() as u8, weekday, "{}", Day(number));
            weekday = (weekday + 1) % 7;
        }
        for (year, month, day) in
            [(2026, 2, 29), (2026, 13, 1), (2026, 0, 1), (2026, 4, 31), (2026, 4, 0), (1969, 12, 31)]
        {
            assert_eq!(Day::from_ymd(year, month, day), None, "{year}-{month}-{day}");
        }
        assert_eq!(Day::from_ymd(2026, 4, 1).unwrap().weekday(), Weekday::Wednesday);
        assert_eq!(Day::from_ymd(2026, 4, 1).unwrap().to_string(), "2026-04-01");
    }

    #[test]
    fn a_minute_is_counted_from_midnight_in_japan() {
        let day = Day::from_ymd(2026, 4, 6).unwrap();
        assert_eq!(day.at(510), Time(1_775_401_200_000 + 510 * 60_000));
        assert_eq!((day.minute_of(day.at(510)), day.minute_of(Time(day.at(511).0 - 1))), (510, 510));
        assert_eq!(day.at(1_440), day.plus(1).began());
    }
}
