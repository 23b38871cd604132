//! Japan's national holidays, by the rules of the law. The one place that knows the library for them and
//! its dates. The equinoxes become official with the notice of the February before; [`super::Calendar`]
//! has a table for what differs.

use jpholiday::chrono::NaiveDate;
use jpholiday::jpholiday::JPHoliday;

use crate::day::Day;

/// The library's formula for the equinoxes ends here.
const LAST_YEAR: u32 = 2150;

/// Whether the law makes it a holiday, substitute days (振替休日, 国民の休日) included.
pub(super) fn is_holiday(day: Day) -> bool {
    let (year, month, of_month) = day.ymd();
    if year > LAST_YEAR {
        return false;
    }
    let Ok(year) = i32::try_from(year) else { return false };
    NaiveDate::from_ymd_opt(year, month, of_month).is_some_and(|date| JPHoliday::new().is_holiday(&date))
}
