//! Hours of a day as minutes since midnight in Japan.

use serde::{Deserialize, Serialize};

use super::written;

/// 24:00, the latest end of a span.
pub const MINUTES_A_DAY: u16 = 1_440;

/// From a minute to another of the same day. Both are minutes since midnight in Japan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// The first minute that is open.
    #[serde(with = "written::minute")]
    pub from: u16,
    /// The first minute that is closed again, at most [`MINUTES_A_DAY`].
    #[serde(with = "written::minute")]
    pub to: u16,
}

impl Span {
    /// From midnight to midnight.
    pub const ALL_DAY: Span = Span { from: 0, to: MINUTES_A_DAY };

    /// From hour and minute to hour and minute.
    pub const fn new(from: (u16, u16), to: (u16, u16)) -> Span {
        Span { from: from.0 * 60 + from.1, to: to.0 * 60 + to.1 }
    }

    /// Whether `minute` lies in it.
    pub fn holds(self, minute: u16) -> bool {
        (self.from..self.to).contains(&minute)
    }

    /// It has a beginning before its end, and ends the same day.
    pub fn is_sound(self) -> bool {
        self.from < self.to && self.to <= MINUTES_A_DAY
    }
}

/// As in a settings file: `8:30-17:15`.
impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Span { from, to } = self;
        write!(f, "{}:{:02}-{}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}
