//! Who comes in, who does not, and what a stranger can do to the others: nothing.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use common::{House, Key, PASSWORD, Wire};
use desk::code::Code;
use desk::ids::BoothId;
use link::message::{BoothSays, MAX_FRAME_BYTES, OLDEST, OperatorSays, Up, VERSION, Who};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

#[tokio::test]
async fn a_good_password_opens_a_bad_one_does_not_and_ten_bad_ones_lock() {
    let mut house = House::build();
    house.add_operator("op01", "オペレーター01");
    house.start().await;
    let (status, body) = house.sign_in_as("op01", PASSWORD).await;
    assert_eq!(status, 200);
    assert!(body.contains("オペレーター01"), "{body}");
    for name in ["op01", "nobody"] {
        for _ in 0..10 {
            assert_eq!(house.sign_in_as(name, "wrong").await, (401, r#"{"code":"wrong_password"}"#.into()));
        }
        // Even the right one is locked out, and a made-up name cannot be told from an account.
        assert_eq!(house.sign_in_as(name, PASSWORD).await, (423, r#"{"code":"locked"}"#.into()));
    }
}

#[tokio::test]
async fn whoever_speaks_another_version_hears_which_of_the_two_is_too_old() {
    let mut house = House::build();
    house.start().await;
    let ours = Code::ServerTooOld;
    for (version, code, said) in
        [(OLDEST - 1, Code::ClientTooOld, "client_too_old"), (VERSION + 1, ours, "server_too_old")]
    {
        let body = format!(r#"{{"name":"op01","password":"x","version":{version}}}"#);
        let refusal = format!(r#"{{"code":"{said}"}}"#);
        assert_eq!(house.post("/api/sign-in", "", &body).await, (426, refusal));
        let mut wire = Wire::open(house.address()).await;
        wire.text(format!(r#"{{"kind":"hello","version":{version},"who":{{"kind":"something else"}}}}"#))
            .await;
        assert_eq!(wire.goodbye().await, Some(code));
    }
}

#[tokio::test]
async fn garbage_and_floods_end_their_own_line_and_no_other() {
    let mut house = House::build();
    house.start().await;
    let booths = [house.add_booth("ブース1").await, house.add_booth("ブース2").await];
    let mut good = house.booth(&booths[0]).await;

    let mut wire = Wire::open(house.address()).await;
    wire.text("{nonsense").await;
    assert_eq!(wire.goodbye().await, Some(Code::Malformed));

    let mut wire = Wire::open(house.address()).await;
    wire.text("x".repeat(MAX_FRAME_BYTES + 1)).await;
    assert_eq!(wire.goodbye().await, Some(Code::TooLarge));

    let mut bad = house.booth(&booths[1]).await;
    bad.wire.text("x".repeat(MAX_FRAME_BYTES + 1)).await;
    assert_eq!(bad.wire.goodbye().await, Some(Code::Malformed));

    let mut bad = house.booth(&booths[1]).await;
    for _ in 0..300 {
        bad.wire.text(link::json::encode(&Up::<BoothSays>::Ping)).await;
    }
    assert_eq!(bad.wire.goodbye().await, Some(Code::TooMany));

    assert_eq!(good.ask(BoothSays::Ring).await, None);
}

#[tokio::test]
async fn a_stranger_gets_no_further_than_the_hello() {
    let mut house = House::build();
    house.start().await;
    let (booth, key) = house.add_booth("ブース1").await;
    let stranger = Key::new();
    let challenge = key.challenge(house.address()).await.challenge;
    let wrong = "wrong".to_owned();
    for who in [
        Who::Operator { token: wrong.clone() },
        stranger.who(booth, &challenge),
        key.who(BoothId(99), &challenge),
        Who::Exchange { key: wrong },
    ] {
        let mut wire = Wire::open(house.address()).await;
        wire.hello::<OperatorSays>(who, None).await;
        assert_eq!(wire.goodbye().await, Some(Code::Unauthorised));
    }
    let mut silent = Wire::open(house.address()).await;
    let began = Instant::now();
    assert_eq!(silent.goodbye().await, Some(Code::TooLate));
    assert!(began.elapsed() < Duration::from_secs(7));
}

#[tokio::test]
async fn a_page_from_elsewhere_opens_no_socket() {
    let mut house = House::build();
    house.start().await;
    let address = house.address();
    for (origin, good) in [(format!("http://{address}"), true), ("https://evil.example".into(), false)] {
        let mut request = format!("ws://{address}/link").into_client_request().unwrap();
        request.headers_mut().insert("origin", origin.parse().unwrap());
        assert_eq!(tokio_tungstenite::connect_async(request).await.is_ok(), good, "{origin}");
    }
}

#[tokio::test]
async fn a_revoked_booth_is_cut_within_five_seconds() {
    let mut house = House::build();
    house.start().await;
    let booth = house.add_booth("ブース1").await;
    let mut page = house.booth(&booth).await;
    house.command(&["booth", "revoke", &booth.0.to_string()], "").unwrap();
    let began = Instant::now();
    assert_eq!(page.wire.goodbye().await, Some(Code::Unauthorised));
    assert!(began.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_of_the_old_one() {
    let mut house = House::build();
    house.add_operator("op01", "オペレーター01");
    house.start().await;
    let token = house.token("op01").await;
    let mut desk = house.operator(&token, None).await;
    house.command(&["operator", "password", "op01"], "another-horse-02\n").unwrap();
    assert_eq!(desk.wire.goodbye().await, Some(Code::Unauthorised));
    assert_eq!(house.sign_in_as("op01", "another-horse-02").await.0, 200);
}

#[tokio::test]
async fn a_sign_out_over_http_ends_the_session() {
    let mut house = House::build();
    house.add_operator("op01", "オペレーター01");
    house.start().await;
    let token = house.token("op01").await;
    let mut desk = house.operator(&token, None).await;
    let (status, _) = house.post("/api/sign-out", &format!("Authorization: Bearer {token}\r\n"), "").await;
    assert_eq!(status, 204);
    assert_eq!(desk.wire.goodbye().await, Some(Code::Unauthorised));
}

#[tokio::test]
async fn a_second_page_of_the_same_booth_replaces_the_first() {
    let mut house = House::build();
    house.start().await;
    let booth = house.add_booth("ブース1").await;
    let mut first = house.booth(&booth).await;
    let mut second = house.booth(&booth).await;
    assert_eq!(first.wire.goodbye().await, Some(Code::Replaced));
    assert_eq!(second.ask(BoothSays::Ring).await, None);
}

#[tokio::test]
async fn an_open_door_without_a_certificate_is_refused() {
    let mut house = House::build();
    house.config.listen = SocketAddr::from(([0, 0, 0, 0], 0));
    let refused = server::start(house.config.clone()).await.err().unwrap().to_string();
    assert!(refused.contains("certificate") && refused.contains("--behind-proxy"), "{refused}");
    let words = house.command(&["serve", "--listen", "0.0.0.0:0"], "").unwrap_err();
    assert!(words.contains("--behind-proxy"), "{words}");
}

#[tokio::test]
async fn the_booth_page_and_the_health_are_there() {
    let mut house = House::build();
    house.start().await;
    let (status, page) = house.get("/booth/").await;
    assert_eq!(status, 200);
    assert!(page.contains("窓口"));
    assert_eq!(house.get("/booth/%2e%2e/kenmu.db").await.0, 404);
    assert_eq!(house.get("/").await.0, 307);
    let (status, health) = house.get("/health").await;
    assert_eq!(status, 200);
    assert!(health.contains(r#""status":"ok","exchange_up":false"#), "{health}");
}

#[tokio::test]
async fn a_second_server_on_the_same_database_makes_the_first_one_stop() {
    let mut house = House::build();
    house.start().await;
    let booth = house.add_booth("ブース1").await;
    let mut page = house.booth(&booth).await;
    let mut first = house.server.take().unwrap();
    house.start().await;
    page.wire.say(common::new_request(), BoothSays::Ring).await;
    let stopped = tokio::time::timeout(Duration::from_secs(5), first.wait()).await.unwrap();
    assert!(stopped.unwrap_err().to_string().contains("another server"));
    assert_eq!(house.verified("arrived"), 0);
}

#[tokio::test]
async fn a_server_that_is_started_twice_by_mistake_leaves_the_first_one_alone() {
    let mut house = House::build();
    house.start().await;
    let booth = house.add_booth("ブース1").await;
    let mut page = house.booth(&booth).await;
    let again = server::Config { listen: house.address(), ..house.config.clone() };
    let words = server::start(again).await.err().unwrap().to_string();
    assert!(words.contains("cannot listen"), "{words}");
    assert_eq!(page.ask(BoothSays::Ring).await, None);
}

#[tokio::test]
async fn a_server_whose_store_is_down_can_still_be_stopped() {
    let mut house = House::build();
    house.start().await;
    let booth = house.add_booth("ブース1").await;
    let mut page = house.booth(&booth).await;
    let raw = sqlx::SqlitePool::connect(&house.config.database).await.unwrap();
    sqlx::raw_sql("alter table counter rename to away").execute(&raw).await.unwrap();
    raw.close().await;
    page.wire.say(common::new_request(), BoothSays::Ring).await;
    assert_eq!(page.wire.goodbye().await, Some(Code::StoreDown));
    let server = house.server.take().unwrap();
    tokio::time::timeout(Duration::from_secs(8), server.stop()).await.expect("it stops");
}

#[tokio::test]
async fn verify_makes_no_database_and_says_what_to_do() {
    let mut house = House::build();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("elsewhere.db");
    house.config.database = format!("sqlite:{}", file.display());
    let words = house.command(&["verify"], "").unwrap_err();
    assert!(words.contains("there is no database") && words.contains("KENMU_DATABASE"), "{words}");
    assert!(!file.exists());
}
