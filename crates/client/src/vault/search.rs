//! How a record is found: by its words, or by who called. Refuses to know how the index keeps words.

use desk::contact::Disposition;
use desk::note::revision::NoteId;
use desk::note::sought::{self, Filter};
use desk::note::{Note, NoteChannel, Record};
use desk::time::Time;
use link::json;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::fault::VaultError;
use super::index::{self, Columns, Doc, IndexError, Place};
use super::{Vault, row};
use crate::view::notes::Hit;

pub(super) use super::index::fold;

/// What the index gets of a note: all heads' texts, so that a note in conflict is found by either. None for what is not
/// searched: 連絡票, 引継ぎ, and what is gone.
pub(super) fn doc<'a>(place: i64, records: impl Iterator<Item = &'a Record>) -> Option<Doc> {
    let notes: Vec<&Note> = records.filter_map(note).collect();
    let shown = notes.last()?;
    let columns = Columns {
        category: shown.written.categories.first().map_or(0, |code| code.0),
        disposition: shown.written.disposition.map_or(0, disposition),
        operator: shown.facts.operator,
        channel: channel(shown.facts.channel),
    };
    let mut text = String::new();
    for note in notes {
        sought::add(&mut text, note);
    }
    Some(Doc { place: Place(place), columns, folded: fold(&text) })
}

fn note(record: &Record) -> Option<&Note> {
    match record {
        Record::Note(note) => Some(note),
        Record::Sheet(_) | Record::Handover(_) => None,
    }
}

/// Puts notes into the index and takes others out.
pub(super) async fn put(
    conn: &mut SqliteConnection,
    docs: Vec<Doc>,
    gone: Vec<i64>,
) -> Result<(), VaultError> {
    if !docs.is_empty() {
        index::add_many(conn, &docs).await?;
    }
    if !gone.is_empty() {
        index::remove(conn, &gone.into_iter().map(Place).collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// Puts what came last in order; mostly nothing.
pub(super) async fn settle(conn: &mut SqliteConnection) -> Result<(), VaultError> {
    Ok(index::settle(conn).await?)
}

impl From<IndexError> for VaultError {
    fn from(fault: IndexError) -> VaultError {
        match fault {
            IndexError::Database(inner) => inner.into(),
            IndexError::Damaged => VaultError::Broken("the search index is damaged".into()),
        }
    }
}

impl Vault {
    /// Earlier notes of the same caller, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn earlier(&self, caller_key: &str, except: NoteId, most: u32) -> Result<Vec<Hit>, VaultError> {
        let read =
            "select n.note_id, n.heads, r.body from note n cross join revision r on r.rev_id = n.head_id
                    where n.caller_key = ? and n.note_id <> ? and n.listed = 'note'
                    order by n.place desc limit ?";
        let mut reader = self.reader().await?;
        let query = sqlx::query(read).bind(caller_key).bind(row::name(except.0)).bind(most);
        hits(query.fetch_all(&mut *reader).await?)
    }

    /// Notes whose text holds every word and that pass the filter, the newest first, `most` at most.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn search(&self, words: &str, filter: Filter, most: u32) -> Result<Vec<Hit>, VaultError> {
        let sought = sought::query(words, filter.category);
        let columns = index::Filter {
            category: None,
            disposition: filter.disposition.map(disposition),
            operator: filter.operator,
            channel: filter.channel.map(channel),
            from: filter.from,
            // The index's time ends with its last moment.
            to: filter.to.map(|to| Time(to.0.saturating_sub(1))),
        };
        let mut reader = self.reader().await?;
        let places = index::find(&mut reader, &sought, columns, most as usize).await?;
        let places: Vec<i64> = places.into_iter().map(|place| place.0).collect();
        let read = "select n.note_id, n.heads, r.body from json_each(?) cross join note n on n.place = value
                    cross join revision r on r.rev_id = n.head_id order by n.place desc";
        hits(sqlx::query(read).bind(row::list(&places)).fetch_all(&mut *reader).await?)
    }
}

fn hits(rows: Vec<SqliteRow>) -> Result<Vec<Hit>, VaultError> {
    let mut hits = Vec::new();
    for found in rows {
        let body: Option<&str> = found.try_get(2)?;
        let (note, heads): (&str, i64) = (found.try_get(0)?, found.try_get(1)?);
        match body.and_then(|body| json::decode(body).ok()) {
            Some(Record::Note(written)) => hits.push(hit(NoteId(row::uuid(note)?), written, heads > 1)),
            Some(Record::Sheet(_) | Record::Handover(_)) | None => {}
        }
    }
    Ok(hits)
}

fn hit(note: NoteId, Note { facts, written, .. }: Note, conflict: bool) -> Hit {
    let talk = facts.answered.zip(facts.ended).map(|(answered, ended)| ended.since(answered).0);
    Hit {
        note,
        number: facts.number,
        opened: facts.opened,
        channel: facts.channel,
        categories: written.categories,
        disposition: written.disposition,
        text: written.text,
        operator_name: facts.operator_name,
        talk_ms: talk.map(|talk| u32::try_from(talk).unwrap_or(u32::MAX)),
        conflict,
    }
}

/// A result as the file numbers it; 0 is none. Never renumbered.
fn disposition(disposition: Disposition) -> u8 {
    match disposition {
        Disposition::Guided => 1,
        Disposition::ReservationMade => 2,
        Disposition::ReservationChanged => 3,
        Disposition::ReservationCancelled => 4,
        Disposition::ApplicationDone => 5,
        Disposition::SupportDone => 6,
        Disposition::DispatchRequested => 7,
        Disposition::CityAsked => 8,
        Disposition::CityTransferred => 9,
        Disposition::CallbackPlanned => 10,
        Disposition::SentToIssueCounter => 11,
        Disposition::SentToSupportCounter => 12,
        Disposition::SwitchedToAssist2 => 13,
        Disposition::SentToNationalLine => 14,
        Disposition::SentToForeignLanguageLine => 15,
        Disposition::SentElsewhere => 16,
        Disposition::BrokenOffByVisitor => 17,
        Disposition::BrokenOffByLine => 18,
        Disposition::WrongOrSilent => 19,
        Disposition::Abuse => 20,
        Disposition::OutOfScope => 21,
    }
}

/// A channel as the file numbers it. Never renumbered.
fn channel(channel: NoteChannel) -> u8 {
    match channel {
        NoteChannel::Booth => 1,
        NoteChannel::Phone => 2,
        NoteChannel::Callback => 3,
        NoteChannel::Aside => 4,
    }
}
