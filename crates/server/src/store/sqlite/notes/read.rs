//! Every revision read out, for the check of the books.

use std::collections::{BTreeMap, BTreeSet};

use desk::note::revision::{NoteId, RevId};
use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};
use uuid::Uuid;

use super::super::super::{Revisions, StoreError};
use super::super::uint;
use super::row::{AFTER, chain, revision};
use crate::notes::NoteStanding;

pub(in super::super) async fn read_all(
    pool: &SqlitePool,
    take: &mut Revisions<'_>,
) -> Result<NoteStanding, StoreError> {
    let mut turn = pool.begin().await?;
    let marks = super::marks(&mut turn).await?;
    let mut rows = sqlx::query(AFTER).bind(0).bind(i64::MAX).fetch(&mut *turn);
    while let Some(row) = rows.try_next().await? {
        let (seq, revision) = revision(&row)?;
        take(seq, &revision, chain(&row));
    }
    drop(rows);
    let (heads, redacted) = (heads(&mut turn).await?, redacted(&mut turn).await?);
    Ok(NoteStanding { seq: marks.seq, durable: marks.durable, heads, redacted })
}

async fn heads(turn: &mut SqliteConnection) -> Result<BTreeSet<(NoteId, RevId)>, StoreError> {
    let rows = sqlx::query("select note_id, rev_id, seq from note_head").fetch_all(turn).await?;
    rows.iter().map(|row| Ok((NoteId(name(row, 0)?), RevId(name(row, 1)?)))).collect()
}

async fn redacted(turn: &mut SqliteConnection) -> Result<BTreeMap<NoteId, u64>, StoreError> {
    let rows = sqlx::query("select note_id, note_id, seq from note_redaction").fetch_all(turn).await?;
    rows.iter().map(|row| Ok((NoteId(name(row, 0)?), uint(row.get(2))))).collect()
}

/// A name; the third column says where it stands.
fn name(row: &SqliteRow, place: usize) -> Result<Uuid, StoreError> {
    Uuid::from_slice(row.get(place)).map_err(|_| StoreError::DamagedRevision(uint(row.get(2))))
}
