//! Older notes that were asked of the server: they are in this file until the next tidying. Refuses to know who asked.

use std::collections::BTreeSet;

use desk::note::chain;
use desk::time::Time;
use link::message::notes::Searched;
use sqlx::sqlite::SqliteConnection;

use super::apply::{self, Incoming};
use super::fault::VaultError;
use super::{Vault, head, outbox, page, row, search};

impl Vault {
    /// Puts what was found into the file. They are old, so that [`Vault::purge`] takes them out again. False: they are of
    /// another life of the server than the one that this file reads, or not what they were committed to; nothing was done.
    ///
    /// # Errors
    /// When the file cannot be written; then nothing of it counts.
    pub async fn older(&self, searched: &Searched, now: Time) -> Result<bool, VaultError> {
        if !searched.found.iter().all(|placed| chain::commits(&placed.revision)) {
            return Ok(false);
        }
        let mut turn = self.turn().await?;
        let conn = turn.conn();
        if outbox::cursor(&mut *conn).await?.is_none_or(|cursor| cursor.epoch != searched.epoch) {
            return Ok(false);
        }
        let placed = searched.found.iter();
        let incoming: Vec<Incoming<'_>> =
            placed.map(|one| Incoming { revision: &one.revision, seq: Some(one.seq) }).collect();
        apply::insert(conn, &incoming, false, now).await?;
        let touched: BTreeSet<String> = incoming.iter().map(|one| row::name(one.revision.note.0)).collect();
        let redacted = redacted(conn, &touched).await?;
        page::strip(conn, &redacted).await?;
        if !touched.is_empty() {
            head::refresh(conn, &touched, None).await?;
            search::settle(conn).await?;
        }
        match redacted.is_empty() {
            true => turn.commit().await?,
            false => turn.commit_without_trace().await?,
        }
        Ok(true)
    }
}

/// Which of these records were redacted while the answer was on its way.
async fn redacted(
    conn: &mut SqliteConnection,
    touched: &BTreeSet<String>,
) -> Result<BTreeSet<String>, VaultError> {
    let read = "select distinct r.note_id from json_each(?) cross join revision r on r.note_id = value
                where r.kind = 'redact'";
    let names = row::list(&touched.iter().collect::<Vec<_>>());
    let found: Vec<String> = sqlx::query_scalar(read).bind(names).fetch_all(conn).await?;
    Ok(found.into_iter().collect())
}
