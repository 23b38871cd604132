//! The telephone side message by message: what is repeated, lost, crossed and routed.

mod phone;

use std::time::{Duration, Instant};

use desk::centre::CallOver;
use phone::wire::{Wire, answer};
use phone::{House, Ringing, house};

/// A call that is answered; its ACK is not sent yet.
async fn answered(house: &mut House, headers: &str) -> (Wire, String, Ringing) {
    let mut wire = Wire::new(house.at).await;
    wire.send(&wire.request("INVITE", 1, headers, &Wire::offer())).await;
    let ok = wire.answer("INVITE").await;
    assert!(ok.starts_with("SIP/2.0 200 "), "{ok}");
    let ringing = house.call().await;
    (wire, ok, ringing)
}

#[tokio::test]
async fn a_repeated_invite_is_one_call_and_an_answer_is_repeated_until_its_ack() {
    let mut house = house("").await;
    let mut wire = Wire::new(house.at).await;
    let invite = wire.request("INVITE", 1, "", &Wire::offer());
    for _ in 0..3 {
        wire.send(&invite).await;
    }
    let ok = wire.answer("INVITE").await;
    assert!(ok.starts_with("SIP/2.0 200 "));
    house.call().await;
    assert_eq!(wire.answer("INVITE").await, ok, "after half a second without an ACK");
    wire.send(&wire.request("ACK", 1, "", "")).await;
    assert_eq!(wire.hear_within(Duration::from_millis(1_500)).await, None, "the ACK came");
    assert_eq!(house.stack.calls(), 1);
    house.silent(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn a_cancel_that_crosses_the_answer_changes_nothing() {
    let mut house = house("").await;
    let (mut wire, _, ringing) = answered(&mut house, "").await;
    wire.send(&wire.request("CANCEL", 1, "", "")).await;
    assert!(wire.answer("CANCEL").await.starts_with("SIP/2.0 200 "));
    wire.send(&wire.request("ACK", 1, "", "")).await;
    wire.send(&wire.request("BYE", 2, "", "")).await;
    assert!(wire.answer("BYE").await.starts_with("SIP/2.0 200 "));
    assert_eq!(house.over(ringing.call).await, CallOver::HungUp);
    house.empty().await;
}

#[tokio::test]
async fn we_hang_up_only_after_the_ack_and_by_the_recorded_route() {
    let mut house = house("").await;
    let mut proxy = Wire::new(house.at).await;
    let route = format!("Record-Route: <sip:{};lr>\r\n", proxy.at());
    let (wire, ok, ringing) = answered(&mut house, &route).await;
    assert!(ok.contains(route.trim_end()), "the answer gives the route back: {ok}");
    ringing.leg.hang_up();
    assert_eq!(proxy.hear_within(Duration::from_millis(300)).await, None, "not before the ACK");
    wire.send(&wire.request("ACK", 1, "", "")).await;
    let bye = proxy.hear().await;
    assert!(bye.starts_with(&format!("BYE sip:0312345678@{} SIP/2.0", wire.at())), "{bye}");
    assert!(bye.contains(&format!("Route: <sip:{};lr>", proxy.at())), "{bye}");
    assert!(bye.contains(";tag=theirs"), "{bye}");
    proxy.send(&answer(&bye, "200 OK", "")).await;
    house.empty().await;
    house.silent(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn a_call_that_is_not_wanted_is_declined_before_the_answer() {
    let mut house = house("answer = 'at_accept'").await;
    let mut wire = Wire::new(house.at).await;
    wire.send(&wire.request("INVITE", 1, "", &Wire::offer())).await;
    house.call().await.leg.hang_up();
    assert!(wire.answer("INVITE").await.starts_with("SIP/2.0 603 "));
    wire.send(&wire.request("ACK", 1, "", "")).await;
    house.empty().await;
    house.silent(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn the_session_timer_is_agreed_as_the_caller_wants_it() {
    let mut house = house("").await;
    let asked = "Supported: timer\r\nSession-Expires: 90;refresher=uas\r\n";
    let (mut wire, ok, ringing) = answered(&mut house, asked).await;
    assert!(ok.contains("Session-Expires: 90;refresher=uas"), "{ok}");
    wire.send(&wire.request("ACK", 1, "", "")).await;
    wire.send(&wire.request("UPDATE", 2, "Supported: timer\r\nSession-Expires: 30\r\n", "")).await;
    let short = wire.answer("UPDATE").await;
    assert!(short.starts_with("SIP/2.0 422 ") && short.contains("Min-SE: 90"), "{short}");
    wire.send(&wire.request("UPDATE", 3, "Supported: timer\r\nSession-Expires: 120\r\n", "")).await;
    let theirs = wire.answer("UPDATE").await;
    assert!(theirs.contains("Session-Expires: 120;refresher=uac"), "{theirs}");
    assert!(theirs.contains("Require: timer") && !theirs.contains("v=0"), "{theirs}");
    ringing.leg.hang_up();
    let bye = wire.hear().await;
    wire.send(&answer(&bye, "200 OK", "")).await;
    house.empty().await;
}

#[tokio::test]
#[ignore = "a session lasts 90 s at least, and its refresh comes at half time"]
async fn we_refresh_a_session_that_is_ours() {
    let mut house = house("silence_ms = 600000").await;
    for (allow, method) in [("Allow: INVITE, UPDATE\r\n", "UPDATE"), ("Allow: INVITE\r\n", "INVITE")] {
        let asked = format!("Supported: timer\r\nSession-Expires: 90;refresher=uas\r\n{allow}");
        let (mut wire, _, _ringing) = answered(&mut house, &asked).await;
        wire.send(&wire.request("ACK", 1, "", "")).await;
        let refresh = wire.hear_within(Duration::from_secs(50)).await.expect("a refresh");
        assert!(
            refresh.starts_with(method) && refresh.contains("Session-Expires: 90;refresher=uac"),
            "{refresh}"
        );
        assert_eq!(refresh.contains("m=audio"), method == "INVITE", "{refresh}");
        println!("{}", refresh.lines().next().unwrap_or_default());
    }
}

#[tokio::test]
#[ignore = "RFC 3261 gives up a request after 32 s"]
async fn a_lost_ack_and_a_lost_bye_free_the_call_within_35_seconds() {
    let mut house = house("silence_ms = 600000").await;
    let began = Instant::now();
    let (_deaf, _, unacked) = answered(&mut house, "").await;
    let (mut wire, _, hung_up) = answered(&mut house, "").await;
    wire.send(&wire.request("ACK", 1, "", "")).await;
    hung_up.leg.hang_up();
    assert!(wire.hear().await.starts_with("BYE "), "and nobody answers it");
    while house.stack.calls() > 0 {
        assert!(began.elapsed() < Duration::from_secs(35), "a call lives on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("both calls were freed after {} ms", began.elapsed().as_millis());
    assert_eq!(house.over(unacked.call).await, CallOver::LineLost);
    house.silent(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn what_belongs_to_no_call_is_told_so() {
    let house = house("").await;
    let mut wire = Wire::new(house.at).await;
    wire.send(&wire.request("BYE", 1, "", "")).await;
    assert!(wire.answer("BYE").await.starts_with("SIP/2.0 481 "));
    let mut wire = Wire::new(house.at).await;
    wire.send(&wire.request("SUBSCRIBE", 1, "", "")).await;
    assert!(wire.answer("SUBSCRIBE").await.starts_with("SIP/2.0 405 "));
    let mut wire = Wire::new(house.at).await;
    wire.send(&wire.request("INVITE", 1, "Require: 100rel\r\n", &Wire::offer())).await;
    let refused = wire.answer("INVITE").await;
    assert!(refused.starts_with("SIP/2.0 420 ") && refused.contains("Unsupported: 100rel"), "{refused}");
}

#[tokio::test]
async fn an_exchange_that_stops_hangs_up() {
    let mut house = house("").await;
    let (mut wire, _, _ringing) = answered(&mut house, "").await;
    wire.send(&wire.request("ACK", 1, "", "")).await;
    // The ACK has to be in before a BYE may go out.
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopping = tokio::spawn(house.stack.stop());
    let bye = wire.hear().await;
    assert!(bye.starts_with("BYE "), "{bye}");
    wire.send(&answer(&bye, "200 OK", "")).await;
    stopping.await.expect("it stops");
    wire.send(&wire.request("OPTIONS", 3, "", "")).await;
    assert_eq!(wire.hear_within(Duration::from_millis(200)).await, None, "the doors are closed");
}
