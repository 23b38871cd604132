//! What operators tried and may not do: rows that are added and never touched again.

use desk::ids::{ContactId, OperatorId};
use desk::time::Time;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::{AuditRow, StoreError};
use super::{int, small, uint};

pub(super) async fn keep(turn: &mut SqliteConnection, row: &AuditRow) -> Result<(), StoreError> {
    sqlx::query("insert into audit (at_ms, operator_id, contact_id, kind, detail) values (?, ?, ?, ?, ?)")
        .bind(int(row.at.0))
        .bind(i64::from(row.operator.0))
        .bind(row.contact.map(|contact| int(contact.0)))
        .bind(&row.kind)
        .bind(&row.detail)
        .execute(turn)
        .await?;
    Ok(())
}

pub(super) async fn latest(pool: &SqlitePool, most: u32) -> Result<Vec<AuditRow>, StoreError> {
    let rows = sqlx::query(
        "select at_ms, operator_id, contact_id, kind, detail from audit order by audit_id desc limit ?",
    )
    .bind(most)
    .fetch_all(pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| AuditRow {
        at: Time(uint(row.get(0))),
        operator: OperatorId(small(row.get(1))),
        contact: row.get::<Option<i64>, _>(2).map(|contact| ContactId(uint(contact))),
        kind: row.get(3),
        detail: row.get(4),
    };
    Ok(rows.iter().map(read).collect())
}
