//! Operators and booths that are not heard any more.

use super::record::{Contact, Hand, Operator, State};
use super::turn::Turn;
use super::{Centre, OfferOutcome, Owner, RescindWhy};
use crate::end::EndReason;
use crate::ids::{ContactId, OperatorId};
use crate::presence::{AwayWhy, Chosen, Presence};
use crate::time::Time;

impl Centre {
    /// When a signed-in operator who is not 接続断 yet needs a look: a ring stops at a suspect seat.
    pub(super) fn lease_due(&self, operator: OperatorId, who: &Operator) -> Option<Time> {
        if who.session.is_none() || who.presence == Presence::Lost {
            return None;
        }
        match who.hand {
            Hand::Offer(_) => self.lines.suspect_at(operator, &self.settings),
            Hand::Free | Hand::Contact(_) | Hand::Consult(_) => self.lines.lost_at(operator, &self.settings),
        }
    }

    /// When the talk in the hand of an operator who is 接続断 goes back to the queue.
    pub(super) fn return_due(&self, operator: OperatorId, who: &Operator) -> Option<Time> {
        match who.hand {
            Hand::Contact(contact) if who.presence == Presence::Lost => {
                self.ledger.contact(contact).talk()?;
                self.lines.return_at(operator, &self.settings)
            }
            Hand::Contact(_) | Hand::Free | Hand::Offer(_) | Hand::Consult(_) => None,
        }
    }

    /// When a contact ends because its booth is gone: in the queue that is the page, in a talk the page
    /// and the media together.
    pub(super) fn booth_due(&self, contact: &Contact) -> Option<Time> {
        let booth = contact.booth?;
        let line = self.lines.booth(booth);
        let leg = self.lines.leg(Owner::Booth { booth });
        match contact.state {
            State::Queued { .. } if !line.up => Some(line.since + self.settings.booth_lost_waiting_ms),
            State::Talk(_) if !line.up && !leg.up => {
                Some(line.since.max(leg.since) + self.settings.booth_lost_talking_ms)
            }
            State::Queued { .. } | State::Talk(_) | State::Wrapping { .. } | State::Closed { .. } => None,
        }
    }
}

impl Turn<'_> {
    /// Stops rings at suspect seats and shows 接続断 where a lease has run out.
    pub fn lose_operators(&mut self) {
        let due: Vec<OperatorId> = (self.centre.ledger.operators.iter())
            .filter(|(id, who)| self.centre.lease_due(**id, who).is_some_and(|at| at <= self.now))
            .map(|(id, _)| *id)
            .collect();
        for operator in due {
            self.withdraw_from(operator, OfferOutcome::SeatGone, RescindWhy::SeatGone);
            let lost_at = self.centre.lines.lost_at(operator, &self.centre.settings);
            if lost_at.is_some_and(|at| at <= self.now) {
                self.lose(operator);
            }
        }
    }

    /// An operator who did not answer a ring is 離席 after the loss, not 受付可.
    fn lose(&mut self, operator: OperatorId) {
        self.withdraw_consulted(operator);
        let who = self.centre.ledger.operator(operator);
        let not_answering = who.presence == Presence::Away { why: AwayWhy::NoAnswer };
        let next = if not_answering { Chosen::Away } else { who.next }.presence();
        self.set_presence(operator, Presence::Lost, next);
    }

    /// The window to re-attach is over.
    pub fn return_talks_of_lost_operators(&mut self) {
        let due: Vec<(OperatorId, ContactId)> = (self.centre.ledger.operators.iter())
            .filter(|(id, who)| self.centre.return_due(**id, who).is_some_and(|at| at <= self.now))
            .filter_map(|(id, who)| match who.hand {
                Hand::Contact(contact) => Some((*id, contact)),
                Hand::Free | Hand::Offer(_) | Hand::Consult(_) => None,
            })
            .collect();
        for (operator, contact) in due {
            if self.is_dialling(contact) {
                self.end_contact(contact, EndReason::DialGivenUp);
                continue;
            }
            self.return_to_queue(contact, operator);
        }
    }

    /// Ends the contacts whose booth stayed away.
    pub fn lose_booths(&mut self) {
        let gone: Vec<(ContactId, EndReason)> = (self.centre.ledger.booths.values())
            .filter_map(|place| place.current)
            .filter_map(|id| {
                let contact = self.centre.ledger.contact(id);
                let due = self.centre.booth_due(contact)?;
                let end = match contact.state {
                    State::Queued { .. } => EndReason::LineLostWaiting,
                    State::Talk(_) | State::Wrapping { .. } | State::Closed { .. } => {
                        EndReason::LineLostTalking
                    }
                };
                (due <= self.now).then_some((id, end))
            })
            .collect();
        for (contact, end) in gone {
            self.end_contact(contact, end);
        }
    }
}
