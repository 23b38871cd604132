//! Drafts and new revisions: each one transaction. Refuses to judge what is written.

use std::collections::BTreeSet;

use desk::note::chain;
use desk::note::revision::{NoteId, RevId, RevKind, Revision};
use desk::time::Time;
use link::json;
use ring::rand::{SecureRandom, SystemRandom};
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use super::apply::{self, Incoming};
use super::fault::VaultError;
use super::file::Turn;
use super::{Draft, NewRevision, Stored, Vault, head, row, search};

/// The largest body of a revision, bytes: what the server takes. A note full of text has some 10 KiB.
const MAX_BODY: usize = 64 * 1024;
/// Refused revisions that follow each other, at most, when a new one is put on their parents.
const REFUSED_IN_A_ROW: usize = 100;

impl Vault {
    /// Keeps what is being typed; it takes the place of the record's last draft.
    ///
    /// # Errors
    /// When it is not on the disk.
    pub async fn draft(&self, draft: Draft) -> Result<(), VaultError> {
        let mut turn = self.turn().await?;
        let write = "insert into draft (note_id, parents, body, saved_ms) values (?, ?, ?, ?)
                     on conflict (note_id) do update set parents = excluded.parents, body = excluded.body,
                     saved_ms = excluded.saved_ms";
        let query = sqlx::query(write).bind(row::name(draft.note.0)).bind(row::parents_text(&draft.parents));
        let query = query.bind(json::encode(&draft.record)).bind(row::int(draft.at.0));
        query.execute(turn.conn()).await?;
        turn.commit().await
    }

    /// Every draft, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn drafts(&self) -> Result<Vec<Draft>, VaultError> {
        let mut reader = self.reader().await?;
        drafts(&mut reader).await
    }

    /// The draft is not wanted any more; nothing of it stays in the file or its log.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn forget_draft(&self, note: NoteId) -> Result<(), VaultError> {
        let mut turn = self.turn().await?;
        remove_draft(turn.conn(), &row::name(note.0)).await?;
        turn.commit_without_trace().await
    }

    /// Makes a revision: it is counted, put into the outbox, the lists and the search, and the record's draft is gone.
    /// A parent that the server refused is replaced by that one's parents, and its refusal is dealt with.
    ///
    /// # Errors
    /// When it is not on the disk.
    pub async fn write(&self, new: NewRevision) -> Result<Stored, VaultError> {
        let body = new.record.as_ref().map(json::encode);
        if body.as_ref().is_some_and(|body| body.len() > MAX_BODY) {
            return Err(VaultError::Broken("the record is larger than anybody takes".into()));
        }
        let mut turn = self.turn().await?;
        let (revision, at) = (self.made(&mut turn, &new, body).await?, new.at);
        let note = row::name(revision.note.0);
        let conn = turn.conn();
        settle(conn, &note, &new.parents).await?;
        apply::insert(conn, &[Incoming { revision: &revision, seq: None }], true, at).await?;
        sqlx::query("insert into outbox (rev_id) values (?)")
            .bind(row::name(revision.rev.0))
            .execute(&mut *conn)
            .await?;
        remove_draft(conn, &note).await?;
        head::refresh(conn, &BTreeSet::from([note]), Some(at)).await?;
        search::settle(conn).await?;
        turn.commit().await?;
        Ok(Stored { rev: revision.rev, dseq: revision.dseq })
    }

    /// The revision as it will travel, with the next number.
    async fn made(
        &self,
        turn: &mut Turn,
        new: &NewRevision,
        body: Option<String>,
    ) -> Result<Revision, VaultError> {
        let count = "update stream set next_dseq = next_dseq + 1 returning next_dseq - 1, stream_id";
        let counted = sqlx::query(count).fetch_one(turn.conn()).await?;
        let parents = standing(turn.conn(), &new.parents).await?;
        let salt = body.as_ref().map(|_| salt()).transpose()?;
        let commitment = commitment(body.as_deref(), salt.as_deref());
        Ok(Revision {
            rev: RevId(Uuid::now_v7()),
            note: new.note,
            parents,
            stream: desk::note::revision::StreamId(row::uuid(counted.try_get(1)?)?),
            dseq: row::uint(counted.try_get(0)?),
            author: new.author,
            kind: new.kind,
            client_ms: new.at,
            body,
            salt,
            commitment,
        })
    }
}

/// The commitment of a revision that is made here; one without a body commits itself to nothing.
fn commitment(body: Option<&str>, salt: Option<&str>) -> String {
    chain::commitment(body.unwrap_or_default(), salt.unwrap_or_default())
}

fn salt() -> Result<String, VaultError> {
    let mut bytes = [0; 32];
    let drawn = SystemRandom::new().fill(&mut bytes);
    drawn.map_err(|_| VaultError::Broken("the system has no randomness".into()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The parents that the server has or will have: a refused one gives way to its own.
async fn standing(conn: &mut SqliteConnection, parents: &[RevId]) -> Result<Vec<RevId>, VaultError> {
    let mut standing = Vec::new();
    let mut asked = parents.to_vec();
    for _ in 0..REFUSED_IN_A_ROW {
        let Some(parent) = asked.pop() else { break };
        let read = "select parents from revision where rev_id = ? and refused is not null";
        let refused: Option<String> =
            sqlx::query_scalar(read).bind(row::name(parent.0)).fetch_optional(&mut *conn).await?;
        match refused {
            Some(its) => asked.extend(row::parents(&its)?),
            None if standing.contains(&parent) => {}
            None => standing.push(parent),
        }
    }
    standing.sort_unstable();
    Ok(standing)
}

/// A refused parent is dealt with, and with it all that was refused of this record: nothing of their text stays.
async fn settle(conn: &mut SqliteConnection, note: &str, parents: &[RevId]) -> Result<(), VaultError> {
    let parents: Vec<String> = parents.iter().map(|parent| row::name(parent.0)).collect();
    let write = "update revision set settled = 1, body = null, salt = null
                 where refused is not null and note_id = ?1 and exists
                     (select 1 from json_each(?2) cross join revision r on r.rev_id = value
                      where r.refused is not null and r.note_id = ?1)";
    sqlx::query(write).bind(note).bind(row::list(&parents)).execute(conn).await?;
    Ok(())
}

async fn remove_draft(conn: &mut SqliteConnection, note: &str) -> Result<(), VaultError> {
    sqlx::query("delete from draft where note_id = ?").bind(note).execute(conn).await?;
    Ok(())
}

/// Every draft that this program can read, the newest first.
pub(super) async fn drafts(conn: &mut SqliteConnection) -> Result<Vec<Draft>, VaultError> {
    let read = "select note_id, parents, body, saved_ms from draft order by saved_ms desc, note_id";
    let mut drafts = Vec::new();
    for found in sqlx::query(read).fetch_all(conn).await? {
        let Ok(record) = json::decode(found.try_get(2)?) else { continue };
        drafts.push(Draft {
            note: NoteId(row::uuid(found.try_get(0)?)?),
            parents: row::parents(found.try_get(1)?)?,
            record,
            at: Time(row::uint(found.try_get(3)?)),
        });
    }
    Ok(drafts)
}

/// Whether a revision removes what was written before it.
pub(super) fn redacts(kind: RevKind) -> bool {
    match kind {
        RevKind::Redact => true,
        RevKind::Edit | RevKind::Resolve | RevKind::Tombstone => false,
    }
}
