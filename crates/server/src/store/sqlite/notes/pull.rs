//! Pages of the sequence, in its order and without gaps.

use desk::note::revision::{Cursor, StreamId};
use desk::time::Time;
use futures_util::TryStreamExt;
use link::message::notes::{MAX_PAGE, Page, Placed, Pulled};
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::super::{Pulling, StoreError};
use super::super::{int, uint};
use super::row::{AFTER, chain, revision};
use super::{Marks, chain_at, marks};

/// The bodies of one page, bytes: a page of ordinary notes has some 700 KiB.
const MAX_PAGE_BYTES: usize = 4 * 1024 * 1024;

pub(in super::super) async fn pull(pool: &SqlitePool, pulling: Pulling<'_>) -> Result<Pulled, StoreError> {
    let mut turn = pool.begin().await?;
    let marks = marks(&mut turn).await?;
    let high = high(&mut turn, pulling.stream).await?;
    let from = match pulling.cursor {
        Some(cursor) if is_ours(&mut turn, marks, cursor).await? => cursor.clone(),
        Some(_) => return Ok(Pulled::MustResync { epoch: marks.epoch, high }),
        None => beginning(&mut turn, marks, pulling.since).await?,
    };
    let (revisions, cursor) = read(&mut turn, &from, pulling.most.min(MAX_PAGE)).await?;
    let redacted = redacted(&mut turn, &revisions).await?;
    let more = cursor.seq < marks.seq;
    Ok(Pulled::Page(Page { from, revisions, cursor, more, durable_seq: marks.durable, high, redacted }))
}

/// The cursor lies on this chain: this life of this database has been read up to there.
async fn is_ours(turn: &mut SqliteConnection, marks: Marks, cursor: &Cursor) -> Result<bool, StoreError> {
    if cursor.epoch != marks.epoch || cursor.seq > marks.seq {
        return Ok(false);
    }
    Ok(chain_at(turn, cursor.seq).await?.as_ref() == Some(&cursor.chain))
}

/// Where a new reader begins: before the oldest of what came since then, of what is owed, and of what two people
/// wrote at once.
async fn beginning(turn: &mut SqliteConnection, marks: Marks, since: Time) -> Result<Cursor, StoreError> {
    let first: Option<i64> = sqlx::query_scalar(
        "select min(seq) from (
             select min(seq) as seq from note_revision where received_ms >= ?
             union all select min(seq) from note_head where owed = 1
             union all select min(seq) from (
                 select min(seq) as seq from note_head group by note_id having count(*) > 1))",
    )
    .bind(int(since.0))
    .fetch_one(&mut *turn)
    .await?;
    let seq = first.map_or(marks.seq, |first| uint(first).saturating_sub(1));
    let chain = chain_at(turn, seq).await?.ok_or(StoreError::DamagedRevision(seq))?;
    Ok(Cursor { epoch: marks.epoch, seq, chain })
}

/// What follows, and the cursor after it.
async fn read(
    turn: &mut SqliteConnection,
    from: &Cursor,
    most: u32,
) -> Result<(Vec<Placed>, Cursor), StoreError> {
    let mut rows = sqlx::query(AFTER).bind(int(from.seq)).bind(most).fetch(turn);
    let (mut revisions, mut cursor, mut bytes) = (Vec::new(), from.clone(), 0);
    while bytes < MAX_PAGE_BYTES
        && let Some(row) = rows.try_next().await?
    {
        let (seq, revision) = revision(&row)?;
        bytes += revision.body.as_ref().map_or(0, String::len);
        (cursor.seq, cursor.chain) = (seq, chain(&row).to_owned());
        revisions.push(Placed { seq, revision });
    }
    Ok((revisions, cursor))
}

/// Which of the page's records were redacted.
async fn redacted(
    turn: &mut SqliteConnection,
    page: &[Placed],
) -> Result<Vec<desk::note::NoteId>, StoreError> {
    let (Some(first), Some(last)) = (page.first(), page.last()) else { return Ok(Vec::new()) };
    let rows = sqlx::query(
        "select note_id from note_redaction where note_id in (
             select note_id from note_revision where body is null and seq between ? and ?)",
    )
    .bind(int(first.seq))
    .bind(int(last.seq))
    .fetch_all(turn)
    .await?;
    let name = |row: &sqlx::sqlite::SqliteRow| uuid::Uuid::from_slice(row.get(0)).ok();
    Ok(rows.iter().filter_map(name).map(desk::note::NoteId).collect())
}

/// How far a stream is counted here.
async fn high(turn: &mut SqliteConnection, stream: StreamId) -> Result<u64, StoreError> {
    let high = sqlx::query_scalar("select high from note_stream where stream_id = ?");
    let high: Option<i64> = high.bind(stream.0.as_bytes().as_slice()).fetch_optional(turn).await?;
    Ok(high.map_or(0, uint))
}
