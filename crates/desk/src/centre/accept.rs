//! Accept: a compare-and-set on offer, fence, session, phase and expiry. Exactly one seat wins.

use super::lines::Asked;
use super::record::{Hand, Offer};
use super::turn::Turn;
use super::{Fact, OfferOutcome, Output, RescindWhy};
use crate::code::Code;
use crate::ids::{ContactId, Fence, OfferId, OperatorId};

impl Turn<'_> {
    /// The session was compared before. The same accept again, while the talk lasts, is no refusal and
    /// has no second effect.
    pub fn accept(&mut self, operator: OperatorId, offer: OfferId, fence: Fence) -> Result<(), Code> {
        let Some(known) = self.centre.ledger.offers.get(&offer).copied() else {
            return self.accept_again(operator, offer);
        };
        if known.operator != operator {
            return Err(Code::Gone);
        }
        if known.fence != fence {
            return Err(Code::StaleFence);
        }
        if known.expires <= self.now {
            return Err(Code::TooLate);
        }
        match known.asked_by {
            Some(_) => self.answer_consult(offer, known),
            None => self.win(offer, known),
        }
        Ok(())
    }

    fn win(&mut self, offer: OfferId, won: Offer) {
        let Offer { contact, operator, fence, .. } = won;
        self.fact(Fact::OfferEnded { offer, outcome: OfferOutcome::Answered });
        self.withdraw_contact(contact, OfferOutcome::Rescinded, RescindWhy::TakenBy { operator });
        self.fact(Fact::Accepted { offer, contact, operator, fence });
        self.show_hand(operator);
        self.ask_join(contact);
    }

    fn accept_again(&mut self, operator: OperatorId, offer: OfferId) -> Result<(), Code> {
        let past = self
            .centre
            .ledger
            .past
            .iter()
            .rev()
            .find(|past| past.offer == offer && past.operator == operator);
        match past.map(|past| (past.outcome, past.contact)) {
            Some((OfferOutcome::Answered, contact)) => {
                let hand = self.centre.ledger.operator(operator).hand;
                let mine = hand == Hand::Contact(contact) || hand == Hand::Consult(contact);
                if mine { Ok(()) } else { Err(Code::Gone) }
            }
            Some((OfferOutcome::Rescinded, _)) => Err(Code::Taken),
            Some((OfferOutcome::NotAnswered, _)) => Err(Code::TooLate),
            Some((OfferOutcome::Declined { .. } | OfferOutcome::Abandoned | OfferOutcome::SeatGone, _))
            | None => Err(Code::Gone),
        }
    }

    /// Asks the exchange for the bridge, once it is there. A join that is under way is not asked for twice.
    pub fn ask_join(&mut self, contact: ContactId) {
        let known = self.centre.ledger.contact(contact);
        let (Some(talk), Some(visitor)) = (known.talk(), known.visitor()) else { return };
        let (fence, operator, masked) = (talk.fence, talk.operator, known.mask.hides());
        let pending =
            (self.centre.lines.asked(contact)).is_some_and(|asked| asked.fence == fence && !asked.failed);
        let joinable = !self.is_dialling(contact) && self.centre.lines.exchange().up;
        if joinable && !pending {
            self.centre.lines.set_asked(contact, Asked { fence, at: self.now, failed: false });
            self.effect(Output::Join { contact, fence, visitor, operator, masked });
        }
    }
}
