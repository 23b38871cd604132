//! Operators coming, going and choosing. Knows no contact's life beyond who holds it.

use super::record::{Hand, State};
use super::turn::Turn;
use super::{Fact, OfferOutcome, Output, RejoinWhy, RescindWhy};
use crate::code::Code;
use crate::contact::ConsultEnd;
use crate::ids::{Fence, OperatorId, Session};
use crate::presence::{AwayWhy, Chosen, Presence};

impl Turn<'_> {
    /// 手上げ; the same again keeps its place among the hands.
    pub fn raise_hand(&mut self, operator: OperatorId, up: bool) -> Result<(), Code> {
        if self.centre.ledger.operator(operator).asks.is_some() != up {
            self.fact(Fact::HandRaised { operator, up });
        }
        Ok(())
    }

    /// The session must be the one in force.
    pub fn check_session(&self, operator: OperatorId, session: Session) -> Result<(), Code> {
        let who = self.centre.ledger.operators.get(&operator).ok_or(Code::NotSignedIn)?;
        match who.session {
            Some(current) if current == session => Ok(()),
            Some(_) if session < who.newest => Err(Code::Replaced),
            Some(_) | None => Err(Code::NotSignedIn),
        }
    }

    /// A new session. It closes an older one, and takes the contact in hand along under a new fence.
    pub fn sign_in(&mut self, operator: OperatorId, session: Session) -> Result<(), Code> {
        let known = self.centre.ledger.operators.get(&operator);
        if known.is_some_and(|who| session <= who.newest) {
            return Err(Code::Replaced);
        }
        if let Some(older) = known.and_then(|who| who.session) {
            self.withdraw_from(operator, OfferOutcome::SeatGone, RescindWhy::SeatGone);
            self.withdraw_consulted(operator);
            self.effect(Output::Replaced { operator, session: older });
        }
        self.fact(Fact::SignedIn { operator, session });
        self.centre.lines.hear(operator, self.now);
        let who = self.centre.ledger.operator(operator);
        match who.hand {
            Hand::Contact(contact) => {
                let next = who.next.presence();
                self.take_along(operator);
                self.set_presence(operator, self.presence_of_hand(operator), next);
                self.join_when_ready(contact);
            }
            Hand::Free | Hand::Offer(_) | Hand::Consult(_) => {
                let away = Presence::Away { why: AwayWhy::Chosen };
                self.set_presence(operator, away, away);
            }
        }
        Ok(())
    }

    fn take_along(&mut self, operator: OperatorId) {
        let Hand::Contact(contact) = self.centre.ledger.operator(operator).hand else { return };
        let known = self.centre.ledger.contact(contact);
        if let State::Talk(_) = known.state
            && !self.is_dialling(contact)
        {
            self.end_consult(contact, ConsultEnd::TalkOver);
            let known = self.centre.ledger.contact(contact);
            let fence = Fence(known.fence.0 + 1);
            self.fact(Fact::Rejoined { contact, operator, fence, why: RejoinWhy::OperatorBack });
        }
    }

    /// The socket closed: no new offers, and the re-attach window starts here.
    pub fn detach(&mut self, operator: OperatorId, session: Session) -> Result<(), Code> {
        self.check_session(operator, session)?;
        self.centre.lines.close_socket(operator, self.now);
        Ok(())
    }

    /// Signing out is refused while a contact is in hand: the client ends and finishes first.
    pub fn sign_out(&mut self, operator: OperatorId, session: Session) -> Result<(), Code> {
        self.check_session(operator, session)?;
        match self.centre.ledger.operator(operator).hand {
            Hand::Contact(_) | Hand::Consult(_) => return Err(Code::WrongState),
            Hand::Free | Hand::Offer(_) => {}
        }
        self.withdraw_from(operator, OfferOutcome::SeatGone, RescindWhy::SeatGone);
        self.fact(Fact::SignedOut { operator, session });
        self.set_presence(operator, Presence::Off, Presence::Away { why: AwayWhy::Chosen });
        self.centre.lines.forget(operator);
        Ok(())
    }

    /// With free hands the wish is granted at once; otherwise it is what follows.
    pub fn choose(&mut self, operator: OperatorId, chosen: Chosen) -> Result<(), Code> {
        let who = self.centre.ledger.operator(operator);
        let presence = match who.hand {
            Hand::Free if who.presence != Presence::Lost => chosen.presence(),
            Hand::Free | Hand::Offer(_) | Hand::Contact(_) | Hand::Consult(_) => who.presence,
        };
        self.set_presence(operator, presence, chosen.presence());
        Ok(())
    }

    /// An operator who was 接続断 and is heard again gets back what the hand holds.
    pub fn revive(&mut self, operator: OperatorId) {
        let who = self.centre.ledger.operator(operator);
        if who.presence == Presence::Lost {
            let next = who.next.presence();
            self.set_presence(operator, self.presence_of_hand(operator), next);
        }
    }
}
