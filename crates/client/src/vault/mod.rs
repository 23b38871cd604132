//! The encrypted notes of one operator on this desktop (SQLCipher). All SQL of the desk stands below this folder.
//! Every write is one transaction and returns after its commit. Refuses to know the window, the line and the
//! controller, and decides nothing about what may be written.

mod acked;
mod apply;
mod article;
mod fault;
mod file;
mod head;
pub mod index;
mod keep;
pub mod keys;
mod lists;
mod older;
mod outbox;
mod page;
mod proof;
mod purge;
mod read;
mod row;
mod search;
mod write;

use std::path::Path;
use std::sync::{Arc, RwLock};

use desk::code::Code;
use desk::ids::OperatorId;
use desk::note::Record;
use desk::note::revision::{DeviceId, NoteId, RevId, RevKind, StreamId};
use desk::time::Time;
use sqlx::SqlitePool;

use crate::view::notes::{Attention, HandoverRow, LocalRow, PromiseRow, SheetRow};

pub use acked::After;
pub use fault::VaultError;
pub use file::Durability;
pub use keys::DataKey;
pub use outbox::Batch;
pub use page::Applied;

/// An open vault. A clone is the same one.
#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    /// One connection: every write goes through it, in order.
    writer: SqlitePool,
    readers: SqlitePool,
    device: DeviceId,
    stream: RwLock<StreamId>,
}

/// What is being typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Which record.
    pub note: NoteId,
    /// The heads on which it is written.
    pub parents: Vec<RevId>,
    /// As far as it may be kept.
    pub record: Record,
    /// When, this machine's clock.
    pub at: Time,
}

/// A revision that is to be made.
#[derive(Clone, Debug)]
pub struct NewRevision {
    /// Which record.
    pub note: NoteId,
    /// The heads that its author saw; empty for the first one.
    pub parents: Vec<RevId>,
    /// Who writes it.
    pub author: OperatorId,
    /// What it does.
    pub kind: RevKind,
    /// None for a tombstone and a redaction.
    pub record: Option<Record>,
    /// This machine's clock.
    pub at: Time,
}

/// A revision that is on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub rev: RevId,
    /// Its number in the stream.
    pub dseq: u64,
}

/// A head: which revision, its author, the author's clock, and what it says.
pub type KeptHead = (RevId, OperatorId, Time, Record);

/// A record as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The oldest first; more than one must be put together by a person. Where the server refused the last revision,
    /// that one alone.
    pub heads: Vec<KeptHead>,
    /// The server refused the last revision.
    pub refused: Option<Code>,
    /// It was redacted: nothing is left to read.
    pub redacted: bool,
    /// The server has everything of it.
    pub synced: bool,
}

/// What the desk shows beside its work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    /// Revisions that the server does not have yet.
    pub unsynced: u32,
    /// 要対応.
    pub attention: Vec<Attention>,
    /// Drafts first, then the newest that were made here.
    pub local: Vec<LocalRow>,
    /// 連絡票 that are not 完了, those that are due first.
    pub sheets: Vec<SheetRow>,
    /// 引継ぎ that nobody has dealt with, the oldest first.
    pub handovers: Vec<HandoverRow>,
    /// 折返しの約束 that is owed, those that are due first.
    pub promises: Vec<PromiseRow>,
}

impl Vault {
    /// Opens the file, or makes it. With another stream in it than `expected` it is the copy of a disk, or an older
    /// one: a new stream begins. None: there is nowhere else to know it from.
    ///
    /// # Errors
    /// [`VaultError::WrongKey`], [`VaultError::Newer`] for the file of a newer program, or what the disk says.
    pub async fn open(path: &Path, key: &DataKey, expected: Option<StreamId>) -> Result<Vault, VaultError> {
        file::open(path, key, expected, Durability::Full).await
    }

    /// As [`Vault::open`], with the word about what a power cut may take.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub async fn open_with(
        path: &Path,
        key: &DataKey,
        expected: Option<StreamId>,
        durability: Durability,
    ) -> Result<Vault, VaultError> {
        file::open(path, key, expected, durability).await
    }

    /// The stream in which revisions are counted now. The sync may begin a new one.
    pub fn stream(&self) -> StreamId {
        *self.0.stream.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The installation.
    pub fn device(&self) -> DeviceId {
        self.0.device
    }

    /// Closes the file. What is under way is finished first.
    pub async fn close(self) {
        self.0.readers.close().await;
        self.0.writer.close().await;
    }
}
