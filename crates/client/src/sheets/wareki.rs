//! Dates as the city's files have them: 令和8年4月1日(水) 8:30. Knows no clock; the calendar of eras is
//! [`desk::note::wareki`].

use desk::day::{Day, Weekday};
use desk::note::wareki::{Date, parse};
use desk::time::Time;

/// 令和8年4月1日(水).
pub(super) fn day(day: Day) -> String {
    let weekday = match day.weekday() {
        Weekday::Monday => "月",
        Weekday::Tuesday => "火",
        Weekday::Wednesday => "水",
        Weekday::Thursday => "木",
        Weekday::Friday => "金",
        Weekday::Saturday => "土",
        Weekday::Sunday => "日",
    };
    // A day that is centuries away is told as it is.
    let date = Date::of(day).and_then(Date::wareki).unwrap_or_else(|| day.to_string());
    format!("{date}({weekday})")
}

/// 令和8年4月1日(水) 8:30.
pub(super) fn moment(at: Time) -> String {
    let on = Day::of(at);
    format!("{} {}", day(on), time(on.minute_of(at)))
}

/// 8:30, from minutes since midnight.
pub(super) fn time(minute: u16) -> String {
    format!("{}:{:02}", minute / 60, minute % 60)
}

/// 昭和55年4月1日 from 1980-04-01; what is no date stays as it is.
pub(super) fn birth(written: &str) -> String {
    parse(written).ok().and_then(Date::wareki).unwrap_or_else(|| written.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_the_city_writes_it() {
        let first = Day::from_ymd(2026, 4, 1).unwrap();
        assert_eq!(moment(first.at(8 * 60 + 30)), "令和8年4月1日(水) 8:30");
        assert_eq!(moment(first.at(0)), "令和8年4月1日(水) 0:00");
        assert_eq!(day(Day::from_ymd(2019, 5, 1).unwrap()), "令和元年5月1日(水)");
        assert_eq!(day(Day(100_000)), "2243-10-17(火)");
    }

    #[test]
    fn a_birthday_is_written_in_its_era_and_what_is_no_date_stays() {
        for (written, words) in [
            ("1980-04-01", "昭和55年4月1日"),
            ("1926-12-24", "大正15年12月24日"),
            ("", ""),
            ("昭和55年ごろ", "昭和55年ごろ"),
            ("1980-13-01", "1980-13-01"),
        ] {
            assert_eq!(birth(written), words);
        }
    }
}
