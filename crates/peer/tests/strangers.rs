//! Datagrams of strangers: dropped, counted, and no harm to anybody.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::net::Ipv4Addr;
use std::time::Duration;

use common::{connect, fill, port, take_packets};
use peer::{Leg, Track};
use rtc::crypto::{RTCCryptoProvider, default_provider};
use rtc::stun::attributes::ATTR_USERNAME;
use rtc::stun::fingerprint::FINGERPRINT;
use rtc::stun::integrity::MessageIntegrity;
use rtc::stun::message::{BINDING_REQUEST, Message};
use rtc::stun::textattrs::TextAttribute;
use tokio::net::UdpSocket;

/// A binding request for `ufrag`, signed with `password`.
fn request(ufrag: &str, password: &str, crypto: &dyn RTCCryptoProvider) -> Vec<u8> {
    let mut message = Message::new();
    message.new_transaction_id().unwrap();
    let name = TextAttribute::new(ATTR_USERNAME, format!("{ufrag}:far"));
    let key = MessageIntegrity::new_short_term_integrity_with_provider(password.to_owned(), crypto.crypto());
    message
        .build(&[Box::new(BINDING_REQUEST), Box::new(name), Box::new(key), Box::new(FINGERPRINT)])
        .unwrap();
    message.raw
}

fn value<'a>(sdp: &'a str, name: &str) -> &'a str {
    sdp.lines().find_map(|line| line.strip_prefix(name)).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_are_dropped_and_counted_while_calls_go_on() {
    let crypto = default_provider().unwrap();
    let (near, far) = (port().await, port().await);
    let (desktop, mut exchange) = connect(&near, &far).await;
    let (_waiting, answer, _events) = {
        let other = port().await;
        let (_offering, offer, _) = Leg::offer(&other).await.unwrap();
        Leg::answer(&far, &offer).await.unwrap()
    };
    let wrong = request(value(&answer, "a=ice-ufrag:"), "wrongwrongwrongwrongwrong", crypto.as_ref());
    let unknown = request("nobody", "wrongwrongwrongwrongwrong", crypto.as_ref());
    let client_hello = [22, 254, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 1, 0, 0, 48];
    let sound = [0x80, 111, 0, 1, 0, 0, 0, 1, 1, 2, 3, 4, 9, 9, 9, 9];
    let junk: [&[u8]; 5] = [&wrong, &unknown, &client_hello, &sound, &[]];

    let before = far.dropped();
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    for _ in 0..50 {
        for datagram in junk {
            stranger.send_to(datagram, far.local_addr()).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let third = port().await;
    let (late, mut late_there) = connect(&third, &far).await;
    fill(&late.leg, Track::Audio, 20, Duration::from_millis(1)).await;
    fill(&desktop.leg, Track::Audio, 20, Duration::from_millis(1)).await;
    take_packets(&mut late_there.events, 20, 0).await;
    take_packets(&mut exchange.events, 20, 0).await;
    // The empty datagram is none of anybody's: it is not even counted.
    common::until(|| far.dropped() - before >= 200).await;
    assert_eq!(far.dropped() - before, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_signed_with_the_legs_password_is_let_in() {
    let crypto = default_provider().unwrap();
    let (near, far) = (port().await, port().await);
    let (_offering, offer, _) = Leg::offer(&near).await.unwrap();
    let (_leg, answer, _events) = Leg::answer(&far, &offer).await.unwrap();
    let (ufrag, password) = (value(&answer, "a=ice-ufrag:"), value(&answer, "a=ice-pwd:"));
    let client = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    client.send_to(&request(ufrag, password, crypto.as_ref()), far.local_addr()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(far.dropped(), 0);
}
