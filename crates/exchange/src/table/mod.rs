//! The call table: legs, the contacts that join them, and who hears whom. Every decision of the
//! exchange is made here.
//!
//! Refuses to know: clocks, sockets, tasks, packets and the insides of a session description. Time
//! comes in as a value. What a leg hears is computed from the whole state after each input, so that
//! no order of events can leave a visitor at a desk to which no standing bridge leads.

mod calls;
mod contacts;
mod hearing;
mod leg;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use desk::centre::Owner;
use desk::code::Code;
use desk::ids::{ContactId, Fence};
use desk::time::Time;
use link::message::{Bridge, ExchangeOrder, ExchangeSays, LegFact, LegOffer, LegSignal};
use link::state::Quality;

use calls::Calls;
use contacts::{Contacts, Join};
use leg::{Due, Leg};
pub use words::{Input, LegName, Output, Refusal, Source};

/// Legs at most: above one centre's booths and seats, so that a loop of offers under new names cannot
/// eat the machine's memory. The inventory names all of them, and has to fit one frame.
const MAX_LEGS: usize = 256;

/// All legs and contacts.
#[derive(Debug, Default)]
pub struct Table {
    legs: BTreeMap<Owner, Leg>,
    contacts: Contacts,
    calls: Calls,
}

/// What one input leads to, until it is put in order.
#[derive(Default)]
struct Work {
    outputs: Vec<Output>,
    /// Owners who need a fresh picture even if what they see stays the same.
    refresh: BTreeSet<Owner>,
}

impl Work {
    fn say(&mut self, said: ExchangeSays) {
        self.outputs.push(Output::Say(said));
    }

    fn signal(&mut self, owner: Owner, signal: LegSignal) {
        self.say(ExchangeSays::Leg { owner, signal });
    }

    fn media(&mut self, name: LegName, up: bool) {
        self.say(ExchangeSays::Media(LegFact { owner: name.owner, leg: name.leg, up }));
    }
}

impl Table {
    /// Takes one input; the outputs are to be carried out in their order.
    pub fn handle(&mut self, now: Time, input: Input) -> Vec<Output> {
        let mut work = Work::default();
        match input {
            Input::Order(order) => self.order(now, order, &mut work),
            Input::LineUp => {
                self.contacts.doubt(now);
                work.say(self.inventory());
            }
            Input::Answered { leg, sdp } => self.answered(leg, sdp, &mut work),
            Input::NotAnswered { leg, restart, code } => self.not_answered(leg, restart, code, &mut work),
            Input::LegUp(name) => self.leg_up(name, &mut work),
            Input::LegQuiet(name) => self.leg_quiet(name),
            Input::LegHeard(name) => self.leg_heard(name, &mut work),
            Input::LegDown(name) => self.leg_down(now, name, &mut work),
            Input::LegFailed(name) => self.leg_failed(name, &mut work),
            Input::LegClosed(name) => self.leg_closed(name, &mut work),
            Input::CallIn(fact) => self.call_in(fact, &mut work),
            Input::CallOver { call, how } => self.call_over(call, how, &mut work),
            Input::DialBegan(call) => self.dial_began(call, &mut work),
            Input::DialAnswered(call) => self.dial_answered(call, &mut work),
            Input::NotReached { call, why } => self.not_reached(call, why, &mut work),
            Input::Digit { call, digit } => work.say(ExchangeSays::Digit { call, digit }),
            Input::SoundOver(name) => self.sound_over(name, &mut work),
            Input::Trunks(trunks) => {
                self.calls.trunks = trunks.clone();
                work.say(ExchangeSays::Trunks { trunks });
            }
            Input::Measured { leg, quality } => self.measured(leg, quality, &mut work),
        }
        self.finish(work)
    }

    /// When [`Table::handle_timeout`] wants to be called, and why.
    pub fn poll_timeout(&self) -> Option<(Time, &'static str)> {
        let joins = self.contacts.deadline().map(|at| (at, "a join waits for a leg"));
        let farewells = self.calls.deadline().map(|at| (at, "an announcement has no end"));
        self.legs.values().filter_map(Leg::deadline).chain(joins).chain(farewells).min()
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Time) -> Vec<Output> {
        let mut work = Work::default();
        let due = |(owner, leg): (&Owner, &mut Leg)| {
            let name = LegName { owner: *owner, leg: leg.number };
            leg.due(now).map(|due| (name, due))
        };
        let due: Vec<(LegName, Due)> = self.legs.iter_mut().filter_map(due).collect();
        for (name, due) in due {
            match due {
                Due::Nudge => work.signal(name.owner, LegSignal::RestartIce { leg: name.leg }),
                Due::GivenUp => self.give_up_leg(name, &mut work),
            }
        }
        for caller in self.calls.overdue(now) {
            self.end_call(caller, &mut work);
        }
        for bridge in self.contacts.give_up(now) {
            work.say(failed(bridge.contact, bridge.fence, Code::NoMedia));
        }
        self.finish(work)
    }

    /// How many legs there are.
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    fn order(&mut self, now: Time, order: ExchangeOrder, work: &mut Work) {
        match order {
            ExchangeOrder::Sdp { owner, offer } => self.offer(now, owner, offer, work),
            ExchangeOrder::CloseLeg { owner } => {
                if let Some(leg) = self.legs.get(&owner) {
                    let name = LegName { owner, leg: leg.number };
                    work.outputs.push(Output::CloseLeg(name));
                    self.remove(name, work);
                }
            }
            ExchangeOrder::Wait { contact, visitor } => {
                if visitor.is_visitor() && !self.calls.is_apart(visitor) {
                    self.contacts.wait(contact, visitor);
                }
            }
            ExchangeOrder::Join { contact, fence, visitor, operator, masked } => {
                let (held, consult) = (false, None);
                let bridge = Bridge { contact, fence, visitor, operator, held, masked, consult };
                self.join(now, bridge, work);
            }
            ExchangeOrder::Mask { contact, fence, masked } => self.contacts.mask(contact, fence, masked),
            ExchangeOrder::Hold { contact, fence, held } => self.contacts.hold(contact, fence, held),
            ExchangeOrder::Dial { call, number, operator } => self.dial(call, number, operator, work),
            ExchangeOrder::HangUp { call } => self.end_call(call, work),
            ExchangeOrder::Consult { contact, fence, consult } => {
                let with = consult.and_then(|consult| consult.with);
                if !with.is_some_and(|with| self.calls.is_apart(with)) {
                    self.contacts.consult(contact, fence, consult);
                }
            }
            ExchangeOrder::Connect { contact, fence, call } => {
                if let Some(visitor) = self.contacts.release(contact, fence) {
                    self.connect(visitor, call, work);
                }
            }
            ExchangeOrder::Digit { contact, fence, digit } => self.digit(contact, fence, digit, work),
            ExchangeOrder::Release { contact, fence, end } => {
                if let Some(visitor) = self.contacts.release(contact, fence) {
                    self.released(now, visitor, end, work);
                }
            }
        }
    }

    fn offer(&mut self, now: Time, owner: Owner, offer: LegOffer, work: &mut Work) {
        let LegOffer { leg, restart, sdp } = offer;
        let current = self.legs.get(&owner).map(|leg| leg.number);
        let name = LegName { owner, leg };
        if restart {
            match current == Some(leg) {
                true => work.outputs.push(Output::Restart { leg: name, sdp }),
                false => work.signal(owner, LegSignal::Unknown { leg }),
            }
            return;
        }
        let refused = match current {
            Some(current) if leg == current => Some(Code::Taken),
            Some(current) if leg < current => Some(Code::Replaced),
            None if self.legs.len() >= MAX_LEGS => Some(Code::TooMany),
            Some(_) | None => None,
        };
        if let Some(code) = refused {
            work.signal(owner, LegSignal::Refused { leg, code });
            return;
        }
        if let Some(old) = current {
            let old = LegName { owner, leg: old };
            work.outputs.push(Output::CloseLeg(old));
            self.remove(old, work);
        }
        self.legs.insert(owner, Leg::offered(now, leg));
        work.outputs.push(Output::Answer { leg: name, sdp });
    }

    fn join(&mut self, now: Time, bridge: Bridge, work: &mut Work) {
        let Bridge { contact, fence, visitor, operator, .. } = bridge;
        if !visitor.is_visitor() || operator.is_visitor() || self.calls.is_apart(visitor) {
            work.say(failed(contact, fence, Code::Malformed));
            return;
        }
        match self.contacts.join(now, bridge) {
            Join::New => work.refresh.extend([visitor, operator]),
            Join::Pending => {}
            Join::Stands => work.say(ExchangeSays::Joined { contact, fence }),
            Join::Stale => work.say(failed(contact, fence, Code::StaleFence)),
            Join::Full => work.say(failed(contact, fence, Code::NoMedia)),
        }
    }

    fn answered(&mut self, name: LegName, sdp: String, work: &mut Work) {
        let Some(leg) = self.current(name) else {
            // Replaced or closed in the meantime: what was opened is not wanted any more.
            work.outputs.push(Output::CloseLeg(name));
            return;
        };
        leg.answered();
        work.signal(name.owner, LegSignal::Answer { leg: name.leg, sdp });
    }

    fn not_answered(&mut self, name: LegName, restart: bool, code: Code, work: &mut Work) {
        if self.current(name).is_none() {
            return;
        }
        if !restart {
            work.outputs.push(Output::CloseLeg(name));
            self.remove(name, work);
        }
        work.signal(name.owner, LegSignal::Refused { leg: name.leg, code });
    }

    fn leg_up(&mut self, name: LegName, work: &mut Work) {
        if self.current(name).is_some_and(Leg::came_up) {
            work.refresh.insert(name.owner);
            work.media(name, true);
        }
    }

    /// Whoever hears it hears something better from now on; the server need not know yet.
    fn leg_quiet(&mut self, name: LegName) {
        if let Some(leg) = self.current(name) {
            leg.quiet = true;
        }
    }

    fn leg_heard(&mut self, name: LegName, work: &mut Work) {
        if let Some(leg) = self.current(name).filter(|leg| leg.quiet) {
            leg.quiet = false;
            work.refresh.insert(name.owner);
        }
    }

    fn leg_down(&mut self, now: Time, name: LegName, work: &mut Work) {
        if self.current(name).is_some_and(|leg| leg.went_down(now)) {
            work.media(name, false);
            work.signal(name.owner, LegSignal::RestartIce { leg: name.leg });
        }
    }

    fn leg_failed(&mut self, name: LegName, work: &mut Work) {
        if self.current(name).is_some() {
            self.give_up_leg(name, work);
        }
    }

    /// Its owner closed it and needs no word about it.
    fn leg_closed(&mut self, name: LegName, work: &mut Work) {
        if self.current(name).is_some() {
            work.outputs.push(Output::CloseLeg(name));
            self.remove(name, work);
        }
    }

    /// A leg without media is not heard at all: its last reading says nothing.
    fn measured(&mut self, name: LegName, quality: Quality, work: &mut Work) {
        if self.current(name).is_some_and(|leg| leg.is_up()) {
            work.say(ExchangeSays::Quality { owner: name.owner, quality });
        }
    }

    fn give_up_leg(&mut self, name: LegName, work: &mut Work) {
        work.outputs.push(Output::CloseLeg(name));
        self.remove(name, work);
        work.signal(name.owner, LegSignal::Unknown { leg: name.leg });
    }

    /// Takes a leg off the table; its owner's place in a bridge or in the queue stays.
    fn remove(&mut self, name: LegName, work: &mut Work) {
        if self.legs.remove(&name.owner).is_some_and(|leg| leg.is_up()) {
            work.media(name, false);
        }
    }

    fn current(&mut self, name: LegName) -> Option<&mut Leg> {
        self.legs.get_mut(&name.owner).filter(|leg| leg.number == name.leg)
    }

    fn inventory(&self) -> ExchangeSays {
        let fact = |(owner, leg): (&Owner, &Leg)| LegFact { owner: *owner, leg: leg.number, up: leg.is_up() };
        let legs = self.legs.iter().filter(|(owner, _)| !self.calls.is_apart(**owner)).map(fact).collect();
        let (calls, dialled) = (self.calls.standing(), self.calls.dialled());
        let trunks = self.calls.trunks.clone();
        ExchangeSays::Inventory { bridges: self.contacts.bridges(), legs, calls, dialled, trunks }
    }

    fn finish(&mut self, mut work: Work) -> Vec<Output> {
        let is_up = |owner| self.legs.get(&owner).is_some_and(Leg::is_up);
        for bridge in self.contacts.settle(is_up) {
            work.refresh.extend([bridge.visitor, bridge.operator]);
            work.say(ExchangeSays::Joined { contact: bridge.contact, fence: bridge.fence });
        }
        self.select(&mut work);
        work.outputs.sort_by_key(rank);
        work.outputs
    }
}

/// Media first: a citizen hears the operator before the server hears about it.
fn rank(output: &Output) -> u8 {
    match output {
        Output::CloseLeg(_) | Output::Answer { .. } | Output::Restart { .. } | Output::Dial { .. } => 0,
        Output::Select { .. } => 1,
        Output::Digit { .. } | Output::Keyframe(_) => 2,
        Output::Say(_) => 3,
    }
}

fn failed(contact: ContactId, fence: Fence, code: Code) -> ExchangeSays {
    ExchangeSays::JoinFailed { contact, fence, code }
}
