//! A record's revisions: immutable, counted without gaps in the stream of the database that made them, and bound
//! into the server's chain by commitments, so that what was redacted still verifies.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::ids::OperatorId;
use crate::time::Time;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS))]
        pub struct $name(#[cfg_attr(feature = "ts", ts(type = "string"))] pub Uuid);
    };
}

name!(/// One record over all its revisions; UUIDv7, made by the client.
    NoteId);
name!(/// One revision; UUIDv7, made by the client.
    RevId);
name!(/// One creation of a local database; random. A copied disk must not go on with it.
    StreamId);
name!(/// One installation of the desktop; random, made at its first start.
    DeviceId);

/// What a revision does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RevKind {
    /// A new or changed record.
    Edit,
    /// A person put several heads together.
    Resolve,
    /// The record is gone from every list; its earlier revisions stay.
    Tombstone,
    /// Every earlier revision of the record loses body and salt, everywhere. By a shift lead only.
    Redact,
}

/// One revision as it travels and is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Its name.
    pub rev: RevId,
    /// Whose.
    pub note: NoteId,
    /// The heads that its author saw; empty for the first one.
    pub parents: Vec<RevId>,
    /// The stream in which it is counted.
    pub stream: StreamId,
    /// 1, 2, 3 … without gaps in the stream.
    pub dseq: u64,
    /// Who wrote it.
    pub author: OperatorId,
    /// What it does.
    pub kind: RevKind,
    /// The author's clock; advisory, never used for order.
    pub client_ms: Time,
    /// The [`Record`](super::Record) as JSON; none for a tombstone, a redaction, or when it was redacted.
    pub body: Option<String>,
    /// 32 random bytes, hexadecimal; gone with the body.
    pub salt: Option<String>,
    /// HMAC-SHA256 of the body under the salt, hexadecimal; stays.
    pub commitment: String,
}

/// A note's text has no business in a log.
impl std::fmt::Debug for Revision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (rev, note, dseq) = (self.rev.0, self.note.0, self.dseq);
        write!(f, "Revision({rev} of {note}, {:?} {dseq})", self.kind)
    }
}

/// How far a reader has come in the server's sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Which life of the server's database: it turns with every restore.
    pub epoch: u64,
    /// The last revision that was read; 0 before the first.
    pub seq: u64,
    /// The chain's hash at `seq`, hexadecimal.
    pub chain: String,
}
