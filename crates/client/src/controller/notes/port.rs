//! What the notes ask of the vault and what it answers. Plain data: knows no database and no key.

use desk::code::Code;
use desk::ids::OperatorId;
use desk::note::revision::{NoteId, RevId, RevKind};
pub use desk::note::sought::Filter;
use desk::note::{Record, SheetColumn};
use desk::time::Time;
use link::state::DeskState;

use super::super::port::Secret;
pub use crate::vault::{Draft, Lists};
use crate::view::notes::{Hit, ManualHit, ManualText, SheetFormat, Told, VaultTrouble};

/// What the vault is to do. The jobs are done one after another, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum VaultJob {
    /// Keeps an unfinished text; answered by [`VaultNews::Drafted`].
    Draft(Box<Draft>),
    /// An empty note is put away: nothing of it stays.
    Forget(NoteId),
    /// Writes a revision, and forgets the draft; answered by [`VaultNews::Wrote`].
    Write(Box<Writing>),
    /// Looks a record up; answered by [`VaultNews::Read`].
    Read(NoteId),
    /// Makes the lists anew; answered by [`VaultNews::Lists`].
    Lists,
    /// これまでの記録 of a caller; answered by [`VaultNews::Earlier`].
    Earlier {
        /// For which note.
        note: NoteId,
        /// The caller's name among notes.
        key: String,
    },
    /// Looks for notes; answered by [`VaultNews::Found`].
    Search {
        /// To be given back: only the latest search is shown.
        serial: u64,
        /// Words, separated by white space.
        words: String,
        /// What else must fit.
        filter: Filter,
        /// How many are wanted.
        most: u32,
    },
    /// Brings what fits of the older notes here, which only the server has; answered by [`VaultNews::Older`].
    Older {
        /// Words, separated by white space.
        words: String,
        /// What else must fit.
        filter: Filter,
    },
    /// Somebody looked at personal fields: for the audit.
    Viewed {
        /// Of which record.
        note: NoteId,
        /// When.
        at: Time,
    },
    /// Keeps what an offline start shows.
    Keep(Box<DeskState>),
    /// Looks for articles; answered by [`VaultNews::Articles`].
    Articles(String),
    /// Opens an article; answered by [`VaultNews::Article`].
    Article(String),
    /// Is this the operator's password? Answered by [`VaultNews::Checked`].
    Check(Secret),
    /// Writes the sheets that are not sent yet into a file; answered by [`VaultNews::Told`].
    Export {
        /// xlsx, or CSV.
        format: SheetFormat,
        /// The settings' columns.
        columns: Vec<SheetColumn>,
    },
    /// Reads the city's returned sheet; answered by [`VaultNews::Told`].
    Import {
        /// The file's name.
        name: String,
        /// Base64.
        data: String,
        /// The settings' columns.
        columns: Vec<SheetColumn>,
        /// Who reads it in.
        author: OperatorId,
    },
}

/// A revision to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Writing {
    /// Of which record.
    pub note: NoteId,
    /// The heads that its author saw.
    pub parents: Vec<RevId>,
    /// Who writes.
    pub author: OperatorId,
    /// What it does.
    pub kind: RevKind,
    /// What it says; none for a redaction.
    pub record: Option<Record>,
    /// When, this machine's clock.
    pub at: Time,
}

/// A record as the vault has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// Which record.
    pub note: NoteId,
    /// Its heads, the oldest first.
    pub heads: Vec<KeptHead>,
    /// The server refused its last revision.
    pub refused: Option<Code>,
    /// Nothing is left to read.
    pub redacted: bool,
    /// The server has all of it.
    pub synced: bool,
    /// An unfinished text that changes it, or begins it.
    pub draft: Option<Draft>,
}

/// One head.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptHead {
    /// Which revision.
    pub rev: RevId,
    /// Its author.
    pub author: OperatorId,
    /// The author's clock.
    pub at: Time,
    /// What it says.
    pub record: Record,
}

/// What the vault found when it was opened.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// Random, anew each time: the names of new records come out of it.
    pub seed: (u64, u64),
    /// Unfinished texts.
    pub drafts: Vec<Draft>,
    /// What the desk showed last, for an offline start.
    pub kept: Option<Box<DeskState>>,
}

/// Why no vault is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotOpened {
    /// This desk has no folder for notes.
    NoFolder,
    /// The operator was never signed in on this machine.
    NeverHere,
    /// The password is wrong.
    WrongPassword,
    /// Too long without the server.
    TooLong,
    /// Signed in, and neither this password nor a keyring opens it.
    Locked,
    /// A fault of disk or program.
    Trouble(VaultTrouble),
}

/// What the vault tells.
#[derive(Clone, Debug, PartialEq)]
pub enum VaultNews {
    /// It is open.
    Opened(Box<Opened>),
    /// It is not.
    NotOpened(NotOpened),
    /// A draft is on the disk, or not.
    Drafted {
        /// Which record.
        note: NoteId,
        /// None: it is there.
        failed: Option<VaultTrouble>,
    },
    /// A revision is on the disk, or not.
    Wrote {
        /// Which record.
        note: NoteId,
        /// Its name.
        rev: Result<RevId, VaultTrouble>,
    },
    /// A record; none: there is no such.
    Read {
        /// Which.
        note: NoteId,
        /// What is known of it.
        kept: Option<Box<Kept>>,
    },
    /// The lists.
    Lists(Box<Lists>),
    /// これまでの記録.
    Earlier {
        /// For which note.
        note: NoteId,
        /// The newest first.
        hits: Vec<Hit>,
    },
    /// What a search found.
    Found {
        /// Of which search.
        serial: u64,
        /// The newest first.
        hits: Vec<Hit>,
    },
    /// What fits of the older notes is here, and whether there may be more; none: the server did not answer.
    Older(Option<bool>),
    /// The password is the operator's, or not.
    Checked(bool),
    /// Articles that fit.
    Articles {
        /// What was looked for.
        words: String,
        /// What fits.
        found: Vec<ManualHit>,
    },
    /// An article.
    Article(Option<ManualText>),
    /// What an export or import came to.
    Told(Told),
    /// The sync has changed something: the lists are old.
    Moved,
    /// The vault cannot write, or can again.
    Trouble(Option<VaultTrouble>),
    /// The server does not take the access token any more.
    Unauthorised,
}
