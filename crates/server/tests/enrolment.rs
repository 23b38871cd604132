//! How a page becomes a booth, and how it does not.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{Booth, House, Key, Wire};
use desk::code::Code;
use link::message::{BoothSays, Who};
use link::state::BoothDevice;

async fn turned_away(house: &House, who: Who) -> Option<Code> {
    let mut wire = Wire::open(house.address()).await;
    wire.hello::<BoothSays>(who, None).await;
    wire.goodbye().await
}

#[tokio::test]
async fn a_code_read_off_the_screen_makes_the_page_a_booth() {
    let mut house = House::build();
    house.start().await;
    let key = Key::new();
    let code = key.enrol(house.address()).await;
    assert_eq!(key.challenge(house.address()).await.booth, None);
    let typed = code.to_lowercase().replace('-', " ");
    let approve =
        ["booth", "approve", &typed, "--name", "ブース1", "--place", "1階ロビー", "--device", "tablet"];
    let id = house.command(&approve, "").unwrap();
    let challenge = key.challenge(house.address()).await;
    assert_eq!(challenge.booth.unwrap().to_string(), id.trim());
    let page = Booth::at(house.address(), &(challenge.booth.unwrap(), key)).await;
    assert_eq!((page.state.name.as_str(), page.state.device), ("ブース1", BoothDevice::Tablet));
    let listed = house.command(&["booth", "list"], "").unwrap();
    assert_eq!(listed.trim_end(), format!("{}\tブース1\t1階ロビー\ttablet", id.trim()));
    // The name is taken now, and another page's code stays good for another name.
    let other = Key::new().enrol(house.address()).await;
    let words = house.command(&["booth", "approve", &other, "--name", "ブース1"], "").unwrap_err();
    assert!(words.contains("taken"), "{words}");
    house.command(&["booth", "approve", &other, "--name", "ブース2"], "").unwrap();
}

#[tokio::test]
async fn a_challenge_is_good_once_and_for_its_own_booth() {
    let mut house = House::build();
    house.start().await;
    let (booth, key) = house.add_booth("ブース1").await;
    let challenge = key.challenge(house.address()).await.challenge;
    let _page = Booth::at(house.address(), &(booth, key.clone())).await;
    let who = key.who(booth, &challenge);
    let mut wire = Wire::open(house.address()).await;
    wire.hello::<BoothSays>(who.clone(), None).await;
    let _second = Booth::welcomed(wire).await;
    assert_eq!(turned_away(&house, who).await, Some(Code::Expired));
    assert_eq!(turned_away(&house, key.who(booth, "made up")).await, Some(Code::Expired));
}

#[tokio::test]
async fn five_guessed_codes_void_the_one_that_waits() {
    let mut house = House::build();
    house.start().await;
    let key = Key::new();
    let code = key.enrol(house.address()).await;
    let guess = |code: &str| house.command(&["booth", "approve", code, "--name", "ブース1"], "");
    for left in ["4", "3", "2", "1"] {
        let words = guess("000-000").unwrap_err();
        assert!(words.contains(&format!("After {left} more")), "{words}");
    }
    assert!(guess("000-000").unwrap_err().contains("every pending code is void"));
    assert!(guess(&code).unwrap_err().contains("no booth shows the code"));
    assert_eq!(key.challenge(house.address()).await.booth, None);
    // The page asks again, and its new code is good.
    guess(&key.enrol(house.address()).await).unwrap();
}

#[tokio::test]
async fn a_page_that_is_no_key_gets_no_code() {
    let mut house = House::build();
    house.start().await;
    for key in ["", "AAAA", "not base64!"] {
        let body = format!(r#"{{"public_key":"{key}"}}"#);
        assert_eq!(house.post("/api/booth/enrol", "", &body).await.0, 400, "{key}");
    }
    assert_eq!(house.get("/api/booth/challenge?key=AAAA").await.0, 400);
    let (_, key) = house.add_booth("ブース1").await;
    let body = format!(r#"{{"public_key":"{}"}}"#, key.public());
    let (status, answer) = house.post("/api/booth/enrol", "", &body).await;
    assert_eq!((status, answer.as_str()), (409, r#"{"code":"taken"}"#));
}
