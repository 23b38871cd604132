//! Small values that the desk needs without the server, and who looked at what. Refuses to know what they mean.

use desk::note::revision::NoteId;
use desk::time::Time;

use super::fault::VaultError;
use super::{Vault, row};

impl Vault {
    /// Keeps a small value by name, such as the forms; it takes the place of the last one.
    ///
    /// # Errors
    /// When it is not on the disk.
    pub async fn keep(&self, name: &str, text: &str) -> Result<(), VaultError> {
        let mut turn = self.turn().await?;
        let write = "insert into kept (name, value) values (?, ?)
                     on conflict (name) do update set value = excluded.value where value <> excluded.value";
        sqlx::query(write).bind(name).bind(text).execute(turn.conn()).await?;
        turn.commit().await
    }

    /// A kept value.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn kept(&self, name: &str) -> Result<Option<String>, VaultError> {
        let mut reader = self.reader().await?;
        let read = sqlx::query_scalar("select value from kept where name = ?").bind(name);
        Ok(read.fetch_optional(&mut *reader).await?)
    }

    /// Somebody looked at a record's personal fields: the server's audit will have it.
    ///
    /// # Errors
    /// When it is not on the disk.
    pub async fn viewed(&self, note: NoteId, at: Time) -> Result<(), VaultError> {
        let mut turn = self.turn().await?;
        let count = "update stream set next_vseq = next_vseq + 1 returning next_vseq - 1";
        let vseq: i64 = sqlx::query_scalar(count).fetch_one(turn.conn()).await?;
        let write = "insert into viewed (vseq, note_id, at_ms) values (?, ?, ?)";
        let query = sqlx::query(write).bind(vseq).bind(row::name(note.0)).bind(row::int(at.0));
        query.execute(turn.conn()).await?;
        turn.commit().await
    }
}
