//! Consultation and transfer (相談, 転送, 三者通話): the operator of a call asks another operator or an outside number,
//! and goes back, lets all three speak, or hands the caller over. Knows no number.

use super::record::{Consult, Contact, Hand, Offer, Stage};
use super::turn::Turn;
use super::{Centre, Fact, OfferOutcome, OfferWhy, Output, Owner, RescindWhy, Rule, Whom};
use crate::code::Code;
use crate::contact::{Channel, ConsultEnd, ConsultStage};
use crate::end::EndReason;
use crate::ids::{CallId, ContactId, Fence, OfferId, OperatorId};

impl Turn<'_> {
    /// Asks somebody. The caller hears music from here on, and a hold goes over into it.
    pub fn consult(
        &mut self,
        operator: OperatorId,
        contact: ContactId,
        whom: Whom,
        blind: bool,
    ) -> Result<(), Code> {
        let talk = self.own_talk(operator, contact)?;
        let known = self.centre.ledger.contact(contact);
        let speaks = matches!(talk.stage, Stage::Live | Stage::Held);
        if known.channel != Channel::Phone || known.consult.is_some() || !speaks {
            return Err(Code::WrongState);
        }
        if !self.centre.lines.exchange().up {
            return Err(Code::NoExchange);
        }
        let dialled = known.dialled;
        if whom == Whom::Outside && dialled >= CallId::MOST_DIALLED {
            return Err(Code::TooMany);
        }
        if let Whom::Operator(asked) = whom {
            self.can_be_asked(operator, asked)?;
        }
        if talk.stage == Stage::Held {
            self.fact(Fact::HeldSet { contact, held: false });
            self.effect(Output::Hold { contact, fence: talk.fence, held: false });
        }
        match whom {
            Whom::Operator(asked) => {
                self.fact(Fact::ConsultBegan { contact, with: Owner::Operator { operator: asked }, blind });
                self.ask(operator, contact, asked);
            }
            Whom::Outside => {
                let call = CallId::dialled(contact, dialled);
                self.fact(Fact::ConsultBegan { contact, with: Owner::Caller { call }, blind });
                self.effect(Output::Dial { contact, call, operator });
            }
        }
        self.show_hand(operator);
        self.carry_consult(contact);
        Ok(())
    }

    fn can_be_asked(&self, operator: OperatorId, asked: OperatorId) -> Result<(), Code> {
        let who = self.centre.ledger.operators.get(&asked).ok_or(Code::NotReady)?;
        let ready = asked != operator && self.centre.is_ready(asked, who, Channel::Phone, self.now);
        if ready { Ok(()) } else { Err(Code::NotReady) }
    }

    /// Rings at the asked operator like an offer of the queue.
    fn ask(&mut self, operator: OperatorId, contact: ContactId, asked: OperatorId) {
        let ledger = &self.centre.ledger;
        let who = ledger.operator(asked);
        let Some(session) = who.session else { return };
        let idle_ms = self.now.since(who.idle_since);
        let why = OfferWhy { ready: 1, idle_ms, rings_before: 0, rule: Rule::Asked };
        let offer = OfferId(ledger.last_offer + 1);
        let fence = Fence(ledger.contact(contact).fence.0 + 1);
        let expires = self.now + self.centre.settings.ring_timeout_ms;
        let asked_by = Some(operator);
        self.fact(Fact::Offered { offer, contact, operator: asked, fence, expires, why, asked_by });
        self.show_hand(asked);
        self.effect(Output::Offer { operator: asked, session, offer, contact, fence, expires });
    }

    /// The asked operator takes it.
    pub fn answer_consult(&mut self, offer: OfferId, won: Offer) {
        self.fact(Fact::OfferEnded { offer, outcome: OfferOutcome::Answered });
        self.consulted_there(won.contact);
        self.show_hand(won.operator);
    }

    /// The outside call is answered.
    pub fn consulted_media(&mut self, contact: ContactId, up: bool) {
        let consult = self.centre.ledger.contact(contact).consult;
        if up && consult.is_some_and(|consult| consult.stage == ConsultStage::Ringing) {
            self.consulted_there(contact);
        }
    }

    fn consulted_there(&mut self, contact: ContactId) {
        self.fact(Fact::ConsultLive { contact });
        let known = self.centre.ledger.contact(contact);
        match (known.consult, known.talk()) {
            (Some(consult), Some(talk)) if consult.blind => {
                self.hand_over(contact, talk.operator, consult);
            }
            _ => self.carry_consult(contact),
        }
    }

    /// 三者通話; the same again is no refusal and has no second effect.
    pub fn join_consult(
        &mut self,
        operator: OperatorId,
        contact: ContactId,
        joined: bool,
    ) -> Result<(), Code> {
        let consult = self.own_consult(operator, contact)?;
        let is_joined = match consult.stage {
            ConsultStage::Ringing => return Err(Code::WrongState),
            ConsultStage::Talking => false,
            ConsultStage::Joined => true,
        };
        if is_joined != joined {
            self.fact(Fact::ConsultJoined { contact, joined });
            self.carry_consult(contact);
        }
        Ok(())
    }

    /// The consulted party gets the caller.
    pub fn transfer(&mut self, operator: OperatorId, contact: ContactId) -> Result<(), Code> {
        let consult = self.own_consult(operator, contact)?;
        match consult.stage {
            ConsultStage::Ringing => return Err(Code::WrongState),
            ConsultStage::Talking | ConsultStage::Joined => {}
        }
        if !self.centre.lines.exchange().up {
            return Err(Code::NoExchange);
        }
        self.hand_over(contact, operator, consult);
        Ok(())
    }

    fn own_consult(&self, operator: OperatorId, contact: ContactId) -> Result<Consult, Code> {
        self.own_talk(operator, contact)?;
        self.centre.ledger.contact(contact).consult.ok_or(Code::WrongState)
    }

    fn hand_over(&mut self, contact: ContactId, from: OperatorId, consult: Consult) {
        match (consult.with, consult.offer) {
            (Owner::Operator { operator }, Some(offer)) => {
                let fence = Fence(self.centre.ledger.contact(contact).fence.0 + 1);
                self.fact(Fact::HandedOver { contact, from, offer, operator, fence });
                self.show_hand(from);
                self.show_hand(operator);
                self.ask_join(contact);
            }
            (Owner::Caller { call }, _) => {
                let fence = self.centre.ledger.contact(contact).fence;
                let known = self.centre.ledger.contact(contact).call;
                self.fact(Fact::Ended { contact, end: EndReason::TransferredOut });
                for call in known.into_iter().chain([call]) {
                    self.centre.lines.forget_leg(Owner::Caller { call });
                }
                self.show_hand(from);
                self.effect(Output::Connect { contact, fence, call });
            }
            (Owner::Operator { .. } | Owner::Booth { .. }, _) => {}
        }
    }

    /// Its operator goes back to the caller, or the consulted one leaves.
    pub fn leave_consult(&mut self, operator: OperatorId, contact: ContactId) -> Result<(), Code> {
        if self.centre.ledger.operator(operator).hand == Hand::Consult(contact) {
            self.end_consult(contact, ConsultEnd::Left);
            return Ok(());
        }
        self.own_consult(operator, contact)?;
        self.end_consult(contact, ConsultEnd::TakenBack);
        Ok(())
    }

    /// Takes the consulted party out; the caller and the operator hear each other again.
    pub fn end_consult(&mut self, contact: ContactId, why: ConsultEnd) {
        let Some(consult) = self.centre.ledger.contact(contact).consult else { return };
        let open = consult.offer.and_then(|offer| Some((offer, *self.centre.ledger.offers.get(&offer)?)));
        if let Some((offer, known)) = open {
            self.fact(Fact::OfferEnded { offer, outcome: OfferOutcome::Abandoned });
            self.show_hand(known.operator);
            self.effect(Output::Rescind { operator: known.operator, offer, why: RescindWhy::VisitorLeft });
        }
        self.fact(Fact::ConsultOver { contact, why });
        match consult.with {
            // While it only rang there, the end of the ring has said what that seat is now.
            Owner::Operator { operator } if consult.stage != ConsultStage::Ringing => {
                self.show_hand(operator)
            }
            Owner::Caller { call } => {
                self.centre.lines.forget_leg(consult.with);
                self.effect(Output::HangUp { call });
            }
            Owner::Operator { .. } | Owner::Booth { .. } => {}
        }
        self.carry_consult(contact);
        if let Some(talk) = self.centre.ledger.contact(contact).talk() {
            self.show_hand(talk.operator);
        }
    }

    /// A consulted operator is not there any more.
    pub fn withdraw_consulted(&mut self, operator: OperatorId) {
        if let Hand::Consult(contact) = self.centre.ledger.operator(operator).hand {
            self.end_consult(contact, ConsultEnd::SeatGone);
        }
    }

    /// The ring of an asked operator is over.
    pub fn asked_in_vain(&mut self, contact: ContactId, outcome: OfferOutcome) {
        let why = match outcome {
            OfferOutcome::Declined { .. } => ConsultEnd::Declined,
            OfferOutcome::NotAnswered => ConsultEnd::NotAnswered,
            OfferOutcome::SeatGone => ConsultEnd::SeatGone,
            OfferOutcome::Answered | OfferOutcome::Rescinded | OfferOutcome::Abandoned => return,
        };
        self.end_consult(contact, why);
    }

    /// Tells the exchange how the consultation stands. A talk that is being joined again has none.
    fn carry_consult(&mut self, contact: ContactId) {
        let known = self.centre.ledger.contact(contact);
        if let Some(talk) = known.talk()
            && matches!(talk.stage, Stage::Live | Stage::Held)
        {
            let consult = known.consult.map(|consult| consult.carried());
            self.effect(Output::Consult { contact, fence: talk.fence, consult });
        }
    }
}

impl Centre {
    /// The contact whose operator consults this outside call.
    pub(super) fn consult_by(&self, call: CallId) -> Option<ContactId> {
        let with = Owner::Caller { call };
        let consults = |contact: &Contact| contact.consult.is_some_and(|consult| consult.with == with);
        self.talks().map(|(id, _)| id).find(|id| consults(self.ledger.contact(*id)))
    }

    /// Every outside call that is consulted.
    pub(super) fn consulted_calls(&self) -> Vec<(ContactId, CallId)> {
        let call = |id: ContactId| match self.ledger.contact(id).consult.map(|consult| consult.with) {
            Some(Owner::Caller { call }) => Some((id, call)),
            Some(Owner::Operator { .. } | Owner::Booth { .. }) | None => None,
        };
        self.talks().filter_map(|(id, _)| call(id)).collect()
    }
}
