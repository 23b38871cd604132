//! What a centre does: facts first, then effects.

use serde::{Deserialize, Serialize};

use super::{Consulted, Fact, Owner, Party, Rule};
use crate::code::Code;
use crate::end::EndReason;
use crate::ids::{CallId, ContactId, Fence, OfferId, OperatorId, Session};
use crate::time::{Millis, Time};

/// Why an offer came to this seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct OfferWhy {
    /// How many seats were ready for this contact.
    pub ready: u32,
    /// How long this seat has been idle, the longest of them.
    pub idle_ms: Millis,
    /// How many rings went before, unanswered or declined.
    pub rings_before: u32,
    /// By which rule its turn came.
    #[serde(default)]
    pub rule: Rule,
}

/// Why a ring stopped at a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RescindWhy {
    /// Another operator was first.
    TakenBy {
        /// Who.
        operator: OperatorId,
    },
    /// The visitor left.
    VisitorLeft,
    /// The ring ran out: the seat becomes 離席(不応答).
    NoAnswer,
    /// The operator declined.
    Declined,
    /// The operator's line was lost or signed out.
    SeatGone,
    /// It was taken here, and the two could not be joined.
    NotConnected {
        /// True: the visitor is back at the head of the queue; false: the contact is over.
        returned: bool,
    },
}

/// Everything that a centre does. Facts come first and are stored before any other output is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Store this.
    Fact(Fact),
    /// Show an offer.
    Offer {
        /// To whom.
        operator: OperatorId,
        /// In which session.
        session: Session,
        /// Which offer.
        offer: OfferId,
        /// Which contact.
        contact: ContactId,
        /// To be sent back with the accept.
        fence: Fence,
        /// When the ring ends.
        expires: Time,
    },
    /// Stop a ring; or, with [`RescindWhy::NotConnected`], tell what became of one that was taken.
    Rescind {
        /// At whom.
        operator: OperatorId,
        /// Which offer.
        offer: OfferId,
        /// Why.
        why: RescindWhy,
    },
    /// Let a waiting visitor hear and see something.
    Wait {
        /// Which contact.
        contact: ContactId,
        /// Whose leg.
        visitor: Owner,
    },
    /// Join the two.
    Join {
        /// Which contact.
        contact: ContactId,
        /// Under which fence.
        fence: Fence,
        /// The visitor's leg.
        visitor: Owner,
        /// The operator's leg.
        operator: OperatorId,
        /// 目隠し is on from the start.
        masked: bool,
    },
    /// Let no picture of the visitor pass, or let it pass again.
    Mask {
        /// Which contact.
        contact: ContactId,
        /// Under which fence.
        fence: Fence,
        /// On or off.
        masked: bool,
    },
    /// Hold or take back.
    Hold {
        /// Which contact.
        contact: ContactId,
        /// Under which fence.
        fence: Fence,
        /// On or off.
        held: bool,
    },
    /// Call somebody, and let the operator hear that it rings.
    Dial {
        /// For which contact.
        contact: ContactId,
        /// Under which name.
        call: CallId,
        /// Who waits for the answer.
        operator: OperatorId,
    },
    /// End a call of ours, wherever it stands.
    HangUp {
        /// Which one.
        call: CallId,
    },
    /// Begin, change or end a consultation.
    Consult {
        /// Which contact.
        contact: ContactId,
        /// Under which fence.
        fence: Fence,
        /// From now on.
        consult: Option<Consulted>,
    },
    /// The contact is over, and caller and outside call go on with each other until one of them hangs up.
    Connect {
        /// Which contact.
        contact: ContactId,
        /// Every fence up to this one is dead.
        fence: Fence,
        /// The outside call.
        call: CallId,
    },
    /// Take the two apart.
    Release {
        /// Which contact.
        contact: ContactId,
        /// Every fence up to this one is dead.
        fence: Fence,
        /// How it ended.
        end: EndReason,
    },
    /// A newer sign-in took over: close the older session's socket.
    Replaced {
        /// Whose.
        operator: OperatorId,
        /// Which one is over.
        session: Session,
    },
    /// The input was not legal here; nothing changed.
    Refused {
        /// Who is told.
        to: Party,
        /// Why.
        code: Code,
    },
}
