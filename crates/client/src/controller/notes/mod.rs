//! What this desk does about notes: the pane that opens with the contact, the records that are read and changed, the
//! lists, and the lock. Decides alone; the vault is asked by [`VaultJob`]s and answers by [`VaultNews`].
//!
//! Refuses to know: databases, keys, the line and the sync. Nothing is called saved before the vault has said so.

mod amend;
mod draw;
mod facts;
mod flow;
mod lock;
mod names;
mod outgoing;
mod pane;
mod port;
mod rooms;
mod write;

use std::collections::BTreeMap;

use desk::code::Code;
use desk::contact::{Disposition, Phase};
use desk::ids::ContactId;
use desk::note::NoteId;
use desk::time::Time;
use link::state::{DeskState, PhoneNumber};

use crate::view::notes::{NoteIntent, Told, VaultTrouble};
use amend::Amend;
use lock::Lock;
use names::Names;
use outgoing::Outgoing;
use pane::Pane;
pub use port::{Draft, Filter, Kept, KeptHead, Lists, NotOpened, Opened, VaultJob, VaultNews, Writing};
use rooms::Rooms;

/// What a step of the notes sees of the desk around it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    /// This machine's clock.
    pub now: Time,
    /// The server's clock, as far as it is known.
    pub server: Time,
    /// What the desk shows.
    pub state: &'a DeskState,
}

impl Seen<'_> {
    /// The operator leads the shift.
    fn leads(&self) -> bool {
        self.state.wall.is_some()
    }
}

/// Whether there is a vault to write into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Door {
    /// Nobody is signed in, or this desk has no folder for notes.
    #[default]
    None,
    /// Asked for.
    Opening,
    /// Open.
    Open,
    /// It should be open, and is not.
    Shut(VaultTrouble),
}

/// The notes of one operator at this desk.
#[derive(Debug, Default)]
pub(super) struct Notes {
    door: Door,
    names: Names,
    pane: Option<Pane>,
    /// Put away, and not yet on the disk as they were left.
    leaving: Vec<Pane>,
    /// Unfinished texts that the vault had when it was opened, by their contact or waiting for their turn.
    drafts: Vec<Draft>,
    lists: Lists,
    rooms: Rooms,
    lock: Lock,
    /// The vault cannot write at the moment.
    trouble: Option<VaultTrouble>,
    told: Option<Told>,
    /// Steps on other records, until the vault has shown what stands there.
    amends: BTreeMap<NoteId, Vec<Amend>>,
    /// Revisions without a pane, until the disk has them.
    outgoing: Outgoing,
    /// A record that was looked up to go on with it in the pane.
    taking: Option<NoteId>,
    /// The number of unsynced revisions that the server was told.
    counted: Option<u32>,
    jobs: Vec<VaultJob>,
}

impl Notes {
    /// The vault was asked for.
    pub(super) fn opening(&mut self) {
        if self.door != Door::Open {
            self.door = Door::Opening;
        }
    }

    /// A vault was asked for in this session.
    pub(super) fn was_asked_for(&self) -> bool {
        self.door != Door::None
    }

    pub(super) fn is_open(&self) -> bool {
        self.door == Door::Open
    }

    /// A password that was given opens the vault, which nothing else could.
    pub(super) fn wants_password(&self) -> bool {
        self.door == Door::Shut(VaultTrouble::Locked)
    }

    /// The operator leaves: what was typed goes to the disk, then nothing stays in memory.
    pub(super) fn close(&mut self, seen: Option<Seen>) -> Vec<VaultJob> {
        if let Some(seen) = seen {
            self.write_last(seen);
        }
        let jobs = std::mem::take(&mut self.jobs);
        *self = Notes::default();
        jobs
    }

    /// A person did something with notes.
    ///
    /// # Errors
    /// Why it cannot be done.
    pub(super) fn intent(&mut self, seen: Seen, intent: NoteIntent) -> Result<(), Code> {
        self.lock.touched(seen.now);
        if !matches!(intent, NoteIntent::Awake) {
            self.told = None;
        }
        if self.lock.is_locked() {
            return self.locked_intent(intent);
        }
        match intent {
            NoteIntent::Edit { note, written, caret, version } => {
                self.of(note)?.edit(*written, caret, version);
                Ok(())
            }
            // The line is asked before it comes here.
            NoteIntent::TakeNumber { .. } => Ok(()),
            NoteIntent::Save { note } => {
                self.of(note)?.save();
                Ok(())
            }
            NoteIntent::Finish { note } => {
                let closed = self.closed(seen);
                self.of(note)?.finish(closed)
            }
            NoteIntent::New => self.begin(seen),
            NoteIntent::Leave => self.put_away(seen),
            NoteIntent::RaiseSheet { note, sheet, urgency, summary, household } => {
                self.raise(seen, note, sheet, urgency, summary, household)
            }
            NoteIntent::MoveSheet { note, status } => self.amend(note, Amend::Move(status)),
            NoteIntent::CheckSheet { note, alone } => {
                self.lead(seen).and_then(|()| self.amend(note, Amend::Check { alone }))
            }
            NoteIntent::Handover { text, note } => self.hand_over(seen, text, note),
            NoteIntent::SettleHandover { note } => self.amend(note, Amend::Settle),
            NoteIntent::SettlePromise { note, result } => self.amend(note, Amend::Promise(result)),
            NoteIntent::Resolve { note, heads, record } => self.resolve(seen, note, heads, *record),
            NoteIntent::Redact { note } => self.lead(seen).and_then(|()| self.amend(note, Amend::Redact)),
            NoteIntent::Change { note } => self.take(seen, note),
            NoteIntent::Lock => self.lock(seen),
            NoteIntent::Unlock { .. } | NoteIntent::Awake => Ok(()),
            NoteIntent::Search { .. }
            | NoteIntent::SearchOlder
            | NoteIntent::Read { .. }
            | NoteIntent::ShowPerson
            | NoteIntent::Manual { .. }
            | NoteIntent::Article { .. }
            | NoteIntent::ExportSheets { .. }
            | NoteIntent::ImportSheets { .. } => self.room(seen, intent),
        }
    }

    /// 発信番号を使う: of which contact the server is to be asked.
    ///
    /// # Errors
    /// Why there is nothing to ask for.
    pub(super) fn wants_number(&mut self, note: NoteId) -> Result<ContactId, Code> {
        if self.lock.is_locked() {
            return Err(Code::Locked);
        }
        self.of(note)?.wants_number()
    }

    /// The server has told a caller's number: it goes into the field as if it had been typed, and nowhere else.
    pub(super) fn take_number(&mut self, contact: ContactId, number: PhoneNumber) {
        if let Some(pane) = self.pane.as_mut().filter(|pane| pane.contact() == Some(contact)) {
            pane.take_number(&number);
        }
    }

    /// 対応を完了 outside the pane. False: there is no note that must be finished first.
    ///
    /// # Errors
    /// Why the note cannot be finished.
    pub(super) fn finish(&mut self, seen: Seen, disposition: Disposition) -> Result<bool, Code> {
        let (writable, closed) = (self.is_open(), self.closed(seen));
        let Some(pane) = self.pane.as_mut().filter(|pane| writable && pane.contact().is_some()) else {
            return Ok(false);
        };
        if !pane.is_finished() {
            pane.choose(disposition);
            pane.finish(closed)?;
        }
        Ok(true)
    }

    /// A contact's note is not safe yet, although the server holds nothing back for it (domain C-1).
    pub(super) fn keeps_from_duty(&self, contact: Option<ContactId>) -> bool {
        let owed = |pane: &&Pane| {
            pane.contact().is_some() && pane.contact() != contact && !pane.changing && !pane.is_finished()
        };
        self.is_open() && self.pane.as_ref().filter(owed).is_some()
    }

    /// Nothing else is typed before this: an offer was accepted, or the window closes.
    pub(super) fn flush(&mut self, seen: Seen) {
        if let Some(pane) = &mut self.pane {
            pane.blur();
        }
        self.settle_pane(seen);
    }

    /// The desk ends: everything that is newer than the disk goes there, whatever is on its way already.
    pub(super) fn write_last(&mut self, seen: Seen) {
        if self.is_open() {
            let open = self.pane.iter_mut().chain(&mut self.leaving);
            self.jobs.extend(open.filter_map(|pane| pane.last_job(seen.now)));
            self.outgoing.hurry(seen.now);
            self.jobs.extend(self.outgoing.due(seen.now));
        }
    }

    /// When to look again at the latest, and why.
    pub(super) fn deadline(&self, lock_after: desk::time::Millis) -> Option<(Time, &'static str)> {
        let writable = self.is_open();
        let open = self.pane.iter().chain(&self.leaving).filter(|_| writable);
        let waiting = self.outgoing.deadline().filter(|_| writable);
        let draft = open.filter_map(Pane::deadline).chain(waiting).min();
        let lock = self.lock.deadline(lock_after).filter(|_| writable);
        let draft = draft.map(|at| (at, "draft"));
        [draft, lock.map(|at| (at, "lock"))].into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    pub(super) fn jobs(&mut self) -> Vec<VaultJob> {
        std::mem::take(&mut self.jobs)
    }

    /// When the work on the pane's contact was over; none: it goes on.
    fn closed(&self, seen: Seen) -> Option<Time> {
        let pane = self.pane.as_ref()?;
        let card = seen.state.contact.as_ref().filter(|card| pane.contact() == Some(card.contact));
        card.is_none_or(|card| card.phase == Phase::Wrapping).then_some(seen.server)
    }

    fn of(&mut self, note: NoteId) -> Result<&mut Pane, Code> {
        self.pane.as_mut().filter(|pane| pane.note == note).ok_or(Code::Gone)
    }

    fn writable(&self) -> Result<(), Code> {
        if self.is_open() { Ok(()) } else { Err(Code::StoreDown) }
    }

    fn lead(&self, seen: Seen) -> Result<(), Code> {
        if seen.leads() { Ok(()) } else { Err(Code::Unauthorised) }
    }
}
