//! Telephone calls through the server: one queue with the booths, masked numbers, what survives a restart,
//! the shift lead's wall, and who is owed a callback.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::telephone::{answer, call, comes_in};
use common::{Desk, Exchange, House, inventory};
use desk::calendar::Calendar;
use desk::centre::{CallOver, Owner};
use desk::code::Code;
use desk::contact::{CallbackResult, Channel, Disposition, Phase};
use desk::day::Day;
use desk::end::EndReason;
use desk::ids::{CallId, ContactId, OperatorId};
use desk::presence::Presence;
use link::message::{CallFact, DeskSignal, ExchangeOrder, ExchangeSays, LegFact, OperatorSays};
use link::state::{Caller, DeskState, Digit, PhoneNumber, TrunkState};

const NUMBER: &str = "09012345678";

/// One operator who is ready, and an exchange.
async fn scene() -> (House, String, String, Desk, Exchange, OperatorId) {
    scene_in(House::build()).await
}

async fn scene_in(mut house: House) -> (House, String, String, Desk, Exchange, OperatorId) {
    let operator = house.add_operator("op01", "オペレーター01");
    let key = house.add_exchange();
    house.start().await;
    let token = house.token("op01").await;
    let mut exchange = house.exchange(&key).await;
    let mut desk = house.operator(&token, None).await;
    exchange.stands(&[Owner::Operator { operator }]).await;
    desk.until(|state| state.me.media).await;
    desk.available().await;
    (house, token, key, desk, exchange, operator)
}

async fn finish(desk: &mut Desk) {
    desk.until(|state| state.contact.as_ref().is_some_and(|card| card.phase == Phase::Wrapping)).await;
    let contact = desk.state.contact.clone().unwrap().contact;
    let disposition = Disposition::Guided;
    assert_eq!(desk.ask(OperatorSays::Finish { contact, disposition }).await, None);
    desk.until(|state| state.contact.is_none()).await;
}

#[tokio::test]
async fn a_call_is_offered_with_its_masked_number_talked_to_and_ended() {
    let (house, _, _, mut desk, mut exchange, _) = scene().await;
    comes_in(&mut exchange, call(1, NUMBER)).await;
    desk.until(|state| state.offer.is_some()).await;
    let offer = desk.state.offer.clone().unwrap();
    let caller = offer.caller.clone().unwrap();
    assert_eq!(caller.caller, Caller::Number { number: "090-****-5678".into() });
    assert_eq!((offer.channel, offer.booth, caller.times), (Channel::Phone, None, 1));
    assert!(offer.number.starts_with("C-") && offer.number.ends_with("-0001"), "{}", offer.number);

    let bridge = answer(&mut desk, &mut exchange).await;
    assert_eq!(bridge.visitor, Owner::Caller { call: CallId(1) });
    assert_eq!(desk.state.me.presence, Presence::Call);
    let contact = bridge.contact;
    assert_eq!(desk.ask(OperatorSays::Hold { contact, held: true }).await, None);
    let held = exchange.order_like(|order| matches!(order, ExchangeOrder::Hold { .. })).await;
    assert_eq!(held, ExchangeOrder::Hold { contact, fence: bridge.fence, held: true });
    desk.until(|state| state.me.presence == Presence::Hold).await;
    assert_eq!(desk.ask(OperatorSays::Hold { contact, held: false }).await, None);
    desk.until(|state| state.contact.as_ref().is_some_and(|card| card.holds == 1)).await;

    assert_eq!(desk.ask(OperatorSays::Digit { contact, digit: Digit::D5 }).await, None);
    let digit = exchange.order_like(|order| matches!(order, ExchangeOrder::Digit { .. })).await;
    assert_eq!(digit, ExchangeOrder::Digit { contact, fence: bridge.fence, digit: Digit::D5 });
    exchange.says(ExchangeSays::Digit { call: CallId(1), digit: Digit::Hash }).await;
    desk.until(|state| {
        let digits = state.contact.as_ref().and_then(|card| card.caller.as_ref()).map(|card| &card.digits);
        digits == Some(&vec![Digit::Hash])
    })
    .await;

    assert_eq!(desk.ask(OperatorSays::Mask { contact, on: true }).await, Some(Code::WrongState));
    assert_eq!(desk.ask(OperatorSays::End { contact }).await, None);
    let release = exchange.order_like(|order| matches!(order, ExchangeOrder::Release { .. })).await;
    assert!(matches!(release, ExchangeOrder::Release { end: EndReason::OperatorEnded, .. }));
    finish(&mut desk).await;
    assert_eq!((desk.state.day.arrived, desk.state.day.answered), (1, 1));
    assert_eq!(house.verified("conservation_difference"), 0);
}

#[tokio::test]
async fn the_same_number_again_is_marked_and_a_withheld_one_never() {
    let (_house, _, _, mut desk, mut exchange, _) = scene().await;
    for (n, fact, times) in [
        (1, call(1, NUMBER), 1),
        (2, call(2, NUMBER), 2),
        (3, CallFact { caller: Caller::Withheld, ..call(3, "") }, 1),
    ] {
        comes_in(&mut exchange, fact).await;
        desk.until(|state| state.offer.is_some()).await;
        assert_eq!(desk.state.offer.clone().unwrap().caller.unwrap().times, times);
        exchange.says(ExchangeSays::CallOver { call: CallId(n), how: CallOver::HungUp }).await;
        desk.until(|state| state.offer.is_none()).await;
    }
    desk.until(|state| state.day.abandoned == 3).await;
}

#[tokio::test]
async fn after_a_restart_of_the_server_the_call_goes_on_and_its_caller_is_known() {
    let (mut house, token, key, mut desk, mut exchange, operator) = scene().await;
    comes_in(&mut exchange, call(1, NUMBER)).await;
    let bridge = answer(&mut desk, &mut exchange).await;
    house.kill().await;
    house.start().await;
    let mut exchange = house.exchange(&key).await;
    let mut desk = house.operator(&token, None).await;
    let owners = [Owner::Operator { operator }, bridge.visitor];
    let legs: Vec<LegFact> = owners.iter().map(|owner| LegFact { owner: *owner, leg: 1, up: true }).collect();
    let ExchangeSays::Inventory { bridges, legs, trunks, .. } = inventory(vec![bridge], legs) else {
        unreachable!()
    };
    let calls = vec![call(1, NUMBER), call(2, "0487829922")];
    exchange.says(ExchangeSays::Inventory { bridges, legs, calls, dialled: Vec::new(), trunks }).await;
    // The new session takes the talk along under a new fence.
    let order = exchange.order_like(|order| matches!(order, ExchangeOrder::Join { .. })).await;
    let ExchangeOrder::Join { contact, fence, .. } = order else { panic!("{order:?}") };
    assert_eq!(contact, bridge.contact);
    exchange.says(ExchangeSays::Joined { contact, fence }).await;
    desk.until(|state| state.contact.as_ref().is_some_and(|card| card.phase == Phase::Live)).await;
    let caller = desk.state.contact.clone().unwrap().caller.unwrap();
    assert_eq!(caller.caller, Caller::Number { number: "090-****-5678".into() });
    desk.until(|state| state.queue.phone.waiting == 1).await;
    exchange.says(ExchangeSays::CallOver { call: CallId(1), how: CallOver::HungUp }).await;
    finish(&mut desk).await;
    desk.available().await;
    desk.until(|state| state.offer.is_some()).await;
    let adopted = desk.state.offer.clone().unwrap().caller.unwrap();
    assert_eq!(adopted.caller, Caller::Number { number: "048-***-9922".into() });
}

#[tokio::test]
async fn a_lead_sees_the_shift_and_an_operator_does_not() {
    let (house, _, _, mut desk, mut exchange, operator) = scene().await;
    assert_eq!(desk.state.wall, None);
    house
        .command(&["operator", "add", "lead01", "--display", "責任者01", "--lead"], common::PASSWORD)
        .unwrap();
    let token = house.token("lead01").await;
    let mut lead = house.operator(&token, None).await;
    lead.until(|state| state.wall.as_ref().is_some_and(|wall| wall.seats.len() == 2)).await;

    let trunks = vec![TrunkState { name: "main".into(), up: false }];
    exchange.says(ExchangeSays::Trunks { trunks }).await;
    comes_in(&mut exchange, call(1, NUMBER)).await;
    desk.until(|state| state.offer.is_some()).await;
    comes_in(&mut exchange, call(2, "0487829922")).await;
    lead.until(|state| {
        let wall = state.wall.as_ref().unwrap();
        wall.waiting.len() == 2 && wall.trunks.first().is_some_and(|trunk| !trunk.up)
    })
    .await;
    let wall = lead.state.wall.clone().unwrap();
    let seat = wall.seats.iter().find(|seat| seat.operator == operator).unwrap();
    assert_eq!(seat.presence, Presence::Ringing { channel: Channel::Phone });
    assert_eq!(seat.contact, Some((Channel::Phone, None)));
    let callers: Vec<Caller> = wall.waiting.iter().map(|card| card.caller.clone().unwrap().caller).collect();
    assert_eq!(callers[0], Caller::Number { number: "090-****-5678".into() }, "in the order of serving");

    assert_eq!(desk.ask(OperatorSays::RaiseHand { up: true }).await, None);
    let raised = |state: &link::state::DeskState| {
        let wall = state.wall.as_ref().unwrap();
        wall.seats.iter().any(|seat| seat.operator == operator && seat.hand.is_some())
    };
    lead.until(raised).await;
    desk.until(|state| state.me.hand.is_some()).await;
    assert_eq!(desk.ask(OperatorSays::RaiseHand { up: false }).await, None);
    lead.until(|state| !raised(state)).await;

    assert_eq!(desk.ask(OperatorSays::Suspend { on: true }).await, Some(Code::Unauthorised));
    assert_eq!(lead.ask(OperatorSays::Suspend { on: true }).await, None);
    desk.until(|state| !state.queue.phone.open).await;
    comes_in(&mut exchange, call(3, "0487829922")).await;
    let release = exchange.order_like(|order| matches!(order, ExchangeOrder::Release { .. })).await;
    assert!(matches!(release, ExchangeOrder::Release { end: EndReason::Suspended, .. }));
    assert_eq!(lead.ask(OperatorSays::Suspend { on: false }).await, None);
    desk.until(|state| state.queue.phone.open).await;
}

/// A call that its caller gives up in the queue.
async fn is_lost(exchange: &mut Exchange, fact: CallFact) {
    let call = fact.call;
    comes_in(exchange, fact).await;
    exchange.says(ExchangeSays::CallOver { call, how: CallOver::HungUp }).await;
}

fn callbacks(state: &DeskState) -> Vec<(u64, u32, u32)> {
    state.callbacks.cards.iter().map(|card| (card.contact.0, card.tries, card.calls)).collect()
}

#[tokio::test]
async fn a_lost_call_is_on_every_desks_list_until_it_is_settled_and_a_restart_keeps_it() {
    let (mut house, token, key, mut desk, mut exchange, _) = scene().await;
    house.add_operator("op02", "オペレーター02");
    let other_token = house.token("op02").await;
    let mut other = house.operator(&other_token, None).await;
    assert_eq!(callbacks(&other.state), []);

    is_lost(&mut exchange, call(1, NUMBER)).await;
    is_lost(&mut exchange, CallFact { caller: Caller::Withheld, ..call(2, "") }).await;
    is_lost(&mut exchange, call(3, "0487829922")).await;
    is_lost(&mut exchange, call(4, NUMBER)).await;
    let both = [(1, 0, 2), (3, 0, 1)];
    for desk in [&mut desk, &mut other] {
        desk.until(|state| callbacks(state) == both).await;
    }
    let card = desk.state.callbacks.cards[0].clone();
    assert_eq!(card.caller, Caller::Number { number: "090-****-5678".into() });
    assert!(card.number.starts_with("C-") && card.number.ends_with("-0001"), "{}", card.number);
    assert!(matches!(card.end, EndReason::AbandonedWaiting | EndReason::AbandonedRinging));
    // The centre is always open: two hours are two hours.
    assert!((7_200_000..7_210_000).contains(&card.due.since(card.arrived).0), "{card:?}");

    let settle = |contact, result| OperatorSays::SettleCallback { contact: ContactId(contact), result };
    assert_eq!(other.ask(settle(1, CallbackResult::NotReached)).await, None);
    desk.until(|state| callbacks(state) == [(1, 1, 2), (3, 0, 1)]).await;
    assert_eq!(other.ask(settle(2, CallbackResult::Reached)).await, Some(Code::Gone), "nobody to call");
    assert_eq!(other.ask(settle(99, CallbackResult::Reached)).await, Some(Code::Gone));

    house.kill().await;
    house.start().await;
    let _exchange = house.exchange(&key).await;
    let mut desk = house.operator(&token, None).await;
    let mut other = house.operator(&other_token, None).await;
    assert_eq!(callbacks(&desk.state), [(1, 1, 2), (3, 0, 1)]);
    assert_eq!(desk.ask(settle(1, CallbackResult::Reached)).await, None);
    other.until(|state| callbacks(state) == [(3, 0, 1)]).await;
    assert_eq!(other.ask(settle(1, CallbackResult::NotNeeded)).await, Some(Code::Gone), "settled already");
    assert_eq!(other.ask(settle(3, CallbackResult::NotNeeded)).await, None);
    for desk in [&mut desk, &mut other] {
        desk.until(|state| state.callbacks.cards.is_empty()).await;
    }
    assert_eq!(house.verified("conservation_difference"), 0);
    assert_eq!(house.verified("violations"), 0);
}

#[tokio::test]
async fn a_later_talk_with_the_same_number_settles_its_lost_calls() {
    let (_house, _, _, mut desk, mut exchange, _) = scene().await;
    is_lost(&mut exchange, call(1, NUMBER)).await;
    is_lost(&mut exchange, call(2, "0487829922")).await;
    desk.until(|state| callbacks(state) == [(1, 0, 1), (2, 0, 1)]).await;
    comes_in(&mut exchange, call(3, NUMBER)).await;
    answer(&mut desk, &mut exchange).await;
    desk.until(|state| callbacks(state) == [(2, 0, 1)]).await;
    // The talk itself is wrapped up by its operator: nothing is owed for it.
    exchange.says(ExchangeSays::CallOver { call: CallId(3), how: CallOver::LineLost }).await;
    finish(&mut desk).await;
    assert_eq!(callbacks(&desk.state), [(2, 0, 1)]);
}

#[tokio::test]
async fn a_call_of_the_closed_hours_is_due_two_hours_after_the_next_opening() {
    let mut house = House::build();
    let monday = Day::from_ymd(2026, 4, 6).unwrap();
    house.config.calendar = Calendar::default();
    house.config.clock = Some(monday.at(21 * 60));
    let (house, _, _, mut desk, mut exchange, _) = scene_in(house).await;
    comes_in(&mut exchange, call(1, NUMBER)).await;
    desk.until(|state| !state.callbacks.cards.is_empty()).await;
    let card = desk.state.callbacks.cards[0].clone();
    assert_eq!(card.end, EndReason::OutOfHours);
    assert_eq!(card.due, monday.plus(1).at(10 * 60 + 30), "the telephone opens at 8:30");
    assert_eq!(house.verified("conservation_difference"), 0);
}

#[tokio::test]
async fn a_callers_number_goes_to_whose_call_it_is_and_to_the_lead_and_each_look_is_audited() {
    let (house, token, _, mut desk, mut exchange, _) = scene().await;
    house.command(&["operator", "add", "op02", "--display", "オペレーター02"], common::PASSWORD).unwrap();
    house
        .command(&["operator", "add", "lead01", "--display", "責任者01", "--lead"], common::PASSWORD)
        .unwrap();
    let mut other = house.operator(&house.token("op02").await, None).await;
    let mut lead = house.operator(&house.token("lead01").await, None).await;
    lead.until(|state| state.wall.is_some()).await;

    comes_in(&mut exchange, call(1, NUMBER)).await;
    desk.until(|state| state.offer.is_some()).await;
    let contact = desk.state.offer.clone().unwrap().contact;
    let wanted = OperatorSays::Number { contact };
    assert_eq!(desk.ask(wanted.clone()).await, Some(Code::Gone), "it is only offered");
    answer(&mut desk, &mut exchange).await;
    let told = DeskSignal::Number { contact, number: PhoneNumber(NUMBER.into()) };
    // The same request once more, as after a cut: the number comes again, because nothing keeps it.
    let request = common::new_request();
    for times in 1..=2 {
        assert_eq!(desk.ask_as(request, wanted.clone()).await, None);
        desk.answers.clear();
        assert_eq!(desk.signals, vec![told.clone(); times]);
    }
    assert_eq!(other.ask(wanted.clone()).await, Some(Code::Gone));
    assert_eq!(lead.ask(wanted.clone()).await, None);
    assert_eq!((other.signals.len(), lead.signals), (0, vec![told.clone()]));

    exchange.says(ExchangeSays::CallOver { call: CallId(1), how: CallOver::HungUp }).await;
    finish(&mut desk).await;
    assert_eq!(desk.ask(wanted.clone()).await, None, "the note may still be open");
    // Whoever comes in again sees no number in what was kept for them.
    let again = house.operator(&token, None).await;
    assert!(again.signals.is_empty() && !link::json::encode(&again.state).contains(NUMBER));
    let audit = house.command(&["audit"], "").unwrap();
    let line = |name: &str| format!("{name}\t{contact}\tnumber_taken");
    let count = |name: &str| audit.lines().filter(|row| row.contains(&line(name))).count();
    assert_eq!((count("op01"), count("op02"), count("lead01")), (3, 0, 1), "{audit}");
    assert!(!audit.contains(NUMBER));
}

#[tokio::test]
async fn a_number_that_was_withheld_or_never_there_is_refused_and_not_audited() {
    let (house, _, _, mut desk, mut exchange, _) = scene().await;
    comes_in(&mut exchange, CallFact { caller: Caller::Withheld, ..call(1, "") }).await;
    let contact = answer(&mut desk, &mut exchange).await.contact;
    assert_eq!(desk.ask(OperatorSays::Number { contact }).await, Some(Code::NoNumber));
    assert_eq!(desk.ask(OperatorSays::Number { contact: ContactId(99) }).await, Some(Code::Gone));
    assert!(desk.signals.is_empty() && house.command(&["audit"], "").unwrap().lines().count() <= 1);
}
