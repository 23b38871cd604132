//! Who is ready, and which seat a contact goes to next. Changes nothing.

use super::record::{Contact, Hand, Operator};
use super::{Centre, Owner};
use crate::contact::Channel;
use crate::ids::OperatorId;
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

    /// The ready seat that this contact should ring at: seats that have not passed on it first, then
    /// the longest idle. With it, since when it is idle.
    pub(super) fn next_seat(&self, contact: &Contact, now: Time) -> Option<(OperatorId, Time)> {
        let mut best: Option<(bool, Time, OperatorId)> = None;
        for (id, who) in &self.ledger.operators {
            let passed = contact.passed_at(*id);
            let rank = (passed.is_some(), who.idle_since, *id);
            let spared = passed.is_some_and(|at| now < at + DECLINE_PAUSE);
            if !spared && best.is_none_or(|best| rank < best) && self.is_ready(*id, who, contact.channel, now)
            {
                best = Some(rank);
            }
        }
        best.map(|(_, idle_since, id)| (id, idle_since))
    }
}
