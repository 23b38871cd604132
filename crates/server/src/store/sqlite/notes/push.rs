//! Revisions come in: one push, one transaction. What is counted already gets the answer of the first time; what
//! stands under the same number and differs is never overwritten.

use std::sync::atomic::{AtomicBool, Ordering};

use desk::code::Code;
use desk::note::Record;
use desk::note::revision::{RevKind, Revision};
use link::message::notes::{Outcome, Pushed};
use sqlx::{Row, SqliteConnection, SqlitePool};
use uuid::Uuid;

use super::super::super::{AuditRow, Pushing, StoreError};
use super::super::{audit, int, uint};
use super::row::{kind_word, parents};
use super::{Marks, chain_at, marks};
use crate::notes::{Judged, is_owed, refusal_beside};

/// Whether the write-ahead log still holds what was redacted: somebody read while it was to be cut off.
#[derive(Default)]
pub(in super::super) struct Log {
    owes_cut: AtomicBool,
}

/// A push at work.
struct Work<'a> {
    turn: &'a mut SqliteConnection,
    pushing: &'a Pushing<'a>,
    lead: bool,
    /// How far the stream is counted.
    high: u64,
    seq: u64,
    chain: String,
    redacts: bool,
}

pub(in super::super) async fn push(
    pool: &SqlitePool,
    log: &Log,
    pushing: Pushing<'_>,
) -> Result<Option<Pushed>, StoreError> {
    let mut turn = pool.begin_with("begin immediate").await?;
    let Some((high, viewed)) = stream(&mut turn, &pushing).await? else { return Ok(None) };
    let before = marks(&mut turn).await?;
    let chain = chain_at(&mut turn, before.seq).await?.ok_or(StoreError::DamagedRevision(before.seq))?;
    let lead = leads(&mut turn, &pushing).await?;
    let seq = before.seq;
    let mut work = Work { turn: &mut turn, pushing: &pushing, lead, high, seq, chain, redacts: false };
    let (outcomes, gap) = work.take_all().await?;
    let viewed = work.views(viewed).await?;
    let (high, redacts) = (work.high, work.redacts);
    let Marks { seq, .. } = work.count(before, viewed).await?;
    turn.commit().await?;
    if seq > before.seq {
        tracing::debug!(seq, "revisions came in");
    }
    if redacts || log.owes_cut.load(Ordering::Relaxed) {
        cut_log(pool, log).await;
    }
    Ok(Some(Pushed { epoch: before.epoch, high, viewed, durable_seq: before.durable, outcomes, gap }))
}

/// Takes the redacted text out of the write-ahead log too. Whoever reads at the moment holds it up, until the next
/// push.
async fn cut_log(pool: &SqlitePool, log: &Log) {
    let cut = sqlx::query("pragma wal_checkpoint(truncate)").fetch_one(pool).await;
    let done = cut.is_ok_and(|row| row.get::<i64, _>(0) == 0);
    log.owes_cut.store(!done, Ordering::Relaxed);
    if !done {
        tracing::warn!("the write-ahead log still holds what was redacted; it is cut at the next push");
    }
}

/// How far the stream is counted, revisions and views; none: it is another operator's.
async fn stream(
    turn: &mut SqliteConnection,
    pushing: &Pushing<'_>,
) -> Result<Option<(u64, u64)>, StoreError> {
    let row = sqlx::query("select operator_id, high, viewed from note_stream where stream_id = ?")
        .bind(name(&pushing.stream.0))
        .fetch_optional(turn)
        .await?;
    let Some(row) = row else { return Ok(Some((0, 0))) };
    let own = row.get::<i64, _>(0) == i64::from(pushing.operator.0);
    Ok(own.then(|| (uint(row.get(1)), uint(row.get(2)))))
}

async fn leads(turn: &mut SqliteConnection, pushing: &Pushing<'_>) -> Result<bool, StoreError> {
    let lead = sqlx::query_scalar("select lead from operator where operator_id = ?");
    let lead: Option<i64> = lead.bind(i64::from(pushing.operator.0)).fetch_optional(turn).await?;
    Ok(lead == Some(1))
}

impl Work<'_> {
    /// One after the other, until there is a gap or a number that stands for something else.
    async fn take_all(&mut self) -> Result<(Vec<Outcome>, Option<u64>), StoreError> {
        let mut outcomes = Vec::with_capacity(self.pushing.items.len());
        for item in self.pushing.items {
            let dseq = item.revision.dseq;
            let outcome = if dseq > self.high + 1 {
                return Ok((outcomes, Some(self.high + 1)));
            } else if dseq == self.high + 1 {
                self.high = dseq;
                self.take(item).await?
            } else {
                self.again(item.revision).await?
            };
            let divergent = matches!(outcome, Outcome::Divergent { .. });
            outcomes.push(outcome);
            if divergent {
                break;
            }
        }
        Ok((outcomes, None))
    }

    /// A number that is counted already.
    async fn again(&mut self, revision: &Revision) -> Result<Outcome, StoreError> {
        let dseq = revision.dseq;
        let row = sqlx::query(
            "select seq from note_revision
             where stream_id = ? and dseq = ? and rev_id = ? and note_id = ? and parents = ? and author = ?
                 and kind = ? and client_ms = ? and commitment = ?",
        )
        .bind(name(&self.pushing.stream.0))
        .bind(int(dseq))
        .bind(name(&revision.rev.0))
        .bind(name(&revision.note.0))
        .bind(parents(revision))
        .bind(i64::from(revision.author.0))
        .bind(kind_word(revision.kind))
        .bind(int(revision.client_ms.0))
        .bind(&revision.commitment)
        .fetch_optional(&mut *self.turn)
        .await?;
        if let Some(row) = row {
            return Ok(Outcome::Stored { dseq, seq: uint(row.get(0)) });
        }
        let row =
            sqlx::query("select seq, code from note_place where stream_id = ? and dseq = ? and rev_id = ?")
                .bind(name(&self.pushing.stream.0))
                .bind(int(dseq))
                .bind(name(&revision.rev.0))
                .fetch_optional(&mut *self.turn)
                .await?;
        Ok(match row.map(|row| (row.get::<Option<i64>, _>(0), row.get::<Option<String>, _>(1))) {
            Some((Some(seq), _)) => Outcome::Stored { dseq, seq: uint(seq) },
            Some((None, code)) => Outcome::Refused { dseq, code: code_of_word(code.as_deref()) },
            None => {
                tracing::warn!(operator = %self.pushing.operator, dseq, "a copied stream: its revision was not taken");
                Outcome::Divergent { dseq }
            }
        })
    }

    /// The next number.
    async fn take(&mut self, item: &Judged<'_>) -> Result<Outcome, StoreError> {
        let revision = item.revision;
        let refused = match item.refused {
            Some(code) => Some(code),
            None => {
                let beside = self.beside(item).await?;
                refusal_beside(item, &beside, self.pushing.operator, self.lead)
            }
        };
        if let Some(code) = refused {
            return self.refuse(revision, code).await;
        }
        let seq = self.seq + 1;
        let chain = desk::note::chain::link(&self.chain, seq, revision);
        let stripped = item.record.is_some() && self.is_redacted(revision).await?;
        let (body, salt) =
            if stripped { (None, None) } else { (revision.body.as_ref(), revision.salt.as_ref()) };
        let stored = sqlx::query(
            "insert into note_revision (seq, rev_id, note_id, stream_id, dseq, parents, author, kind, client_ms,
                 body, salt, commitment, chain, received_ms)
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (rev_id) do nothing",
        )
        .bind(int(seq))
        .bind(name(&revision.rev.0))
        .bind(name(&revision.note.0))
        .bind(name(&revision.stream.0))
        .bind(int(revision.dseq))
        .bind(parents(revision))
        .bind(i64::from(revision.author.0))
        .bind(kind_word(revision.kind))
        .bind(int(revision.client_ms.0))
        .bind(body)
        .bind(salt)
        .bind(&revision.commitment)
        .bind(&chain)
        .bind(int(self.pushing.now.0))
        .execute(&mut *self.turn)
        .await?;
        if stored.rows_affected() == 0 {
            return self.came_before(revision).await;
        }
        (self.seq, self.chain) = (seq, chain);
        self.head(item, stripped).await?;
        if revision.kind == RevKind::Redact {
            self.redact(revision).await?;
        }
        Ok(Outcome::Stored { dseq: revision.dseq, seq })
    }

    /// The records that a revision follows or stands beside.
    async fn beside(&mut self, item: &Judged<'_>) -> Result<Vec<Record>, StoreError> {
        if item.record.is_none() {
            return Ok(Vec::new());
        }
        let mut bodies: Vec<String> = sqlx::query_scalar(
            "select body from note_head join note_revision using (seq)
             where note_head.note_id = ? and body is not null",
        )
        .bind(name(&item.revision.note.0))
        .fetch_all(&mut *self.turn)
        .await?;
        for parent in &item.revision.parents {
            let body = sqlx::query_scalar(
                "select body from note_revision where rev_id = ?1 and body is not null
                     and not exists (select 1 from note_head where note_head.rev_id = ?1 and note_id = ?2)",
            );
            let body = body.bind(name(&parent.0)).bind(name(&item.revision.note.0));
            bodies.extend(body.fetch_optional(&mut *self.turn).await?);
        }
        // A body that came in was read once already.
        Ok(bodies.iter().filter_map(|body| link::json::decode(body).ok()).collect())
    }

    /// The record was redacted, and whoever wrote this had not seen it: the text must not come back.
    async fn is_redacted(&mut self, revision: &Revision) -> Result<bool, StoreError> {
        let since = sqlx::query_scalar("select seq from note_redaction where note_id = ?");
        let since: Option<i64> = since.bind(name(&revision.note.0)).fetch_optional(&mut *self.turn).await?;
        let Some(since) = since else { return Ok(false) };
        for parent in &revision.parents {
            let seq = sqlx::query_scalar("select seq from note_revision where rev_id = ?");
            let seq: Option<i64> = seq.bind(name(&parent.0)).fetch_optional(&mut *self.turn).await?;
            if seq.is_some_and(|seq| seq >= since) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The number is used up; of what was written nothing stays.
    async fn refuse(&mut self, revision: &Revision, code: Code) -> Result<Outcome, StoreError> {
        let dseq = revision.dseq;
        tracing::warn!(operator = %self.pushing.operator, dseq, ?code, "a revision was refused");
        self.place(revision, None, Some(code)).await?;
        Ok(Outcome::Refused { dseq, code })
    }

    /// The revision is here under a number of another stream: a copied disk sends it as well.
    async fn came_before(&mut self, revision: &Revision) -> Result<Outcome, StoreError> {
        let seq = sqlx::query_scalar(
            "select seq from note_revision
             where rev_id = ? and note_id = ? and author = ? and kind = ? and commitment = ?",
        )
        .bind(name(&revision.rev.0))
        .bind(name(&revision.note.0))
        .bind(i64::from(revision.author.0))
        .bind(kind_word(revision.kind))
        .bind(&revision.commitment);
        let seq: Option<i64> = seq.fetch_optional(&mut *self.turn).await?;
        let Some(seq) = seq else { return self.refuse(revision, Code::Malformed).await };
        self.place(revision, Some(seq), None).await?;
        Ok(Outcome::Stored { dseq: revision.dseq, seq: uint(seq) })
    }

    async fn place(
        &mut self,
        revision: &Revision,
        seq: Option<i64>,
        code: Option<Code>,
    ) -> Result<(), StoreError> {
        sqlx::query("insert into note_place (stream_id, dseq, rev_id, seq, code) values (?, ?, ?, ?, ?)")
            .bind(name(&self.pushing.stream.0))
            .bind(int(revision.dseq))
            .bind(name(&revision.rev.0))
            .bind(seq)
            .bind(code.map(code_word))
            .execute(&mut *self.turn)
            .await?;
        Ok(())
    }

    /// Puts a stored revision in the place of its parents.
    async fn head(&mut self, item: &Judged<'_>, stripped: bool) -> Result<(), StoreError> {
        let Judged { revision, record, .. } = item;
        for parent in &revision.parents {
            sqlx::query("insert into note_parent (parent_id, seq) values (?, ?) on conflict do nothing")
                .bind(name(&parent.0))
                .bind(int(self.seq))
                .execute(&mut *self.turn)
                .await?;
            sqlx::query("delete from note_head where note_id = ? and rev_id = ?")
                .bind(name(&revision.note.0))
                .bind(name(&parent.0))
                .execute(&mut *self.turn)
                .await?;
        }
        let owed = !stripped && record.as_ref().is_some_and(is_owed);
        sqlx::query(
            "insert into note_head (note_id, rev_id, seq, owed)
             select ?1, ?2, ?3, ?4 where not exists (select 1 from note_parent where parent_id = ?2)",
        )
        .bind(name(&revision.note.0))
        .bind(name(&revision.rev.0))
        .bind(int(self.seq))
        .bind(i64::from(owed))
        .execute(&mut *self.turn)
        .await?;
        Ok(())
    }

    /// Every earlier revision of the record loses body and salt.
    async fn redact(&mut self, revision: &Revision) -> Result<(), StoreError> {
        let note = name(&revision.note.0);
        sqlx::query(
            "update note_revision set body = null, salt = null
             where note_id = ? and seq < ? and body is not null",
        )
        .bind(note)
        .bind(int(self.seq))
        .execute(&mut *self.turn)
        .await?;
        sqlx::query("update note_head set owed = 0 where note_id = ?")
            .bind(note)
            .execute(&mut *self.turn)
            .await?;
        sqlx::query(
            "insert into note_redaction (note_id, seq) values (?, ?)
             on conflict (note_id) do update set seq = excluded.seq",
        )
        .bind(note)
        .bind(int(self.seq))
        .execute(&mut *self.turn)
        .await?;
        self.redacts = true;
        self.audit("note_redacted", format!("note {}", revision.note.0)).await
    }

    /// Writes down who looked at personal fields, each look once; gives how far they are counted.
    async fn views(&mut self, mut viewed: u64) -> Result<u64, StoreError> {
        for view in self.pushing.views {
            if view.vseq > viewed {
                viewed = view.vseq;
                self.audit("note_viewed", format!("note {} at {}", view.note.0, view.at.0)).await?;
            }
        }
        Ok(viewed)
    }

    async fn audit(&mut self, kind: &str, detail: String) -> Result<(), StoreError> {
        let (at, operator) = (self.pushing.now, Some(self.pushing.operator));
        audit::keep(self.turn, &AuditRow { at, operator, contact: None, kind: kind.into(), detail }).await
    }

    /// The counters: last, so that nobody else's push comes between a number and its revision.
    async fn count(self, before: Marks, viewed: u64) -> Result<Marks, StoreError> {
        let Pushing { stream, device, operator, .. } = self.pushing;
        sqlx::query(
            "insert into note_stream (stream_id, device_id, operator_id, high, viewed) values (?, ?, ?, ?, ?)
             on conflict (stream_id) do update set high = excluded.high, viewed = excluded.viewed
             where high <> excluded.high or viewed <> excluded.viewed",
        )
        .bind(name(&stream.0))
        .bind(name(&device.0))
        .bind(i64::from(operator.0))
        .bind(int(self.high))
        .bind(int(viewed))
        .execute(&mut *self.turn)
        .await?;
        if self.seq > before.seq {
            sqlx::query("update counter set value = ? where name = 'note_seq'")
                .bind(int(self.seq))
                .execute(&mut *self.turn)
                .await?;
        }
        Ok(Marks { seq: self.seq, ..before })
    }
}

fn name(name: &Uuid) -> &[u8] {
    name.as_bytes()
}

/// A code as the table keeps it: its word on the wire.
fn code_word(code: Code) -> String {
    link::json::encode(&code).trim_matches('"').to_owned()
}

/// A word that this program does not know was written by a newer one; whoever hears it knows at least that it was
/// refused.
fn code_of_word(word: Option<&str>) -> Code {
    let word = word.unwrap_or_default();
    link::json::decode(&format!("\"{word}\"")).unwrap_or(Code::Malformed)
}
