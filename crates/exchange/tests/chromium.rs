//! A real browser as the visitor: its face and its second window reach the desk side by side, over a
//! wire that loses, and each is repaired and asked for on its own.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod common;

use std::time::{Duration, Instant};

use common::page::Page;
use common::wire::Wire;
use common::{House, Person, begins_with_a_key_frame, booth, operator, pause};
use link::message::{ExchangeOrder, ExchangeSays, LegOffer, LegSignal};
use media::vp8::{Depacketized, Depacketizer};
use peer::Track;

/// Datagrams lost on the page's way, each way.
const ONE_IN: u64 = 25;

/// The page's leg, up.
async fn enter(house: &House, page: &mut tokio::sync::mpsc::Receiver<common::page::Handed>) -> Wire {
    let wire = Wire::lay(house.media).await;
    let handed = tokio::time::timeout(common::PATIENCE, page.recv()).await.unwrap().unwrap();
    let offer = LegOffer { leg: 1, restart: false, sdp: handed.offer.clone() };
    house.engine.order(ExchangeOrder::Sdp { owner: booth(1), offer }).await;
    let answer = |said: &ExchangeSays| match said {
        ExchangeSays::Leg { signal: LegSignal::Answer { sdp, .. }, .. } => Some(sdp.clone()),
        _ => None,
    };
    handed.answer(wire.redirect(&house.hear(answer).await));
    let up = |said: &ExchangeSays| match said {
        ExchangeSays::Media(fact) => (fact.owner == booth(1) && fact.up).then_some(()),
        _ => None,
    };
    house.hear(up).await;
    wire
}

/// Whole frames from a moment on, as a decoder gets them.
fn frames(desk: &Person, from: Instant, track: Track) -> usize {
    let (mut joiner, mut frames) = (Depacketizer::new(), 0);
    for (_, rtp) in desk.since(from, track) {
        for joined in joiner.push(rtp.sequence, rtp.timestamp, rtp.marker, rtp.payload) {
            frames += usize::from(matches!(joined, Depacketized::Frame(_)));
        }
    }
    frames
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browsers_face_and_window_reach_the_desk_together_over_a_lossy_wire() {
    let house = House::open().await;
    let desk = Person::enter(&house, operator(1), 1, 440.0).await;
    let (page, mut offers) = Page::open().await;
    let wire = enter(&house, &mut offers).await;
    let joined = Instant::now();
    house.join(1, 1, booth(1), operator(1)).await;
    desk.first(joined, Track::Video).await;
    pause(1_000).await;
    assert_eq!(desk.since(joined, Track::Screen).len(), 0, "nothing is shown yet");

    wire.lose(ONE_IN);
    page.show(true);
    let asked = Instant::now();
    desk.first(asked, Track::Screen).await;
    // The browser finds its bit rate for two pictures first.
    pause(3_000).await;
    let (from, seconds) = (Instant::now(), 4);
    pause(seconds * 1_000).await;
    let (face, screen) = (frames(&desk, joined, Track::Video), frames(&desk, asked, Track::Screen));
    let both = [Track::Video, Track::Screen].map(|track| desk.since(from, track).len());
    println!(
        "{face} faces, {screen} windows since shown; packets in {seconds} s: {both:?}; {} lost",
        wire.lost()
    );
    assert!(wire.lost() > 20, "the wire lost {} only", wire.lost());
    assert!(face > 7 * 15 && screen > 7 * 5, "{face} faces, {screen} windows in seven seconds");
    assert!(begins_with_a_key_frame(&desk.since(asked, Track::Screen)));

    page.show(false);
    pause(700).await;
    let hidden = Instant::now();
    pause(1_000).await;
    assert_eq!(desk.since(hidden, Track::Screen).len(), 0, "the window is hidden");
    assert!(frames(&desk, joined, Track::Video) > face, "and the face goes on");

    house.mask(1, 1, true).await;
    page.show(true);
    pause(200).await;
    let masked = Instant::now();
    pause(1_500).await;
    assert_eq!(desk.since(masked, Track::Video).len() + desk.since(masked, Track::Screen).len(), 0);
    let lifted = Instant::now();
    house.mask(1, 1, false).await;
    for track in Track::PICTURES {
        let (first, _) = desk.first(lifted, track).await;
        println!("{track:?} {} ms after the mask was lifted", (first - lifted).as_millis());
        assert!(first - lifted < Duration::from_secs(2), "{track:?} after {:?}", first - lifted);
        assert!(begins_with_a_key_frame(&desk.since(lifted, track)), "{track:?}");
    }
    page.close().await;
    house.engine.stop().await;
}
