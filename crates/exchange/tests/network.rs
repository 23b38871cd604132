//! Bad and changing networks: how well a leg is heard, and how soon a talk is back after an outage or
//! under a new source port, on the same leg.

#![allow(clippy::unwrap_used, reason = "a test that panics is a test that fails")]

mod common;

use std::time::{Duration, Instant};

use common::wire::Wire;
use common::{House, Person, booth, operator, pause};
use link::message::{ExchangeOrder, ExchangeSays, LegOffer, LegSignal};
use link::state::Quality;
use peer::Track;

/// A visitor behind a wire of their own, in a talk with a desk.
struct Talk {
    house: House,
    wire: Wire,
    visitor: Person,
    desk: Person,
}

async fn talk() -> Talk {
    let house = House::open().await;
    let wire = Wire::lay(house.media).await;
    let visitor = Person::enter_by(&house, booth(1), 1, 1_000.0, |answer| wire.redirect(answer)).await;
    let desk = Person::enter(&house, operator(1), 1, 440.0).await;
    house.join(1, 1, booth(1), operator(1)).await;
    let joined = Instant::now();
    desk.first(joined, Track::Audio).await;
    visitor.first(joined, Track::Audio).await;
    Talk { house, wire, visitor, desk }
}

impl Talk {
    /// How long after a moment both hear each other again.
    async fn back_after(&self, from: Instant) -> Duration {
        let (at_desk, _) = self.desk.first(from, Track::Audio).await;
        let (at_booth, _) = self.visitor.first(from, Track::Audio).await;
        at_desk.max(at_booth) - from
    }

    /// Restarts ICE as often as the exchange asks for it, as a page does.
    async fn heal(&self) {
        loop {
            let asked = |said: &ExchangeSays| match said {
                ExchangeSays::Leg { signal: LegSignal::RestartIce { leg: 1 }, .. } => Some(()),
                ExchangeSays::Leg { signal: LegSignal::Unknown { .. }, .. } => panic!("the leg is gone"),
                _ => None,
            };
            if self.house.hear_ever(asked).await.is_none() {
                return;
            }
            let sdp = self.visitor.leg.offer_restart().await.unwrap();
            let offer = LegOffer { leg: 1, restart: true, sdp };
            self.house.engine.order(ExchangeOrder::Sdp { owner: booth(1), offer }).await;
            let answer = |said: &ExchangeSays| match said {
                ExchangeSays::Leg { signal: LegSignal::Answer { sdp, .. }, .. } => Some(sdp.clone()),
                _ => None,
            };
            let answer = self.house.hear(answer).await;
            self.visitor.leg.take_answer(&self.wire.redirect(&answer)).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_source_port_costs_less_than_five_seconds() {
    let talk = talk().await;
    let changed = Instant::now();
    talk.wire.change_port();
    let back = tokio::select! {
        // What was under way when the port changed may still arrive.
        back = async { pause(200).await; talk.back_after(changed + Duration::from_millis(200)).await } => back,
        () = talk.heal() => panic!("the exchange ended"),
    };
    println!("rebinding_ms\t{}", (back + Duration::from_millis(200)).as_millis());
    assert!(back < Duration::from_millis(4_800), "{back:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_seconds_without_a_network_heal_on_the_same_leg_within_three() {
    let talk = talk().await;
    let outage = async {
        talk.wire.cut(true);
        pause(10_000).await;
        talk.wire.cut(false);
        talk.back_after(Instant::now()).await
    };
    let back = tokio::select! {
        back = outage => back,
        () = talk.heal() => panic!("the exchange ended"),
    };
    println!("outage_ms\t{}", back.as_millis());
    assert!(back < Duration::from_secs(3), "{back:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visitor_hears_the_waiting_sound_two_seconds_after_a_desk_died_without_a_word() {
    let house = House::open().await;
    let visitor = Person::enter(&house, booth(1), 1, 1_000.0).await;
    let wire = Wire::lay(house.media).await;
    let desk = Person::enter_by(&house, operator(1), 1, 440.0, |answer| wire.redirect(answer)).await;
    house.join(1, 1, booth(1), operator(1)).await;
    visitor.first(Instant::now(), Track::Audio).await;
    wire.cut(true);
    let died = Instant::now() + Duration::from_millis(100);
    let (heard, _) = visitor.first(died, Track::Audio).await;
    println!("death_noticed_ms\t{}", (heard - died).as_millis() + 100);
    assert!(heard - died < Duration::from_millis(2_400), "{:?}", heard - died);
    assert!(heard - died > Duration::from_secs(1), "not at every hiccup");
    drop(desk);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_muted_desk_without_a_camera_is_not_taken_for_dead() {
    let talk = talk().await;
    let Talk { house, visitor, mut desk, .. } = talk;
    desk.rest();
    pause(300).await;
    let muted = Instant::now();
    pause(6_000).await;
    assert_eq!(visitor.since(muted, Track::Audio).len(), 0, "the visitor heard the waiting sound");
    house.engine.stop().await;
}

/// How soon a change is told is the meter's own test, without a clock: a busy machine loses packets of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_wire_is_told_and_a_bad_one_with_its_round_trip() {
    let talk = talk().await;
    let told = async |wanted: fn(Quality) -> bool| {
        let of_booth = |said: &ExchangeSays| match said {
            ExchangeSays::Quality { owner, quality } => {
                (*owner == booth(1) && wanted(*quality)).then_some(*quality)
            }
            _ => None,
        };
        talk.house.hear(of_booth).await
    };
    let good = told(|quality| quality.loss_permille < 20).await;
    talk.wire.lose(5);
    let began = Instant::now();
    let bad = told(|quality| quality.loss_permille > 100 && quality.round_trip_ms.is_some()).await;
    println!("{good:?}, {bad:?} after {:?}", began.elapsed());
}
