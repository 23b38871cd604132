//! 責任者室: everybody at once, for a shift lead. Pure: reads the machine and the names, sends nothing.

use desk::centre::OperatorView;
use desk::contact::Channel;
use link::state::{SeatCard, WaitingCard, Wall};

use super::project::Truth;

/// The wall as it stands.
pub(super) fn wall(truth: Truth) -> Wall {
    let signed_in = truth.centre.operators().filter(|who| who.session.is_some());
    let queues =
        [Channel::Phone, Channel::Booth].map(|channel| truth.centre.queue(channel, truth.now).waiting);
    let mut waiting: Vec<WaitingCard> = queues
        .into_iter()
        .flatten()
        .filter_map(|id| truth.centre.contact(id))
        .map(|contact| WaitingCard {
            contact: contact.contact,
            channel: contact.channel,
            booth: contact.booth.map(|booth| truth.names.booth(booth)),
            caller: truth.caller(contact.contact),
            arrived: contact.arrived,
        })
        .collect();
    waiting.sort_by_key(|card| truth.centre.ahead(card.contact));
    Wall {
        seats: signed_in.map(|who| seat(truth, &who)).collect(),
        waiting,
        trunks: truth.trunks.to_vec(),
        suspended: truth.centre.suspended(),
    }
}

fn seat(truth: Truth, who: &OperatorView) -> SeatCard {
    let rings = who.offer.and_then(|offer| truth.centre.offer(offer)).map(|offer| offer.contact);
    let contact = who.contact.or(rings).and_then(|contact| truth.centre.contact(contact));
    SeatCard {
        operator: who.operator,
        name: truth.names.operator(who.operator),
        presence: who.presence,
        since: who.since,
        contact: contact
            .map(|contact| (contact.channel, contact.booth.map(|booth| truth.names.booth(booth)))),
        hand: who.asks,
        unsynced: truth.unsynced.get(&who.operator).copied().unwrap_or(0),
    }
}
