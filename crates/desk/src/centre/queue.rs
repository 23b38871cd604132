//! Who is ready, and which seat a contact goes to next. Changes nothing.

use super::record::{Contact, Hand, Operator};
use super::{Centre, Order, Owner, Rule};
use crate::contact::Channel;
use crate::ids::{ContactId, OperatorId};
use crate::presence::Presence;
use crate::time::{Millis, Time};

/// How long a seat that declined a contact is spared it, even when no other seat is ready: long enough
/// that it does not ring again under the same finger, short beside the wait of a visitor.
pub(super) const DECLINE_PAUSE: Millis = Millis::seconds(10);

impl Centre {
    /// The seat can be reached and joined: it is heard, its media is up, and so is the exchange.
    pub(super) fn seat_good(&self, operator: OperatorId, now: Time) -> bool {
        self.lines.exchange().up
            && self.lines.lease_good(operator, now, &self.settings)
            && self.lines.leg(Owner::Operator { operator }).up
    }

    /// The seat can be offered a contact of this channel at `now`.
    pub(super) fn is_ready(&self, operator: OperatorId, who: &Operator, channel: Channel, now: Time) -> bool {
        let Presence::Available { channels } = who.presence else { return false };
        who.hand == Hand::Free && channels.take(channel) && self.seat_good(operator, now)
    }

    /// How many seats are ready for this channel.
    pub(super) fn ready_count(&self, channel: Channel, now: Time) -> u32 {
        let ready = self.ledger.operators.iter().filter(|(id, who)| self.is_ready(**id, who, channel, now));
        u32::try_from(ready.count()).unwrap_or(u32::MAX)
    }

    /// Those who wait in the order in which they are served, and by which rule each has its place.
    pub(super) fn in_order(&self, now: Time) -> Vec<(ContactId, Rule)> {
        let first = self.preferred();
        let mut order: Vec<(u8, Time, ContactId, Rule)> = (self.ledger.queue.iter())
            .map(|(_, arrived, id)| {
                let contact = self.ledger.contact(*id);
                let aged = now >= *arrived + self.settings.age_cap_ms;
                let (rank, rule) = match first {
                    _ if contact.returned => (0, Rule::Returned),
                    None => (1, Rule::LongestWait),
                    Some(_) if aged => (1, Rule::Aged),
                    Some((channel, rule)) if contact.channel == channel => (2, rule),
                    Some(_) => (3, Rule::LongestWait),
                };
                (rank, *arrived, *id, rule)
            })
            .collect();
        order.sort_by_key(|(rank, arrived, id, _)| (*rank, *arrived, *id));
        order.into_iter().map(|(_, _, id, rule)| (id, rule)).collect()
    }

    /// The channel that goes first, and why; none: the longest wait alone counts.
    fn preferred(&self) -> Option<(Channel, Rule)> {
        match self.settings.order {
            Order::LongestWait => None,
            Order::PhoneFirst => Some((Channel::Phone, Rule::Channel)),
            Order::BoothFirst => Some((Channel::Booth, Rule::Channel)),
            Order::ShorterFirst => Some((self.ledger.shorter(), Rule::Shorter)),
        }
    }

    /// Whether a booth's visitor is kept from the seats that the telephone needs.
    fn holds_back(&self, contact: &Contact, now: Time) -> bool {
        let reserve = self.settings.phone_reserve;
        let young = now < contact.arrived + self.settings.age_cap_ms && !contact.returned;
        reserve > 0
            && contact.channel == Channel::Booth
            && young
            && self.ready_count(Channel::Phone, now) <= reserve
    }

    /// When a visitor who is held back is served all the same.
    pub(super) fn reserve_due(&self, contact: &Contact) -> Option<Time> {
        let held = self.settings.phone_reserve > 0 && contact.channel == Channel::Booth;
        held.then(|| contact.arrived + self.settings.age_cap_ms)
    }

    /// The ready seat that this contact should ring at: seats that have not passed on it first, then
    /// the longest idle. With it, since when it is idle.
    pub(super) fn next_seat(&self, contact: &Contact, now: Time) -> Option<(OperatorId, Time)> {
        let mut best: Option<(bool, Time, OperatorId)> = None;
        let held_back = self.holds_back(contact, now);
        for (id, who) in &self.ledger.operators {
            let passed = contact.passed_at(*id);
            let rank = (passed.is_some(), who.idle_since, *id);
            let spared = passed.is_some_and(|at| now < at + DECLINE_PAUSE);
            let reserved = held_back && takes_calls(who.presence);
            if !spared
                && !reserved
                && best.is_none_or(|best| rank < best)
                && self.is_ready(*id, who, contact.channel, now)
            {
                best = Some(rank);
            }
        }
        best.map(|(_, idle_since, id)| (id, idle_since))
    }
}

fn takes_calls(presence: Presence) -> bool {
    match presence {
        Presence::Available { channels } => channels.take(Channel::Phone),
        Presence::Off
        | Presence::Ringing { .. }
        | Presence::Call
        | Presence::Hold
        | Presence::Video
        | Presence::Wrapping
        | Presence::Callback
        | Presence::Admin
        | Presence::Lead
        | Presence::Away { .. }
        | Presence::Break
        | Presence::Lunch
        | Presence::Training
        | Presence::Meeting
        | Presence::Lost => false,
    }
}
