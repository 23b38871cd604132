//! The rules of the calendar as they are written, and which of them covers a day.

use serde::{Deserialize, Serialize};

use super::span::Span;
use super::written;
use crate::day::{Day, Weekday};

/// When the booths are open: on the city's opening days (開庁日).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BoothRules {
    /// Which Saturdays of a month are open, 1-5.
    pub saturdays: Vec<u8>,
    /// The closed days around New Year.
    pub year_end: YearEnd,
    /// The hours, by the day from which they hold, in order.
    pub hours: Vec<BoothHours>,
    /// Days that differ, whatever the rule says.
    pub exceptions: Vec<Exception>,
}

/// When the telephone is open: every day of the year.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PhoneRules {
    /// The hours, by the day from which they hold, in order.
    pub hours: Vec<PhoneHours>,
    /// Days that differ.
    pub exceptions: Vec<Exception>,
}

/// Hours in which seats are kept for the telephone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneReserve {
    /// On which days of the week; left out: on every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub weekdays: Vec<Weekday>,
    /// From when to when.
    pub hours: Span,
    /// How many seats stay ready for calls.
    pub seats: u32,
}

impl PhoneReserve {
    /// Whether it holds on a day.
    pub(super) fn on(&self, day: Day) -> bool {
        self.weekdays.is_empty() || self.weekdays.contains(&day.weekday())
    }
}

/// The days of every year on which the city is closed; may go over New Year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YearEnd {
    /// The first closed day: month and day, such as `12-29`.
    #[serde(with = "written::month_day")]
    pub from: (u32, u32),
    /// The last closed day, such as `1-3`.
    #[serde(with = "written::month_day")]
    pub to: (u32, u32),
}

/// The booths' hours from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BoothHours {
    /// The first day; left out: ever since.
    #[serde(with = "written::maybe_day", default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Day>,
    /// Monday to Friday; left out: closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekday: Option<Span>,
    /// The open Saturdays; left out: closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saturday: Option<Span>,
}

/// The telephone's hours from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhoneHours {
    /// The first day; left out: ever since.
    #[serde(with = "written::maybe_day", default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Day>,
    /// Every day of the week.
    pub every_day: Span,
}

/// A day that differs from the rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Which day.
    #[serde(with = "written::day")]
    pub day: Day,
    /// Its hours; left out: closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Span>,
    /// Why, for whoever reads the settings later.
    pub reason: String,
}

/// A day that is a holiday or is none, whatever the known law says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolidayChange {
    /// Which day.
    #[serde(with = "written::day")]
    pub day: Day,
    /// A holiday or not.
    pub holiday: bool,
    /// Why.
    pub reason: String,
}

impl Default for BoothRules {
    fn default() -> BoothRules {
        let weekday = Some(Span::new((8, 30), (17, 15)));
        let saturday = Some(Span::new((8, 30), (12, 0)));
        BoothRules {
            saturdays: vec![2, 4],
            year_end: YearEnd { from: (12, 29), to: (1, 3) },
            hours: vec![BoothHours { since: None, weekday, saturday }],
            exceptions: Vec::new(),
        }
    }
}

impl Default for PhoneRules {
    fn default() -> PhoneRules {
        let every_day = Span::new((8, 30), (20, 0));
        PhoneRules { hours: vec![PhoneHours { since: None, every_day }], exceptions: Vec::new() }
    }
}

impl BoothRules {
    /// The hours by the weekday alone.
    pub(super) fn by_weekday(&self, day: Day) -> Option<Span> {
        let hours = in_force(&self.hours, |hours| hours.since, day)?;
        match day.weekday() {
            Weekday::Monday | Weekday::Tuesday | Weekday::Wednesday | Weekday::Thursday | Weekday::Friday => {
                hours.weekday
            }
            Weekday::Saturday => hours.saturday.filter(|_| self.saturdays.contains(&place_in_month(day))),
            Weekday::Sunday => None,
        }
    }
}

impl PhoneRules {
    /// The hours without exceptions.
    pub(super) fn on(&self, day: Day) -> Option<Span> {
        in_force(&self.hours, |hours| hours.since, day).map(|hours| hours.every_day)
    }
}

impl YearEnd {
    /// Whether the day is one of them.
    pub(super) fn covers(self, day: Day) -> bool {
        let (_, month, of_month) = day.ymd();
        let date = (month, of_month);
        if self.from <= self.to {
            self.from <= date && date <= self.to
        } else {
            self.from <= date || date <= self.to
        }
    }
}

/// The exception of a day.
pub(super) fn exception(all: &[Exception], day: Day) -> Option<&Exception> {
    all.iter().find(|exception| exception.day == day)
}

/// The hours in force: the last that began on the day or before. None before the first.
fn in_force<T>(all: &[T], since: impl Fn(&T) -> Option<Day>, day: Day) -> Option<&T> {
    all.iter().rev().find(|hours| since(hours).is_none_or(|since| since <= day))
}

/// The n-th of its weekday in the month, from 1.
fn place_in_month(day: Day) -> u8 {
    let (_, _, of_month) = day.ymd();
    // A day of a month is 31 at most.
    (1 + (of_month - 1) / 7) as u8
}
