//! The books of a centre, added up from its ledger alone: every contact that arrived must stand
//! somewhere. Knows no machine and no table, so that it can catch either of them.

use std::collections::BTreeMap;

use desk::centre::Fact;
use desk::end::{EndReason, Fault};
use desk::ids::{ContactId, OfferId, OperatorId};

/// The counts. `arrived = waiting + offered + active + answered + abandoned + overflowed + out_of_hours +
/// lost_with_callback`, or [`Books::conservation_difference`] is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// Contacts that ever arrived.
    pub arrived: u64,
    /// In the queue, shown to nobody.
    pub waiting: u64,
    /// In the queue and ringing.
    pub offered: u64,
    /// In an operator's hands, not over yet.
    pub active: u64,
    /// Over after the two heard each other.
    pub answered: u64,
    /// The visitor left before that.
    pub abandoned: u64,
    /// No place in the queue.
    pub overflowed: u64,
    /// The channel closed while they waited.
    pub out_of_hours: u64,
    /// Over before that by our or the line's fault: a callback is owed.
    pub lost_with_callback: u64,
    /// Of the answered ones: still in wrap-up.
    pub wrapping: u64,
    /// Facts that cannot follow the ones before them.
    pub violations: u64,
}

impl Books {
    /// Arrived minus everything that is accounted for; zero, or the books are wrong.
    pub fn conservation_difference(&self) -> i64 {
        let accounted = self.waiting
            + self.offered
            + self.active
            + self.answered
            + self.abandoned
            + self.overflowed
            + self.out_of_hours
            + self.lost_with_callback;
        self.arrived as i64 - accounted as i64
    }
}

/// Adds up facts in order. Open contacts are remembered, closed ones only counted.
#[derive(Debug, Default)]
pub struct Bookkeeper {
    open: BTreeMap<ContactId, Open>,
    rings: BTreeMap<OfferId, ContactId>,
    ends: BTreeMap<EndReason, u64>,
    sums: Books,
}

#[derive(Debug, Default)]
struct Open {
    ringing: u32,
    holder: Option<OperatorId>,
    /// The holder and the visitor have heard each other.
    heard: bool,
    /// Somebody and the visitor have heard each other.
    ever_live: bool,
    ended: bool,
}

impl Bookkeeper {
    /// Takes the next fact.
    pub fn take(&mut self, fact: &Fact) {
        let legal = match *fact {
            Fact::SignedIn { .. }
            | Fact::SignedOut { .. }
            | Fact::PresenceSet { .. }
            | Fact::HandRaised { .. }
            | Fact::PhoneSuspended { .. }
            | Fact::CallbackSettled { .. } => true,
            Fact::Arrived { contact, .. } => {
                self.sums.arrived += 1;
                self.open.insert(contact, Open::default()).is_none()
            }
            Fact::Dialled { contact, operator, .. } => self.dialled(contact, operator),
            Fact::Offered { offer, contact, operator, asked_by, .. } => {
                self.offered(offer, contact, operator, asked_by)
            }
            Fact::OfferEnded { offer, .. } => match self.rings.remove(&offer) {
                Some(contact) => self.change(contact, |open| {
                    open.ringing = open.ringing.saturating_sub(1);
                    true
                }),
                None => false,
            },
            Fact::Accepted { contact, operator, .. } => {
                let idle = !self.holds(operator);
                self.change(contact, |open| {
                    open.heard = false;
                    open.holder.replace(operator).is_none() && !open.ended
                }) && idle
            }
            Fact::Live { contact } => self.change(contact, |open| {
                open.heard = true;
                open.ever_live = true;
                open.holder.is_some() && !open.ended
            }),
            Fact::HeldSet { contact, .. }
            | Fact::Interrupted { contact }
            | Fact::MaskSet { contact, .. }
            | Fact::Answered { contact }
            | Fact::ConsultBegan { contact, .. }
            | Fact::ConsultLive { contact }
            | Fact::ConsultJoined { contact, .. }
            | Fact::ConsultOver { contact, .. } => {
                self.change(contact, |open| open.holder.is_some() && !open.ended)
            }
            Fact::HandedOver { contact, from, operator, .. } => {
                let idle = !self.holds(operator);
                self.change(contact, |open| open.holder.replace(operator) == Some(from) && !open.ended)
                    && idle
            }
            Fact::Rejoined { contact, operator, .. } => {
                self.change(contact, |open| open.holder == Some(operator) && !open.ended)
            }
            Fact::Returned { contact, operator } => self.change(contact, |open| {
                open.heard = false;
                open.holder.take() == Some(operator) && !open.ended
            }),
            Fact::Ended { contact, end } => self.ended(contact, end),
            Fact::Finished { contact, operator, .. } => match self.open.remove(&contact) {
                Some(open) => open.ended && open.holder == Some(operator),
                None => false,
            },
        };
        self.sums.violations += u64::from(!legal);
    }

    /// A call of ours is in its operator's hands from the start.
    fn dialled(&mut self, contact: ContactId, operator: OperatorId) -> bool {
        self.sums.arrived += 1;
        let idle = !self.holds(operator);
        let open = Open { holder: Some(operator), ..Open::default() };
        self.open.insert(contact, open).is_none() && idle
    }

    /// A contact of the queue rings and nobody holds it; into a talk only its holder asks.
    fn offered(
        &mut self,
        offer: OfferId,
        contact: ContactId,
        operator: OperatorId,
        asked_by: Option<OperatorId>,
    ) -> bool {
        let fresh = self.rings.insert(offer, contact).is_none();
        let idle = !self.holds(operator);
        self.change(contact, |open| {
            open.ringing += 1;
            open.holder == asked_by && !open.ended
        }) && fresh
            && idle
    }

    /// How often contacts ended in this way.
    pub fn ends(&self, end: EndReason) -> u64 {
        self.ends.get(&end).copied().unwrap_or(0)
    }

    /// The books as of the last fact.
    pub fn books(&self) -> Books {
        let mut books = self.sums;
        for open in self.open.values() {
            match (open.ended, open.holder.is_some(), open.ringing > 0) {
                (true, _, _) => books.wrapping += 1,
                (false, true, _) => books.active += 1,
                (false, false, true) => books.offered += 1,
                (false, false, false) => books.waiting += 1,
            }
        }
        books
    }

    fn ended(&mut self, contact: ContactId, end: EndReason) -> bool {
        let Some(open) = self.open.get_mut(&contact) else { return false };
        if std::mem::replace(&mut open.ended, true) {
            return false;
        }
        *bucket(&mut self.sums, open.ever_live, end) += 1;
        *self.ends.entry(end).or_default() += 1;
        let closed = open.holder.is_none() || !open.heard;
        if closed {
            self.open.remove(&contact);
        }
        true
    }

    fn holds(&self, operator: OperatorId) -> bool {
        self.open.values().any(|open| open.holder == Some(operator))
    }

    fn change(&mut self, contact: ContactId, change: impl FnOnce(&mut Open) -> bool) -> bool {
        self.open.get_mut(&contact).is_some_and(change)
    }
}

/// Where an end is counted.
fn bucket(sums: &mut Books, ever_live: bool, end: EndReason) -> &mut u64 {
    match (ever_live, end, end.fault()) {
        (true, _, _) => &mut sums.answered,
        (false, EndReason::QueueFull, _) => &mut sums.overflowed,
        (false, EndReason::OutOfHours | EndReason::YearEnd | EndReason::Suspended, _) => {
            &mut sums.out_of_hours
        }
        (false, _, Fault::Visitor) => &mut sums.abandoned,
        (false, _, Fault::Operator | Fault::Us | Fault::Carrier | Fault::Nobody) => {
            &mut sums.lost_with_callback
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use desk::contact::{Channel, Mask};

    fn arrived(contact: u64) -> Fact {
        Fact::Arrived { contact: ContactId(contact), channel: Channel::Booth, booth: None, call: None }
    }

    #[test]
    fn every_contact_stands_somewhere() {
        let mut keeper = Bookkeeper::default();
        for n in 1..=3 {
            keeper.take(&arrived(n));
        }
        keeper.take(&Fact::Ended { contact: ContactId(1), end: EndReason::AbandonedWaiting });
        keeper.take(&Fact::Ended { contact: ContactId(2), end: EndReason::LineLostWaiting });
        let books = keeper.books();
        assert_eq!((books.arrived, books.waiting, books.abandoned, books.lost_with_callback), (3, 1, 1, 1));
        assert_eq!((books.conservation_difference(), books.violations), (0, 0));
        assert_eq!((keeper.ends(EndReason::AbandonedWaiting), keeper.ends(EndReason::VisitorEnded)), (1, 0));
    }

    #[test]
    fn a_mask_changes_no_count_and_has_its_place_in_a_talk_alone() {
        let mut keeper = Bookkeeper::default();
        let (contact, operator) = (ContactId(1), OperatorId(1));
        let (offer, fence) = (desk::ids::OfferId(1), desk::ids::Fence(1));
        let mask = |mask| Fact::MaskSet { contact, mask };
        keeper.take(&arrived(1));
        keeper.take(&Fact::Accepted { offer, contact, operator, fence });
        keeper.take(&Fact::Live { contact });
        let before = keeper.books();
        keeper.take(&mask(Mask::On));
        keeper.take(&mask(Mask::Off));
        assert_eq!(keeper.books(), before);
        keeper.take(&Fact::Ended { contact, end: EndReason::VisitorEnded });
        keeper.take(&mask(Mask::On));
        assert_eq!(keeper.books().violations, 1);
    }

    #[test]
    fn a_contact_that_arrives_or_ends_twice_is_noticed() {
        let mut keeper = Bookkeeper::default();
        keeper.take(&arrived(1));
        keeper.take(&arrived(1));
        assert_eq!(keeper.books().conservation_difference(), 1);
        keeper.take(&Fact::Ended { contact: ContactId(9), end: EndReason::AbandonedWaiting });
        assert_eq!(keeper.books().violations, 2);
    }
}
