//! What a leg can say of the way to its far side.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::time::{Duration, Instant};

use common::{LossyWire, connect_through, fill, port, until};
use peer::{Leg, Track};

const WAY: Duration = Duration::from_millis(30);

fn is_there_and_back(leg: &Leg) -> bool {
    leg.round_trip_ms().is_some_and(|ms| (60..100).contains(&ms))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_leg_knows_its_round_trip_and_a_busy_one_its_losses() {
    let (near, far) = (port().await, port().await);
    let wire = LossyWire::lay(far.local_addr(), u64::MAX, WAY, 3).await;
    let redirect = |answer: String| wire.redirect(far.local_addr(), &answer);
    let (desktop, exchange) = connect_through(&near, &far, redirect).await;
    until(|| is_there_and_back(&desktop.leg) && is_there_and_back(&exchange.leg)).await;
    let before = exchange.leg.arrivals();
    fill(&desktop.leg, Track::Audio, 200, Duration::from_millis(2)).await;
    until(|| exchange.leg.arrivals().sent == before.sent + 200).await;
    assert_eq!(exchange.leg.arrivals().came, before.came + 200);
    let came = exchange.leg.heard().unwrap();
    assert!(Instant::now() - came < Duration::from_secs(1), "{came:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_had_to_be_sent_again_counts_as_lost() {
    let (near, far) = (port().await, port().await);
    let wire = LossyWire::lay(far.local_addr(), 10, Duration::from_millis(5), 7).await;
    let redirect = |answer: String| wire.redirect(far.local_addr(), &answer);
    let (desktop, exchange) = connect_through(&near, &far, redirect).await;
    fill(&desktop.leg, Track::Video, 1_000, Duration::from_millis(2)).await;
    until(|| exchange.leg.arrivals().sent >= 990).await;
    let arrivals = exchange.leg.arrivals();
    let lost = 1_000 * (arrivals.sent - arrivals.came) / arrivals.sent;
    println!("{arrivals:?}: {lost} per mille");
    assert!((60..150).contains(&lost), "{lost} per mille of a tenth");
}
