//! A line to the server that comes back by itself. What is said is kept until it was answered; what is
//! heard is handed on in order, and a gap leads to a snapshot. Knows no meaning of what it carries.

mod carrier;
mod memory;
mod trust;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use desk::code::Code;
use desk::ids::Session;
use desk::time::Time;
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use uuid::Uuid;

use crate::message::{RequestId, Up, Who};
use memory::{Cut, Memory, Pause};
pub use trust::{TrustError, trust};

/// How many requests of a person may wait for their answers: a few a minute are made, so more is a fault.
const MAX_UNANSWERED: usize = 64;
/// The same of an exchange: at opening time fifty callers come at once, with four words each.
const MAX_UNANSWERED_BY_EXCHANGE: usize = 1_024;
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

/// No ping was answered yet.
const UNKNOWN: u32 = u32::MAX;

/// Where to connect and as whom.
#[derive(Clone)]
pub struct Config {
    /// `ws://127.0.0.1:8080/link` or `wss://…/link`.
    pub url: String,
    /// With proof.
    pub who: Who,
    /// Whom to believe, from [`trust`], for `wss`; none: the system's authorities.
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
    /// The server does not want this client (again): the line rests until it is dropped, or until another
    /// proof is shown with [`Line::prove`].
    Refused(Code),
}

/// The speaking end. Dropping the last clone closes the line.
pub struct Line<T> {
    said: mpsc::Sender<(RequestId, T)>,
    proof: Arc<watch::Sender<Who>>,
    refused: Arc<AtomicBool>,
    round_trip_ms: Arc<AtomicU32>,
}

impl<T> Clone for Line<T> {
    fn clone(&self) -> Line<T> {
        Line {
            said: self.said.clone(),
            proof: Arc::clone(&self.proof),
            refused: Arc::clone(&self.refused),
            round_trip_ms: Arc::clone(&self.round_trip_ms),
        }
    }
}

impl<T> Line<T> {
    /// Says something; kept and said again after a cut until it is answered. None when too many are
    /// unanswered: tell the person, nothing was sent.
    pub fn say(&self, body: T) -> Option<RequestId> {
        let request = RequestId(Uuid::now_v7());
        self.said.try_send((request, body)).ok().map(|()| request)
    }

    /// Shows a refused line another proof: it goes on where it was, with what is not answered yet. False:
    /// the line was not refused, and nothing is done.
    pub fn prove(&self, who: Who) -> bool {
        let refused = self.refused.swap(false, Ordering::SeqCst);
        if refused {
            self.proof.send_replace(who);
        }
        refused
    }

    /// How long the last ping took to be answered, ms; none before the first.
    pub fn round_trip_ms(&self) -> Option<u32> {
        Some(self.round_trip_ms.load(Ordering::Relaxed)).filter(|ms| *ms != UNKNOWN)
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
    let (said, inbox) = mpsc::channel(most_unanswered(&config.who));
    let (events, heard) = mpsc::channel(MAX_UNREAD);
    let round_trip_ms = Arc::new(AtomicU32::new(UNKNOWN));
    let measured = Arc::clone(&round_trip_ms);
    let (proof, shown) = watch::channel(config.who.clone());
    let refused = Arc::new(AtomicBool::new(false));
    let is_refused = Arc::clone(&refused);
    let memory = Memory::new();
    let keeper = Keeper { config, shown, refused, inbox, events, memory, measured, pinged: None };
    tokio::spawn(keeper.run());
    (Line { said, proof: Arc::new(proof), refused: is_refused, round_trip_ms }, heard)
}

struct Keeper<T, S, C, G> {
    config: Config,
    shown: watch::Receiver<Who>,
    refused: Arc<AtomicBool>,
    inbox: mpsc::Receiver<(RequestId, T)>,
    events: mpsc::Sender<LineEvent<S, C, G>>,
    memory: Memory<T>,
    measured: Arc<AtomicU32>,
    /// When the ping went out that is not answered yet.
    pinged: Option<Instant>,
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
                    self.refused.store(true, Ordering::SeqCst);
                    // The reader may be gone as well; then nobody needs the word.
                    let _ = self.events.send(LineEvent::Refused(code)).await;
                    if self.shown.changed().await.is_err() {
                        return;
                    }
                    pause = Pause::new();
                    continue;
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
        let who = self.shown.borrow_and_update().clone();
        let hello = self.memory.hello(who);
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
        let most = most_unanswered(&self.config.who);
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
                said = self.inbox.recv(), if self.memory.unanswered() < most => {
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
                    self.pinged = welcomed.then(Instant::now);
                }
            }
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), Cut> {
        match self.memory.hear(text)? {
            Some(event) => {
                if let (LineEvent::Heard { .. }, Some(pinged)) = (&event, self.pinged.take()) {
                    self.measured.store(pinged.elapsed().as_millis() as u32, Ordering::Relaxed);
                }
                self.events.send(event).await.map_err(|_| Cut::Closed)
            }
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

fn most_unanswered(who: &Who) -> usize {
    match who {
        Who::Operator { .. } | Who::Booth { .. } => MAX_UNANSWERED,
        Who::Exchange { .. } => MAX_UNANSWERED_BY_EXCHANGE,
    }
}
