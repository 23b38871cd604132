//! A line to the server that comes back by itself. What is said is kept until it was answered; what is
//! heard is handed on in order, and a gap leads to a snapshot. Knows no meaning of what it carries.

mod carrier;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use desk::code::Code;
use desk::ids::Session;
use desk::time::Time;
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use crate::message::{Down, RequestId, Resume, Up, VERSION, Who};
use crate::resume::{Cursor, Step};

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
    /// Cut; trying again.
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
    let keeper = Keeper { config, inbox, events, unanswered: VecDeque::new(), cursor: None, session: Session(0) };
    tokio::spawn(keeper.run());
    (Line { said }, heard)
}

/// Why one connection ended.
enum Cut {
    /// Try again.
    Again,
    /// The owner dropped the line.
    Closed,
    /// The server does not want us.
    Refused(Code),
}

struct Keeper<T, S, C, G> {
    config: Config,
    inbox: mpsc::Receiver<(RequestId, T)>,
    events: mpsc::Sender<LineEvent<S, C, G>>,
    unanswered: VecDeque<(RequestId, T)>,
    cursor: Option<Cursor>,
    session: Session,
}

impl<T, S, C, G> Keeper<T, S, C, G>
where
    T: Serialize + Clone,
    S: DeserializeOwned,
    C: DeserializeOwned,
    G: DeserializeOwned,
{
    async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
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
                pause = FIRST_PAUSE;
            }
            if self.events.is_closed() || (self.inbox.is_closed() && self.inbox.is_empty()) {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn one_connection(&mut self) -> Cut {
        let connected = tokio::time::timeout(CONNECT_LIMIT, carrier::connect(&self.config)).await;
        let Ok(Ok(mut socket)) = connected else {
            return Cut::Again;
        };
        let resume = self.cursor.map(|at| Resume { stream: at.stream, event: at.event });
        let hello = Up::<T>::Hello { version: VERSION, who: self.config.who.clone(), resume };
        if socket.send(crate::json::encode(&hello)).await.is_err() {
            return Cut::Again;
        }
        let cut = self.talk(&mut socket).await;
        socket.close().await;
        if self.session != Session(0) || self.cursor.is_some() {
            // Told once per cut; a reader that is gone ends the line in `run`.
            let _ = self.events.send(LineEvent::Down).await;
        }
        cut
    }

    async fn talk(&mut self, socket: &mut carrier::Socket) -> Cut {
        let mut ping = tokio::time::interval(PING_EVERY);
        let mut last_heard = Instant::now();
        let mut welcomed = false;
        loop {
            tokio::select! {
                text = socket.next() => {
                    let Some(text) = text else { return Cut::Again };
                    last_heard = Instant::now();
                    let Ok(message) = crate::json::decode::<Down<S, C, G>>(&text) else {
                        tracing::warn!("the server sent a message of an unknown shape; reconnecting");
                        self.cursor = None;
                        return Cut::Again;
                    };
                    let was_welcomed = welcomed;
                    welcomed |= matches!(message, Down::Welcome { .. });
                    if let Some(cut) = self.hear(message).await {
                        return cut;
                    }
                    if welcomed && !was_welcomed && !self.say_again(socket).await {
                        return Cut::Again;
                    }
                }
                said = self.inbox.recv(), if self.unanswered.len() < MAX_UNANSWERED => {
                    let Some((request, body)) = said else { return Cut::Closed };
                    self.unanswered.push_back((request, body.clone()));
                    let say = crate::json::encode(&Up::Say { request, body });
                    if welcomed && socket.send(say).await.is_err() {
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

    /// After a welcome, everything unanswered is said again under its old name.
    async fn say_again(&mut self, socket: &mut carrier::Socket) -> bool {
        for (request, body) in self.unanswered.clone() {
            if socket.send(crate::json::encode(&Up::Say { request, body })).await.is_err() {
                return false;
            }
        }
        true
    }

    async fn hear(&mut self, message: Down<S, C, G>) -> Option<Cut> {
        let event = match message {
            Down::Welcome { stream, session, resumed, now, version: _ } => {
                self.session = session;
                if !resumed {
                    self.cursor = Some(Cursor { stream, event: 0 });
                }
                LineEvent::Up { session, resumed, now }
            }
            Down::Snapshot { event, state, now } => {
                if let Some(at) = &mut self.cursor {
                    at.event = event;
                }
                LineEvent::Snapshot { state, now }
            }
            Down::Event { event, change, now } => match self.cursor.as_mut().map(|at| at.take(event)) {
                Some(Step::Apply) => LineEvent::Change { change, now },
                Some(Step::Duplicate) => return None,
                Some(Step::Gap) | None => {
                    self.cursor = None;
                    return Some(Cut::Again);
                }
            },
            Down::Signal { signal } => LineEvent::Signal(signal),
            Down::Answer { request, refused } => {
                self.unanswered.retain(|(name, _)| *name != request);
                LineEvent::Answer { request, refused }
            }
            Down::Pong { now } => LineEvent::Heard { now },
            Down::Goodbye { code } => return Some(goodbye(code)),
        };
        self.events.send(event).await.is_err().then_some(Cut::Closed)
    }
}

/// A goodbye that passes by itself is worth another try.
fn goodbye(code: Code) -> Cut {
    if code.passes() { Cut::Again } else { Cut::Refused(code) }
}
