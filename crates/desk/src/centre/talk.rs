//! The life of a contact in an operator's hand: connecting, live, held, wrapping, closed.

use super::dial::DIAL_WITHIN;
use super::lines::Asked;
use super::record::{ConnectWhy, Contact, Hand, Stage, State, Talk};
use super::turn::Turn;
use super::{Centre, Fact, OfferOutcome, Output, Owner, RejoinWhy, RescindWhy};
use crate::code::Code;
use crate::contact::{ConsultEnd, Disposition};
use crate::end::EndReason;
use crate::ids::{ContactId, Fence, OperatorId};
use crate::time::{Millis, Time};

/// Failed connections after which a visitor is not sent round again.
const CONNECT_TRIES: u32 = 2;

impl Contact {
    /// The visitor's leg.
    pub(super) fn visitor(&self) -> Option<Owner> {
        let caller = self.call.map(|call| Owner::Caller { call });
        self.booth.map(|booth| Owner::Booth { booth }).or(caller)
    }
}

impl Turn<'_> {
    /// The exchange holds the bridge.
    pub fn joined(&mut self, contact: ContactId, fence: Fence) -> Result<(), Code> {
        let talk = self.talk_under(contact, fence)?;
        match talk.stage {
            Stage::Connecting(_) => self.go_live(contact, talk.operator),
            // Told twice: nothing is new.
            Stage::Live | Stage::Held => {}
        }
        Ok(())
    }

    pub fn go_live(&mut self, contact: ContactId, operator: OperatorId) {
        self.centre.lines.forget_asked(contact);
        self.fact(Fact::Live { contact });
        self.show_hand(operator);
    }

    /// The exchange could not make the bridge. A talk that is being joined again
    /// waits for its legs: the next report of one of them asks anew, or else a pause.
    pub fn join_failed(&mut self, contact: ContactId, fence: Fence, code: Code) -> Result<(), Code> {
        let talk = self.talk_under(contact, fence)?;
        let Stage::Connecting(why) = talk.stage else { return Err(Code::WrongState) };
        match why {
            ConnectWhy::Again(_) if code == Code::NoMedia => {
                self.centre.lines.set_asked(contact, Asked { fence, at: self.now, failed: true });
            }
            ConnectWhy::Accepted | ConnectWhy::Dialling | ConnectWhy::Again(_) => {
                self.connection_failed(contact, talk, why);
            }
        }
        Ok(())
    }

    fn talk_under(&self, contact: ContactId, fence: Fence) -> Result<Talk, Code> {
        let talk = self.centre.ledger.contacts.get(&contact).and_then(Contact::talk).ok_or(Code::Gone)?;
        if talk.fence == fence { Ok(talk) } else { Err(Code::StaleFence) }
    }

    /// Joins a talk again, unless a leg is known to be down: then its coming up does it.
    pub fn join_when_ready(&mut self, contact: ContactId) {
        let known = self.centre.ledger.contact(contact);
        let Some(talk) = known.talk() else { return };
        let operator = Owner::Operator { operator: talk.operator };
        let down = |owner| self.centre.lines.leg_told_down(owner);
        if !down(operator) && !known.visitor().is_some_and(down) {
            self.ask_join(contact);
        }
    }

    /// Asks again for the joins that failed a while ago.
    pub fn retry_joins(&mut self) {
        let due: Vec<ContactId> = (self.centre.talks())
            .filter(|(id, talk)| self.centre.retry_due(*id, talk).is_some_and(|at| at <= self.now))
            .map(|(id, _)| id)
            .collect();
        for contact in due {
            self.ask_join(contact);
        }
    }

    /// Gives up the connections that take too long.
    pub fn give_up_connections(&mut self) {
        let due: Vec<ContactId> = (self.centre.talks())
            .filter(|(_, talk)| self.centre.connect_until(talk).is_some_and(|until| until <= self.now))
            .map(|(id, _)| id)
            .collect();
        for contact in due {
            if let Some(talk) = self.centre.ledger.contact(contact).talk()
                && let Stage::Connecting(why) = talk.stage
            {
                self.connection_failed(contact, talk, why);
            }
        }
    }

    /// Back to the head of the queue once, then over.
    fn connection_failed(&mut self, contact: ContactId, talk: Talk, why: ConnectWhy) {
        let failures = self.centre.ledger.contact(contact).failures + 1;
        match why {
            ConnectWhy::Again(RejoinWhy::BridgeGone) => self.end_contact(contact, EndReason::ExchangeLost),
            ConnectWhy::Dialling => self.end_contact(contact, EndReason::DialFailed),
            ConnectWhy::Accepted | ConnectWhy::Again(RejoinWhy::OperatorBack | RejoinWhy::HandedOver)
                if failures >= CONNECT_TRIES =>
            {
                self.end_contact(contact, EndReason::MediaFailed);
                self.tell_not_connected(contact, talk.operator, false);
            }
            ConnectWhy::Accepted | ConnectWhy::Again(RejoinWhy::OperatorBack | RejoinWhy::HandedOver) => {
                self.return_to_queue(contact, talk.operator);
                self.tell_not_connected(contact, talk.operator, true);
            }
        }
    }

    /// The operator who took it hears why the talk is not there. Too long ago to be remembered: the board
    /// shows it all the same.
    fn tell_not_connected(&mut self, contact: ContactId, operator: OperatorId, returned: bool) {
        let taken = self.centre.ledger.past.iter().rev().find(|past| {
            past.contact == contact && past.operator == operator && past.outcome == OfferOutcome::Answered
        });
        if let Some(offer) = taken.map(|past| past.offer) {
            self.effect(Output::Rescind { operator, offer, why: RescindWhy::NotConnected { returned } });
        }
    }

    /// Takes a contact from its operator and puts it at the head of the queue.
    pub fn return_to_queue(&mut self, contact: ContactId, operator: OperatorId) {
        self.centre.lines.forget_asked(contact);
        self.end_consult(contact, ConsultEnd::TalkOver);
        self.fact(Fact::Returned { contact, operator });
        self.show_hand(operator);
        self.tell_wait(contact);
    }

    pub fn tell_wait(&mut self, contact: ContactId) {
        if let Some(visitor) = self.centre.ledger.contact(contact).visitor() {
            self.effect(Output::Wait { contact, visitor });
        }
    }

    /// Ends a contact, wherever it stands: rings stop, the bridge goes, a talk is followed by its wrap-up.
    pub fn end_contact(&mut self, contact: ContactId, end: EndReason) {
        self.centre.lines.forget_asked(contact);
        self.withdraw_contact(contact, OfferOutcome::Abandoned, RescindWhy::VisitorLeft);
        self.end_consult(contact, ConsultEnd::TalkOver);
        let known = self.centre.ledger.contact(contact);
        let (operator, fence, call) = (known.operator(), known.fence, known.call);
        let unanswered = call.filter(|_| self.is_dialling(contact));
        self.fact(Fact::Ended { contact, end });
        if let Some(call) = call {
            self.centre.lines.forget_leg(Owner::Caller { call });
        }
        if let Some(operator) = operator {
            self.show_hand(operator);
        }
        if let Some(call) = unanswered {
            self.effect(Output::HangUp { call });
        }
        self.effect(Output::Release { contact, fence, end });
    }

    /// The operator ends. Before the two have heard each other there is nothing to end.
    pub fn end_by_operator(&mut self, operator: OperatorId, contact: ContactId) -> Result<(), Code> {
        let talk = self.own_talk(operator, contact)?;
        if self.is_dialling(contact) {
            self.end_contact(contact, EndReason::DialGivenUp);
            return Ok(());
        }
        // Who speaks with somebody else goes back to the caller or hands them over first.
        if !talk.heard || self.centre.ledger.contact(contact).consult.is_some() {
            return Err(Code::WrongState);
        }
        self.end_contact(contact, EndReason::OperatorEnded);
        Ok(())
    }

    /// Hold or take back; the same again is no refusal and has no second effect.
    pub fn hold(&mut self, operator: OperatorId, contact: ContactId, held: bool) -> Result<(), Code> {
        let talk = self.own_talk(operator, contact)?;
        match talk.stage {
            Stage::Connecting(_) => return Err(Code::WrongState),
            Stage::Live if !held => return Ok(()),
            Stage::Held if held => return Ok(()),
            Stage::Live | Stage::Held => {}
        }
        if self.centre.ledger.contact(contact).consult.is_some() {
            return Err(Code::WrongState);
        }
        if !self.centre.lines.exchange().up {
            return Err(Code::NoExchange);
        }
        self.fact(Fact::HeldSet { contact, held });
        self.show_hand(operator);
        self.effect(Output::Hold { contact, fence: talk.fence, held });
        Ok(())
    }

    pub fn own_talk(&self, operator: OperatorId, contact: ContactId) -> Result<Talk, Code> {
        let known = self.centre.ledger.contacts.get(&contact).ok_or(Code::Gone)?;
        match known.state {
            State::Talk(talk) if talk.operator == operator => Ok(talk),
            State::Wrapping { operator: who } if who == operator => Err(Code::WrongState),
            State::Talk(_) | State::Wrapping { .. } | State::Queued { .. } | State::Closed { .. } => {
                Err(Code::Gone)
            }
        }
    }

    /// The wrap-up is done.
    pub fn finish_contact(
        &mut self,
        operator: OperatorId,
        contact: ContactId,
        disposition: Disposition,
    ) -> Result<(), Code> {
        let known = self.centre.ledger.contacts.get(&contact).ok_or(Code::Gone)?;
        match known.state {
            State::Wrapping { operator: who } if who == operator => {}
            State::Talk(talk) if talk.operator == operator => return Err(Code::WrongState),
            State::Wrapping { .. } | State::Talk(_) | State::Queued { .. } | State::Closed { .. } => {
                return Err(Code::Gone);
            }
        }
        self.fact(Fact::Finished { contact, operator, disposition });
        self.show_hand(operator);
        Ok(())
    }
}

impl Centre {
    /// Every contact in a talk.
    pub(super) fn talks(&self) -> impl Iterator<Item = (ContactId, Talk)> {
        self.ledger.operators.values().filter_map(|who| match who.hand {
            Hand::Contact(id) => self.ledger.contact(id).talk().map(|talk| (id, talk)),
            Hand::Free | Hand::Offer(_) | Hand::Consult(_) => None,
        })
    }

    /// When a failed join of a talk is asked for again. While a leg is known to be down there is no hurry:
    /// its coming up asks.
    pub(super) fn retry_due(&self, contact: ContactId, talk: &Talk) -> Option<Time> {
        let asked = self.lines.asked(contact)?;
        let down = |owner| self.lines.leg_told_down(owner);
        let visitor = self.ledger.contact(contact).visitor();
        let waits = down(Owner::Operator { operator: talk.operator }) || visitor.is_some_and(down);
        let again = asked.failed && asked.fence == talk.fence && self.lines.exchange().up && !waits;
        again.then_some(asked.at + self.settings.connect_timeout_ms)
    }

    /// When a connection in the making is given up. The clock runs from the stage's begin or from the
    /// exchange's last coming or going; without an exchange there is as long as for a lost booth.
    pub(super) fn connect_until(&self, talk: &Talk) -> Option<Time> {
        let Stage::Connecting(why) = talk.stage else { return None };
        let exchange = self.lines.exchange();
        let limit: Millis = match why {
            ConnectWhy::Accepted => self.settings.connect_timeout_ms,
            ConnectWhy::Dialling => DIAL_WITHIN,
            ConnectWhy::Again(RejoinWhy::HandedOver) => self.settings.connect_timeout_ms,
            ConnectWhy::Again(RejoinWhy::OperatorBack) => self.settings.reattach_ms,
            ConnectWhy::Again(RejoinWhy::BridgeGone) => self.settings.booth_lost_talking_ms,
        };
        let limit = if exchange.up { limit } else { limit.max(self.settings.booth_lost_talking_ms) };
        Some(talk.since.max(exchange.since) + limit)
    }
}
