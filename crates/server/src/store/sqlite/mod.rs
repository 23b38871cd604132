//! The store in one SQLite file (SQLCipher is linked): write-ahead log, `synchronous=FULL`, one writer.

mod audit;
mod backup;
mod booths;
mod callbacks;
mod callers;
mod ledger;
mod manual;
mod notes;
mod operators;
mod people;
mod prepare;
mod project;
mod sign_ins;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::str::FromStr;
use std::time::{Duration, Instant};

use desk::ids::{BoothId, OperatorId};
use desk::time::{Millis, Time};
use link::message::notes::{ManualArticle, NotesMark, Pulled, Pushed, Searched};
use prometheus_client::metrics::histogram::Histogram;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::{
    Account, Approval, AuditRow, Batch, Bearer, CallbackRow, CallerRow, Directory, Enrolled, ExchangeKeyRow,
    Handed, Later, Lines, Loaded, NewBooth, NoteStore, Page, Pulling, Pushing, Refreshed, Revisions,
    Searching, Standing, Store, StoreError,
};
use crate::audit::Anchor;
use crate::notes::NoteStanding;
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
    log: notes::Log,
    commits: Histogram,
}

/// Around what a commit takes: 0.35 ms on a good disk, and up to the wait for another writer.
const COMMIT_BUCKETS: [f64; 9] = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1.0, 5.0];

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
            // What was redacted is overwritten where it stood.
            .pragma("secure_delete", "on")
            .busy_timeout(BUSY_WAIT);
        let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await;
        let writer = writer.map_err(|fault| unreadable(fault, key_file.is_some()))?;
        sqlx::migrate!("../../migrations/server").run(&writer).await?;
        prepare::prepare(&writer).await?;
        let readers = SqlitePoolOptions::new().max_connections(READERS).connect_with(options).await?;
        let log = notes::Log::default();
        Ok(Sqlite { writer, readers, log, commits: Histogram::new(COMMIT_BUCKETS) })
    }
}

impl Sqlite {
    /// A file that nothing writes, for looking: a backup. Its tables stay as old as they are.
    pub(super) async fn look(file: &Path, key_file: Option<&Path>) -> Result<Sqlite, StoreError> {
        if !file.is_file() {
            return Err(StoreError::Missing(file.to_owned()));
        }
        let mut options = SqliteConnectOptions::new().filename(file).read_only(true);
        if let Some(path) = key_file {
            options = options.pragma("key", read_key(path)?);
        }
        let readers = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let readers = readers.map_err(|fault| unreadable(fault, key_file.is_some()))?;
        // A wrong key shows at the first page.
        let looked = sqlx::query("select count(*) from sqlite_master").fetch_one(&readers).await;
        looked.map_err(|fault| unreadable(fault, key_file.is_some()))?;
        let (writer, log) = (readers.clone(), notes::Log::default());
        Ok(Sqlite { writer, readers, log, commits: Histogram::new(COMMIT_BUCKETS) })
    }
}

/// What SQLite calls "file is not a database", said so that somebody can do something about it.
fn unreadable(fault: sqlx::Error, with_key: bool) -> StoreError {
    match fault.as_database_error().and_then(|inner| inner.code()) {
        Some(code) if code == NOT_A_DATABASE => StoreError::WrongKey { with_key },
        Some(_) | None => StoreError::Database(fault),
    }
}

pub(super) fn file_of(url: &str) -> Result<PathBuf, StoreError> {
    if !url.starts_with("sqlite:") {
        return Err(StoreError::UnknownDialect);
    }
    Ok(SqliteConnectOptions::from_str(url)?.get_filename().to_owned())
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

impl NoteStore for Sqlite {
    fn push<'a>(&'a self, pushing: Pushing<'a>) -> Later<'a, Option<Pushed>> {
        Box::pin(notes::push(&self.writer, &self.log, pushing))
    }

    fn pull<'a>(&'a self, pulling: Pulling<'a>) -> Later<'a, Pulled> {
        Box::pin(notes::pull(&self.readers, pulling))
    }

    fn search<'a>(&'a self, searching: Searching<'a>) -> Later<'a, Searched> {
        Box::pin(notes::search(&self.readers, searching))
    }

    fn notes_mark(&self) -> Later<'_, NotesMark> {
        Box::pin(async move { Ok(notes::marks(&mut *self.readers.acquire().await?).await?.mark()) })
    }

    fn read_notes<'a>(&'a self, take: &'a mut Revisions<'_>) -> Later<'a, NoteStanding> {
        Box::pin(notes::read_all(&self.readers, take))
    }

    fn read_audit<'a>(&'a self, take: &'a mut Lines<'_>) -> Later<'a, u64> {
        Box::pin(audit::read_all(&self.readers, take))
    }

    fn keep_audit<'a>(&'a self, line: &'a AuditRow) -> Later<'a, ()> {
        Box::pin(audit::keep_alone(&self.writer, line))
    }

    fn audit_head(&self) -> Later<'_, Option<Anchor>> {
        Box::pin(audit::head(&self.readers))
    }

    fn audit_chain(&self, line: u64) -> Later<'_, Option<String>> {
        Box::pin(audit::chain_at(&self.readers, line))
    }

    fn put_article<'a>(&'a self, new: &'a ManualArticle, now: Time) -> Later<'a, ()> {
        Box::pin(manual::put(&self.writer, new, now))
    }

    fn remove_article<'a>(&'a self, code: &'a str) -> Later<'a, bool> {
        Box::pin(manual::remove(&self.writer, code))
    }

    fn manual(&self) -> Later<'_, Vec<ManualArticle>> {
        Box::pin(manual::all(&self.readers))
    }

    fn copy_to<'a>(&'a self, file: &'a Path) -> Later<'a, ()> {
        Box::pin(backup::copy_to(&self.readers, file))
    }

    fn page_faults(&self) -> Later<'_, Vec<String>> {
        Box::pin(backup::page_faults(&self.readers))
    }

    fn raise_durable<'a>(&'a self, epoch: u64, seq: u64, line: &'a AuditRow) -> Later<'a, ()> {
        Box::pin(backup::raise_durable(&self.writer, epoch, seq, line))
    }

    fn begin_life<'a>(&'a self, epoch: u64, line: &'a AuditRow) -> Later<'a, ()> {
        Box::pin(backup::begin_life(&self.writer, epoch, line))
    }

    fn caller_secret(&self) -> Later<'_, Vec<u8>> {
        Box::pin(prepare::caller_secret(&self.readers))
    }
}

impl Store for Sqlite {
    fn take_over(&self, now: Time) -> Later<'_, Loaded> {
        Box::pin(ledger::take_over(&self.writer, now))
    }

    fn commit<'a>(&'a self, batch: Batch<'a>) -> Later<'a, ()> {
        Box::pin(async move {
            let began = Instant::now();
            ledger::commit(&self.writer, batch).await?;
            self.commits.observe(began.elapsed().as_secs_f64());
            Ok(())
        })
    }

    fn callbacks(&self) -> Later<'_, Vec<CallbackRow>> {
        Box::pin(callbacks::open(&self.readers))
    }

    fn callers(&self, since: Time) -> Later<'_, Vec<CallerRow>> {
        Box::pin(callers::since(&self.readers, since))
    }

    fn audited(&self, most: u32) -> Later<'_, Vec<AuditRow>> {
        Box::pin(audit::latest(&self.readers, most))
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
        Box::pin(operators::add(&self.writer, name, display, hash, now))
    }

    fn set_password<'a>(&'a self, name: &'a str, hash: &'a str) -> Later<'a, bool> {
        Box::pin(operators::set_password(&self.writer, name, hash))
    }

    fn lock_operator<'a>(&'a self, name: &'a str, locked: bool, now: Time) -> Later<'a, bool> {
        Box::pin(operators::lock(&self.writer, name, locked, now))
    }

    fn revoke_operator<'a>(&'a self, name: &'a str) -> Later<'a, Option<u64>> {
        Box::pin(operators::revoke(&self.writer, name))
    }

    fn set_lead<'a>(&'a self, name: &'a str, lead: bool) -> Later<'a, bool> {
        Box::pin(operators::set_lead(&self.writer, name, lead))
    }

    fn remove_operator<'a>(&'a self, name: &'a str, now: Time) -> Later<'a, bool> {
        Box::pin(operators::remove(&self.writer, name, now))
    }

    fn account<'a>(&'a self, name: &'a str) -> Later<'a, Option<Account>> {
        Box::pin(operators::account(&self.readers, name))
    }

    fn count_try(&self, operator: OperatorId, most: u32, lock: Millis, now: Time) -> Later<'_, bool> {
        Box::pin(operators::count_try(&self.readers, &self.writer, operator, most, lock, now))
    }

    fn take_back_try(&self, operator: OperatorId) -> Later<'_, ()> {
        Box::pin(operators::take_back_try(&self.writer, operator))
    }

    fn begin_sign_in(&self, bearer: Bearer, handed: Handed, now: Time) -> Later<'_, ()> {
        Box::pin(sign_ins::begin_sign_in(&self.writer, bearer, handed, now))
    }

    fn bearer(&self, token: TokenHash, now: Time) -> Later<'_, Option<Bearer>> {
        Box::pin(sign_ins::bearer(&self.readers, token, now))
    }

    fn refresh(
        &self,
        refresh: TokenHash,
        attempt: Option<TokenHash>,
        handed: Handed,
        now: Time,
    ) -> Later<'_, Refreshed> {
        Box::pin(sign_ins::refresh(&self.readers, &self.writer, refresh, attempt, handed, now))
    }

    fn end_sign_in(&self, token: TokenHash) -> Later<'_, Option<TokenHash>> {
        Box::pin(sign_ins::end(&self.readers, &self.writer, token))
    }

    fn enrol<'a>(
        &'a self,
        key: &'a str,
        code: TokenHash,
        expires: Time,
        most: u32,
        now: Time,
    ) -> Later<'a, Enrolled> {
        Box::pin(booths::enrol(&self.writer, key, code, expires, most, now))
    }

    fn approve_booth<'a>(
        &'a self,
        code: TokenHash,
        booth: NewBooth<'a>,
        most: u32,
        window: Millis,
        now: Time,
    ) -> Later<'a, Approval> {
        Box::pin(booths::approve(&self.writer, code, booth, most, window, now))
    }

    fn booth_of_key<'a>(&'a self, key: &'a str) -> Later<'a, Option<BoothId>> {
        Box::pin(async move { booths::of_key(&mut *self.readers.acquire().await?, key).await })
    }

    fn booth_key(&self, booth: BoothId) -> Later<'_, Option<String>> {
        Box::pin(booths::key(&self.readers, booth))
    }

    fn revoke_booth(&self, booth: BoothId, now: Time) -> Later<'_, bool> {
        Box::pin(booths::revoke(&self.writer, booth, now))
    }

    fn add_exchange_key(&self, key: TokenHash, now: Time) -> Later<'_, u64> {
        Box::pin(people::add_exchange_key(&self.writer, key, now))
    }

    fn exchange_keys(&self) -> Later<'_, Vec<ExchangeKeyRow>> {
        Box::pin(people::exchange_keys(&self.readers))
    }

    fn is_exchange_key(&self, key: TokenHash) -> Later<'_, bool> {
        Box::pin(people::is_exchange_key(&self.readers, key))
    }

    fn revoke_exchange_keys(&self, only: Option<u64>, now: Time) -> Later<'_, u64> {
        Box::pin(people::revoke_exchange_keys(&self.writer, only, now))
    }

    fn commit_seconds(&self) -> Histogram {
        self.commits.clone()
    }

    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async {
            self.readers.close().await;
            self.writer.close().await;
        })
    }
}
