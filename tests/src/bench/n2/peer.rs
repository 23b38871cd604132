//! What SQLite offers of itself: FTS5 with trigrams, and LIKE for words too short for them.

use std::path::Path;

use anyhow::{Context, Result};
use client::vault::index::Doc;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, QueryBuilder};

/// SQLite's page cache, KiB and therefore negative: a page of notes and what it touches stays decrypted.
const CACHE: &str = "-16000";

/// As many rows as one answer has.
const ROW_BUFFER: usize = 1024;

/// An encrypted database in the folder, as a vault opens it.
///
/// # Errors
/// When it cannot be made.
pub async fn open(path: &Path) -> Result<SqliteConnection> {
    let key = format!("\"x'{}'\"", "5e".repeat(32));
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .pragma("key", key)
        .pragma("cache_size", CACHE)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // Rows on their way from the database's thread: with sqlx's 50 the threads wait for each other.
        .row_buffer_size(ROW_BUFFER)
        .connect()
        .await
        .context("a database")
}

/// The peer's notes.
pub struct Peer(SqliteConnection);

impl Peer {
    /// An empty one.
    ///
    /// # Errors
    /// When it cannot be made.
    pub async fn open(path: &Path) -> Result<Peer> {
        let mut conn = open(path).await?;
        let table = "create virtual table note using fts5 (folded, tokenize = 'trigram')";
        sqlx::raw_sql(table).execute(&mut conn).await.context("FTS5")?;
        Ok(Peer(conn))
    }

    /// Adds notes in one transaction.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add(&mut self, docs: &[Doc]) -> Result<()> {
        let mut work = self.0.begin().await?;
        for docs in docs.chunks(64) {
            let mut insert = QueryBuilder::new("insert into note (rowid, folded) ");
            insert.push_values(docs, |mut row, doc| {
                row.push_bind(doc.place.0).push_bind(doc.folded.as_str());
            });
            insert.build().execute(&mut *work).await?;
        }
        Ok(work.commit().await?)
    }

    /// Leaves.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close(self) -> Result<()> {
        Ok(self.0.close().await?)
    }

    /// The newest notes that hold this.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&mut self, word: &str, most: usize) -> Result<Vec<i64>> {
        let short = word.chars().count() < 3;
        let (text, word) = match short {
            true => (
                "select rowid from note where folded like ? order by rowid desc limit ?",
                format!("%{word}%"),
            ),
            false => (
                "select rowid from note where note match ? order by rowid desc limit ?",
                format!("\"{word}\""),
            ),
        };
        Ok(sqlx::query_scalar(text).bind(word).bind(most as i64).fetch_all(&mut self.0).await?)
    }
}
