//! Carries what the call table decides: opens and closes legs, tunes them, keeps its deadlines.
//!
//! Refuses to know the server: orders come in and words go out through channels, and when nobody
//! listens to the words the media goes on all the same.

mod phones;

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use desk::centre::Owner;
use desk::code::Code;
use desk::contact::DialFailure;
use desk::ids::CallId;
use desk::time::{Millis, Time};
use link::message::{ExchangeOrder, ExchangeSays};
use link::state::Quality;
use peer::{Codec, Events, Leg, Port, Track};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use crate::flow::{self, Feed, LiveLeg};
use crate::mix::Mixer;
use crate::sip::{CallNews, Dialler};
use crate::sound::{SoundError, Sounds, Stock};
use crate::table::{Input, LegName, Output, Source, Table};
use crate::watch;
use phones::Phones;

/// What may wait for the engine. It handles an input in microseconds; a hundred legs that all change
/// at once still fit.
const INBOX: usize = 256;
/// Making an answer takes milliseconds; a stack that needs longer than this is stuck.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);
/// All legs close at the same time, two seconds at most each.
const STOP_WITHIN: Duration = Duration::from_secs(3);

/// A leg's change of state.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Change {
    Up,
    Quiet,
    Heard,
    Down,
    Failed,
    Closed,
}

/// What comes into the engine.
pub(crate) enum Happened {
    Order(ExchangeOrder),
    LineUp,
    Opened(LegName, Leg, String, Events),
    Restarted(LegName, String),
    NotAnswered {
        leg: LegName,
        restart: bool,
        code: Code,
    },
    Leg(LegName, Change),
    Measured(LegName, Quality),
    /// The leg has heard a program that ends to its end; nothing is played to it any more.
    SoundOver(LegName),
    /// The telephone side tells.
    Phone(CallNews),
    /// From now on this one makes calls.
    Dialler(Dialler),
    /// A call was not made.
    NotDialled(CallId, DialFailure),
    Stop(oneshot::Sender<()>),
}

/// A running engine. Dropping it ends everything at once; [`Engine::stop`] says goodbye to the legs.
pub struct Engine {
    inbox: mpsc::Sender<Happened>,
    task: JoinHandle<()>,
}

impl Engine {
    /// Starts an engine on a port, with the sounds that are built in. What it has to say goes into `says`;
    /// what finds no room is lost.
    ///
    /// # Errors
    /// When the sounds cannot be made.
    pub fn start(port: Port, says: mpsc::Sender<ExchangeSays>) -> Result<Engine, SoundError> {
        Ok(Engine::start_with(port, says, Stock::load(None)?))
    }

    /// The same with these sounds.
    pub fn start_with(port: Port, says: mpsc::Sender<ExchangeSays>, stock: Stock) -> Engine {
        let (inbox, events) = mpsc::channel(INBOX);
        let works = Works::new(port, says, inbox.clone(), stock);
        Engine { inbox, task: tokio::spawn(works.run(events)) }
    }

    /// Takes what the telephone side tells, until it tells no more. To be called in a tokio runtime.
    pub(crate) fn take_calls(&self, mut news: mpsc::Receiver<CallNews>) {
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            while let Some(news) = news.recv().await {
                if inbox.send(Happened::Phone(news)).await.is_err() {
                    return;
                }
            }
        });
    }

    /// Lets this one make the calls that the server orders; without one every such order is refused.
    pub(crate) async fn dial_by(&self, dialler: Dialler) {
        self.put(Happened::Dialler(dialler)).await;
    }

    /// Waits until the engine has ended by itself, which only a fault in it does.
    pub async fn ended(&self) {
        // The receiving end goes with the engine's task, after a panic too.
        self.inbox.closed().await;
    }

    /// Hands in an order of the server.
    pub async fn order(&self, order: ExchangeOrder) {
        self.put(Happened::Order(order)).await;
    }

    /// The server is there (again): the inventory is the next thing said.
    pub async fn line_up(&self) {
        self.put(Happened::LineUp).await;
    }

    /// Closes all legs, within three seconds.
    pub async fn stop(self) {
        let (done, stopped) = oneshot::channel();
        self.put(Happened::Stop(done)).await;
        // An error means that the engine is gone already.
        let _ = stopped.await;
    }

    async fn put(&self, happened: Happened) {
        if self.inbox.send(happened).await.is_err() {
            tracing::error!("the engine has ended");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Works {
    port: Port,
    says: mpsc::Sender<ExchangeSays>,
    sounds: Arc<Sounds>,
    mixer: Arc<Mixer>,
    inbox: mpsc::Sender<Happened>,
    /// Readers, answers in the making, the ticker: they end with the engine.
    tasks: JoinSet<()>,
    /// The tasks of the ready-made sounds and of the sums, which have no end of their own.
    tickers: [AbortHandle; 2],
    table: Table,
    live: BTreeMap<LegName, Arc<LiveLeg>>,
    phones: Phones,
    dialler: Option<Dialler>,
    /// How many legs there have been: each is a source of its own.
    sources: u32,
    epoch: Instant,
    started: Time,
}

impl Works {
    fn new(
        port: Port,
        says: mpsc::Sender<ExchangeSays>,
        inbox: mpsc::Sender<Happened>,
        stock: Stock,
    ) -> Works {
        let sounds = Arc::new(Sounds::new(stock));
        let mixer = Arc::new(Mixer::default());
        let mut tasks = JoinSet::new();
        let tickers =
            [tasks.spawn(Arc::clone(&sounds).play(inbox.clone())), tasks.spawn(Arc::clone(&mixer).play())];
        Works {
            port,
            says,
            sounds,
            mixer,
            inbox,
            tasks,
            tickers,
            table: Table::default(),
            live: BTreeMap::new(),
            phones: Phones::default(),
            dialler: None,
            sources: 0,
            epoch: Instant::now(),
            started: since_1970(),
        }
    }

    async fn run(mut self, mut events: mpsc::Receiver<Happened>) {
        loop {
            let due = self.table.poll_timeout().map(|(at, _)| self.instant(at));
            tokio::select! {
                happened = events.recv() => match happened {
                    Some(Happened::Stop(done)) => {
                        self.stop().await;
                        // Whoever asked may be gone.
                        let _ = done.send(());
                        return;
                    }
                    Some(happened) => self.handle(happened),
                    None => return,
                },
                () = sleep_until(due) => {
                    let outputs = self.table.handle_timeout(self.now());
                    self.carry_out(outputs);
                }
                Some(ended) = self.tasks.join_next_with_id() => {
                    let task = match ended {
                        Ok((task, ())) => task,
                        Err(fault) => {
                            tracing::error!(%fault, "a task of the engine broke");
                            fault.id()
                        }
                    };
                    if self.tickers.iter().any(|ticker| ticker.id() == task) {
                        tracing::error!("the ready-made sounds or the sums broke; the exchange ends");
                        self.stop().await;
                        return;
                    }
                }
            }
        }
    }

    fn handle(&mut self, happened: Happened) {
        let input = match happened {
            Happened::Order(order) => Input::Order(order),
            Happened::LineUp => Input::LineUp,
            Happened::Opened(leg, connection, sdp, events) => {
                self.opened(leg, connection, events);
                Input::Answered { leg, sdp }
            }
            Happened::Restarted(leg, sdp) => Input::Answered { leg, sdp },
            Happened::NotAnswered { leg, restart, code } => Input::NotAnswered { leg, restart, code },
            Happened::Leg(leg, change) => changed(leg, change),
            Happened::Measured(leg, quality) => Input::Measured { leg, quality },
            Happened::SoundOver(leg) => {
                tracing::info!(owner = ?leg.owner, leg = leg.leg, "heard to its end");
                Input::SoundOver(leg)
            }
            Happened::Phone(news) => match self.phone(news) {
                Some(input) => input,
                None => return,
            },
            Happened::NotDialled(call, why) => Input::NotReached { call, why },
            Happened::Dialler(dialler) => {
                self.dialler = Some(dialler);
                return;
            }
            Happened::Stop(_) => return,
        };
        let outputs = self.table.handle(self.now(), input);
        self.carry_out(outputs);
    }

    fn carry_out(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match output {
                Output::CloseLeg(leg) => self.close(leg),
                Output::Answer { leg, sdp } => self.answer(leg, sdp),
                Output::Restart { leg, sdp } => self.restart(leg, sdp),
                Output::Select { leg, source } => self.select(leg, source),
                Output::Dial { call, number } => self.dial(call, number),
                Output::Digit { leg, digit } => self.phones.press(leg, digit),
                Output::Keyframe(leg) => {
                    if let Some(leg) = self.live.get(&leg) {
                        Track::PICTURES.into_iter().for_each(|track| leg.leg().want_keyframe(track));
                    }
                }
                Output::Say(said) => {
                    if self.says.try_send(said).is_err() {
                        tracing::debug!("nobody hears what the exchange says");
                    }
                }
            }
        }
    }

    fn answer(&mut self, leg: LegName, sdp: String) {
        let port = self.port.clone();
        self.work(leg, false, async move {
            let (connection, answer, events) = Leg::answer(&port, &sdp).await?;
            Ok(Happened::Opened(leg, connection, answer, events))
        });
    }

    fn restart(&mut self, leg: LegName, sdp: String) {
        let connection = self.live.get(&leg).and_then(|live| live.leg().restartable());
        self.work(leg, true, async move {
            let connection = connection.ok_or(peer::PeerError::BadDescription("the leg is not open yet"))?;
            Ok(Happened::Restarted(leg, connection.answer_restart(&sdp).await?))
        });
    }

    /// Makes an answer beside the engine, within the limit.
    fn work<F>(&mut self, leg: LegName, restart: bool, answer: F)
    where
        F: Future<Output = Result<Happened, peer::PeerError>> + Send + 'static,
    {
        let inbox = self.inbox.clone();
        self.tasks.spawn(async move {
            let happened = match tokio::time::timeout(ANSWER_WITHIN, answer).await {
                Ok(Ok(happened)) => happened,
                Ok(Err(fault)) => {
                    // The fault's text may quote the description; its kind says enough.
                    tracing::warn!(owner = ?leg.owner, leg = leg.leg, restart, kind = kind(&fault), "no answer to an offer");
                    Happened::NotAnswered { leg, restart, code: Code::Malformed }
                }
                Err(_) => {
                    tracing::warn!(owner = ?leg.owner, leg = leg.leg, restart, "an answer took too long");
                    Happened::NotAnswered { leg, restart, code: Code::TooLate }
                }
            };
            // The engine may have stopped in the meantime.
            let _ = inbox.send(happened).await;
        });
    }

    fn opened(&mut self, name: LegName, connection: Leg, events: Events) {
        self.sources = self.sources.checked_add(1).unwrap_or(1);
        let live = LiveLeg::new(name, self.sources, Box::new(connection), self.epoch);
        self.tasks.spawn(watch::watch(Arc::downgrade(&live), name, self.inbox.clone()));
        self.tasks.spawn(flow::read(Arc::clone(&live), name, events, self.inbox.clone()));
        self.live.insert(name, live);
        tracing::info!(owner = ?name.owner, leg = name.leg, legs = self.live.len(), "leg opened");
    }

    fn select(&mut self, name: LegName, source: Source) {
        let Some(live) = self.live.get(&name) else { return };
        let feed = match source {
            Source::Silence => Feed::Nothing,
            Source::WaitingSound | Source::HoldSound | Source::TurnedAway(_) | Source::Ringback => {
                Feed::Sounds(&self.sounds, self.phones.program(name, source))
            }
            Source::Leg(from) => {
                self.live.get(&from).map_or(Feed::Nothing, |from| match recodes(from, live) {
                    true => Feed::Recoded(&self.mixer, from),
                    false => Feed::Leg(from),
                })
            }
            Source::Voice(from) => self.live.get(&from).map_or(Feed::Nothing, Feed::Voice),
            Source::Both(one, other) => match (self.live.get(&one), self.live.get(&other)) {
                (Some(one), Some(other)) => Feed::Both(&self.mixer, one, other),
                (Some(one), None) | (None, Some(one)) => Feed::Voice(one),
                (None, None) => Feed::Nothing,
            },
        };
        live.tune(feed);
        self.phones.selected(name, source);
        tracing::info!(owner = ?name.owner, leg = name.leg, ?source, "tuned");
    }

    fn close(&mut self, name: LegName) {
        let Some(live) = self.live.remove(&name) else { return };
        live.tune(Feed::Nothing);
        self.phones.forget(name);
        self.tasks.spawn(live.leg().close());
        tracing::info!(owner = ?name.owner, leg = name.leg, legs = self.live.len(), "leg closed");
        let (strangers, behind) = (self.port.dropped(), self.port.dropped_behind());
        tracing::debug!(strangers, behind, "datagrams dropped by the port so far");
    }

    async fn stop(&mut self) {
        let mut closing = JoinSet::new();
        for live in std::mem::take(&mut self.live).into_values() {
            closing.spawn(live.leg().close());
        }
        let all = async { while closing.join_next().await.is_some() {} };
        if tokio::time::timeout(STOP_WITHIN, all).await.is_err() {
            tracing::warn!("some legs did not close in time");
        }
    }

    /// Wall clock at the start plus what has passed since: it never jumps.
    fn now(&self) -> Time {
        self.started + Millis(millis(self.epoch.elapsed()))
    }

    fn instant(&self, at: Time) -> Instant {
        // A deadline is whole milliseconds and must have passed when its timer fires.
        self.epoch + Duration::from_millis(at.since(self.started).0)
    }
}

/// Two telephones may speak different codecs, and a desk speaks G.711 to every telephone.
fn recodes(from: &LiveLeg, to: &LiveLeg) -> bool {
    let spoken = match from.name().owner {
        Owner::Caller { .. } => from.leg().codec(),
        Owner::Operator { .. } => Codec::Pcmu,
        Owner::Booth { .. } => return false,
    };
    match to.name().owner {
        Owner::Caller { .. } => !flow::passes(spoken, to.leg()),
        Owner::Operator { .. } | Owner::Booth { .. } => false,
    }
}

fn changed(leg: LegName, change: Change) -> Input {
    tracing::info!(owner = ?leg.owner, leg = leg.leg, ?change, "leg");
    match change {
        Change::Up => Input::LegUp(leg),
        Change::Quiet => Input::LegQuiet(leg),
        Change::Heard => Input::LegHeard(leg),
        Change::Down => Input::LegDown(leg),
        Change::Failed => Input::LegFailed(leg),
        Change::Closed => Input::LegClosed(leg),
    }
}

fn kind(fault: &peer::PeerError) -> &'static str {
    match fault {
        peer::PeerError::BadDescription(why) => why,
        peer::PeerError::AddressTaken => "address taken",
        peer::PeerError::Stack(_) => "the stack refused",
    }
}

/// Never ready without a moment.
pub(crate) async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

fn since_1970() -> Time {
    Time(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis))
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Far more than an end takes.
    pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

    pub(crate) async fn port() -> Port {
        Port::bind((std::net::Ipv4Addr::LOCALHOST, 0).into(), Vec::new()).await.expect("a free port")
    }

    /// Ends the engine's task from outside, as a panic would.
    pub(crate) fn break_down(engine: &Engine) {
        engine.task.abort();
    }

    #[tokio::test]
    async fn without_its_sounds_or_its_sums_the_engine_does_not_go_on() {
        for which in [0, 1] {
            let (says, _said) = mpsc::channel(1);
            let (inbox, events) = mpsc::channel(INBOX);
            let works = Works::new(port().await, says, inbox.clone(), Stock::load(None).expect("sounds"));
            let ticker = works.tickers[which].clone();
            let running = tokio::spawn(works.run(events));
            let engine = Engine { inbox, task: running };
            assert!(tokio::time::timeout(Duration::from_millis(100), engine.ended()).await.is_err());
            ticker.abort();
            tokio::time::timeout(PATIENCE, engine.ended()).await.expect("it ends");
        }
    }
}
