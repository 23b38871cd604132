//! The words of an outgoing call: what comes in, what goes out, and why one fails. Knows no decision.

/// Why an outgoing call was not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DialFailure {
    /// The line is engaged (486, 600).
    Busy,
    /// Nobody came to the telephone, or it is switched off (480, 487, or a minute of ringing).
    NotAnswered,
    /// There is no such number (404, 410, 484, 604).
    NotFound,
    /// The call was turned down (403, 603, 607, 608).
    Refused,
    /// The carrier could not do it, or the trunk does not work (all others, and silence).
    CarrierTrouble,
}

impl DialFailure {
    /// What a final answer that is no 2xx means. A redirection (3xx) is not followed: nobody else chooses whom we
    /// call.
    pub fn of(status: u16) -> DialFailure {
        match status {
            486 | 600 => DialFailure::Busy,
            480 | 487 => DialFailure::NotAnswered,
            404 | 410 | 484 | 604 => DialFailure::NotFound,
            403 | 603 | 607 | 608 => DialFailure::Refused,
            _ => DialFailure::CarrierTrouble,
        }
    }
}

/// What an outgoing call tells who made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialNews {
    /// It rings there.
    Ringing,
    /// Somebody answered: sound flows both ways.
    Answered,
    /// It is over, and nobody answered.
    Failed(DialFailure),
}

/// What happens to an outgoing call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The INVITE went out: for the first time at a trunk, or again with the digest that the trunk asked for.
    Sent,
    /// 100.
    Trying,
    /// Another 1xx.
    Ringing,
    /// 2xx, and the ACK is out.
    Accepted {
        /// We can take what its description says.
        fits: bool,
    },
    /// A final refusal. Silence and a broken line are 408 and 503.
    Refused {
        /// Its code.
        status: u16,
    },
    /// Its leg is asked to hang up.
    HangUpWanted,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// INVITE by the next trunk.
    Invite,
    /// Send CANCEL.
    Cancel,
    /// Hang up what was just accepted.
    Bye,
    /// Who made the call has to know.
    Tell(DialNews),
    /// From now on it is a call like any other.
    HandOver,
}
