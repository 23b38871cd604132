//! How people write days and minutes in a settings file: `2026-04-01`, `12-29`, `8:30`.

use serde::{Deserialize, Deserializer, Serializer, de::Error};

/// Splits a text at `mark` into whole numbers without signs, of at most `digits` digits each.
fn numbers<const N: usize>(text: &str, mark: char, digits: [usize; N]) -> Option<[u32; N]> {
    let mut parts = text.split(mark);
    let mut found = [0; N];
    for (place, digits) in found.iter_mut().zip(digits) {
        let part = parts.next()?;
        let plain = (1..=digits).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        *place = plain.then(|| part.parse().ok()).flatten()?;
    }
    parts.next().is_none().then_some(found)
}

/// A day such as `2026-04-01`.
pub(super) mod day {
    use super::*;
    use crate::day::Day;

    pub(in crate::calendar) fn parse(text: &str) -> Option<Day> {
        let [year, month, day] = numbers(text, '-', [4, 2, 2])?;
        Day::from_ymd(year, month, day)
    }

    pub fn serialize<S: Serializer>(day: &Day, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(day)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Day, D::Error> {
        let text = String::deserialize(from)?;
        parse(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no day; write it as 2026-04-01")))
    }
}

/// A day, or none: the field is left out.
pub(super) mod maybe_day {
    use super::*;
    use crate::day::Day;

    pub fn serialize<S: Serializer>(day: &Option<Day>, to: S) -> Result<S::Ok, S::Error> {
        match day {
            Some(day) => to.collect_str(day),
            None => to.serialize_none(),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Day>, D::Error> {
        super::day::deserialize(from).map(Some)
    }
}

/// A day of every year such as `12-29`: month and day of the month.
pub(super) mod month_day {
    use super::*;
    use crate::day::Day;

    /// A leap year, so that every day of any year is one of it.
    const LEAP_YEAR: u32 = 2000;

    pub fn serialize<S: Serializer>(day: &(u32, u32), to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{:02}-{:02}", day.0, day.1))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<(u32, u32), D::Error> {
        let text = String::deserialize(from)?;
        numbers(&text, '-', [2, 2])
            .filter(|[month, day]| Day::from_ymd(LEAP_YEAR, *month, *day).is_some())
            .map(|[month, day]| (month, day))
            .ok_or_else(|| D::Error::custom(format!("{text:?} is no day of a year; write it as 12-29")))
    }
}

/// A minute of a day such as `8:30`; `24:00` is the end of the day.
pub(super) mod minute {
    use super::*;
    use crate::calendar::MINUTES_A_DAY;

    pub fn serialize<S: Serializer>(minute: &u16, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{}:{:02}", minute / 60, minute % 60))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u16, D::Error> {
        let text = String::deserialize(from)?;
        numbers(&text, ':', [2, 2])
            .filter(|[_, minute]| *minute < 60)
            .and_then(|[hour, minute]| u16::try_from(hour * 60 + minute).ok())
            .filter(|minute| *minute <= MINUTES_A_DAY)
            .ok_or_else(|| D::Error::custom(format!("{text:?} is no time of day; write it as 8:30")))
    }
}
