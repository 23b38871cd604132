//! The pane's way: opens with the contact, follows it, is finished, and makes room for the next. Also what the vault
//! tells. Knows no sheet's rules and no search.

use desk::code::Code;
use desk::contact::{Disposition, Phase};
use desk::ids::ContactId;
use desk::note::{Note, NoteId, Record};
use link::state::ContactCard;

use super::pane::Pane;
use super::port::{Draft, Kept, NotOpened, Opened, VaultJob, VaultNews};
use super::{Door, Names, Notes, Seen, facts};
use crate::view::notes::{LocalRow, VaultTrouble};

impl Notes {
    /// After each input: the pane follows the contact, and what is newer than the disk goes there.
    pub(in super::super) fn settle(&mut self, seen: Seen) {
        self.follow_contact(seen);
        self.settle_pane(seen);
        self.lock_when_idle(seen);
    }

    pub(super) fn settle_pane(&mut self, seen: Seen) {
        if self.door == Door::Open {
            let open = self.pane.iter_mut().chain(&mut self.leaving);
            self.jobs.extend(open.filter_map(|pane| pane.next_job(seen.now, seen.state.me.operator)));
            self.jobs.extend(self.outgoing.due(seen.now));
        }
    }

    fn follow_contact(&mut self, seen: Seen) {
        let card = seen.state.contact.as_ref().filter(|card| in_hand(card.phase));
        let Some(card) = card else { return self.contact_is_gone(seen) };
        if self.door == Door::None {
            return;
        }
        if self.pane.as_ref().and_then(Pane::contact) != Some(card.contact) {
            self.open_for(seen, card);
        }
        if let Some(pane) = &mut self.pane {
            pane.follow(card);
        }
    }

    fn open_for(&mut self, seen: Seen, card: &ContactCard) {
        self.step_aside(seen);
        let drafted = self.drafts.iter().position(|draft| contact_of(&draft.record) == Some(card.contact));
        let pane = match drafted.map(|place| self.drafts.remove(place)) {
            Some(draft) => resumed(draft, None),
            None => None,
        };
        let pane =
            pane.unwrap_or_else(|| Pane::new(self.names.next(seen.now), facts::of(card, &seen.state.me)));
        self.look_back(&pane);
        self.pane = Some(pane);
        self.look_for_finished(card);
    }

    /// The pane makes room for a contact; what was typed in it stays as a draft.
    fn step_aside(&mut self, seen: Seen) {
        self.flush(seen);
        match self.pane.take() {
            Some(pane) if pane.is_empty() && pane.contact().is_none() => {
                self.jobs.push(VaultJob::Forget(pane.note));
            }
            // The disk has not taken it yet: it is tried until it has.
            Some(pane) if !pane.is_safe() => self.leaving.push(pane),
            Some(_) | None => {}
        }
    }

    /// This desk may have stored the contact's note before it was started again.
    fn look_for_finished(&mut self, card: &ContactCard) {
        let mine = |row: &&LocalRow| row.number == card.number && row.sheet.is_none() && !row.draft;
        if let Some(row) = self.lists.local.iter().find(mine).filter(|_| self.taking.is_none()) {
            self.taking = Some(row.note);
            self.jobs.push(VaultJob::Read(row.note));
        }
    }

    fn look_back(&mut self, pane: &Pane) {
        if let Some(key) = pane.facts.caller_key.clone().filter(|_| self.is_open()) {
            self.jobs.push(VaultJob::Earlier { note: pane.note, key });
        }
    }

    fn contact_is_gone(&mut self, seen: Seen) {
        let Some(pane) = &mut self.pane else { return };
        if pane.contact().is_some() && !pane.changing {
            pane.contact_is_over(seen.server);
        }
        if pane.is_done() {
            self.pane = None;
        }
    }

    /// The result to tell the server, once the talk is over and the note is safe.
    pub(in super::super) fn tells_end(&mut self, seen: Seen) -> Option<(ContactId, Disposition)> {
        let card = seen.state.contact.as_ref().filter(|card| card.phase == Phase::Wrapping)?;
        let pane = self.pane.as_mut().filter(|pane| pane.contact() == Some(card.contact))?;
        let disposition = pane.tells_end(seen.now, seen.server)?;
        self.settle_pane(seen);
        Some((card.contact, disposition))
    }

    /// The server refused what it was told.
    pub(in super::super) fn untold(&mut self, seen: Seen, contact: ContactId, code: Code) {
        if let Some(pane) = self.pane.as_mut().filter(|pane| pane.contact() == Some(contact)) {
            pane.untold(seen.now, code.passes());
        }
    }

    /// How many revisions the server does not have, when it was told another number. `line_up`: it can be told.
    pub(in super::super) fn tells_count(&mut self, line_up: bool) -> Option<u32> {
        let count = self.lists.unsynced;
        if !line_up || !self.is_open() || self.counted == Some(count) {
            return None;
        }
        self.counted = Some(count);
        Some(count)
    }

    /// A new line: the server knows no count of this desk.
    pub(in super::super) fn uncounted(&mut self) {
        self.counted = None;
    }

    /// 記録を書く.
    pub(super) fn begin(&mut self, seen: Seen) -> Result<(), Code> {
        self.writable()?;
        if self.pane.as_ref().is_some_and(|pane| pane.contact().is_none() && pane.is_empty()) {
            return Ok(());
        }
        self.make_room(seen)?;
        let note = self.names.next(seen.now);
        let me = &seen.state.me;
        self.pane = Some(Pane::new(note, facts::aside(note, seen.server, me.operator, &me.name)));
        Ok(())
    }

    /// Puts a note without a contact away.
    pub(super) fn put_away(&mut self, seen: Seen) -> Result<(), Code> {
        if !self.pane.as_ref().is_some_and(Pane::may_leave) {
            return Err(Code::WrongState);
        }
        self.step_aside(seen);
        self.jobs.push(VaultJob::Lists);
        Ok(())
    }

    /// The pane is wanted for another record.
    pub(super) fn make_room(&mut self, seen: Seen) -> Result<(), Code> {
        match &self.pane {
            None => Ok(()),
            Some(pane) if pane.may_leave() => self.put_away(seen),
            Some(_) => Err(Code::WrongState),
        }
    }

    /// Takes a record into the pane, to be changed.
    pub(super) fn take(&mut self, seen: Seen, note: NoteId) -> Result<(), Code> {
        self.writable()?;
        if self.pane.as_ref().is_some_and(|pane| pane.note == note) {
            return Ok(());
        }
        self.make_room(seen)?;
        self.taking = Some(note);
        self.jobs.push(VaultJob::Read(note));
        Ok(())
    }

    /// The vault told something.
    pub(in super::super) fn news(&mut self, seen: Seen, news: VaultNews) -> Result<(), Code> {
        match news {
            VaultNews::Opened(opened) => self.opened(seen, *opened),
            VaultNews::NotOpened(why) => self.not_opened(why),
            VaultNews::Drafted { note, failed } => {
                self.trouble = failed;
                let mut open = self.pane.iter_mut().chain(&mut self.leaving);
                if let Some(pane) = open.find(|pane| pane.note == note) {
                    pane.drafted(seen.now, failed);
                }
                self.leaving.retain(|pane| !pane.is_safe());
            }
            VaultNews::Wrote { note, rev } => self.wrote(seen, note, rev),
            VaultNews::Read { note, kept } => return self.read(seen, note, kept.map(|kept| *kept)),
            VaultNews::Lists(lists) => self.listed(seen, *lists),
            VaultNews::Earlier { note, hits } => {
                if let Ok(pane) = self.of(note) {
                    pane.earlier = hits;
                }
            }
            VaultNews::Checked(good) => self.lock.checked(seen.now, good),
            VaultNews::Told(told) => {
                self.told = Some(told);
                self.jobs.push(VaultJob::Lists);
            }
            VaultNews::Moved => self.moved(),
            VaultNews::Trouble(trouble) => {
                self.trouble = trouble;
                if trouble.is_none() {
                    self.outgoing.hurry(seen.now);
                    self.pane.iter_mut().for_each(Pane::hurry);
                }
            }
            VaultNews::Found { serial, hits } => self.rooms.found(serial, hits),
            VaultNews::Older(more) => self.jobs.extend(self.rooms.further(more)),
            VaultNews::Articles { words, found } => self.rooms.articles(&words, found),
            VaultNews::Article(text) => self.rooms.article(text),
            // The session's, not the notes'.
            VaultNews::Unauthorised => {}
        }
        Ok(())
    }

    fn opened(&mut self, seen: Seen, opened: Opened) {
        if self.door == Door::Open {
            return;
        }
        self.door = Door::Open;
        self.trouble = None;
        self.names = Names::new(opened.seed);
        self.drafts = opened.drafts;
        self.lock.touched(seen.now);
        self.jobs.push(VaultJob::Lists);
        self.take_over_draft(seen);
    }

    /// A pane that stood before the vault was open: it goes on with what the vault has of the same contact, unless
    /// something was typed meanwhile.
    fn take_over_draft(&mut self, seen: Seen) {
        let Some(pane) = &mut self.pane else { return };
        pane.hurry();
        if pane.is_empty() {
            self.pane = None;
            self.follow_contact(seen);
        }
    }

    fn not_opened(&mut self, why: NotOpened) {
        if self.door == Door::Open {
            return;
        }
        self.door = match why {
            NotOpened::NoFolder => Door::None,
            NotOpened::Locked | NotOpened::WrongPassword => Door::Shut(VaultTrouble::Locked),
            NotOpened::NeverHere | NotOpened::TooLong => Door::Shut(VaultTrouble::Broken),
            NotOpened::Trouble(trouble) => Door::Shut(trouble),
        };
        self.trouble = match self.door {
            Door::Shut(trouble) => Some(trouble),
            Door::None => Some(VaultTrouble::Broken),
            Door::Opening | Door::Open => None,
        };
        if let Some(pane) = &mut self.pane {
            pane.cut_off();
        }
    }

    fn wrote(&mut self, seen: Seen, note: NoteId, rev: Result<desk::note::revision::RevId, VaultTrouble>) {
        self.trouble = rev.as_ref().err().copied();
        self.outgoing.wrote(seen.now, note, rev.is_ok());
        if rev.is_ok() && self.amends.contains_key(&note) {
            // The next step follows what this one wrote.
            self.jobs.push(VaultJob::Read(note));
        }
        self.mark_sheet(note, rev.is_ok());
        if let Some(pane) = self.pane.as_mut().filter(|pane| pane.note == note) {
            pane.wrote(seen.now, rev);
        }
        self.jobs.push(VaultJob::Lists);
        self.contact_settled(seen);
    }

    /// The pane's sheet is on the disk, or waits for it.
    fn mark_sheet(&mut self, sheet: NoteId, good: bool) {
        let row = self.pane.as_mut().and_then(|pane| pane.sheet.as_mut());
        if let Some(row) = row.filter(|row| row.note == sheet) {
            row.unsaved = !good;
        }
    }

    /// A finished note whose contact is over, or that never had one, leaves the pane.
    fn contact_settled(&mut self, seen: Seen) {
        if seen.state.contact.is_none() {
            self.contact_is_gone(seen);
        }
    }

    fn listed(&mut self, seen: Seen, lists: super::Lists) {
        self.lists = lists;
        self.outgoing.listed();
        if let Some(card) = &seen.state.contact
            && self.pane.as_ref().is_some_and(|pane| pane.contact() == Some(card.contact) && pane.is_empty())
        {
            self.look_for_finished(card);
        }
        if let Some(pane) = &mut self.pane {
            let row = self.lists.local.iter().find(|row| row.note == pane.note);
            if row.is_some_and(|row| row.synced) {
                pane.synced();
            }
            if let Some(known) = &pane.sheet
                && let Some(now) = self.lists.sheets.iter().find(|row| row.note == known.note)
            {
                pane.sheet = Some(now.clone());
            }
        }
    }

    fn moved(&mut self) {
        self.jobs.push(VaultJob::Lists);
        if let Some(note) = self.rooms.reading_note() {
            self.jobs.push(VaultJob::Read(note));
        }
        self.jobs.extend(self.rooms.look_again());
    }

    /// A record was looked up: to be changed by a step, to go on with it, or to be read.
    fn read(&mut self, seen: Seen, note: NoteId, kept: Option<Kept>) -> Result<(), Code> {
        let result = self.amends_found(seen, note, kept.as_ref());
        if self.taking == Some(note) {
            self.taking = None;
            self.taken(seen, kept.as_ref());
        }
        self.rooms.read(note, kept);
        result
    }

    fn taken(&mut self, seen: Seen, kept: Option<&Kept>) {
        let Some(mut pane) = kept.and_then(into_pane) else { return };
        let current = seen.state.contact.as_ref().map(|card| card.contact);
        pane.changing = current.is_none() || pane.contact() != current;
        let free = self.pane.as_ref().is_none_or(|open| {
            open.contact().is_some() && open.contact() == pane.contact() && open.is_empty()
        });
        if free {
            if let Some(open) = &self.pane {
                self.jobs.push(VaultJob::Forget(open.note));
            }
            self.look_back(&pane);
            self.pane = Some(pane);
        }
    }
}

/// A record with one head goes into the pane as its draft says, or as it stands.
fn into_pane(kept: &Kept) -> Option<Pane> {
    if let Some(draft) = &kept.draft {
        return resumed(draft.clone(), Some(kept));
    }
    match kept.heads.as_slice() {
        [head] => match &head.record {
            Record::Note(note) => Some(Pane::stored(kept.note, head.rev, head.at, kept.synced, note.clone())),
            Record::Sheet(_) | Record::Handover(_) => None,
        },
        _ => None,
    }
}

fn resumed(draft: Draft, kept: Option<&Kept>) -> Option<Pane> {
    let base = kept.map(|kept| kept.heads.iter().map(|head| head.record.clone()).collect());
    match draft.record.clone() {
        Record::Note(note) => {
            let note: Note = note;
            Some(Pane::resumed(draft, note, base.unwrap_or_default()))
        }
        Record::Sheet(_) | Record::Handover(_) => None,
    }
}

fn contact_of(record: &Record) -> Option<ContactId> {
    match record {
        Record::Note(note) => note.facts.contact,
        Record::Sheet(_) | Record::Handover(_) => None,
    }
}

fn in_hand(phase: Phase) -> bool {
    match phase {
        Phase::Connecting | Phase::Live | Phase::Held | Phase::Wrapping => true,
        Phase::Waiting | Phase::Offered | Phase::Closed => false,
    }
}
