//! What the centre remembers of one operator, one contact and one offer. Everything here follows from
//! the facts; nothing here knows a socket or a media leg.

use super::{Consulted, OfferOutcome, OfferWhy, Owner, RejoinWhy};
use crate::contact::{Channel, ConsultEnd, ConsultStage, Mask, Phase};
use crate::day::Day;
use crate::end::EndReason;
use crate::ids::{BoothId, CallId, ContactId, Fence, OfferId, OperatorId, Session};
use crate::presence::{Chosen, Presence};
use crate::time::{Millis, Time};

/// One operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    /// None: signed out.
    pub session: Option<Session>,
    /// The highest epoch ever seen.
    pub newest: Session,
    pub presence: Presence,
    pub since: Time,
    pub next: Chosen,
    pub hand: Hand,
    /// Since when this seat has its place among the idle ones.
    pub idle_since: Time,
    /// 手上げ, since when.
    pub asks: Option<Time>,
}

/// The one live thing that an operator can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hand {
    Free,
    Offer(OfferId),
    Contact(ContactId),
    /// Consulted by the operator of this contact.
    Consult(ContactId),
}

/// One contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Contact {
    pub channel: Channel,
    pub booth: Option<BoothId>,
    pub call: Option<CallId>,
    /// The Japan-day of the arrival.
    pub day: Day,
    /// Counts up within `day` and `channel`.
    pub serial: u32,
    pub arrived: Time,
    /// The last accept.
    pub answered: Option<Time>,
    /// When visitor and operator first heard each other: from then on it counts as answered.
    pub live: Option<Time>,
    pub ended: Option<Time>,
    pub end: Option<EndReason>,
    /// The highest fence ever raised.
    pub fence: Fence,
    pub interruptions: u32,
    /// How often the visitor was on hold, and how long in the holds that are over.
    pub holds: u32,
    pub held_ms: Millis,
    /// 目隠し; whoever takes the contact over finds it as it was.
    pub mask: Mask,
    /// Rings that were declined or ran out.
    pub rings: u32,
    /// Connections that failed since the two last heard each other.
    pub failures: u32,
    /// Taken from an operator and put at the head of the queue.
    pub returned: bool,
    /// We called: it is no 着信.
    pub outgoing: bool,
    /// Calls that we made for it.
    pub dialled: u64,
    /// Whom its operator consults.
    pub consult: Option<Consult>,
    /// How the last consultation ended that was no transfer.
    pub consult_end: Option<ConsultEnd>,
    /// Seats that declined or could not be joined in this round, and when.
    pub passed: Vec<(OperatorId, Time)>,
    pub state: State,
}

/// Where a contact stands, with what belongs to that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// In the queue; ringing when there are offers.
    Queued { offers: Vec<OfferId> },
    /// An operator has it.
    Talk(Talk),
    /// The talk is over.
    Wrapping { operator: OperatorId },
    /// Over; `operator` had it last.
    Closed { operator: Option<OperatorId> },
}

/// A contact in an operator's hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Talk {
    pub operator: OperatorId,
    /// The fence that holds the media.
    pub fence: Fence,
    pub stage: Stage,
    /// These two have heard each other: the end is followed by a wrap-up.
    pub heard: bool,
    /// When this stage began.
    pub since: Time,
}

/// Somebody whom the operator of a talk asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Consult {
    pub with: Owner,
    pub stage: ConsultStage,
    pub blind: bool,
    /// When this stage began.
    pub since: Time,
    /// By which offer another operator was asked.
    pub offer: Option<OfferId>,
}

impl Consult {
    /// What the exchange does for it.
    pub fn carried(&self) -> Consulted {
        match self.stage {
            ConsultStage::Ringing => Consulted { with: None, joined: false },
            ConsultStage::Talking => Consulted { with: Some(self.with), joined: false },
            ConsultStage::Joined => Consulted { with: Some(self.with), joined: true },
        }
    }
}

/// How far the bridge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Connecting(ConnectWhy),
    Live,
    Held,
}

/// Why a bridge is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectWhy {
    Accepted,
    /// We call, and nobody has answered yet.
    Dialling,
    Again(RejoinWhy),
}

/// One showing of a contact to one operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub contact: ContactId,
    pub operator: OperatorId,
    pub session: Session,
    pub fence: Fence,
    pub offered: Time,
    pub expires: Time,
    pub why: OfferWhy,
    /// It asks into a consultation.
    pub asked_by: Option<OperatorId>,
}

/// An offer that is over, remembered to answer a late accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PastOffer {
    pub offer: OfferId,
    pub contact: ContactId,
    pub operator: OperatorId,
    pub outcome: OfferOutcome,
}

impl Operator {
    /// An operator who has never signed in.
    pub fn unknown(session: Session) -> Operator {
        Operator {
            session: None,
            newest: session,
            presence: Presence::Off,
            since: Time(0),
            next: Chosen::Away,
            hand: Hand::Free,
            idle_since: Time(0),
            asks: None,
        }
    }
}

impl Contact {
    /// One that has just arrived, from nowhere yet.
    pub fn new(channel: Channel, day: Day, serial: u32, arrived: Time) -> Contact {
        Contact {
            channel,
            booth: None,
            call: None,
            day,
            serial,
            arrived,
            answered: None,
            live: None,
            ended: None,
            end: None,
            fence: Fence(0),
            interruptions: 0,
            holds: 0,
            held_ms: Millis(0),
            mask: Mask::Off,
            rings: 0,
            failures: 0,
            returned: false,
            outgoing: false,
            dialled: 0,
            consult: None,
            consult_end: None,
            passed: Vec::new(),
            state: State::Queued { offers: Vec::new() },
        }
    }

    /// The word for where it stands.
    pub fn phase(&self) -> Phase {
        match &self.state {
            State::Queued { offers } if offers.is_empty() => Phase::Waiting,
            State::Queued { .. } => Phase::Offered,
            State::Talk(talk) => match talk.stage {
                Stage::Connecting(_) => Phase::Connecting,
                Stage::Live => Phase::Live,
                Stage::Held => Phase::Held,
            },
            State::Wrapping { .. } => Phase::Wrapping,
            State::Closed { .. } => Phase::Closed,
        }
    }

    /// The talk, when an operator has it.
    pub fn talk(&self) -> Option<Talk> {
        match self.state {
            State::Talk(talk) => Some(talk),
            State::Queued { .. } | State::Wrapping { .. } | State::Closed { .. } => None,
        }
    }

    /// The open offers.
    pub fn offers(&self) -> &[OfferId] {
        match &self.state {
            State::Queued { offers } => offers,
            State::Talk(_) | State::Wrapping { .. } | State::Closed { .. } => &[],
        }
    }

    /// Who has it, or had it last.
    pub fn operator(&self) -> Option<OperatorId> {
        match self.state {
            State::Queued { .. } => None,
            State::Talk(talk) => Some(talk.operator),
            State::Wrapping { operator } => Some(operator),
            State::Closed { operator } => operator,
        }
    }

    /// When `operator` passed on it in this round.
    pub fn passed_at(&self, operator: OperatorId) -> Option<Time> {
        self.passed.iter().find(|(who, _)| *who == operator).map(|(_, at)| *at)
    }
}
