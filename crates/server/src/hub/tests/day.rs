//! What the hours of a day and a bad Wi-Fi do to the screens.

use super::*;
use desk::calendar::Duty;
use link::state::{BoothContactState, HourSpan, Quality};

#[tokio::test]
async fn closing_time_passes_in_a_talk_that_goes_on_while_no_new_visitor_comes_in() {
    let folder = tempfile::tempdir().unwrap();
    let closing = at((2026, 11, 24), 17, 15);
    let mut centre = Centre::open(folder.path(), Time(closing.0 - 1_500)).await;
    let mut late = centre.booth(BoothId(2), None).await;
    assert_eq!(late.state.hours.booth, Some(HourSpan { from: 510, to: 1035 }));
    assert!(late.state.open && late.state.hours.next_booth.is_none());
    let (mut desk, mut booth, _exchange, bridge) = centre.talk().await;
    assert_eq!(desk.state.hours.duty, Duty::Both);

    desk.until(|state| state.hours.duty == Duty::PhoneOnly && !state.queue.booth.open).await;
    assert!(desk.state.queue.phone.open);
    late.until(|state| !state.open && state.hours.next_booth.is_some()).await;
    let (day, hours) = late.state.hours.next_booth.unwrap();
    assert_eq!((day.ymd(), hours.from), ((2026, 11, 25), 510));
    assert_eq!(late.ask(BoothSays::Ring).await, Some(Code::Closed));
    desk.settle().await;
    booth.settle().await;
    assert_eq!(desk.state.contact.as_ref().unwrap().phase, Phase::Live);
    let state = &booth.state.contact.as_ref().unwrap().state;
    assert!(matches!(state, BoothContactState::Live { operator_up: true, .. }), "{state:?}");
    assert_eq!(desk.ask(OperatorSays::End { contact: bridge.contact }).await, None);
    centre.close().await;
}

#[tokio::test]
async fn at_midnight_the_next_days_hours_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let midnight = at((2027, 1, 1), 0, 0);
    let mut centre = Centre::open(folder.path(), Time(midnight.0 - 500)).await;
    let mut booth = centre.booth(BOOTH, None).await;
    assert_eq!(booth.state.hours.day.ymd(), (2026, 12, 31));
    booth.until(|state| state.hours.day.ymd() == (2027, 1, 1)).await;
    assert_eq!(booth.state.hours.booth, None);
    assert_eq!(booth.state.hours.phone, Some(HourSpan { from: 510, to: 1200 }));
    assert_eq!(booth.state.hours.next_booth.unwrap().0.ymd(), (2027, 1, 4));
    centre.close().await;
}

#[tokio::test]
async fn in_the_morning_the_booths_open_by_themselves() {
    let folder = tempfile::tempdir().unwrap();
    let opening = at((2026, 11, 24), 8, 30);
    let mut centre = Centre::open(folder.path(), Time(opening.0 - 500)).await;
    let mut booth = centre.booth(BOOTH, None).await;
    assert!(!booth.state.open);
    booth.until(|state| state.open).await;
    assert_eq!(booth.ask(BoothSays::Ring).await, None);
    centre.close().await;
}

#[tokio::test]
async fn a_bad_wifi_is_told_once_and_is_gone_with_the_media() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::open(folder.path(), at((2026, 11, 24), 12, 0)).await;
    let (mut desk, _booth, exchange, _bridge) = centre.talk().await;
    let owner = Owner::Booth { booth: BOOTH };
    let quality = |loss_permille| Quality { loss_permille, round_trip_ms: Some(30) };
    let card = |state: &DeskState| state.booths[0].quality;
    let booth = &desk.state.booths[0];
    assert_eq!((booth.place.as_deref(), booth.device), (Some("1階ロビー"), BoothDevice::Tablet));
    exchange.says(ExchangeSays::Quality { owner, quality: quality(2) }).await;
    desk.until(|state| card(state) == Some(quality(2))).await;

    desk.settle().await;
    let before = desk.changes;
    for loss in [4, 9, 0, 12, 7, 30] {
        exchange.says(ExchangeSays::Quality { owner, quality: quality(loss) }).await;
    }
    desk.settle().await;
    assert_eq!(desk.changes, before, "noise");
    exchange.says(ExchangeSays::Quality { owner, quality: quality(180) }).await;
    desk.until(|state| card(state) == Some(quality(180))).await;
    exchange.says(ExchangeSays::Media(LegFact { owner, leg: 1, up: false })).await;
    desk.until(|state| card(state).is_none()).await;
    centre.close().await;
}
