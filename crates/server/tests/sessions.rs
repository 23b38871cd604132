//! What comes of a password: a sign-in, its short tokens, and everything that ends them.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::time::{Duration, Instant};

use common::{Desk, House, PASSWORD, Wire};
use desk::code::Code;
use link::message::{OperatorSays, SignedIn, Who};
use uuid::Uuid;

async fn house() -> House {
    let mut house = House::build();
    house.add_operator("op01", "オペレーター01");
    house.start().await;
    house
}

async fn refresh(house: &House, refresh: &str, attempt: Option<Uuid>) -> Result<SignedIn, (u16, String)> {
    let body = link::json::encode(&link::message::Refresh { refresh: refresh.to_owned(), attempt });
    let (status, body) = house.post("/api/refresh", "", &body).await;
    if status == 200 { Ok(link::json::decode(&body).unwrap()) } else { Err((status, body)) }
}

async fn turned_away(house: &House, token: &str) -> Option<Code> {
    let mut wire = Wire::open(house.address()).await;
    wire.hello::<OperatorSays>(Who::Operator { token: token.to_owned() }, None).await;
    wire.goodbye().await
}

async fn cut_within_five_seconds(desk: &mut Desk) {
    let began = Instant::now();
    assert_eq!(desk.wire.goodbye().await, Some(Code::Unauthorised));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_refresh_goes_on_where_the_old_token_was() {
    let house = house().await;
    let first = house.signed_in("op01").await;
    assert_eq!(first.token_ms, 300_000);
    let desk = house.operator(&first.token, None).await;
    let resume = desk.resume();
    drop(desk);
    let second = refresh(&house, &first.refresh, None).await.unwrap();
    assert_eq!(second.name, "オペレーター01");
    assert_ne!((&second.token, &second.refresh), (&first.token, &first.refresh));
    // The same sign-in, so that the line's stream goes on.
    let mut wire = Wire::open(house.address()).await;
    wire.hello::<OperatorSays>(Who::Operator { token: second.token }, Some(resume)).await;
    let welcome =
        wire.next::<link::state::DeskState, link::state::DeskChange, link::message::LegSignal>().await;
    assert!(matches!(welcome, link::message::Down::Welcome { resumed: true, .. }), "{welcome:?}");
}

#[tokio::test]
async fn a_used_refresh_token_cuts_the_line_and_kills_what_came_of_it() {
    let house = house().await;
    let first = house.signed_in("op01").await;
    let second = refresh(&house, &first.refresh, None).await.unwrap();
    let mut desk = house.operator(&second.token, None).await;
    let thief = refresh(&house, &first.refresh, None).await;
    assert_eq!(thief.err(), Some((401, r#"{"code":"unauthorised"}"#.into())));
    cut_within_five_seconds(&mut desk).await;
    assert_eq!(refresh(&house, &second.refresh, None).await.err().unwrap().0, 401);
    assert_eq!(turned_away(&house, &second.token).await, Some(Code::Unauthorised));
    // The password still opens.
    house.token("op01").await;
}

#[tokio::test]
async fn a_refresh_whose_answer_was_lost_is_answered_again() {
    let house = house().await;
    let first = house.signed_in("op01").await;
    let attempt = Some(Uuid::new_v4());
    let lost = refresh(&house, &first.refresh, attempt).await.unwrap();
    let again = refresh(&house, &first.refresh, attempt).await.unwrap();
    assert_eq!(lost.refresh, again.refresh);
    house.operator(&again.token, None).await;
    let stranger = refresh(&house, &first.refresh, Some(Uuid::new_v4())).await;
    assert_eq!(stranger.err().unwrap().0, 401);
}

#[tokio::test]
async fn a_sign_out_ends_the_refresh_token_too() {
    let house = house().await;
    let signed_in = house.signed_in("op01").await;
    let mut desk = house.operator(&signed_in.token, None).await;
    assert_eq!(desk.ask(OperatorSays::SignOut).await, None);
    assert_eq!(refresh(&house, &signed_in.refresh, None).await.err().unwrap().0, 401);
}

#[tokio::test]
async fn an_account_that_is_revoked_locked_or_removed_is_cut_within_five_seconds() {
    let house = house().await;
    for (command, then) in [("revoke", 200), ("lock", 423), ("remove", 401)] {
        let signed_in = house.signed_in("op01").await;
        let mut desk = house.operator(&signed_in.token, None).await;
        house.command(&["operator", command, "op01"], "").unwrap();
        cut_within_five_seconds(&mut desk).await;
        assert_eq!(refresh(&house, &signed_in.refresh, None).await.err().unwrap().0, 401, "{command}");
        assert_eq!(house.sign_in_as("op01", PASSWORD).await.0, then, "{command}");
        if command == "lock" {
            assert!(house.command(&["operator", "list"], "").unwrap().contains("locked"));
            house.command(&["operator", "unlock", "op01"], "").unwrap();
        }
    }
    assert!(house.command(&["operator", "revoke", "op01"], "").unwrap_err().contains("there is no operator"));
}

#[tokio::test]
async fn a_locked_account_stays_locked_over_a_restart_until_it_is_unlocked() {
    let mut house = house().await;
    for _ in 0..10 {
        assert_eq!(house.sign_in_as("op01", "wrong").await.0, 401);
    }
    house.kill().await;
    house.start().await;
    assert_eq!(house.sign_in_as("op01", PASSWORD).await, (423, r#"{"code":"locked"}"#.into()));
    house.command(&["operator", "unlock", "op01"], "").unwrap();
    assert_eq!(house.sign_in_as("op01", PASSWORD).await.0, 200);
}

#[tokio::test]
async fn a_newer_sign_in_makes_the_older_machine_ask_for_the_password() {
    let house = house().await;
    let (first, second) = (house.signed_in("op01").await, house.signed_in("op01").await);
    let mut older = house.operator(&first.token, None).await;
    let _newer = house.operator(&second.token, None).await;
    assert_eq!(older.wire.goodbye().await, Some(Code::Replaced));
    assert_eq!(refresh(&house, &first.refresh, None).await.err().unwrap().0, 401);
    assert!(refresh(&house, &second.refresh, None).await.is_ok());
}
