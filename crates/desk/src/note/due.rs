//! When an answer is due. Knows the calendar, and no sheet's contents.

use super::sheet::SheetKind;
use crate::calendar::Calendar;
use crate::day::Day;
use crate::time::Time;

/// 回答期限 of a 連絡票: 翌開庁日, and the same day for 事故. Where the calendar knows no opening day within a year, the
/// next day: too early rather than never.
pub fn sheet(kind: SheetKind, raised: Time, calendar: &Calendar) -> Day {
    let today = Day::of(raised);
    match kind {
        SheetKind::Incident => today,
        SheetKind::Dispatch
        | SheetKind::Judgement
        | SheetKind::Callback
        | SheetKind::Complaint
        | SheetKind::Trouble => {
            calendar.next_opening_day(today).map_or_else(|| today.plus(1), |(day, _)| day)
        }
    }
}
