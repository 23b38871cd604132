//! The duty calendar: when the city's booths and the telephone are open.

use serde::{Deserialize, Serialize};

/// What is on duty at a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// 兼務: booths and telephone.
    Both,
    /// 電話のみ.
    PhoneOnly,
    /// 窓口のみ: the telephone's hours do not cover the booths'.
    BoothOnly,
    /// 休止.
    Closed,
}
