//! Every word of the line by everybody, about what is his own and about what is another's.

use desk::centre::{CallOver, Owner};
use desk::code::Code;
use desk::contact::{CallbackResult, DeclineReason, DialFailure, Disposition};
use desk::ids::{CallId, ContactId, Fence, OfferId};
use desk::presence::Chosen;
use link::message::{BoothSays, Down, ExchangeSays, LegFact, LegOffer, LegSignal, OperatorSays};
use link::state::{Callee, Digit, PhoneNumber, Quality, VisitorTrouble};
use serde::Serialize;
use serde::de::IgnoredAny;

use super::people::{COLUMNS, People};
use super::table::{agreed, drawn};
use crate::common::telephone::{answer, call, comes_in};
use crate::common::{Booth, Desk, Exchange, Wire, inventory, new_request};

const DESK: &str = include_str!("desk.txt");
const BOOTH: &str = include_str!("booth.txt");
const EXCHANGE: &str = include_str!("exchange.txt");

/// A contact, an offer and its fence, to speak about.
#[derive(Clone, Copy)]
struct About {
    contact: ContactId,
    offer: OfferId,
    fence: Fence,
}

const NOTHING: About = About { contact: ContactId(99), offer: OfferId(99), fence: Fence(1) };

fn leg() -> LegOffer {
    LegOffer { leg: 9, restart: false, sdp: "v=0".into() }
}

/// In the order in which one talk of a telephone allows most of them.
fn desk_words(about: About) -> Vec<OperatorSays> {
    let About { contact, offer, fence } = about;
    let number = Callee::Number { number: PhoneNumber("0487829922".into()) };
    vec![
        OperatorSays::Accept { offer, fence },
        OperatorSays::Decline { offer, reason: DeclineReason::StillBusy },
        OperatorSays::Choose { chosen: Chosen::Break },
        OperatorSays::Sdp(leg()),
        OperatorSays::RaiseHand { up: true },
        OperatorSays::Unsynced { count: 3 },
        OperatorSays::Mask { contact, on: true },
        OperatorSays::Text { contact, text: "少しお待ちください".into() },
        OperatorSays::Guide { contact, card: None, pointing: None },
        OperatorSays::Screen { contact, wanted: false },
        OperatorSays::Digit { contact, digit: Digit::Star },
        OperatorSays::Hold { contact, held: true },
        OperatorSays::Number { contact },
        OperatorSays::Consult { contact, to: number, blind: false },
        OperatorSays::JoinConsult { contact, joined: true },
        OperatorSays::Transfer { contact },
        OperatorSays::EndConsult { contact },
        OperatorSays::CallBack { contact },
        OperatorSays::SettleCallback { contact, result: CallbackResult::Reached },
        OperatorSays::Suspend { on: true },
        OperatorSays::End { contact },
        OperatorSays::Finish { contact, disposition: Disposition::Guided },
        OperatorSays::SignOut,
    ]
}

/// A new word does not compile here: give it a line above.
fn desk_name(word: &OperatorSays) -> &'static str {
    match word {
        OperatorSays::Choose { .. } => "choose",
        OperatorSays::Accept { .. } => "accept",
        OperatorSays::Decline { .. } => "decline",
        OperatorSays::End { .. } => "end",
        OperatorSays::Hold { .. } => "hold",
        OperatorSays::Finish { .. } => "finish",
        OperatorSays::Sdp(_) => "sdp",
        OperatorSays::Mask { .. } => "mask",
        OperatorSays::Text { .. } => "text",
        OperatorSays::Guide { .. } => "guide",
        OperatorSays::Screen { .. } => "screen",
        OperatorSays::Digit { .. } => "digit",
        OperatorSays::Unsynced { .. } => "unsynced",
        OperatorSays::RaiseHand { .. } => "raise_hand",
        OperatorSays::SettleCallback { .. } => "settle_callback",
        OperatorSays::CallBack { .. } => "call_back",
        OperatorSays::Consult { .. } => "consult",
        OperatorSays::EndConsult { .. } => "end_consult",
        OperatorSays::JoinConsult { .. } => "join_consult",
        OperatorSays::Transfer { .. } => "transfer",
        OperatorSays::Suspend { .. } => "suspend",
        OperatorSays::Number { .. } => "number",
        OperatorSays::SignOut => "sign_out",
    }
}

fn booth_words(contact: ContactId) -> Vec<BoothSays> {
    vec![
        BoothSays::Ring,
        BoothSays::Sdp(leg()),
        BoothSays::Trouble { trouble: VisitorTrouble::default() },
        BoothSays::Mask { contact, on: true },
        BoothSays::Text { contact, text: "はい".into() },
        BoothSays::Screen { contact, shared: false },
        BoothSays::Leave { contact },
    ]
}

fn booth_name(word: &BoothSays) -> &'static str {
    match word {
        BoothSays::Ring => "ring",
        BoothSays::Leave { .. } => "leave",
        BoothSays::Sdp(_) => "sdp",
        BoothSays::Mask { .. } => "mask",
        BoothSays::Text { .. } => "text",
        BoothSays::Screen { .. } => "screen",
        BoothSays::Trouble { .. } => "trouble",
    }
}

fn exchange_words() -> Vec<ExchangeSays> {
    let (contact, fence) = (NOTHING.contact, NOTHING.fence);
    let own = Owner::Caller { call: CallId(7) };
    vec![
        inventory(Vec::new(), Vec::new()),
        ExchangeSays::Call(call(7, "09012345678")),
        ExchangeSays::Media(LegFact { owner: own, leg: 1, up: true }),
        ExchangeSays::Leg { owner: own, signal: LegSignal::RestartIce { leg: 1 } },
        ExchangeSays::Quality { owner: own, quality: Quality { loss_permille: 3, round_trip_ms: None } },
        ExchangeSays::Digit { call: CallId(7), digit: Digit::Hash },
        ExchangeSays::Trunks { trunks: Vec::new() },
        ExchangeSays::CallOver { call: CallId(7), how: CallOver::LineLost },
        ExchangeSays::NotReached { call: CallId(8), why: DialFailure::Foreign },
        ExchangeSays::Joined { contact, fence },
        ExchangeSays::JoinFailed { contact, fence, code: Code::NoMedia },
    ]
}

fn exchange_name(word: &ExchangeSays) -> &'static str {
    match word {
        ExchangeSays::Inventory { .. } => "inventory",
        ExchangeSays::Call(_) => "call",
        ExchangeSays::CallOver { .. } => "call_over",
        ExchangeSays::NotReached { .. } => "not_reached",
        ExchangeSays::Digit { .. } => "digit",
        ExchangeSays::Trunks { .. } => "trunks",
        ExchangeSays::Leg { .. } => "leg",
        ExchangeSays::Media(_) => "media",
        ExchangeSays::Quality { .. } => "quality",
        ExchangeSays::Joined { .. } => "joined",
        ExchangeSays::JoinFailed { .. } => "join_failed",
    }
}

/// What the server answers: done, refused and why, or the line is closed and why.
async fn verdict(wire: &mut Wire, word: &impl Serialize) -> String {
    let request = new_request();
    wire.say(request, word).await;
    loop {
        match wire.maybe_next::<IgnoredAny, IgnoredAny, IgnoredAny>().await {
            Some(Down::Answer { request: named, refused }) if named == request => return told(refused),
            Some(Down::Goodbye { code }) => return format!("shut: {}", word_of(code)),
            Some(_) => {}
            None => panic!("the line ended without a word"),
        }
    }
}

fn told(refused: Option<Code>) -> String {
    refused.map_or_else(|| "done".to_owned(), word_of)
}

fn word_of(code: Code) -> String {
    link::json::encode(&code).trim_matches('"').to_owned()
}

/// Each word on a line of its own by everybody but `own`, whose column comes from a scene of his own.
async fn by_strangers<T: Serialize>(people: &People, words: &[T], own: &[&str]) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for word in words {
        let mut row = Vec::new();
        for column in COLUMNS.iter().filter(|column| !own.contains(column)) {
            row.push(verdict(&mut people.line(column).await, word).await);
        }
        rows.push(row);
    }
    rows
}

/// The operator or the lead in a talk with a caller; a callback is owed to somebody.
async fn in_talk(people: &People, column: &str) -> (Desk, Exchange, About) {
    let operator = people.ids[usize::from(column == "lead")];
    let mut exchange = people.house.exchange(&people.exchange).await;
    exchange.stands(&[Owner::Operator { operator }]).await;
    let mut desk = people.house.operator(&people.bearer(column).unwrap(), None).await;
    desk.until(|state| state.me.media).await;
    desk.available().await;
    comes_in(&mut exchange, call(1, "09012345678")).await;
    desk.until(|state| state.offer.is_some()).await;
    let offer = desk.state.offer.clone().unwrap();
    let contact = answer(&mut desk, &mut exchange).await.contact;
    (desk, exchange, About { contact, offer: offer.offer, fence: offer.fence })
}

/// The words about the speaker's own talk.
async fn about_own(column: &str) -> Vec<String> {
    let people = People::gather().await;
    let (mut desk, _exchange, about) = in_talk(&people, column).await;
    let mut told = Vec::new();
    for word in desk_words(about) {
        told.push(verdict(&mut desk.wire, &word).await);
    }
    told
}

/// The words about a talk that another operator has, and about a ring at his seat.
async fn about_anothers(column: &str, ringing: bool) -> Vec<String> {
    let people = People::gather().await;
    let mut exchange = people.house.exchange(&people.exchange).await;
    exchange.stands(&[Owner::Operator { operator: people.ids[2] }]).await;
    let mut other = people.house.operator(&people.other, None).await;
    other.until(|state| state.me.media).await;
    other.available().await;
    comes_in(&mut exchange, call(1, "09012345678")).await;
    other.until(|state| state.offer.is_some()).await;
    let offer = other.state.offer.clone().unwrap();
    let contact = if ringing { NOTHING.contact } else { answer(&mut other, &mut exchange).await.contact };
    let about = About { contact, offer: offer.offer, fence: offer.fence };
    let mut desk = people.house.operator(&people.bearer(column).unwrap(), None).await;
    let mut told = Vec::new();
    for word in desk_words(about) {
        told.push(verdict(&mut desk.wire, &word).await);
    }
    told
}

#[tokio::test]
async fn every_word_of_a_desk_is_answered_as_agreed() {
    let people = People::gather().await;
    let words = desk_words(NOTHING);
    let strangers = by_strangers(&people, &words, &["operator", "lead"]).await;
    let mut columns = Vec::new();
    for column in ["operator", "lead"] {
        columns.push(about_own(column).await);
        columns.push(about_anothers(column, false).await);
        columns.push(about_anothers(column, true).await);
    }
    let rows: Vec<Vec<String>> = (words.iter().zip(strangers).enumerate())
        .map(|(nth, (word, strangers))| {
            let own = columns.iter().map(|column| column[nth].clone());
            std::iter::once(desk_name(word).to_owned()).chain(strangers).chain(own).collect()
        })
        .collect();
    let strangers = COLUMNS.into_iter().filter(|column| !["operator", "lead"].contains(column));
    let own = ["operator: own", "another's", "his ring", "lead: own", "another's", "his ring"];
    let head: Vec<&str> = std::iter::once("word").chain(strangers).chain(own).collect();
    agreed("desk.txt", &drawn(&head, &rows), DESK);
}

#[tokio::test]
async fn every_word_of_a_booth_is_answered_as_agreed() {
    let people = People::gather().await;
    let mut strangers = by_strangers(&people, &booth_words(NOTHING.contact), &["booth"]).await.into_iter();
    let another = people.house.add_booth("ブース2").await;
    let mut other: Booth = people.house.booth(&another).await;
    assert_eq!(other.ask(BoothSays::Ring).await, None);
    other.until(|state| state.contact.is_some()).await;
    let foreign = other.state.contact.as_ref().unwrap().contact;
    let mut booth = people.house.booth(&people.booth).await;
    assert_eq!(booth.ask(BoothSays::Ring).await, None);
    booth.until(|state| state.contact.is_some()).await;
    let own = booth.state.contact.as_ref().unwrap().contact;
    let mut rows = Vec::new();
    for (word, about_another) in booth_words(own).iter().zip(booth_words(foreign)) {
        let mut row = vec![booth_name(word).to_owned()];
        row.extend(strangers.next().unwrap());
        row.push(verdict(&mut booth.wire, &about_another).await);
        row.push(verdict(&mut booth.wire, word).await);
        rows.push(row);
    }
    let others = COLUMNS.into_iter().filter(|column| *column != "booth");
    let head: Vec<&str> = std::iter::once("word").chain(others).chain(["booth: another's", "own"]).collect();
    agreed("booth.txt", &drawn(&head, &rows), BOOTH);
}

#[tokio::test]
async fn every_word_of_an_exchange_is_answered_as_agreed() {
    let people = People::gather().await;
    let words = exchange_words();
    let mut strangers = by_strangers(&people, &words, &["exchange"]).await.into_iter();
    let mut exchange = people.house.exchange(&people.exchange).await;
    let mut rows = Vec::new();
    for word in &words {
        let mut row = vec![exchange_name(word).to_owned()];
        row.extend(strangers.next().unwrap());
        row.push(verdict(&mut exchange.wire, word).await);
        rows.push(row);
    }
    let others = COLUMNS.into_iter().filter(|column| *column != "exchange");
    let head: Vec<&str> = std::iter::once("word").chain(others).chain(["exchange"]).collect();
    agreed("exchange.txt", &drawn(&head, &rows), EXCHANGE);
}
