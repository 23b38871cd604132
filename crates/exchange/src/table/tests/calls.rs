//! Telephone calls on the table.

use desk::centre::CallOver;
use link::message::CallFact;
use link::state::{Caller, Digit, TrunkState};

use super::super::Refusal;
use super::*;

const NAME: LegName = LegName { owner: Owner::Caller { call: CallId(7) }, leg: 1 };

fn fact() -> CallFact {
    CallFact { call: CallId(7), caller: Caller::Withheld, trunk: "main".into() }
}

fn over(end: EndReason) -> Input {
    Input::Order(ExchangeOrder::Release { contact: ContactId(1), fence: Fence(5), end })
}

/// Caller 7 talks with operator 1 as contact 1 under fence 5.
fn on_the_phone() -> Table {
    let mut table = Table::default();
    up(&mut table, operator(1), 20);
    table.handle(NOW, Input::CallIn(fact()));
    table.handle(NOW, wait(1, caller(7)));
    table.handle(NOW, join(1, 5, caller(7), operator(1)));
    table
}

#[test]
fn a_call_hears_the_waiting_sound_before_and_after_the_server_knows_it() {
    let mut table = Table::default();
    let outputs = table.handle(NOW, Input::CallIn(fact()));
    let told = Output::Say(ExchangeSays::Call(fact()));
    assert_eq!(outputs, [select(caller(7), 1, Source::WaitingSound), media(caller(7), 1, true), told]);
    assert_eq!(table.handle(NOW, wait(1, caller(7))), []);
}

#[test]
fn a_join_lets_both_hear_each_other_and_a_hold_gives_the_caller_music() {
    let mut table = Table::default();
    up(&mut table, operator(1), 20);
    table.handle(NOW, Input::CallIn(fact()));
    table.handle(NOW, wait(1, caller(7)));
    let outputs = table.handle(NOW, join(1, 5, caller(7), operator(1)));
    assert!(outputs.contains(&select(caller(7), 1, Source::Leg(name(operator(1), 20)))));
    assert!(outputs.contains(&select(operator(1), 20, Source::Leg(NAME))));
    let outputs = table.handle(NOW, hold(1, 5, true));
    assert_eq!(outputs, [select(caller(7), 1, Source::HoldSound), select(operator(1), 20, Source::Silence)]);
}

#[test]
fn a_key_goes_to_the_caller_of_the_bridge_under_its_fence_only() {
    let mut table = on_the_phone();
    let press = |fence| {
        let (contact, fence, digit) = (ContactId(1), Fence(fence), Digit::D5);
        Input::Order(ExchangeOrder::Digit { contact, fence, digit })
    };
    assert_eq!(table.handle(NOW, press(5)), [Output::Digit { leg: NAME, digit: Digit::D5 }]);
    assert_eq!(table.handle(NOW, press(4)), []);
    let said = ExchangeSays::Digit { call: CallId(7), digit: Digit::Star };
    let heard = table.handle(NOW, Input::Digit { call: CallId(7), digit: Digit::Star });
    assert_eq!(heard, [Output::Say(said)]);
}

#[test]
fn a_call_ends_with_its_contact_and_a_booth_stays() {
    let mut table = on_the_phone();
    let outputs = table.handle(NOW, over(EndReason::OperatorEnded));
    assert_eq!(outputs, [Output::CloseLeg(NAME), select(operator(1), 20, Source::Silence)]);
    assert_eq!(table.legs(), 1);
    let mut table = talking();
    table.handle(NOW, over(EndReason::OperatorEnded));
    assert_eq!(table.legs(), 2);
}

#[test]
fn a_caller_who_hangs_up_is_told_once_and_the_leg_is_gone() {
    let mut table = on_the_phone();
    let (call, how) = (CallId(7), CallOver::HungUp);
    let outputs = table.handle(NOW, Input::CallOver { call, how });
    let told = Output::Say(ExchangeSays::CallOver { call, how });
    assert_eq!(outputs, [Output::CloseLeg(NAME), select(operator(1), 20, Source::Silence), told]);
    assert_eq!(table.handle(NOW, over(EndReason::VisitorEnded)), []);
}

#[test]
fn a_call_that_is_turned_away_hears_why_and_then_ends() {
    for (end, why) in [
        (EndReason::OutOfHours, Refusal::OutOfHours),
        (EndReason::YearEnd, Refusal::YearEnd),
        (EndReason::Suspended, Refusal::Suspended),
        (EndReason::QueueFull, Refusal::QueueFull),
    ] {
        let mut table = Table::default();
        table.handle(NOW, Input::CallIn(fact()));
        table.handle(NOW, wait(1, caller(7)));
        assert_eq!(table.handle(NOW, over(end)), [select(caller(7), 1, Source::TurnedAway(why))]);
        let inventory = table.handle(NOW, Input::LineUp);
        let [Output::Say(ExchangeSays::Inventory { calls, .. })] = inventory.as_slice() else {
            panic!("{inventory:?}")
        };
        assert_eq!(calls, &[], "nobody adopts it");
        assert_eq!(table.handle(NOW, Input::SoundOver(NAME)), [Output::CloseLeg(NAME)]);
    }
}

#[test]
fn an_announcement_without_an_end_is_cut() {
    let mut table = Table::default();
    table.handle(NOW, Input::CallIn(fact()));
    table.handle(NOW, wait(1, caller(7)));
    table.handle(NOW, over(EndReason::QueueFull));
    let (due, _) = table.poll_timeout().expect("it waits for the end");
    assert_eq!(table.handle_timeout(due), [Output::CloseLeg(NAME)]);
    assert_eq!(table.poll_timeout(), None);
}

#[test]
fn the_inventory_tells_every_call_and_trunk() {
    let mut table = on_the_phone();
    let trunks = vec![TrunkState { name: "main".into(), up: true }];
    table.handle(NOW, Input::Trunks(trunks.clone()));
    let told = table.handle(NOW, Input::LineUp);
    let [Output::Say(ExchangeSays::Inventory { calls, trunks: seen, bridges, legs, dialled: _ })] =
        told.as_slice()
    else {
        panic!("{told:?}")
    };
    assert_eq!((calls.as_slice(), seen), ([fact()].as_slice(), &trunks));
    assert_eq!((bridges.len(), legs.len()), (1, 2));
}
