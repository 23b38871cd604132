//! Copies of the whole file, and what a restored one gets.

use std::path::Path;

use sqlx::{Row, SqlitePool};

use super::super::{AuditRow, StoreError};
use super::{audit, int};

/// One statement and so one moment; the copy has no free pages, and with a key it has the same one.
pub(super) async fn copy_to(pool: &SqlitePool, file: &Path) -> Result<(), StoreError> {
    let file = file.to_str().ok_or_else(|| StoreError::BadPath(file.to_owned()))?;
    sqlx::query("vacuum into ?").bind(file).execute(pool).await?;
    Ok(())
}

/// SQLite's own check, and SQLCipher's of each page's seal; the latter says nothing for a file without a key.
pub(super) async fn page_faults(pool: &SqlitePool) -> Result<Vec<String>, StoreError> {
    let mut faults = Vec::new();
    for check in ["pragma integrity_check", "pragma cipher_integrity_check"] {
        let rows = sqlx::query(check).fetch_all(pool).await?;
        faults.extend(rows.iter().map(|row| row.get::<String, _>(0)).filter(|line| line != "ok"));
    }
    Ok(faults)
}

pub(super) async fn raise_durable(
    pool: &SqlitePool,
    epoch: u64,
    seq: u64,
    line: &AuditRow,
) -> Result<(), StoreError> {
    let mut turn = pool.begin_with("begin immediate").await?;
    sqlx::query(
        "update counter set value = ?1 where name = 'durable_seq' and value < ?1
             and (select value from counter where name = 'epoch') = ?2",
    )
    .bind(int(seq))
    .bind(int(epoch))
    .execute(&mut *turn)
    .await?;
    audit::keep(&mut turn, line).await?;
    Ok(turn.commit().await?)
}

pub(super) async fn begin_life(pool: &SqlitePool, epoch: u64, line: &AuditRow) -> Result<(), StoreError> {
    let mut turn = pool.begin_with("begin immediate").await?;
    sqlx::query("update counter set value = ? where name = 'epoch'")
        .bind(int(epoch))
        .execute(&mut *turn)
        .await?;
    sqlx::query(
        "update counter set value = (select value from counter where name = 'note_seq') where name = 'durable_seq'",
    )
    .execute(&mut *turn)
    .await?;
    audit::keep(&mut turn, line).await?;
    Ok(turn.commit().await?)
}
