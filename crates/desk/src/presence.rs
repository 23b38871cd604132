//! What an operator asks for and what the desk confirms. Knows no queue and no contact's life.
//!
//! The two are kept apart: a [`Chosen`] state is a wish of a person; a [`Presence`] is what everybody
//! sees, and several of its values only the system can set (ringing, talking, lost, not answered).

use serde::{Deserialize, Serialize};

use crate::contact::Channel;

/// Which channels an operator takes: 兼務, 電話, 窓口.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Channels {
    /// 兼務: both.
    Both,
    /// 電話 only.
    Phone,
    /// 窓口 only.
    Booth,
}

/// What an operator may ask for by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Chosen {
    /// 受付可.
    Available {
        /// The channels to be ready for.
        channels: Channels,
    },
    /// 事務処理.
    Admin,
    /// 業務責任者対応.
    Lead,
    /// 離席.
    Away,
    /// 休憩.
    Break,
    /// 昼休憩.
    Lunch,
    /// 研修.
    Training,
    /// 打合せ.
    Meeting,
}

/// Why somebody is 離席.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum AwayWhy {
    /// The operator chose it.
    Chosen,
    /// 離席(不応答): the operator's own full ring ran out; one press returns.
    NoAnswer,
}

/// What the board shows of one operator (domain.md C-1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Presence {
    /// 退席.
    Off,
    /// 受付可.
    Available {
        /// The channels that are open.
        channels: Channels,
    },
    /// 着信中 or 窓口呼出中.
    Ringing {
        /// Where the contact comes from.
        channel: Channel,
    },
    /// 通話中.
    Call,
    /// 保留中.
    Hold,
    /// 映像対応中.
    Video,
    /// 後処理.
    Wrapping,
    /// 折返し発信中.
    Callback,
    /// 事務処理.
    Admin,
    /// 業務責任者対応.
    Lead,
    /// 離席.
    Away {
        /// By choice or because a ring ran out.
        why: AwayWhy,
    },
    /// 休憩.
    Break,
    /// 昼休憩.
    Lunch,
    /// 研修.
    Training,
    /// 打合せ.
    Meeting,
    /// 接続断.
    Lost,
}

impl Channels {
    /// Whether `channel` is among them.
    pub fn take(self, channel: Channel) -> bool {
        match (self, channel) {
            (Channels::Both, Channel::Booth | Channel::Phone)
            | (Channels::Booth, Channel::Booth)
            | (Channels::Phone, Channel::Phone) => true,
            (Channels::Booth, Channel::Phone) | (Channels::Phone, Channel::Booth) => false,
        }
    }
}

impl Chosen {
    /// What the board shows once the wish is granted.
    pub fn presence(self) -> Presence {
        match self {
            Chosen::Available { channels } => Presence::Available { channels },
            Chosen::Admin => Presence::Admin,
            Chosen::Lead => Presence::Lead,
            Chosen::Away => Presence::Away { why: AwayWhy::Chosen },
            Chosen::Break => Presence::Break,
            Chosen::Lunch => Presence::Lunch,
            Chosen::Training => Presence::Training,
            Chosen::Meeting => Presence::Meeting,
        }
    }
}

impl Presence {
    /// The wish that leads to this presence; none when only the system sets it.
    pub fn chosen(self) -> Option<Chosen> {
        match self {
            Presence::Available { channels } => Some(Chosen::Available { channels }),
            Presence::Admin => Some(Chosen::Admin),
            Presence::Lead => Some(Chosen::Lead),
            Presence::Away { why: AwayWhy::Chosen } => Some(Chosen::Away),
            Presence::Break => Some(Chosen::Break),
            Presence::Lunch => Some(Chosen::Lunch),
            Presence::Training => Some(Chosen::Training),
            Presence::Meeting => Some(Chosen::Meeting),
            Presence::Away { why: AwayWhy::NoAnswer }
            | Presence::Off
            | Presence::Ringing { .. }
            | Presence::Call
            | Presence::Hold
            | Presence::Video
            | Presence::Wrapping
            | Presence::Callback
            | Presence::Lost => None,
        }
    }
}
