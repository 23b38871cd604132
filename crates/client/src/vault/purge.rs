//! Forgetting what the server has for good and what is old. Refuses to forget anything else.

use desk::time::Time;
use sqlx::sqlite::SqliteConnection;

use super::fault::VaultError;
use super::{Vault, row, search};

const DAY_MS: u64 = 86_400_000;
/// Records in one transaction: a save waits for it no longer than some tens of milliseconds.
const AT_ONCE: i64 = 500;

impl Vault {
    /// Forgets records whose every revision lies in a verified backup of the server and whose newest one is older than
    /// `keep_days`, by its author's clock or by this machine's when it came, whichever is earlier. Never what is
    /// unsynced, refused, in conflict, being typed or still open. Gives back how many records went.
    ///
    /// # Errors
    /// When the file cannot be written; what went before stays gone.
    pub async fn purge(&self, now: Time, keep_days: u32) -> Result<u64, VaultError> {
        let before = row::int(now.0.saturating_sub(u64::from(keep_days) * DAY_MS));
        let mut gone = 0;
        loop {
            let mut turn = self.turn().await?;
            let old = old(turn.conn(), before).await?;
            if old.is_empty() {
                turn.commit().await?;
                return Ok(gone);
            }
            gone += old.len() as u64;
            forget(turn.conn(), &old).await?;
            turn.commit_without_trace().await?;
        }
    }
}

/// Records that may go, with their places.
async fn old(conn: &mut SqliteConnection, before: i64) -> Result<Vec<(String, i64)>, VaultError> {
    let read = "select n.note_id, n.place from note n, stream s
                where n.open is null and n.refused is null and n.heads <= 1
                  and s.epoch = s.durable_epoch and s.resync = 0
                  and not exists (select 1 from draft d where d.note_id = n.note_id)
                  and not exists (select 1 from revision r where r.note_id = n.note_id
                      and (r.seq is null and r.refused is null or r.seq > s.durable_seq
                           or r.refused is not null and r.settled = 0
                           or r.rev_id in (select o.rev_id from outbox o)
                           or min(r.client_ms, r.stored_ms) >= ?))
                order by n.place limit ?";
    Ok(sqlx::query_as(read).bind(before).bind(AT_ONCE).fetch_all(conn).await?)
}

async fn forget(conn: &mut SqliteConnection, old: &[(String, i64)]) -> Result<(), VaultError> {
    let names = row::list(&old.iter().map(|(note, _)| note).collect::<Vec<_>>());
    for write in [
        "delete from parent where rev_id in
            (select r.rev_id from json_each(?) cross join revision r on r.note_id = value)",
        "delete from revision where note_id in (select value from json_each(?))",
        "delete from note where note_id in (select value from json_each(?))",
    ] {
        sqlx::query(write).bind(&names).execute(&mut *conn).await?;
    }
    search::put(conn, Vec::new(), old.iter().map(|(_, place)| *place).collect()).await
}
