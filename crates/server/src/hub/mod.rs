//! The hub: one task per centre owns the truth. Items come in through one bounded inbox, are drained
//! into one transaction, and only then does anything go out. Refuses to know sockets and SQL.

mod answers;
mod callbacks;
mod callers;
mod carry_out;
mod consult;
mod directory;
mod duty;
mod figures;
mod hello;
mod outgoing;
mod papers;
mod parties;
mod project;
mod quality;
mod show;
mod task;
mod turn;
mod wall;
mod words;

#[cfg(test)]
mod tests;

use desk::ids::{BoothId, OperatorId};
use link::message::notes::NotesMark;
use link::message::{
    BoothSays, ExchangeSays, OperatorSays, RequestId, Resume, ToBooth, ToExchange, ToOperator,
};
use tokio::sync::{mpsc, oneshot};

use crate::secret::TokenHash;
use crate::store::{Bearer, Directory};

pub use directory::watch;
pub use figures::Figures;
pub use task::{Hub, HubError, Setup};

/// Items that may wait for the hub. A turn takes about a millisecond and up to [`DRAIN`] of them; more
/// waiting items make their lines wait, which is felt by nobody else.
const INBOX: usize = 1024;
/// Items of one turn, and so of one transaction: large enough to share a commit among all operators of
/// a centre, small enough to keep a turn under ten milliseconds.
const DRAIN: usize = 256;
/// Messages that may wait for one person's line. A reader that is this far behind is closed; it may
/// come back and resume.
pub const PERSON_QUEUE: usize = 256;
/// Messages that may wait for the exchange: it is told of every leg.
pub const EXCHANGE_QUEUE: usize = 1024;

/// One socket that came in, never used twice in one process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineId(pub u64);

/// What was heard on a line after its hello.
pub enum Words<T> {
    /// A request.
    Say {
        /// Its name.
        request: RequestId,
        /// What is asked.
        body: T,
    },
    /// A sign of life.
    Ping,
}

/// Somebody whose proof was good, with the way back.
pub enum Hello {
    /// An operator.
    Operator {
        /// Who, of which sign-in: when that is revoked or over, the line ends.
        bearer: Bearer,
        /// Where to go on.
        resume: Option<Resume>,
        /// The way back.
        out: mpsc::Sender<ToOperator>,
    },
    /// A booth's page.
    Booth {
        /// Which one.
        booth: BoothId,
        /// Where to go on.
        resume: Option<Resume>,
        /// The way back.
        out: mpsc::Sender<ToBooth>,
    },
    /// The exchange.
    Exchange {
        /// The key's hash: when it is revoked, the line ends.
        key: TokenHash,
        /// The way back.
        out: mpsc::Sender<ToExchange>,
    },
}

/// Everything that reaches a hub.
pub enum Item {
    /// A line came.
    Hello(LineId, Hello),
    /// An operator's desktop spoke.
    Operator(LineId, Words<OperatorSays>),
    /// A booth's page spoke.
    Booth(LineId, Words<BoothSays>),
    /// The exchange spoke.
    Exchange(LineId, Words<ExchangeSays>),
    /// A line went.
    Gone(LineId),
    /// A sign-in was ended by its owner, or its refresh token came twice.
    TokenRevoked(TokenHash),
    /// A door asks whether an operator is in a talk at a connected desk.
    IsInTalk(OperatorId, oneshot::Sender<bool>),
    /// The notes have moved on.
    Notes(NotesMark),
    /// Who may come in has changed.
    Directory(Directory),
}

/// The way into a hub.
#[derive(Clone)]
pub struct Inbox(mpsc::Sender<Item>);

impl Inbox {
    /// A way in, and the hub's end of it.
    pub fn new() -> (Inbox, mpsc::Receiver<Item>) {
        let (sender, receiver) = mpsc::channel(INBOX);
        (Inbox(sender), receiver)
    }

    /// Waits for a place and puts an item in; false: the hub has stopped.
    pub async fn put(&self, item: Item) -> bool {
        self.0.send(item).await.is_ok()
    }

    /// Whether an operator is in a talk at a desk that is connected. A hub that has stopped knows no talk.
    pub async fn is_in_talk(&self, operator: OperatorId) -> bool {
        let (answer, told) = oneshot::channel();
        self.put(Item::IsInTalk(operator, answer)).await && told.await.unwrap_or(false)
    }
}

/// How the hub is, for the health page and the metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Facts can be stored.
    pub store_up: bool,
    /// The exchange is connected.
    pub exchange_up: bool,
    /// What is counted.
    pub figures: Figures,
}
