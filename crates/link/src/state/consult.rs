//! What the screens show of consultation and transfer (相談, 転送). Knows no SIP.

use desk::contact::ConsultStage;
use desk::ids::{ContactId, OperatorId};
use desk::presence::Presence;
use desk::time::Time;
use serde::{Deserialize, Serialize};

use super::{CallerCard, PhoneNumber};

/// Whom an operator asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Callee {
    /// Another operator.
    Operator {
        /// Who.
        operator: OperatorId,
    },
    /// A number of the directory.
    Directory {
        /// Which, by [`DirectoryEntry::entry`].
        entry: String,
    },
    /// A number that was typed. The exchange decides whether it may be called.
    Number {
        /// As it was typed.
        number: PhoneNumber,
    },
}

/// 転送先: an outside number with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct DirectoryEntry {
    /// Its name in the settings.
    pub entry: String,
    /// Who answers there.
    pub label: String,
    /// The number, as it is shown and called.
    pub number: String,
    /// One of the city's own: 市へ転送.
    #[serde(default)]
    pub city: bool,
    /// What for, or when somebody is there.
    #[serde(default)]
    pub note: Option<String>,
}

/// Another operator who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Colleague {
    /// Who.
    pub operator: OperatorId,
    /// The name on the tag.
    pub name: String,
    /// What the board shows.
    pub presence: Presence,
    /// Can be asked now.
    pub ready: bool,
    /// Leads shifts: checks the sheets of others.
    #[serde(default)]
    pub lead: bool,
}

/// The party whom an operator consults, as the desk shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Counterpart {
    /// Another operator.
    Operator {
        /// The name on the tag.
        name: String,
    },
    /// A number of the directory.
    Directory {
        /// Who answers there.
        label: String,
        /// One of the city's own.
        city: bool,
    },
    /// A number that was typed, masked.
    Number {
        /// Such as 048-***-9922; empty: not known any more.
        number: String,
    },
}

/// 相談: whom the operator of a talk speaks with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ConsultCard {
    /// Whom.
    pub with: Counterpart,
    /// How far it is.
    pub stage: ConsultStage,
    /// The caller is handed over as soon as that one answers.
    pub blind: bool,
    /// Since when it is so far.
    pub since: Time,
}

/// 相談を受けている: what the consulted operator sees of the talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ConsultGuest {
    /// Which contact.
    pub contact: ContactId,
    /// 受付番号.
    pub number: String,
    /// Whose talk it is.
    pub operator: String,
    /// Who calls.
    pub caller: Option<CallerCard>,
    /// All three hear each other.
    pub joined: bool,
    /// Since when it is so.
    pub since: Time,
}
