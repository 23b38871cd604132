//! The duty calendar: when the city's booths and the telephone are open, by rules, exceptions and hours
//! that change on a day. Pure: whoever knows the time asks for it. Knows no contact and no queue.
//!
//! It is written by people in a settings file, days as `2026-04-01`, minutes as `8:30`; [`Calendar::check`]
//! tells what of it makes no sense. Its defaults are those of the service (docs: opening days and hours).

mod check;
mod duty;
mod holidays;
mod rules;
mod span;
mod written;

use serde::{Deserialize, Serialize};

use crate::day::Day;
use crate::time::{Millis, Time};

pub use check::CalendarError;
pub use duty::Duty;
pub use rules::{
    BoothHours, BoothRules, Exception, HolidayChange, PhoneHours, PhoneReserve, PhoneRules, YearEnd,
};
pub use span::{MINUTES_A_DAY, Span};

/// How far ahead the next opening or change is looked for: a year, and more than any closing in it.
const LOOK_AHEAD_DAYS: u32 = 400;

/// When booths and telephone are open.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calendar {
    /// Everything is open on every day and at any hour, whatever else is written: for demonstrations and
    /// training alone.
    pub always_open: bool,
    /// オンライン窓口.
    pub booth: BoothRules,
    /// 電話.
    pub phone: PhoneRules,
    /// Days on which the law or the city differs from the holidays that are known here.
    pub holidays: Vec<HolidayChange>,
    /// Hours in which seats are kept for the telephone, such as Monday mornings.
    pub phone_reserve: Vec<PhoneReserve>,
}

impl Calendar {
    /// The booths' hours on a day; none: 閉庁日.
    pub fn booth(&self, day: Day) -> Option<Span> {
        if self.always_open {
            return Some(Span::ALL_DAY);
        }
        match rules::exception(&self.booth.exceptions, day) {
            Some(exception) => exception.hours,
            None if self.booth.year_end.covers(day) || self.is_holiday(day) => None,
            None => self.booth.by_weekday(day),
        }
    }

    /// The telephone's hours on a day.
    pub fn phone(&self, day: Day) -> Option<Span> {
        if self.always_open {
            return Some(Span::ALL_DAY);
        }
        match rules::exception(&self.phone.exceptions, day) {
            Some(exception) => exception.hours,
            None => self.phone.on(day),
        }
    }

    /// One of the closed days around New Year.
    pub fn is_year_end(&self, day: Day) -> bool {
        self.booth.year_end.covers(day)
    }

    /// The instant at which the telephone has been open for `within` since `at`: what is promised in opened
    /// time does not fall due at night. When it opens too rarely within a year, the end of that year.
    pub fn opened_for(&self, at: Time, within: Millis) -> Time {
        let today = Day::of(at);
        let mut left = within;
        for day in (0..LOOK_AHEAD_DAYS).map(|ahead| today.plus(ahead)) {
            let Some(hours) = self.phone(day) else { continue };
            let from = day.at(hours.from).max(at);
            let open = day.at(hours.to).since(from);
            if open > Millis(0) && left <= open {
                return from + left;
            }
            left = Millis(left.0 - open.0);
        }
        today.plus(LOOK_AHEAD_DAYS).began()
    }

    /// A national holiday, after [`Calendar::holidays`].
    pub fn is_holiday(&self, day: Day) -> bool {
        let changed = self.holidays.iter().find(|change| change.day == day);
        changed.map_or_else(|| holidays::is_holiday(day), |change| change.holiday)
    }

    /// What is on duty at an instant.
    pub fn duty(&self, at: Time) -> Duty {
        let day = Day::of(at);
        let minute = day.minute_of(at);
        let open = |span: Option<Span>| span.is_some_and(|span| span.holds(minute));
        Duty::of(open(self.booth(day)), open(self.phone(day)))
    }

    /// How many seats are kept for the telephone at an instant: the most of what covers it.
    pub fn phone_reserve(&self, at: Time) -> u32 {
        let day = Day::of(at);
        let covers = |reserve: &&PhoneReserve| reserve.on(day) && reserve.hours.holds(day.minute_of(at));
        self.phone_reserve.iter().filter(covers).map(|reserve| reserve.seats).max().unwrap_or(0)
    }

    /// The first instant after `at` from which another duty holds, or another reserve. When none comes within
    /// a year, the instant until which it was looked for: ask again then.
    pub fn next_change(&self, at: Time) -> Time {
        let standing = |at: Time| (self.duty(at), self.phone_reserve(at));
        let now = standing(at);
        let today = Day::of(at);
        for day in (0..LOOK_AHEAD_DAYS).map(|ahead| today.plus(ahead)) {
            let reserves = self.phone_reserve.iter().filter(|reserve| reserve.on(day));
            let spans = [self.booth(day), self.phone(day)].into_iter().flatten();
            let spans = spans.chain(reserves.map(|reserve| reserve.hours));
            let mut edges: Vec<u16> = spans.flat_map(|span| [span.from, span.to]).collect();
            edges.sort_unstable();
            let change = edges
                .into_iter()
                .map(|minute| day.at(minute))
                .find(|edge| *edge > at && standing(*edge) != now);
            if let Some(change) = change {
                return change;
            }
        }
        today.plus(LOOK_AHEAD_DAYS).began()
    }

    /// 翌開庁日: the first day after `after` on which the booths open, with their hours.
    pub fn next_opening_day(&self, after: Day) -> Option<(Day, Span)> {
        (1..=LOOK_AHEAD_DAYS).map(|ahead| after.plus(ahead)).find_map(|day| Some((day, self.booth(day)?)))
    }

    /// The next time that the booths open, seen from `at`: still on the same day, or on the next opening day.
    pub fn next_opening(&self, at: Time) -> Option<(Day, Span)> {
        let today = Day::of(at);
        let later = self.booth(today).filter(|span| today.minute_of(at) < span.from);
        later.map(|span| (today, span)).or_else(|| self.next_opening_day(today))
    }
}
