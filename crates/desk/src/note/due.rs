//! When an answer is due. Knows the calendar, and no sheet's contents.

use super::sheet::SheetKind;
use crate::calendar::Calendar;
use crate::day::Day;
use crate::time::Time;

/// 回答期限 by the opening days that the server told, in order: its calendar has the city's own days, and the list lasts
/// for a time without it. Beyond its end the law's holidays and the usual hours are all that is known.
pub fn told(kind: SheetKind, raised: Time, opening: &[Day]) -> Day {
    let today = Day::of(raised);
    let next = opening.iter().copied().find(|day| *day > today);
    on(kind, today, next.or_else(|| next_by(&Calendar::default(), today)))
}

/// 回答期限 of a 連絡票: 翌開庁日, and the same day for 事故. Where the calendar knows no opening day within a year, the
/// next day: too early rather than never.
pub fn sheet(kind: SheetKind, raised: Time, calendar: &Calendar) -> Day {
    let today = Day::of(raised);
    on(kind, today, next_by(calendar, today))
}

fn next_by(calendar: &Calendar, today: Day) -> Option<Day> {
    calendar.next_opening_day(today).map(|(day, _)| day)
}

fn on(kind: SheetKind, today: Day, next: Option<Day>) -> Day {
    match kind {
        SheetKind::Incident => today,
        SheetKind::Dispatch
        | SheetKind::Judgement
        | SheetKind::Callback
        | SheetKind::Complaint
        | SheetKind::Trouble => next.unwrap_or_else(|| today.plus(1)),
    }
}
