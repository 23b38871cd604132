//! Operators' accounts: names, passwords, failures, locks. Knows no token.

use desk::ids::OperatorId;
use desk::time::{Millis, Time};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::{Account, OperatorRow, StoreError};
use super::people::{begin, taken, told};
use super::{int, small};

/// The account of a row `operator_id, name, display, locked, removed, lead`.
pub(super) fn operator(row: &SqliteRow) -> OperatorRow {
    OperatorRow {
        operator: OperatorId(small(row.get(0))),
        name: row.get(1),
        display: row.get(2),
        locked: row.get::<i64, _>(3) != 0,
        removed: row.get::<i64, _>(4) != 0,
        lead: row.get::<i64, _>(5) != 0,
    }
}

pub(super) async fn add(
    pool: &SqlitePool,
    name: &str,
    display: &str,
    hash: &str,
    now: Time,
) -> Result<OperatorId, StoreError> {
    let mut turn = begin(pool).await?;
    let id: i64 = sqlx::query_scalar(
        "insert into operator (operator_id, name, display, password_hash, added_ms)
         values ((select coalesce(max(operator_id), 0) + 1 from operator), ?, ?, ?, ?) returning operator_id",
    )
    .bind(name)
    .bind(display)
    .bind(hash)
    .bind(int(now.0))
    .fetch_one(&mut *turn)
    .await
    .map_err(taken(name))?;
    told(turn).await?;
    Ok(OperatorId(small(id)))
}

pub(super) async fn account(pool: &SqlitePool, name: &str) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query(
        "select operator_id, name, display, locked_ms is not null, removed_ms is not null, lead,
             password_hash
         from operator where name = ? and removed_ms is null",
    )
    .bind(name)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Account { row: operator(&row), hash: row.get(6) }))
}

pub(super) async fn set_password(pool: &SqlitePool, name: &str, hash: &str) -> Result<bool, StoreError> {
    let mut turn = begin(pool).await?;
    let id: Option<i64> = sqlx::query_scalar(
        "update operator set password_hash = ?, failures = 0
         where name = ? and removed_ms is null returning operator_id",
    )
    .bind(hash)
    .bind(name)
    .fetch_optional(&mut *turn)
    .await?;
    let Some(id) = id else { return Ok(false) };
    end_sign_ins(&mut turn, id).await?;
    told(turn).await?;
    Ok(true)
}

pub(super) async fn lock(pool: &SqlitePool, name: &str, locked: bool, now: Time) -> Result<bool, StoreError> {
    let mut turn = begin(pool).await?;
    let id: Option<i64> = sqlx::query_scalar(
        "update operator set locked_ms = ?, failures = 0
         where name = ? and removed_ms is null returning operator_id",
    )
    .bind(locked.then_some(int(now.0)))
    .bind(name)
    .fetch_optional(&mut *turn)
    .await?;
    let Some(id) = id else { return Ok(false) };
    if locked {
        end_sign_ins(&mut turn, id).await?;
    }
    told(turn).await?;
    Ok(true)
}

pub(super) async fn set_lead(pool: &SqlitePool, name: &str, lead: bool) -> Result<bool, StoreError> {
    let mut turn = begin(pool).await?;
    let id: Option<i64> = sqlx::query_scalar(
        "update operator set lead = ? where name = ? and removed_ms is null returning operator_id",
    )
    .bind(i64::from(lead))
    .bind(name)
    .fetch_optional(&mut *turn)
    .await?;
    told(turn).await?;
    Ok(id.is_some())
}

pub(super) async fn revoke(pool: &SqlitePool, name: &str) -> Result<Option<u64>, StoreError> {
    let mut turn = begin(pool).await?;
    let id: Option<i64> =
        sqlx::query_scalar("select operator_id from operator where name = ? and removed_ms is null")
            .bind(name)
            .fetch_optional(&mut *turn)
            .await?;
    let Some(id) = id else { return Ok(None) };
    let gone = end_sign_ins(&mut turn, id).await?;
    told(turn).await?;
    Ok(Some(gone))
}

/// The row stays, under a name that nobody can type: names at the sign-in are not empty before the `#`.
pub(super) async fn remove(pool: &SqlitePool, name: &str, now: Time) -> Result<bool, StoreError> {
    let mut turn = begin(pool).await?;
    let id: Option<i64> = sqlx::query_scalar(
        "update operator set removed_ms = ?, name = '#' || operator_id, password_hash = ''
         where name = ? and removed_ms is null returning operator_id",
    )
    .bind(int(now.0))
    .bind(name)
    .fetch_optional(&mut *turn)
    .await?;
    let Some(id) = id else { return Ok(false) };
    end_sign_ins(&mut turn, id).await?;
    told(turn).await?;
    Ok(true)
}

async fn end_sign_ins(turn: &mut SqliteConnection, operator: i64) -> Result<u64, StoreError> {
    let gone = sqlx::query("delete from sign_in where operator_id = ?").bind(operator).execute(turn).await?;
    Ok(gone.rows_affected())
}

/// A locked account is found out by a reader: whoever knocks at it keeps no writer busy.
pub(super) async fn count_try(
    readers: &SqlitePool,
    writer: &SqlitePool,
    operator: OperatorId,
    most: u32,
    lock: Millis,
    now: Time,
) -> Result<bool, StoreError> {
    let since = int(now.0.saturating_sub(lock.0));
    let free: Option<i64> = sqlx::query_scalar(
        "select 1 from operator where operator_id = ? and (failures < ? or last_failure_ms <= ?)",
    )
    .bind(i64::from(operator.0))
    .bind(i64::from(most))
    .bind(since)
    .fetch_optional(readers)
    .await?;
    if free.is_none() {
        return Ok(false);
    }
    let counted = sqlx::query(
        "update operator set failures = case when last_failure_ms <= ?3 then 1 else failures + 1 end,
             last_failure_ms = ?4
         where operator_id = ?1 and (failures < ?2 or last_failure_ms <= ?3)",
    )
    .bind(i64::from(operator.0))
    .bind(i64::from(most))
    .bind(since)
    .bind(int(now.0))
    .execute(writer)
    .await?;
    Ok(counted.rows_affected() == 1)
}

pub(super) async fn take_back_try(pool: &SqlitePool, operator: OperatorId) -> Result<(), StoreError> {
    sqlx::query("update operator set failures = max(failures - 1, 0) where operator_id = ?")
        .bind(i64::from(operator.0))
        .execute(pool)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::super::open;
    use super::*;

    #[tokio::test]
    async fn failures_are_kept_over_a_restart_and_pass_with_time() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let store = open(&url, None).await.unwrap();
        let one = store.add_operator("op01", "一", "hash", Time(1)).await.unwrap();
        let two = store.add_operator("op02", "二", "hash", Time(1)).await.unwrap();
        let (lock, start) = (Millis(1000), Time(5000));
        for _ in 0..3 {
            assert!(store.count_try(one, 3, lock, start).await.unwrap());
        }
        store.close().await;
        let store = open(&url, None).await.unwrap();
        assert!(!store.count_try(one, 3, lock, start + Millis(999)).await.unwrap());
        assert!(store.count_try(two, 3, lock, start).await.unwrap(), "another account is free");
        assert!(store.count_try(one, 3, lock, start + lock).await.unwrap());
        // The count began anew: a try that does not count leaves three.
        store.take_back_try(one).await.unwrap();
        for _ in 0..3 {
            assert!(store.count_try(one, 3, lock, start + lock).await.unwrap());
        }
        assert!(!store.count_try(one, 3, lock, start + lock).await.unwrap());
    }

    #[tokio::test]
    async fn a_removed_account_frees_its_name_and_keeps_its_tag() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let store = open(&url, None).await.unwrap();
        let gone = store.add_operator("op01", "前任", "hash", Time(1)).await.unwrap();
        assert!(store.remove_operator("op01", Time(2)).await.unwrap());
        assert!(!store.remove_operator("op01", Time(3)).await.unwrap());
        assert!(store.account(&format!("#{gone}")).await.unwrap().is_none());
        store.add_operator("op01", "後任", "hash", Time(4)).await.unwrap();
        let rows = store.directory(Time(5)).await.unwrap().operators;
        let tags: Vec<_> = rows.iter().map(|row| (row.display.as_str(), row.removed)).collect();
        assert_eq!(tags, [("前任", true), ("後任", false)]);
    }
}
