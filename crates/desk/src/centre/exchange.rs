//! What the exchange tells: legs, its coming and its going.

use super::record::{ConnectWhy, Hand, Stage, State};
use super::turn::Turn;
use super::{Fact, OfferOutcome, Output, Owner, RejoinWhy, RescindWhy, Standing};
use crate::code::Code;
use crate::contact::ConsultEnd;
use crate::end::EndReason;
use crate::ids::{CallId, ContactId, Fence, OperatorId};

impl Turn<'_> {
    /// A leg came up or went down.
    pub fn media(&mut self, owner: Owner, up: bool) -> Result<(), Code> {
        let was_up = self.centre.lines.leg(owner).up;
        self.centre.lines.set_leg(owner, up, self.now);
        match owner {
            Owner::Operator { operator } => self.operator_media(operator, up),
            Owner::Booth { booth } => {
                let current = self.centre.ledger.booths.get(&booth).and_then(|place| place.current);
                if let Some(contact) = current {
                    self.visitor_media(contact, was_up, up);
                }
            }
            Owner::Caller { call } => {
                if let Some(contact) = self.centre.ledger.calls.get(&call).copied() {
                    self.visitor_media(contact, was_up, up);
                } else if let Some(contact) = self.centre.consult_by(call) {
                    self.consulted_media(contact, up);
                }
            }
        }
        Ok(())
    }

    fn operator_media(&mut self, operator: OperatorId, up: bool) {
        let Some(who) = self.centre.ledger.operators.get(&operator) else { return };
        match who.hand {
            Hand::Free | Hand::Consult(_) => {}
            Hand::Offer(_) if up => {}
            Hand::Offer(_) => self.withdraw_from(operator, OfferOutcome::SeatGone, RescindWhy::SeatGone),
            Hand::Contact(contact) => self.join_if_connecting(contact),
        }
    }

    fn visitor_media(&mut self, contact: ContactId, was_up: bool, up: bool) {
        let known = self.centre.ledger.contact(contact);
        match known.state {
            State::Queued { .. } if up => self.tell_wait(contact),
            State::Queued { .. } | State::Wrapping { .. } | State::Closed { .. } => {}
            State::Talk(talk) => match talk.stage {
                Stage::Connecting(ConnectWhy::Dialling) => self.dialled_media(contact, up),
                Stage::Connecting(_) => self.join_if_connecting(contact),
                Stage::Live | Stage::Held if was_up && !up => self.fact(Fact::Interrupted { contact }),
                Stage::Live | Stage::Held => {}
            },
        }
    }

    fn join_if_connecting(&mut self, contact: ContactId) {
        let stage = self.centre.ledger.contact(contact).talk().map(|talk| talk.stage);
        if let Some(Stage::Connecting(_)) = stage {
            self.join_when_ready(contact);
        }
    }

    /// Offers stop, because nothing could be joined; talks stay, their media may well go on.
    pub fn exchange_down(&mut self) -> Result<(), Code> {
        if !self.centre.lines.exchange().up {
            return Ok(());
        }
        self.centre.lines.set_exchange(false, self.now);
        let ringing: Vec<OperatorId> =
            self.centre.ledger.offers.values().map(|offer| offer.operator).collect();
        for operator in ringing {
            self.withdraw_from(operator, OfferOutcome::SeatGone, RescindWhy::SeatGone);
        }
        Ok(())
    }

    /// Compares the bridges that stand with the talks in the ledger.
    pub fn exchange_up(
        &mut self,
        bridges: &[Standing],
        calls: &[CallId],
        dialled: &[CallId],
    ) -> Result<(), Code> {
        self.centre.lines.set_exchange(true, self.now);
        self.distrust_legs_without(bridges);
        let over = self.calls_of_talks_that_are_over(bridges);
        let standing: Vec<CallId> = calls.iter().copied().filter(|call| !over.contains(call)).collect();
        self.settle_calls(&standing, dialled);
        for bridge in bridges {
            self.release_if_strange(bridge.contact, bridge.fence);
        }
        let talks: Vec<ContactId> = self.centre.talks().map(|(id, _)| id).collect();
        for contact in talks {
            let bridge = bridges.iter().find(|bridge| bridge.contact == contact);
            self.reconcile(contact, bridge.copied());
        }
        let waiting: Vec<ContactId> = self.centre.ledger.queue.iter().map(|(_, _, id)| *id).collect();
        for contact in waiting {
            self.tell_wait(contact);
        }
        Ok(())
    }

    fn distrust_legs_without(&mut self, bridges: &[Standing]) {
        let ledger = &self.centre.ledger;
        let joined = bridges.iter().filter_map(|bridge| ledger.contacts.get(&bridge.contact));
        let kept: Vec<Owner> = (joined)
            .filter_map(|contact| contact.talk().map(|talk| (contact.visitor(), talk.operator)))
            .flat_map(|(visitor, operator)| visitor.into_iter().chain([Owner::Operator { operator }]))
            .collect();
        self.centre.lines.distrust_legs(self.now, |owner| kept.contains(&owner));
    }

    /// The calls that still hang in the bridge of a talk that ended while the exchange was not heard. They
    /// end with that bridge: a caller whose talk is over is nobody's new contact.
    fn calls_of_talks_that_are_over(&self, bridges: &[Standing]) -> Vec<CallId> {
        let ledger = &self.centre.ledger;
        let known = bridges.iter().filter_map(|bridge| ledger.contacts.get(&bridge.contact));
        known
            .filter(|contact| contact.end.is_some())
            .filter_map(|contact| contact.call)
            .filter(|call| !ledger.calls.contains_key(call))
            .collect()
    }

    /// A bridge of a contact that is over, or that nobody knows, is taken apart.
    fn release_if_strange(&mut self, contact: ContactId, fence: Fence) {
        let known = self.centre.ledger.contacts.get(&contact);
        let end = match known.map(|known| &known.state) {
            Some(State::Talk(_) | State::Queued { .. }) => return,
            Some(State::Wrapping { .. } | State::Closed { .. }) => known.and_then(|known| known.end),
            None => None,
        };
        let end = end.unwrap_or(EndReason::ExchangeLost);
        self.effect(Output::Release { contact, fence, end });
    }

    fn reconcile(&mut self, contact: ContactId, bridge: Option<Standing>) {
        let known = self.centre.ledger.contact(contact);
        let Some(talk) = known.talk() else { return };
        let (operator, raised) = (talk.operator, known.fence);
        match (talk.stage, bridge) {
            (Stage::Connecting(_), Some(bridge)) if bridge.fence == talk.fence => {
                self.go_live(contact, operator);
                self.settle(bridge, false);
            }
            (Stage::Connecting(_), _) => self.join_when_ready(contact),
            (Stage::Live, Some(bridge)) if bridge.fence == talk.fence => self.settle(bridge, false),
            (Stage::Held, Some(bridge)) if bridge.fence == talk.fence => self.settle(bridge, true),
            (Stage::Live | Stage::Held, other) => {
                self.end_consult(contact, ConsultEnd::TalkOver);
                let seen = other.map_or(Fence(0), |bridge| bridge.fence);
                let fence = Fence(raised.max(seen).0 + 1);
                self.fact(Fact::Rejoined { contact, operator, fence, why: RejoinWhy::BridgeGone });
                self.show_hand(operator);
                self.join_when_ready(contact);
            }
        }
    }

    /// A mask, a consultation or a hold that was cut off on its way to the exchange is said again; what the ledger says
    /// counts.
    fn settle(&mut self, bridge: Standing, held: bool) {
        let Standing { contact, fence, .. } = bridge;
        let known = self.centre.ledger.contact(contact);
        let masked = known.mask.hides();
        let consult = known.consult.map(|consult| consult.carried());
        if bridge.masked != masked {
            self.effect(Output::Mask { contact, fence, masked });
        }
        if bridge.consult != consult {
            self.effect(Output::Consult { contact, fence, consult });
        }
        if bridge.held != held {
            self.effect(Output::Hold { contact, fence, held });
        }
    }
}
