//! The notes' side of the store: revisions in, pages out; the audit, the manual, and copies of it all. Knows no SQL.

use std::path::Path;

use desk::ids::OperatorId;
use desk::note::revision::{Cursor, DeviceId, Revision, StreamId};
use desk::note::sought::Sought;
use desk::time::Time;
use link::message::notes::{ManualArticle, NotesMark, Pulled, Pushed, Searched, Viewed};

use super::{AuditRow, Later};
use crate::audit::Anchor;
use crate::notes::{Judged, NoteStanding};

/// What a desk sends, looked at already.
#[derive(Debug)]
pub struct Pushing<'a> {
    /// Whose token it came with.
    pub operator: OperatorId,
    /// The installation.
    pub device: DeviceId,
    /// The stream of all of them.
    pub stream: StreamId,
    /// In the order in which they came.
    pub items: &'a [Judged<'a>],
    /// Who looked at personal fields.
    pub views: &'a [Viewed],
    /// Now.
    pub now: Time,
}

/// What a desk asks for.
#[derive(Debug)]
pub struct Pulling<'a> {
    /// From where on; none: a new reader.
    pub cursor: Option<&'a Cursor>,
    /// The desk's stream.
    pub stream: StreamId,
    /// Revisions at most.
    pub most: u32,
    /// A new reader begins with what came since, or with the oldest work that is still owed.
    pub since: Time,
}

/// What a desk looks for among what it keeps no more.
#[derive(Debug)]
pub struct Searching<'a> {
    /// What must be in a note.
    pub sought: &'a Sought,
    /// Desks have what came since.
    pub before: Time,
    /// Records at most.
    pub most: u32,
}

/// Where revisions are read to, one after the other: place, revision, and the chain's state beside it.
pub type Revisions<'a> = dyn FnMut(u64, &Revision, &str) + Send + 'a;
/// Where the audit is read to, one line after the other: its number, what it says, and the chain's state beside it.
pub type Lines<'a> = dyn FnMut(u64, &AuditRow, Option<&str>) + Send + 'a;

/// Where the notes and the audit of them are kept.
pub trait NoteStore {
    /// Takes revisions into the sequence, all in one transaction; it is on the disk when this returns. None: the
    /// stream is another operator's, and nothing has happened.
    fn push<'a>(&'a self, pushing: Pushing<'a>) -> Later<'a, Option<Pushed>>;
    /// A page, as of one moment.
    fn pull<'a>(&'a self, pulling: Pulling<'a>) -> Later<'a, Pulled>;
    /// What fits of the notes that desks keep no more, the newest first.
    fn search<'a>(&'a self, searching: Searching<'a>) -> Later<'a, Searched>;
    /// How far the notes are.
    fn notes_mark(&self) -> Later<'_, NotesMark>;
    /// Reads every revision out, and what the tables say beside them, as of one moment.
    fn read_notes<'a>(&'a self, take: &'a mut Revisions<'_>) -> Later<'a, NoteStanding>;
    /// Reads every line of the audit out; gives how many were ever counted.
    fn read_audit<'a>(&'a self, take: &'a mut Lines<'_>) -> Later<'a, u64>;
    /// Writes a line of the audit by itself.
    fn keep_audit<'a>(&'a self, line: &'a AuditRow) -> Later<'a, ()>;
    /// The newest line of the audit and the chain's state after it; none: there is no line.
    fn audit_head(&self) -> Later<'_, Option<Anchor>>;
    /// The chain's state after a line of the audit.
    fn audit_chain(&self, line: u64) -> Later<'_, Option<String>>;
    /// The secret under which a caller's number gets its name for notes; made once for a database.
    fn caller_secret(&self) -> Later<'_, Vec<u8>>;

    /// Takes an article of the manual in, or its newer version.
    fn put_article<'a>(&'a self, new: &'a ManualArticle, now: Time) -> Later<'a, ()>;
    /// Takes an article out; false: it was not there.
    fn remove_article<'a>(&'a self, code: &'a str) -> Later<'a, bool>;
    /// Every article, by code.
    fn manual(&self) -> Later<'_, Vec<ManualArticle>>;

    /// Writes a copy as of one moment into a new file, encrypted with the same key; a server may write meanwhile.
    fn copy_to<'a>(&'a self, file: &'a Path) -> Later<'a, ()>;
    /// What the database finds wrong with its own pages, one line each.
    fn page_faults(&self) -> Later<'_, Vec<String>>;
    /// A verified backup has the notes of this life up to here, and the audit says so.
    fn raise_durable<'a>(&'a self, epoch: u64, seq: u64, line: &'a AuditRow) -> Later<'a, ()>;
    /// The database goes on from a backup: another life, of which every note is in a backup, and the audit says so.
    fn begin_life<'a>(&'a self, epoch: u64, line: &'a AuditRow) -> Later<'a, ()>;
}
