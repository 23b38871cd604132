//! A wire that loses one datagram in twenty, each way.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::sync::atomic::Ordering;
use std::time::Duration;

use common::{LossyWire, connect_through, connected, fill, fill_from, port, take_packets, told};
use peer::{Event, Track};

const PICTURES: u16 = 1000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_pictures_are_repaired_without_a_storm() {
    let (near, far) = (port().await, port().await);
    let wire = LossyWire::lay(far.local_addr(), 20, Duration::from_millis(5), 7).await;
    let redirect = |answer: String| wire.redirect(far.local_addr(), &answer);
    let (desktop, mut exchange) = connect_through(&near, &far, redirect).await;
    let (before, lost_before) = (wire.carried.load(Ordering::Relaxed), wire.lost.load(Ordering::Relaxed));
    let wanted = usize::from(PICTURES) * 99 / 100;
    let reading = tokio::spawn(async move { take_packets(&mut exchange.events, 0, wanted).await.1 });
    fill(&desktop.leg, Track::Video, PICTURES, Duration::from_millis(3)).await;
    let pictures = reading.await.unwrap();
    assert!(pictures.is_sorted(), "pictures came out of order");
    let lost = wire.lost.load(Ordering::Relaxed) - lost_before;
    let carried = wire.carried.load(Ordering::Relaxed) - before;
    println!("{} of {PICTURES} came, {lost} datagrams lost, {carried} carried", pictures.len());
    assert!(lost > 30, "the wire lost {lost} only");
    // Packets, their repairs, the NACKs and reports: a third more at most. A storm is several times.
    assert!(carried < u64::from(PICTURES) * 4 / 3, "{carried} datagrams were carried");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_is_given_out_once_each_over_a_bad_wire() {
    let (near, far) = (port().await, port().await);
    let wire = LossyWire::lay(far.local_addr(), 20, Duration::from_millis(5), 11).await;
    let redirect = |answer: String| wire.redirect(far.local_addr(), &answer);
    let (desktop, mut exchange) = connect_through(&near, &far, redirect).await;
    let reading = tokio::spawn(async move { take_packets(&mut exchange.events, 290, 0).await.0 });
    fill(&desktop.leg, Track::Audio, 300, Duration::from_millis(10)).await;
    let mut sound = reading.await.unwrap();
    sound.sort_unstable();
    let came = sound.len();
    sound.dedup();
    assert_eq!(sound.len(), came, "a packet was given out twice");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_connect_soon_over_a_wire_that_loses_one_datagram_in_ten() {
    for seed in 0..10 {
        let (near, far) = (port().await, port().await);
        let wire = LossyWire::lay(far.local_addr(), 10, Duration::from_millis(5), seed).await;
        let redirect = |answer: String| wire.redirect(far.local_addr(), &answer);
        let connecting = connect_through(&near, &far, redirect);
        let connected = tokio::time::timeout(Duration::from_secs(4), connecting).await;
        assert!(connected.is_ok(), "seed {seed} did not connect");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_is_told_and_heals_alone() {
    let (near, far) = (port().await, port().await);
    let wire = LossyWire::lay(far.local_addr(), u64::MAX, Duration::ZERO, 1).await;
    let redirect = |answer: String| wire.redirect(far.local_addr(), &answer);
    let (mut desktop, mut exchange) = connect_through(&near, &far, redirect).await;
    fill(&desktop.leg, Track::Video, 5, Duration::from_millis(2)).await;
    take_packets(&mut exchange.events, 0, 5).await;
    wire.cut.store(true, Ordering::Relaxed);
    told(&mut exchange, Event::Disconnected).await;
    told(&mut desktop, Event::Disconnected).await;
    wire.cut.store(false, Ordering::Relaxed);
    connected(&mut exchange).await;
    connected(&mut desktop).await;
    // What was shown before is of no use any more: the way back asks for a new picture.
    told(&mut desktop, Event::KeyframeWanted(Track::Video)).await;
    fill_from(&desktop.leg, Track::Audio, 50, 10, Duration::from_millis(2)).await;
    take_packets(&mut exchange.events, 10, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ice_restart_moves_a_leg_to_a_new_address() {
    let (near, far) = (port().await, port().await);
    let before = LossyWire::lay(far.local_addr(), u64::MAX, Duration::ZERO, 1).await;
    let redirect = |answer: String| before.redirect(far.local_addr(), &answer);
    let (mut desktop, mut exchange) = connect_through(&near, &far, redirect).await;
    before.cut.store(true, Ordering::Relaxed);
    told(&mut exchange, Event::Disconnected).await;
    let after = LossyWire::lay(far.local_addr(), u64::MAX, Duration::ZERO, 1).await;
    let offer = desktop.leg.offer_restart().await.unwrap();
    let answer = exchange.leg.answer_restart(&offer).await.unwrap();
    desktop.leg.take_answer(&after.redirect(far.local_addr(), &answer)).await.unwrap();
    connected(&mut exchange).await;
    connected(&mut desktop).await;
    fill(&desktop.leg, Track::Audio, 10, Duration::from_millis(2)).await;
    take_packets(&mut exchange.events, 10, 0).await;
}
