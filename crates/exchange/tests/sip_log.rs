//! A number reaches no log, neither a caller's nor one that is called, and no key of encrypted sound either, although the
//! SIP stack below prints whole messages.

mod phone;

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use desk::centre::CallOver;
use exchange::sip::DialNews;
use phone::dialling::{NUMBER, OURS, dialling_house, trunk};
use phone::wire::Wire;
use phone::{Ringing, house, sipp};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// A telephone's key and salt, as its description tells them.
const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";
/// A number that is not dialled.
const DEAR: &str = "0990123456";

#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Page {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

#[tokio::test]
async fn a_number_and_a_key_reach_no_log_whatever_is_asked_for() {
    let (ours, bare) = (Page::default(), Page::default());
    let (to_ours, to_bare) = (ours.clone(), bare.clone());
    tracing_subscriber::registry()
        .with(fmt::layer().with_writer(move || to_ours.clone()).with_filter(filter_fn(link::journal::passes)))
        .with(fmt::layer().with_writer(move || to_bare.clone()).with_filter(EnvFilter::new("info")))
        .init();
    let mut house = house("").await;
    let sipp = sipp::call("hold.xml", house.at, &[]);
    let Ringing { call, .. } = house.call().await;
    assert_eq!(house.over(call).await, CallOver::HungUp);
    sipp.succeeds().await;
    let mut wire = Wire::new(house.at).await;
    let attribute = format!("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}\r\n");
    let offer = Wire::offer().replace("RTP/AVP", "RTP/SAVP") + &attribute;
    wire.send(&wire.request("INVITE", 1, "", &offer)).await;
    let answer = wire.answer("INVITE").await;
    let (_, our_key) = answer.split_once("inline:").expect("our key");
    let our_key = our_key.lines().next().expect("a line").to_owned();
    wire.send(&wire.request("ACK", 1, "", "")).await;
    let Ringing { call, .. } = house.call().await;
    wire.send(&wire.request("BYE", 2, "", "")).await;
    assert_eq!(house.over(call).await, CallOver::HungUp);
    drop(house);

    let far = sipp::wait("answers.xml", &[]);
    let mut house = dialling_house("", &[trunk("main", far.at, "")]).await;
    let (call, leg) = house.dial(NUMBER).await.expect("it is called");
    assert_eq!(house.dialled(call).await, DialNews::Ringing);
    assert_eq!(house.dialled(call).await, DialNews::Answered);
    leg.hang_up();
    far.succeeds().await;
    house.empty().await;
    let refused = house.dial(DEAR).await.err().expect("it is refused");
    tracing::info!(%refused, ?refused, "and whoever prints why prints no number");

    assert!(
        bare.text().contains("0487829922"),
        "the stack prints it: without our filter it would stand there"
    );
    assert!(bare.text().contains(KEY), "and keys too");
    for secret in [NUMBER, OURS, DEAR, KEY, &our_key] {
        assert!(!ours.text().contains(secret));
    }
    assert!(ours.text().contains("outgoing call freed") || ours.text().contains("call freed"));
    assert!(ours.text().contains("call over"), "and our own lines are written");
}
