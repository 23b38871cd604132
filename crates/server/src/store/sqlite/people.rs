//! Who may come in: accounts, tokens, booths, exchange keys. Every change that a running server must
//! notice raises the counter `directory` in the same transaction.

use desk::ids::{BoothId, OperatorId};
use desk::time::Time;
use sqlx::{Row, Sqlite, SqlitePool, Transaction};

use super::super::{Bearer, BoothRow, Directory, OperatorRow, StoreError};
use super::{int, small, uint};
use crate::secret::TokenHash;

/// The account of a row `operator_id, name, display`.
fn operator(row: &sqlx::sqlite::SqliteRow) -> OperatorRow {
    OperatorRow { operator: OperatorId(small(row.get(0))), name: row.get(1), display: row.get(2) }
}

fn hashes(rows: Vec<Vec<u8>>) -> Vec<TokenHash> {
    rows.into_iter().filter_map(|bytes| bytes.try_into().ok().map(TokenHash)).collect()
}

async fn begin(pool: &SqlitePool) -> Result<Transaction<'static, Sqlite>, StoreError> {
    Ok(pool.begin_with("begin immediate").await?)
}

/// Ends a transaction that changed who may come in.
async fn told(mut turn: Transaction<'static, Sqlite>) -> Result<(), StoreError> {
    sqlx::query("update counter set value = value + 1 where name = 'directory'").execute(&mut *turn).await?;
    Ok(turn.commit().await?)
}

/// A clash of a unique name, said as such.
fn taken(name: &str) -> impl Fn(sqlx::Error) -> StoreError + '_ {
    move |fault| match fault.as_database_error() {
        Some(inner) if inner.is_unique_violation() => StoreError::NameTaken(name.to_owned()),
        Some(_) | None => StoreError::Database(fault),
    }
}

pub(super) async fn directory(pool: &SqlitePool, now: Time) -> Result<Directory, StoreError> {
    let mut turn = pool.begin().await?;
    let change: i64 = sqlx::query_scalar("select value from counter where name = 'directory'")
        .fetch_one(&mut *turn)
        .await?;
    let operators = sqlx::query("select operator_id, name, display from operator order by operator_id")
        .fetch_all(&mut *turn)
        .await?;
    let booths =
        sqlx::query("select booth_id, name, place, revoked_ms is not null from booth order by booth_id")
            .fetch_all(&mut *turn)
            .await?;
    let tokens = sqlx::query_scalar("select token_hash from operator_token where expires_ms > ?")
        .bind(int(now.0))
        .fetch_all(&mut *turn)
        .await?;
    let keys = sqlx::query_scalar("select key_hash from exchange_key where revoked_ms is null")
        .fetch_all(&mut *turn)
        .await?;
    Ok(Directory {
        change: uint(change),
        operators: operators.iter().map(operator).collect(),
        booths: booths
            .iter()
            .map(|row| BoothRow {
                booth: BoothId(small(row.get(0))),
                name: row.get(1),
                place: row.get(2),
                revoked: row.get::<i64, _>(3) != 0,
            })
            .collect(),
        tokens: hashes(tokens),
        keys: hashes(keys),
    })
}

pub(super) async fn directory_change(pool: &SqlitePool) -> Result<u64, StoreError> {
    let change: i64 =
        sqlx::query_scalar("select value from counter where name = 'directory'").fetch_one(pool).await?;
    Ok(uint(change))
}

pub(super) async fn add_operator(
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

pub(super) async fn set_password(pool: &SqlitePool, name: &str, hash: &str) -> Result<bool, StoreError> {
    let mut turn = begin(pool).await?;
    let id: Option<i64> =
        sqlx::query_scalar("update operator set password_hash = ? where name = ? returning operator_id")
            .bind(hash)
            .bind(name)
            .fetch_optional(&mut *turn)
            .await?;
    let Some(id) = id else { return Ok(false) };
    sqlx::query("delete from operator_token where operator_id = ?").bind(id).execute(&mut *turn).await?;
    told(turn).await?;
    Ok(true)
}

pub(super) async fn operator_by_name(
    pool: &SqlitePool,
    name: &str,
) -> Result<Option<(OperatorRow, String)>, StoreError> {
    let row = sqlx::query("select operator_id, name, display, password_hash from operator where name = ?")
        .bind(name)
        .fetch_optional(pool)
        .await?;
    Ok(row.map(|row| (operator(&row), row.get(3))))
}

pub(super) async fn add_token(
    pool: &SqlitePool,
    token: TokenHash,
    bearer: Bearer,
    now: Time,
) -> Result<(), StoreError> {
    let mut turn = begin(pool).await?;
    sqlx::query("delete from operator_token where expires_ms <= ?")
        .bind(int(now.0))
        .execute(&mut *turn)
        .await?;
    sqlx::query("insert into operator_token (token_hash, operator_id, expires_ms) values (?, ?, ?)")
        .bind(token.0.as_slice())
        .bind(i64::from(bearer.operator.0))
        .bind(int(bearer.expires.0))
        .execute(&mut *turn)
        .await?;
    Ok(turn.commit().await?)
}

pub(super) async fn bearer(
    pool: &SqlitePool,
    token: TokenHash,
    now: Time,
) -> Result<Option<Bearer>, StoreError> {
    let row = sqlx::query(
        "select operator_id, expires_ms from operator_token where token_hash = ? and expires_ms > ?",
    )
    .bind(token.0.as_slice())
    .bind(int(now.0))
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| Bearer { operator: OperatorId(small(row.get(0))), expires: Time(uint(row.get(1))) }))
}

/// Whether this token is kept, dead or alive.
pub(super) async fn is_token(pool: &SqlitePool, token: TokenHash) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar("select 1 from operator_token where token_hash = ?")
        .bind(token.0.as_slice())
        .fetch_optional(pool)
        .await?;
    Ok(found.is_some())
}

pub(super) async fn remove_token(pool: &SqlitePool, token: TokenHash) -> Result<bool, StoreError> {
    let mut turn = begin(pool).await?;
    let gone = sqlx::query("delete from operator_token where token_hash = ?")
        .bind(token.0.as_slice())
        .execute(&mut *turn)
        .await?;
    // Signed out twice at the same moment: nothing is written, and the directory is as it was.
    if gone.rows_affected() == 0 {
        return Ok(false);
    }
    told(turn).await?;
    Ok(true)
}

pub(super) async fn add_booth(
    pool: &SqlitePool,
    name: &str,
    place: Option<&str>,
    secret: &str,
    now: Time,
) -> Result<BoothId, StoreError> {
    let mut turn = begin(pool).await?;
    let id: i64 = sqlx::query_scalar(
        "insert into booth (booth_id, name, place, secret_hash, added_ms)
         values ((select coalesce(max(booth_id), 0) + 1 from booth), ?, ?, ?, ?) returning booth_id",
    )
    .bind(name)
    .bind(place)
    .bind(secret)
    .bind(int(now.0))
    .fetch_one(&mut *turn)
    .await
    .map_err(taken(name))?;
    told(turn).await?;
    Ok(BoothId(small(id)))
}

pub(super) async fn booth_secret(pool: &SqlitePool, booth: BoothId) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("select secret_hash from booth where booth_id = ? and revoked_ms is null")
        .bind(i64::from(booth.0))
        .fetch_optional(pool)
        .await?)
}

pub(super) async fn revoke_booth(pool: &SqlitePool, booth: BoothId, now: Time) -> Result<bool, StoreError> {
    let mut turn = begin(pool).await?;
    let gone = sqlx::query("update booth set revoked_ms = ? where booth_id = ? and revoked_ms is null")
        .bind(int(now.0))
        .bind(i64::from(booth.0))
        .execute(&mut *turn)
        .await?;
    if gone.rows_affected() == 0 {
        return Ok(false);
    }
    told(turn).await?;
    Ok(true)
}

pub(super) async fn add_exchange_key(
    pool: &SqlitePool,
    key: TokenHash,
    now: Time,
) -> Result<u64, StoreError> {
    let mut turn = begin(pool).await?;
    let id: i64 = sqlx::query_scalar(
        "insert into exchange_key (exchange_key_id, key_hash, added_ms)
         values ((select coalesce(max(exchange_key_id), 0) + 1 from exchange_key), ?, ?) returning exchange_key_id",
    )
    .bind(key.0.as_slice())
    .bind(int(now.0))
    .fetch_one(&mut *turn)
    .await?;
    told(turn).await?;
    Ok(uint(id))
}

pub(super) async fn is_exchange_key(pool: &SqlitePool, key: TokenHash) -> Result<bool, StoreError> {
    let found: Option<i64> = sqlx::query_scalar(
        "select exchange_key_id from exchange_key where key_hash = ? and revoked_ms is null",
    )
    .bind(key.0.as_slice())
    .fetch_optional(pool)
    .await?;
    Ok(found.is_some())
}

pub(super) async fn revoke_exchange_keys(
    pool: &SqlitePool,
    only: Option<u64>,
    now: Time,
) -> Result<u64, StoreError> {
    let mut turn = begin(pool).await?;
    let gone = sqlx::query(
        "update exchange_key set revoked_ms = ?1
         where revoked_ms is null and (?2 is null or exchange_key_id = ?2)",
    )
    .bind(int(now.0))
    .bind(only.map(int))
    .execute(&mut *turn)
    .await?;
    told(turn).await?;
    Ok(gone.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::super::super::{Bearer, open};
    use super::*;
    use crate::secret::hash_token;

    #[tokio::test]
    async fn a_sign_out_with_a_made_up_token_changes_nothing_and_waits_for_no_writer() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let store = open(&url, None).await.unwrap();
        let operator = store.add_operator("op01", "オペレーター01", "hash", Time(1)).await.unwrap();
        let good = hash_token("good");
        store.add_token(good, Bearer { operator, expires: Time(100) }, Time(1)).await.unwrap();
        let before = store.directory_change().await.unwrap();

        // Somebody writes: a stranger's sign-out is answered all the same.
        let other = SqlitePool::connect(&url).await.unwrap();
        let writing = other.begin_with("begin immediate").await.unwrap();
        assert!(!store.remove_token(hash_token("made up")).await.unwrap());
        drop(writing);
        other.close().await;
        assert_eq!(store.directory_change().await.unwrap(), before);

        assert!(store.remove_token(good).await.unwrap());
        assert_eq!(store.directory_change().await.unwrap(), before + 1);
        assert!(!store.remove_token(good).await.unwrap());
        assert_eq!(store.directory_change().await.unwrap(), before + 1);
    }
}
