//! What operators and commands did that is watched: rows that are added and never touched again, each bound to the one before.

use desk::ids::{ContactId, OperatorId};
use desk::time::Time;
use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::{AuditRow, Lines, StoreError};
use super::{int, small, uint};
use crate::audit::{Anchor, GENESIS, link};

pub(super) async fn keep(turn: &mut SqliteConnection, row: &AuditRow) -> Result<(), StoreError> {
    let before: Option<String> = sqlx::query_scalar("select chain from audit order by audit_id desc limit 1")
        .fetch_optional(&mut *turn)
        .await?;
    // Counted apart from the rows, so that a tail that was cut off is missed.
    let id: i64 =
        sqlx::query_scalar("update counter set value = value + 1 where name = 'audit' returning value")
            .fetch_one(&mut *turn)
            .await?;
    let chain = link(before.as_deref().unwrap_or(GENESIS), uint(id), row);
    sqlx::query(
        "insert into audit (audit_id, at_ms, operator_id, contact_id, kind, detail, chain)
         values (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(id)
    .bind(int(row.at.0))
    .bind(row.operator.map(|operator| i64::from(operator.0)))
    .bind(row.contact.map(|contact| int(contact.0)))
    .bind(&row.kind)
    .bind(&row.detail)
    .bind(chain)
    .execute(turn)
    .await?;
    Ok(())
}

/// One line by itself.
pub(super) async fn keep_alone(pool: &SqlitePool, row: &AuditRow) -> Result<(), StoreError> {
    let mut turn = pool.begin_with("begin immediate").await?;
    keep(&mut turn, row).await?;
    Ok(turn.commit().await?)
}

/// The columns that [`row`] reads, in its order, come first.
const ALL: &str =
    "select at_ms, operator_id, contact_id, kind, detail, audit_id, chain from audit order by audit_id";

fn row(row: &SqliteRow) -> AuditRow {
    AuditRow {
        at: Time(uint(row.get(0))),
        operator: row.get::<Option<i64>, _>(1).map(|operator| OperatorId(small(operator))),
        contact: row.get::<Option<i64>, _>(2).map(|contact| ContactId(uint(contact))),
        kind: row.get(3),
        detail: row.get(4),
    }
}

/// Binds the rows of a time without a chain. Where one has a chain, the others were tampered with and stay as they
/// are, for the check to find.
pub(super) async fn chain_older(turn: &mut SqliteConnection) -> Result<(), StoreError> {
    let rows = sqlx::query(ALL).fetch_all(&mut *turn).await?;
    if rows.iter().any(|row| row.get::<Option<&str>, _>(6).is_some()) {
        return Ok(());
    }
    let mut chain = GENESIS.to_owned();
    for each in &rows {
        let id: i64 = each.get(5);
        chain = link(&chain, uint(id), &row(each));
        sqlx::query("update audit set chain = ? where audit_id = ?")
            .bind(&chain)
            .bind(id)
            .execute(&mut *turn)
            .await?;
    }
    Ok(())
}

pub(super) async fn latest(pool: &SqlitePool, most: u32) -> Result<Vec<AuditRow>, StoreError> {
    let rows = sqlx::query(
        "select at_ms, operator_id, contact_id, kind, detail from audit order by audit_id desc limit ?",
    )
    .bind(most)
    .fetch_all(pool)
    .await?;
    Ok(rows.iter().map(row).collect())
}

pub(super) async fn read_all(pool: &SqlitePool, take: &mut Lines<'_>) -> Result<u64, StoreError> {
    let mut turn = pool.begin().await?;
    let mut rows = sqlx::query(ALL).fetch(&mut *turn);
    while let Some(each) = rows.try_next().await? {
        take(uint(each.get(5)), &row(&each), each.get(6));
    }
    drop(rows);
    let counted: i64 =
        sqlx::query_scalar("select value from counter where name = 'audit'").fetch_one(&mut *turn).await?;
    Ok(uint(counted))
}

pub(super) async fn head(pool: &SqlitePool) -> Result<Option<Anchor>, StoreError> {
    let row = sqlx::query(
        "select audit_id, chain from audit where chain is not null order by audit_id desc limit 1",
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Anchor { line: uint(row.get(0)), chain: row.get(1) }))
}

pub(super) async fn chain_at(pool: &SqlitePool, line: u64) -> Result<Option<String>, StoreError> {
    let chain = sqlx::query_scalar("select chain from audit where audit_id = ? and chain is not null");
    Ok(chain.bind(int(line)).fetch_optional(pool).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Checker;
    use crate::store::open;

    /// The last tables without a place for a command.
    const ONLY_OPERATORS: i64 = 7;

    #[tokio::test]
    async fn a_log_of_operators_alone_keeps_its_chain_and_goes_on_with_a_command() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let pool = SqlitePool::connect(&format!("{url}?mode=rwc")).await.unwrap();
        let mut older = sqlx::migrate!("../../migrations/server");
        older.migrations.to_mut().retain(|migration| migration.version <= ONLY_OPERATORS);
        older.run(&pool).await.unwrap();
        sqlx::query("insert into operator (operator_id, name, display, password_hash, added_ms) values (1, 'op01', 'a', 'b', 1)")
            .execute(&pool)
            .await
            .unwrap();
        let row = |operator, detail: &str| AuditRow {
            at: Time(7),
            operator,
            contact: Some(ContactId(9)),
            kind: "dial_refused".into(),
            detail: detail.into(),
        };
        for detail in ["foreign", "premium"] {
            keep_alone(&pool, &row(Some(OperatorId(1)), detail)).await.unwrap();
        }
        pool.close().await;

        let store = open(&url, None).await.unwrap();
        store.keep_audit(&row(None, "root: epoch 1 -> 2")).await.unwrap();
        let mut checker = Checker::new(None);
        let counted = store.read_audit(&mut |line, row, chain| checker.take(line, row, chain)).await.unwrap();
        assert_eq!(checker.close(counted), Ok(3));
        store.close().await;
        let raw = SqlitePool::connect(&url).await.unwrap();
        for change in ["update audit set operator_id = 1 where audit_id = 3", "delete from audit"] {
            let refused =
                sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(&raw).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{refused}");
        }
    }
}
