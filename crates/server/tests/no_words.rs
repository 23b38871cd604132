//! The program itself with the loudest log that can be asked for, on a day of one's choice: nothing of what
//! is written in a talk is in its log or its files, nor a secret.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use common::{Booth, Desk, Exchange, House, Key, PASSWORD, Wire, request};
use desk::centre::{CallOver, Owner};
use desk::contact::{CallbackResult, Phase};
use desk::ids::{CallId, OperatorId};
use link::message::{
    BoothSays, CallFact, DeskSignal, Down, ExchangeOrder, ExchangeSays, OperatorSays, PublicHours, SignedIn,
    VERSION, Who,
};
use link::state::Caller;

/// A Tuesday on which everything is open, whatever today is.
const MOMENT: &str = "2026-11-24T12:00:00+09:00";
/// Who calls in the test.
const NUMBER: &str = "09012345678";
const WRITTEN: [&str; 2] = ["himitsu-no-kotoba", "naisho-no-kotoba"];

/// Does not outlive the test, however that ends.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// The program with everything of its log in a file; gives it and its address.
fn start(database: &str, log: &Path) -> (Program, SocketAddr) {
    let child = Command::new(env!("CARGO_BIN_EXE_kenmu-server"))
        .args(["--database", database, "--clock", MOMENT, "serve", "--listen", "127.0.0.1:0"])
        .env("RUST_LOG", "trace,tungstenite=trace,hyper=trace")
        .env("NO_COLOR", "1")
        .stderr(File::create(log).unwrap())
        .spawn()
        .unwrap();
    let child = Program(child);
    let began = Instant::now();
    loop {
        let told = std::fs::read_to_string(log).unwrap();
        if let Some((_, rest)) = told.split_once("listening address=") {
            return (child, rest.split_whitespace().next().unwrap().parse().unwrap());
        }
        assert!(began.elapsed() < Duration::from_secs(20), "the server did not start: {told}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Everybody is there and the operator is in a talk with the booth.
async fn talk(house: &House, address: SocketAddr, key: &str) -> (Desk, Booth, Exchange, SignedIn) {
    let body = format!(r#"{{"name":"op01","password":"{PASSWORD}","version":{VERSION}}}"#);
    let json = "Content-Type: application/json\r\n";
    let (status, body) = request(address, "POST /api/sign-in", json, &body).await;
    assert_eq!(status, 200, "{body}");
    let signed_in: SignedIn = link::json::decode(&body).unwrap();
    let page = Key::new();
    let code = page.enrol(address).await;
    let approve = ["--clock", MOMENT, "booth", "approve", &code, "--name", "ブース1"];
    let booth = (desk::ids::BoothId(house.command(&approve, "").unwrap().trim().parse().unwrap()), page);

    let mut wire = Wire::open(address).await;
    wire.hello::<ExchangeSays>(Who::Exchange { key: key.to_owned() }, None).await;
    assert!(matches!(wire.next::<(), (), ExchangeOrder>().await, Down::Welcome { .. }));
    assert!(matches!(wire.next::<(), (), ExchangeOrder>().await, Down::Snapshot { .. }));
    let mut exchange = Exchange { wire };
    let mut wire = Wire::open(address).await;
    wire.hello::<OperatorSays>(Who::Operator { token: signed_in.token.clone() }, None).await;
    let mut desk = Desk::welcomed(wire).await;
    let mut page = Booth::at(address, &booth).await;
    exchange.stands(&[Owner::Operator { operator: OperatorId(1) }, Owner::Booth { booth: booth.0 }]).await;
    desk.until(|state| state.me.media).await;
    desk.available().await;
    assert_eq!(page.ask(BoothSays::Ring).await, None);
    desk.until(|state| state.offer.is_some()).await;
    let offer = desk.state.offer.clone().unwrap();
    assert_eq!(desk.ask(OperatorSays::Accept { offer: offer.offer, fence: offer.fence }).await, None);
    let order = exchange.order_like(|order| matches!(order, ExchangeOrder::Join { .. })).await;
    let ExchangeOrder::Join { contact, fence, .. } = order else { panic!("{order:?}") };
    exchange.says(ExchangeSays::Joined { contact, fence }).await;
    desk.until(|state| state.contact.as_ref().is_some_and(|card| card.phase == Phase::Live)).await;
    (desk, page, exchange, signed_in)
}

#[tokio::test]
async fn neither_log_nor_files_hold_what_was_written_or_a_secret() {
    let (mut house, folder) = (House::build(), tempfile::tempdir().unwrap());
    let (database, log) = (folder.path().join("k.db"), folder.path().join("log"));
    house.config.database = format!("sqlite:{}", database.display());
    house.add_operator("op01", "オペレーター01");
    house.command(&["--clock", MOMENT, "operator", "lead", "op01"], "").unwrap();
    let key = house.add_exchange();
    let (child, address) = start(&house.config.database, &log);

    let (status, body) = request(address, "GET /api/hours", "", "").await;
    let hours: PublicHours = link::json::decode(&body).unwrap();
    assert_eq!((status, hours.hours.day.ymd()), (200, (2026, 11, 24)));
    let (mut desk, mut page, mut exchange, signed_in) = talk(&house, address, &key).await;
    let contact = desk.state.contact.clone().unwrap().contact;
    let [first, second] = WRITTEN.map(str::to_owned);
    assert_eq!(page.ask(BoothSays::Text { contact, text: first }).await, None);
    assert_eq!(desk.ask(OperatorSays::Text { contact, text: second }).await, None);
    desk.until(|state| state.contact.as_ref().is_some_and(|card| card.texts.len() == 2)).await;
    assert_eq!(desk.ask(OperatorSays::End { contact }).await, None);
    let caller = Caller::Number { number: NUMBER.into() };
    exchange.says(ExchangeSays::Call(CallFact { call: CallId(1), caller, trunk: "main".into() })).await;
    desk.until(|state| state.queue.phone.waiting == 1).await;
    exchange.says(ExchangeSays::CallOver { call: CallId(1), how: CallOver::HungUp }).await;
    desk.until(|state| !state.callbacks.cards.is_empty()).await;
    let contact = desk.state.callbacks.cards[0].contact;
    assert_eq!(desk.ask(OperatorSays::Number { contact }).await, None);
    assert!(matches!(&desk.signals[..], [.., DeskSignal::Number { number, .. }] if number.0 == NUMBER));
    let result = CallbackResult::NotReached;
    assert_eq!(desk.ask(OperatorSays::SettleCallback { contact, result }).await, None);
    drop(child);
    let told = std::fs::read_to_string(&log).unwrap();
    assert!(
        told.contains("call: Some(CallId(1))") && !told.contains(NUMBER),
        "the call is told, its number not"
    );
    assert!(!told.contains(&NUMBER[NUMBER.len() - 8..]), "nor a part of it");

    let mut kept = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        kept.extend(std::fs::read(file.unwrap().path()).unwrap());
    }
    let holds = |word: &str| kept.windows(word.len()).any(|window| window == word.as_bytes());
    assert!(holds("SQLite format 3") && holds("Accepted"), "log and database are there");
    for word in WRITTEN.into_iter().chain([&*signed_in.token, &signed_in.refresh, &key, PASSWORD]) {
        assert!(!holds(word), "{word}");
    }
}
