//! The calendar's hand on the machine: at each change of duty the channels open or close, and at each
//! midnight the day's hours change. Sleeps in between; knows no line.

use std::sync::Arc;

use desk::calendar::Calendar;
use desk::centre::{Input, Settings};
use desk::day::Day;
use desk::time::{Millis, Time};
use link::state::Hours;

use super::task::Hub;
use super::turn::Turn;
use crate::hours::{hours, opening_days};

/// The day's hours, and when they change next.
pub(super) struct Duty {
    calendar: Arc<Calendar>,
    hours: Hours,
    /// Seats that are kept for the telephone now.
    reserve: u32,
    next: Time,
    /// 翌開庁日 and those after it.
    opening: Vec<Day>,
}

impl Duty {
    /// The hours as of `now`.
    pub fn new(calendar: Arc<Calendar>, now: Time) -> Duty {
        let (hours, next) = hours(&calendar, now);
        let reserve = calendar.phone_reserve(now);
        let opening = opening_days(&calendar, hours.day);
        Duty { calendar, hours, reserve, next, opening }
    }

    /// What the screens show.
    pub fn hours(&self) -> Hours {
        self.hours
    }

    /// The opening days after today.
    pub fn opening(&self) -> &[Day] {
        &self.opening
    }

    /// When to look again.
    pub fn next(&self) -> Time {
        self.next
    }

    /// The machine's settings with the channels that are open and the seats that are kept now.
    pub fn settings(&self, settings: Settings) -> Settings {
        Settings {
            open: self.hours.duty,
            year_end: self.calendar.is_year_end(self.hours.day),
            phone_reserve: self.reserve,
            ..settings
        }
    }

    /// When the telephone has been open for `within` since `at`.
    pub fn opened_for(&self, at: Time, within: Millis) -> Time {
        self.calendar.opened_for(at, within)
    }

    /// Looks at `now`; true: other channels are open, other seats are kept, or it is another day.
    pub fn look(&mut self, now: Time) -> bool {
        let before = (self.hours.duty, self.reserve, self.hours.day);
        self.reserve = self.calendar.phone_reserve(now);
        (self.hours, self.next) = hours(&self.calendar, now);
        if before.2 != self.hours.day {
            self.opening = opening_days(&self.calendar, self.hours.day);
        }
        before != (self.hours.duty, self.reserve, self.hours.day)
    }
}

impl Hub {
    /// Opens and closes the channels when it is time.
    pub(super) fn keep_hours(&mut self, turn: &mut Turn) {
        if turn.now < self.duty.next() || !self.duty.look(turn.now) {
            return;
        }
        let settings = self.duty.settings(*self.centre.settings());
        tracing::info!(duty = ?settings.open, reserve = settings.phone_reserve, "hours changed");
        // The machine takes settings at any time.
        self.feed(turn, Input::Settings(settings));
    }
}
