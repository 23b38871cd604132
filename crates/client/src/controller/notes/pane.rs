//! The note that is being written: what was typed, what of it is on the disk, and whether the work is over. Knows no
//! list and no other record.

use desk::code::Code;
use desk::contact::Disposition;
use desk::ids::{ContactId, OperatorId};
use desk::note::hold::{self, Held};
use desk::note::revision::{RevId, RevKind};
use desk::note::{Facts, Note, NoteId, Person, Record, SheetKind, TextField, Written, join, need, tidy};
use desk::time::{Millis, Time};
use link::state::{ContactCard, PhoneNumber};

use super::facts;
use super::port::{Draft, VaultJob, Writing};
use crate::view::notes::{Hit, NeedField, NotePane, Saved, SheetRow, VaultTrouble};

/// Between two tries to write what the disk did not take: a full disk shows within a second that it has room again.
pub(super) const AGAIN: Millis = Millis::seconds(1);

/// What is on its way to the disk. One at a time: what is typed meanwhile goes with the next one.
#[derive(Debug, PartialEq, Eq)]
enum OnWay {
    Nothing,
    Draft { at: Time, held_back: bool },
    Revision { at: Time, note: Box<Note> },
}

/// Whether the server knows that the wrap-up is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    No { again: Option<Time> },
    Yes,
}

/// 発信番号を使う.
#[derive(Debug, PartialEq, Eq)]
enum Number {
    /// Nobody asked for it.
    Unasked,
    /// The server was asked.
    Asked,
    /// It stands in the field since `version`; a page that has not seen that yet still has `before`.
    Taken { version: u32, before: String },
}

/// One note in the pane.
#[derive(Debug)]
pub(super) struct Pane {
    pub(super) note: NoteId,
    pub(super) facts: Facts,
    pub(super) earlier: Vec<Hit>,
    pub(super) sheet: Option<SheetRow>,
    /// A record of another time was taken up again: it may be left as it is.
    pub(super) changing: bool,
    written: Written,
    version: u32,
    /// Where the next sign goes.
    caret: Option<(TextField, u32)>,
    /// What may reach the disk now, and what the guard says.
    held: Held,
    /// The heads that this changes, and what they say.
    parents: Vec<RevId>,
    base: Vec<Record>,
    saved: Saved,
    on_way: OnWay,
    /// Something is newer than the disk.
    dirty: bool,
    /// The disk did not take it: not before this time again.
    again: Option<Time>,
    /// 対応を完了 was pressed, and what was pressed for is not on the disk yet.
    wants_finish: bool,
    /// What the finished revision says, while nothing was changed after it.
    finished: Option<Box<Note>>,
    /// 対応を完了 was pressed in this pane.
    done: bool,
    /// Whether the server was told that this contact's wrap-up is over.
    told: Told,
    number: Number,
}

impl Pane {
    /// A new note. A contact's is kept from its first moment, so that no contact is without one.
    pub(super) fn new(note: NoteId, facts: Facts) -> Pane {
        let dirty = facts.contact.is_some();
        Pane::with(note, Note { facts, written: Written::default(), finished: false }, dirty)
    }

    /// Goes on with a draft.
    pub(super) fn resumed(draft: Draft, note: Note, base: Vec<Record>) -> Pane {
        let at = draft.at;
        let mut pane = Pane::with(draft.note, note, false);
        (pane.parents, pane.base) = (draft.parents, base);
        pane.saved = Saved::Draft { at, held_back: false };
        pane
    }

    /// Goes on with what was stored.
    pub(super) fn stored(note: NoteId, rev: RevId, at: Time, synced: bool, head: Note) -> Pane {
        let finished = head.finished.then(|| Box::new(head.clone()));
        let mut pane = Pane::with(note, head.clone(), false);
        (pane.parents, pane.base, pane.finished) = (vec![rev], vec![Record::Note(head)], finished);
        pane.saved = Saved::Stored { at, synced };
        pane
    }

    fn with(name: NoteId, note: Note, dirty: bool) -> Pane {
        let held = hold::hold(&note.written, None, &note.written);
        Pane {
            note: name,
            facts: note.facts,
            earlier: Vec::new(),
            sheet: None,
            changing: false,
            written: note.written,
            version: 1,
            caret: None,
            held,
            parents: Vec::new(),
            base: Vec::new(),
            saved: Saved::Empty,
            on_way: OnWay::Nothing,
            dirty,
            again: None,
            wants_finish: false,
            finished: None,
            done: false,
            told: Told::No { again: None },
            number: Number::Unasked,
        }
    }

    pub(super) fn contact(&self) -> Option<ContactId> {
        self.facts.contact
    }

    pub(super) fn written(&self) -> &Written {
        &self.written
    }

    /// Every word of it is in a finished revision on the disk.
    pub(super) fn is_finished(&self) -> bool {
        self.finished.is_some() && !self.dirty && !self.wants_finish && self.on_way == OnWay::Nothing
    }

    /// Nothing is left to do with it once its contact is over.
    pub(super) fn is_done(&self) -> bool {
        self.is_finished() && (self.done || !self.changing)
    }

    /// It may be put away unfinished: no contact waits for it.
    pub(super) fn may_leave(&self) -> bool {
        self.contact().is_none() || self.changing
    }

    /// Nobody wrote anything.
    pub(super) fn is_empty(&self) -> bool {
        self.written == Written::default() && self.parents.is_empty()
    }

    /// Something was typed or chosen. `version`: what the page had before it.
    pub(super) fn edit(&mut self, mut written: Written, caret: Option<(TextField, u32)>, version: u32) {
        if let Number::Taken { version: since, before } = &self.number
            && version < *since
            && written.person.phone == *before
        {
            // It was on its way when the number came: both stay, and the page is told again.
            written.person.phone.clone_from(&self.written.person.phone);
            self.version += 1;
        }
        let changed = written != self.written;
        (self.written, self.caret) = (written, caret);
        let kept = self.hold();
        if changed || kept {
            self.touched();
        }
        if changed {
            (self.finished, self.wants_finish) = (None, false);
        }
    }

    /// Nothing is typed at the caret any more: what was held back for it can be judged.
    pub(super) fn blur(&mut self) {
        self.caret = None;
        if self.hold() {
            self.touched();
        }
    }

    /// 下書き保存: everything that may be kept at all.
    pub(super) fn save(&mut self) {
        let held = hold::explicit(&self.written, &self.held.keep);
        if held.keep != self.held.keep || self.saved == Saved::Empty {
            self.touched();
        }
        self.held = held;
    }

    /// The result that was chosen outside the pane.
    pub(super) fn choose(&mut self, disposition: Disposition) {
        if self.written.disposition != Some(disposition) {
            let written = Written { disposition: Some(disposition), ..self.written.clone() };
            self.edit(written, None, self.version);
            self.version += 1;
        }
    }

    /// Whose number the server is asked for.
    ///
    /// # Errors
    /// `no_number`: nobody called, or no number was told.
    pub(super) fn wants_number(&mut self) -> Result<ContactId, Code> {
        let known = self.facts.caller_key.as_ref().and(self.contact());
        let contact = known.ok_or(Code::NoNumber)?;
        self.number = Number::Asked;
        Ok(contact)
    }

    /// The number that was asked for.
    pub(super) fn take_number(&mut self, number: &PhoneNumber) {
        if self.number != Number::Asked {
            return;
        }
        // With its hyphens: eleven digits in a row could still become an Individual Number, and would not be kept.
        let phone = tidy::phone(&number.0).unwrap_or_else(|_| number.0.clone());
        let before = self.written.person.phone.clone();
        let person = Person { phone, ..self.written.person.clone() };
        self.edit(Written { person, ..self.written.clone() }, None, self.version);
        self.version += 1;
        self.number = Number::Taken { version: self.version, before };
    }

    /// Judges the fields anew. True: what may be kept has changed.
    fn hold(&mut self) -> bool {
        let held = hold::hold(&self.written, self.caret, &self.held.keep);
        let changed = held.keep != self.held.keep;
        self.held = held;
        changed
    }

    fn touched(&mut self) {
        self.dirty = true;
        self.again = None;
        self.saved = Saved::Writing;
    }

    /// The contact's card has changed.
    pub(super) fn follow(&mut self, card: &ContactCard) {
        let before = self.facts.clone();
        facts::follow(&mut self.facts, card);
        if self.facts != before {
            self.dirty |= self.finished.is_none();
        }
    }

    /// The server has taken the contact away: its facts are complete. `server`: its clock.
    pub(super) fn contact_is_over(&mut self, server: Time) {
        if self.facts.ended.is_none() {
            self.facts.ended = Some(server);
            self.dirty |= self.finished.is_none();
        }
    }

    /// 対応を完了. Whether anything is missing is in the view already.
    ///
    /// # Errors
    /// What the guard says, where the text must not be kept.
    /// `closed`: when the work was over, by the server's clock; none: the talk goes on.
    pub(super) fn finish(&mut self, closed: Option<Time>) -> Result<(), Code> {
        if let Some(code) = self.held.findings.iter().find_map(|finding| finding.blocked) {
            return Err(code);
        }
        if !self.missing().is_empty() {
            return Ok(());
        }
        self.done = true;
        if self.finished.is_some() {
            return Ok(());
        }
        let next = Record::Note(self.as_finished());
        let base: Vec<&Record> = self.base.iter().collect();
        if let Some(code) = join::refusal(&base, &next) {
            return Err(code);
        }
        self.facts.closed = self.facts.closed.or(closed);
        (self.wants_finish, self.again) = (true, None);
        Ok(())
    }

    fn as_finished(&self) -> Note {
        let written = need::only_needed(&self.written, self.facts.channel);
        Note { facts: self.facts.clone(), written, finished: true }
    }

    fn missing(&self) -> Vec<NeedField> {
        need::missing(&self.written, self.facts.channel, self.sheet_on_disk())
    }

    /// The kind of its sheet, as far as nothing can take it away any more.
    fn sheet_on_disk(&self) -> Option<SheetKind> {
        self.sheet.as_ref().filter(|sheet| !sheet.unsaved).map(|sheet| sheet.kind)
    }

    /// What is to be written next, when nothing is on its way.
    pub(super) fn next_job(&mut self, now: Time, author: OperatorId) -> Option<VaultJob> {
        if self.on_way != OnWay::Nothing || self.again.is_some_and(|again| now < again) {
            return None;
        }
        let (note, parents) = (self.note, self.parents.clone());
        if self.wants_finish {
            let record = self.as_finished();
            self.on_way = OnWay::Revision { at: now, note: Box::new(record.clone()) };
            self.saved = Saved::Writing;
            let (kind, record) = (RevKind::Edit, Some(Record::Note(record)));
            return Some(VaultJob::Write(Box::new(Writing { note, parents, author, kind, record, at: now })));
        }
        self.draft(now)
    }

    /// Nobody will be there for an answer: what is newer than what is on its way follows it at once.
    pub(super) fn last_job(&mut self, now: Time) -> Option<VaultJob> {
        self.wants_finish = false;
        self.blur();
        self.draft(now)
    }

    fn draft(&mut self, now: Time) -> Option<VaultJob> {
        if !self.dirty {
            return None;
        }
        self.dirty = false;
        self.on_way = OnWay::Draft { at: now, held_back: self.held.held_back };
        let (note, parents) = (self.note, self.parents.clone());
        let (facts, written) = (self.facts.clone(), self.held.keep.clone());
        let record = Record::Note(Note { facts, written, finished: false });
        Some(VaultJob::Draft(Box::new(Draft { note, parents, record, at: now })))
    }

    /// Nothing of it is newer than the disk.
    pub(super) fn is_safe(&self) -> bool {
        !self.dirty && !self.wants_finish && self.on_way == OnWay::Nothing
    }

    /// The draft is on the disk, or not.
    pub(super) fn drafted(&mut self, now: Time, failed: Option<VaultTrouble>) {
        let OnWay::Draft { at, held_back } = self.on_way else { return };
        self.on_way = OnWay::Nothing;
        match failed {
            Some(_) => self.failed(now),
            None if self.dirty => {}
            None => self.saved = Saved::Draft { at, held_back },
        }
    }

    /// The revision is on the disk, or not.
    pub(super) fn wrote(&mut self, now: Time, rev: Result<RevId, VaultTrouble>) {
        let OnWay::Revision { at, note } = std::mem::replace(&mut self.on_way, OnWay::Nothing) else {
            return;
        };
        let Ok(rev) = rev else { return self.failed(now) };
        (self.parents, self.base) = (vec![rev], vec![Record::Note((*note).clone())]);
        if self.wants_finish {
            // Nothing was typed since it was pressed: fields that this result does not need are gone.
            if self.written != note.written {
                self.version += 1;
                self.written.clone_from(&note.written);
                self.hold();
            }
            (self.wants_finish, self.dirty) = (false, false);
            self.saved = Saved::Stored { at, synced: false };
            self.finished = Some(note);
        }
    }

    fn failed(&mut self, now: Time) {
        (self.saved, self.dirty) = (Saved::Failed, true);
        self.again = Some(now + AGAIN);
    }

    /// The vault can be written again, or for the first time.
    pub(super) fn hurry(&mut self) {
        self.again = None;
    }

    /// The vault is gone: its answers will not come.
    pub(super) fn cut_off(&mut self) {
        if std::mem::replace(&mut self.on_way, OnWay::Nothing) != OnWay::Nothing {
            self.dirty = true;
        }
        self.saved = Saved::Failed;
    }

    /// The result to be told to the server: once, when the note is safe and the wrap-up has begun. `server`: its clock.
    pub(super) fn tells_end(&mut self, now: Time, server: Time) -> Option<Disposition> {
        let disposition = self.finished.as_ref()?.written.disposition?;
        match self.told {
            Told::Yes => return None,
            Told::No { again } if again.is_some_and(|again| now < again) => return None,
            Told::No { .. } => {}
        }
        if self.on_way != OnWay::Nothing {
            return None;
        }
        self.told = Told::Yes;
        self.facts.closed = self.facts.closed.or(Some(server));
        // What has happened since it was pressed belongs to the note: the talk's end, a hold.
        self.wants_finish = self.finished.as_ref().is_some_and(|note| note.facts != self.facts);
        Some(disposition)
    }

    /// The server refused what it was told. `passes`: it is worth another try.
    pub(super) fn untold(&mut self, now: Time, passes: bool) {
        if passes {
            self.told = Told::No { again: Some(now + AGAIN) };
        }
    }

    /// When something is tried again by itself.
    pub(super) fn deadline(&self) -> Option<Time> {
        let waits = self.on_way == OnWay::Nothing && (self.dirty || self.wants_finish);
        let tell = match self.told {
            Told::No { again } => again.filter(|_| self.finished.is_some()),
            Told::Yes => None,
        };
        [self.again.filter(|_| waits), tell].into_iter().flatten().min()
    }

    /// The server has everything of this record.
    pub(super) fn synced(&mut self) {
        if let Saved::Stored { synced, .. } = &mut self.saved {
            *synced = true;
        }
    }

    pub(super) fn view(&self) -> NotePane {
        NotePane {
            note: self.note,
            facts: self.facts.clone(),
            written: self.written.clone(),
            version: self.version,
            saved: self.saved,
            missing: self.missing(),
            findings: self.held.findings.clone(),
            needs: need::needs(&self.written, self.facts.channel),
            earlier: self.earlier.clone(),
            finished: self.finished.is_some(),
            sheet: self.sheet.clone(),
        }
    }
}
