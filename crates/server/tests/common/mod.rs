//! A server with a real database and real sockets, and clients that say what they are told to.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

pub mod pad;
pub mod telephone;

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desk::calendar::Calendar;
use desk::centre::Owner;
use desk::code::Code;
use desk::ids::{BoothId, OperatorId};
use desk::presence::{Channels, Chosen};
use futures_util::{SinkExt, StreamExt};
use link::message::{
    BoothSays, Bridge, Challenge, DeskSignal, Down, EnrolCode, ExchangeOrder, ExchangeSays, LegFact,
    LegSignal, OperatorSays, RequestId, Resume, SignedIn, Up, VERSION, Who,
};
use link::state::{BoothChange, BoothState, DeskChange, DeskState};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde::Serialize;
use serde::de::DeserializeOwned;
use server::{Config, Running};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use uuid::Uuid;

pub const PASSWORD: &str = "correct-horse-01";
const LIMIT: Duration = Duration::from_secs(10);

/// A folder with a database in it, and the server on it.
pub struct House {
    folder: tempfile::TempDir,
    pub config: Config,
    pub server: Option<Running>,
}

impl House {
    /// A house without a server yet. KENMU_TEST_DATABASE names the database; `{}` in it is replaced by
    /// a fresh name.
    pub fn build() -> House {
        let folder = tempfile::tempdir().unwrap();
        let database = match std::env::var("KENMU_TEST_DATABASE") {
            Ok(url) => url.replace("{}", &format!("t{}", Uuid::now_v7().simple())),
            Err(_) => format!("sqlite:{}", folder.path().join("kenmu.db").display()),
        };
        let page = folder.path().join("page");
        std::fs::create_dir(&page).unwrap();
        std::fs::write(page.join("index.html"), "<!doctype html><title>窓口</title>").unwrap();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let calendar = Calendar { always_open: true, ..Calendar::default() };
        House {
            folder,
            // Today may be a holiday.
            config: Config { listen, database, booth_page: page, calendar, ..Config::default() },
            server: None,
        }
    }

    pub async fn start(&mut self) {
        self.server = Some(server::start(self.config.clone()).await.unwrap());
    }

    pub async fn kill(&mut self) {
        self.server.take().unwrap().kill().await;
    }

    pub fn address(&self) -> SocketAddr {
        self.server.as_ref().unwrap().address()
    }

    /// Runs the program itself and gives its standard output.
    pub fn command(&self, arguments: &[&str], stdin: &str) -> Result<String, String> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_kenmu-server"))
            .args(["--database", &self.config.database])
            .args(arguments)
            .env("RUST_LOG", "error")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
    }

    /// Starts the program itself; gives it and its address.
    pub fn spawn(&self) -> (Child, SocketAddr) {
        let file = self.folder.path().join("kenmu.toml");
        std::fs::write(&file, "[calendar]\nalways_open = true\n").unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kenmu-server"))
            .arg("--config")
            .arg(&file)
            .args(["--database", &self.config.database, "serve", "--listen", "127.0.0.1:0"])
            .env("RUST_LOG", "server=info")
            .env("NO_COLOR", "1")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let address = loop {
            let mut line = String::new();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "the server did not start");
            if let Some((_, rest)) = line.split_once("listening address=") {
                break rest.split_whitespace().next().unwrap().parse().unwrap();
            }
        };
        // The rest of the log is read away, so that the pipe never fills.
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        (child, address)
    }

    pub fn add_operator(&self, name: &str, display: &str) -> OperatorId {
        let id =
            self.command(&["operator", "add", name, "--display", display], &format!("{PASSWORD}\n")).unwrap();
        OperatorId(id.trim().parse().unwrap())
    }

    /// A page's key, approved by its code; the server runs.
    pub async fn add_booth(&self, name: &str) -> (BoothId, Key) {
        self.add_booth_at(self.address(), name).await
    }

    pub async fn add_booth_at(&self, address: SocketAddr, name: &str) -> (BoothId, Key) {
        let key = Key::new();
        let code = key.enrol(address).await;
        let out = self.command(&["booth", "approve", &code, "--name", name], "").unwrap();
        (BoothId(out.trim().parse().unwrap()), key)
    }

    pub fn add_exchange(&self) -> String {
        self.command(&["exchange", "add"], "").unwrap().trim().to_owned()
    }

    /// One figure of `verify`, which must succeed.
    pub fn verified(&self, figure: &str) -> i64 {
        let out = self.command(&["verify"], "").unwrap();
        let line = out.lines().find_map(|line| line.strip_prefix(&format!("{figure}\t")));
        line.unwrap_or_else(|| panic!("no {figure} in {out}")).parse().unwrap()
    }

    pub async fn post(&self, path: &str, headers: &str, body: &str) -> (u16, String) {
        request(self.address(), &format!("POST {path}"), headers, body).await
    }

    pub async fn get(&self, path: &str) -> (u16, String) {
        request(self.address(), &format!("GET {path}"), "", "").await
    }

    pub async fn sign_in_as(&self, name: &str, password: &str) -> (u16, String) {
        let body = format!(r#"{{"name":"{name}","password":"{password}","version":{VERSION}}}"#);
        self.post("/api/sign-in", "Content-Type: application/json\r\n", &body).await
    }

    pub async fn token(&self, name: &str) -> String {
        self.signed_in(name).await.token
    }

    pub async fn signed_in(&self, name: &str) -> SignedIn {
        let (status, body) = self.sign_in_as(name, PASSWORD).await;
        assert_eq!(status, 200, "{body}");
        link::json::decode(&body).unwrap()
    }

    pub async fn operator(&self, token: &str, resume: Option<Resume>) -> Desk {
        let who = Who::Operator { token: token.to_owned() };
        let mut wire = Wire::open(self.address()).await;
        wire.hello::<OperatorSays>(who, resume).await;
        Desk::welcomed(wire).await
    }

    pub async fn booth(&self, booth: &(BoothId, Key)) -> Booth {
        Booth::at(self.address(), booth).await
    }

    pub async fn exchange(&self, key: &str) -> Exchange {
        let mut wire = Wire::open(self.address()).await;
        wire.hello::<ExchangeSays>(Who::Exchange { key: key.to_owned() }, None).await;
        assert!(matches!(wire.next::<(), (), ExchangeOrder>().await, Down::Welcome { .. }));
        assert!(matches!(wire.next::<(), (), ExchangeOrder>().await, Down::Snapshot { .. }));
        Exchange { wire }
    }
}

/// A booth's key, as its browser keeps it.
#[derive(Clone)]
pub struct Key(Arc<EcdsaKeyPair>);

impl Key {
    pub fn new() -> Key {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random);
        Key(Arc::new(pair.unwrap()))
    }

    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())
    }

    /// The code that the page shows.
    pub async fn enrol(&self, address: SocketAddr) -> String {
        let body = format!(r#"{{"public_key":"{}"}}"#, self.public());
        let (status, body) = request(address, "POST /api/booth/enrol", "", &body).await;
        assert_eq!(status, 200, "{body}");
        link::json::decode::<EnrolCode>(&body).unwrap().code
    }

    pub async fn challenge(&self, address: SocketAddr) -> Challenge {
        let what = format!("GET /api/booth/challenge?key={}", self.public());
        let (status, body) = request(address, &what, "", "").await;
        assert_eq!(status, 200, "{body}");
        link::json::decode(&body).unwrap()
    }

    pub fn who(&self, booth: BoothId, challenge: &str) -> Who {
        let signature = self.0.sign(&SystemRandom::new(), challenge.as_bytes()).unwrap();
        let signature = URL_SAFE_NO_PAD.encode(signature);
        Who::Booth { booth, challenge: challenge.to_owned(), signature }
    }
}

/// The head's status and the body of an answer.
pub async fn request(address: SocketAddr, what: &str, headers: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(LIMIT, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let status = answer[9..12].parse().unwrap();
    (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// A socket.
pub struct Wire(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Wire {
    pub async fn open(address: SocketAddr) -> Wire {
        Wire(connect_async(format!("ws://{address}/link")).await.unwrap().0)
    }

    pub async fn text(&mut self, text: impl Into<String>) {
        // A server that has closed refuses the write; the test then reads why.
        let _ = self.0.send(Message::text(text.into())).await;
    }

    pub async fn hello<T: Serialize>(&mut self, who: Who, resume: Option<Resume>) {
        self.text(link::json::encode(&Up::<T>::Hello { version: VERSION, who, resume })).await;
    }

    pub async fn say<T: Serialize>(&mut self, request: RequestId, body: T) {
        self.text(link::json::encode(&Up::Say { request, body })).await;
    }

    /// The next message; none when the line is closed.
    pub async fn maybe_next<S, C, G>(&mut self) -> Option<Down<S, C, G>>
    where
        S: DeserializeOwned,
        C: DeserializeOwned,
        G: DeserializeOwned,
    {
        loop {
            match timeout(LIMIT, self.0.next()).await.expect("the server says nothing") {
                Some(Ok(Message::Text(text))) => return Some(link::json::decode(text.as_str()).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    pub async fn next<S: DeserializeOwned, C: DeserializeOwned, G: DeserializeOwned>(
        &mut self,
    ) -> Down<S, C, G> {
        self.maybe_next().await.expect("the line is open")
    }

    /// The goodbye that must come before the end.
    pub async fn goodbye(&mut self) -> Option<Code> {
        let mut last = None;
        while let Some(message) = self.maybe_next::<DeskState, DeskChange, LegSignal>().await {
            if let Down::Goodbye { code } = message {
                last = Some(code);
            }
        }
        last
    }
}

pub fn new_request() -> RequestId {
    RequestId(Uuid::now_v7())
}

/// A person's client: applies what it hears.
pub struct Client<S, C, G> {
    pub wire: Wire,
    pub state: S,
    pub stream: u64,
    pub event: u64,
    pub session: u64,
    pub resumed: bool,
    pub signals: Vec<G>,
    pub answers: Vec<(RequestId, Option<Code>)>,
    apply: fn(&mut S, C),
}

pub type Desk = Client<DeskState, DeskChange, DeskSignal>;
pub type Booth = Client<BoothState, BoothChange, LegSignal>;

impl Desk {
    pub async fn welcomed(wire: Wire) -> Desk {
        Client::first(wire, DeskState::apply).await
    }

    pub async fn available(&mut self) {
        let chosen = Chosen::Available { channels: Channels::Both };
        assert_eq!(self.ask(OperatorSays::Choose { chosen }).await, None);
    }
}

impl Booth {
    pub async fn at(address: SocketAddr, booth: &(BoothId, Key)) -> Booth {
        let challenge = booth.1.challenge(address).await;
        assert_eq!(challenge.booth, Some(booth.0));
        let who = booth.1.who(booth.0, &challenge.challenge);
        let mut wire = Wire::open(address).await;
        wire.hello::<BoothSays>(who, None).await;
        Booth::welcomed(wire).await
    }

    pub async fn welcomed(wire: Wire) -> Booth {
        Client::first(wire, BoothState::apply).await
    }
}

impl<S: DeserializeOwned + std::fmt::Debug, C: DeserializeOwned, G: DeserializeOwned> Client<S, C, G> {
    async fn first(mut wire: Wire, apply: fn(&mut S, C)) -> Client<S, C, G> {
        let (stream, session) = match wire.next::<S, C, G>().await {
            Down::Welcome { stream, session, resumed: false, .. } => (stream, session.0),
            _ => panic!("a welcome with a snapshot was expected"),
        };
        let Down::Snapshot { event, state, .. } = wire.next::<S, C, G>().await else {
            panic!("a snapshot was expected")
        };
        let (signals, answers) = (Vec::new(), Vec::new());
        Client { wire, state, stream, event, session, resumed: false, signals, answers, apply }
    }

    /// Takes one message.
    pub async fn step(&mut self) {
        match self.wire.next::<S, C, G>().await {
            Down::Event { event, change, .. } => {
                assert_eq!(event, self.event + 1, "a gap");
                self.event = event;
                (self.apply)(&mut self.state, change);
            }
            Down::Signal { signal } => self.signals.push(signal),
            Down::Answer { request, refused } => self.answers.push((request, refused)),
            Down::Pong { .. } => {}
            Down::Welcome { resumed, .. } => self.resumed = resumed,
            Down::Snapshot { event, state, .. } => {
                self.event = event;
                self.state = state;
            }
            Down::Goodbye { code } => panic!("goodbye: {code:?}"),
        }
    }

    /// Waits until the state is as wished.
    pub async fn until(&mut self, wish: impl Fn(&S) -> bool) {
        let steps = async {
            while !wish(&self.state) {
                self.step().await;
            }
        };
        if timeout(LIMIT, steps).await.is_err() {
            panic!("it never came: {:?}", self.state);
        }
    }

    /// Says something and waits for the answer.
    pub async fn ask<T: Serialize>(&mut self, body: T) -> Option<Code> {
        self.ask_as(new_request(), body).await
    }

    pub async fn ask_as<T: Serialize>(&mut self, request: RequestId, body: T) -> Option<Code> {
        let before = self.answers.len();
        self.wire.say(request, body).await;
        loop {
            if let Some((_, refused)) = self.answers[before..].iter().find(|(name, _)| *name == request) {
                return *refused;
            }
            self.step().await;
        }
    }

    pub fn resume(&self) -> Resume {
        Resume { stream: self.stream, event: self.event }
    }
}

/// An exchange that does what the test says.
pub struct Exchange {
    pub wire: Wire,
}

impl Exchange {
    pub async fn says(&mut self, body: ExchangeSays) {
        self.wire.say(new_request(), body).await;
    }

    /// Nothing stands, and these have their media up.
    pub async fn stands(&mut self, owners: &[Owner]) {
        let legs = owners.iter().map(|owner| LegFact { owner: *owner, leg: 1, up: true }).collect();
        self.says(inventory(Vec::new(), legs)).await;
    }

    /// The next order, whatever is said between.
    pub async fn order(&mut self) -> ExchangeOrder {
        loop {
            if let Down::Signal { signal } = self.wire.next::<(), (), ExchangeOrder>().await {
                return signal;
            }
        }
    }

    /// The next order that is wished for.
    pub async fn order_like(&mut self, wish: impl Fn(&ExchangeOrder) -> bool) -> ExchangeOrder {
        loop {
            let order = self.order().await;
            if wish(&order) {
                return order;
            }
        }
    }
}

/// What an exchange tells that has no calls.
pub fn inventory(bridges: Vec<Bridge>, legs: Vec<LegFact>) -> ExchangeSays {
    ExchangeSays::Inventory { bridges, legs, calls: Vec::new(), dialled: Vec::new(), trunks: Vec::new() }
}

/// A file as another process reads it; nothing where it is not there. Whoever opens and closes a database's file in the
/// process that works with it takes away all its locks (POSIX), and another process may then throw its log away.
#[allow(dead_code, reason = "not every test looks into files")]
pub fn seen_from_outside(file: &std::path::Path) -> Vec<u8> {
    std::process::Command::new("cat").arg(file).output().unwrap().stdout
}
