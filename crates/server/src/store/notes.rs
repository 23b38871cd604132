//! The notes' side of the store: revisions in, pages out. Knows no SQL.

use desk::ids::OperatorId;
use desk::note::revision::{Cursor, DeviceId, StreamId};
use desk::time::Time;
use link::message::notes::{NotesMark, Pulled, Pushed, Viewed};

use super::Later;
use crate::notes::Judged;

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

/// Where the notes are kept.
pub trait NoteStore {
    /// Takes revisions into the sequence, all in one transaction; it is on the disk when this returns. None: the
    /// stream is another operator's, and nothing has happened.
    fn push<'a>(&'a self, pushing: Pushing<'a>) -> Later<'a, Option<Pushed>>;
    /// A page, as of one moment.
    fn pull<'a>(&'a self, pulling: Pulling<'a>) -> Later<'a, Pulled>;
    /// How far the notes are.
    fn notes_mark(&self) -> Later<'_, NotesMark>;
    /// The secret under which a caller's number gets its name for notes; made once for a database.
    fn caller_secret(&self) -> Later<'_, Vec<u8>>;
}
