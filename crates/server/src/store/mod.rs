//! The store: where facts become true, and who may come in. All SQL stands below this folder, one
//! module per dialect. Refuses to know what a fact leads to.

mod notes;
mod people;
mod row;
mod sqlite;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;

use desk::centre::Fact;
use desk::ids::{BoothId, OperatorId, Session};
use desk::time::{Millis, Time};
use prometheus_client::metrics::histogram::Histogram;

use crate::secret::TokenHash;
pub use notes::{Lines, NoteStore, Pulling, Pushing, Revisions, Searching};
pub use people::{
    Account, Approval, AuditRow, Bearer, BoothRow, CallbackRow, CallerRow, Directory, Enrolled,
    ExchangeKeyRow, Handed, NewBooth, OperatorRow, Owed, Refreshed,
};

/// What a call of the store gives back, later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Why the store did not do it. Nothing of the call has happened then.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer, is full, or refuses the row.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables are newer than this program, or a migration was edited.
    #[error("the database's tables do not fit this program: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Another server has taken over this database: stop at once.
    #[error("another server has taken over this database")]
    Superseded,
    /// A stored fact cannot be read: written by a newer program, or damaged.
    #[error("fact {seq} cannot be read ({kind}, version {version})")]
    UnknownFact {
        /// Its place in the ledger.
        seq: u64,
        /// Its kind.
        kind: String,
        /// The version it was written in.
        version: u64,
    },
    /// The database's own copy wants a file name that is text.
    #[error("{0} is no file name that the database can use")]
    BadPath(PathBuf),
    /// A revision's row is damaged, or missing.
    #[error("revision {0} cannot be read")]
    DamagedRevision(u64),
    /// A table names an end that this program does not know.
    #[error("the end {0} is not known to this program")]
    UnknownEnd(String),
    /// The name is taken.
    #[error("the name {0} is taken")]
    NameTaken(String),
    /// The URL names no database that this program can use.
    #[error("the database must be given as sqlite:FILE")]
    UnknownDialect,
    /// There is no such file, and this command makes none.
    #[error(
        "there is no database {0}. Name the server's own (--config, --database or KENMU_DATABASE); a first \
         `serve` or `operator add` makes one"
    )]
    Missing(PathBuf),
    /// The file cannot be read with what was given as its key.
    #[error(
        "the database cannot be read: {}, or the file is no database. Give the key file that it was made \
         with (database_key_file, --database-key-file or KENMU_DATABASE_KEY_FILE), or none when it was made \
         without",
        if *.with_key { "it was made with another key or without one" } else { "it needs a key" }
    )]
    WrongKey {
        /// Some key was given.
        with_key: bool,
    },
    /// The key file is not a key.
    #[error("the database key file must hold 64 hexadecimal digits")]
    BadKey,
    /// The key file cannot be read.
    #[error("the database key file cannot be read: {0}")]
    NoKey(std::io::Error),
}

/// The right to write the ledger. Each hub takes a higher one at its start; the lower are dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ownership(pub u64);

/// A fact with the moment of its decision and, for a new contact, the receipt number that it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was decided.
    pub at: Time,
    /// What.
    pub fact: Fact,
    /// 受付番号; for [`Fact::Arrived`] and [`Fact::Dialled`] alone.
    pub number: Option<String>,
}

/// What one turn of the hub writes, all or nothing.
#[derive(Debug)]
pub struct Batch<'a> {
    /// Whose turn.
    pub ownership: Ownership,
    /// The place of the first entry in the ledger.
    pub first_seq: u64,
    /// In order.
    pub entries: &'a [Entry],
    /// The highest session allotted so far.
    pub session: Session,
    /// Sign-ins that are dead from now on.
    pub revoked: &'a [TokenHash],
    /// Who is behind the calls that arrived.
    pub callers: &'a [CallerRow],
    /// The calls that were lost.
    pub owed: &'a [Owed],
    /// What somebody tried and may not do.
    pub audit: &'a [AuditRow],
}

impl Batch<'_> {
    /// Nothing to write.
    pub fn is_empty(&self) -> bool {
        let facts = self.entries.is_empty() && self.callers.is_empty() && self.owed.is_empty();
        facts && self.revoked.is_empty() && self.audit.is_empty()
    }
}

/// What a hub needs to go on after a restart.
#[derive(Debug)]
pub struct Loaded {
    /// The right to write.
    pub ownership: Ownership,
    /// The facts that still matter (see [`Store::take_over`]), in order.
    pub facts: Vec<(Time, Fact)>,
    /// The place of the newest fact; 0 when there is none.
    pub last_seq: u64,
    /// The moment of the newest fact.
    pub last_at: Time,
    /// The highest session ever allotted.
    pub session: Session,
}

/// Where the ledger is read to, some rows at a time, for the check of its books: place, moment and fact,
/// in order.
pub type Page<'a> = dyn FnMut(Vec<(u64, Time, Fact)>) + Send + 'a;

/// How many contacts and rings the tables show in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Contacts in the queue.
    pub waiting: u64,
    /// Contacts in an operator's hands, not over.
    pub active: u64,
    /// Contacts in wrap-up.
    pub wrapping: u64,
    /// Contacts that are closed.
    pub closed: u64,
}

/// A database that keeps the truth of one centre.
pub trait Store: NoteStore + Send + Sync + 'static {
    /// Makes this hub the only writer and loads what it needs: all facts of the contacts of today and of
    /// every day since the oldest open contact (and since the newest contact and the newest ring, so that
    /// no number is given twice), and the operators' facts since the oldest of those, with each
    /// operator's last ones from before. Days bound it, however long the ledger is.
    fn take_over(&self, now: Time) -> Later<'_, Loaded>;
    /// Writes a turn; it is on the disk when this returns.
    fn commit<'a>(&'a self, batch: Batch<'a>) -> Later<'a, ()>;
    /// Who called since `since`, the oldest first.
    fn callers(&self, since: Time) -> Later<'_, Vec<CallerRow>>;
    /// Who is owed a callback, one row for each number, those that are due first.
    fn callbacks(&self) -> Later<'_, Vec<CallbackRow>>;
    /// The latest lines of the audit, the newest first; at most `most`.
    fn audited(&self, most: u32) -> Later<'_, Vec<AuditRow>>;
    /// Who may come in.
    fn directory(&self, now: Time) -> Later<'_, Directory>;
    /// The number of the last change in the directory; cheap.
    fn directory_change(&self) -> Later<'_, u64>;
    /// Reads the whole ledger out, and what the tables say beside it, both as of the same moment: a server
    /// may write meanwhile.
    fn audit<'a>(&'a self, take: &'a mut Page<'_>) -> Later<'a, Standing>;

    /// Adds an account.
    fn add_operator<'a>(
        &'a self,
        name: &'a str,
        display: &'a str,
        hash: &'a str,
        now: Time,
    ) -> Later<'a, OperatorId>;
    /// Sets a password, forgets the failures and ends the account's sign-ins; false: no such account.
    fn set_password<'a>(&'a self, name: &'a str, hash: &'a str) -> Later<'a, bool>;
    /// Locks an account and ends its sign-ins, or opens it again and forgets its failures; false: no such
    /// account.
    fn lock_operator<'a>(&'a self, name: &'a str, locked: bool, now: Time) -> Later<'a, bool>;
    /// Ends every sign-in of an account and gives how many; none: no such account.
    fn revoke_operator<'a>(&'a self, name: &'a str) -> Later<'a, Option<u64>>;
    /// Makes an account a shift lead's, or no longer; false: no such account.
    fn set_lead<'a>(&'a self, name: &'a str, lead: bool) -> Later<'a, bool>;
    /// Takes an account away and frees its name; false: no such account.
    fn remove_operator<'a>(&'a self, name: &'a str, now: Time) -> Later<'a, bool>;
    /// The account of that name with its password's hash.
    fn account<'a>(&'a self, name: &'a str) -> Later<'a, Option<Account>>;
    /// Counts a try at an account before its password is looked at, so that tries at the same moment all
    /// count. False: `most` failures came, the last one less than `lock` ago; nothing was counted.
    fn count_try(&self, operator: OperatorId, most: u32, lock: Millis, now: Time) -> Later<'_, bool>;
    /// The password was not looked at after all: the try does not count.
    fn take_back_try(&self, operator: OperatorId) -> Later<'_, ()>;

    /// Begins a sign-in and forgets the account's failures. Dead sign-ins are thrown away on this occasion.
    fn begin_sign_in(&self, bearer: Bearer, handed: Handed, now: Time) -> Later<'_, ()>;
    /// Who came with this token.
    fn bearer(&self, token: TokenHash, now: Time) -> Later<'_, Option<Bearer>>;
    /// Uses a refresh token up. The same attempt may come again as long as what it was handed was not used:
    /// its answer may have been lost.
    fn refresh(
        &self,
        refresh: TokenHash,
        attempt: Option<TokenHash>,
        handed: Handed,
        now: Time,
    ) -> Later<'_, Refreshed>;
    /// Ends the sign-in that a token or refresh token came of; none: it was not there.
    fn end_sign_in(&self, token: TokenHash) -> Later<'_, Option<TokenHash>>;

    /// Keeps a page's key and the code that it shows until `expires`; at most `most` wait at once. A page
    /// that asks again gets a new code for the old one.
    fn enrol<'a>(
        &'a self,
        key: &'a str,
        code: TokenHash,
        expires: Time,
        most: u32,
        now: Time,
    ) -> Later<'a, Enrolled>;
    /// Makes the page that shows this code a booth. `most` wrong ones within `window` void all that wait.
    fn approve_booth<'a>(
        &'a self,
        code: TokenHash,
        booth: NewBooth<'a>,
        most: u32,
        window: Millis,
        now: Time,
    ) -> Later<'a, Approval>;
    /// The booth that a key belongs to; none when it is unknown or revoked.
    fn booth_of_key<'a>(&'a self, key: &'a str) -> Later<'a, Option<BoothId>>;
    /// A booth's key; none when the booth is unknown or revoked.
    fn booth_key(&self, booth: BoothId) -> Later<'_, Option<String>>;
    /// Shuts a booth out; false when it was not in.
    fn revoke_booth(&self, booth: BoothId, now: Time) -> Later<'_, bool>;

    /// Keeps an exchange's key.
    fn add_exchange_key(&self, key: TokenHash, now: Time) -> Later<'_, u64>;
    /// Every exchange key, in order.
    fn exchange_keys(&self) -> Later<'_, Vec<ExchangeKeyRow>>;
    /// Whether an exchange with this key may come in.
    fn is_exchange_key(&self, key: TokenHash) -> Later<'_, bool>;
    /// Shuts out one key, or all; gives how many.
    fn revoke_exchange_keys(&self, only: Option<u64>, now: Time) -> Later<'_, u64>;

    /// How long commits took, seconds.
    fn commit_seconds(&self) -> Histogram;
    /// Closes the files.
    fn close(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// Opens the database that a URL names, makes it when it is not there, and brings its tables up to date.
///
/// # Errors
/// [`StoreError`]: no such dialect, a bad key, tables of a newer program.
pub async fn open(url: &str, key_file: Option<&Path>) -> Result<Arc<dyn Store>, StoreError> {
    open_as(url, key_file, true).await
}

/// As [`open`], for looking: a database that is not there is refused.
///
/// # Errors
/// As [`open`], and [`StoreError::Missing`].
pub async fn open_existing(url: &str, key_file: Option<&Path>) -> Result<Arc<dyn Store>, StoreError> {
    open_as(url, key_file, false).await
}

/// As [`open_existing`], for a backup: nothing is written to it, and its tables stay as old as they are.
///
/// # Errors
/// As [`open_existing`].
pub async fn look(file: &Path, key_file: Option<&Path>) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(sqlite::Sqlite::look(file, key_file).await?))
}

/// The file that a URL names.
///
/// # Errors
/// [`StoreError::UnknownDialect`].
pub fn file_of(url: &str) -> Result<PathBuf, StoreError> {
    sqlite::file_of(url)
}

async fn open_as(url: &str, key_file: Option<&Path>, make: bool) -> Result<Arc<dyn Store>, StoreError> {
    if !url.starts_with("sqlite:") {
        return Err(StoreError::UnknownDialect);
    }
    Ok(Arc::new(sqlite::Sqlite::open(url, key_file, make).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn with_a_key_file_the_database_is_unreadable_without_it() {
        let folder = tempfile::tempdir().unwrap();
        let (file, key, other) =
            (folder.path().join("k.db"), folder.path().join("key"), folder.path().join("other"));
        std::fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
        std::fs::write(&other, "fedcba9876543210".repeat(4)).unwrap();
        let url = format!("sqlite:{}", file.display());

        let store = open(&url, Some(&key)).await.unwrap();
        store.add_operator("op01", "オペレーター01", "hash", Time(1)).await.unwrap();
        store.close().await;
        let bytes = std::fs::read(&file).unwrap();
        assert!(!bytes.windows(4).any(|window| window == b"op01"));
        assert!(!bytes.starts_with(b"SQLite format 3"));
        for (key, told) in [(None, "it needs a key"), (Some(&*other), "with another key")] {
            let words = open(&url, key).await.err().unwrap().to_string();
            assert!(words.contains(told) && words.contains("KENMU_DATABASE_KEY_FILE"), "{words}");
        }
        let store = open(&url, Some(&key)).await.unwrap();
        assert!(store.account("op01").await.unwrap().is_some());

        std::fs::write(&other, "not a key").unwrap();
        assert!(matches!(open(&url, Some(&other)).await.err(), Some(StoreError::BadKey)));
    }

    #[tokio::test]
    async fn only_the_newest_owner_writes_and_the_ledger_is_never_touched_again() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let store = open(&url, None).await.unwrap();
        let operator = store.add_operator("op01", "オペレーター01", "hash", Time(1)).await.unwrap();
        let older = store.take_over(Time(10)).await.unwrap().ownership;
        let newer = store.take_over(Time(10)).await.unwrap().ownership;
        let fact = Fact::SignedIn { operator, session: Session(1) };
        let entries = [Entry { at: Time(10), fact, number: None }];
        let batch = |ownership| Batch {
            ownership,
            first_seq: 1,
            entries: &entries,
            session: Session(1),
            revoked: &[],
            callers: &[],
            owed: &[],
            audit: &[],
        };
        assert!(matches!(store.commit(batch(older)).await, Err(StoreError::Superseded)));
        store.commit(batch(newer)).await.unwrap();
        let loaded = store.take_over(Time(20)).await.unwrap();
        assert_eq!(loaded.facts, [(Time(10), fact)]);
        assert_eq!((loaded.last_seq, loaded.last_at, loaded.session), (1, Time(10), Session(1)));

        let raw = sqlx::SqlitePool::connect(&url).await.unwrap();
        for change in ["update ledger set at_ms = 0", "delete from ledger"] {
            let refused = sqlx::raw_sql(change).execute(&raw).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{refused}");
        }
    }
}
