//! What a desk is told of a ring that led to nothing.

use desk::end::EndReason;
use desk::ids::OfferId;
use desk::time::Time;
use serde::{Deserialize, Serialize};

/// How the last ring at this seat ended when it was not taken here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RingEnd {
    /// Another operator was first.
    TakenBy {
        /// That operator's name.
        name: String,
    },
    /// The visitor left.
    VisitorLeft,
    /// It rang out: 離席(不応答).
    NoAnswer,
    /// Declined here.
    Declined,
    /// It was taken here, and the two could not be joined.
    NotConnected {
        /// True: the visitor is back at the head of the queue; false: the contact is over.
        returned: bool,
    },
    /// We called, and nobody was spoken to.
    NotReached {
        /// Why.
        end: EndReason,
    },
}

/// A word about the last ring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RingNotice {
    /// Which offer.
    pub offer: OfferId,
    /// How it ended.
    pub end: RingEnd,
    /// When.
    pub at: Time,
}
