//! Telephone calls, those that come in and those that we make: their legs come and go with them, and a call ends
//! where its contact does, unless it was handed over to another one. Knows no SIP, and numbers only to pass them on.

use std::collections::BTreeMap;

use desk::centre::{CallOver, Owner};
use desk::contact::DialFailure;
use desk::end::EndReason;
use desk::ids::{CallId, ContactId, Fence};
use desk::time::{Millis, Time};
use link::message::{CallFact, ExchangeSays};
use link::state::{Digit, PhoneNumber, TrunkState};

use super::leg::Leg;
use super::words::{LegName, Output, Refusal, Source};
use super::{Table, Work};

/// The longest announcement to a caller who is turned away is under 20 s; what has not ended by then is cut.
const FAREWELL_WITHIN: Millis = Millis::seconds(40);

#[derive(Debug, Default)]
pub(super) struct Calls {
    standing: BTreeMap<CallId, Standing>,
    dialled: BTreeMap<CallId, Dialled>,
    /// Callers and outside parties who go on with each other, without us.
    pairs: Vec<[Owner; 2]>,
    pub(super) trunks: Vec<TrunkState>,
}

#[derive(Debug)]
struct Standing {
    fact: CallFact,
    /// It is being turned away, and ends by then.
    farewell: Option<(Refusal, Time)>,
}

/// A call that we make.
#[derive(Debug)]
struct Dialled {
    /// Who hears that it rings.
    operator: Owner,
    answered: bool,
}

impl Calls {
    /// The calls that we made and that the server knows of.
    pub(super) fn dialled(&self) -> Vec<CallId> {
        self.dialled.keys().copied().collect()
    }

    /// Those who were handed over to each other.
    pub(super) fn pairs(&self) -> impl Iterator<Item = &[Owner; 2]> {
        self.pairs.iter()
    }

    /// It goes on without us, and the server knows nothing of it any more.
    pub(super) fn is_apart(&self, owner: Owner) -> bool {
        self.pairs.iter().flatten().any(|other| *other == owner)
    }

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
        let mut sources: BTreeMap<Owner, Source> = self.standing.iter().map(source).collect();
        for (call, dialled) in &self.dialled {
            match dialled.answered {
                true => sources.insert(Owner::Caller { call: *call }, Source::WaitingSound),
                false => sources.insert(dialled.operator, Source::Ringback),
            };
        }
        sources
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
        if self.end_pair(call, work) {
            return;
        }
        let turned_away = self.calls.standing.get(&call).is_some_and(|call| call.farewell.is_some());
        self.end_call(call, work);
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
            | EndReason::ExchangeLost
            | EndReason::TransferredOut
            | EndReason::CalleeBusy
            | EndReason::CalleeNotAnswered
            | EndReason::CalleeNotFound
            | EndReason::CalleeRefused
            | EndReason::DialForbidden
            | EndReason::DialFailed
            | EndReason::DialGivenUp => return self.end_call(call, work),
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
        let (came_in, dialled) = (self.calls.standing.remove(&call), self.calls.dialled.remove(&call));
        if came_in.is_some() || dialled.is_some() {
            self.legs.remove(&name.owner);
            work.outputs.push(Output::CloseLeg(name));
        }
    }

    /// A call is to be made; the same order again makes no second one.
    pub(super) fn dial(&mut self, call: CallId, number: PhoneNumber, operator: Owner, work: &mut Work) {
        let name = LegName::of_call(call);
        if self.legs.contains_key(&name.owner) {
            return;
        }
        if self.legs.len() >= super::MAX_LEGS {
            work.say(ExchangeSays::NotReached { call, why: DialFailure::LimitReached });
            return;
        }
        self.legs.insert(name.owner, Leg::of_dialled(name.leg));
        self.calls.dialled.insert(call, Dialled { operator, answered: false });
        work.outputs.push(Output::Dial { call, number });
    }

    /// It may have been given up before it had begun.
    pub(super) fn dial_began(&mut self, call: CallId, work: &mut Work) {
        if !self.calls.dialled.contains_key(&call) {
            work.outputs.push(Output::CloseLeg(LegName::of_call(call)));
        }
    }

    pub(super) fn dial_answered(&mut self, call: CallId, work: &mut Work) {
        if let Some(dialled) = self.calls.dialled.get_mut(&call) {
            dialled.answered = true;
            self.leg_up(LegName::of_call(call), work);
        }
    }

    pub(super) fn not_reached(&mut self, call: CallId, why: DialFailure, work: &mut Work) {
        if self.calls.dialled.contains_key(&call) {
            self.end_call(call, work);
            work.say(ExchangeSays::NotReached { call, why });
        }
    }

    /// A caller and an outside call go on with each other. When one of them is gone already, the other one ends.
    pub(super) fn connect(&mut self, visitor: Owner, call: CallId, work: &mut Work) {
        let Owner::Caller { call: caller } = visitor else { return };
        let outside = Owner::Caller { call };
        if !self.legs.contains_key(&visitor) || !self.legs.contains_key(&outside) {
            self.end_call(caller, work);
            self.end_call(call, work);
            return;
        }
        for call in [caller, call] {
            self.calls.standing.remove(&call);
            self.calls.dialled.remove(&call);
        }
        self.calls.pairs.push([visitor, outside]);
    }

    /// One of a pair hung up: the other one ends with it, and nobody needs to hear of it.
    fn end_pair(&mut self, call: CallId, work: &mut Work) -> bool {
        let gone = Owner::Caller { call };
        let Some(at) = self.calls.pairs.iter().position(|pair| pair.contains(&gone)) else { return false };
        for owner in self.calls.pairs.swap_remove(at) {
            if let Some(leg) = self.legs.remove(&owner) {
                work.outputs.push(Output::CloseLeg(LegName { owner, leg: leg.number }));
            }
        }
        true
    }
}
