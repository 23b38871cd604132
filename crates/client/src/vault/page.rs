//! What comes from the server: a page with its cursor in one transaction, or the word that this file reads another
//! chain. Refuses to know how it travelled.

use std::collections::{BTreeMap, BTreeSet};

use desk::note::chain;
use desk::note::revision::{Cursor, NoteId, Revision, StreamId};
use desk::time::Time;
use link::message::notes::Page;
use sqlx::sqlite::SqliteConnection;

use super::apply::{self, Incoming};
use super::fault::VaultError;
use super::{Vault, head, outbox, row, search, write};

/// What the vault made of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// It is in the file, with its cursor.
    Kept,
    /// It is in the file, and a new stream began.
    NewStream(StreamId),
    /// It does not begin where this file stands: an answer to an older question. Nothing was done.
    Stale,
    /// Its chain does not hold, or a body is not what its commitment says. Nothing was done; the server must be read
    /// from the start.
    Wrong,
}

/// Whether a page follows `from` link by link and its bodies are what they were committed to.
pub fn holds(page: &Page) -> bool {
    let mut chain = page.from.chain.clone();
    let mut seq = page.from.seq;
    for placed in &page.revisions {
        seq += 1;
        if placed.seq != seq || !chain::commits(&placed.revision) {
            return false;
        }
        chain = chain::link(&chain, seq, &placed.revision);
    }
    page.cursor == (Cursor { epoch: page.from.epoch, seq, chain })
}

impl Vault {
    /// Puts a page that was asked for by `stream` into the file.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing of the page counts.
    pub async fn page(&self, stream: StreamId, page: &Page, now: Time) -> Result<Applied, VaultError> {
        if !holds(page) {
            return Ok(Applied::Wrong);
        }
        let mut turn = self.turn().await?;
        let conn = turn.conn();
        let mine = outbox::cursor(&mut *conn).await?;
        if mine.as_ref().is_some_and(|mine| mine.seq != page.from.seq || mine.chain != page.from.chain) {
            return Ok(Applied::Stale);
        }
        if mine.is_some_and(|mine| mine.epoch != page.from.epoch) {
            turned(conn).await?;
        }
        let stripped = self.take_in(conn, page, now).await?;
        move_on(conn, &page.cursor).await?;
        durable(conn, page.cursor.epoch, page.durable_seq).await?;
        let mut began = None;
        if !page.more {
            search::settle(conn).await?;
            began = self.caught_up(conn, stream, page.high).await?;
        }
        match stripped {
            true => turn.commit_without_trace().await?,
            false => turn.commit().await?,
        }
        let Some(stream) = began else { return Ok(Applied::Kept) };
        self.streams_as(stream);
        Ok(Applied::NewStream(stream))
    }

    /// The server is another one, or was restored. Everything stays in the file; it is read from the start, and what
    /// the server turns out not to have of this file's own goes out again.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn must_resync(&self) -> Result<(), VaultError> {
        let mut turn = self.turn().await?;
        let forget = [
            "update revision set seq = null where seq is not null",
            "update stream set epoch = null, seq = null, chain = null, resync = 1",
        ];
        for write in forget {
            sqlx::query(write).execute(turn.conn()).await?;
        }
        turn.commit().await
    }

    /// The page's revisions, and what they redact. True when something was removed.
    async fn take_in(&self, conn: &mut SqliteConnection, page: &Page, now: Time) -> Result<bool, VaultError> {
        let placed = page.revisions.iter();
        let incoming: Vec<Incoming<'_>> =
            placed.map(|one| Incoming { revision: &one.revision, seq: Some(one.seq) }).collect();
        let new = unheard_of(conn, page).await?;
        apply::insert(conn, &incoming, false, now).await?;
        arrived(conn, &incoming).await?;
        let redacting = incoming.iter().filter(|one| write::redacts(one.revision.kind));
        let mut redacted: BTreeSet<NoteId> = redacting.map(|one| one.revision.note).collect();
        redacted.extend(page.redacted.iter().copied());
        let names: BTreeSet<String> = redacted.iter().map(|note| row::name(note.0)).collect();
        strip(conn, &names).await?;
        let appears =
            |revision: &&Revision| new.contains(&revision.note) && !redacted.contains(&revision.note);
        let revisions = || page.revisions.iter().map(|one| &one.revision);
        head::appear(conn, revisions().filter(appears)).await?;
        let others = revisions().filter(|revision| !appears(revision));
        let mut touched: BTreeSet<String> = others.map(|revision| row::name(revision.note.0)).collect();
        touched.extend(names);
        if !touched.is_empty() {
            head::refresh(conn, &touched, None).await?;
        }
        Ok(!redacted.is_empty())
    }

    /// The last page for now: are the marks what this file believes?
    async fn caught_up(
        &self,
        conn: &mut SqliteConnection,
        stream: StreamId,
        high: u64,
    ) -> Result<Option<StreamId>, VaultError> {
        // The mark of a stream that is not used any more says nothing.
        if stream != self.stream() {
            return Ok(None);
        }
        let began = outbox::reconcile(conn, stream, high).await?;
        let resync: bool = sqlx::query_scalar("select resync from stream").fetch_one(&mut *conn).await?;
        if resync {
            send_again(conn).await?;
        }
        Ok(began)
    }
}

/// The records of which this page brings one revision and the file has none.
async fn unheard_of(conn: &mut SqliteConnection, page: &Page) -> Result<BTreeSet<NoteId>, VaultError> {
    let mut times: BTreeMap<NoteId, u32> = BTreeMap::new();
    for one in &page.revisions {
        *times.entry(one.revision.note).or_default() += 1;
    }
    times.retain(|_, times| *times == 1);
    let names: Vec<String> = times.keys().map(|note| row::name(note.0)).collect();
    let known = "select value from json_each(?) where exists (select 1 from revision where note_id = value)";
    for name in sqlx::query_scalar::<_, String>(known).bind(row::list(&names)).fetch_all(conn).await? {
        times.remove(&NoteId(row::uuid(&name)?));
    }
    Ok(times.into_keys().collect())
}

/// What comes by under the very number that it has here need not travel any more: the answer to its push was lost.
async fn arrived(conn: &mut SqliteConnection, incoming: &[Incoming<'_>]) -> Result<(), VaultError> {
    let some = "select exists (select 1 from outbox)";
    if !sqlx::query_scalar::<_, bool>(some).fetch_one(&mut *conn).await? {
        return Ok(());
    }
    let place = |one: &Incoming<'_>| {
        let revision = one.revision;
        (row::name(revision.rev.0), row::name(revision.stream.0), row::int(revision.dseq))
    };
    let places: Vec<(String, String, i64)> = incoming.iter().map(place).collect();
    let gone = "delete from outbox where rev_id in
                (select r.rev_id from json_each(?) cross join revision r on r.rev_id = value ->> 0
                 where r.stream_id = value ->> 1 and r.dseq = value ->> 2)";
    sqlx::query(gone).bind(row::list(&places)).execute(conn).await?;
    Ok(())
}

/// After reading the server from the start: own revisions that did not come by are sent again, under new numbers of the
/// present stream. Their old numbers may lie in an earlier stream, or stand for another revision by now: a copy of this
/// file was quicker after the server was restored. The server knows by their names whether it has them.
async fn send_again(conn: &mut SqliteConnection) -> Result<(), VaultError> {
    let count = "update revision set stream_id = stream.stream_id, dseq = stream.next_dseq - 1 + missing.nth
                 from stream, (select rev_id as rev, row_number() over (order by place) as nth from revision
                       where own = 1 and seq is null and refused is null
                         and (body is not null or kind in ('tombstone', 'redact'))
                         and rev_id not in (select rev_id from outbox)) as missing
                 where revision.rev_id = missing.rev returning revision.rev_id";
    let missing: Vec<String> = sqlx::query_scalar(count).fetch_all(&mut *conn).await?;
    let out = "insert into outbox (rev_id) select value from json_each(?)";
    sqlx::query(out).bind(row::list(&missing)).execute(&mut *conn).await?;
    let done = "update stream set resync = 0, next_dseq = next_dseq + ?";
    sqlx::query(done).bind(missing.len() as i64).execute(conn).await?;
    Ok(())
}

/// The epoch turned, and this file still lies on the chain: places behind the cursor, which acked pushes told, do not
/// count any more.
async fn turned(conn: &mut SqliteConnection) -> Result<(), VaultError> {
    let forget = "update revision set seq = null where seq > (select seq from stream)";
    sqlx::query(forget).execute(&mut *conn).await?;
    sqlx::query("update stream set resync = 1").execute(conn).await?;
    Ok(())
}

async fn move_on(conn: &mut SqliteConnection, cursor: &Cursor) -> Result<(), VaultError> {
    let write = "update stream set epoch = ?, seq = ?, chain = ?";
    let query = sqlx::query(write).bind(row::int(cursor.epoch)).bind(row::int(cursor.seq));
    query.bind(cursor.chain.as_str()).execute(conn).await?;
    Ok(())
}

/// Remembers up to where a verified backup goes; the mark of one epoch says nothing of another.
pub(super) async fn durable(conn: &mut SqliteConnection, epoch: u64, seq: u64) -> Result<(), VaultError> {
    let write = "update stream set durable_epoch = ?, durable_seq = ?";
    sqlx::query(write).bind(row::int(epoch)).bind(row::int(seq)).execute(conn).await?;
    Ok(())
}

/// Removes body and salt of everything that stands before these records' redactions in the server's sequence. What has no
/// place there yet was not redacted.
pub(super) async fn strip(
    conn: &mut SqliteConnection,
    redacted: &BTreeSet<String>,
) -> Result<(), VaultError> {
    if redacted.is_empty() {
        return Ok(());
    }
    let names = row::list(&redacted.iter().collect::<Vec<_>>());
    let write = "update revision set body = null, salt = null
                 where note_id in (select value from json_each(?1)) and body is not null
                   and seq < (select max(r.seq) from revision r
                              where r.note_id = revision.note_id and r.kind = 'redact')";
    sqlx::query(write).bind(&names).execute(&mut *conn).await?;
    let draft = "delete from draft where note_id in (select value from json_each(?1))";
    sqlx::query(draft).bind(&names).execute(conn).await?;
    Ok(())
}
