//! The warm leg: opened, refused, lost, healed, replaced.

use desk::code::Code;
use desk::contact::Phase;
use link::message::{LegOffer, LegSignal, OperatorSays};
use link::state::DeskChange;

use super::fixtures::{Table, state};
use crate::controller::{LegNews, Output};

fn signed_in() -> Table {
    let mut table = Table::new();
    table.renewed();
    table.up(false);
    table.snapshot(state());
    table
}

fn offer(sdp: &str, restart: bool) -> LegNews {
    LegNews::Offer { restart, sdp: sdp.into() }
}

#[test]
fn the_warm_leg_is_offered_answered_and_connected() {
    let mut table = signed_in();
    let leg = table.opened_leg();
    assert_eq!(leg, table.now.0, "the number is the wall clock");
    table.leg(leg, offer("v=0", false));
    assert_eq!(table.words(), [OperatorSays::Sdp(LegOffer { leg, restart: false, sdp: "v=0".into() })]);
    table.did();
    table.signal(LegSignal::Answer { leg, sdp: "answer".into() });
    assert_eq!(table.did(), [Output::TakeAnswer { leg, sdp: "answer".into() }]);
    table.signal(LegSignal::Answer { leg: leg - 1, sdp: "old".into() });
    table.leg(leg, LegNews::Connected);
    assert_eq!(table.did(), []);
}

#[test]
fn a_refused_leg_is_opened_again_with_growing_pauses_and_higher_numbers() {
    let mut table = signed_in();
    let mut numbers = vec![table.opened_leg()];
    for pause in [500, 1_000, 2_000, 4_000, 5_000, 5_000] {
        let leg = table.opened_leg();
        table.leg(leg, offer("v=0", false));
        table.heard();
        table.did();
        table.signal(LegSignal::Refused { leg, code: Code::NoExchange });
        assert_eq!(table.did(), [Output::CloseLeg(leg)]);
        table.pass(pause - 1);
        assert_eq!(table.did(), [], "before {pause} ms");
        table.pass(1);
        numbers.push(table.opened_leg());
    }
    assert!(numbers.is_sorted() && numbers.windows(2).all(|pair| pair[0] < pair[1]));
}

#[test]
fn every_way_that_a_leg_can_fail_leads_to_another_try() {
    let fails: [fn(&mut Table, u64); 6] = [
        |table, leg| table.leg(leg, LegNews::Broken),
        |table, leg| table.leg(leg, LegNews::Over),
        |table, leg| table.signal(LegSignal::Unknown { leg }),
        |table, leg| {
            table.leg(leg, offer("v=0", false));
            table.answer(Some(Code::NoExchange));
        },
        |table, _| table.pass(5_000),
        |table, leg| {
            table.leg(leg, offer("v=0", false));
            table.signal(LegSignal::Answer { leg, sdp: "answer".into() });
            table.pass(5_000);
            table.heard();
            table.pass(5_000);
        },
    ];
    for (n, fail) in fails.into_iter().enumerate() {
        let mut table = signed_in();
        let leg = table.opened_leg();
        fail(&mut table, leg);
        assert!(table.did().contains(&Output::CloseLeg(leg)), "way {n}");
        table.heard();
        table.pass(600);
        assert!(table.opened_leg() > leg, "way {n}");
    }
}

#[test]
fn a_leg_that_hears_nothing_restarts_ice_and_comes_back() {
    let mut table = Table::at_work();
    table.phase(Phase::Live);
    table.did();
    let leg = table.now.0;
    table.leg(leg, LegNews::Disconnected);
    assert_eq!(table.did(), [Output::RestartLeg(leg)]);
    assert!(!table.desk().talk.as_ref().unwrap().media_up);
    table.leg(leg, offer("restart", true));
    table.answer(Some(Code::NoExchange));
    assert_eq!(table.words(), [OperatorSays::Sdp(LegOffer { leg, restart: true, sdp: "restart".into() })]);
    table.did();
    table.pass(5_000);
    assert_eq!(table.did(), [Output::RestartLeg(leg)], "a restart that nobody took is tried again");
    table.leg(leg, LegNews::Connected);
    assert!(table.desk().talk.as_ref().unwrap().media_up);
}

#[test]
fn the_exchange_may_ask_for_a_restart_and_asks_for_one_only() {
    let mut table = Table::at_work();
    let leg = table.now.0;
    table.signal(LegSignal::RestartIce { leg });
    table.signal(LegSignal::RestartIce { leg });
    table.signal(LegSignal::RestartIce { leg: leg + 1 });
    assert_eq!(table.did(), [Output::RestartLeg(leg)]);
}

#[test]
fn restarts_that_do_not_help_end_in_a_new_leg() {
    let mut table = Table::at_work();
    let leg = table.now.0;
    table.leg(leg, LegNews::Disconnected);
    for _ in 0..6 {
        table.pass(5_000);
        table.heard();
    }
    assert_eq!(table.did().iter().filter(|output| **output == Output::RestartLeg(leg)).count(), 6);
    table.pass(600);
    assert!(table.opened_leg() > leg);
}

#[test]
fn a_leg_that_the_exchange_forgot_is_replaced_at_once() {
    let mut table = Table::at_work();
    let leg = table.now.0;
    table.pass(10);
    table.signal(LegSignal::Unknown { leg });
    assert_eq!(table.did(), [Output::CloseLeg(leg), Output::OpenLeg(leg + 10)]);
}

#[test]
fn while_server_or_exchange_are_away_nothing_is_tried_and_their_return_is_used_at_once() {
    let mut table = signed_in();
    let leg = table.opened_leg();
    table.change(DeskChange::ExchangeUp(false));
    table.leg(leg, LegNews::Broken);
    table.did();
    for _ in 0..4 {
        table.pass(5_000);
        table.heard();
    }
    assert_eq!(table.did(), []);
    table.change(DeskChange::ExchangeUp(true));
    assert!(matches!(table.did()[..], [Output::OpenLeg(_)]));

    let mut table = Table::at_work();
    let leg = table.now.0;
    table.cut();
    table.leg(leg, LegNews::Disconnected);
    table.pass(60_000);
    assert_eq!(table.did(), [], "a restart needs the server");
    table.up(true);
    assert_eq!(table.did(), [Output::RestartLeg(leg)]);
}

#[test]
fn a_restart_that_fails_leaves_the_living_leg_alone_and_is_tried_again() {
    let fails: [fn(&mut Table, u64); 3] = [
        |table, leg| table.leg(leg, LegNews::Broken),
        |table, leg| table.signal(LegSignal::Refused { leg, code: Code::NoExchange }),
        |table, leg| {
            table.leg(leg, offer("restart", true));
            table.answer(Some(Code::NoExchange));
        },
    ];
    for (n, fail) in fails.into_iter().enumerate() {
        let mut table = Table::at_work();
        let leg = table.now.0;
        table.signal(LegSignal::RestartIce { leg });
        for _ in 0..5 {
            fail(&mut table, leg);
            table.heard();
            table.pass(4_999);
            table.heard();
            let soon: Vec<_> =
                table.did().into_iter().filter(|out| !matches!(out, Output::Say { .. })).collect();
            assert_eq!(soon, [Output::RestartLeg(leg)], "way {n}: the one before, and nothing else");
            table.pass(1);
        }
        assert_eq!(table.did(), [Output::RestartLeg(leg)], "way {n}");
        fail(&mut table, leg);
        assert!(table.did().contains(&Output::CloseLeg(leg)), "way {n}: but not for ever");

        let mut table = Table::at_work();
        table.leg(leg, LegNews::Disconnected);
        fail(&mut table, leg);
        assert!(!table.did().contains(&Output::CloseLeg(leg)), "way {n}, in healing");
    }
}

#[test]
fn an_outage_seen_from_both_sides_is_one_restart() {
    let mut table = Table::at_work();
    let leg = table.now.0;
    table.signal(LegSignal::RestartIce { leg });
    table.pass(5);
    table.leg(leg, LegNews::Disconnected);
    table.pass(1_994);
    assert_eq!(table.did(), [Output::RestartLeg(leg)]);
    table.pass(1);
    assert_eq!(table.did(), [Output::RestartLeg(leg)], "it did not help");
}

#[test]
fn why_there_is_no_leg_is_shown_until_there_is_one() {
    let mut table = signed_in();
    let leg = table.opened_leg();
    table.leg(leg, offer("v=0", false));
    table.signal(LegSignal::Refused { leg, code: Code::TooMany });
    assert_eq!(table.desk().leg_refused, Some(Code::TooMany));
    table.pass(500);
    let leg = table.opened_leg();
    table.leg(leg, offer("v=0", false));
    assert_eq!(table.desk().leg_refused, Some(Code::TooMany), "while the next one is tried");
    table.leg(leg, LegNews::Connected);
    assert_eq!(table.desk().leg_refused, None);
    table.signal(LegSignal::Refused { leg, code: Code::NoExchange });
    assert_eq!(table.desk().leg_refused, None, "a refused restart of a leg that lives is no trouble");
}
