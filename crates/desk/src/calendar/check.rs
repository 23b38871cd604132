//! What of a written calendar makes no sense. The texts say where, and what to do.

use super::rules::Exception;
use super::{Calendar, Span};
use crate::day::Day;

/// Why a calendar is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// Hours end before they begin.
    #[error(
        "{place}: {span} ends before it begins; give hours that lie within one day, such as 8:30 to 17:15"
    )]
    Backwards {
        /// Which table, and which day of it.
        place: String,
        /// The hours.
        span: Span,
    },
    /// Two entries for the same day.
    #[error("{place}: {day} stands there twice; keep one of the two")]
    Twice {
        /// Which table.
        place: &'static str,
        /// The day.
        day: Day,
    },
    /// Hours are not in the order of their first days.
    #[error(
        "{place}: the hours must stand in the order of `since`, and only the first may leave it out; move the \
         entry {entry} (counted from 1)"
    )]
    OutOfOrder {
        /// Which table.
        place: &'static str,
        /// Which entry, from 1.
        entry: usize,
    },
    /// No hours at all.
    #[error("{0}: there are no hours; leave the key out for the usual ones")]
    NoHours(&'static str),
    /// There is no such Saturday in a month, or it stands there twice.
    #[error(
        "calendar.booth.saturdays: {0} is not one Saturday of a month; give numbers from 1 to 5, each once"
    )]
    NoSuchSaturday(u8),
    /// An exception has no reason.
    #[error("{place}: {day} has no reason; write why, for whoever reads it next year")]
    NoReason {
        /// Which table.
        place: &'static str,
        /// The day.
        day: Day,
    },
}

impl Calendar {
    /// Whether the calendar makes sense.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self) -> Result<(), CalendarError> {
        self.check_saturdays()?;
        self.check_hours()?;
        check_exceptions("calendar.booth.exceptions", &self.booth.exceptions)?;
        check_exceptions("calendar.phone.exceptions", &self.phone.exceptions)?;
        let holidays = self.holidays.iter().map(|change| (change.day, change.reason.as_str()));
        check_days("calendar.holidays", holidays)
    }

    fn check_saturdays(&self) -> Result<(), CalendarError> {
        let all = &self.booth.saturdays;
        for (place, nth) in all.iter().enumerate() {
            if !(1..=5).contains(nth) || all[..place].contains(nth) {
                return Err(CalendarError::NoSuchSaturday(*nth));
            }
        }
        Ok(())
    }

    fn check_hours(&self) -> Result<(), CalendarError> {
        let booth = "calendar.booth.hours";
        check_order(booth, self.booth.hours.iter().map(|hours| hours.since))?;
        for hours in &self.booth.hours {
            check_span(booth, hours.since, hours.weekday)?;
            check_span(booth, hours.since, hours.saturday)?;
        }
        let phone = "calendar.phone.hours";
        check_order(phone, self.phone.hours.iter().map(|hours| hours.since))?;
        self.phone
            .hours
            .iter()
            .try_for_each(|hours| check_span(phone, hours.since, Some(hours.every_day)))?;
        let reserve = "calendar.phone_reserve";
        self.phone_reserve.iter().try_for_each(|kept| check_span(reserve, None, Some(kept.hours)))
    }
}

fn check_order(place: &'static str, since: impl Iterator<Item = Option<Day>>) -> Result<(), CalendarError> {
    let mut last: Option<Option<Day>> = None;
    for (entry, since) in since.enumerate() {
        // No day at all comes before every day.
        if last.is_some_and(|last| since <= last) {
            return Err(CalendarError::OutOfOrder { place, entry: entry + 1 });
        }
        last = Some(since);
    }
    last.map(|_| ()).ok_or(CalendarError::NoHours(place))
}

fn check_exceptions(place: &'static str, all: &[Exception]) -> Result<(), CalendarError> {
    check_days(place, all.iter().map(|exception| (exception.day, exception.reason.as_str())))?;
    all.iter().try_for_each(|exception| check_span(place, Some(exception.day), exception.hours))
}

fn check_days<'a>(
    place: &'static str,
    days: impl Iterator<Item = (Day, &'a str)>,
) -> Result<(), CalendarError> {
    let mut seen = Vec::new();
    for (day, reason) in days {
        if seen.contains(&day) {
            return Err(CalendarError::Twice { place, day });
        }
        if reason.trim().is_empty() {
            return Err(CalendarError::NoReason { place, day });
        }
        seen.push(day);
    }
    Ok(())
}

fn check_span(place: &'static str, day: Option<Day>, span: Option<Span>) -> Result<(), CalendarError> {
    let Some(span) = span.filter(|span| !span.is_sound()) else { return Ok(()) };
    let place = day.map_or_else(|| place.to_owned(), |day| format!("{place}, {day}"));
    Err(CalendarError::Backwards { place, span })
}
