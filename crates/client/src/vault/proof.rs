//! What a test or a person in doubt asks of the file: whether it is sound, and everything that stands in it. Refuses to
//! know what ought to stand there.

use sqlx::{AssertSqlSafe, Row, TypeInfo, ValueRef};

use super::Vault;
use super::fault::VaultError;

impl Vault {
    /// What SQLite and SQLCipher find wrong with the file; nothing: it is sound.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn faults(&self) -> Result<Vec<String>, VaultError> {
        let mut reader = self.reader().await?;
        let checked: Vec<String> =
            sqlx::query_scalar("pragma integrity_check").fetch_all(&mut *reader).await?;
        let sealed: Vec<String> =
            sqlx::query_scalar("pragma cipher_integrity_check").fetch_all(&mut *reader).await?;
        Ok(checked.into_iter().filter(|word| word != "ok").chain(sealed).collect())
    }

    /// Every text and every blob of every table, the blobs as far as they are text.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn everything(&self) -> Result<Vec<String>, VaultError> {
        let mut reader = self.reader().await?;
        let tables: Vec<String> = sqlx::query_scalar("select name from sqlite_schema where type = 'table'")
            .fetch_all(&mut *reader)
            .await?;
        let mut found = Vec::new();
        for table in tables {
            // The name comes out of the schema itself.
            let read = AssertSqlSafe(format!("select * from \"{table}\""));
            for row in sqlx::query(read).fetch_all(&mut *reader).await? {
                for column in 0..row.len() {
                    let kind = row.try_get_raw(column)?.type_info().name().to_owned();
                    if matches!(kind.as_str(), "TEXT" | "BLOB") {
                        let bytes: Vec<u8> = row.try_get_unchecked(column)?;
                        found.push(String::from_utf8_lossy(&bytes).into_owned());
                    }
                }
            }
        }
        Ok(found)
    }
}
