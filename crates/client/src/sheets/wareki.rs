//! Dates in the Japanese calendar, as the city writes them: 令和8年4月1日(水) 8:30. Knows no clock.

use desk::day::{Day, Weekday};
use desk::time::Time;

/// Era names and their first days, the newest first.
const ERAS: [(&str, (u32, u32, u32)); 5] = [
    ("令和", (2019, 5, 1)),
    ("平成", (1989, 1, 8)),
    ("昭和", (1926, 12, 25)),
    ("大正", (1912, 7, 30)),
    ("明治", (1868, 1, 25)),
];

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
    format!("{}({weekday})", date(day.ymd()))
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

/// 昭和55年4月1日 from 1980-04-01; anything else as it is.
pub(super) fn birth(written: &str) -> String {
    let mut parts = written.split('-').map(|part| part.parse::<u32>().ok());
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(Some(year)), Some(Some(month @ 1..=12)), Some(Some(day @ 1..=31)), None) => {
            date((year, month, day))
        }
        (_, _, _, _) => written.to_owned(),
    }
}

fn date((year, month, day): (u32, u32, u32)) -> String {
    match ERAS.iter().find(|(_, began)| *began <= (year, month, day)) {
        Some((era, (first, _, _))) if year == *first => format!("{era}元年{month}月{day}日"),
        Some((era, (first, _, _))) => format!("{era}{}年{month}月{day}日", year - first + 1),
        None => format!("{year}年{month}月{day}日"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_in_its_era() {
        let cases = [
            ((2026, 4, 1), "令和8年4月1日(水)"),
            ((2019, 5, 1), "令和元年5月1日(水)"),
            ((2019, 4, 30), "平成31年4月30日(火)"),
            ((1989, 1, 7), "昭和64年1月7日(土)"),
        ];
        for ((year, month, of_month), words) in cases {
            assert_eq!(day(Day::from_ymd(year, month, of_month).unwrap()), words);
        }
        assert_eq!(moment(Day::from_ymd(2026, 4, 1).unwrap().at(8 * 60 + 30)), "令和8年4月1日(水) 8:30");
        assert_eq!(moment(Day::from_ymd(2026, 4, 1).unwrap().at(0)), "令和8年4月1日(水) 0:00");
    }

    #[test]
    fn a_birthday_is_written_in_its_era_and_what_is_no_date_stays() {
        for (written, words) in [
            ("1980-04-01", "昭和55年4月1日"),
            ("1926-12-24", "大正15年12月24日"),
            ("1912-07-29", "明治45年7月29日"),
            ("1800-01-01", "1800年1月1日"),
            ("", ""),
            ("昭和55年ごろ", "昭和55年ごろ"),
            ("1980-13-01", "1980-13-01"),
            ("1980-04", "1980-04"),
        ] {
            assert_eq!(birth(written), words);
        }
    }
}
