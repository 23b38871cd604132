//! Reading a centre. Changes nothing and hands out copies only.

use super::record::{Contact, Hand, Operator};
use super::{
    BoothView, Centre, ConsultView, ContactView, DayCounts, OfferView, OperatorView, Owner, QueueView,
    Settings,
};
use crate::contact::{Channel, Phase};
use crate::day::Day;
use crate::ids::{BoothId, ContactId, OfferId, OperatorId};
use crate::time::Time;

impl Centre {
    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How many media legs are remembered: those of seats, booths and open calls, however long the day is.
    pub fn legs(&self) -> usize {
        self.lines.legs()
    }

    /// 臨時休止 of the telephone, since when.
    pub fn suspended(&self) -> Option<Time> {
        self.ledger.suspended
    }

    /// Whether the exchange is connected.
    pub fn exchange_up(&self) -> bool {
        self.lines.exchange().up
    }

    /// One operator; none when they never signed in.
    pub fn operator(&self, operator: OperatorId) -> Option<OperatorView> {
        self.ledger.operators.get(&operator).map(|who| self.operator_view(operator, who))
    }

    /// Everybody who ever signed in, by number.
    pub fn operators(&self) -> impl Iterator<Item = OperatorView> {
        self.ledger.operators.iter().map(|(id, who)| self.operator_view(*id, who))
    }

    fn operator_view(&self, operator: OperatorId, who: &Operator) -> OperatorView {
        let (offer, contact, consult) = match who.hand {
            Hand::Free => (None, None, None),
            Hand::Offer(offer) => (Some(offer), None, None),
            Hand::Contact(contact) => (None, Some(contact), None),
            Hand::Consult(contact) => (None, None, Some(contact)),
        };
        let media_up = self.lines.leg(Owner::Operator { operator }).up;
        let (session, presence, since, next) = (who.session, who.presence, who.since, who.next);
        let asks = who.asks;
        OperatorView { operator, session, presence, since, next, media_up, asks, offer, contact, consult }
    }

    /// One contact; none when it never was or closed long ago.
    pub fn contact(&self, contact: ContactId) -> Option<ContactView> {
        self.ledger.contacts.get(&contact).map(|known| self.contact_view(contact, known))
    }

    /// Every contact that is not forgotten, by number.
    pub fn contacts(&self) -> impl Iterator<Item = ContactView> {
        self.ledger.contacts.iter().map(|(id, known)| self.contact_view(*id, known))
    }

    fn contact_view(&self, id: ContactId, known: &Contact) -> ContactView {
        let leg = known.visitor().map(|visitor| self.lines.leg(visitor)).unwrap_or_default();
        let line = known.booth.map_or(leg, |booth| self.lines.booth(booth));
        let phase = known.phase();
        let visitor = match phase {
            Phase::Waiting | Phase::Offered => line,
            Phase::Connecting | Phase::Live | Phase::Held | Phase::Wrapping | Phase::Closed => leg,
        };
        let operator = known.operator();
        let operator_up = operator.is_some_and(|operator| {
            let heard = self.lines.lease_good(operator, self.lines.looked, &self.settings);
            heard && self.lines.leg(Owner::Operator { operator }).up
        });
        ContactView {
            contact: id,
            channel: known.channel,
            booth: known.booth,
            call: known.call,
            day: known.day,
            serial: known.serial,
            phase,
            arrived: known.arrived,
            answered: known.answered,
            live: known.live,
            ended: known.ended,
            end: known.end,
            visitor_up: visitor.up,
            visitor_since: visitor.since,
            interruptions: known.interruptions,
            holds: known.holds,
            held_ms: known.held_ms,
            outgoing: known.outgoing,
            consult: known.consult.map(|consult| ConsultView {
                with: consult.with,
                stage: consult.stage,
                blind: consult.blind,
                since: consult.since,
            }),
            consult_end: known.consult_end,
            stage_since: known.talk().map(|talk| talk.since),
            mask: known.mask,
            operator,
            operator_up,
            fence: known.talk().map_or(known.fence, |talk| talk.fence),
        }
    }

    /// One booth. One that was never heard of is down since the start.
    pub fn booth(&self, booth: BoothId) -> BoothView {
        let line = self.lines.booth(booth);
        let media_up = self.lines.leg(Owner::Booth { booth }).up;
        let place = self.ledger.booths.get(&booth).copied().unwrap_or_default();
        let contact = place.current.or(place.last);
        BoothView { booth, line_up: line.up, media_up, since: line.since, contact }
    }

    /// One channel's queue as of `now`.
    pub fn queue(&self, channel: Channel, now: Time) -> QueueView {
        let in_channel = |id: &ContactId| self.ledger.contact(*id).channel == channel;
        let waiting: Vec<ContactId> =
            self.ledger.queue.iter().map(|(_, _, id)| *id).filter(in_channel).collect();
        let oldest = waiting.iter().map(|id| self.ledger.contact(*id).arrived).min();
        let suspended = channel == Channel::Phone && self.ledger.suspended.is_some();
        let open = self.settings.open.takes(channel) && !suspended;
        QueueView { open, waiting, oldest, ready: self.ready_count(channel, now) }
    }

    /// How many parties of both channels are served before this one; none when it does not wait.
    pub fn ahead(&self, contact: ContactId) -> Option<u32> {
        let place = self.in_order(self.lines.looked).iter().position(|(id, _)| *id == contact)?;
        u32::try_from(place).ok()
    }

    /// One open offer.
    pub fn offer(&self, offer: OfferId) -> Option<OfferView> {
        let known = self.ledger.offers.get(&offer)?;
        let super::record::Offer { contact, operator, session, fence, offered, expires, why, asked_by } =
            *known;
        Some(OfferView { offer, contact, operator, session, fence, offered, expires, why, asked_by })
    }

    /// All open offers, by number.
    pub fn offers(&self) -> impl Iterator<Item = OfferView> {
        self.ledger.offers.keys().filter_map(|id| self.offer(*id))
    }

    /// The counts of the Japan-day that `now` falls on.
    pub fn today(&self, now: Time) -> DayCounts {
        let tally = self.ledger.days.get(&Day::of(now)).copied().unwrap_or_default();
        DayCounts {
            arrived: tally.booth + tally.phone - tally.out_of_hours,
            answered: tally.answered,
            abandoned: tally.abandoned,
            waiting: u32::try_from(self.ledger.queue.len()).unwrap_or(u32::MAX),
        }
    }
}
