//! What must still travel, and in which stream it is counted. Refuses to know the server's answers.

use desk::note::revision::{Cursor, Revision, StreamId};
use desk::time::Time;
use link::json;
use link::message::notes::{MAX_PUSH, MAX_PUSH_BYTES, Viewed};
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::fault::VaultError;
use super::{NoteId, Vault, row};

/// What a push needs besides its revisions: names, views, brackets.
const ENVELOPE_BYTES: usize = 64 * 1024;
/// Views in one push: each is some 80 bytes, so that they fit into the envelope.
const MOST_VIEWS: u32 = 500;

/// The next push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The stream of all of it.
    pub stream: StreamId,
    /// The oldest that the server does not have, without gaps.
    pub revisions: Vec<Revision>,
    /// Who looked at what.
    pub views: Vec<Viewed>,
}

impl Batch {
    /// Nothing must travel.
    pub fn is_empty(&self) -> bool {
        self.revisions.is_empty() && self.views.is_empty()
    }
}

impl Vault {
    /// The next push, within the protocol's limits; empty when the server has everything.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn outbox(&self) -> Result<Batch, VaultError> {
        // By the writer, so that stream and numbers are of one moment.
        let mut turn = self.turn().await?;
        let conn = turn.conn();
        let stream: String = sqlx::query_scalar("select stream_id from stream").fetch_one(&mut *conn).await?;
        let read = concat!(
            "select ",
            row::revision_columns!(),
            " from outbox o cross join revision r on r.rev_id = o.rev_id order by r.dseq limit ?"
        );
        let rows = sqlx::query(read).bind(MAX_PUSH as i64).fetch_all(&mut *conn).await?;
        let (mut revisions, mut bytes) = (Vec::new(), ENVELOPE_BYTES);
        for found in &rows {
            let revision = row::revision(found)?;
            bytes += json::encode(&revision).len() + 1;
            if bytes > MAX_PUSH_BYTES && !revisions.is_empty() {
                break;
            }
            revisions.push(revision);
        }
        let views = views(conn).await?;
        turn.commit().await?;
        Ok(Batch { stream: StreamId(row::uuid(&stream)?), revisions, views })
    }

    /// How far the server was read; none before the first page.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn cursor(&self) -> Result<Option<Cursor>, VaultError> {
        cursor(&mut *self.reader().await?).await
    }

    /// Begins a new stream: everything that the server does not have is counted anew in it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn new_stream(&self) -> Result<StreamId, VaultError> {
        let mut turn = self.turn().await?;
        let stream = begin_stream(turn.conn()).await?;
        turn.commit().await?;
        self.streams_as(stream);
        Ok(stream)
    }
}

async fn views(conn: &mut SqliteConnection) -> Result<Vec<Viewed>, VaultError> {
    let read = "select vseq, note_id, at_ms from viewed order by vseq limit ?";
    let mut views = Vec::new();
    for found in sqlx::query(read).bind(MOST_VIEWS).fetch_all(conn).await? {
        let (vseq, at) = (row::uint(found.try_get(0)?), Time(row::uint(found.try_get(2)?)));
        views.push(Viewed { vseq, note: NoteId(row::uuid(found.try_get(1)?)?), at });
    }
    Ok(views)
}

pub(super) async fn cursor(conn: &mut SqliteConnection) -> Result<Option<Cursor>, VaultError> {
    let found = sqlx::query("select epoch, seq, chain from stream").fetch_one(conn).await?;
    let (epoch, seq, chain): (Option<i64>, Option<i64>, Option<String>) =
        (found.try_get(0)?, found.try_get(1)?, found.try_get(2)?);
    let (Some(epoch), Some(seq), Some(chain)) = (epoch, seq, chain) else { return Ok(None) };
    Ok(Some(Cursor { epoch: row::uint(epoch), seq: row::uint(seq), chain }))
}

/// A new stream in the caller's transaction. Contents and names of revisions stay; only where they are counted changes.
pub(super) async fn begin_stream(conn: &mut SqliteConnection) -> Result<StreamId, VaultError> {
    let stream = StreamId(Uuid::new_v4());
    let count = "update revision set stream_id = ?, dseq = counted.nth
                 from (select r.rev_id as rev, row_number() over (order by r.dseq) as nth
                       from outbox o cross join revision r on r.rev_id = o.rev_id) as counted
                 where revision.rev_id = counted.rev";
    sqlx::query(count).bind(row::name(stream.0)).execute(&mut *conn).await?;
    // The views behind them keep their order; numbers that are used twice for a moment must not meet.
    for renumber in [
        "update viewed set vseq = -vseq",
        "update viewed set vseq = counted.nth
         from (select vseq as old, row_number() over (order by -vseq) as nth from viewed) as counted
         where viewed.vseq = counted.old",
    ] {
        sqlx::query(renumber).execute(&mut *conn).await?;
    }
    let named = "update stream set stream_id = ?, next_dseq = 1 + (select count(*) from outbox),
                 next_vseq = 1 + (select count(*) from viewed)";
    sqlx::query(named).bind(row::name(stream.0)).execute(conn).await?;
    Ok(stream)
}

/// Compares what the server holds of the stream without a gap with what this file believes. What lies above the mark is
/// sent again; where that cannot be done without a gap, or the server holds more than was ever counted here (this is
/// an older copy of the file), a new stream begins and is returned.
pub(super) async fn reconcile(
    conn: &mut SqliteConnection,
    stream: StreamId,
    high: u64,
) -> Result<Option<StreamId>, VaultError> {
    let high = row::int(high);
    let again = "insert into outbox (rev_id)
                 select rev_id from revision
                 where own = 1 and stream_id = ? and dseq > ? and refused is null
                   and (body is not null or kind in ('tombstone', 'redact'))
                 on conflict do nothing";
    sqlx::query(again).bind(row::name(stream.0)).bind(high).execute(&mut *conn).await?;
    let last: i64 = sqlx::query_scalar("select next_dseq - 1 from stream").fetch_one(&mut *conn).await?;
    let above = "select count(*) from outbox o cross join revision r on r.rev_id = o.rev_id where r.dseq > ?";
    let above: i64 = sqlx::query_scalar(above).bind(high).fetch_one(&mut *conn).await?;
    if above == last - high {
        return Ok(None);
    }
    begin_stream(conn).await.map(Some)
}
