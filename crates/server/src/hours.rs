//! The duty calendar in the words of the screens. Knows no hub and no door.

use desk::calendar::{Calendar, Span};
use desk::contact::Channel;
use desk::day::Day;
use desk::time::Time;
use link::state::{HourSpan, Hours};

use crate::config::MAX_DAYS;

/// The hours as of `at`, and when they change next: at a change of duty or at midnight in Japan.
pub fn hours(calendar: &Calendar, at: Time) -> (Hours, Time) {
    let day = Day::of(at);
    let duty = calendar.duty(at);
    let hours = Hours {
        day,
        duty,
        booth: calendar.booth(day).map(span),
        phone: calendar.phone(day).map(span),
        next_booth: (!duty.takes(Channel::Booth))
            .then(|| calendar.next_opening(at))
            .flatten()
            .map(|(day, hours)| (day, span(hours))),
    };
    (hours, calendar.next_change(at).min(day.plus(1).began()))
}

/// The days after `today` on which booths open, in order: 翌開庁日 and as far as a desk can be without the server, and a
/// fortnight more, which is longer than any closing.
pub fn opening_days(calendar: &Calendar, today: Day) -> Vec<Day> {
    let ahead = 1..=MAX_DAYS + 14;
    ahead.map(|ahead| today.plus(ahead)).filter(|day| calendar.booth(*day).is_some()).collect()
}

fn span(span: Span) -> HourSpan {
    HourSpan { from: span.from, to: span.to }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::calendar::Duty;

    fn at(ymd: (u32, u32, u32), hour: u16, minute: u16) -> Time {
        Day::from_ymd(ymd.0, ymd.1, ymd.2).unwrap().at(hour * 60 + minute)
    }

    #[test]
    fn closed_booths_say_when_they_open_and_the_telephone_goes_on() {
        let calendar = Calendar::default();
        // Monday, 勤労感謝の日.
        let (holiday, next) = hours(&calendar, at((2026, 11, 23), 10, 0));
        assert_eq!((holiday.duty, holiday.booth), (Duty::PhoneOnly, None));
        assert_eq!(holiday.phone, Some(HourSpan { from: 510, to: 1200 }));
        let tuesday = (Day::from_ymd(2026, 11, 24).unwrap(), HourSpan { from: 510, to: 1035 });
        assert_eq!(holiday.next_booth, Some(tuesday));
        assert_eq!(next, at((2026, 11, 23), 20, 0));
        // In opening hours nothing is said about the next ones.
        let (open, next) = hours(&calendar, at((2026, 11, 24), 17, 14));
        assert_eq!((open.duty, open.next_booth), (Duty::Both, None));
        assert_eq!(next, at((2026, 11, 24), 17, 15));
    }

    #[test]
    fn opening_days_follow_the_citys_own_calendar_over_the_new_year() {
        let day = |month, day| Day::from_ymd(if month == 1 { 2027 } else { 2026 }, month, day).unwrap();
        let mut calendar = Calendar::default();
        let usual = opening_days(&calendar, day(12, 28));
        assert_eq!(usual[..2], [day(1, 4), day(1, 5)]);
        let hours = Some(Span { from: 510, to: 1035 });
        let exception = |day, hours| desk::calendar::Exception { day, hours, reason: String::new() };
        calendar.booth.exceptions = vec![exception(day(1, 3), hours), exception(day(1, 4), None)];
        let own = opening_days(&calendar, day(12, 28));
        assert_eq!(own[..2], [day(1, 3), day(1, 5)]);
        assert!(own.len() > 40 && own.last().unwrap().0 - day(12, 28).0 <= 74);
    }

    #[test]
    fn the_hours_change_at_midnight_even_when_nothing_opens_or_closes() {
        let calendar = Calendar::default();
        let (evening, next) = hours(&calendar, at((2026, 12, 31), 22, 0));
        assert_eq!((evening.duty, next), (Duty::Closed, at((2027, 1, 1), 0, 0)));
        let always = Calendar { always_open: true, ..Calendar::default() };
        let (hours, next) = hours(&always, at((2027, 1, 1), 3, 0));
        assert_eq!((hours.duty, hours.booth), (Duty::Both, Some(HourSpan { from: 0, to: 1440 })));
        assert_eq!(next, at((2027, 1, 2), 0, 0));
    }
}
