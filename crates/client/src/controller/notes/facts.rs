//! What the system knows of a note's contact, out of the server's card. Knows nothing that a person wrote.

use desk::ids::OperatorId;
use desk::note::{Facts, NoteChannel, NoteId, own_number};
use desk::presence::{Channels, Chosen};
use desk::time::{Millis, Time};
use link::state::{Caller, ContactCard, Me};

/// The facts of a contact that has just come into this operator's hands.
pub(super) fn of(card: &ContactCard, me: &Me) -> Facts {
    let caller = card.caller.as_ref();
    let mut facts = Facts {
        number: card.number.clone(),
        contact: Some(card.contact),
        channel: NoteChannel::of(card.channel, card.outgoing),
        booth: card.booth.clone(),
        caller: caller.map(|card| word(&card.caller).to_owned()),
        caller_key: caller.and_then(|card| card.key.clone()),
        calls_before: caller.map_or(0, |card| card.times.saturating_sub(1)),
        opened: card.arrived,
        answered: Some(card.answered),
        ended: None,
        closed: None,
        holds: 0,
        held_ms: Millis(0),
        interruptions: 0,
        operator: me.operator,
        operator_name: me.name.clone(),
        combined: match me.next {
            Chosen::Available { channels: Channels::Both } => true,
            Chosen::Available { channels: Channels::Phone | Channels::Booth }
            | Chosen::Admin
            | Chosen::Lead
            | Chosen::Away
            | Chosen::Break
            | Chosen::Lunch
            | Chosen::Training
            | Chosen::Meeting => false,
        },
    };
    follow(&mut facts, card);
    facts
}

/// Puts what has happened since into the facts.
pub(super) fn follow(facts: &mut Facts, card: &ContactCard) {
    facts.ended = card.ended;
    facts.holds = card.holds;
    facts.held_ms = card.held_ms;
    facts.interruptions = card.interruptions;
    if let Some(caller) = &card.caller {
        facts.caller_key.clone_from(&caller.key);
    }
}

/// The facts of a note that nobody called for.
pub(super) fn aside(note: NoteId, now: Time, operator: OperatorId, name: &str) -> Facts {
    Facts {
        number: own_number('M', now, note),
        contact: None,
        channel: NoteChannel::Aside,
        booth: None,
        caller: None,
        caller_key: None,
        calls_before: 0,
        opened: now,
        answered: None,
        ended: None,
        closed: None,
        holds: 0,
        held_ms: Millis(0),
        interruptions: 0,
        operator,
        operator_name: name.to_owned(),
        combined: false,
    }
}

/// How lists name a caller; a number came masked.
fn word(caller: &Caller) -> &str {
    match caller {
        Caller::Number { number } => number,
        Caller::Withheld => "非通知",
        Caller::Payphone => "公衆電話",
        Caller::OutOfArea => "表示圏外",
    }
}
