//! The hours of booths and telephone as the screens show them. Knows no calendar.

use desk::calendar::Duty;
use desk::day::Day;
use serde::{Deserialize, Serialize};

/// A time of day in Japan, minutes since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct HourSpan {
    /// The first minute that is open.
    pub from: u16,
    /// The first minute that is closed again.
    pub to: u16,
}

/// The day's hours, by the duty calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Hours {
    /// Which day in Japan.
    pub day: Day,
    /// 兼務 / 電話のみ / 休止 now.
    pub duty: Duty,
    /// The booths' hours today; none: 閉庁日.
    pub booth: Option<HourSpan>,
    /// The telephone's hours today.
    pub phone: Option<HourSpan>,
    /// The next time that booths open, when they are closed now: day and hours.
    pub next_booth: Option<(Day, HourSpan)>,
}
