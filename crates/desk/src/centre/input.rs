//! What comes into the machine of a centre.

use serde::{Deserialize, Serialize};

use crate::calendar::Duty;
use crate::code::Code;
use crate::contact::{CallbackResult, DeclineReason, DialFailure, Disposition};
use crate::ids::{BoothId, CallId, ContactId, Fence, OfferId, OperatorId, Session};
use crate::presence::Chosen;
use crate::time::Millis;

/// Whoever owns a media leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Owner {
    /// A visitor's booth.
    Booth {
        /// Which one.
        booth: BoothId,
    },
    /// A caller's telephone.
    Caller {
        /// Which call.
        call: CallId,
    },
    /// An operator's warm line.
    Operator {
        /// Whose.
        operator: OperatorId,
    },
}

impl Owner {
    /// Somebody whom an operator serves.
    pub fn is_visitor(self) -> bool {
        match self {
            Owner::Booth { .. } | Owner::Caller { .. } => true,
            Owner::Operator { .. } => false,
        }
    }
}

/// How a call ended that the operator did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallOver {
    /// The caller hung up.
    HungUp,
    /// The carrier or the line failed.
    LineLost,
}

/// Whom a refusal goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// One session of an operator.
    Operator(OperatorId, Session),
    /// A booth's page.
    Booth(BoothId),
    /// The exchange.
    Exchange,
}

/// The settings of a centre that the machine needs. Defaults are those of ARCHITECTURE.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long one seat rings (5-60 s).
    pub ring_timeout_ms: Millis,
    /// How many seats may ring for one contact at once (1 = one after the other).
    pub offers_at_once: u32,
    /// No answer for this long: no more offers to this operator.
    pub suspect_after_ms: Millis,
    /// No answer for this long: 接続断.
    pub lost_after_ms: Millis,
    /// What leases get on top after the server started.
    pub start_grace_ms: Millis,
    /// How long an operator lost in a talk may take to come back.
    pub reattach_ms: Millis,
    /// How long a booth may be away while it waits.
    pub booth_lost_waiting_ms: Millis,
    /// How long a booth may be away in a talk.
    pub booth_lost_talking_ms: Millis,
    /// How long the exchange may take to confirm a bridge.
    pub connect_timeout_ms: Millis,
    /// How many contacts may wait at once.
    pub queue_limit: u32,
    /// In which order those who wait are served.
    pub order: Order,
    /// Whoever has waited this long is served before the class that [`Settings::order`] prefers, and is not
    /// held back by [`Settings::phone_reserve`].
    pub age_cap_ms: Millis,
    /// How long the booth shows that the operator will lift 目隠し before it is lifted.
    pub mask_notice_ms: Millis,
    /// Which channels are open: no setting of a file, the calendar says it and the server follows. A
    /// closed channel takes no new contact; those that wait or talk are served to their end.
    #[serde(skip)]
    pub open: Duty,
    /// Today is one of the closed days around New Year: callers hear that. The calendar says it, too.
    #[serde(skip)]
    pub year_end: bool,
    /// So many seats stay ready for the telephone: a booth is offered to another one, or waits. No setting of
    /// a file either: it goes with the time of day, and the server follows.
    #[serde(skip)]
    pub phone_reserve: u32,
}

/// In which order those who wait are served. Whoever lost an operator comes first in any of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// The longest wait first, over both channels.
    #[default]
    LongestWait,
    /// The telephone before the booths.
    PhoneFirst,
    /// The booths before the telephone.
    BoothFirst,
    /// The channel whose contacts take less of an operator's time (talk and wrap-up, by today's mean) first.
    ShorterFirst,
}

/// By which rule a contact's turn came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// It lost its operator and goes first.
    Returned,
    /// The longest wait.
    #[default]
    LongestWait,
    /// It waited longer than the limit, whatever the order prefers.
    Aged,
    /// Its channel is preferred by setting.
    Channel,
    /// Its channel takes less of an operator's time.
    Shorter,
    /// No turn at all: another operator asks this one.
    Asked,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            ring_timeout_ms: Millis::seconds(20),
            offers_at_once: 1,
            suspect_after_ms: Millis::seconds(10),
            lost_after_ms: Millis::seconds(15),
            start_grace_ms: Millis::seconds(20),
            reattach_ms: Millis::seconds(30),
            booth_lost_waiting_ms: Millis::seconds(30),
            booth_lost_talking_ms: Millis::seconds(60),
            connect_timeout_ms: Millis::seconds(5),
            queue_limit: 50,
            mask_notice_ms: Millis::seconds(3),
            order: Order::LongestWait,
            age_cap_ms: Millis::seconds(300),
            open: Duty::Both,
            year_end: false,
            phone_reserve: 0,
        }
    }
}

/// Everything that can happen to a centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// An operator signed in and the socket is open; the session number is higher than any before.
    SignIn {
        /// Who.
        operator: OperatorId,
        /// The new epoch.
        session: Session,
    },
    /// The same session is back on a new socket (resume).
    Attach {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
    },
    /// The operator's present socket closed. Never sent for a socket that a newer one has replaced.
    Detach {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
    },
    /// The operator signs out.
    SignOut {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
    },
    /// The operator's desktop is alive.
    Heartbeat {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
    },
    /// The operator asks for a state; in a contact it is what follows.
    Choose {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// The wish.
        chosen: Chosen,
    },
    /// The operator takes an offer.
    Accept {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Which offer.
        offer: OfferId,
        /// The fence that came with it.
        fence: Fence,
    },
    /// The operator cannot take an offer.
    Decline {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Which offer.
        offer: OfferId,
        /// Why.
        reason: DeclineReason,
    },
    /// The operator ends the talk.
    End {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Which contact.
        contact: ContactId,
    },
    /// The operator holds or takes back the visitor.
    Hold {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Which contact.
        contact: ContactId,
        /// On or off.
        held: bool,
    },
    /// The operator puts 目隠し on, or wants it lifted after the notice in the booth.
    Mask {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Which contact.
        contact: ContactId,
        /// On or off.
        on: bool,
    },
    /// 手上げ: the operator asks the shift lead for help, or no longer.
    RaiseHand {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Up or down.
        up: bool,
    },
    /// 臨時休止 of the telephone, or its end. Whether this operator may is asked before.
    Suspend {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Closed or open.
        on: bool,
    },
    /// The operator is done with the wrap-up.
    Finish {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Which contact.
        contact: ContactId,
        /// What came of it.
        disposition: Disposition,
    },
    /// An operator says what came of calling back somebody whose call was lost. The machine forgets closed
    /// contacts, so whether this one is still owed a callback is looked up by whoever keeps the list.
    SettleCallback {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// The lost call.
        contact: ContactId,
        /// What came of it.
        result: CallbackResult,
    },
    /// An operator calls somebody. Which number is not the machine's to know.
    Dial {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
    },
    /// The operator of a talk asks somebody else, to speak with them or to hand the caller over.
    Consult {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Which contact.
        contact: ContactId,
        /// Whom.
        whom: Whom,
        /// Hand the caller over as soon as that one is there.
        blind: bool,
    },
    /// Ends a consultation: its operator goes back to the caller, or the consulted one leaves.
    EndConsult {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Which contact.
        contact: ContactId,
    },
    /// 三者通話 on or off.
    JoinConsult {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Which contact.
        contact: ContactId,
        /// On or off.
        joined: bool,
    },
    /// Hands the caller over to the consulted party.
    Transfer {
        /// Who.
        operator: OperatorId,
        /// The epoch.
        session: Session,
        /// Which contact.
        contact: ContactId,
    },
    /// A call of ours was not answered.
    NotReached {
        /// Which one.
        call: CallId,
        /// Why.
        why: DialFailure,
    },
    /// A booth rings.
    Ring {
        /// Which one.
        booth: BoothId,
    },
    /// A telephone call came in. Outside the hours, or when the queue is full, it is counted and turned away.
    Call {
        /// Which one.
        call: CallId,
    },
    /// A call is over, and not by the operator.
    CallOver {
        /// Which one.
        call: CallId,
        /// How.
        how: CallOver,
    },
    /// The visitor leaves the queue or ends the talk.
    Leave {
        /// The booth.
        booth: BoothId,
        /// Which contact.
        contact: ContactId,
    },
    /// The visitor puts 目隠し on, or lifts it at once.
    VisitorMask {
        /// The booth.
        booth: BoothId,
        /// Which contact.
        contact: ContactId,
        /// On or off.
        on: bool,
    },
    /// A booth's page came or went.
    BoothLine {
        /// Which one.
        booth: BoothId,
        /// There or not.
        up: bool,
    },
    /// A media leg came up or went down, as the exchange sees it.
    Media {
        /// Whose.
        owner: Owner,
        /// Up or down.
        up: bool,
    },
    /// The exchange joined the two.
    Joined {
        /// Which contact.
        contact: ContactId,
        /// Under which fence.
        fence: Fence,
    },
    /// The exchange could not join the two.
    JoinFailed {
        /// Which contact.
        contact: ContactId,
        /// Under which fence.
        fence: Fence,
        /// Why.
        code: Code,
    },
    /// The exchange connected and told which bridges and calls stand. Its legs follow (or went before) as
    /// [`Input::Media`]; a leg that is not told is taken as down, unless its bridge stands. A call that only
    /// the exchange knows joins the queue; one that only the ledger knows is over.
    ExchangeUp {
        /// The standing bridges.
        bridges: Vec<Standing>,
        /// The standing calls that came in.
        calls: Vec<CallId>,
        /// The standing calls that we made.
        dialled: Vec<CallId>,
    },
    /// The line to the exchange is gone (its media may well go on).
    ExchangeDown,
    /// The settings changed.
    Settings(Settings),
}

/// A bridge that stands at the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Which contact.
    pub contact: ContactId,
    /// The highest fence that the exchange has seen.
    pub fence: Fence,
    /// The two are held apart there.
    pub held: bool,
    /// No picture of the visitor passes there.
    pub masked: bool,
    /// Whom the operator consults there.
    pub consult: Option<Consulted>,
}

/// A consultation as the exchange carries it: the operator hears the consulted party and the visitor hears music.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consulted {
    /// Who; none while it rings there, which the operator hears.
    pub with: Option<Owner>,
    /// 三者通話: all three hear each other.
    pub joined: bool,
}

/// Whom an operator asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Another operator.
    Operator(OperatorId),
    /// A telephone outside, whose number is not the machine's to know.
    Outside,
}
