//! The durable half of a centre: everything that folding the facts gives. Decides nothing.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::record::{Contact, Offer, Operator, PastOffer};
use crate::contact::Channel;
use crate::day::Day;
use crate::ids::{BoothId, CallId, ContactId, OfferId, OperatorId};
use crate::time::{Millis, Time};

/// Closed contacts that stay readable: far more than the booths and desks that still show one.
pub(super) const CLOSED_KEPT: usize = 256;
/// Offers that are over and can still be answered by name: an accept is late by seconds, and fifty
/// seats ringing at once make fewer than this in that time.
pub(super) const PAST_OFFERS_KEPT: usize = 256;
/// Days whose counts stay readable: today, and yesterday for contacts that go past midnight.
pub(super) const DAYS_KEPT: usize = 2;

/// The place in the queue: returned contacts first, then the longest wait.
pub(super) type Place = (bool, Time, ContactId);

/// Everything that follows from the facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    pub operators: BTreeMap<OperatorId, Operator>,
    pub contacts: BTreeMap<ContactId, Contact>,
    pub offers: BTreeMap<OfferId, Offer>,
    pub queue: BTreeSet<Place>,
    pub booths: BTreeMap<BoothId, BoothPlace>,
    /// The calls of contacts that wait or talk.
    pub calls: BTreeMap<CallId, ContactId>,
    pub past: VecDeque<PastOffer>,
    pub closed: VecDeque<ContactId>,
    pub days: BTreeMap<Day, DayTally>,
    pub totals: Totals,
    pub handled: Handled,
    /// 臨時休止, since when.
    pub suspended: Option<Time>,
    pub last_contact: u64,
    pub last_offer: u64,
}

/// What a booth has to do with contacts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BoothPlace {
    /// The one that waits or talks now.
    pub current: Option<ContactId>,
    /// The latest, over or not.
    pub last: Option<ContactId>,
}

/// Counts of one Japan-day, by the day of arrival.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct DayTally {
    pub booth: u32,
    pub phone: u32,
    /// Calls that we made: no 着信.
    pub outgoing: u32,
    pub answered: u32,
    pub abandoned: u32,
    /// Calls outside the hours: heard the announcement, and are no 着信.
    pub out_of_hours: u32,
}

/// Counts since the first fact. Conservation: arrived = open + answered + abandoned + lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    pub arrived: u64,
    /// Closed after a talk.
    pub answered: u64,
    /// Closed without one, because the visitor left.
    pub abandoned: u64,
    /// Closed without one, for any other reason.
    pub lost: u64,
}

/// How much of an operator's time contacts have taken since the first fact: from the accept to the end of the
/// wrap-up, by channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Handled {
    booth: Share,
    phone: Share,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Share {
    contacts: u64,
    time: Millis,
}

impl Handled {
    /// One more contact was handled.
    pub fn add(&mut self, channel: Channel, time: Millis) {
        let share = match channel {
            Channel::Booth => &mut self.booth,
            Channel::Phone => &mut self.phone,
        };
        share.contacts += 1;
        share.time = Millis(share.time.0.saturating_add(time.0));
    }

    /// The channel with the shorter mean. Before both have one, the telephone: a call takes minutes, an
    /// application at a booth half an hour (domain.md, B-2).
    pub fn shorter(&self) -> Channel {
        let known = self.booth.contacts > 0 && self.phone.contacts > 0;
        let mean = |share: Share| share.time.0 / share.contacts.max(1);
        if known && mean(self.booth) < mean(self.phone) { Channel::Booth } else { Channel::Phone }
    }
}

impl DayTally {
    /// The counter of one channel.
    pub fn arrived_mut(&mut self, channel: Channel) -> &mut u32 {
        match channel {
            Channel::Booth => &mut self.booth,
            Channel::Phone => &mut self.phone,
        }
    }
}

impl Ledger {
    /// The operator, who must be known.
    pub fn operator(&self, id: OperatorId) -> &Operator {
        self.operators
            .get(&id)
            .expect("an operator that holds or is asked for something has signed in before")
    }

    /// The contact, which must be known.
    pub fn contact(&self, id: ContactId) -> &Contact {
        self.contacts.get(&id).expect("a contact in the queue or in a hand is never forgotten")
    }

    /// The channel whose contacts take less time.
    pub fn shorter(&self) -> Channel {
        self.handled.shorter()
    }

    /// The place of a contact in the queue.
    pub fn place(id: ContactId, contact: &Contact) -> Place {
        (!contact.returned, contact.arrived, id)
    }
}
