//! Days as people write them in Japan: 令和8年4月1日, R8.4.1, 昭55.4.1, 1980/4/1. Knows no clock and no hour. Unlike
//! [`Day`] it goes back before 1970, since people were born then.

use unicode_normalization::UnicodeNormalization;

use crate::day::Day;

/// A day of the Gregorian calendar that exists. Ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// It cannot be read as year, month and day.
    #[error("not a date")]
    Unreadable,
    /// There is no such day, such as February 30.
    #[error("no such day")]
    NoSuchDay,
    /// The era begins later.
    #[error("before the era begins")]
    BeforeEra,
}

/// An era, the newest first.
struct Era {
    names: [&'static str; 3],
    first: Date,
}

/// Japan counts by the Gregorian calendar since 明治6年: earlier days of 明治 cannot be converted by counting years.
const ERAS: [Era; 5] = [
    Era { names: ["令和", "令", "R"], first: Date { year: 2019, month: 5, day: 1 } },
    Era { names: ["平成", "平", "H"], first: Date { year: 1989, month: 1, day: 8 } },
    Era { names: ["昭和", "昭", "S"], first: Date { year: 1926, month: 12, day: 25 } },
    Era { names: ["大正", "大", "T"], first: Date { year: 1912, month: 7, day: 30 } },
    Era { names: ["明治", "明", "M"], first: Date { year: 1868, month: 10, day: 23 } },
];
/// The first day that is told here in 明治: see [`ERAS`].
const GREGORIAN: Date = Date { year: 1873, month: 1, day: 1 };
/// The years that make sense in a note: a birth in the days of 明治 at the earliest, a far appointment at the latest.
const YEARS: std::ops::RangeInclusive<u16> = 1868..=2200;

/// Reads a day as people write it: with an era or without, in full width too, and 20260401 or R080401 in one piece. A
/// day of the week in brackets behind it is passed over. Years of an era may go on behind its end (平成32年), as old
/// papers have them.
pub fn parse(text: &str) -> Result<Date, DateError> {
    let text: String = text.nfkc().filter(|letter| !letter.is_whitespace()).collect();
    let text = without_weekday(&text.to_uppercase()).to_owned();
    let begins = |era: &Era| era.names.iter().find_map(|name| text.strip_prefix(name));
    match ERAS.iter().find_map(|era| Some((era, begins(era)?))) {
        Some((era, rest)) => {
            let (year, month, day) = numbers(rest, 2)?;
            let year = (era.first.year - 1).checked_add(year).ok_or(DateError::Unreadable)?;
            let date = Date::new(year, month, day).filter(|_| year >= era.first.year);
            let date = date.ok_or(DateError::NoSuchDay)?;
            (date >= era.first.max(GREGORIAN)).then_some(date).ok_or(DateError::BeforeEra)
        }
        None => {
            let (year, month, day) = numbers(&text, 4)?;
            Date::new(year, month, day).ok_or(DateError::NoSuchDay)
        }
    }
}

impl Date {
    /// The day of year, month 1-12 and day of the month; none when there is no such day.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Date> {
        let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let last = match month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            1..=12 => 31,
            _ => return None,
        };
        ((1..=last).contains(&day) && YEARS.contains(&year)).then_some(Date { year, month, day })
    }

    /// Year, month 1-12, day of the month.
    pub fn ymd(self) -> (u16, u8, u8) {
        (self.year, self.month, self.day)
    }

    /// The same day as the calendar counts it; none before 1970.
    pub fn day(self) -> Option<Day> {
        Day::from_ymd(self.year.into(), self.month.into(), self.day.into())
    }

    /// The same day as a date; none after the year 2200.
    pub fn of(day: Day) -> Option<Date> {
        let (year, month, day) = day.ymd();
        Date::new(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }

    /// As the Japanese calendar has it, such as 令和8年4月1日 and 令和元年5月1日; none before 1873.
    pub fn wareki(self) -> Option<String> {
        if self < GREGORIAN {
            return None;
        }
        let era = ERAS.iter().find(|era| self >= era.first)?;
        let year = match self.year - era.first.year + 1 {
            1 => "元".to_owned(),
            later => later.to_string(),
        };
        Some(format!("{}{year}年{}月{}日", era.names[0], self.month, self.day))
    }

    /// Full years from a birth on this day until `on`; none when that is earlier. Who is born on February 29 is a year
    /// older on March 1 of other years.
    pub fn age(self, on: Date) -> Option<u16> {
        let had_birthday = (on.month, on.day) >= (self.month, self.day);
        (on >= self).then(|| on.year - self.year - u16::from(!had_birthday))
    }
}

/// As fields keep it: 1980-04-01.
impl std::fmt::Display for Date {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Date { year, month, day } = self;
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

fn without_weekday(text: &str) -> &str {
    let weekday =
        |inner: &&str| ["月", "火", "水", "木", "金", "土", "日"].contains(&inner.trim_end_matches("曜日"));
    let inner = text.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    inner.filter(|(_, inner)| weekday(inner)).map_or(text, |(date, _)| date)
}

/// Year, month and day out of what follows the era. `year_digits`: of a year in one piece with month and day.
fn numbers(text: &str, year_digits: usize) -> Result<(u16, u8, u8), DateError> {
    let one_piece = text.len() == year_digits + 4 && text.bytes().all(|sign| sign.is_ascii_digit());
    let parts = match one_piece {
        true => vec![&text[..year_digits], &text[year_digits..year_digits + 2], &text[year_digits + 2..]],
        false => parts(text).ok_or(DateError::Unreadable)?,
    };
    let [year, month, day] = parts[..] else { return Err(DateError::Unreadable) };
    let year = if year == "元" && year_digits == 2 { "1" } else { year };
    let short = |text: &str, most: usize| {
        (1..=most).contains(&text.len()) && text.bytes().all(|sign| sign.is_ascii_digit())
    };
    if !short(year, year_digits) || !short(month, 2) || !short(day, 2) {
        return Err(DateError::Unreadable);
    }
    let read = |text: &str| text.parse::<u16>().map_err(|_| DateError::Unreadable);
    let small = |text: &str| text.parse::<u8>().map_err(|_| DateError::Unreadable);
    Ok((read(year)?, small(month)?, small(day)?))
}

/// 8年4月1日, or three parts with the same mark between.
fn parts(text: &str) -> Option<Vec<&str>> {
    let in_words = || {
        let (year, rest) = text.split_once('年')?;
        let (month, rest) = rest.split_once('月')?;
        Some(vec![year, month, rest.strip_suffix('日')?])
    };
    let marks = ['.', '/', '-', '・', 'ー', '−', '‐'];
    let marked = |mark: &char| {
        let parts: Vec<&str> = text.split(*mark).collect();
        (parts.len() == 3).then_some(parts)
    };
    in_words().or_else(|| marks.iter().find_map(marked))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(year: u16, month: u8, day: u8) -> Date {
        Date::new(year, month, day).unwrap()
    }

    #[test]
    fn a_day_is_read_as_people_write_it() {
        for (text, wanted) in [
            ("令和8年4月1日", (2026, 4, 1)),
            ("令和8年4月1日(水)", (2026, 4, 1)),
            ("令和 ８ 年 ４ 月 １ 日（水曜日）", (2026, 4, 1)),
            ("㋿8年4月1日", (2026, 4, 1)),
            ("R8.4.1", (2026, 4, 1)),
            ("r8/04/01", (2026, 4, 1)),
            ("R080401", (2026, 4, 1)),
            ("Ｒ８．４．１", (2026, 4, 1)),
            ("令和元年5月1日", (2019, 5, 1)),
            ("R元.5.1", (2019, 5, 1)),
            ("R1.5.1", (2019, 5, 1)),
            ("平31.4.30", (2019, 4, 30)),
            ("平成32年1月1日", (2020, 1, 1)),
            ("平成元年1月8日", (1989, 1, 8)),
            ("昭55.4.1", (1980, 4, 1)),
            ("S55.4.1", (1980, 4, 1)),
            ("s55-4-1", (1980, 4, 1)),
            ("昭和64年1月7日", (1989, 1, 7)),
            ("昭和元年12月25日", (1926, 12, 25)),
            ("大正15年12月24日", (1926, 12, 24)),
            ("T1.7.30", (1912, 7, 30)),
            ("明治45年7月29日", (1912, 7, 29)),
            ("M6.1.1", (1873, 1, 1)),
            ("1980/4/1", (1980, 4, 1)),
            ("１９８０年４月１日", (1980, 4, 1)),
            ("2026-04-01", (2026, 4, 1)),
            ("2026.4.1", (2026, 4, 1)),
            ("2026・4・1", (2026, 4, 1)),
            ("19450815", (1945, 8, 15)),
            ("2024-02-29", (2024, 2, 29)),
            ("1900/1/1", (1900, 1, 1)),
        ] {
            let (year, month, day) = wanted;
            assert_eq!(parse(text), Ok(date(year, month, day)), "{text}");
        }
    }

    #[test]
    fn what_is_no_day_is_refused_with_the_reason() {
        for text in [
            "",
            "4/1",
            "令和",
            "R8.4",
            "8.4.1.2",
            "2026/4-1",
            "26/4/1x",
            "元/4/1",
            "99999/1/1",
            "２月",
            "R8.4.+1",
        ] {
            assert_eq!(parse(text), Err(DateError::Unreadable), "{text}");
        }
        for text in
            ["2026-02-29", "1900-02-29", "R8.13.1", "R8.4.31", "2026/0/1", "R0.5.1", "26/4/1", "3026/4/1"]
        {
            assert_eq!(parse(text), Err(DateError::NoSuchDay), "{text}");
        }
        for text in ["R1.4.30", "平成元年1月7日", "昭和元年12月24日", "大正1年7月29日", "明治5年12月31日"]
        {
            assert_eq!(parse(text), Err(DateError::BeforeEra), "{text}");
        }
    }

    #[test]
    fn a_day_is_told_in_its_era() {
        for (day, wanted) in [
            ((2026, 4, 1), "令和8年4月1日"),
            ((2019, 5, 1), "令和元年5月1日"),
            ((2019, 4, 30), "平成31年4月30日"),
            ((1989, 1, 8), "平成元年1月8日"),
            ((1989, 1, 7), "昭和64年1月7日"),
            ((1926, 12, 25), "昭和元年12月25日"),
            ((1926, 12, 24), "大正15年12月24日"),
            ((1912, 7, 30), "大正元年7月30日"),
            ((1912, 7, 29), "明治45年7月29日"),
            ((1873, 1, 1), "明治6年1月1日"),
        ] {
            let told = date(day.0, day.1, day.2).wareki();
            assert_eq!(told.as_deref(), Some(wanted));
            assert_eq!(parse(wanted), Ok(date(day.0, day.1, day.2)));
        }
        assert_eq!(date(1872, 12, 31).wareki(), None);
        assert_eq!(date(1945, 8, 5).to_string(), "1945-08-05");
    }

    #[test]
    fn every_day_of_a_century_is_read_back_from_every_spelling() {
        for number in 0..36_525 {
            let day = Date::of(Day(number)).unwrap();
            assert_eq!(day.day(), Some(Day(number)));
            for text in [day.to_string(), day.wareki().unwrap(), day.to_string().replace('-', "")] {
                assert_eq!(parse(&text), Ok(day), "{text}");
            }
        }
        assert_eq!(date(1969, 12, 31).day(), None);
    }

    #[test]
    fn an_age_is_counted_in_full_years() {
        for (born, on, age) in [
            ((1980, 4, 1), (2026, 3, 31), Some(45)),
            ((1980, 4, 1), (2026, 4, 1), Some(46)),
            ((2024, 2, 29), (2025, 2, 28), Some(0)),
            ((2024, 2, 29), (2025, 3, 1), Some(1)),
            ((1912, 7, 29), (2026, 4, 1), Some(113)),
            ((2026, 4, 2), (2026, 4, 1), None),
        ] {
            let day = |(year, month, day): (u16, u8, u8)| date(year, month, day);
            assert_eq!(day(born).age(day(on)), age);
        }
    }
}
