//! What is stored: the append-only ledger of a centre. Ids and times only, never a person's words.

use serde::{Deserialize, Serialize};

use super::{OfferWhy, Owner};
use crate::contact::{CallbackResult, Channel, ConsultEnd, DeclineReason, Disposition, Mask};
use crate::end::EndReason;
use crate::ids::{BoothId, CallId, ContactId, Fence, OfferId, OperatorId, Session};
use crate::presence::Presence;
use crate::time::Time;

/// One thing that happened. Folding all facts in order rebuilds the machine after a restart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// An operator began a session.
    SignedIn {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
    },
    /// An operator ended a session.
    SignedOut {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
    },
    /// A presence was confirmed.
    PresenceSet {
        /// Whose.
        operator: OperatorId,
        /// What the board shows from now on.
        presence: Presence,
        /// What follows the contact in hand or returns after a system-caused state.
        next: Presence,
    },
    /// 手上げ: an operator asks the shift lead for help, or no longer.
    HandRaised {
        /// Who.
        operator: OperatorId,
        /// Up or down.
        up: bool,
    },
    /// 臨時休止: a lead has closed the telephone for the time being, or opened it again.
    PhoneSuspended {
        /// Who.
        operator: OperatorId,
        /// Closed or open.
        on: bool,
    },
    /// A contact arrived.
    Arrived {
        /// Which one.
        contact: ContactId,
        /// How it came.
        channel: Channel,
        /// From which booth, when it came from one.
        booth: Option<BoothId>,
        /// By which call, when it came by telephone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        call: Option<CallId>,
    },
    /// A contact was shown to an operator.
    Offered {
        /// Which offer.
        offer: OfferId,
        /// Which contact.
        contact: ContactId,
        /// To whom.
        operator: OperatorId,
        /// The fence.
        fence: Fence,
        /// When the ring ends.
        expires: Time,
        /// Why this seat.
        why: OfferWhy,
        /// The operator who asks this one into a consultation; none for a contact from the queue.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asked_by: Option<OperatorId>,
    },
    /// A ring ended without this seat taking it.
    OfferEnded {
        /// Which offer.
        offer: OfferId,
        /// How.
        outcome: OfferOutcome,
    },
    /// An operator took the contact.
    Accepted {
        /// Which offer.
        offer: OfferId,
        /// Which contact.
        contact: ContactId,
        /// Who.
        operator: OperatorId,
        /// The fence that holds the media now.
        fence: Fence,
    },
    /// The two hear each other.
    Live {
        /// Which contact.
        contact: ContactId,
    },
    /// The visitor was put on hold or taken back.
    HeldSet {
        /// Which contact.
        contact: ContactId,
        /// On or off.
        held: bool,
    },
    /// 目隠し was put on, is about to be lifted, or was lifted.
    MaskSet {
        /// Which contact.
        contact: ContactId,
        /// From now on.
        mask: Mask,
    },
    /// The contact lost its operator and goes back to the head of the queue.
    Returned {
        /// Which contact.
        contact: ContactId,
        /// Whom it was taken from.
        operator: OperatorId,
    },
    /// The talk needs a new bridge under a new fence.
    Rejoined {
        /// Which contact.
        contact: ContactId,
        /// Who holds it.
        operator: OperatorId,
        /// The fence that holds the media now.
        fence: Fence,
        /// What happened to the old bridge.
        why: RejoinWhy,
    },
    /// The visitor's media broke in the talk.
    Interrupted {
        /// Which contact.
        contact: ContactId,
    },
    /// The talk (or the waiting) is over.
    Ended {
        /// Which contact.
        contact: ContactId,
        /// How.
        end: EndReason,
    },
    /// The wrap-up is done; the contact is closed.
    Finished {
        /// Which contact.
        contact: ContactId,
        /// Who.
        operator: OperatorId,
        /// What came of it.
        disposition: Disposition,
    },
    /// An operator calls somebody. The contact is in their hands from the start, by an offer that counts as taken.
    Dialled {
        /// The new contact.
        contact: ContactId,
        /// The name of the call.
        call: CallId,
        /// Who.
        operator: OperatorId,
        /// The offer that stands for it.
        offer: OfferId,
        /// The fence.
        fence: Fence,
    },
    /// The called party answered.
    Answered {
        /// Which contact.
        contact: ContactId,
    },
    /// The operator of a talk asks somebody else; the caller hears music.
    ConsultBegan {
        /// Which contact.
        contact: ContactId,
        /// Whom: another operator or an outside call.
        with: Owner,
        /// The caller is handed over as soon as that one is there.
        blind: bool,
    },
    /// The consulted party is there.
    ConsultLive {
        /// Which contact.
        contact: ContactId,
    },
    /// 三者通話 began or ended.
    ConsultJoined {
        /// Which contact.
        contact: ContactId,
        /// All three hear each other.
        joined: bool,
    },
    /// The consultation ended without a transfer.
    ConsultOver {
        /// Which contact.
        contact: ContactId,
        /// Why.
        why: ConsultEnd,
    },
    /// The consulted operator has the talk from now on.
    HandedOver {
        /// Which contact.
        contact: ContactId,
        /// Who had it.
        from: OperatorId,
        /// The offer by which the other was asked.
        offer: OfferId,
        /// Who has it.
        operator: OperatorId,
        /// The fence that holds the media now.
        fence: Fence,
    },
    /// 折返し: an operator said what came of calling back somebody whose call was lost.
    CallbackSettled {
        /// The lost call.
        contact: ContactId,
        /// Who.
        operator: OperatorId,
        /// What came of it.
        result: CallbackResult,
    },
}

/// Why a talk is joined once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RejoinWhy {
    /// The operator signed in again and took the talk along.
    OperatorBack,
    /// The exchange came back without the bridge.
    BridgeGone,
    /// Another operator has it now.
    HandedOver,
}

/// How an offer ended, a closed list (reliability.md, assignment 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OfferOutcome {
    /// This seat took it.
    Answered,
    /// The seat declined.
    Declined {
        /// Why.
        reason: DeclineReason,
    },
    /// The seat's own full ring ran out.
    NotAnswered,
    /// Another seat was first.
    Rescinded,
    /// The visitor left.
    Abandoned,
    /// The seat's line was lost or it signed out.
    SeatGone,
}
