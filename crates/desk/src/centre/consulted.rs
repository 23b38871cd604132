//! The ledger's side of outgoing calls and consultations.

use super::Owner;
use super::RejoinWhy;
use super::ledger::Ledger;
use super::record::{ConnectWhy, Consult, Contact, Hand, Stage, State, Talk};
use crate::contact::{Channel, ConsultEnd, ConsultStage};
use crate::day::Day;
use crate::ids::{CallId, ContactId, Fence, OfferId, OperatorId};
use crate::time::Time;

impl Ledger {
    pub(super) fn dialled(
        &mut self,
        at: Time,
        id: ContactId,
        call: CallId,
        (operator, offer, fence): (OperatorId, OfferId, Fence),
    ) {
        let day = Day::of(at);
        let serial = &mut self.days.entry(day).or_default().outgoing;
        *serial += 1;
        let stage = Stage::Connecting(ConnectWhy::Dialling);
        let contact = Contact {
            call: Some(call),
            outgoing: true,
            dialled: 1,
            answered: Some(at),
            fence,
            state: State::Talk(Talk { operator, fence, stage, heard: false, since: at }),
            ..Contact::new(Channel::Phone, day, *serial, at)
        };
        self.calls.insert(call, id);
        self.last_offer = self.last_offer.max(offer.0);
        self.hand(operator, Hand::Contact(id));
        self.count_in(id, contact);
    }

    pub(super) fn consult_began(&mut self, at: Time, id: ContactId, with: Owner, blind: bool) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.dialled += u64::from(with.is_visitor());
        let stage = ConsultStage::Ringing;
        contact.consult = Some(Consult { with, stage, blind, since: at, offer: None });
        contact.consult_end = None;
    }

    pub(super) fn consult_live(&mut self, at: Time, id: ContactId) {
        let Some(consult) = self.consult_mut(id) else { return };
        (consult.stage, consult.since) = (ConsultStage::Talking, at);
        if let Owner::Operator { operator } = consult.with {
            self.hand(operator, Hand::Consult(id));
        }
    }

    pub(super) fn consult_joined(&mut self, at: Time, id: ContactId, joined: bool) {
        let Some(consult) = self.consult_mut(id) else { return };
        consult.stage = if joined { ConsultStage::Joined } else { ConsultStage::Talking };
        consult.since = at;
    }

    pub(super) fn consult_over(&mut self, id: ContactId, why: ConsultEnd) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        let consult = contact.consult.take();
        contact.consult_end = Some(why);
        self.free_consulted(id, consult);
    }

    pub(super) fn handed_over(
        &mut self,
        at: Time,
        id: ContactId,
        (from, operator): (OperatorId, OperatorId),
        fence: Fence,
    ) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.consult = None;
        self.raise(id, fence);
        self.talk_mut(id, |talk| {
            let stage = Stage::Connecting(ConnectWhy::Again(RejoinWhy::HandedOver));
            *talk = Talk { operator, fence, stage, heard: talk.heard, since: at };
        });
        self.hand(from, Hand::Free);
        self.hand(operator, Hand::Contact(id));
    }

    /// An end takes the consultation along: the transfer to an outside number is one.
    pub(super) fn drop_consult(&mut self, id: ContactId) {
        let consult = self.contacts.get_mut(&id).and_then(|contact| contact.consult.take());
        self.free_consulted(id, consult);
    }

    fn free_consulted(&mut self, id: ContactId, consult: Option<Consult>) {
        if let Some(Consult { with: Owner::Operator { operator }, .. }) = consult
            && self.operators.get(&operator).is_some_and(|who| who.hand == Hand::Consult(id))
        {
            self.hand(operator, Hand::Free);
        }
    }

    fn consult_mut(&mut self, id: ContactId) -> Option<&mut Consult> {
        self.contacts.get_mut(&id).and_then(|contact| contact.consult.as_mut())
    }
}
