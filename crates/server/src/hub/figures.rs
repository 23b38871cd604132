//! What the hub counts for whoever watches the server. Counts only: ids and names stay inside.

use std::collections::BTreeMap;

use desk::centre::Fact;
use desk::contact::{Channel, Phase};
use desk::end::EndReason;
use desk::ids::{ContactId, OperatorId};
use desk::presence::{AwayWhy, Presence};
use desk::time::Time;

use super::task::Hub;
use crate::store::Entry;

/// The figures as of one turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Operators by what they do.
    pub presence: BTreeMap<&'static str, u32>,
    /// Contacts in the queue, over both channels.
    pub waiting: u32,
    /// How long the longest of them has waited, ms.
    pub oldest_ms: u64,
    /// Offers that ring.
    pub offers: u32,
    /// Contacts in an operator's hands, not over.
    pub talks: u32,
    /// Contacts that came since the start.
    pub arrived: u64,
    /// Contacts that ended since the start, by reason.
    pub ended: BTreeMap<EndReason, u64>,
}

impl Figures {
    /// Counts what was stored.
    pub(super) fn count(&mut self, entries: &[Entry]) {
        for entry in entries {
            if let Fact::Arrived { .. } = entry.fact {
                self.arrived += 1;
            }
            if let Fact::Ended { end, .. } = entry.fact {
                *self.ended.entry(end).or_default() += 1;
            }
        }
    }
}

impl Hub {
    /// Looks at how things stand now.
    pub(super) fn look_at_figures(&mut self, now: Time) {
        let queues = [Channel::Booth, Channel::Phone].map(|channel| self.centre.queue(channel, now));
        let waiting: usize = queues.iter().map(|queue| queue.waiting.len()).sum();
        let oldest = queues.iter().filter_map(|queue| queue.oldest).min();
        let mut presence = BTreeMap::new();
        let mut talks = 0;
        for operator in self.centre.operators() {
            *presence.entry(word(operator.presence)).or_default() += 1;
            talks += u32::from(self.talks(operator.contact));
        }
        let offers = self.centre.offers().count();
        self.figures.presence = presence;
        self.figures.waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        self.figures.oldest_ms = oldest.map_or(0, |since| now.since(since).0);
        self.figures.offers = u32::try_from(offers).unwrap_or(u32::MAX);
        self.figures.talks = talks;
    }
}

impl Hub {
    /// This operator is in a talk at a desk that is connected: a sign-in elsewhere asks first.
    pub(super) fn is_in_talk(&self, operator: OperatorId) -> bool {
        let connected = self.parties.desks.get(&operator).is_some_and(|desk| desk.place.way.is_some());
        let contact = self.centre.operator(operator).and_then(|operator| operator.contact);
        connected && self.talks(contact)
    }

    fn talks(&self, contact: Option<ContactId>) -> bool {
        match contact.and_then(|contact| self.centre.contact(contact)).map(|contact| contact.phase) {
            Some(Phase::Connecting | Phase::Live | Phase::Held) => true,
            Some(Phase::Waiting | Phase::Offered | Phase::Wrapping | Phase::Closed) | None => false,
        }
    }
}

fn word(presence: Presence) -> &'static str {
    match presence {
        Presence::Off => "off",
        Presence::Available { .. } => "available",
        Presence::Ringing { .. } => "ringing",
        Presence::Call => "call",
        Presence::Hold => "hold",
        Presence::Video => "video",
        Presence::Wrapping => "wrapping",
        Presence::Callback => "callback",
        Presence::Admin => "admin",
        Presence::Lead => "lead",
        Presence::Away { why: AwayWhy::Chosen } => "away",
        Presence::Away { why: AwayWhy::NoAnswer } => "no_answer",
        Presence::Break => "break",
        Presence::Lunch => "lunch",
        Presence::Training => "training",
        Presence::Meeting => "meeting",
        Presence::Lost => "lost",
    }
}
