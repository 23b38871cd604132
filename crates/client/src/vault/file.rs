//! The file: how it is opened, and how a write holds it. Knows no table but the stream's.

use std::path::Path;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use desk::note::revision::{DeviceId, StreamId};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Row, Sqlite, SqlitePool, Transaction};
use uuid::Uuid;

use super::fault::VaultError;
use super::{DataKey, Inner, Vault, outbox, row};

/// How long a write waits for another program in the same file: a second desktop of the same account, which the
/// window refuses to start.
const BUSY_WAIT: Duration = Duration::from_secs(2);
/// Readers beside the writer: a search and the lists at the same time.
const READERS: u32 = 2;

/// Pages in memory, in SQLite's own unit (negative: KiB): a page that was thrown out costs a decryption and a digest
/// again, and a first synchronisation comes back to the same ones.
const CACHE: &str = "-16384";
/// Rows on their way from the database's thread: fewer of its stops, each of which costs two changes of threads.
const ROWS_AHEAD: usize = 512;

/// What a power cut may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was called saved.
    Full,
    /// Anything: for tests that make thousands of vaults. One connection does everything.
    None,
}

/// Opens the file, or makes it.
pub(super) async fn open(
    path: &Path,
    key: &DataKey,
    expected: Option<StreamId>,
    durability: Durability,
) -> Result<Vault, VaultError> {
    let options = options(path, key, durability);
    let writer = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
    sqlx::migrate!("../../migrations/client").run(&writer).await?;
    let readers = match durability {
        Durability::Full => SqlitePoolOptions::new().max_connections(READERS).connect_lazy_with(options),
        Durability::None => writer.clone(),
    };
    let mut turn = Turn::begin(&writer).await?;
    let (device, mut stream) = identity(turn.conn()).await?;
    if expected.is_some_and(|expected| expected != stream) {
        stream = outbox::begin_stream(turn.conn()).await?;
    }
    turn.commit().await?;
    Ok(Vault(Arc::new(Inner { writer, readers, device, stream: RwLock::new(stream) })))
}

fn options(path: &Path, key: &DataKey, durability: Durability) -> SqliteConnectOptions {
    let synchronous = match durability {
        Durability::Full => SqliteSynchronous::Full,
        Durability::None => SqliteSynchronous::Off,
    };
    SqliteConnectOptions::new()
        .filename(path)
        .pragma("key", key.pragma())
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(synchronous)
        .pragma("secure_delete", "on")
        .pragma("cache_size", CACHE)
        .row_buffer_size(ROWS_AHEAD)
        // Nothing of a note goes into a temporary file.
        .pragma("temp_store", "memory")
        .foreign_keys(true)
        .busy_timeout(BUSY_WAIT)
}

/// The file's device and stream; made here when there are none.
async fn identity(conn: &mut SqliteConnection) -> Result<(DeviceId, StreamId), VaultError> {
    let made = "insert into stream (only_row, device_id, stream_id, next_dseq, next_vseq)
                values (1, ?, ?, 1, 1) on conflict do nothing";
    let (device, stream) = (row::name(Uuid::new_v4()), row::name(Uuid::new_v4()));
    sqlx::query(made).bind(device).bind(stream).execute(&mut *conn).await?;
    let found = sqlx::query("select device_id, stream_id from stream").fetch_one(conn).await?;
    Ok((DeviceId(row::uuid(found.try_get(0)?)?), StreamId(row::uuid(found.try_get(1)?)?)))
}

/// One transaction. Whatever is not committed closes the connection: SQLite has then forgotten it for certain, also
/// where it had rolled back by itself (a full disk) or the caller went away.
pub(super) struct Turn {
    conn: PoolConnection<Sqlite>,
    done: bool,
}

impl Turn {
    pub(super) async fn begin(writer: &SqlitePool) -> Result<Turn, VaultError> {
        let mut turn = Turn { conn: writer.acquire().await?, done: false };
        sqlx::query("begin immediate").execute(&mut *turn.conn).await?;
        Ok(turn)
    }

    pub(super) fn conn(&mut self) -> &mut SqliteConnection {
        &mut self.conn
    }

    pub(super) async fn commit(mut self) -> Result<(), VaultError> {
        sqlx::query("commit").execute(&mut *self.conn).await?;
        self.done = true;
        Ok(())
    }

    /// Commits, and leaves nothing of what was removed in the write-ahead log.
    pub(super) async fn commit_without_trace(mut self) -> Result<(), VaultError> {
        sqlx::query("commit").execute(&mut *self.conn).await?;
        self.done = true;
        // A reader may hold the log open for a moment; the next truncation takes it. The commit stands either way.
        let _ = sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut *self.conn).await;
        Ok(())
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.done {
            self.conn.close_on_drop();
        }
    }
}

impl Vault {
    pub(super) async fn turn(&self) -> Result<Turn, VaultError> {
        Turn::begin(&self.0.writer).await
    }

    /// One moment of the file: what is read through it fits together.
    pub(super) async fn reader(&self) -> Result<Transaction<'static, Sqlite>, VaultError> {
        Ok(self.0.readers.begin().await?)
    }

    pub(super) fn streams_as(&self, stream: StreamId) {
        *self.0.stream.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = stream;
    }
}
