//! `POST /api/notes/push`, `POST /api/notes/pull` and `POST /api/notes/search`: how revisions travel. The access token stands in the header
//! `Authorization: Bearer …`. A refusal of the whole request is [`Refusal`](super::Refusal).

use desk::code::Code;
use desk::note::Article;
use desk::note::revision::{Cursor, DeviceId, NoteId, Revision, StreamId};
use desk::note::sought::Filter;
use desk::time::Time;
use serde::{Deserialize, Serialize};

/// Revisions in one push at most: a rejected one costs little to send again.
pub const MAX_PUSH: usize = 100;
/// The largest body of a push, bytes.
pub const MAX_PUSH_BYTES: usize = 1024 * 1024;
/// Revisions in one page of a pull at most: some 700 KiB.
pub const MAX_PAGE: u32 = 1_000;
/// Records in the answer to a search at most: as many as a desk shows.
pub const MAX_FOUND: u32 = 100;
/// The longest words of a search, characters: what fits into the field.
pub const MAX_SOUGHT: usize = 200;

/// The body of a push. Sent again after a lost answer it gets the same answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Push {
    /// The client's protocol version.
    pub version: u16,
    /// The installation.
    pub device: DeviceId,
    /// The stream of all revisions here.
    pub stream: StreamId,
    /// In the order of their `dseq`, without gaps; may be empty, to learn the marks.
    pub revisions: Vec<Revision>,
    /// Who looked at personal fields, for the audit.
    pub views: Vec<Viewed>,
}

/// Somebody looked at a record's personal fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewed {
    /// Counts up in the stream; the same one again is ignored.
    pub vseq: u64,
    /// Which record.
    pub note: NoteId,
    /// When, by the desk's clock.
    pub at: Time,
}

/// The good answer to a push: sent only after everything in it is on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pushed {
    /// Which life of the server's database.
    pub epoch: u64,
    /// The highest `dseq` of this stream that the server holds without a gap.
    pub high: u64,
    /// The highest `vseq` of this stream that the server holds.
    pub viewed: u64,
    /// Revisions up to this one are in a verified backup.
    pub durable_seq: u64,
    /// What became of each revision, in order; ends early at a gap.
    pub outcomes: Vec<Outcome>,
    /// The next `dseq` that the server wants, when what was sent does not follow what it has.
    pub gap: Option<u64>,
}

/// What became of one revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// Stored, now or earlier.
    Stored {
        /// Which.
        dseq: u64,
        /// Its place in the server's sequence.
        seq: u64,
    },
    /// Refused for good; its number is used up, so that the stream goes on.
    Refused {
        /// Which.
        dseq: u64,
        /// Why: `individual_number`, `secret_text`, `malformed`, `unauthorised`.
        code: Code,
    },
    /// Something else is stored under this number: the stream was copied. Nothing was overwritten; the client begins a
    /// new stream.
    Divergent {
        /// Which.
        dseq: u64,
    },
}

/// The body of a pull.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    /// The client's protocol version.
    pub version: u16,
    /// From where on; none: from the oldest that a desk keeps.
    pub cursor: Option<Cursor>,
    /// The client's stream, whose mark is wanted.
    pub stream: StreamId,
    /// Revisions wanted at most; [`MAX_PAGE`] at most.
    pub most: u32,
}

/// The good answer to a pull.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pulled {
    /// What follows the cursor.
    Page(Page),
    /// The cursor does not lie on this server's chain: it was restored, or is another one. The client keeps everything
    /// of its own, pulls from the start, and sends again what lies above `high`.
    MustResync {
        /// Which life of the server's database.
        epoch: u64,
        /// As [`Pushed::high`].
        high: u64,
    },
}

/// A page of the server's sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The chain's state before the first revision: equal to the cursor that was sent, or where a new reader begins.
    pub from: Cursor,
    /// In order.
    pub revisions: Vec<Placed>,
    /// The cursor after the last one.
    pub cursor: Cursor,
    /// There is more.
    pub more: bool,
    /// As [`Pushed::durable_seq`].
    pub durable_seq: u64,
    /// As [`Pushed::high`].
    pub high: u64,
    /// Records that were redacted: their earlier revisions have neither body nor salt in this page.
    pub redacted: Vec<NoteId>,
}

/// A revision in the server's sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// Its place; without gaps.
    pub seq: u64,
    /// The revision.
    pub revision: Revision,
}

/// A hint in the desk's state: the server's notes have moved on. The store is the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NotesMark {
    /// Which life of the server's database.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub epoch: u64,
    /// The newest revision.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub seq: u64,
}

/// The body of `POST /api/notes/search`: what desks keep no more is looked for at the server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// The client's protocol version.
    pub version: u16,
    /// Words, separated by white space; each must occur.
    pub words: String,
    /// What must fit beside them.
    pub filter: Filter,
    /// Records wanted at most; [`MAX_FOUND`] at most.
    pub most: u32,
}

/// The good answer to a search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// Which life of the server's database.
    pub epoch: u64,
    /// Every head of the records that fit, in the order of the sequence.
    pub found: Vec<Placed>,
    /// There may be more.
    pub more: bool,
}

/// The query of `GET /api/manual`, which wants the access token like the notes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualAsked {
    /// The tag of what the desk has; none: it has nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
}

/// The good answer: マニュアル・FAQ, whole, so that a desk has it without the network too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Manual {
    /// The desk has it all.
    Unchanged,
    /// In the place of what the desk has.
    Texts {
        /// To be sent with the next question.
        etag: String,
        /// By code.
        articles: Vec<ManualArticle>,
    },
}

/// One article with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManualArticle {
    /// Code, title and version.
    pub article: Article,
    /// Markdown, or the plain text of a PDF.
    pub text: String,
}
