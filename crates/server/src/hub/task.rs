//! The task: wait, drain, decide, store, carry out, show. When the store fails, nothing has happened:
//! everybody is sent away and the hub begins again from the store, by the same way as after a crash.

use std::sync::Arc;
use std::time::Duration;

use desk::calendar::Calendar;
use desk::centre::{Centre, Settings};
use desk::code::Code;
use desk::ids::Session;
use link::message::notes::NotesMark;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior};

use super::callbacks::Worklist;
use super::callers;
use super::callers::Callers;
use super::directory::Names;
use super::duty::Duty;
use super::outgoing::Outgoing;
use super::papers::Papers;
use super::parties::Parties;
use super::turn::{After, Turn};
use super::{DRAIN, Figures, Hello, Item, Status};
use crate::clock::Clock;
use crate::config::Signs;
use crate::store::{Batch, Directory, Loaded, Ownership, Store, StoreError};

/// How often dead tokens and abandoned streams are looked for; nothing of the desk waits for it.
const HOUSE: Duration = Duration::from_secs(2);
/// The pause between two tries to begin again from a store that failed.
const STORE_PAUSE: Duration = Duration::from_secs(1);
/// The shortest time between two looks at the machine's timers, whatever it asks for.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);
/// The longest time until the next look: the clock may be bent in the meantime.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Why a hub stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// Another server works on the same database.
    #[error("another server has taken over this database; this one stops")]
    Superseded,
    /// The store cannot be used at all.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a hub is made of.
pub struct Setup {
    /// The desk's rules.
    pub settings: Settings,
    /// When booths and telephone are open.
    pub calendar: Arc<Calendar>,
    /// What the administrator has written for the screens.
    pub signs: Signs,
    /// Where the truth is kept.
    pub store: Arc<dyn Store>,
    /// The time.
    pub clock: Arc<Clock>,
    /// How the hub is, for the health page.
    pub status: watch::Sender<Status>,
}

/// One centre's hub.
pub struct Hub {
    settings: Settings,
    store: Arc<dyn Store>,
    clock: Arc<Clock>,
    status: watch::Sender<Status>,
    pub(super) names: Names,
    pub(super) signs: Signs,
    pub(super) papers: Papers,
    pub(super) callers: Callers,
    pub(super) worklist: Worklist,
    pub(super) outgoing: Outgoing,
    pub(super) duty: Duty,
    /// How far the notes are.
    pub(super) notes: NotesMark,
    pub(super) centre: Centre,
    ownership: Ownership,
    next_seq: u64,
    pub(super) session: Session,
    pub(super) parties: Parties,
    pub(super) figures: Figures,
}

impl Hub {
    /// A hub that stands where the store says.
    ///
    /// # Errors
    /// [`HubError::Store`] when the store cannot be read.
    pub async fn begin(setup: Setup) -> Result<Hub, HubError> {
        let Setup { settings, calendar, signs, store, clock, status } = setup;
        let now = clock.now();
        let mut hub = Hub {
            settings,
            store,
            clock,
            status,
            names: Names::default(),
            signs,
            callers: Callers::default(),
            worklist: Worklist::default(),
            outgoing: Outgoing::default(),
            papers: Papers::default(),
            duty: Duty::new(calendar, now),
            notes: NotesMark::default(),
            centre: Centre::new(settings),
            ownership: Ownership(0),
            next_seq: 1,
            session: Session(0),
            parties: Parties::default(),
            figures: Figures::default(),
        };
        hub.rebuild().await?;
        Ok(hub)
    }

    /// Works until every way into the inbox is gone or `stop` says so.
    ///
    /// # Errors
    /// [`HubError::Superseded`] when another server has taken over.
    pub async fn run(
        mut self,
        mut inbox: mpsc::Receiver<Item>,
        mut stop: watch::Receiver<bool>,
    ) -> Result<(), HubError> {
        let mut house = tokio::time::interval(HOUSE);
        house.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut items = Vec::with_capacity(DRAIN);
        loop {
            let wake = self.wake_at();
            let mut keep_house = false;
            tokio::select! {
                biased;
                _ = stop.wait_for(|stop| *stop) => return Ok(()),
                got = inbox.recv_many(&mut items, DRAIN) => if got == 0 { return Ok(()) },
                () = tokio::time::sleep_until(wake) => {}
                _ = house.tick() => keep_house = true,
            }
            match self.turn(&mut items, keep_house).await {
                Ok(()) => {}
                Err(StoreError::Superseded) => return Err(HubError::Superseded),
                Err(fault) => {
                    tracing::error!(%fault, "the store failed; beginning again from it");
                    tokio::select! {
                        biased;
                        _ = stop.wait_for(|stop| *stop) => return Ok(()),
                        () = self.begin_again(&mut inbox) => {}
                    }
                }
            }
        }
    }

    /// When the machine wants to be woken.
    fn wake_at(&self) -> Instant {
        let machine = self.centre.poll_timeout().map(|(at, _)| at);
        let at = machine.map_or(self.duty.next(), |at| at.min(self.duty.next()));
        let wait = Duration::from_millis(at.since(self.clock.now()).0);
        Instant::now() + wait.clamp(SHORTEST_WAIT, LONGEST_WAIT)
    }

    async fn turn(&mut self, items: &mut Vec<Item>, keep_house: bool) -> Result<(), StoreError> {
        if items.iter().any(|item| self.comes_unknown(item)) {
            match self.store.directory(self.clock.now()).await {
                Ok(directory) => self.names.read(&directory),
                // They come in under a number; the next look of the watch brings the name.
                Err(fault) => tracing::warn!(%fault, "the directory could not be read"),
            }
        }
        let mut turn = Turn::new(self.clock.now());
        self.keep_hours(&mut turn);
        if self.centre.poll_timeout().is_some_and(|(at, _)| at <= turn.now) {
            let outputs = self.centre.handle_timeout(turn.now);
            self.collect(&mut turn, outputs);
        }
        for item in items.drain(..) {
            self.take(&mut turn, item);
        }
        if keep_house {
            self.keep_house(&mut turn);
        }
        if let Err(fault) = self.store_facts(&turn).await {
            self.refuse_all(turn);
            return Err(fault);
        }
        for after in std::mem::take(&mut turn.after) {
            self.carry_out(turn.now, after);
        }
        self.read_callbacks().await;
        self.papers.tidy(&self.centre);
        self.outgoing.tidy(&self.centre);
        self.callers.tidy(turn.now, self.signs.call_again_ms);
        self.show(turn.now);
        self.tell_status();
        Ok(())
    }

    /// Somebody whose name was added since the directory was read.
    fn comes_unknown(&self, item: &Item) -> bool {
        match item {
            Item::Hello(_, Hello::Operator { bearer, .. }) => !self.names.has_operator(bearer.operator),
            Item::Hello(_, Hello::Booth { booth, .. }) => !self.names.has_booth(*booth),
            Item::Hello(_, Hello::Exchange { .. })
            | Item::Operator(..)
            | Item::Booth(..)
            | Item::Exchange(..)
            | Item::Gone(_)
            | Item::TokenRevoked(_)
            | Item::IsInTalk(..)
            | Item::Notes(_)
            | Item::Directory(_) => false,
        }
    }

    fn take(&mut self, turn: &mut Turn, item: Item) {
        match item {
            Item::Hello(line, hello) => self.hello(turn, line, hello),
            Item::Operator(line, words) => self.operator_words(turn, line, words),
            Item::Booth(line, words) => self.booth_words(turn, line, words),
            Item::Exchange(line, words) => self.exchange_words(turn, line, words),
            Item::Gone(line) => self.gone(turn, line),
            Item::TokenRevoked(token) => self.token_revoked(turn, token),
            // Whoever asked may have gone.
            Item::IsInTalk(operator, answer) => drop(answer.send(self.is_in_talk(operator))),
            Item::Notes(mark) => self.take_notes(mark),
            Item::Directory(directory) => self.take_directory(turn, &directory),
        }
    }

    async fn store_facts(&mut self, turn: &Turn) -> Result<(), StoreError> {
        let batch = Batch {
            ownership: self.ownership,
            first_seq: self.next_seq,
            entries: &turn.entries,
            session: self.session,
            revoked: &turn.revoked,
            callers: &turn.callers,
            owed: &turn.owed,
            audit: &turn.audit,
        };
        if batch.is_empty() {
            return Ok(());
        }
        self.store.commit(batch).await?;
        self.callers.keep(&turn.callers);
        self.next_seq += turn.entries.len() as u64;
        self.figures.count(&turn.entries);
        for entry in &turn.entries {
            tracing::info!(at = entry.at.0, fact = ?entry.fact, "stored");
        }
        if let Err(broken) = self.centre.check() {
            tracing::error!(broken, "the machine doubts itself");
        }
        Ok(())
    }

    /// Two pushes may tell in either order; the newer mark stays.
    fn take_notes(&mut self, mark: NotesMark) {
        if mark.epoch != self.notes.epoch || mark.seq > self.notes.seq {
            self.notes = mark;
        }
    }

    /// Reads the callbacks again when the turn has changed them. A list that cannot be read stays as it is until
    /// the next turn.
    async fn read_callbacks(&mut self) {
        if self.worklist.is_stale() {
            match self.store.callbacks().await {
                Ok(rows) => self.worklist.read(rows),
                Err(fault) => tracing::warn!(%fault, "the callbacks could not be read"),
            }
        }
    }

    fn tell_status(&mut self) {
        self.look_at_figures(self.clock.now());
        let exchange_up = self.centre.exchange_up();
        self.status.send_replace(Status { store_up: true, exchange_up, figures: self.figures.clone() });
    }

    /// Nothing of this turn has happened: whoever asked is told so, and everybody is sent away.
    fn refuse_all(&mut self, turn: Turn) {
        for after in turn.after {
            match after {
                After::Answer(line, request, _) => {
                    self.carry_out(turn.now, After::Answer(line, request, Some(Code::StoreDown)));
                }
                After::CloseOld(mut way, _, _) => way.close(Code::StoreDown),
                After::CloseOldBooth(mut way, _) => way.close(Code::StoreDown),
                After::CloseOldExchange(mut exchange, _) => exchange.close(Code::StoreDown),
                After::Output(_)
                | After::WelcomeOperator(..)
                | After::WelcomeBooth(..)
                | After::WelcomeExchange(_)
                | After::Pong(_)
                | After::Signal(..)
                | After::Number(..)
                | After::Order(_)
                | After::Close(..) => {}
            }
        }
        self.parties.close_all(Code::StoreDown);
        self.parties = Parties::default();
        self.papers = Papers::default();
        let figures = self.figures.clone();
        self.status.send_replace(Status { store_up: false, exchange_up: false, figures });
    }

    /// Tries until the store can be read; meanwhile whoever comes is sent away.
    async fn begin_again(&mut self, inbox: &mut mpsc::Receiver<Item>) {
        loop {
            let pause = tokio::time::sleep(STORE_PAUSE);
            tokio::pin!(pause);
            loop {
                tokio::select! {
                    () = &mut pause => break,
                    item = inbox.recv() => match item {
                        Some(item) => send_away(item),
                        None => return,
                    },
                }
            }
            match self.rebuild().await {
                Ok(()) => return,
                Err(fault) => tracing::error!(%fault, "the store is still down"),
            }
        }
    }

    /// Takes the ledger over and stands where it says.
    async fn rebuild(&mut self) -> Result<(), StoreError> {
        let Loaded { ownership, facts, last_seq, last_at, session } =
            self.store.take_over(self.clock.now()).await?;
        let directory: Directory = self.store.directory(self.clock.now()).await?;
        self.clock.not_before(last_at);
        let remembered = callers::since(self.clock.now(), self.signs.call_again_ms);
        self.callers = Callers::with(self.store.caller_secret().await?);
        self.callers.keep(&self.store.callers(remembered).await?);
        self.worklist.read(self.store.callbacks().await?);
        self.names.read(&directory);
        self.notes = self.store.notes_mark().await?;
        let (read, now) = (facts.len(), self.clock.now());
        self.duty.look(now);
        self.centre = Centre::rebuild(self.duty.settings(self.settings), now, facts);
        (self.ownership, self.next_seq, self.session) = (ownership, last_seq + 1, session);
        tracing::info!(facts = read, last_seq, "rebuilt from the ledger");
        if let Err(broken) = self.centre.check() {
            tracing::error!(broken, "the rebuilt machine doubts itself");
        }
        self.tell_status();
        Ok(())
    }
}

/// The hub cannot store anything: the line may come again.
fn send_away(item: Item) {
    match item {
        // The queue of a new line is empty; if its reader is gone, nobody needs the word.
        Item::Hello(_, Hello::Operator { out, .. }) => {
            let _ = out.try_send(link::message::Down::Goodbye { code: Code::StoreDown });
        }
        Item::Hello(_, Hello::Booth { out, .. }) => {
            let _ = out.try_send(link::message::Down::Goodbye { code: Code::StoreDown });
        }
        Item::Hello(_, Hello::Exchange { out, .. }) => {
            let _ = out.try_send(link::message::Down::Goodbye { code: Code::StoreDown });
        }
        Item::Operator(..)
        | Item::Booth(..)
        | Item::Exchange(..)
        | Item::Gone(_)
        | Item::TokenRevoked(_)
        | Item::IsInTalk(..)
        | Item::Notes(_)
        | Item::Directory(_) => {}
    }
}
