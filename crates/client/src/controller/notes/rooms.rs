//! What is looked at beside the pane: the search, one record, the manual. Knows no pane and writes nothing.

use desk::code::Code;
use desk::note::revision::NoteId;
use desk::note::{Person, Record, wareki};
use desk::time::Time;

use super::port::{Filter, Kept, KeptHead, VaultJob};
use super::{Notes, Seen};
use crate::view::notes::{
    Head, Hit, ManualHit, ManualText, ManualView, NoteIntent, Older, ReadingView, SearchQuery, SearchView,
};

/// Hits that are shown: more than a person reads through; the view says that there are more.
const MAX_HITS: usize = 100;
/// The longest query, characters: what fits into the field.
const MAX_WORDS: usize = 200;

/// What is open beside the pane.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    search: Option<Searching>,
    reading: Option<Reading>,
    manual: Option<ManualView>,
    /// Counts searches: an answer to an older one is not shown.
    serial: u64,
}

#[derive(Debug)]
struct Searching {
    query: SearchQuery,
    hits: Vec<Hit>,
    more: bool,
    bad_date: bool,
    /// The older notes at the server, for this query.
    older: Older,
}

#[derive(Debug)]
struct Reading {
    note: NoteId,
    shown: bool,
    /// None: not looked up yet.
    kept: Option<Kept>,
}

impl Notes {
    pub(super) fn room(&mut self, seen: Seen, intent: NoteIntent) -> Result<(), Code> {
        let jobs = match intent {
            NoteIntent::Search { query } => self.rooms.look_for(query, self.door == super::Door::Open),
            NoteIntent::SearchOlder => self.rooms.look_further(),
            NoteIntent::Read { note } => self.rooms.open(note),
            NoteIntent::ShowPerson => self.rooms.show_person(seen.now),
            NoteIntent::Manual { words } => self.rooms.manual(words),
            NoteIntent::Article { code } => self.rooms.want_article(code),
            NoteIntent::ExportSheets { format } => {
                Some(VaultJob::Export { format, columns: seen.state.forms.columns.clone() })
            }
            NoteIntent::ImportSheets { name, data } => {
                let (columns, author) = (seen.state.forms.columns.clone(), seen.state.me.operator);
                Some(VaultJob::Import { name, data, columns, author })
            }
            // The pane's, the records' and the lock's.
            NoteIntent::Edit { .. }
            | NoteIntent::TakeNumber { .. }
            | NoteIntent::Save { .. }
            | NoteIntent::Finish { .. }
            | NoteIntent::New
            | NoteIntent::Leave
            | NoteIntent::RaiseSheet { .. }
            | NoteIntent::MoveSheet { .. }
            | NoteIntent::CheckSheet { .. }
            | NoteIntent::Handover { .. }
            | NoteIntent::SettleHandover { .. }
            | NoteIntent::SettlePromise { .. }
            | NoteIntent::Change { .. }
            | NoteIntent::Resolve { .. }
            | NoteIntent::Redact { .. }
            | NoteIntent::Lock
            | NoteIntent::Unlock { .. }
            | NoteIntent::Awake => None,
        };
        if let Some(job) = jobs {
            self.writable()?;
            self.jobs.push(job);
        }
        Ok(())
    }
}

impl Rooms {
    /// The same search once more: notes have come meanwhile.
    pub(super) fn look_again(&mut self) -> Option<VaultJob> {
        let Searching { query, older, .. } = self.search.as_ref()?;
        let (query, older) = (query.clone(), *older);
        let job = self.look_for(Some(query), true);
        if let Some(search) = &mut self.search {
            search.older = older;
        }
        job
    }

    /// サーバーの古い記録もさがす: once for a query; after a failure, again.
    fn look_further(&mut self) -> Option<VaultJob> {
        let search = self.search.as_mut()?;
        match search.older {
            Older::Unasked | Older::Failed => {}
            Older::Asked | Older::Here { .. } => return None,
        }
        let filter = filter(&search.query)?;
        search.older = Older::Asked;
        Some(VaultJob::Older { words: search.query.words.clone(), filter })
    }

    /// The server has answered, or not. What came for another query is here too, and does no harm.
    pub(super) fn further(&mut self, more: Option<bool>) -> Option<VaultJob> {
        let search = self.search.as_mut().filter(|search| search.older == Older::Asked)?;
        search.older = more.map_or(Older::Failed, |more| Older::Here { more });
        self.look_again()
    }

    fn look_for(&mut self, query: Option<SearchQuery>, open: bool) -> Option<VaultJob> {
        let Some(mut query) = query.filter(|_| open) else {
            self.search = None;
            return None;
        };
        query.words = query.words.chars().take(MAX_WORDS).collect();
        let filter = filter(&query);
        // What was found before stays until the new answer is there, so that nothing flickers under a typing hand.
        let (hits, more) = self.search.take().map(|before| (before.hits, before.more)).unwrap_or_default();
        let (words, bad_date) = (query.words.clone(), filter.is_none());
        self.search = Some(Searching { query, hits, more, bad_date, older: Older::Unasked });
        self.serial += 1;
        let serial = self.serial;
        filter.map(|filter| VaultJob::Search { serial, words, filter, most: MAX_HITS as u32 + 1 })
    }

    pub(super) fn found(&mut self, serial: u64, mut hits: Vec<Hit>) {
        if let Some(search) = self.search.as_mut().filter(|_| serial == self.serial) {
            search.more = hits.len() > MAX_HITS;
            hits.truncate(MAX_HITS);
            search.hits = hits;
        }
    }

    fn open(&mut self, note: Option<NoteId>) -> Option<VaultJob> {
        self.reading = note.map(|note| Reading { note, shown: false, kept: None });
        note.map(VaultJob::Read)
    }

    pub(super) fn reading_note(&self) -> Option<NoteId> {
        self.reading.as_ref().map(|reading| reading.note)
    }

    pub(super) fn read(&mut self, note: NoteId, kept: Option<Kept>) {
        match (&mut self.reading, kept) {
            (Some(reading), Some(kept)) if reading.note == note => reading.kept = Some(kept),
            (Some(reading), None) if reading.note == note => self.reading = None,
            (Some(_) | None, _) => {}
        }
    }

    fn show_person(&mut self, now: Time) -> Option<VaultJob> {
        let reading = self.reading.as_mut()?;
        let hidden = !reading.shown && reading.kept.as_ref().is_some_and(has_person);
        reading.shown = true;
        hidden.then_some(VaultJob::Viewed { note: reading.note, at: now })
    }

    /// The heads of the record that is read.
    pub(super) fn heads_of(&self, note: NoteId) -> Option<&[KeptHead]> {
        let reading = self.reading.as_ref().filter(|reading| reading.note == note)?;
        reading.kept.as_ref().map(|kept| kept.heads.as_slice())
    }

    /// A record that a person made of what was shown: what was hidden comes back, where there is no choice in it.
    ///
    /// # Errors
    /// `wrong_state`: the heads differ in what is hidden, so that it must be looked at first.
    pub(super) fn with_hidden(&self, mut record: Record) -> Result<Record, Code> {
        let reading = self.reading.as_ref().filter(|reading| !reading.shown);
        let Some(kept) = reading.and_then(|reading| reading.kept.as_ref()) else { return Ok(record) };
        let mut persons = kept.heads.iter().filter_map(|head| person(&head.record));
        let Some(first) = persons.next() else { return Ok(record) };
        if persons.any(|other| other != first) {
            return Err(Code::WrongState);
        }
        if let Some(own) = person_mut(&mut record) {
            own.clone_from(first);
        }
        Ok(record)
    }

    fn manual(&mut self, words: Option<String>) -> Option<VaultJob> {
        let Some(words) = words else {
            self.manual = None;
            return None;
        };
        let words: String = words.chars().take(MAX_WORDS).collect();
        let before = self.manual.take();
        let found = before.map(|manual| manual.found).unwrap_or_default();
        self.manual = Some(ManualView { words: words.clone(), found, open: None });
        Some(VaultJob::Articles(words))
    }

    fn want_article(&mut self, code: Option<String>) -> Option<VaultJob> {
        let manual = self.manual.get_or_insert_with(|| ManualView {
            words: String::new(),
            found: Vec::new(),
            open: None,
        });
        if code.is_none() {
            manual.open = None;
        }
        code.map(VaultJob::Article)
    }

    pub(super) fn articles(&mut self, words: &str, found: Vec<ManualHit>) {
        if let Some(manual) = self.manual.as_mut().filter(|manual| manual.words == words) {
            manual.found = found;
        }
    }

    pub(super) fn article(&mut self, text: Option<ManualText>) {
        if let Some(manual) = &mut self.manual {
            manual.open = text;
        }
    }

    /// Nothing of a person stays open on a locked desk: it must be asked for, and audited, again.
    pub(super) fn lock(&mut self) {
        if let Some(reading) = &mut self.reading {
            reading.shown = false;
        }
    }

    pub(super) fn search_view(&self, keep_days: u32) -> Option<SearchView> {
        let search = self.search.as_ref()?;
        let (query, hits) = (search.query.clone(), search.hits.clone());
        let Searching { more, bad_date, older, .. } = *search;
        Some(SearchView { query, hits, more, keep_days, bad_date, older })
    }

    /// `name`: the name on an operator's tag, where it is known.
    pub(super) fn reading_view(&self, name: impl Fn(&KeptHead) -> String) -> Option<ReadingView> {
        let reading = self.reading.as_ref()?;
        let kept = reading.kept.as_ref()?;
        let head = |head: &KeptHead| {
            let mut record = head.record.clone();
            if let Some(own) = person_mut(&mut record).filter(|_| !reading.shown) {
                *own = Person::default();
            }
            Head { rev: head.rev, author: name(head), written_at: head.at, record }
        };
        Some(ReadingView {
            note: reading.note,
            heads: kept.heads.iter().map(head).collect(),
            person_shown: reading.shown,
            person_hidden: !reading.shown && has_person(kept),
            refused: kept.refused,
            redacted: kept.redacted,
        })
    }

    pub(super) fn manual_view(&self) -> Option<ManualView> {
        self.manual.clone()
    }
}

/// What must fit beside the words; none: a date makes no sense.
fn filter(query: &SearchQuery) -> Option<Filter> {
    let (from, to) = (day(&query.from)?, day(&query.to)?);
    Some(Filter {
        category: query.category,
        disposition: query.disposition,
        operator: query.operator,
        channel: query.channel,
        from: from.map(|day| day.began()),
        // The whole of the last day belongs to it.
        to: to.map(|day| day.plus(1).began()),
    })
}

/// A day as typed: none inside when nothing was, none outside when it is no day.
fn day(text: &str) -> Option<Option<desk::day::Day>> {
    if text.trim().is_empty() {
        return Some(None);
    }
    wareki::parse(text).ok()?.day().map(Some)
}

fn has_person(kept: &Kept) -> bool {
    kept.heads.iter().filter_map(|head| person(&head.record)).any(|person| !person.is_empty())
}

fn person(record: &Record) -> Option<&Person> {
    match record {
        Record::Note(note) => Some(&note.written.person),
        Record::Sheet(sheet) => Some(&sheet.person),
        Record::Handover(_) => None,
    }
}

fn person_mut(record: &mut Record) -> Option<&mut Person> {
    match record {
        Record::Note(note) => Some(&mut note.written.person),
        Record::Sheet(sheet) => Some(&mut sheet.person),
        Record::Handover(_) => None,
    }
}
