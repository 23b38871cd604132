//! Real legs over loopback against the engine: who hears and sees what, when, and without a gap.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod common;

use std::time::{Duration, Instant};

use common::{House, Person, assert_gapless, begins_with_a_key_frame, booth, operator, pause};
use link::message::{ExchangeOrder, ExchangeSays, LegOffer, LegSignal};
use peer::{Event, Leg, Track};

const VISITOR_HZ: f64 = 1_000.0;
const OTHER_HZ: f64 = 1_400.0;
const OPERATOR_HZ: f64 = 440.0;
/// The first bell of the chime.
const CHIME_HZ: f64 = 659.26;
/// A tone sung at 0.3 and heard through Opus.
const CLEAR: f64 = 0.15;
/// What is no tone.
const FAINT: f64 = 0.02;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_hears_the_chime_until_the_join_and_the_desk_hears_nobody() {
    let house = House::open().await;
    let desk = Person::enter(&house, operator(1), 1, OPERATOR_HZ).await;
    let began = Instant::now();
    house.wait(1, booth(1)).await;
    let visitor = Person::enter(&house, booth(1), 1, VISITOR_HZ).await;
    pause(1_000).await;
    assert!(visitor.loudness(began, CHIME_HZ) > 5.0 * visitor.loudness(began, OPERATOR_HZ));
    assert!(visitor.loudness(began, CHIME_HZ) > FAINT);
    assert_eq!(desk.since(began, Track::Audio).len() + desk.since(began, Track::Video).len(), 0);

    let accepted = Instant::now();
    house.join(1, 1, booth(1), operator(1)).await;
    let (heard, _) = desk.first(accepted, Track::Audio).await;
    let (seen, _) = desk.first(accepted, Track::Video).await;
    let (heard, seen) = (heard - accepted, seen - accepted);
    println!("accept to first sound {heard:?}, to first picture {seen:?}");
    // Two busy cores; the bar on a quiet machine is 12 ms and 36 ms.
    assert!(heard < Duration::from_millis(250) && seen < Duration::from_millis(500), "{heard:?} {seen:?}");
    pause(1_000).await;
    assert!(desk.loudness(heard_from(accepted), VISITOR_HZ) > CLEAR);
    assert!(visitor.loudness(heard_from(accepted), OPERATOR_HZ) > CLEAR);
    assert!(visitor.loudness(heard_from(accepted), CHIME_HZ) < FAINT);
    for person in [&desk, &visitor] {
        let pictures = person.since(accepted, Track::Video);
        assert!(begins_with_a_key_frame(&pictures), "the picture begins in the middle");
        assert!(pictures.len() > 20, "{}", pictures.len());
    }

    house.release(1, 1).await;
    pause(200).await;
    let after = Instant::now();
    pause(300).await;
    for person in [&desk, &visitor] {
        assert_eq!(person.since(after, Track::Audio).len() + person.since(after, Track::Video).len(), 0);
    }
    house.engine.stop().await;
}

/// The melody's first chord has it, the chime has not.
const MELODY_HZ: f64 = 392.0;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_visitor_hears_the_melody_and_no_chime() {
    let house = House::open().await;
    let desk = Person::enter(&house, operator(1), 1, OPERATOR_HZ).await;
    let visitor = Person::enter(&house, booth(1), 1, VISITOR_HZ).await;
    let waits = Instant::now();
    house.wait(1, booth(1)).await;
    pause(1_800).await;
    let chime = visitor.loudness(waits, MELODY_HZ);
    house.join(1, 1, booth(1), operator(1)).await;
    pause(300).await;
    house.hold(1, 1, true).await;
    let held = heard_from(Instant::now());
    pause(1_800).await;
    let melody = visitor.loudness(held, MELODY_HZ);
    assert!(melody > 5.0 * chime, "{melody} beside {chime}");
    assert!(visitor.loudness(held, OPERATOR_HZ) < FAINT / 2.0, "the operator is not heard");
    assert_eq!(desk.since(held, Track::Audio).len(), 0);
    house.hold(1, 1, false).await;
    let back = heard_from(Instant::now());
    pause(800).await;
    assert!(visitor.loudness(back, OPERATOR_HZ) > CLEAR && desk.loudness(back, VISITOR_HZ) > CLEAR);
    house.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_warm_line_carries_booth_after_booth_without_a_gap() {
    let house = House::open().await;
    let desk = Person::enter(&house, operator(1), 1, OPERATOR_HZ).await;
    let first = Person::enter(&house, booth(1), 1, VISITOR_HZ).await;
    let second = Person::enter(&house, booth(2), 1, OTHER_HZ).await;
    let began = Instant::now();
    for round in 0..6u64 {
        let visitor = booth(1 + (round % 2) as u32);
        house.join(10 + round, 1, visitor, operator(1)).await;
        let joined = heard_from(Instant::now());
        pause(700).await;
        let (loud, faint) = match round % 2 {
            0 => (VISITOR_HZ, OTHER_HZ),
            _ => (OTHER_HZ, VISITOR_HZ),
        };
        assert!(desk.loudness(joined, loud) > CLEAR, "round {round}");
        assert!(desk.loudness(joined, faint) < FAINT, "round {round}");
        house.release(10 + round, 1).await;
    }
    let (sound, picture) = (desk.since(began, Track::Audio), desk.since(began, Track::Video));
    assert!(sound.len() > 150 && picture.len() > 150, "{} {}", sound.len(), picture.len());
    assert_gapless(&sound);
    assert_gapless(&picture);
    assert!(begins_with_a_key_frame(&picture));
    assert!(first.pictures_asked() > 0 && second.pictures_asked() > 0);
    // Time runs on at the clock's pace over the switches.
    let (start, end) = (&sound[0], &sound[sound.len() - 1]);
    let ticks = f64::from(end.1.timestamp.wrapping_sub(start.1.timestamp)) / 48_000.0;
    let wall = (end.0 - start.0).as_secs_f64();
    assert!((ticks - wall).abs() < 0.2, "{ticks} s of sound in {wall} s");
    house.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_window_reaches_the_desk_beside_the_face_and_never_through_a_mask() {
    let house = House::open().await;
    let mut visitor = Person::enter(&house, booth(1), 1, VISITOR_HZ).await;
    let desk = Person::enter(&house, operator(1), 1, OPERATOR_HZ).await;
    visitor.show();
    house.wait(1, booth(1)).await;
    let waiting = Instant::now();
    pause(300).await;
    assert_eq!(desk.since(waiting, Track::Screen).len(), 0, "a visitor in the queue is seen at a desk");
    house.join(1, 1, booth(1), operator(1)).await;
    let joined = Instant::now();
    desk.first(joined, Track::Screen).await;
    pause(1_000).await;
    for track in Track::PICTURES {
        let pictures = desk.since(joined, track);
        assert!(begins_with_a_key_frame(&pictures), "{track:?} begins in the middle");
        assert!(pictures.len() > 40, "{track:?}: {}", pictures.len());
        assert_gapless(&pictures);
    }
    assert_eq!(visitor.since(waiting, Track::Screen).len(), 0, "a window came back to the booth");

    house.mask(1, 1, true).await;
    let masked = heard_from(Instant::now());
    pause(600).await;
    assert_eq!(desk.since(masked, Track::Video).len() + desk.since(masked, Track::Screen).len(), 0);
    let lifted = Instant::now();
    house.mask(1, 1, false).await;
    for track in Track::PICTURES {
        desk.first(lifted, track).await;
        assert!(begins_with_a_key_frame(&desk.since(lifted, track)), "{track:?}");
    }
    house.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mask_stops_the_picture_and_not_the_sound_over_a_reload_and_an_ice_restart() {
    let house = House::open().await;
    let visitor = Person::enter(&house, booth(1), 1, VISITOR_HZ).await;
    let desk = Person::enter(&house, operator(1), 1, OPERATOR_HZ).await;
    house.join(1, 1, booth(1), operator(1)).await;
    let joined = Instant::now();
    desk.first(joined, Track::Video).await;
    house.mask(1, 1, true).await;
    let masked = heard_from(Instant::now());
    restart_ice(&house, &visitor, 1).await;
    pause(700).await;
    drop(visitor);
    let visitor = Person::enter(&house, booth(1), 2, VISITOR_HZ).await;
    let back = heard_from(Instant::now());
    pause(700).await;
    assert_eq!(desk.since(masked, Track::Video).len(), 0, "a picture went through the mask");
    assert!(desk.loudness(back, VISITOR_HZ) > CLEAR);
    assert!(!visitor.since(back, Track::Video).is_empty(), "the visitor goes on seeing the operator");
    assert_gapless(&desk.since(joined, Track::Audio));

    let lifted = Instant::now();
    house.mask(1, 1, false).await;
    let (seen, _) = desk.first(lifted, Track::Video).await;
    assert!(seen - lifted < Duration::from_millis(700), "{:?}", seen - lifted);
    assert!(begins_with_a_key_frame(&desk.since(lifted, Track::Video)));
    house.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_who_comes_back_on_a_new_leg_finds_the_visitor_who_heard_the_chime() {
    let house = House::open().await;
    let visitor = Person::enter(&house, booth(1), 1, VISITOR_HZ).await;
    let desk = Person::enter(&house, operator(1), 1, OPERATOR_HZ).await;
    house.join(1, 1, booth(1), operator(1)).await;
    let crashed = Instant::now();
    drop(desk);
    let down = |said: &ExchangeSays| match said {
        ExchangeSays::Media(fact) => (fact.owner == operator(1) && !fact.up).then_some(()),
        _ => None,
    };
    house.hear(down).await;
    println!("the exchange noticed after {:?}", crashed.elapsed());
    // A desk that ends says goodbye; only silence takes three seconds to notice.
    assert!(crashed.elapsed() < Duration::from_millis(1_500), "{:?}", crashed.elapsed());
    let noticed = Instant::now();
    pause(1_000).await;
    assert!(visitor.loudness(noticed, CHIME_HZ) > FAINT);
    let desk = Person::enter(&house, operator(1), 2, OPERATOR_HZ).await;
    let back = heard_from(Instant::now());
    pause(1_000).await;
    assert!(desk.loudness(back, VISITOR_HZ) > CLEAR);
    assert!(visitor.loudness(back, OPERATOR_HZ) > CLEAR);
    assert!(begins_with_a_key_frame(&desk.since(crashed, Track::Video)));
    assert_gapless(&visitor.since(crashed, Track::Audio));
    house.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_listening_to_the_words_stops_no_talk() {
    let house = House::open().await;
    let visitor = Person::enter(&house, booth(1), 1, VISITOR_HZ).await;
    let desk = Person::enter(&house, operator(1), 1, OPERATOR_HZ).await;
    house.join(1, 1, booth(1), operator(1)).await;
    let House { engine, .. } = house;
    // More words than the channel has room for, and nobody reads them.
    for _ in 0..1_000 {
        engine.line_up().await;
    }
    let alone = heard_from(Instant::now());
    pause(1_000).await;
    assert!(desk.loudness(alone, VISITOR_HZ) > CLEAR);
    assert!(visitor.loudness(alone, OPERATOR_HZ) > CLEAR);
    engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ice_restart_is_answered_on_the_standing_leg() {
    let house = House::open().await;
    let visitor = Person::enter(&house, booth(1), 7, VISITOR_HZ).await;
    let desk = Person::enter(&house, operator(1), 1, OPERATOR_HZ).await;
    house.join(1, 1, booth(1), operator(1)).await;
    restart_ice(&house, &visitor, 7).await;
    pause(500).await;
    let restarted = heard_from(Instant::now());
    pause(700).await;
    assert!(desk.loudness(restarted, VISITOR_HZ) > CLEAR);
    house.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_that_makes_no_sense_is_refused_and_leaves_no_leg() {
    let house = House::open().await;
    let offer = LegOffer { leg: 1, restart: false, sdp: "v=0\r\nnonsense".into() };
    house.engine.order(ExchangeOrder::Sdp { owner: booth(1), offer }).await;
    let refused = |said: &ExchangeSays| match said {
        ExchangeSays::Leg { signal: LegSignal::Refused { leg: 1, .. }, .. } => Some(()),
        _ => None,
    };
    house.hear(refused).await;
    house.engine.line_up().await;
    let legs = |said: &ExchangeSays| match said {
        ExchangeSays::Inventory { legs, .. } => Some(legs.len()),
        _ => None,
    };
    assert_eq!(house.hear(legs).await, 0);
    house.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_engine_says_goodbye_to_its_legs() {
    let house = House::open().await;
    let (leg, sdp, mut events) = Leg::offer(&common::port().await).await.unwrap();
    let offer = LegOffer { leg: 1, restart: false, sdp };
    house.engine.order(ExchangeOrder::Sdp { owner: booth(1), offer }).await;
    let answer = |said: &ExchangeSays| match said {
        ExchangeSays::Leg { signal: LegSignal::Answer { sdp, .. }, .. } => Some(sdp.clone()),
        _ => None,
    };
    leg.take_answer(&house.hear(answer).await).await.unwrap();
    while events.next().await.expect("it connects") != Event::Connected {}
    tokio::time::timeout(common::PATIENCE, house.engine.stop()).await.expect("it stops in time");
    let ended = async { while events.next().await.expect("it is told") != Event::Closed {} };
    tokio::time::timeout(common::PATIENCE, ended).await.expect("the far side notices");
}

async fn restart_ice(house: &House, visitor: &Person, number: u64) {
    let sdp = visitor.leg.offer_restart().await.unwrap();
    let offer = LegOffer { leg: number, restart: true, sdp };
    house.engine.order(ExchangeOrder::Sdp { owner: booth(1), offer }).await;
    let answer = |said: &ExchangeSays| match said {
        ExchangeSays::Leg { signal: LegSignal::Answer { leg, sdp }, .. } => {
            (*leg == number).then(|| sdp.clone())
        }
        _ => None,
    };
    let answer = house.hear(answer).await;
    visitor.leg.take_answer(&answer).await.unwrap();
}

/// Packets on their way at a moment still belong to the time before it.
fn heard_from(moment: Instant) -> Instant {
    moment + Duration::from_millis(150)
}
