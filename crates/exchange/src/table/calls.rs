//! Telephone calls: their legs come and go with them, and a call ends where its contact does. Knows no SIP
//! and no number of a caller beyond passing it on.

use std::collections::BTreeMap;

use desk::centre::{CallOver, Owner};
use desk::end::EndReason;
use desk::ids::{CallId, ContactId, Fence};
use desk::time::{Millis, Time};
use link::message::{CallFact, ExchangeSays};
use link::state::{Digit, TrunkState};

use super::leg::Leg;
use super::words::{LegName, Output, Refusal, Source};
use super::{Table, Work};

/// The longest announcement to a caller who is turned away is under 20 s; what has not ended by then is cut.
const FAREWELL_WITHIN: Millis = Millis::seconds(40);

#[derive(Debug, Default)]
pub(super) struct Calls {
    standing: BTreeMap<CallId, Standing>,
    pub(super) trunks: Vec<TrunkState>,
}

#[derive(Debug)]
struct Standing {
    fact: CallFact,
    /// It is being turned away, and ends by then.
    farewell: Option<(Refusal, Time)>,
}

impl Calls {
    /// What the server may take into its queue.
    pub(super) fn standing(&self) -> Vec<CallFact> {
        let kept = self.standing.values().filter(|call| call.farewell.is_none());
        kept.map(|call| call.fact.clone()).collect()
    }

    /// What a caller hears without a place: the queue's sound while the server is away, or why the call is
    /// not taken.
    pub(super) fn sources(&self) -> BTreeMap<Owner, Source> {
        let source = |(call, standing): (&CallId, &Standing)| {
            let source = standing.farewell.map_or(Source::WaitingSound, |(why, _)| Source::TurnedAway(why));
            (Owner::Caller { call: *call }, source)
        };
        self.standing.iter().map(source).collect()
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        self.standing.values().filter_map(|call| call.farewell).map(|(_, until)| until).min()
    }

    pub(super) fn overdue(&self, now: Time) -> Vec<CallId> {
        let due = |call: &Standing| call.farewell.is_some_and(|(_, until)| until <= now);
        self.standing.iter().filter(|(_, call)| due(call)).map(|(call, _)| *call).collect()
    }
}

impl Table {
    pub(super) fn call_in(&mut self, fact: CallFact, work: &mut Work) {
        let name = LegName::of_call(fact.call);
        if self.legs.len() >= super::MAX_LEGS {
            work.outputs.push(Output::CloseLeg(name));
            return;
        }
        self.legs.insert(name.owner, Leg::of_call(name.leg));
        self.calls.standing.insert(fact.call, Standing { fact: fact.clone(), farewell: None });
        work.media(name, true);
        work.say(ExchangeSays::Call(fact));
    }

    /// The server ends its contact by the word about the call; that its leg is gone says nothing more.
    pub(super) fn call_over(&mut self, call: CallId, how: CallOver, work: &mut Work) {
        let turned_away = self.calls.standing.get(&call).is_some_and(|call| call.farewell.is_some());
        if self.calls.standing.contains_key(&call) {
            self.end_call(call, work);
        }
        if !turned_away {
            work.say(ExchangeSays::CallOver { call, how });
        }
    }

    /// A contact is over; a caller's call ends with it, or after the words that say why.
    pub(super) fn released(&mut self, now: Time, visitor: Owner, end: EndReason, work: &mut Work) {
        let Owner::Caller { call } = visitor else { return };
        let why = match end {
            EndReason::OutOfHours => Refusal::OutOfHours,
            EndReason::YearEnd => Refusal::YearEnd,
            EndReason::Suspended => Refusal::Suspended,
            EndReason::QueueFull => Refusal::QueueFull,
            EndReason::OperatorEnded
            | EndReason::VisitorEnded
            | EndReason::AbandonedWaiting
            | EndReason::AbandonedRinging
            | EndReason::AbandonedConnecting
            | EndReason::LineLostWaiting
            | EndReason::LineLostTalking
            | EndReason::MediaFailed
            | EndReason::ExchangeLost => return self.end_call(call, work),
        };
        if let Some(standing) = self.calls.standing.get_mut(&call) {
            standing.farewell = Some((why, now + FAREWELL_WITHIN));
        }
    }

    /// Only what turns a call away has an end.
    pub(super) fn sound_over(&mut self, name: LegName, work: &mut Work) {
        let Owner::Caller { call } = name.owner else { return };
        if self.calls.standing.get(&call).is_some_and(|call| call.farewell.is_some()) {
            self.end_call(call, work);
        }
    }

    pub(super) fn digit(&mut self, contact: ContactId, fence: Fence, digit: Digit, work: &mut Work) {
        let Some(Owner::Caller { call }) = self.contacts.visitor_under(contact, fence) else { return };
        work.outputs.push(Output::Digit { leg: LegName::of_call(call), digit });
    }

    /// Takes a call off the table and closes its leg.
    pub(super) fn end_call(&mut self, call: CallId, work: &mut Work) {
        let name = LegName::of_call(call);
        if self.calls.standing.remove(&call).is_some() {
            self.legs.remove(&name.owner);
            work.outputs.push(Output::CloseLeg(name));
        }
    }
}
