//! Calls that we make: whom an operator asked for becomes a number here, and a refusal of the exchange becomes a line
//! of the audit. Shows numbers masked; nothing here can be printed.

use std::collections::BTreeMap;

use desk::centre::{Centre, Fact, Input, Owner, Whom};
use desk::code::Code;
use desk::contact::DialFailure;
use desk::end::EndReason;
use desk::ids::{CallId, ContactId, OfferId, OperatorId, Session};
use desk::time::Time;
use link::message::ExchangeOrder;
use link::state::{Callee, Caller, Counterpart, PhoneNumber, RingEnd, RingNotice};

use super::callers::masked;
use super::task::Hub;
use super::turn::Turn;
use crate::store::{AuditRow, CallerRow};

/// What can be typed as a number, hyphens and brackets included.
const MAX_TYPED_CHARS: usize = 40;

/// The calls that are being made or stand.
#[derive(Default)]
pub(super) struct Outgoing(BTreeMap<CallId, Called>);

struct Called {
    number: PhoneNumber,
    who: Counterpart,
    operator: OperatorId,
    contact: ContactId,
}

impl Outgoing {
    /// Whom a call goes to, as a screen may show them; after a restart of the server that is not known.
    pub fn who(&self, call: CallId) -> Counterpart {
        let unknown = || Counterpart::Number { number: String::new() };
        self.0.get(&call).map_or_else(unknown, |called| called.who.clone())
    }

    /// Forgets the calls that are over.
    pub fn tidy(&mut self, centre: &Centre) {
        self.0.retain(|call, called| {
            let Some(known) = centre.contact(called.contact).filter(|known| known.ended.is_none()) else {
                return false;
            };
            let with = Owner::Caller { call: *call };
            known.call == Some(*call) || known.consult.is_some_and(|consult| consult.with == with)
        });
    }
}

impl Hub {
    /// 折返し: calls a line of the list back.
    pub(super) fn call_back(
        &mut self,
        turn: &mut Turn,
        operator: OperatorId,
        session: Session,
        contact: ContactId,
    ) -> Option<Code> {
        let Some(number) = self.worklist.number(contact).cloned() else { return Some(Code::Gone) };
        let refused = self.feed(turn, Input::Dial { operator, session });
        let dialled = turn.entries.iter().rev().find_map(|entry| match entry.fact {
            Fact::Dialled { contact, call, operator: who, .. } if who == operator => Some((contact, call)),
            _ => None,
        });
        if let (None, Some((contact, call))) = (refused, dialled) {
            let who = Counterpart::Number { number: masked(&number.0) };
            let caller = Caller::Number { number: number.0.clone() };
            turn.callers.push(CallerRow { contact, caller, called: turn.now, ours: true });
            self.outgoing.0.insert(call, Called { number, who, operator, contact });
        }
        refused
    }

    /// 相談・転送: asks somebody else about a talk.
    pub(super) fn consult(
        &mut self,
        turn: &mut Turn,
        (operator, session, contact): (OperatorId, Session, ContactId),
        to: Callee,
        blind: bool,
    ) -> Option<Code> {
        let (whom, number) = match self.callee(to) {
            Ok(found) => found,
            Err(code) => return Some(code),
        };
        let refused = self.feed(turn, Input::Consult { operator, session, contact, whom, blind });
        let dialled = turn.entries.iter().rev().find_map(|entry| match entry.fact {
            Fact::ConsultBegan { contact: about, with: Owner::Caller { call }, .. } if about == contact => {
                Some(call)
            }
            _ => None,
        });
        if let (None, Some(call), Some((number, who))) = (refused, dialled, number) {
            self.outgoing.0.insert(call, Called { number, who, operator, contact });
        }
        refused
    }

    fn callee(&self, to: Callee) -> Result<(Whom, Option<(PhoneNumber, Counterpart)>), Code> {
        match to {
            Callee::Operator { operator } => Ok((Whom::Operator(operator), None)),
            Callee::Directory { entry } => {
                let found = self.signs.directory.iter().find(|known| known.entry == entry);
                let found = found.ok_or(Code::Gone)?;
                let who = Counterpart::Directory { label: found.label.clone(), city: found.city };
                Ok((Whom::Outside, Some((PhoneNumber(found.number.clone()), who))))
            }
            Callee::Number { number } => {
                let typed = number.0.trim();
                if typed.is_empty() || typed.chars().count() > MAX_TYPED_CHARS {
                    return Err(Code::BadLength);
                }
                let who = Counterpart::Number { number: masked(typed) };
                Ok((Whom::Outside, Some((PhoneNumber(typed.to_owned()), who))))
            }
        }
    }

    /// A call of ours ended before anybody was spoken to: its operator is told why, there is no wrap-up that would.
    pub(super) fn note_vain_call(&mut self, now: Time, contact: ContactId, end: EndReason) {
        let Some(known) = self.centre.contact(contact) else { return };
        let Some(operator) = known.operator.filter(|_| known.outgoing && known.live.is_none()) else {
            return;
        };
        if let Some(desk) = self.parties.desks.get_mut(&operator) {
            let end = RingEnd::NotReached { end };
            desk.notice = Some(RingNotice { offer: OfferId(0), end, at: now });
        }
    }

    /// The number goes to the exchange and nowhere else.
    pub(super) fn order_dial(&mut self, call: CallId, operator: OperatorId) {
        let Some(called) = self.outgoing.0.get(&call) else {
            tracing::error!(call = call.0, "a call is to be made, and nobody knows whom");
            return;
        };
        let (number, operator) = (called.number.clone(), Owner::Operator { operator });
        self.order(ExchangeOrder::Dial { call, number, operator });
    }

    /// A call of ours was not answered. That a number may not be called is kept for whoever looks after it.
    pub(super) fn not_reached(&mut self, turn: &mut Turn, call: CallId, why: DialFailure) -> Option<Code> {
        if let Some(called) = self.outgoing.0.get(&call).filter(|_| why.is_forbidden()) {
            let word = link::json::encode(&why);
            turn.audit.push(AuditRow {
                at: turn.now,
                operator: Some(called.operator),
                contact: Some(called.contact),
                kind: "dial_refused".into(),
                detail: format!("{} {}", word.trim_matches('"'), masked(&called.number.0)),
            });
        }
        self.feed(turn, Input::NotReached { call, why })
    }
}
