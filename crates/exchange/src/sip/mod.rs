//! The telephone side of the exchange: trunks, calls and their sound.
//!
//! [`call`] decides (pure), `carry` carries it out, `admit` lets calls in (`strict`: not the broken ones), `trunk` keeps the trunks, [`rtp`] moves
//! the sound, [`sdp`], [`session`] and [`caller`] read what far sides write. For calls that we make [`numbers`] says
//! which, `budget` how many and [`dial`] what becomes of them until the answer (all pure); `dialling` and `invite`
//! carry that out. It alone knows the SIP stack. It refuses to know queues, operators and who hears whom; a
//! caller's number goes into its news and nowhere else, and one that is called into its INVITE.

mod admit;
mod budget;
pub mod call;
pub mod caller;
mod carry;
#[cfg(test)]
mod chance;
pub mod config;
pub mod dial;
mod dialling;
mod dialog;
mod doors;
mod info;
mod invite;
mod leg;
pub mod numbers;
mod offer;
mod outgoing;
#[cfg(test)]
mod reading;
pub mod rtp;
pub mod sdp;
mod serve;
pub mod session;
mod strict;
mod tls;
mod trunk;
mod wording;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use desk::centre::CallOver;
use desk::ids::CallId;
use link::state::{Caller, Digit, TrunkState};
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transaction::{Endpoint, TransactionReceiver};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::flow::lock;
use admit::Lobby;
use budget::Budget;
use doors::Guests;
use trunk::Board;

pub use config::{SipConfig, SipError};
pub use dial::{DialFailure, DialNews};
pub use dialling::DialRefused;
pub use leg::PhoneLeg;
pub use outgoing::Outbound;

/// At the end all calls hang up at the same time; who does not answer by then never will.
const STOP_WITHIN: Duration = Duration::from_secs(2);
/// Between two looks whether all calls are gone.
const STOP_LOOK: Duration = Duration::from_millis(20);

/// What the telephone side has to tell.
pub enum CallNews {
    /// A call came in. Sound can flow: both ways once it is answered, and before that nothing is heard.
    Incoming {
        /// Its name.
        call: CallId,
        /// Who calls.
        caller: Caller,
        /// By which trunk.
        trunk: String,
        /// Its leg.
        leg: Arc<PhoneLeg>,
    },
    /// The caller pressed a key.
    Digit {
        /// In which call.
        call: CallId,
        /// Which one.
        digit: Digit,
    },
    /// A call of ours begins. Its leg can hang up at any time; then nothing more is told.
    Dialling {
        /// Its name.
        call: CallId,
        /// Its leg.
        leg: Arc<PhoneLeg>,
    },
    /// What becomes of a call that we make, until it is answered.
    Dialled {
        /// Which one.
        call: CallId,
        /// What.
        news: DialNews,
    },
    /// A call is over, and not because its leg was asked to hang up.
    Over {
        /// Which one.
        call: CallId,
        /// How.
        how: CallOver,
    },
    /// How all trunks stand: at the start, and with each change.
    Trunks(Vec<TrunkState>),
}

/// Makes calls, as long as its [`Stack`] runs.
#[derive(Clone)]
pub struct Dialler {
    endpoint: EndpointInnerRef,
    lobby: Arc<Lobby>,
}

impl Dialler {
    /// Calls a number under a name that no other call has. That it begins comes as [`CallNews::Dialling`], what becomes
    /// of it as [`CallNews::Dialled`], and its end behind the answer as [`CallNews::Over`].
    ///
    /// # Errors
    /// Why no call is made: then nothing was sent, and nothing is told.
    pub async fn dial(&self, call: CallId, number: &str) -> Result<(), DialRefused> {
        self.lobby.dial(self.endpoint.clone(), call, number).await
    }
}

/// The running telephone side. Dropping it ends everything at once; [`Stack::stop`] says goodbye to callers.
pub struct Stack {
    endpoint: Endpoint,
    lobby: Arc<Lobby>,
    tasks: JoinSet<()>,
    doors: Vec<SocketAddr>,
}

impl Stack {
    /// Opens the doors and registers. News go into `news`; who takes them must not be slower than callers press
    /// keys.
    ///
    /// # Errors
    /// When the settings contradict each other or a door cannot be opened.
    pub async fn start(config: SipConfig, news: mpsc::Sender<CallNews>) -> Result<Stack, SipError> {
        config.check()?;
        let guests = Arc::new(Guests::new(config.trunks.clone()));
        let endpoint = doors::open(&config, &guests).await?;
        let incoming =
            endpoint.incoming_transactions().map_err(|fault| SipError::Stack(fault.to_string()))?;
        let board = Arc::new(Board::new(&config.trunks, news.clone()));
        let lobby = Arc::new(lobby(config, Arc::clone(&guests), news));
        let mut tasks = JoinSet::new();
        let inner = endpoint.inner.clone();
        tasks.spawn(async move {
            if let Err(fault) = inner.serve().await {
                tracing::error!(%fault, "the SIP stack ended");
            }
        });
        tasks.spawn(take_all(Arc::clone(&lobby), incoming));
        let doors = endpoint.inner.transport_layer.get_listen_addrs();
        let doors = doors.iter().filter_map(|door| door.get_socketaddr().ok()).collect();
        let mut stack = Stack { endpoint, lobby, tasks, doors };
        stack.keep_trunks(guests, &board);
        board.tell().await;
        tracing::info!(doors = ?stack.doors, "listening for telephone calls");
        Ok(stack)
    }

    /// Where it listens for SIP, in the order of the settings.
    pub fn doors(&self) -> &[SocketAddr] {
        &self.doors
    }

    /// How many calls there are.
    pub fn calls(&self) -> usize {
        lock(&self.lobby.calls).len()
    }

    /// Who makes calls by these trunks.
    pub fn dialler(&self) -> Dialler {
        Dialler { endpoint: self.endpoint.inner.clone(), lobby: Arc::clone(&self.lobby) }
    }

    /// Hangs up all calls, takes the registrations back and closes the doors, within about three seconds.
    pub async fn stop(self) {
        self.lobby.closing.store(true, Ordering::Relaxed);
        let legs: Vec<Arc<PhoneLeg>> =
            lock(&self.lobby.calls).values().map(|place| Arc::clone(&place.leg)).collect();
        for leg in legs {
            leg.hang_up();
        }
        let all_gone = async {
            while self.calls() > 0 {
                tokio::time::sleep(STOP_LOOK).await;
            }
        };
        let _ = tokio::time::timeout(STOP_WITHIN, all_gone).await;
        let mut farewells = JoinSet::new();
        for trunk in &self.lobby.config.trunks {
            if let Some(register) = trunk.register.clone() {
                let credential = trunk::credential(trunk);
                farewells.spawn(trunk::unregister(self.endpoint.inner.clone(), register, credential));
            }
        }
        while farewells.join_next().await.is_some() {}
        self.endpoint.shutdown();
    }

    fn keep_trunks(&mut self, guests: Arc<Guests>, board: &Arc<Board>) {
        let trunks = self.lobby.config.trunks.clone();
        for (at, settings) in trunks.into_iter().enumerate() {
            let credential = trunk::credential(&settings);
            let endpoint = || self.endpoint.inner.clone();
            if let Some(register) = settings.register {
                let (guests, board) = (Arc::clone(&guests), Arc::clone(board));
                self.tasks.spawn(trunk::register(endpoint(), (at, register), credential, guests, board));
            }
            if let Some(target) = settings.keep_alive {
                let every = Duration::from_secs(settings.keep_alive_s);
                self.tasks.spawn(trunk::keep_alive(endpoint(), (at, target, every), Arc::clone(board)));
            }
        }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        lock(&self.lobby.tasks).abort_all();
        self.endpoint.shutdown();
    }
}

fn lobby(config: SipConfig, guests: Arc<Guests>, news: mpsc::Sender<CallNews>) -> Lobby {
    let address = config.listen[0].address.ip();
    let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Lobby {
        ports: rtp::Ports::new(address, config.rtp_ports.clone()),
        guests,
        news,
        credentials: config.trunks.iter().map(|trunk| trunk::credential(trunk).map(Arc::new)).collect(),
        calls: std::sync::Mutex::default(),
        // Never used twice over restarts, unless a thousand calls come in each millisecond; below 2^53 until 2255.
        next: AtomicU64::new(u64::try_from(started.as_millis()).unwrap_or(0) * 1_000),
        budget: config
            .outbound
            .as_ref()
            .map(|outbound| Budget::new(outbound.max_calls, outbound.max_calls_a_day).into()),
        closing: AtomicBool::new(false),
        tasks: std::sync::Mutex::default(),
        config,
    }
}

async fn take_all(lobby: Arc<Lobby>, mut incoming: TransactionReceiver) {
    while let Some(transaction) = incoming.recv().await {
        let lobby = Arc::clone(&lobby);
        // One after the other, because a BYE may be right behind its INVITE; in a task of its own, because a request
        // that breaks its reading must not leave us deaf for all that follow.
        let taken = tokio::spawn(async move { lobby.take(transaction).await });
        if taken.await.is_err_and(|fault| fault.is_panic()) {
            tracing::error!("the reading of a request broke; it has no answer");
        }
    }
}
