//! 責任者室: what a shift lead sees of everybody at once. Read only.

use desk::contact::Channel;
use desk::ids::{ContactId, OperatorId};
use desk::presence::Presence;
use desk::time::Time;
use serde::{Deserialize, Serialize};

use super::{CallerCard, TrunkState};

/// One seat on the lead's wall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SeatCard {
    /// Whose.
    pub operator: OperatorId,
    /// The name on the tag.
    pub name: String,
    /// What the board shows.
    pub presence: Presence,
    /// Since when.
    pub since: Time,
    /// The contact in hand: how it came, and the booth's name.
    pub contact: Option<(Channel, Option<String>)>,
    /// 手上げ, since when.
    pub hand: Option<Time>,
    /// Notes that this seat's desk has not sent yet, as it said last.
    pub unsynced: u32,
}

/// Somebody who waits, on the lead's wall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct WaitingCard {
    /// Which contact.
    pub contact: ContactId,
    /// How it came.
    pub channel: Channel,
    /// The booth's name.
    pub booth: Option<String>,
    /// The caller.
    pub caller: Option<CallerCard>,
    /// Since when.
    pub arrived: Time,
}

/// 責任者室: what a shift lead sees of the shift. Read only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Wall {
    /// Everybody who is signed in, by number.
    pub seats: Vec<SeatCard>,
    /// Both queues in the order in which they are served.
    pub waiting: Vec<WaitingCard>,
    /// The trunks.
    pub trunks: Vec<TrunkState>,
    /// 臨時休止 of the telephone, since when.
    pub suspended: Option<Time>,
}
