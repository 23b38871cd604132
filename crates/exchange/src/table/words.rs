//! What goes into the call table and what comes out. Knows no rule.

use desk::centre::CallOver;
use desk::centre::Owner;
use desk::code::Code;
use desk::contact::DialFailure;
use desk::ids::CallId;
use link::message::{CallFact, ExchangeOrder, ExchangeSays};
use link::state::{Digit, PhoneNumber, Quality, TrunkState};

/// One leg of one owner. A newer leg of the same owner has a higher number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LegName {
    /// Whose.
    pub owner: Owner,
    /// Its number, given by the owner.
    pub leg: u64,
}

impl LegName {
    /// A telephone has one leg as long as its call stands.
    pub fn of_call(call: CallId) -> LegName {
        LegName { owner: Owner::Caller { call }, leg: 1 }
    }
}

/// What a leg hears and sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Nothing at all.
    Silence,
    /// The far side of a bridge.
    Leg(LegName),
    /// 目隠し: what the far side of a bridge says, and no picture of it.
    Voice(LegName),
    /// お待ちください: in the queue, or the operator's leg is away for a moment.
    WaitingSound,
    /// 保留: the operator has put the visitor on hold.
    HoldSound,
    /// The announcement that says why a call is not taken; the call ends with it.
    TurnedAway(Refusal),
    /// It rings at somebody whom we call.
    Ringback,
    /// 三者通話: the sum of what two legs say, without pictures.
    Both(LegName, LegName),
}

/// Why a call is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// Outside the hours.
    OutOfHours,
    /// Outside the hours, around New Year.
    YearEnd,
    /// 臨時休止.
    Suspended,
    /// No place in the queue.
    QueueFull,
}

/// What can happen to the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The server asks for something.
    Order(ExchangeOrder),
    /// The server is there (again).
    LineUp,
    /// The media side answered an offer.
    Answered {
        /// Which leg's.
        leg: LegName,
        /// The SDP answer.
        sdp: String,
    },
    /// The media side could not answer an offer.
    NotAnswered {
        /// Which leg's.
        leg: LegName,
        /// It was the offer of an ICE restart: the leg itself stands as before.
        restart: bool,
        /// Why.
        code: Code,
    },
    /// Media can flow.
    LegUp(LegName),
    /// Nothing at all was heard for longer than a living leg is quiet. It may be over in a moment.
    LegQuiet(LegName),
    /// Something is heard of a quiet leg.
    LegHeard(LegName),
    /// Nothing was heard for three seconds.
    LegDown(LegName),
    /// Nothing was heard for a minute, or it could not be opened.
    LegFailed(LegName),
    /// The far side closed it.
    LegClosed(LegName),
    /// A call came in, and its leg with it.
    CallIn(CallFact),
    /// A call is over, and not by us.
    CallOver {
        /// Which one.
        call: CallId,
        /// How.
        how: CallOver,
    },
    /// A call of ours is being made, and its leg is there.
    DialBegan(CallId),
    /// Somebody answered a call of ours.
    DialAnswered(CallId),
    /// A call of ours was not answered.
    NotReached {
        /// Which one.
        call: CallId,
        /// Why.
        why: DialFailure,
    },
    /// The caller pressed a key.
    Digit {
        /// In which call.
        call: CallId,
        /// Which key.
        digit: Digit,
    },
    /// A leg has heard its announcement to the end.
    SoundOver(LegName),
    /// The trunks, after a change.
    Trunks(Vec<TrunkState>),
    /// How well a leg is heard.
    Measured {
        /// Which.
        leg: LegName,
        /// How well.
        quality: Quality,
    },
}

/// What is to be done. Media comes before words: the outputs are in the order in which they should
/// be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Close a leg.
    CloseLeg(LegName),
    /// Open a leg: answer its first offer.
    Answer {
        /// Which.
        leg: LegName,
        /// The SDP offer.
        sdp: String,
    },
    /// Answer the offer of an ICE restart.
    Restart {
        /// Which leg's.
        leg: LegName,
        /// The SDP offer.
        sdp: String,
    },
    /// From now on, send this to a leg and nothing else.
    Select {
        /// Who hears and sees it.
        leg: LegName,
        /// What.
        source: Source,
    },
    /// Call a number.
    Dial {
        /// Under which name.
        call: CallId,
        /// Whom.
        number: PhoneNumber,
    },
    /// Send a key to a telephone.
    Digit {
        /// Whose.
        leg: LegName,
        /// Which key.
        digit: Digit,
    },
    /// Ask a leg for a key frame at once.
    Keyframe(LegName),
    /// Tell the server; lost when it is away, because the inventory tells all that lasts.
    Say(ExchangeSays),
}
