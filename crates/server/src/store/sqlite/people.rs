//! Who may come in, all together, and the exchange's keys. Every change that a running server must notice
//! raises the counter `directory` in the same transaction.

use desk::ids::BoothId;
use desk::note::Article;
use desk::time::Time;
use sqlx::{Row, Sqlite, SqlitePool, Transaction};

use super::super::{BoothRow, Directory, ExchangeKeyRow, StoreError};
use super::operators::operator;
use super::{booths, int, small, uint};
use crate::secret::TokenHash;

pub(super) fn hashes(rows: Vec<Vec<u8>>) -> Vec<TokenHash> {
    rows.into_iter().filter_map(hash).collect()
}

/// A hash of a row; none when the bytes are no hash.
pub(super) fn hash(bytes: Vec<u8>) -> Option<TokenHash> {
    bytes.try_into().ok().map(TokenHash)
}

pub(super) async fn begin(pool: &SqlitePool) -> Result<Transaction<'static, Sqlite>, StoreError> {
    Ok(pool.begin_with("begin immediate").await?)
}

/// Ends a transaction that changed who may come in.
pub(super) async fn told(mut turn: Transaction<'static, Sqlite>) -> Result<(), StoreError> {
    sqlx::query("update counter set value = value + 1 where name = 'directory'").execute(&mut *turn).await?;
    Ok(turn.commit().await?)
}

/// A clash of a unique name, said as such.
pub(super) fn taken(name: &str) -> impl Fn(sqlx::Error) -> StoreError + '_ {
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
    let operators = sqlx::query(
        "select operator_id, name, display, locked_ms is not null, removed_ms is not null, lead
         from operator order by operator_id",
    )
    .fetch_all(&mut *turn)
    .await?;
    let booths = sqlx::query(
        "select booth_id, name, place, device, revoked_ms is not null from booth order by booth_id",
    )
    .fetch_all(&mut *turn)
    .await?;
    let tokens = sqlx::query_scalar("select sign_in_hash from sign_in where expires_ms > ?")
        .bind(int(now.0))
        .fetch_all(&mut *turn)
        .await?;
    let articles =
        sqlx::query("select code, title, version from article order by code").fetch_all(&mut *turn).await?;
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
                device: booths::device(row.get(3)),
                revoked: row.get::<i64, _>(4) != 0,
            })
            .collect(),
        tokens: hashes(tokens),
        keys: hashes(keys),
        articles: articles
            .iter()
            .map(|row| Article { code: row.get(0), title: row.get(1), version: row.get(2) })
            .collect(),
    })
}

pub(super) async fn directory_change(pool: &SqlitePool) -> Result<u64, StoreError> {
    let change: i64 =
        sqlx::query_scalar("select value from counter where name = 'directory'").fetch_one(pool).await?;
    Ok(uint(change))
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

pub(super) async fn exchange_keys(pool: &SqlitePool) -> Result<Vec<ExchangeKeyRow>, StoreError> {
    let rows = sqlx::query(
        "select exchange_key_id, added_ms, revoked_ms is not null from exchange_key order by exchange_key_id",
    )
    .fetch_all(pool)
    .await?;
    let key = |row: &sqlx::sqlite::SqliteRow| ExchangeKeyRow {
        id: uint(row.get(0)),
        added: Time(uint(row.get(1))),
        revoked: row.get::<i64, _>(2) != 0,
    };
    Ok(rows.iter().map(key).collect())
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
