//! Carries out what the controller decides: line, sign-in, media, keyring, window. Decides nothing.
//!
//! The desk has a runtime of its own, so that a busy window cannot delay a ring.

mod devices;
mod notes;
mod sign_in;
mod token;

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use desk::time::{Millis, Time};
use link::line::{self, Line, LineEvent};
use link::message::{DeskSignal, OperatorSays, Who};
use link::state::{DeskChange, DeskState};
use rustls::ClientConfig;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::Interval;

use crate::config::Config;
use crate::controller::{CheckNews, Controller, Input, Output, Secret};
use crate::shell::Shell;
use crate::sync::SyncDoor;
use crate::talk::{Engine, TalkNews, Views};
use crate::view::Intent;
use devices::Choice;
use notes::Notes;
use sign_in::Door;
use token::Keyring;

/// Intents that may wait: a person makes a few a second at most.
const MAX_INTENTS: usize = 64;
/// Results of our own tasks that may wait.
const MAX_RESULTS: usize = 16;
/// Worker threads: one for the desk, one for the legs' packets.
const WORKERS: usize = 2;
/// How long a closed line may still send what was said last.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// How often an open check looks at what is plugged in: quick enough for a hand with a plug.
const CHECK_EVERY: Duration = Duration::from_secs(2);
/// How long tasks may take to end with the desk.
const END_LIMIT: Duration = Duration::from_secs(3);

type Event = LineEvent<DeskState, DeskChange, DeskSignal>;

/// The operator's desk.
pub struct Desk;

impl Desk {
    /// Starts a desk in threads of its own. A stored token signs in by itself.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(config: Config, shell: Arc<dyn Shell>) -> io::Result<DeskHandle> {
        // A second installation is refused, and means that main has done it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (intents, orders) = mpsc::channel(MAX_INTENTS);
        let (ended, closed) = watch::channel(false);
        let views = Views::new();
        let handle = DeskHandle { intents, closed, views: views.clone() };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(WORKERS)
            .thread_name("kenmu-desk")
            .enable_all()
            .build()?;
        std::thread::Builder::new().name("kenmu-desk".into()).spawn(move || {
            if let Err(fault) = runtime.block_on(run(config, shell, views, orders)) {
                tracing::error!(%fault, "the desk could not start");
            }
            runtime.shutdown_timeout(END_LIMIT);
            // Nobody may be waiting for the end.
            let _ = ended.send(true);
        })?;
        Ok(handle)
    }
}

/// The window's end of a running desk. The desk closes when the last clone is dropped.
#[derive(Clone)]
pub struct DeskHandle {
    intents: mpsc::Sender<Option<Intent>>,
    closed: watch::Receiver<bool>,
    views: Views,
}

impl DeskHandle {
    /// A person did something. Returns at once; the answer is a new view. False: the desk has ended or is
    /// far behind, and nothing comes of it.
    #[must_use]
    pub fn intent(&self, intent: Intent) -> bool {
        let taken = self.intents.try_send(Some(intent)).is_ok();
        if !taken {
            tracing::warn!("the desk takes no intents: it has ended or is far behind");
        }
        taken
    }

    /// Closes the desk without signing out: the server sees a lost seat. Sign out first to leave.
    pub fn close(&self) {
        // A desk that is too busy to take this ends when the handles are dropped.
        let _ = self.intents.try_send(None);
    }

    /// Waits until the desk has ended.
    pub async fn closed(&self) {
        let mut closed = self.closed.clone();
        // An error means that the desk's thread is gone: that is an end as well.
        let _ = closed.wait_for(|ended| *ended).await;
    }

    /// What there is to see, for the window's own socket.
    pub fn views(&self) -> Views {
        self.views.clone()
    }
}

async fn run(
    mut config: Config,
    shell: Arc<dyn Shell>,
    views: Views,
    mut orders: mpsc::Receiver<Option<Intent>>,
) -> io::Result<()> {
    let choice = Choice::load(&mut config);
    let (engine, mut talk) = Engine::start(&config, views)?;
    let (results, mut came) = mpsc::channel(MAX_RESULTS);
    let keyring = Keyring::start(Arc::clone(&shell), results.clone());
    let tls = config.trust().map_err(io::Error::other)?;
    let door = Door::new(&config.server, tls.clone(), results.clone()).map_err(io::Error::other)?;
    let notes = Notes::new(&config, Arc::clone(&shell), sync_door(&config, tls.clone())?);
    let mut hands = Hands {
        config,
        shell,
        engine,
        keyring,
        door,
        tls,
        choice,
        notes,
        results,
        line: None,
        heard: None,
        leaving: None,
        check: None,
    };
    let mut desk = Controller::new();
    let clock = Clock::new();
    if hands.choice.is_unknown() {
        feed(&mut desk, &mut hands, &clock, Input::NoChoice);
    }
    if let Some(account) = hands.notes.last_account() {
        feed(&mut desk, &mut hands, &clock, Input::Account(account));
    }
    hands.keyring.read();
    loop {
        let now = clock.now();
        let wake = desk.poll_timeout().map(|(at, _)| Duration::from_millis(at.since(now).0));
        let input = tokio::select! {
            order = orders.recv() => match order.flatten() {
                Some(intent) => Some(Input::Intent(intent)),
                None => break,
            },
            event = next(&mut hands.heard) => event.map(Input::Line),
            result = came.recv() => result,
            news = hands.notes.next() => Some(Input::Vault(news)),
            news = talk.recv() => news.map(input_of),
            () = tick(&mut hands.check) => Some(hands.checked()),
            () = sleep(wake) => None,
        };
        match input {
            Some(input) => feed(&mut desk, &mut hands, &clock, input),
            None => {
                let outputs = desk.handle_timeout(clock.now());
                carry_out(&mut desk, &mut hands, &clock, outputs);
            }
        }
    }
    feed(&mut desk, &mut hands, &clock, Input::Closing);
    hands.end().await;
    Ok(())
}

/// The way of notes: the same trust as the sign-in.
fn sync_door(config: &Config, tls: Option<Arc<ClientConfig>>) -> io::Result<SyncDoor> {
    let http = sign_in::client(tls).map_err(io::Error::other)?;
    let server = &config.server;
    let (push, pull, search) = (server.push(), server.pull(), server.search());
    Ok(SyncDoor { http, push, pull, search, manual: server.manual() })
}

fn feed(desk: &mut Controller, hands: &mut Hands, clock: &Clock, input: Input) {
    if let Input::Check(CheckNews::Devices(devices)) = &input {
        hands.choice.saw(devices);
    }
    let outputs = desk.handle(clock.now(), input);
    carry_out(desk, hands, clock, outputs);
}

/// Drains the outputs, and what they bring about at once, before the next input.
fn carry_out(desk: &mut Controller, hands: &mut Hands, clock: &Clock, outputs: Vec<Output>) {
    let mut waiting = VecDeque::from(outputs);
    while let Some(output) = waiting.pop_front() {
        if let Some(input) = hands.carry(output) {
            waiting.extend(desk.handle(clock.now(), input));
        }
    }
}

fn input_of(news: TalkNews) -> Input {
    match news {
        TalkNews::Leg { leg, news } => Input::Leg { leg, news },
        TalkNews::Device { trouble, present } => Input::Device { trouble, present },
        TalkNews::Check(news) => Input::Check(news),
    }
}

/// The next look of the open check; waits for ever while it is closed.
async fn tick(check: &mut Option<Interval>) {
    match check {
        Some(check) => drop(check.tick().await),
        None => std::future::pending().await,
    }
}

async fn sleep(wake: Option<Duration>) {
    match wake {
        Some(wake) => tokio::time::sleep(wake).await,
        None => std::future::pending().await,
    }
}

/// The next word of the line; waits for ever where there is none.
async fn next(heard: &mut Option<mpsc::Receiver<Event>>) -> Option<Event> {
    let Some(receiver) = heard else { return std::future::pending().await };
    let event = receiver.recv().await;
    if event.is_none() {
        *heard = None;
    }
    event
}

/// This machine's time, which never jumps while the desk runs.
struct Clock {
    began: Instant,
    wall: Time,
}

impl Clock {
    fn new() -> Clock {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Clock { began: Instant::now(), wall: Time(wall.as_millis() as u64) }
    }

    fn now(&self) -> Time {
        self.wall + Millis(self.began.elapsed().as_millis() as u64)
    }
}

/// Everything that outputs reach.
struct Hands {
    config: Config,
    shell: Arc<dyn Shell>,
    engine: Engine,
    keyring: Keyring,
    door: Door,
    /// Whom to believe on the line.
    tls: Option<Arc<ClientConfig>>,
    choice: Choice,
    notes: Notes,
    results: mpsc::Sender<Input>,
    line: Option<Line<OperatorSays>>,
    heard: Option<mpsc::Receiver<Event>>,
    /// A closed line that says its last words.
    leaving: Option<JoinHandle<()>>,
    /// While the device check is open.
    check: Option<Interval>,
}

impl Hands {
    /// Does one thing; what it brings about at once goes back into the controller.
    fn carry(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Render(view) => self.shell.render(&view),
            Output::SignIn { name, password, take_over } => {
                self.door.sign_in(name, password, take_over);
            }
            Output::Refresh(refresh) => self.door.refresh(refresh),
            Output::FetchHours => self.door.hours(),
            Output::OpenLine(token) => self.open_line(token),
            Output::CloseLine => self.close_line(),
            Output::Say { ticket, body } => {
                let request = self.line.as_ref().and_then(|line| line.say(body));
                return Some(Input::Said { ticket, request });
            }
            Output::Ring(on) => self.engine.ring(on),
            Output::Notify(notice) => self.shell.notify(notice),
            Output::OpenLeg(leg) => self.engine.open_leg(leg),
            Output::RestartLeg(leg) => self.engine.restart_leg(leg),
            Output::TakeAnswer { leg, sdp } => self.engine.take_answer(leg, sdp),
            Output::CloseLeg(leg) => self.engine.close_leg(leg),
            Output::Sound(sound) => self.engine.sound(sound),
            Output::Check(open) => self.check(open),
            Output::UseDevice { device, id } => {
                self.engine.use_device(device, &id);
                self.choice.choose(device, &id);
                self.choice.look(&self.results);
            }
            Output::TryDevice(device) => self.engine.try_device(device),
            Output::StoreToken(token) => self.keyring.store(token),
            Output::ClearToken => self.keyring.clear(),
            Output::Keyframe => self.engine.keyframe(),
            Output::OpenDoor => return Some(Input::Door(self.shell.picture_door())),
            Output::OpenVault { name, password, online } => {
                return self.notes.open(name, password, online).map(Input::Vault);
            }
            Output::Vault(job) => return self.notes.job(job).map(Input::Vault),
            Output::CloseVault => self.notes.close(),
            Output::SyncToken(token) => self.notes.token(token),
            Output::NotesHint(mark) => self.notes.hint(mark),
        }
        None
    }

    fn check(&mut self, open: bool) {
        self.engine.check(open);
        self.check = open.then(|| tokio::time::interval(CHECK_EVERY));
        if !open {
            self.choice.save();
        }
    }

    /// What the check looks at now and then.
    fn checked(&self) -> Input {
        self.choice.look(&self.results);
        Input::Check(CheckNews::Server(self.line.as_ref().and_then(Line::round_trip_ms)))
    }

    /// A line that was refused, because its token had died meanwhile, goes on where it was.
    fn open_line(&mut self, token: Secret) {
        let who = Who::Operator { token: token.0.clone() };
        if self.line.as_ref().is_some_and(|line| line.prove(who.clone())) {
            return;
        }
        self.close_line();
        let (url, tls) = (self.config.server.link(), self.tls.clone());
        let (line, heard) = line::open(line::Config { url, who, tls });
        (self.line, self.heard) = (Some(line), Some(heard));
    }

    /// What was said is still sent: the line ends when its last word is out and nobody speaks any more.
    fn close_line(&mut self) {
        self.line = None;
        if let Some(mut heard) = self.heard.take() {
            let drained = async move { while heard.recv().await.is_some() {} };
            self.leaving = Some(tokio::spawn(async move {
                // A line that cannot say its last word in time is cut.
                let _ = tokio::time::timeout(LAST_WORDS, drained).await;
            }));
        }
    }

    async fn end(mut self) {
        self.engine.ring(false);
        self.close_line();
        if let Some(leaving) = self.leaving.take() {
            // It cannot fail but by a panic, which is in the log then.
            let _ = leaving.await;
        }
        self.notes.end().await;
        self.engine.close().await;
        self.keyring.end().await;
    }
}
