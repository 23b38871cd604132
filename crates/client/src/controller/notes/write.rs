//! Records that begin here without a pane: a contact sheet, a handover, a resolution of two heads. Knows no list.

use super::amend::{refusal, resolution, sheet_of};
use super::port::{VaultJob, Writing};
use super::{Notes, Seen};
use crate::view::notes::SheetRow;
use desk::code::Code;
use desk::note::revision::{NoteId, RevId, RevKind};
use desk::note::{
    CityAnswer, Handover, MAX_TEXT, Person, Record, Sheet, SheetChange, SheetKind, SheetStatus, Urgency, due,
    four_eyes, own_number,
};

impl Notes {
    /// 連絡票を作成.
    pub(super) fn raise(
        &mut self,
        seen: Seen,
        from: Option<NoteId>,
        kind: SheetKind,
        urgency: Urgency,
        summary: String,
        household: u32,
    ) -> Result<(), Code> {
        self.writable()?;
        let id = self.names.next(seen.now);
        let me = &seen.state.me;
        let pane = match from {
            Some(note) => Some(&*self.of(note)?),
            None => None,
        };
        let sheet = Sheet {
            number: own_number('R', seen.server, id),
            kind,
            urgency,
            raised: seen.server,
            operator: me.operator,
            operator_name: me.name.clone(),
            note: from,
            note_number: pane.map(|pane| pane.facts.number.clone()),
            summary: within(summary)?,
            person: pane.map_or_else(Person::default, |pane| pane.written().person.clone()),
            household,
            due: due::told(kind, seen.server, &seen.state.forms.opening_days),
            changed: None,
            status: SheetStatus::Unsent,
            checked: None,
            city: CityAnswer::default(),
        };
        if pane.and_then(|pane| pane.sheet.as_ref()).is_some_and(|sheet| sheet.unsaved) {
            // It waits for the disk by itself: a second one would be sent too.
            return Err(Code::WrongState);
        }
        let row = SheetRow { unsaved: true, ..SheetRow::of(id, &sheet) };
        self.begin_record(seen, id, Record::Sheet(sheet))?;
        if let Some(note) = from {
            self.of(note)?.sheet = Some(row);
        }
        Ok(())
    }

    /// 引継ぎを書く.
    pub(super) fn hand_over(&mut self, seen: Seen, text: String, note: Option<NoteId>) -> Result<(), Code> {
        self.writable()?;
        let id = self.names.next(seen.now);
        let me = &seen.state.me;
        let handover = Handover {
            number: own_number('H', seen.server, id),
            text: within(text)?,
            note,
            written_at: seen.server,
            operator: me.operator,
            operator_name: me.name.clone(),
            settled: None,
        };
        self.begin_record(seen, id, Record::Handover(handover))
    }

    /// Puts two heads together.
    pub(super) fn resolve(
        &mut self,
        seen: Seen,
        note: NoteId,
        heads: Vec<RevId>,
        record: Record,
    ) -> Result<(), Code> {
        self.writable()?;
        let looked_at = self.rooms.heads_of(note).ok_or(Code::Gone)?.to_vec();
        let same =
            heads.len() == looked_at.len() && heads.iter().all(|rev| looked_at.iter().any(|h| h.rev == *rev));
        if !same {
            // Somebody wrote a further head meanwhile: that one must be looked at too.
            return Err(Code::TooLate);
        }
        let record = self.rooms.with_hidden(record)?;
        let before: Vec<&Record> = looked_at.iter().map(|head| &head.record).collect();
        let record = put_together(seen, &before, record);
        if let Some(code) = refusal(seen, &before, &record) {
            return Err(code);
        }
        let writing = resolution(note, heads, seen.state.me.operator, record, seen);
        self.jobs.push(self.outgoing.send(writing)?);
        self.jobs.push(VaultJob::Read(note));
        Ok(())
    }

    fn begin_record(&mut self, seen: Seen, note: NoteId, record: Record) -> Result<(), Code> {
        if let Some(code) = refusal(seen, &[], &record) {
            return Err(code);
        }
        let (author, kind) = (seen.state.me.operator, RevKind::Edit);
        let writing = Writing { note, parents: Vec::new(), author, kind, record: Some(record), at: seen.now };
        self.jobs.push(self.outgoing.send(writing)?);
        Ok(())
    }
}

/// Whoever mixes the words of two sheets has written them: the checks of both fall. What stands in one of them already
/// keeps that one's writer and check.
fn put_together(seen: Seen, heads: &[&Record], record: Record) -> Record {
    let Record::Sheet(sheet) = record else { return record };
    let same = |head: &&&Record| match head {
        Record::Sheet(head) => four_eyes::same_words(head, &sheet),
        Record::Note(_) | Record::Handover(_) => false,
    };
    let alike = heads.iter().filter(same).filter_map(|head| sheet_of(head));
    // Where both say the same, the check is the person's choice.
    let same = alike.min_by_key(|head| head.checked != sheet.checked);
    let (changed, checked) = match same {
        Some(head) => (head.changed.clone(), head.checked.clone()),
        None => (Some(change_by(seen)), None),
    };
    Record::Sheet(Sheet { changed, checked, ..sheet })
}

/// This operator's hand in a sheet's words.
fn change_by(seen: Seen) -> SheetChange {
    let me = &seen.state.me;
    SheetChange { operator: me.operator, name: me.name.clone(), at: seen.server }
}

fn within(text: String) -> Result<String, Code> {
    let text = text.trim().to_owned();
    let good = !text.is_empty() && text.chars().count() <= MAX_TEXT;
    if good { Ok(text) } else { Err(Code::BadLength) }
}
