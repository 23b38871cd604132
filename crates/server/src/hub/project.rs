//! What a desk and a booth show of the truth. Pure: reads the machine and the names, sends nothing.

use std::collections::{BTreeMap, BTreeSet};

use desk::centre::{Centre, ContactView, Owner, QueueView};
use desk::contact::{Channel, Phase};
use desk::day::Day;
use desk::ids::{BoothId, ContactId, OfferId, OperatorId};
use desk::note::Forms;
use desk::presence::{Chosen, Presence};
use desk::time::Time;
use link::message::notes::NotesMark;
use link::state::{
    BoothCard, BoothChange, BoothContact, BoothContactState, BoothDoing, BoothState, Callbacks, CallerCard,
    ChannelBoard, Colleague, ContactCard, DayCounts, DeskChange, DeskState, Hours, Me, OfferCard, QueueBoard,
    RingNotice, TrunkState,
};

use super::callbacks::Worklist;
use super::callers::Callers;
use super::consult;
use super::directory::Names;
use super::outgoing::Outgoing;
use super::papers::{Papers, Sheet};
use super::quality::Qualities;
use super::wall::wall;
use crate::config::Signs;
use crate::store::BoothRow;

/// Everything that is read for the screens.
#[derive(Clone, Copy)]
pub(super) struct Truth<'a> {
    pub centre: &'a Centre,
    pub names: &'a Names,
    pub signs: &'a Signs,
    pub papers: &'a Papers,
    pub hours: Hours,
    pub opening: &'a [Day],
    /// Booths whose page was here since the start.
    pub seen: &'a BTreeSet<BoothId>,
    /// None: no exchange tells.
    pub qualities: Option<&'a Qualities>,
    pub callers: &'a Callers,
    pub worklist: &'a Worklist,
    pub outgoing: &'a Outgoing,
    pub notes: NotesMark,
    /// Notes that each desk has not sent yet.
    pub unsynced: &'a BTreeMap<OperatorId, u32>,
    pub trunks: &'a [TrunkState],
    pub now: Time,
}

impl Truth<'_> {
    /// A caller as a screen may show them.
    pub(super) fn caller(&self, contact: ContactId) -> Option<CallerCard> {
        self.callers.card(contact, self.signs.call_again_ms)
    }
}

/// 受付番号: the channel's letter (O for a call of ours), the day in Japan and the serial of that day and channel.
pub(super) fn number(contact: &ContactView) -> String {
    let letter = match contact.channel {
        _ if contact.outgoing => 'O',
        Channel::Booth => 'W',
        Channel::Phone => 'C',
    };
    let (year, month, day) = contact.day.ymd();
    format!("{letter}-{year:04}{month:02}{day:02}-{:04}", contact.serial)
}

/// The parts that are the same on every desk.
pub(super) struct Board {
    queue: QueueBoard,
    booths: Vec<BoothCard>,
    day: DayCounts,
    callbacks: Callbacks,
    colleagues: Vec<Colleague>,
}

/// Reads the shared parts.
pub(super) fn board(truth: Truth) -> Board {
    let Truth { centre, now, .. } = truth;
    let today = centre.today(now);
    Board {
        queue: QueueBoard {
            phone: channel_board(&centre.queue(Channel::Phone, now)),
            booth: channel_board(&centre.queue(Channel::Booth, now)),
        },
        booths: truth.names.booths().map(|row| booth_card(truth, row)).collect(),
        day: DayCounts {
            arrived: today.arrived,
            answered: today.answered,
            abandoned: today.abandoned,
            waiting: today.waiting,
        },
        callbacks: truth.worklist.board(),
        colleagues: consult::colleagues(truth),
    }
}

fn channel_board(queue: &QueueView) -> ChannelBoard {
    let waiting = u32::try_from(queue.waiting.len()).unwrap_or(u32::MAX);
    ChannelBoard { open: queue.open, waiting, oldest: queue.oldest, ready: queue.ready }
}

fn booth_card(truth: Truth, row: &BoothRow) -> BoothCard {
    let Truth { centre, seen, .. } = truth;
    let booth = row.booth;
    let view = centre.booth(booth);
    let contact = view.contact.and_then(|contact| centre.contact(contact));
    let known_since = (seen.contains(&booth)).then_some(view.since);
    let (doing, since) = match contact.map(|contact| (contact.phase, contact)) {
        Some((Phase::Waiting | Phase::Offered, contact)) => (BoothDoing::Ringing, Some(contact.arrived)),
        Some((Phase::Connecting | Phase::Live | Phase::Held, contact)) => match contact.operator {
            Some(operator) => (BoothDoing::Talking { operator }, contact.answered),
            None => (BoothDoing::Ringing, Some(contact.arrived)),
        },
        Some((Phase::Wrapping | Phase::Closed, contact)) if view.line_up => {
            (BoothDoing::Idle, known_since.max(contact.ended))
        }
        None if view.line_up => (BoothDoing::Idle, known_since),
        Some((Phase::Wrapping | Phase::Closed, _)) | None => (BoothDoing::Offline, known_since),
    };
    let quality = truth.qualities.filter(|_| view.media_up).and_then(|told| told.of(Owner::Booth { booth }));
    let (name, place, device) = (row.name.clone(), row.place.clone(), row.device);
    BoothCard { booth, name, doing, since, device, place, quality }
}

/// One operator's desk.
pub(super) fn desk(
    truth: Truth,
    board: &Board,
    operator: OperatorId,
    notice: Option<&RingNotice>,
) -> DeskState {
    let Truth { centre, names, signs, hours, .. } = truth;
    let view = centre.operator(operator);
    DeskState {
        city: signs.city.clone(),
        me: Me {
            operator,
            name: names.operator(operator),
            presence: view.map_or(Presence::Off, |view| view.presence),
            since: view.map_or(Time(0), |view| view.since),
            next: view.map_or(Chosen::Away, |view| view.next),
            media: view.is_some_and(|view| view.media_up),
            hand: view.and_then(|view| view.asks),
        },
        offer: view.and_then(|view| view.offer).and_then(|offer| offer_card(truth, offer)),
        notice: notice.cloned(),
        contact: view
            .and_then(|view| view.contact)
            .and_then(|contact| centre.contact(contact))
            .map(|contact| contact_card(truth, &contact)),
        queue: board.queue,
        booths: board.booths.clone(),
        day: board.day,
        exchange_up: centre.exchange_up(),
        ring_timeout_ms: centre.settings().ring_timeout_ms,
        hours,
        guidance: signs.guidance.clone(),
        lobby: signs.lobby.clone(),
        long_wait_ms: signs.long_wait_ms,
        wrapup_ms: signs.wrapup_ms,
        callbacks: board.callbacks.clone(),
        guest: view.and_then(|view| view.consult).and_then(|contact| consult::guest(truth, contact)),
        colleagues: board.colleagues.iter().filter(|who| who.operator != operator).cloned().collect(),
        directory: signs.directory.clone(),
        wall: names.leads(operator).then(|| wall(truth)),
        forms: forms(truth),
        notes: truth.notes,
    }
}

/// The settings' lists with what changes beside them.
fn forms(truth: Truth) -> Forms {
    let (articles, opening_days) = (truth.names.articles().to_vec(), truth.opening.to_vec());
    Forms { articles, opening_days, ..truth.signs.forms.clone() }
}

fn offer_card(truth: Truth, offer: OfferId) -> Option<OfferCard> {
    let Truth { centre, names, .. } = truth;
    let offer = centre.offer(offer)?;
    let contact = centre.contact(offer.contact)?;
    Some(OfferCard {
        offer: offer.offer,
        fence: offer.fence,
        contact: offer.contact,
        number: number(&contact),
        channel: contact.channel,
        booth: contact.booth.map(|booth| names.booth(booth)),
        caller: truth.caller(offer.contact),
        arrived: contact.arrived,
        offered: offer.offered,
        expires: offer.expires,
        why: offer.why,
        asked_by: offer.asked_by.map(|operator| names.operator(operator)),
    })
}

fn contact_card(truth: Truth, contact: &ContactView) -> ContactCard {
    let Truth { names, papers, .. } = truth;
    let Sheet { texts, shown, screen, .. } = papers.sheet(contact.contact);
    ContactCard {
        contact: contact.contact,
        number: number(contact),
        channel: contact.channel,
        booth: contact.booth.map(|booth| names.booth(booth)),
        caller: truth.caller(contact.contact),
        holds: contact.holds,
        held_ms: contact.held_ms,
        phase_since: contact.stage_since.or(contact.ended).unwrap_or(contact.arrived),
        phase: contact.phase,
        arrived: contact.arrived,
        answered: contact.answered.unwrap_or(contact.arrived),
        ended: contact.ended,
        end: contact.end,
        visitor_up: contact.visitor_up,
        visitor_since: contact.visitor_since,
        interruptions: contact.interruptions,
        mask: contact.mask,
        outgoing: contact.outgoing,
        consult: contact.consult.map(|consult| consult::card(truth, &consult)),
        consult_end: contact.consult_end,
        texts,
        shown,
        screen,
        trouble: contact.booth.map(|booth| papers.trouble(booth)).unwrap_or_default(),
    }
}

/// One booth's page.
pub(super) fn booth(truth: Truth, board: &Board, booth: BoothId) -> BoothState {
    let Truth { centre, names, signs, hours, .. } = truth;
    let contact = centre.booth(booth).contact.and_then(|contact| centre.contact(contact));
    BoothState {
        booth,
        name: names.booth(booth),
        city: signs.city.clone(),
        phone_number: signs.phone_number.clone(),
        open: board.queue.booth.open,
        ready: board.queue.booth.ready,
        waiting: board.queue.booth.waiting,
        exchange_up: centre.exchange_up(),
        contact: contact.and_then(|contact| booth_contact(truth, &contact)),
        hours,
        device: names.device(booth),
        pages: signs.pages.clone(),
        idle_ask_ms: signs.idle_ask_ms,
        idle_end_ms: signs.idle_end_ms,
    }
}

fn booth_contact(truth: Truth, contact: &ContactView) -> Option<BoothContact> {
    let Truth { centre, names, papers, .. } = truth;
    let operator = contact.operator.map(|operator| names.operator(operator)).unwrap_or_default();
    // A talk that is being joined again has been heard since it was taken: the visitor sees a pause,
    // not a new beginning.
    let since = contact.live.filter(|live| contact.answered.is_some_and(|answered| *live >= answered));
    let state = match contact.phase {
        Phase::Waiting | Phase::Offered => {
            BoothContactState::Waiting { ahead: centre.ahead(contact.contact).unwrap_or(0) }
        }
        Phase::Connecting => match since {
            Some(since) => BoothContactState::Live { operator, since, operator_up: false },
            None => BoothContactState::Connecting { operator },
        },
        Phase::Live => BoothContactState::Live {
            operator,
            since: contact.live.unwrap_or(contact.arrived),
            operator_up: contact.operator_up,
        },
        Phase::Held => BoothContactState::Held { operator },
        Phase::Wrapping | Phase::Closed => BoothContactState::Ended { end: contact.end?, at: contact.ended? },
    };
    let Sheet { texts, shown, screen, .. } = match contact.phase {
        Phase::Waiting | Phase::Offered | Phase::Connecting | Phase::Live | Phase::Held => {
            papers.sheet(contact.contact)
        }
        // The operator still has them in wrap-up; the next visitor must not.
        Phase::Wrapping | Phase::Closed => Sheet::default(),
    };
    let (contact, number, arrived, mask) = (contact.contact, number(contact), contact.arrived, contact.mask);
    Some(BoothContact { contact, number, arrived, state, mask, texts, shown, screen })
}

/// The parts of a desk that differ, new. What the settings file says changes with a restart only, which
/// brings a snapshot.
pub(super) fn desk_changes(old: &DeskState, new: &DeskState) -> Vec<DeskChange> {
    let mut changes = Vec::new();
    let mut part = |differs: bool, change: fn(&DeskState) -> DeskChange| {
        if differs {
            changes.push(change(new));
        }
    };
    part(old.me != new.me, |state| DeskChange::Me(state.me.clone()));
    part(old.offer != new.offer, |state| DeskChange::Offer(state.offer.clone()));
    part(old.notice != new.notice, |state| DeskChange::Notice(state.notice.clone()));
    part(old.contact != new.contact, |state| DeskChange::Contact(state.contact.clone()));
    part(old.queue != new.queue, |state| DeskChange::Queue(state.queue));
    part(old.booths != new.booths, |state| DeskChange::Booths(state.booths.clone()));
    part(old.day != new.day, |state| DeskChange::Day(state.day));
    part(old.exchange_up != new.exchange_up, |state| DeskChange::ExchangeUp(state.exchange_up));
    part(old.hours != new.hours, |state| DeskChange::Hours(state.hours));
    part(old.callbacks != new.callbacks, |state| DeskChange::Callbacks(state.callbacks.clone()));
    part(old.guest != new.guest, |state| DeskChange::Guest(state.guest.clone()));
    part(old.colleagues != new.colleagues, |state| DeskChange::Colleagues(state.colleagues.clone()));
    part(old.wall != new.wall, |state| DeskChange::Wall(state.wall.clone()));
    part(old.forms != new.forms, |state| DeskChange::Forms(state.forms.clone()));
    part(old.notes != new.notes, |state| DeskChange::Notes(state.notes));
    changes
}

/// The parts of a booth's page that differ, new.
pub(super) fn booth_changes(old: &BoothState, new: &BoothState) -> Vec<BoothChange> {
    let mut changes = Vec::new();
    if old.contact != new.contact {
        changes.push(BoothChange::Contact(new.contact.clone()));
    }
    let board = |state: &BoothState| (state.open, state.ready, state.waiting, state.exchange_up);
    if board(old) != board(new) {
        let (open, ready, waiting, exchange_up) = board(new);
        changes.push(BoothChange::Board { open, ready, waiting, exchange_up });
    }
    if old.hours != new.hours {
        changes.push(BoothChange::Hours(new.hours));
    }
    changes
}

/// Written words that `old` shows and `new` does not: they must not stay in what is kept for a return.
pub(super) fn desk_forgets(old: &DeskState, new: &DeskState) -> bool {
    let texts = |state: &DeskState| state.contact.as_ref().map(|card| (card.contact, card.texts.is_empty()));
    forgets(texts(old), texts(new))
}

/// As [`desk_forgets`].
pub(super) fn booth_forgets(old: &BoothState, new: &BoothState) -> bool {
    let texts = |state: &BoothState| state.contact.as_ref().map(|card| (card.contact, card.texts.is_empty()));
    forgets(texts(old), texts(new))
}

fn forgets(old: Option<(ContactId, bool)>, new: Option<(ContactId, bool)>) -> bool {
    matches!(old, Some((contact, false)) if new != Some((contact, false)))
}
