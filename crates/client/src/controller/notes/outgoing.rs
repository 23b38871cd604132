//! Revisions that are written without a pane: a sheet, a handover, a step, a resolution. Each stays in memory until the
//! disk has it, is shown as not saved, and is tried again by itself; one write of a record is on its way at a time, so
//! that nothing is doubled. Knows no rule about what may be written.

use std::collections::BTreeMap;

use desk::code::Code;
use desk::note::NoteId;
use desk::note::Record;
use desk::time::Time;

use super::pane::AGAIN;
use super::port::{Lists, VaultJob, Writing};
use crate::view::notes::{HandoverRow, SheetRow};

/// Records whose write waits for the disk: a shift that goes on with a full disk raises a few sheets, not more.
const MAX_OUTGOING: usize = 64;

/// What waits for the disk.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    by_note: BTreeMap<NoteId, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    writing: Writing,
    stands: Stands,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    /// Given to the vault, and not answered.
    OnWay,
    /// The disk did not take it: not before this time again.
    Refused { again: Time },
    /// On the disk; it stays until the lists show it.
    Stored,
}

impl Outgoing {
    /// Gives a revision to the vault.
    ///
    /// # Errors
    /// `wrong_state`: the record waits for the disk already, and a second write would make two heads of it.
    /// `too_many`: too much waits.
    pub(super) fn send(&mut self, writing: Writing) -> Result<VaultJob, Code> {
        if self.is_waiting(writing.note) {
            return Err(Code::WrongState);
        }
        if self.by_note.len() >= MAX_OUTGOING {
            return Err(Code::TooMany);
        }
        let job = VaultJob::Write(Box::new(writing.clone()));
        self.by_note.insert(writing.note, Waiting { writing, stands: Stands::OnWay });
        Ok(job)
    }

    /// What it says is newer than the disk.
    pub(super) fn is_waiting(&self, note: NoteId) -> bool {
        self.by_note.get(&note).is_some_and(|waiting| waiting.stands != Stands::Stored)
    }

    /// The disk took a record's revision, or not.
    pub(super) fn wrote(&mut self, now: Time, note: NoteId, good: bool) {
        if let Some(waiting) = self.by_note.get_mut(&note) {
            waiting.stands = if good { Stands::Stored } else { Stands::Refused { again: now + AGAIN } };
        }
    }

    /// The lists show what is stored.
    pub(super) fn listed(&mut self) {
        self.by_note.retain(|_, waiting| waiting.stands != Stands::Stored);
    }

    /// The disk can be written again: nothing waits any longer.
    pub(super) fn hurry(&mut self, now: Time) {
        for waiting in self.by_note.values_mut() {
            if let Stands::Refused { again } = &mut waiting.stands {
                *again = now;
            }
        }
    }

    /// What is to be tried again now.
    pub(super) fn due(&mut self, now: Time) -> Vec<VaultJob> {
        let due = |waiting: &&mut Waiting| match waiting.stands {
            Stands::Refused { again } => again <= now,
            Stands::OnWay | Stands::Stored => false,
        };
        let retry = |waiting: &mut Waiting| {
            waiting.stands = Stands::OnWay;
            VaultJob::Write(Box::new(waiting.writing.clone()))
        };
        self.by_note.values_mut().filter(due).map(retry).collect()
    }

    /// When something is tried again.
    pub(super) fn deadline(&self) -> Option<Time> {
        let again = |waiting: &Waiting| match waiting.stands {
            Stands::Refused { again } => Some(again),
            Stands::OnWay | Stands::Stored => None,
        };
        self.by_note.values().filter_map(again).min()
    }

    /// Puts what waits into the lists, as what it is: not saved.
    pub(super) fn show(&self, lists: &mut Lists) {
        for (note, waiting) in &self.by_note {
            let unsaved = waiting.stands != Stands::Stored;
            match &waiting.writing.record {
                Some(Record::Sheet(sheet)) => {
                    let row = SheetRow { unsaved, ..SheetRow::of(*note, sheet) };
                    put(&mut lists.sheets, row, |row| row.note);
                }
                Some(Record::Handover(handover)) => {
                    let row = HandoverRow { note: *note, handover: handover.clone(), unsaved };
                    put(&mut lists.handovers, row, |row| row.note);
                }
                Some(Record::Note(_)) | None => {}
            }
        }
    }
}

fn put<Row>(rows: &mut Vec<Row>, row: Row, name: impl Fn(&Row) -> NoteId) {
    match rows.iter_mut().find(|known| name(known) == name(&row)) {
        Some(known) => *known = row,
        None => rows.push(row),
    }
}
