//! What a push came to. Refuses to know how it travelled.

use std::collections::BTreeSet;

use desk::code::Code;
use desk::note::revision::StreamId;
use link::message::notes::{Outcome, Pushed};
use sqlx::sqlite::SqliteConnection;
use sqlx::{Row, SqliteConnection as Connection};

use super::fault::VaultError;
use super::{Vault, head, outbox, page, row};

/// What the vault made of an answer to a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// The outbox is shorter by what the server has.
    Kept,
    /// A new stream began: the old one was copied, or this file is older than the server's memory of it.
    NewStream(StreamId),
    /// The answer is about a stream that is not used any more: nothing was done.
    Stale,
}

impl Vault {
    /// Takes in the answer to a push of `stream`, in one transaction; the same answer twice does no harm.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing of the answer counts.
    pub async fn acked(&self, stream: StreamId, pushed: &Pushed) -> Result<After, VaultError> {
        if stream != self.stream() {
            return Ok(After::Stale);
        }
        let mut turn = self.turn().await?;
        let conn = turn.conn();
        let name = row::name(stream.0);
        let stripped = stored(conn, &name, pushed).await?;
        let mut touched = refused(conn, &name, pushed).await?;
        touched.extend(stripped.iter().cloned());
        head::refresh(conn, &touched, None).await?;
        sqlx::query("delete from viewed where vseq <= ?")
            .bind(row::int(pushed.viewed))
            .execute(&mut *conn)
            .await?;
        page::durable(conn, pushed.epoch, pushed.durable_seq).await?;
        let copied = pushed.outcomes.iter().any(|outcome| match outcome {
            Outcome::Divergent { .. } => true,
            Outcome::Stored { .. } | Outcome::Refused { .. } => false,
        });
        let began = match copied {
            true => Some(outbox::begin_stream(conn).await?),
            false => outbox::reconcile(conn, stream, pushed.high).await?,
        };
        match stripped.is_empty() {
            true => turn.commit().await?,
            false => turn.commit_without_trace().await?,
        }
        let Some(stream) = began else { return Ok(After::Kept) };
        self.streams_as(stream);
        Ok(After::NewStream(stream))
    }
}

/// Takes what is stored out of the outbox. Its place counts only in the epoch in which this file reads; else the next
/// pull brings it. Gives back the records of which a redaction was stored.
async fn stored(
    conn: &mut Connection,
    stream: &str,
    pushed: &Pushed,
) -> Result<BTreeSet<String>, VaultError> {
    let place = |outcome: &Outcome| match outcome {
        Outcome::Stored { dseq, seq } => Some((row::int(*dseq), row::int(*seq))),
        Outcome::Refused { .. } | Outcome::Divergent { .. } => None,
    };
    let places: Vec<(i64, i64)> = pushed.outcomes.iter().filter_map(place).collect();
    let reading = outbox::cursor(&mut *conn).await?.is_some_and(|cursor| cursor.epoch == pushed.epoch);
    let write = "update revision set seq = iif(?, sent.seq, null)
                 from (select value ->> 0 as dseq, value ->> 1 as seq from json_each(?)) as sent
                 where own = 1 and stream_id = ? and revision.dseq = sent.dseq and refused is null
                 returning revision.rev_id, revision.note_id, revision.kind";
    let rows = sqlx::query(write).bind(reading).bind(row::list(&places)).bind(stream);
    let (mut sent, mut redacted) = (Vec::new(), BTreeSet::new());
    for found in rows.fetch_all(&mut *conn).await? {
        sent.push(found.try_get::<String, _>(0)?);
        if super::write::redacts(row::kind(found.try_get(2)?)?) {
            redacted.insert(found.try_get(1)?);
        }
    }
    let gone = "delete from outbox where rev_id in (select value from json_each(?))";
    sqlx::query(gone).bind(row::list(&sent)).execute(&mut *conn).await?;
    page::strip(conn, &redacted).await?;
    Ok(redacted)
}

/// Marks what was refused for good: it follows nobody any more, so that what it followed is a head again.
async fn refused(
    conn: &mut SqliteConnection,
    stream: &str,
    pushed: &Pushed,
) -> Result<BTreeSet<String>, VaultError> {
    let mut touched = BTreeSet::new();
    for outcome in &pushed.outcomes {
        let (dseq, code): (u64, Code) = match outcome {
            Outcome::Refused { dseq, code } => (*dseq, *code),
            Outcome::Stored { .. } | Outcome::Divergent { .. } => continue,
        };
        let write = "update revision set refused = ? where own = 1 and stream_id = ? and dseq = ?
                     returning rev_id, note_id";
        let query = sqlx::query(write).bind(row::code_text(code)).bind(stream).bind(row::int(dseq));
        let Some(found) = query.fetch_optional(&mut *conn).await? else { continue };
        let (rev, note): (String, String) = (found.try_get(0)?, found.try_get(1)?);
        for write in ["delete from outbox where rev_id = ?", "delete from parent where rev_id = ?"] {
            sqlx::query(write).bind(&rev).execute(&mut *conn).await?;
        }
        touched.insert(note);
    }
    Ok(touched)
}
