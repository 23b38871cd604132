//! Steps on records that lie in the vault: a sheet moves on, a handover is dealt with, a promise is kept. What stands
//! there is looked up first, and the step is written after its heads. Knows no pane.

use desk::code::Code;
use desk::ids::OperatorId;
use desk::note::four_eyes::{self, Step};
use desk::note::revision::{NoteId, RevId, RevKind};
use desk::note::{CheckOpen, CheckRight, LeadCheck, Note, Record, Sheet, SheetStatus, join};
use link::state::Me;

use super::port::{Kept, VaultJob, Writing};
use super::{Notes, Seen};

/// Steps that wait for their record: a person makes one at a time, and the vault answers within milliseconds.
const MAX_WAITING: usize = 32;

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Amend {
    /// 連絡票: how far it is.
    Move(SheetStatus),
    /// 業務責任者確認; `alone`: of one's own words.
    Check { alone: bool },
    /// 引継ぎ済み.
    Settle,
    /// 折返しの結果.
    Promise(String),
    /// 黒塗り.
    Redact,
}

impl Notes {
    /// Looks the record up for a step.
    pub(super) fn amend(&mut self, note: NoteId, step: Amend) -> Result<(), Code> {
        self.writable()?;
        let waiting: usize = self.amends.values().map(Vec::len).sum();
        if waiting >= MAX_WAITING {
            return Err(Code::TooMany);
        }
        if self.pane.as_ref().is_some_and(|pane| pane.note == note) || self.outgoing.is_waiting(note) {
            // Two writers of one record in one desk would make two heads of it.
            return Err(Code::WrongState);
        }
        self.amends.entry(note).or_default().push(step);
        self.jobs.push(VaultJob::Read(note));
        Ok(())
    }

    /// The record is there: takes the steps that wait for it.
    pub(super) fn amends_found(&mut self, seen: Seen, note: NoteId, kept: Option<&Kept>) -> Result<(), Code> {
        if self.outgoing.is_waiting(note) {
            // What stands in the vault is older than what waits for the disk.
            return Ok(());
        }
        let Some(mut steps) = self.amends.remove(&note).filter(|steps| !steps.is_empty()) else {
            return Ok(());
        };
        let step = steps.remove(0);
        if !steps.is_empty() {
            // The next one follows what this one writes.
            self.amends.insert(note, steps);
        }
        let kept = kept.ok_or(Code::Gone)?;
        let parents: Vec<RevId> = kept.heads.iter().map(|head| head.rev).collect();
        let (kind, record) = self.amended(seen, kept, step)?;
        let author = seen.state.me.operator;
        let writing = Writing { note, parents, author, kind, record, at: seen.now };
        self.jobs.push(self.outgoing.send(writing)?);
        if self.rooms.reading_note() == Some(note) {
            self.jobs.push(VaultJob::Read(note));
        }
        Ok(())
    }

    fn amended(&self, seen: Seen, kept: &Kept, step: Amend) -> Result<(RevKind, Option<Record>), Code> {
        if step == Amend::Redact {
            return Ok((RevKind::Redact, None));
        }
        // Two heads are put together by a person first.
        let [head] = kept.heads.as_slice() else { return Err(Code::WrongState) };
        let mut record = head.record.clone();
        let me = &seen.state.me;
        match (&mut record, step) {
            (Record::Sheet(sheet), Amend::Move(status)) => moved(sheet, status)?,
            (Record::Sheet(sheet), Amend::Check { alone }) => checked(sheet, me, seen, alone)?,
            (Record::Handover(handover), Amend::Settle) if handover.settled.is_none() => {
                handover.settled = Some((me.name.clone(), seen.server));
            }
            (Record::Note(note), Amend::Promise(result)) => promised(note, result)?,
            (Record::Handover(_), Amend::Settle) => return Err(Code::Gone),
            (
                Record::Note(_) | Record::Sheet(_) | Record::Handover(_),
                Amend::Move(_) | Amend::Check { .. } | Amend::Settle | Amend::Promise(_) | Amend::Redact,
            ) => return Err(Code::WrongState),
        }
        match refusal(seen, &[&head.record], &record) {
            Some(code) => Err(code),
            None => Ok((RevKind::Edit, Some(record))),
        }
    }
}

/// Each step follows the one before; one step back takes a slip of the finger back.
fn moved(sheet: &mut Sheet, status: SheetStatus) -> Result<(), Code> {
    let (from, to) = (place(sheet.status), place(status));
    if from.abs_diff(to) != 1 {
        return Err(Code::WrongState);
    }
    sheet.status = status;
    Ok(())
}

fn place(status: SheetStatus) -> u8 {
    match status {
        SheetStatus::Unsent => 0,
        SheetStatus::Sent => 1,
        SheetStatus::Confirmed => 2,
        SheetStatus::Done => 3,
    }
}

/// A second pair of eyes, or the writer's own where that was said and may be.
fn checked(sheet: &mut Sheet, me: &Me, seen: Seen, alone: bool) -> Result<(), Code> {
    match (CheckOpen::of(sheet).right(me.operator, seen.leads()), alone) {
        (CheckRight::Second, _) | (CheckRight::Alone, true) => {}
        (CheckRight::Alone, false) | (CheckRight::None, _) => return Err(Code::WrongState),
    }
    let alone = sheet.writer() == me.operator;
    sheet.checked = Some(LeadCheck { operator: me.operator, name: me.name.clone(), at: seen.server, alone });
    Ok(())
}

/// Why a record must not be written after these heads: the guard, and the second pair of eyes of a sheet.
pub(super) fn refusal(seen: Seen, previous: &[&Record], next: &Record) -> Option<Code> {
    if let Some(code) = join::refusal(previous, next) {
        return Some(code);
    }
    let next = sheet_of(next)?;
    let sheets: Vec<&Sheet> = previous.iter().filter_map(|record| sheet_of(record)).collect();
    let (author, lead) = (seen.state.me.operator, seen.leads());
    four_eyes::refusal(Step { previous: &sheets, next, author, lead, first: previous.is_empty() })
}

pub(super) fn sheet_of(record: &Record) -> Option<&Sheet> {
    match record {
        Record::Sheet(sheet) => Some(sheet),
        Record::Note(_) | Record::Handover(_) => None,
    }
}

fn promised(note: &mut Note, result: String) -> Result<(), Code> {
    if note.written.promise.due.is_none() {
        return Err(Code::Gone);
    }
    if result.trim().is_empty() {
        return Err(Code::BadLength);
    }
    note.written.promise.result = result;
    Ok(())
}

/// A resolution by a person: `heads` were looked at.
pub(super) fn resolution(
    note: NoteId,
    heads: Vec<RevId>,
    author: OperatorId,
    record: Record,
    seen: Seen,
) -> Writing {
    Writing { note, parents: heads, author, kind: RevKind::Resolve, record: Some(record), at: seen.now }
}
