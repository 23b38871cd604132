//! The invariants of a centre, for tests and for a server that doubts itself.

use super::ledger::Ledger;
use super::record::{Contact, Hand, Operator, State};
use super::{Centre, Owner};
use crate::ids::{ContactId, OperatorId};
use crate::presence::Presence;

impl Centre {
    /// Tells the first broken invariant: conservation of contacts, one hand for one thing on both
    /// sides, and words on the board that fit the hands.
    pub fn check(&self) -> Result<(), String> {
        self.ledger.check_conservation()?;
        for (id, who) in &self.ledger.operators {
            self.ledger.check_operator(*id, who)?;
        }
        for (id, contact) in &self.ledger.contacts {
            self.ledger.check_contact(*id, contact)?;
        }
        self.ledger.check_offers()
    }

    /// Contacts that arrived minus contacts that are accounted for; anything but 0 is a fault.
    pub fn conservation_difference(&self) -> i64 {
        let totals = self.ledger.totals;
        let open = self.ledger.contacts.len() - self.ledger.closed.len();
        let accounted = open as u64 + totals.answered + totals.abandoned + totals.lost;
        totals.arrived as i64 - accounted as i64
    }
}

impl Ledger {
    fn check_conservation(&self) -> Result<(), String> {
        let totals = self.totals;
        let is_open = |contact: &&Contact| !matches!(contact.state, State::Closed { .. });
        let open = self.contacts.values().filter(is_open).count();
        ensure(open + self.closed.len() == self.contacts.len(), || {
            "closed contacts are not those listed".into()
        })?;
        let accounted = open as u64 + totals.answered + totals.abandoned + totals.lost;
        ensure(totals.arrived == accounted, || {
            format!("{} arrived, {accounted} accounted for", totals.arrived)
        })?;
        let waiting =
            self.contacts.values().filter(|contact| matches!(contact.state, State::Queued { .. })).count();
        ensure(waiting == self.queue.len(), || format!("{waiting} wait, {} in the queue", self.queue.len()))
    }

    fn check_operator(&self, id: OperatorId, who: &Operator) -> Result<(), String> {
        let fits = match (who.hand, who.presence) {
            (Hand::Free, Presence::Off) => who.session.is_none(),
            (Hand::Free, presence) => {
                let chosen = presence.chosen().is_some();
                who.session.is_some()
                    && (chosen || matches!(presence, Presence::Away { .. } | Presence::Lost))
            }
            (Hand::Offer(offer), Presence::Ringing { channel }) => {
                let known = self.offers.get(&offer);
                known.is_some_and(|known| {
                    let same = known.operator == id && Some(known.session) == who.session;
                    same && self.contact(known.contact).channel == channel
                })
            }
            (Hand::Contact(_), Presence::Lost) => true,
            (Hand::Consult(contact), presence) => {
                let with = self.contact(contact).consult.map(|consult| consult.with);
                presence == Presence::Call && with == Some(Owner::Operator { operator: id })
            }
            (Hand::Contact(contact), presence) => {
                let wrapping = matches!(self.contact(contact).state, State::Wrapping { .. });
                let talking = matches!(
                    presence,
                    Presence::Call | Presence::Video | Presence::Hold | Presence::Callback
                );
                if wrapping { presence == Presence::Wrapping } else { talking }
            }
            (Hand::Offer(_), _) => false,
        };
        ensure(fits, || {
            format!("operator {id}: {:?} with {:?}, session {:?}", who.presence, who.hand, who.session)
        })?;
        if let Hand::Contact(contact) = who.hand {
            let held_by = self.contact(contact).operator();
            ensure(held_by == Some(id), || format!("operator {id} holds contact {contact} of {held_by:?}"))?;
        }
        Ok(())
    }

    fn check_contact(&self, id: ContactId, contact: &Contact) -> Result<(), String> {
        let current = contact.booth.and_then(|booth| self.booths.get(&booth)).and_then(|place| place.current);
        let on_line = contact.call.is_none_or(|call| self.calls.get(&call) == Some(&id));
        let in_booth = (contact.booth.is_none() || current == Some(id)) && on_line;
        ensure(contact.consult.is_none() || matches!(contact.state, State::Talk(_)), || {
            format!("contact {id} has a consultation without a talk")
        })?;
        let fits = match &contact.state {
            State::Queued { offers } => {
                let listed = offers
                    .iter()
                    .all(|offer| self.offers.get(offer).is_some_and(|known| known.contact == id));
                listed
                    && in_booth
                    && self.queue.contains(&Ledger::place(id, contact))
                    && contact.ended.is_none()
            }
            State::Talk(talk) => {
                let held = self.operator(talk.operator).hand == Hand::Contact(id);
                held && in_booth
                    && talk.fence <= contact.fence
                    && contact.answered.is_some()
                    && contact.ended.is_none()
            }
            State::Wrapping { operator } => {
                self.operator(*operator).hand == Hand::Contact(id)
                    && contact.live.is_some()
                    && contact.end.is_some()
            }
            State::Closed { .. } => current != Some(id) && contact.end.is_some() && contact.ended.is_some(),
        };
        ensure(fits, || format!("contact {id} does not fit its surroundings: {contact:?}"))
    }

    fn check_offers(&self) -> Result<(), String> {
        for (id, offer) in &self.offers {
            let contact = self.contact(offer.contact);
            let asked = contact.consult.is_some_and(|consult| consult.offer == Some(*id));
            let queued = contact.offers().iter().filter(|open| *open == id).count() == 1;
            let listed = if offer.asked_by.is_some() { asked } else { queued };
            let held = self.operator(offer.operator).hand == Hand::Offer(*id);
            let fits = listed && held && offer.fence <= contact.fence;
            ensure(fits, || format!("offer {id} does not fit: {offer:?}"))?;
        }
        Ok(())
    }
}

fn ensure(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}
