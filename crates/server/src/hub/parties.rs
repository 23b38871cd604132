//! Who is connected: desks, booths, the exchange, and what each was shown last. Decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use desk::centre::Owner;
use desk::code::Code;
use desk::ids::{BoothId, OperatorId, Session};
use desk::time::{Millis, Time};
use link::message::{DeskSignal, Down, LegSignal, ToExchange, VERSION};
use link::resume::Outbox;
use link::state::{BoothChange, BoothState, DeskChange, DeskState, RingNotice, TrunkState};
use tokio::sync::mpsc;

use super::LineId;
use super::answers::Answers;
use super::quality::Qualities;
use crate::secret::{TokenHash, new_stream};

/// How long the events of a line that was cut are kept for its return.
pub(super) const RESUME_KEPT: Millis = Millis::seconds(60);
/// The most missed events that are sent one by one; more are a snapshot. Half of a line's queue.
pub(super) const RESUME_MAX: usize = super::PERSON_QUEUE / 2;

/// The way back to a person's line: `S` is the whole state, `C` one change, `G` a signal.
pub(super) struct Way<S, C, G> {
    pub line: LineId,
    /// None: closed from our side, its end is awaited.
    out: Option<mpsc::Sender<Down<S, C, G>>>,
}

impl<S, C, G> Way<S, C, G> {
    pub fn new(line: LineId, out: mpsc::Sender<Down<S, C, G>>) -> Way<S, C, G> {
        Way { line, out: Some(out) }
    }

    /// Sends, or closes the line when its queue is full: a slow reader comes back and resumes.
    pub fn send(&mut self, message: Down<S, C, G>) {
        let Some(out) = &self.out else { return };
        if out.try_send(message).is_err() {
            tracing::info!(line = self.line.0, "the line was too slow or is gone");
            self.out = None;
        }
    }

    /// Says goodbye and closes.
    pub fn close(&mut self, code: Code) {
        self.send(Down::Goodbye { code });
        self.out = None;
    }
}

/// The way to a desktop.
pub(super) type DeskWay = Way<DeskState, DeskChange, DeskSignal>;
/// The way to a booth's page.
pub(super) type BoothWay = Way<BoothState, BoothChange, LegSignal>;

/// A person's place: the line when there is one, and the stream of events, whether or not anybody reads.
pub(super) struct Place<S, C, G> {
    pub way: Option<Way<S, C, G>>,
    /// Since when nobody reads.
    pub gone_since: Option<Time>,
    pub outbox: Outbox<C>,
    /// What the newest event led to; none before the first snapshot.
    pub shown: Option<S>,
    pub answers: Answers,
}

impl<S: Clone, C: Clone, G> Place<S, C, G> {
    /// A new stream on a line.
    pub fn new(way: Way<S, C, G>, answers: Answers) -> Place<S, C, G> {
        Place { way: Some(way), gone_since: None, outbox: Outbox::new(new_stream()), shown: None, answers }
    }

    /// The line of the place is this one.
    pub fn is_on(&self, line: LineId) -> bool {
        self.way.as_ref().is_some_and(|way| way.line == line)
    }

    /// Takes a new line for the same stream; an older one is closed without a word, its owner is here.
    pub fn take_line(&mut self, way: Way<S, C, G>) {
        self.way = Some(way);
        self.gone_since = None;
    }

    /// Sends, when somebody reads.
    pub fn send(&mut self, message: Down<S, C, G>) {
        if let Some(way) = &mut self.way {
            way.send(message);
        }
    }

    /// Keeps changes as events and sends them. With `forget` nothing is kept of them and of earlier ones:
    /// whoever is away gets a snapshot.
    pub fn show(&mut self, state: S, changes: Vec<C>, forget: bool, now: Time) {
        self.shown = Some(state);
        for change in changes {
            let event = self.outbox.push(change.clone());
            self.send(Down::Event { event, change, now });
        }
        if forget {
            self.outbox.forget();
        }
    }

    /// The first words on a line: the welcome, then the missed events or everything.
    pub fn welcome(&mut self, session: Session, after: Option<u64>, state: S, now: Time) {
        let missed = after.filter(|_| self.shown.is_some()).and_then(|after| {
            let events = self.outbox.after(after)?.map(|(event, change)| (event, change.clone()));
            let events: Vec<(u64, C)> = events.collect();
            (events.len() <= RESUME_MAX).then_some(events)
        });
        let stream = self.outbox.stream();
        let resumed = missed.is_some();
        self.send(Down::Welcome { version: VERSION, stream, session, resumed, now });
        match missed {
            Some(events) => {
                for (event, change) in events {
                    self.send(Down::Event { event, change, now });
                }
            }
            None => {
                self.send(Down::Snapshot { event: self.outbox.last(), state: state.clone(), now });
                self.shown = Some(state);
            }
        }
    }
}

/// An operator's place.
pub(super) struct Desk {
    pub session: Session,
    pub token: TokenHash,
    /// When the token dies.
    pub expires: Time,
    /// How the last ring ended.
    pub notice: Option<RingNotice>,
    pub place: Place<DeskState, DeskChange, DeskSignal>,
}

/// The exchange's line.
pub(super) struct ExchangeLine {
    pub line: LineId,
    pub key: TokenHash,
    out: Option<mpsc::Sender<ToExchange>>,
    /// The newest leg of each owner that came up: an older one that goes down later says nothing.
    pub legs: BTreeMap<Owner, u64>,
    /// How well it hears them.
    pub qualities: Qualities,
    /// Its ways into the telephone network.
    pub trunks: Vec<TrunkState>,
}

impl ExchangeLine {
    pub fn new(line: LineId, key: TokenHash, out: mpsc::Sender<ToExchange>) -> ExchangeLine {
        let (legs, qualities, trunks) = Default::default();
        ExchangeLine { line, key, out: Some(out), legs, qualities, trunks }
    }

    /// Sends, or closes the line when it is far behind: it comes back and tells what stands.
    pub fn send(&mut self, message: ToExchange) {
        let Some(out) = &self.out else { return };
        if out.try_send(message).is_err() {
            tracing::warn!(line = self.line.0, "the exchange's line was too slow or is gone");
            self.out = None;
        }
    }

    pub fn close(&mut self, code: Code) {
        self.send(Down::Goodbye { code });
        self.out = None;
    }
}

/// Whose line it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    Operator(OperatorId),
    Booth(BoothId),
    Exchange,
}

/// Everybody.
#[derive(Default)]
pub(super) struct Parties {
    pub lines: BTreeMap<LineId, Caller>,
    pub desks: BTreeMap<OperatorId, Desk>,
    pub booths: BTreeMap<BoothId, Place<BoothState, BoothChange, LegSignal>>,
    pub exchange: Option<ExchangeLine>,
    /// Booths whose page was here since the start.
    pub seen: BTreeSet<BoothId>,
    /// Notes that each operator's desk has not sent yet, as it said last: it stays while the desk is away.
    pub unsynced: BTreeMap<OperatorId, u32>,
}

impl Parties {
    /// Closes every line.
    pub fn close_all(&mut self, code: Code) {
        for desk in self.desks.values_mut() {
            if let Some(way) = &mut desk.place.way {
                way.close(code);
            }
        }
        for place in self.booths.values_mut() {
            if let Some(way) = &mut place.way {
                way.close(code);
            }
        }
        if let Some(exchange) = &mut self.exchange {
            exchange.close(code);
        }
    }

    /// Forgets the streams that nobody came back for.
    pub fn sweep(&mut self, now: Time) {
        let stale = |since: Option<Time>| since.is_some_and(|since| now.since(since) >= RESUME_KEPT);
        self.desks.retain(|_, desk| !stale(desk.place.gone_since));
        self.booths.retain(|_, place| !stale(place.gone_since));
    }
}
