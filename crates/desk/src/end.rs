//! Every way that a contact can end, in one closed list: whose fault, and why.

use serde::{Deserialize, Serialize};

use crate::contact::DialFailure;

/// Whose doing an end is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The visitor or caller.
    Visitor,
    /// The operator.
    Operator,
    /// Our own programs or settings.
    Us,
    /// The line or the carrier.
    Carrier,
    /// Nobody: it simply ended.
    Nobody,
}

/// Why a contact ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The operator ended the talk.
    OperatorEnded,
    /// The visitor ended the talk.
    VisitorEnded,
    /// The visitor left the queue before any ring or between rings.
    AbandonedWaiting,
    /// The visitor left while a seat was ringing.
    AbandonedRinging,
    /// The visitor left between accept and bridge.
    AbandonedConnecting,
    /// The visitor's line was lost while waiting.
    LineLostWaiting,
    /// The visitor's line was lost in the talk and did not come back in time.
    LineLostTalking,
    /// The exchange could not join the two.
    MediaFailed,
    /// The exchange went away with the talk; the visitor is owed a callback.
    ExchangeLost,
    /// The channel closed while the contact waited.
    OutOfHours,
    /// Outside the hours, on the closed days around New Year.
    YearEnd,
    /// 臨時休止: the lead has closed the telephone for the time being.
    Suspended,
    /// No place in the queue.
    QueueFull,
    /// The caller was transferred to an outside number and goes on without us.
    TransferredOut,
    /// An outgoing call: the line was engaged.
    CalleeBusy,
    /// An outgoing call: nobody answered.
    CalleeNotAnswered,
    /// An outgoing call: there is no such number.
    CalleeNotFound,
    /// An outgoing call: it was turned down there.
    CalleeRefused,
    /// An outgoing call: this number may not be called.
    DialForbidden,
    /// An outgoing call: the carrier, our limits or our programs did not let it through.
    DialFailed,
    /// An outgoing call: the operator gave up before anybody answered.
    DialGivenUp,
}

impl EndReason {
    /// The call came while the telephone was closed: it is no 着信.
    pub const fn is_closed(self) -> bool {
        match self {
            EndReason::OutOfHours | EndReason::YearEnd | EndReason::Suspended => true,
            EndReason::OperatorEnded
            | EndReason::VisitorEnded
            | EndReason::AbandonedWaiting
            | EndReason::AbandonedRinging
            | EndReason::AbandonedConnecting
            | EndReason::LineLostWaiting
            | EndReason::LineLostTalking
            | EndReason::MediaFailed
            | EndReason::ExchangeLost
            | EndReason::QueueFull
            | EndReason::TransferredOut
            | EndReason::CalleeBusy
            | EndReason::CalleeNotAnswered
            | EndReason::CalleeNotFound
            | EndReason::CalleeRefused
            | EndReason::DialForbidden
            | EndReason::DialFailed
            | EndReason::DialGivenUp => false,
        }
    }

    /// A caller whose call ended like this is owed a callback. `wrapped`: an operator who heard them wraps it
    /// up and sees to the rest. An exchange that goes away cuts the talk off: that one is owed in any case.
    pub const fn owes_callback(self, wrapped: bool) -> bool {
        match self {
            EndReason::ExchangeLost => true,
            EndReason::TransferredOut
            | EndReason::CalleeBusy
            | EndReason::CalleeNotAnswered
            | EndReason::CalleeNotFound
            | EndReason::CalleeRefused
            | EndReason::DialForbidden
            | EndReason::DialFailed
            | EndReason::DialGivenUp => false,
            EndReason::OperatorEnded
            | EndReason::VisitorEnded
            | EndReason::AbandonedWaiting
            | EndReason::AbandonedRinging
            | EndReason::AbandonedConnecting
            | EndReason::LineLostWaiting
            | EndReason::LineLostTalking
            | EndReason::MediaFailed
            | EndReason::OutOfHours
            | EndReason::YearEnd
            | EndReason::Suspended
            | EndReason::QueueFull => !wrapped,
        }
    }

    /// We called, the carrier took it, and nobody was spoken to.
    pub const fn is_vain_try(self) -> bool {
        match self {
            EndReason::CalleeBusy
            | EndReason::CalleeNotAnswered
            | EndReason::CalleeNotFound
            | EndReason::CalleeRefused => true,
            EndReason::OperatorEnded
            | EndReason::VisitorEnded
            | EndReason::AbandonedWaiting
            | EndReason::AbandonedRinging
            | EndReason::AbandonedConnecting
            | EndReason::LineLostWaiting
            | EndReason::LineLostTalking
            | EndReason::MediaFailed
            | EndReason::ExchangeLost
            | EndReason::OutOfHours
            | EndReason::YearEnd
            | EndReason::Suspended
            | EndReason::QueueFull
            | EndReason::TransferredOut
            | EndReason::DialForbidden
            | EndReason::DialFailed
            | EndReason::DialGivenUp => false,
        }
    }

    /// How an outgoing call ended that nobody answered.
    pub const fn of_dial(why: DialFailure) -> EndReason {
        match why {
            DialFailure::Busy => EndReason::CalleeBusy,
            DialFailure::NotAnswered => EndReason::CalleeNotAnswered,
            DialFailure::NotFound => EndReason::CalleeNotFound,
            DialFailure::Refused => EndReason::CalleeRefused,
            DialFailure::NotANumber
            | DialFailure::Foreign
            | DialFailure::Emergency
            | DialFailure::Special
            | DialFailure::RefusedHere => EndReason::DialForbidden,
            DialFailure::CarrierTrouble
            | DialFailure::LimitReached
            | DialFailure::NotSetUp
            | DialFailure::ExchangeLost => EndReason::DialFailed,
        }
    }

    /// Every reason, for tables and reports.
    pub const ALL: [EndReason; 21] = [
        EndReason::OperatorEnded,
        EndReason::VisitorEnded,
        EndReason::AbandonedWaiting,
        EndReason::AbandonedRinging,
        EndReason::AbandonedConnecting,
        EndReason::LineLostWaiting,
        EndReason::LineLostTalking,
        EndReason::MediaFailed,
        EndReason::ExchangeLost,
        EndReason::OutOfHours,
        EndReason::YearEnd,
        EndReason::Suspended,
        EndReason::QueueFull,
        EndReason::TransferredOut,
        EndReason::CalleeBusy,
        EndReason::CalleeNotAnswered,
        EndReason::CalleeNotFound,
        EndReason::CalleeRefused,
        EndReason::DialForbidden,
        EndReason::DialFailed,
        EndReason::DialGivenUp,
    ];

    /// Whose doing it was.
    pub const fn fault(self) -> Fault {
        match self {
            EndReason::OperatorEnded
            | EndReason::VisitorEnded
            | EndReason::TransferredOut
            | EndReason::CalleeBusy
            | EndReason::CalleeNotAnswered
            | EndReason::CalleeNotFound
            | EndReason::CalleeRefused => Fault::Nobody,
            EndReason::DialForbidden | EndReason::DialGivenUp => Fault::Operator,
            EndReason::AbandonedWaiting | EndReason::AbandonedRinging | EndReason::AbandonedConnecting => {
                Fault::Visitor
            }
            EndReason::LineLostWaiting | EndReason::LineLostTalking | EndReason::DialFailed => Fault::Carrier,
            EndReason::MediaFailed | EndReason::ExchangeLost => Fault::Us,
            EndReason::OutOfHours | EndReason::YearEnd | EndReason::Suspended | EndReason::QueueFull => {
                Fault::Nobody
            }
        }
    }
}
