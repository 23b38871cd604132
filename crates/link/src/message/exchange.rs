//! What server and exchange say to each other: orders down, facts up.

use desk::centre::{CallOver, Consulted, Owner};
use desk::code::Code;
use desk::contact::DialFailure;
use desk::end::EndReason;
use desk::ids::{CallId, ContactId, Fence};
use serde::{Deserialize, Serialize};

use super::{LegOffer, LegSignal};
use crate::state::{Caller, Digit, PhoneNumber, Quality, TrunkState};

/// A bridge as the exchange holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bridge {
    /// Which contact.
    pub contact: ContactId,
    /// The highest fence seen.
    pub fence: Fence,
    /// The visitor's side.
    pub visitor: Owner,
    /// The operator's side.
    pub operator: Owner,
    /// Held.
    pub held: bool,
    /// 目隠し: no picture of the visitor passes.
    pub masked: bool,
    /// Whom the operator consults; the visitor hears music meanwhile, unless all three hear each other.
    pub consult: Option<Consulted>,
}

/// A leg as the exchange holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegFact {
    /// Whose.
    pub owner: Owner,
    /// Its number.
    pub leg: u64,
    /// Media flows.
    pub up: bool,
}

/// A telephone call as the exchange holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallFact {
    /// Which one.
    pub call: CallId,
    /// Who calls.
    pub caller: Caller,
    /// By which trunk.
    pub trunk: String,
}

/// What the exchange may say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExchangeSays {
    /// Right after the welcome: everything that stands.
    Inventory {
        /// The bridges.
        bridges: Vec<Bridge>,
        /// The legs.
        legs: Vec<LegFact>,
        /// The calls that came in.
        calls: Vec<CallFact>,
        /// The calls that we made.
        dialled: Vec<CallId>,
        /// The trunks.
        trunks: Vec<TrunkState>,
    },
    /// A call came in.
    Call(CallFact),
    /// A call is over, and not by our order.
    CallOver {
        /// Which one.
        call: CallId,
        /// How.
        how: CallOver,
    },
    /// A call of ours was not answered; an answered one is told as the media of its leg.
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
    /// The trunks, whenever one of them comes or goes.
    Trunks {
        /// All of them.
        trunks: Vec<TrunkState>,
    },
    /// To be passed to the owner of a leg.
    Leg {
        /// Whose.
        owner: Owner,
        /// What.
        signal: LegSignal,
    },
    /// A leg came up or went down.
    Media(LegFact),
    /// How well a leg is heard; every 5 s while it has media, and sooner when it changes much.
    Quality {
        /// Whose.
        owner: Owner,
        /// How well.
        quality: Quality,
    },
    /// A bridge stands.
    Joined {
        /// Which contact.
        contact: ContactId,
        /// Under which fence.
        fence: Fence,
    },
    /// A bridge was refused.
    JoinFailed {
        /// Which contact.
        contact: ContactId,
        /// Under which fence.
        fence: Fence,
        /// Why: `stale_fence` or `no_media`.
        code: Code,
    },
}

/// What the server asks of the exchange; carried as the signal `G`, its state and change are `()`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ExchangeOrder {
    /// Answer a media offer.
    Sdp {
        /// Whose.
        owner: Owner,
        /// The offer.
        offer: LegOffer,
    },
    /// End a leg (signed out, booth revoked).
    CloseLeg {
        /// Whose.
        owner: Owner,
    },
    /// The visitor waits: play the waiting sound; nothing of it reaches a desk.
    Wait {
        /// Which contact.
        contact: ContactId,
        /// Whose leg.
        visitor: Owner,
    },
    /// Join the two, unless a higher fence was seen.
    Join {
        /// Which contact.
        contact: ContactId,
        /// The fence.
        fence: Fence,
        /// The visitor's side.
        visitor: Owner,
        /// The operator's side.
        operator: Owner,
        /// 目隠し is on from the start: the two are joined again in a talk that was masked.
        masked: bool,
    },
    /// 目隠し on or off.
    Mask {
        /// Which contact.
        contact: ContactId,
        /// The fence.
        fence: Fence,
        /// On or off.
        masked: bool,
    },
    /// Hold or take back.
    Hold {
        /// Which contact.
        contact: ContactId,
        /// The fence.
        fence: Fence,
        /// On or off.
        held: bool,
    },
    /// Call a number. The operator hears that it rings.
    Dial {
        /// Under which name.
        call: CallId,
        /// Whom; personal.
        number: PhoneNumber,
        /// Who waits for the answer.
        operator: Owner,
    },
    /// End a call of ours, wherever it stands.
    HangUp {
        /// Which one.
        call: CallId,
    },
    /// Begin, change or end a consultation in a bridge.
    Consult {
        /// Which contact.
        contact: ContactId,
        /// The fence.
        fence: Fence,
        /// From now on.
        consult: Option<Consulted>,
    },
    /// Take the operator out of the bridge; its caller and an outside call go on with each other until one of them
    /// hangs up, and nothing more is said of them. Fences up to this one are dead.
    Connect {
        /// Which contact.
        contact: ContactId,
        /// The fence.
        fence: Fence,
        /// The outside call.
        call: CallId,
    },
    /// A key of the operator's keypad, to be sent to the visitor's telephone.
    Digit {
        /// Which contact.
        contact: ContactId,
        /// The fence.
        fence: Fence,
        /// Which key.
        digit: Digit,
    },
    /// Take the two apart; fences up to this one are dead. A telephone call ends with it, outside the hours
    /// and with a full queue after the announcement that says so.
    Release {
        /// Which contact.
        contact: ContactId,
        /// The fence.
        fence: Fence,
        /// How it ended.
        end: EndReason,
    },
}
