//! What is on duty: a word for the channels that are open together.

use serde::{Deserialize, Serialize};

use crate::contact::Channel;

/// What is on duty at a minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// 兼務: booths and telephone.
    #[default]
    Both,
    /// 電話のみ.
    PhoneOnly,
    /// 窓口のみ: the telephone's hours do not cover the booths'.
    BoothOnly,
    /// 休止.
    Closed,
}

impl Duty {
    /// The word for two channels that are open or not.
    pub fn of(booth: bool, phone: bool) -> Duty {
        match (booth, phone) {
            (true, true) => Duty::Both,
            (false, true) => Duty::PhoneOnly,
            (true, false) => Duty::BoothOnly,
            (false, false) => Duty::Closed,
        }
    }

    /// Whether `channel` takes new contacts.
    pub fn takes(self, channel: Channel) -> bool {
        match (self, channel) {
            (Duty::Both, Channel::Booth | Channel::Phone)
            | (Duty::PhoneOnly, Channel::Phone)
            | (Duty::BoothOnly, Channel::Booth) => true,
            (Duty::PhoneOnly, Channel::Booth)
            | (Duty::BoothOnly, Channel::Phone)
            | (Duty::Closed, Channel::Booth | Channel::Phone) => false,
        }
    }
}
