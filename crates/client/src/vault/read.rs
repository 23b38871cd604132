//! One record as it stands. Refuses to know how lists and search find it.

use desk::ids::OperatorId;
use desk::note::revision::{NoteId, RevId, RevKind};
use desk::time::Time;
use link::json;
use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::fault::VaultError;
use super::{Kept, KeptHead, Vault, row};

impl Vault {
    /// A record as it stands; none when this desk does not have it, or it was taken back (tombstone).
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn read(&self, note: NoteId) -> Result<Option<Kept>, VaultError> {
        let mut reader = self.reader().await?;
        let name = row::name(note.0);
        if let Some(kept) = refused(&mut reader, &name).await? {
            return Ok(Some(kept));
        }
        let read = "select r.rev_id, r.author, r.client_ms, r.body, r.kind from revision r
                    where r.note_id = ? and r.refused is null
                      and not exists (select 1 from parent p where p.parent_id = r.rev_id) order by r.place";
        let rows = sqlx::query(read).bind(&name).fetch_all(&mut *reader).await?;
        let (mut heads, mut redacted) = (Vec::new(), false);
        for found in &rows {
            redacted |= row::kind(found.try_get(4)?)? == RevKind::Redact;
            heads.extend(head(found)?);
        }
        if heads.is_empty() && !redacted {
            return Ok(None);
        }
        let synced = "select not exists (select 1 from outbox o cross join revision r on r.rev_id = o.rev_id
                      where r.note_id = ?)";
        let synced = sqlx::query_scalar(synced).bind(&name).fetch_one(&mut *reader).await?;
        Ok(Some(Kept { heads, refused: None, redacted, synced }))
    }
}

/// What the server refused last and nobody has dealt with: its author must see it, whatever else there is.
async fn refused(conn: &mut SqliteConnection, note: &str) -> Result<Option<Kept>, VaultError> {
    let read = "select r.rev_id, r.author, r.client_ms, r.body, r.refused from revision r
                where r.note_id = ? and r.refused is not null and r.settled = 0 order by r.place desc limit 1";
    let Some(found) = sqlx::query(read).bind(note).fetch_optional(conn).await? else { return Ok(None) };
    let heads = head(&found)?.into_iter().collect();
    Ok(Some(Kept { heads, refused: Some(row::code(found.try_get(4)?)), redacted: false, synced: false }))
}

fn head(found: &SqliteRow) -> Result<Option<KeptHead>, VaultError> {
    let body: Option<&str> = found.try_get(3)?;
    let Some(record) = body.and_then(|body| json::decode(body).ok()) else { return Ok(None) };
    let (rev, author) = (RevId(row::uuid(found.try_get(0)?)?), OperatorId(found.try_get(1)?));
    Ok(Some((rev, author, Time(row::uint(found.try_get(2)?)), record)))
}
