//! A search through what desks keep no more. There is no index here: notes are looked at one by one, the newest first,
//! because somebody who asks for an old note waits a second or two for it, and asks rarely.

use std::collections::BTreeSet;

use desk::note::Record;
use futures_util::TryStreamExt;
use link::message::notes::{MAX_FOUND, Placed, Searched};
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::super::{Searching, StoreError};
use super::super::int;
use super::row::{HEADS, revision};

/// Heads that are looked at for one search: four years of two hundred notes a day, some seconds of one reader.
const MOST_LOOKED_AT: i64 = 300_000;

pub(in super::super) async fn search(
    pool: &SqlitePool,
    searching: Searching<'_>,
) -> Result<Searched, StoreError> {
    let mut turn = pool.begin().await?;
    let epoch = super::marks(&mut turn).await?.epoch;
    let most = (searching.most as usize).clamp(1, MAX_FOUND as usize);
    let (notes, more) = fitting(&mut turn, &searching, most).await?;
    Ok(Searched { epoch, found: heads(&mut turn, &notes).await?, more })
}

/// The names of the records that fit, and whether there may be more.
async fn fitting(
    turn: &mut SqliteConnection,
    searching: &Searching<'_>,
    most: usize,
) -> Result<(BTreeSet<Vec<u8>>, bool), StoreError> {
    let mut rows = sqlx::query(
        "select r.note_id, r.body from note_head h join note_revision r on r.seq = h.seq
         where r.received_ms < ? and r.body is not null order by h.seq desc limit ?",
    )
    .bind(int(searching.before.0))
    .bind(MOST_LOOKED_AT)
    .fetch(turn);
    let (mut notes, mut looked_at) = (BTreeSet::new(), 0);
    while let Some(row) = rows.try_next().await? {
        looked_at += 1;
        // What a newer program wrote is found when this one is updated.
        let fits = match link::json::decode::<Record>(row.get(1)) {
            Ok(Record::Note(note)) => searching.sought.fits(&note),
            Ok(Record::Sheet(_) | Record::Handover(_)) | Err(_) => false,
        };
        if !fits {
            continue;
        }
        if notes.len() == most {
            return Ok((notes, true));
        }
        notes.insert(row.get::<Vec<u8>, _>(0));
    }
    Ok((notes, looked_at == MOST_LOOKED_AT))
}

/// Every head of these records, in the order of the sequence: one that two people wrote at once is told as such.
async fn heads(turn: &mut SqliteConnection, notes: &BTreeSet<Vec<u8>>) -> Result<Vec<Placed>, StoreError> {
    let mut found = Vec::new();
    for note in notes {
        let rows = sqlx::query(HEADS).bind(note).fetch_all(&mut *turn).await?;
        for row in &rows {
            let (seq, revision) = revision(row)?;
            found.push(Placed { seq, revision });
        }
    }
    found.sort_unstable_by_key(|placed| placed.seq);
    Ok(found)
}
