//! The ledger's side of an end: counted once, kept readable for a while, then forgotten.

use super::ledger::{CLOSED_KEPT, Ledger};
use super::record::{Hand, State, Talk};
use crate::end::{EndReason, Fault};
use crate::ids::{ContactId, OperatorId};
use crate::time::Time;

impl Ledger {
    pub(super) fn ended(&mut self, at: Time, id: ContactId, end: EndReason) {
        self.count_hold(at, id);
        self.drop_consult(id);
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        self.queue.remove(&Ledger::place(id, contact));
        contact.ended = Some(at);
        contact.end = Some(end);
        contact.mask = contact.mask.without_notice();
        if let Some(place) = contact.booth.and_then(|booth| self.booths.get_mut(&booth))
            && place.current == Some(id)
        {
            place.current = None;
        }
        if let Some(call) = contact.call {
            self.calls.remove(&call);
        }
        if let Some(tally) = self.days.get_mut(&contact.day).filter(|_| end.is_closed()) {
            tally.out_of_hours += 1;
        }
        if contact.live.is_none()
            && end.fault() == Fault::Visitor
            && let Some(tally) = self.days.get_mut(&contact.day)
        {
            tally.abandoned += 1;
        }
        match contact.talk() {
            Some(Talk { operator, heard: true, .. }) => contact.state = State::Wrapping { operator },
            Some(Talk { operator, heard: false, .. }) => {
                self.hand(operator, Hand::Free);
                self.close(id, Some(operator));
            }
            None => self.close(id, None),
        }
    }

    pub(super) fn close(&mut self, id: ContactId, operator: Option<OperatorId>) {
        let Some(contact) = self.contacts.get_mut(&id) else { return };
        contact.state = State::Closed { operator };
        contact.passed = Vec::new();
        match (contact.live, contact.end.map(EndReason::fault)) {
            (Some(_), _) => self.totals.answered += 1,
            (None, Some(Fault::Visitor)) => self.totals.abandoned += 1,
            (None, Some(Fault::Operator | Fault::Us | Fault::Carrier | Fault::Nobody) | None) => {
                self.totals.lost += 1
            }
        }
        self.closed.push_back(id);
        if self.closed.len() > CLOSED_KEPT {
            self.forget_oldest();
        }
    }

    /// Forgets the contact that closed longest ago, unless a booth still shows it.
    fn forget_oldest(&mut self) {
        let Some(oldest) = self.closed.pop_front() else { return };
        let booth = self.contacts.get(&oldest).and_then(|contact| contact.booth);
        let shown =
            booth.and_then(|booth| self.booths.get(&booth)).is_some_and(|place| place.last == Some(oldest));
        if shown {
            self.closed.push_back(oldest);
        } else {
            self.contacts.remove(&oldest);
        }
    }
}
