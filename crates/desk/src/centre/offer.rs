//! Offers: made to ready seats, withdrawn, run out, declined.

use super::record::Hand;
use super::turn::Turn;
use super::{Fact, OfferOutcome, OfferWhy, Output, RescindWhy};
use crate::code::Code;
use crate::contact::DeclineReason;
use crate::ids::{ContactId, Fence, OfferId, OperatorId};
use crate::presence::{AwayWhy, Chosen, Presence};
use crate::time::Time;

impl Turn<'_> {
    /// Lets every contact in the queue ring at as many seats as it may, the longest wait first.
    pub fn offer_to_seats(&mut self) {
        self.centre.lines.looked = self.now;
        if self.centre.ledger.queue.is_empty() || !self.centre.lines.exchange().up {
            return;
        }
        let at_once = self.centre.settings.offers_at_once.max(1) as usize;
        for (id, rule) in self.centre.in_order(self.now) {
            let contact = self.centre.ledger.contact(id);
            let rings_before = contact.rings;
            let ready = self.centre.ready_count(contact.channel, self.now);
            while let contact = self.centre.ledger.contact(id)
                && contact.offers().len() < at_once
                && let Some((operator, idle_since)) = self.centre.next_seat(contact, self.now)
            {
                let why = OfferWhy { ready, idle_ms: self.now.since(idle_since), rings_before, rule };
                self.offer(id, operator, why);
            }
        }
    }

    fn offer(&mut self, contact: ContactId, operator: OperatorId, why: OfferWhy) {
        let ledger = &self.centre.ledger;
        let Some(session) = ledger.operator(operator).session else { return };
        let offer = OfferId(ledger.last_offer + 1);
        let fence = Fence(ledger.contact(contact).fence.0 + 1);
        let expires = self.now + self.centre.settings.ring_timeout_ms;
        let asked_by = None;
        self.fact(Fact::Offered { offer, contact, operator, fence, expires, why, asked_by });
        self.show_hand(operator);
        self.effect(Output::Offer { operator, session, offer, contact, fence, expires });
    }

    /// Ends one open offer and stops its ring. The seat's presence follows its hand.
    pub fn end_offer(
        &mut self,
        offer: OfferId,
        operator: OperatorId,
        outcome: OfferOutcome,
        why: RescindWhy,
    ) {
        let asked = self.asked_into(offer);
        self.fact(Fact::OfferEnded { offer, outcome });
        self.show_hand(operator);
        self.effect(Output::Rescind { operator, offer, why });
        if let Some(contact) = asked {
            self.asked_in_vain(contact, outcome);
        }
    }

    /// The contact into whose consultation an open offer asks.
    fn asked_into(&self, offer: OfferId) -> Option<ContactId> {
        let known = self.centre.ledger.offers.get(&offer)?;
        known.asked_by.map(|_| known.contact)
    }

    /// Ends whatever rings at a seat.
    pub fn withdraw_from(&mut self, operator: OperatorId, outcome: OfferOutcome, why: RescindWhy) {
        if let Hand::Offer(offer) = self.centre.ledger.operator(operator).hand {
            self.end_offer(offer, operator, outcome, why);
        }
    }

    /// Ends every ring of a contact.
    pub fn withdraw_contact(&mut self, contact: ContactId, outcome: OfferOutcome, why: RescindWhy) {
        let open: Vec<OfferId> = self.centre.ledger.contact(contact).offers().to_vec();
        for offer in open {
            let operator = self.operator_of(offer);
            self.end_offer(offer, operator, outcome, why);
        }
    }

    fn operator_of(&self, offer: OfferId) -> OperatorId {
        self.centre.ledger.offers.get(&offer).expect("a contact lists open offers only").operator
    }

    /// Ends the rings whose time is over. A seat that could not be reached at the end did not ring in
    /// full and is not blamed.
    pub fn run_out_rings(&mut self) {
        let due: Vec<(Time, OfferId, OperatorId)> = (self.centre.ledger.offers.iter())
            .filter(|(_, offer)| offer.expires <= self.now)
            .map(|(id, offer)| (offer.expires, *id, offer.operator))
            .collect();
        for (_, offer, operator) in due {
            if !self.centre.seat_good(operator, self.now) {
                self.end_offer(offer, operator, OfferOutcome::SeatGone, RescindWhy::SeatGone);
                continue;
            }
            let asked = self.asked_into(offer);
            self.fact(Fact::OfferEnded { offer, outcome: OfferOutcome::NotAnswered });
            let next = self.centre.ledger.operator(operator).next.presence();
            self.set_presence(operator, Presence::Away { why: AwayWhy::NoAnswer }, next);
            self.effect(Output::Rescind { operator, offer, why: RescindWhy::NoAnswer });
            if let Some(contact) = asked {
                self.asked_in_vain(contact, OfferOutcome::NotAnswered);
            }
        }
    }

    /// The operator passes. Somebody who must leave or whose devices fail is 離席 from then on.
    pub fn decline(
        &mut self,
        operator: OperatorId,
        offer: OfferId,
        reason: DeclineReason,
    ) -> Result<(), Code> {
        let known = self.centre.ledger.offers.get(&offer).filter(|known| known.operator == operator);
        if known.is_none() {
            return Err(Code::Gone);
        }
        match reason {
            DeclineReason::StillBusy => {}
            DeclineReason::DeviceTrouble | DeclineReason::MustLeave => {
                let who = self.centre.ledger.operator(operator);
                self.set_presence(operator, who.presence, Chosen::Away.presence());
            }
        }
        self.end_offer(offer, operator, OfferOutcome::Declined { reason }, RescindWhy::Declined);
        Ok(())
    }
}
