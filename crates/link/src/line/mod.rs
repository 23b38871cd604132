//! A line to the server that comes back by itself. What is said is kept until it was answered; what is
//! heard is handed on in order, and a gap leads to a snapshot. Knows no meaning of what it carries.

mod carrier;
mod memory;

use std::sync::Arc;
use std::time::Duration;

use desk::code::Code;
use desk::ids::Session;
use desk::time::Time;
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use crate::message::{RequestId, Up, Who};
use memory::{Cut, Memory, Pause};

/// How many requests may wait for their answers; a person makes a few a minute, so more is a fault.
const MAX_UNANSWERED: usize = 64;
/// How many events may wait for a slow reader before the line stops reading.
const MAX_UNREAD: usize = 256;
/// The first and the longest pause between two tries. The longest keeps "back within 10 s" true.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A try that takes longer is given up.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);
/// The heartbeat (ARCHITECTURE.md), and the silence after which a socket counts as dead.
const PING_EVERY: Duration = Duration::from_secs(5);
const DEAD_AFTER: Duration = Duration::from_secs(12);

/// Where to connect and as whom.
#[derive(Clone)]
pub struct Config {
    /// `ws://127.0.0.1:8080/link` or `wss://…/link`.
    pub url: String,
    /// With proof.
    pub who: Who,
    /// Trusted certificates beside the built-in roots, for `wss`.
    pub tls: Option<Arc<rustls::ClientConfig>>,
}

/// What a line tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineEvent<S, C, G> {
    /// Connected; a snapshot follows unless it was resumed.
    Up {
        /// The session's epoch.
        session: Session,
        /// Events go on without a snapshot.
        resumed: bool,
        /// The server's clock.
        now: Time,
    },
    /// Cut after it was up, told once; trying again.
    Down,
    /// Everything.
    Snapshot {
        /// The whole state.
        state: S,
        /// The server's clock.
        now: Time,
    },
    /// One change.
    Change {
        /// Which.
        change: C,
        /// The server's clock.
        now: Time,
    },
    /// A signal without memory.
    Signal(G),
    /// A request was answered.
    Answer {
        /// Which.
        request: RequestId,
        /// None: done.
        refused: Option<Code>,
    },
    /// The server answered a ping.
    Heard {
        /// The server's clock.
        now: Time,
    },
    /// The server does not want this client (again): the line has stopped for good.
    Refused(Code),
}

/// The speaking end. Dropping the last clone closes the line.
pub struct Line<T> {
    said: mpsc::Sender<(RequestId, T)>,
}

impl<T> Clone for Line<T> {
    fn clone(&self) -> Line<T> {
        Line { said: self.said.clone() }
    }
}

impl<T> Line<T> {
    /// Says something; kept and said again after a cut until it is answered. None when too many are
    /// unanswered or the line was refused: tell the person, nothing was sent.
    pub fn say(&self, body: T) -> Option<RequestId> {
        let request = RequestId(Uuid::now_v7());
        self.said.try_send((request, body)).ok().map(|()| request)
    }
}

/// Opens a line. It connects, and after each cut connects again, until the last [`Line`] is dropped or
/// the server refuses.
pub fn open<T, S, C, G>(config: Config) -> (Line<T>, mpsc::Receiver<LineEvent<S, C, G>>)
where
    T: Serialize + Clone + Send + Sync + 'static,
    S: DeserializeOwned + Send + 'static,
    C: DeserializeOwned + Send + 'static,
    G: DeserializeOwned + Send + 'static,
{
    let (said, inbox) = mpsc::channel(MAX_UNANSWERED);
    let (events, heard) = mpsc::channel(MAX_UNREAD);
    let keeper = Keeper { config, inbox, events, memory: Memory::new() };
    tokio::spawn(keeper.run());
    (Line { said }, heard)
}

struct Keeper<T, S, C, G> {
    config: Config,
    inbox: mpsc::Receiver<(RequestId, T)>,
    events: mpsc::Sender<LineEvent<S, C, G>>,
    memory: Memory<T>,
}

impl<T, S, C, G> Keeper<T, S, C, G>
where
    T: Serialize + Clone,
    S: DeserializeOwned,
    C: DeserializeOwned,
    G: DeserializeOwned,
{
    async fn run(mut self) {
        let mut pause = Pause::new();
        loop {
            let began = Instant::now();
            match self.one_connection().await {
                Cut::Again => {}
                Cut::Closed => return,
                Cut::Refused(code) => {
                    // The reader may be gone as well; then nobody needs the word.
                    let _ = self.events.send(LineEvent::Refused(code)).await;
                    return;
                }
            }
            if began.elapsed() > DEAD_AFTER {
                pause = Pause::new();
            }
            if self.events.is_closed() || (self.inbox.is_closed() && self.inbox.is_empty()) {
                return;
            }
            tokio::time::sleep(pause.next()).await;
        }
    }

    async fn one_connection(&mut self) -> Cut {
        let connected = tokio::time::timeout(CONNECT_LIMIT, carrier::connect(&self.config)).await;
        let Ok(Ok(mut socket)) = connected else {
            return Cut::Again;
        };
        let hello = self.memory.hello(self.config.who.clone());
        if socket.send(crate::json::encode(&hello)).await.is_err() {
            return Cut::Again;
        }
        let cut = self.talk(&mut socket).await;
        socket.close().await;
        if self.memory.cut() {
            // A reader that is gone ends the line in `run`.
            let _ = self.events.send(LineEvent::Down).await;
        }
        cut
    }

    async fn talk(&mut self, socket: &mut carrier::Socket) -> Cut {
        let mut ping = tokio::time::interval(PING_EVERY);
        let mut last_heard = Instant::now();
        loop {
            let welcomed = self.memory.welcomed();
            tokio::select! {
                text = socket.next() => {
                    let Some(text) = text else { return Cut::Again };
                    last_heard = Instant::now();
                    if let Err(cut) = self.hear(&text).await {
                        return cut;
                    }
                    if self.memory.welcomed() && !welcomed && !self.say_again(socket).await {
                        return Cut::Again;
                    }
                }
                said = self.inbox.recv(), if self.memory.unanswered() < MAX_UNANSWERED => {
                    let Some((request, body)) = said else { return Cut::Closed };
                    if let Some(say) = self.memory.say(request, body)
                        && socket.send(crate::json::encode(&say)).await.is_err()
                    {
                        return Cut::Again;
                    }
                }
                _ = ping.tick() => {
                    if last_heard.elapsed() > DEAD_AFTER {
                        return Cut::Again;
                    }
                    if welcomed && socket.send(crate::json::encode(&Up::<T>::Ping)).await.is_err() {
                        return Cut::Again;
                    }
                }
            }
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), Cut> {
        match self.memory.hear(text)? {
            Some(event) => self.events.send(event).await.map_err(|_| Cut::Closed),
            None => Ok(()),
        }
    }

    /// After a welcome, everything unanswered is said again under its old name.
    async fn say_again(&self, socket: &mut carrier::Socket) -> bool {
        for say in self.memory.again() {
            if socket.send(crate::json::encode(&say)).await.is_err() {
                return false;
            }
        }
        true
    }
}
