//! Who may come in, as rows: accounts, sign-ins, booths. Knows no SQL and no socket.

use desk::end::EndReason;
use desk::ids::{BoothId, ContactId, OperatorId};
use desk::note::Article;
use desk::time::Time;
use link::state::{BoothDevice, Caller};

use crate::secret::TokenHash;

/// An operator's account without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorRow {
    /// Its number.
    pub operator: OperatorId,
    /// What is typed at the sign-in.
    pub name: String,
    /// The name on the tag.
    pub display: String,
    /// Locked by the administrator until it is unlocked.
    pub locked: bool,
    /// Gone: talks of the past still name it.
    pub removed: bool,
    /// 業務責任者: sees the whole shift.
    pub lead: bool,
}

/// Who is behind a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerRow {
    /// The call's contact.
    pub contact: ContactId,
    /// Who. Personal.
    pub caller: Caller,
    /// When the call came.
    pub called: Time,
    /// We called them.
    pub ours: bool,
}

/// Something that is watched: what an operator tried and may not do, or what a command did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: Time,
    /// Who; none: a command on the server's machine, and the detail begins with the system's user.
    pub operator: Option<OperatorId>,
    /// In which contact.
    pub contact: Option<ContactId>,
    /// What, such as `dial_refused`.
    pub kind: String,
    /// Why, and of what, with every number masked.
    pub detail: String,
}

/// A lost call whose caller is owed a callback, when their number is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The lost call's contact.
    pub contact: ContactId,
    /// Until when.
    pub due: Time,
}

/// A number that is owed a callback, with all of its lost calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallbackRow {
    /// The first lost call's contact.
    pub contact: ContactId,
    /// Its 受付番号.
    pub number: String,
    /// Who. Personal.
    pub caller: Caller,
    /// When the first lost call came.
    pub arrived: Time,
    /// How it ended.
    pub end: EndReason,
    /// The earliest time by which a callback is owed.
    pub due: Time,
    /// Tries in vain.
    pub tries: u32,
    /// Lost calls.
    pub calls: u32,
}

/// An account as a sign-in needs it.
#[derive(Clone)]
pub struct Account {
    /// Whose.
    pub row: OperatorRow,
    /// The password's hash.
    pub hash: String,
}

/// A booth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoothRow {
    /// Its number.
    pub booth: BoothId,
    /// Its name, such as ブース1.
    pub name: String,
    /// Where it stands.
    pub place: Option<String>,
    /// What stands on its table.
    pub device: BoothDevice,
    /// It may not come in any more.
    pub revoked: bool,
}

/// A key with which an exchange comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExchangeKeyRow {
    /// Its number.
    pub id: u64,
    /// When it was made.
    pub added: Time,
    /// It opens nothing any more.
    pub revoked: bool,
}

/// Who may come in, as of one change of the tables.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// Grows with every change.
    pub change: u64,
    /// Every operator, removed ones too.
    pub operators: Vec<OperatorRow>,
    /// Every booth, revoked ones too: their contacts keep their names.
    pub booths: Vec<BoothRow>,
    /// The sign-ins that are good.
    pub tokens: Vec<TokenHash>,
    /// The exchange keys that are good.
    pub keys: Vec<TokenHash>,
    /// マニュアル・FAQ, by code.
    pub articles: Vec<Article>,
}

/// An operator who came with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// Who.
    pub operator: OperatorId,
    /// The sign-in that the token came of: when it is revoked, the line ends.
    pub sign_in: TokenHash,
    /// When that sign-in is over, whatever is refreshed.
    pub expires: Time,
}

/// What a sign-in or a refresh hands out, as it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Handed {
    /// The short-lived token.
    pub token: TokenHash,
    /// When it dies.
    pub token_expires: Time,
    /// What the next refresh is done with.
    pub refresh: TokenHash,
}

/// What came of a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// It was good, and is used up now.
    Good(OperatorRow),
    /// Nobody knows it (any more).
    Unknown,
    /// It had been used before: everything of its sign-in is dead now.
    Reused {
        /// Whose.
        operator: OperatorId,
        /// Which.
        sign_in: TokenHash,
    },
}

/// What came of a page that wants to be a booth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enrolled {
    /// Its code waits for an administrator.
    Pending,
    /// It is a booth already.
    Booth(BoothId),
    /// Too many wait.
    Full,
}

/// A booth that an administrator describes.
#[derive(Clone, Copy, Debug)]
pub struct NewBooth<'a> {
    /// Its name, such as ブース1.
    pub name: &'a str,
    /// Where it stands.
    pub place: Option<&'a str>,
    /// What stands on its table.
    pub device: BoothDevice,
}

/// What came of an administrator's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// The page that shows it is this booth now.
    Booth(BoothId),
    /// It was good until a while ago.
    Expired,
    /// No page shows it. So many tries are left before all are voided.
    Unknown {
        /// At least 1.
        left: u32,
    },
    /// Too many wrong ones: no pending code is good any more.
    Voided,
}
