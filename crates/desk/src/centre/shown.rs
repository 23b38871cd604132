//! What others see of a centre: plain values, no reference into it and no words for a screen.

use super::{OfferWhy, Owner};
use crate::contact::{Channel, ConsultEnd, ConsultStage, Mask, Phase};
use crate::day::Day;
use crate::end::EndReason;
use crate::ids::{BoothId, CallId, ContactId, Fence, OfferId, OperatorId, Session};
use crate::presence::{Chosen, Presence};
use crate::time::{Millis, Time};

/// An operator as others see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorView {
    /// Who.
    pub operator: OperatorId,
    /// The session in force; none when signed out.
    pub session: Option<Session>,
    /// What the board shows.
    pub presence: Presence,
    /// Since when.
    pub since: Time,
    /// What was asked for last: in a contact, what follows.
    pub next: Chosen,
    /// The warm line to the exchange is up.
    pub media_up: bool,
    /// 手上げ, since when.
    pub asks: Option<Time>,
    /// What rings here.
    pub offer: Option<OfferId>,
    /// The contact in hand, wrap-up included.
    pub contact: Option<ContactId>,
    /// The contact about which this operator is consulted.
    pub consult: Option<ContactId>,
}

/// A contact as others see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContactView {
    /// Which one.
    pub contact: ContactId,
    /// How it came.
    pub channel: Channel,
    /// From which booth.
    pub booth: Option<BoothId>,
    /// By which call.
    pub call: Option<CallId>,
    /// The Japan-day of the arrival.
    pub day: Day,
    /// Counts up from 1 within `day` and `channel`.
    pub serial: u32,
    /// Where it stands.
    pub phase: Phase,
    /// When the visitor rang.
    pub arrived: Time,
    /// When it was taken, the last time.
    pub answered: Option<Time>,
    /// When the two first heard each other.
    pub live: Option<Time>,
    /// When the talk or the waiting ended.
    pub ended: Option<Time>,
    /// How.
    pub end: Option<EndReason>,
    /// The visitor's side is there: the page in the queue, the media in a talk.
    pub visitor_up: bool,
    /// Since when `visitor_up` has its value.
    pub visitor_since: Time,
    /// How often the visitor's media broke in the talk.
    pub interruptions: u32,
    /// How often the visitor was on hold.
    pub holds: u32,
    /// How long in all, without a hold that goes on.
    pub held_ms: Millis,
    /// Since when it is connecting, live or held; none outside a talk.
    pub stage_since: Option<Time>,
    /// We called.
    pub outgoing: bool,
    /// Whom its operator consults.
    pub consult: Option<ConsultView>,
    /// How the last consultation ended that was no transfer.
    pub consult_end: Option<ConsultEnd>,
    /// 目隠し.
    pub mask: Mask,
    /// Who has it, or had it last.
    pub operator: Option<OperatorId>,
    /// The operator's side is there: heard and with media. False without an operator.
    pub operator_up: bool,
    /// The fence that holds the media, or the highest raised.
    pub fence: Fence,
}

/// A consultation as others see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConsultView {
    /// Whom.
    pub with: Owner,
    /// How far it is.
    pub stage: ConsultStage,
    /// The caller is handed over as soon as that one is there.
    pub blind: bool,
    /// When this stage began.
    pub since: Time,
}

/// A booth as others see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoothView {
    /// Which one.
    pub booth: BoothId,
    /// Its page is connected.
    pub line_up: bool,
    /// Its media is up.
    pub media_up: bool,
    /// Since when `line_up` has its value.
    pub since: Time,
    /// The contact that waits or talks now, or else the latest one.
    pub contact: Option<ContactId>,
}

/// One channel's queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueView {
    /// The channel takes new contacts.
    pub open: bool,
    /// Who waits, offered ones included, in order.
    pub waiting: Vec<ContactId>,
    /// When the one that waits longest arrived.
    pub oldest: Option<Time>,
    /// How many operators are ready for this channel.
    pub ready: u32,
}

/// An open offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferView {
    /// Which one.
    pub offer: OfferId,
    /// Which contact.
    pub contact: ContactId,
    /// At whom it rings.
    pub operator: OperatorId,
    /// In which session.
    pub session: Session,
    /// To be sent back with the accept.
    pub fence: Fence,
    /// When the ring began.
    pub offered: Time,
    /// When it ends.
    pub expires: Time,
    /// Why this seat.
    pub why: OfferWhy,
    /// Who asks this operator into a consultation; none for a contact from the queue.
    pub asked_by: Option<OperatorId>,
}

/// Counts of one Japan-day, by the day of arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayCounts {
    /// 着信.
    pub arrived: u32,
    /// 応答: visitor and operator heard each other.
    pub answered: u32,
    /// 放棄: the visitor left before that.
    pub abandoned: u32,
    /// In the queue now, whenever they arrived.
    pub waiting: u32,
}
