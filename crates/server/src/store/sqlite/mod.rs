//! The store in one SQLite file (SQLCipher is linked): write-ahead log, `synchronous=FULL`, one writer.

mod ledger;
mod people;
mod project;

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::str::FromStr;
use std::time::Duration;

use desk::ids::{BoothId, OperatorId};
use desk::time::Time;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{Batch, Bearer, Directory, Later, Loaded, OperatorRow, Page, Standing, Store, StoreError};
use crate::secret::TokenHash;

/// How long a write waits for another process (a command of the administrator) to finish its own.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Readers beside the writer: sign-ins and hellos, so that they never wait behind a commit.
const READERS: u32 = 4;

/// SQLITE_NOTADB: the first page makes no sense, which is how a wrong key shows.
const NOT_A_DATABASE: &str = "26";
/// The digits of a raw SQLCipher key.
const KEY_DIGITS: usize = 64;

/// An open file.
pub(super) struct Sqlite {
    /// One connection: every write of this process goes through it, in order.
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Sqlite {
    pub(super) async fn open(url: &str, key_file: Option<&Path>, make: bool) -> Result<Sqlite, StoreError> {
        let mut options = SqliteConnectOptions::from_str(url)?;
        let file = options.get_filename();
        if !make && !file.is_file() {
            return Err(StoreError::Missing(file.to_owned()));
        }
        if let Some(path) = key_file {
            options = options.pragma("key", read_key(path)?);
        }
        let options = options
            .create_if_missing(make)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_WAIT);
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await;
        let writer = writer.map_err(|fault| unreadable(fault, key_file.is_some()))?;
        sqlx::migrate!("../../migrations/server").run(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await?;
        Ok(Sqlite { writer, readers })
    }
}

/// What SQLite calls "file is not a database", said so that somebody can do something about it.
fn unreadable(fault: sqlx::Error, with_key: bool) -> StoreError {
    match fault.as_database_error().and_then(|inner| inner.code()) {
        Some(code) if code == NOT_A_DATABASE => StoreError::WrongKey { with_key },
        Some(_) | None => StoreError::Database(fault),
    }
}

/// SQLCipher's form of a raw key: `"x'…'"`.
fn read_key(path: &Path) -> Result<String, StoreError> {
    let text = std::fs::read_to_string(path).map_err(StoreError::NoKey)?;
    let digits = text.trim();
    if digits.len() != KEY_DIGITS || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(StoreError::BadKey);
    }
    Ok(format!("\"x'{digits}'\""))
}

/// SQLite's integers are signed; ours are counters and instants far below the limit.
fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn small(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

impl Store for Sqlite {
    fn take_over(&self, now: Time) -> Later<'_, Loaded> {
        Box::pin(ledger::take_over(&self.writer, now))
    }

    fn commit<'a>(&'a self, batch: Batch<'a>) -> Later<'a, ()> {
        Box::pin(ledger::commit(&self.writer, batch))
    }

    fn directory(&self, now: Time) -> Later<'_, Directory> {
        Box::pin(people::directory(&self.readers, now))
    }

    fn directory_change(&self) -> Later<'_, u64> {
        Box::pin(people::directory_change(&self.readers))
    }

    fn audit<'a>(&'a self, take: &'a mut Page<'_>) -> Later<'a, Standing> {
        Box::pin(ledger::audit(&self.readers, take))
    }

    fn add_operator<'a>(
        &'a self,
        name: &'a str,
        display: &'a str,
        hash: &'a str,
        now: Time,
    ) -> Later<'a, OperatorId> {
        Box::pin(people::add_operator(&self.writer, name, display, hash, now))
    }

    fn set_password<'a>(&'a self, name: &'a str, hash: &'a str) -> Later<'a, bool> {
        Box::pin(people::set_password(&self.writer, name, hash))
    }

    fn operator_by_name<'a>(&'a self, name: &'a str) -> Later<'a, Option<(OperatorRow, String)>> {
        Box::pin(people::operator_by_name(&self.readers, name))
    }

    fn add_token(&self, token: TokenHash, bearer: Bearer, now: Time) -> Later<'_, ()> {
        Box::pin(people::add_token(&self.writer, token, bearer, now))
    }

    fn bearer(&self, token: TokenHash, now: Time) -> Later<'_, Option<Bearer>> {
        Box::pin(people::bearer(&self.readers, token, now))
    }

    fn remove_token(&self, token: TokenHash) -> Later<'_, bool> {
        Box::pin(async move {
            // A made-up token is found out by a reader: the hub's writer never waits for a stranger.
            Ok(people::is_token(&self.readers, token).await?
                && people::remove_token(&self.writer, token).await?)
        })
    }

    fn add_booth<'a>(
        &'a self,
        name: &'a str,
        place: Option<&'a str>,
        secret: &'a str,
        now: Time,
    ) -> Later<'a, BoothId> {
        Box::pin(people::add_booth(&self.writer, name, place, secret, now))
    }

    fn booth_secret(&self, booth: BoothId) -> Later<'_, Option<String>> {
        Box::pin(people::booth_secret(&self.readers, booth))
    }

    fn revoke_booth(&self, booth: BoothId, now: Time) -> Later<'_, bool> {
        Box::pin(people::revoke_booth(&self.writer, booth, now))
    }

    fn add_exchange_key(&self, key: TokenHash, now: Time) -> Later<'_, u64> {
        Box::pin(people::add_exchange_key(&self.writer, key, now))
    }

    fn is_exchange_key(&self, key: TokenHash) -> Later<'_, bool> {
        Box::pin(people::is_exchange_key(&self.readers, key))
    }

    fn revoke_exchange_keys(&self, only: Option<u64>, now: Time) -> Later<'_, u64> {
        Box::pin(people::revoke_exchange_keys(&self.writer, only, now))
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            self.readers.close().await;
            self.writer.close().await;
        })
    }
}
