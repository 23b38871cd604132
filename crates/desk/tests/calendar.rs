//! The duty calendar against the fiscal year 2026 as the service has it. Prints the year:
//! `cargo test -p desk --test calendar -- --nocapture`.

use std::fmt::Write as _;

use desk::calendar::{
    BoothHours, Calendar, CalendarError, Duty, Exception, HolidayChange, PhoneHours, PhoneRules, Span,
    YearEnd,
};
use desk::day::{Day, Weekday};
use desk::time::{Millis, Time};

const WEEKDAY: Span = Span::new((8, 30), (17, 15));
const SATURDAY: Span = Span::new((8, 30), (12, 0));
const PHONE: Span = Span::new((8, 30), (20, 0));

/// 令和8年度: national holidays from April to March.
const HOLIDAYS: [(u32, u32); 19] = [
    (4, 29),
    (5, 3),
    (5, 4),
    (5, 5),
    (5, 6),
    (7, 20),
    (8, 11),
    (9, 21),
    (9, 22),
    (9, 23),
    (10, 12),
    (11, 3),
    (11, 23),
    (1, 1),
    (1, 11),
    (2, 11),
    (2, 23),
    (3, 21),
    (3, 22),
];

/// The second and fourth Saturday of each month.
const SATURDAYS: [(u32, u32, u32); 12] = [
    (4, 11, 25),
    (5, 9, 23),
    (6, 13, 27),
    (7, 11, 25),
    (8, 8, 22),
    (9, 12, 26),
    (10, 10, 24),
    (11, 14, 28),
    (12, 12, 26),
    (1, 9, 23),
    (2, 13, 27),
    (3, 13, 27),
];

fn day(year: u32, month: u32, of_month: u32) -> Day {
    Day::from_ymd(year, month, of_month).expect("a day of the calendar")
}

/// A day of the fiscal year 2026.
fn of_fiscal_year(month: u32, of_month: u32) -> Day {
    day(if month >= 4 { 2026 } else { 2027 }, month, of_month)
}

fn at(day: Day, hour: u16, minute: u16) -> Time {
    day.at(hour * 60 + minute)
}

fn fiscal_year() -> impl Iterator<Item = Day> {
    (0..365).map(|ahead| day(2026, 4, 1).plus(ahead))
}

/// The rule once more, from the lists above and not from the calendar's code.
fn expected(day: Day) -> Option<Span> {
    let (_, month, of_month) = day.ymd();
    let date = (month, of_month);
    let year_end = date >= (12, 29) || date <= (1, 3);
    if HOLIDAYS.contains(&date) || year_end {
        return None;
    }
    match day.weekday() {
        Weekday::Sunday => None,
        Weekday::Saturday => {
            SATURDAYS.iter().any(|(m, a, b)| *m == month && [*a, *b].contains(&of_month)).then_some(SATURDAY)
        }
        _ => Some(WEEKDAY),
    }
}

fn print_year(calendar: &Calendar) {
    let mut table = String::from("day\tweekday\tbooth\tphone\n");
    for day in fiscal_year() {
        let shown = |span: Option<Span>| span.map_or_else(|| "closed".to_owned(), |span| span.to_string());
        let holiday = if calendar.is_holiday(day) { ", holiday" } else { "" };
        let (booth, phone) = (shown(calendar.booth(day)), shown(calendar.phone(day)));
        writeln!(table, "{day}\t{:?}{holiday}\t{booth}\t{phone}", day.weekday())
            .expect("a string takes text");
    }
    println!("{table}");
}

#[test]
fn the_fiscal_year_2026_has_its_265_opening_days() {
    let calendar = Calendar::default();
    print_year(&calendar);
    let holidays: Vec<Day> = fiscal_year().filter(|day| calendar.is_holiday(*day)).collect();
    assert_eq!(holidays, HOLIDAYS.map(|(month, of_month)| of_fiscal_year(month, of_month)));
    for day in fiscal_year() {
        assert_eq!(calendar.booth(day), expected(day), "{day}");
        assert_eq!(calendar.phone(day), Some(PHONE), "{day}: the phone is there on all 365 days");
    }
    let open = |span| fiscal_year().filter(|day| calendar.booth(*day) == Some(span)).count();
    assert_eq!((open(WEEKDAY), open(SATURDAY)), (241, 24));
}

#[test]
fn each_open_saturday_is_there_and_the_others_are_closed() {
    let calendar = Calendar::default();
    let open: Vec<Day> = fiscal_year()
        .filter(|day| day.weekday() == Weekday::Saturday && calendar.booth(*day).is_some())
        .collect();
    let listed =
        SATURDAYS.iter().flat_map(|(month, a, b)| [of_fiscal_year(*month, *a), of_fiscal_year(*month, *b)]);
    assert_eq!(open, listed.collect::<Vec<_>>());
    assert_eq!(calendar.booth(day(2026, 8, 29)), None, "a fifth Saturday");
}

#[test]
fn the_days_that_are_easy_to_get_wrong() {
    let calendar = Calendar::default();
    for (closed, why) in [
        (day(2026, 5, 6), "振替休日 on a Wednesday"),
        (day(2026, 9, 21), "敬老の日"),
        (day(2026, 9, 22), "国民の休日 between two holidays"),
        (day(2026, 9, 23), "秋分の日"),
        (day(2026, 12, 29), "市の休日"),
        (day(2026, 12, 31), "市の休日"),
        (day(2027, 1, 2), "市の休日"),
        (day(2027, 3, 22), "振替休日 after the equinox on a Sunday"),
    ] {
        assert_eq!(calendar.booth(closed), None, "{closed}: {why}");
        assert_eq!(calendar.duty(at(closed, 9, 0)), Duty::PhoneOnly, "{closed}: {why}");
    }
    assert_eq!(calendar.booth(day(2028, 1, 3)), None, "市の休日 on a Monday");
    assert_eq!(calendar.booth(day(2028, 1, 4)), Some(WEEKDAY));
    assert_eq!(calendar.booth(day(2026, 9, 26)), Some(SATURDAY));
    assert_eq!(calendar.booth(day(2026, 12, 28)), Some(WEEKDAY));
}

#[test]
fn new_years_morning_has_the_phone_open_and_the_booths_closed() {
    let calendar = Calendar::default();
    let new_year = day(2027, 1, 1);
    assert_eq!(calendar.duty(at(new_year, 8, 29)), Duty::Closed);
    assert_eq!(calendar.duty(at(new_year, 8, 30)), Duty::PhoneOnly);
    assert_eq!(calendar.booth(new_year), None);
}

#[test]
fn the_next_opening_after_the_last_day_of_the_year_is_the_fourth_of_january() {
    let calendar = Calendar::default();
    let evening = at(day(2026, 12, 28), 18, 0);
    let opens = Some((day(2027, 1, 4), WEEKDAY));
    assert_eq!(calendar.next_opening_day(Day::of(evening)), opens);
    assert_eq!(calendar.next_opening(evening), opens);
    assert_eq!(calendar.next_opening(at(day(2027, 1, 4), 8, 29)), opens);
    assert_eq!(calendar.next_opening(at(day(2027, 1, 4), 8, 30)), Some((day(2027, 1, 5), WEEKDAY)));
}

#[test]
fn a_working_day_goes_from_rest_to_both_to_the_phone_alone_and_to_rest() {
    let calendar = Calendar::default();
    let tuesday = day(2026, 4, 7);
    let mut now = at(tuesday, 0, 0);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push((now, calendar.duty(now)));
        now = calendar.next_change(now);
    }
    let wanted = [
        (at(tuesday, 0, 0), Duty::Closed),
        (at(tuesday, 8, 30), Duty::Both),
        (at(tuesday, 17, 15), Duty::PhoneOnly),
        (at(tuesday, 20, 0), Duty::Closed),
    ];
    assert_eq!(seen, wanted);
    assert_eq!(now, at(tuesday.plus(1), 8, 30));
    assert_eq!(calendar.duty(Time(at(tuesday, 17, 15).0 - 1)), Duty::Both, "to the last millisecond");
}

/// Minute by minute through a fortnight with holidays, Saturdays and New Year in it.
#[test]
fn the_next_change_is_the_first_minute_with_another_duty() {
    let calendar = Calendar::default();
    let begin = day(2026, 12, 24);
    let minute = |n: u64| Time(begin.began().0 + n * 60_000);
    let mut changes = Vec::new();
    for n in 1..14 * 1_440 {
        if calendar.duty(minute(n)) != calendar.duty(minute(n - 1)) {
            changes.push(minute(n));
        }
    }
    let mut now = begin.began();
    for change in changes {
        assert_eq!(calendar.next_change(now), change);
        assert_eq!(calendar.next_change(Time(change.0 - 1)), change);
        now = change;
    }
}

#[test]
fn two_opened_hours_end_where_the_telephone_has_been_open_for_them() {
    let calendar = Calendar::default();
    let monday = day(2026, 4, 6);
    let tuesday = monday.plus(1);
    let two_hours = Millis::seconds(7_200);
    for (from, due) in [
        (at(monday, 10, 42), at(monday, 12, 42)),
        (at(monday, 18, 0), at(monday, 20, 0)),
        // Half an hour of the evening counts.
        (at(monday, 19, 30), at(tuesday, 10, 0)),
        (at(monday, 20, 0), at(tuesday, 10, 30)),
        (at(monday, 23, 59), at(tuesday, 10, 30)),
        (at(monday, 3, 0), at(monday, 10, 30)),
    ] {
        assert_eq!(calendar.opened_for(from, two_hours), due, "from {from:?}");
    }
    let closed = Calendar { phone: PhoneRules { hours: Vec::new(), ..PhoneRules::default() }, ..calendar };
    assert_eq!(closed.opened_for(at(monday, 9, 0), two_hours), monday.plus(400).began());
}

#[test]
fn a_calendar_that_never_changes_or_never_opens_is_not_searched_for_ever() {
    let mut calendar = Calendar::default();
    calendar.booth.hours = vec![BoothHours { since: None, weekday: None, saturday: None }];
    calendar.phone.hours = vec![PhoneHours { since: None, every_day: Span::new((0, 0), (24, 0)) }];
    assert_eq!(calendar.check(), Ok(()));
    let today = day(2026, 4, 1);
    assert_eq!(calendar.next_opening_day(today), None);
    assert_eq!(calendar.next_change(at(today, 12, 0)), today.plus(400).began());
    assert_eq!(calendar.duty(at(today, 23, 59)), Duty::PhoneOnly);
}

#[test]
fn a_calendar_for_training_is_open_at_any_hour_of_any_day() {
    let calendar: Calendar = toml::from_str("always_open = true").expect("a calendar");
    let new_year = day(2027, 1, 1);
    for (hour, minute) in [(0, 0), (8, 29), (23, 59)] {
        assert_eq!(calendar.duty(at(new_year, hour, minute)), Duty::Both);
    }
    assert_eq!(calendar.next_change(at(new_year, 12, 0)), new_year.plus(400).began());
}

const WRITTEN: &str = r#"
[booth]
saturdays = [1, 5]
year_end = { from = "12-28", to = "1-4" }

[[booth.hours]]
weekday = { from = "8:30", to = "17:15" }

[[booth.hours]]
since = "2026-07-01"
weekday = { from = "9:00", to = "16:30" }
saturday = { from = "9:00", to = "12:00" }

[[booth.exceptions]]
day = "2026-07-20"
hours = { from = "10:00", to = "15:00" }
reason = "休日窓口"

[[booth.exceptions]]
day = "2026-07-21"
reason = "停電"

[[phone.exceptions]]
day = "2026-07-21"
hours = { from = "13:00", to = "24:00" }
reason = "停電"

[[holidays]]
day = "2026-07-22"
holiday = true
reason = "特別措置法"

[[holidays]]
day = "2026-08-11"
holiday = false
reason = "特別措置法"
"#;

#[test]
fn a_written_calendar_has_hours_from_a_day_on_exceptions_and_changed_holidays() {
    let calendar: Calendar = toml::from_str(WRITTEN).expect("a calendar");
    assert_eq!(calendar.check(), Ok(()));
    assert_eq!(calendar.booth.year_end, YearEnd { from: (12, 28), to: (1, 4) });
    let booth = |month, of_month| calendar.booth(day(2026, month, of_month));
    assert_eq!(booth(6, 30), Some(WEEKDAY));
    assert_eq!(booth(6, 6), None, "no Saturday hours yet");
    assert_eq!(booth(7, 1), Some(Span::new((9, 0), (16, 30))));
    assert_eq!(booth(7, 4), Some(Span::new((9, 0), (12, 0))), "a first Saturday");
    assert_eq!(booth(8, 29), Some(Span::new((9, 0), (12, 0))), "a fifth Saturday");
    assert_eq!(booth(7, 11), None, "a second Saturday");
    assert_eq!(booth(7, 20), Some(Span::new((10, 0), (15, 0))), "an exception wins over a holiday");
    assert_eq!(booth(7, 21), None);
    assert_eq!(booth(7, 22), None, "a holiday that the law has added");
    assert_eq!(booth(8, 11), Some(Span::new((9, 0), (16, 30))), "a holiday that the law has taken away");
    assert_eq!(booth(12, 28), None);
    assert_eq!(calendar.duty(at(day(2026, 7, 21), 12, 59)), Duty::Closed);
    assert_eq!(calendar.duty(at(day(2026, 7, 21), 23, 59)), Duty::PhoneOnly);
    let late = at(day(2026, 7, 21), 22, 0);
    assert_eq!(calendar.next_change(late), at(day(2026, 7, 22), 0, 0), "24:00 is the next day");
    let again: Calendar =
        toml::from_str(&toml::to_string(&calendar).expect("it can be written")).expect("and read");
    assert_eq!(again, calendar);
}

#[test]
fn a_calendar_that_cannot_be_read_says_what_is_wrong() {
    for (text, wanted) in [
        ("[[holidays]]\nday = \"2026-02-29\"\nholiday = true\nreason = \"x\"", "is no day"),
        ("[[holidays]]\nday = \"2026/02/28\"\nholiday = true\nreason = \"x\"", "is no day"),
        ("[booth]\nyear_end = { from = \"13-01\", to = \"1-3\" }", "is no day of a year"),
        ("[[phone.hours]]\nevery_day = { from = \"8:60\", to = \"20:00\" }", "is no time of day"),
        ("[[phone.hours]]\nevery_day = { from = \"8:30\", to = \"24:01\" }", "is no time of day"),
        ("[[phone.hours]]\nevery_day = { from = \"+8:30\", to = \"20:00\" }", "is no time of day"),
        ("[booth]\nsundays = [1]", "unknown field"),
        ("[[booth.exceptions]]\nday = \"2026-07-21\"", "missing field `reason`"),
    ] {
        let fault = toml::from_str::<Calendar>(text).expect_err(text).to_string();
        assert!(fault.contains(wanted), "{text}: {fault}");
    }
}

#[test]
fn nonsense_is_refused_with_its_place() {
    let refused = |change: fn(&mut Calendar)| {
        let mut calendar = Calendar::default();
        change(&mut calendar);
        calendar.check().expect_err("nonsense")
    };
    let backwards = refused(|calendar| calendar.booth.hours[0].weekday = Some(Span::new((17, 15), (8, 30))));
    assert!(matches!(backwards, CalendarError::Backwards { .. }));
    assert!(backwards.to_string().starts_with("calendar.booth.hours: 17:15-8:30 ends before it begins"));
    let empty = refused(|calendar| calendar.phone.hours[0].every_day = Span::new((9, 0), (9, 0)));
    assert!(matches!(empty, CalendarError::Backwards { .. }));
    let none = refused(|calendar| calendar.phone.hours.clear());
    assert_eq!(none, CalendarError::NoHours("calendar.phone.hours"));
    for saturdays in [vec![0], vec![6], vec![2, 2]] {
        let mut calendar = Calendar::default();
        calendar.booth.saturdays = saturdays;
        assert!(matches!(calendar.check(), Err(CalendarError::NoSuchSaturday(_))));
    }
    let order = refused(|calendar| {
        let again = calendar.booth.hours[0];
        calendar.booth.hours.push(again);
    });
    assert_eq!(order, CalendarError::OutOfOrder { place: "calendar.booth.hours", entry: 2 });
    let exception = |reason: &str| Exception { day: day(2026, 7, 1), hours: None, reason: reason.into() };
    let mut twice = Calendar::default();
    twice.phone.exceptions = vec![exception("a"), exception("b")];
    let place = "calendar.phone.exceptions";
    assert_eq!(twice.check(), Err(CalendarError::Twice { place, day: day(2026, 7, 1) }));
    twice.phone.exceptions = vec![exception(" ")];
    assert_eq!(twice.check(), Err(CalendarError::NoReason { place, day: day(2026, 7, 1) }));
    let mut changed = Calendar::default();
    let change = HolidayChange { day: day(2026, 7, 1), holiday: true, reason: "law".into() };
    changed.holidays = vec![change.clone(), change];
    assert!(matches!(changed.check(), Err(CalendarError::Twice { place: "calendar.holidays", .. })));
}
