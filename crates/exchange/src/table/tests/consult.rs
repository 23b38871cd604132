//! Calls that we make, consultations and transfers on the table.

use std::collections::{BTreeMap, BTreeSet};

use desk::centre::{CallOver, Consulted};
use desk::contact::DialFailure;
use link::message::CallFact;
use link::state::{Caller, PhoneNumber};
use proptest::prelude::*;

use super::*;

/// The outside call of contact 1.
const OUT: CallId = CallId::dialled(ContactId(1), 0);
const OUTSIDE: Owner = Owner::Caller { call: OUT };

fn number() -> PhoneNumber {
    PhoneNumber("0487829922".into())
}

fn dial(who: u32) -> Input {
    Input::Order(ExchangeOrder::Dial { call: OUT, number: number(), operator: operator(who) })
}

fn consult(fence: u64, consult: Option<Consulted>) -> Input {
    Input::Order(ExchangeOrder::Consult { contact: ContactId(1), fence: Fence(fence), consult })
}

fn with(owner: Owner, joined: bool) -> Option<Consulted> {
    Some(Consulted { with: Some(owner), joined })
}

fn ringing() -> Option<Consulted> {
    Some(Consulted { with: None, joined: false })
}

fn connect(fence: u64) -> Input {
    Input::Order(ExchangeOrder::Connect { contact: ContactId(1), fence: Fence(fence), call: OUT })
}

fn hang_up() -> Input {
    Input::Order(ExchangeOrder::HangUp { call: OUT })
}

fn heard(owner: Owner) -> Source {
    Source::Leg(leg_of(owner))
}

fn leg_of(owner: Owner) -> LegName {
    let leg = if matches!(owner, Owner::Operator { .. }) { 20 } else { 1 };
    name(owner, leg)
}

/// Caller 7 talks with operator 1 as contact 1 under fence 5; operator 2 is there.
fn talking() -> Table {
    let mut table = Table::default();
    up(&mut table, operator(1), 20);
    up(&mut table, operator(2), 20);
    let fact = CallFact { call: CallId(7), caller: Caller::Withheld, trunk: "main".into() };
    table.handle(NOW, Input::CallIn(fact));
    table.handle(NOW, wait(1, caller(7)));
    table.handle(NOW, join(1, 5, caller(7), operator(1)));
    table
}

/// The outside number is called and has answered.
fn answered() -> Table {
    let mut table = talking();
    table.handle(NOW, dial(1));
    table.handle(NOW, consult(5, ringing()));
    table.handle(NOW, Input::DialBegan(OUT));
    table.handle(NOW, Input::DialAnswered(OUT));
    table.handle(NOW, consult(5, with(OUTSIDE, false)));
    table
}

/// Who hears what, as the table has said last.
fn hearing(table: &Table) -> BTreeMap<Owner, Source> {
    table.legs.iter().map(|(owner, leg)| (*owner, leg.hears)).collect()
}

#[test]
fn a_call_is_made_rings_for_the_operator_and_is_up_with_the_answer() {
    let mut table = Table::default();
    up(&mut table, operator(1), 20);
    let outputs = table.handle(NOW, dial(1));
    let call = Output::Dial { call: OUT, number: number() };
    assert_eq!(outputs, [call, select(operator(1), 20, Source::Ringback)]);
    assert_eq!(table.handle(NOW, dial(1)), [], "said twice is called once");
    assert_eq!(table.handle(NOW, Input::DialBegan(OUT)), []);
    let outputs = table.handle(NOW, Input::DialAnswered(OUT));
    assert!(outputs.contains(&media(OUTSIDE, 1, true)), "{outputs:?}");
    let outputs = table.handle(NOW, join(1, 1, OUTSIDE, operator(1)));
    assert!(outputs.contains(&select(OUTSIDE, 1, heard(operator(1)))));
    assert!(outputs.contains(&select(operator(1), 20, heard(OUTSIDE))));
    let over = table.handle(NOW, release(1, 1));
    assert!(over.contains(&Output::CloseLeg(leg_of(OUTSIDE))));
}

#[test]
fn a_call_that_nobody_answers_or_nobody_wants_leaves_nothing() {
    let mut table = Table::default();
    up(&mut table, operator(1), 20);
    table.handle(NOW, dial(1));
    let why = DialFailure::Busy;
    let outputs = table.handle(NOW, Input::NotReached { call: OUT, why });
    assert!(outputs.contains(&Output::Say(ExchangeSays::NotReached { call: OUT, why })), "{outputs:?}");
    assert_eq!((hearing(&table)[&operator(1)], table.legs()), (Source::Silence, 1));
    assert_eq!(table.handle(NOW, Input::NotReached { call: OUT, why }), [], "told once");
    table.handle(NOW, dial(1));
    assert_eq!(table.handle(NOW, hang_up())[0], Output::CloseLeg(leg_of(OUTSIDE)));
    // Given up before it had begun: its leg comes late and is closed at once.
    assert_eq!(table.handle(NOW, Input::DialBegan(OUT)), [Output::CloseLeg(leg_of(OUTSIDE))]);
    assert_eq!(table.handle(NOW, Input::DialAnswered(OUT)), []);
}

#[test]
fn the_caller_hears_music_while_the_operator_speaks_outside_and_all_three_when_joined() {
    let mut table = talking();
    table.handle(NOW, dial(1));
    table.handle(NOW, consult(5, ringing()));
    let hears = hearing(&table);
    assert_eq!((hears[&caller(7)], hears[&operator(1)]), (Source::HoldSound, Source::Ringback));
    let mut table = answered();
    let hears = hearing(&table);
    assert_eq!(hears[&caller(7)], Source::HoldSound);
    assert_eq!((hears[&operator(1)], hears[&OUTSIDE]), (heard(OUTSIDE), heard(operator(1))));
    assert_eq!(table.handle(NOW, consult(4, None)), [], "a lower fence says nothing");
    table.handle(NOW, consult(5, with(OUTSIDE, true)));
    let hears = hearing(&table);
    let (seven, one, out) = (leg_of(caller(7)), leg_of(operator(1)), leg_of(OUTSIDE));
    assert_eq!(hears[&caller(7)], Source::Both(one, out));
    assert_eq!((hears[&operator(1)], hears[&OUTSIDE]), (Source::Both(seven, out), Source::Both(seven, one)));
    table.handle(NOW, consult(5, None));
    table.handle(NOW, hang_up());
    let hears = hearing(&table);
    assert_eq!((hears[&caller(7)], hears[&operator(1)]), (heard(operator(1)), heard(caller(7))));
}

#[test]
fn who_is_handed_over_goes_on_without_us_and_ends_with_the_other() {
    for (gone, other) in [(CallId(7), OUTSIDE), (OUT, caller(7))] {
        let mut table = answered();
        table.handle(NOW, connect(5));
        let hears = hearing(&table);
        assert_eq!((hears[&caller(7)], hears[&OUTSIDE]), (heard(OUTSIDE), heard(caller(7))));
        assert_eq!(hears[&operator(1)], Source::Silence);
        let told = table.handle(NOW, Input::LineUp);
        let [Output::Say(ExchangeSays::Inventory { calls, dialled, bridges, legs, .. })] = told.as_slice()
        else {
            panic!("{told:?}");
        };
        assert!(calls.is_empty() && dialled.is_empty() && bridges.is_empty() && legs.len() == 2, "{told:?}");
        // The next talk of this operator does not disturb them.
        let outputs = table.handle(NOW, Input::CallOver { call: gone, how: CallOver::HungUp });
        assert!(outputs.contains(&Output::CloseLeg(leg_of(other))), "{outputs:?}");
        assert!(!outputs.iter().any(|output| matches!(output, Output::Say(_))), "{outputs:?}");
        assert_eq!(table.legs(), 2);
    }
}

#[test]
fn a_transfer_to_somebody_who_has_just_gone_keeps_nobody_in_the_dark() {
    let mut table = answered();
    table.handle(NOW, Input::CallOver { call: OUT, how: CallOver::HungUp });
    let outputs = table.handle(NOW, connect(5));
    assert!(outputs.contains(&Output::CloseLeg(leg_of(caller(7)))), "{outputs:?}");
    let mut table = answered();
    table.handle(NOW, join(1, 6, caller(7), operator(2)));
    assert_eq!(table.handle(NOW, connect(5)), [], "a transfer of the past");
}

#[test]
fn a_consulted_operator_hears_the_other_one_and_takes_the_caller_with_the_join() {
    let mut table = talking();
    table.handle(NOW, consult(5, with(operator(2), false)));
    let hears = hearing(&table);
    assert_eq!((hears[&operator(1)], hears[&operator(2)]), (heard(operator(2)), heard(operator(1))));
    assert_eq!(hears[&caller(7)], Source::HoldSound);
    table.handle(NOW, join(1, 7, caller(7), operator(2)));
    let hears = hearing(&table);
    assert_eq!((hears[&caller(7)], hears[&operator(2)]), (heard(operator(2)), heard(caller(7))));
    assert_eq!(hears[&operator(1)], Source::Silence);
}

#[test]
fn what_stands_is_told_with_its_consultation() {
    let mut table = answered();
    let told = table.handle(NOW, Input::LineUp);
    let [Output::Say(ExchangeSays::Inventory { calls, dialled, bridges, .. })] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!((calls.len(), dialled.as_slice()), (1, [OUT].as_slice()));
    assert_eq!(bridges[0].consult, with(OUTSIDE, false));
}

/// One order of the server, or something that happens outside.
fn inputs() -> impl Strategy<Value = Input> {
    let stages = prop_oneof![
        Just(None),
        Just(ringing()),
        Just(with(OUTSIDE, false)),
        Just(with(OUTSIDE, true)),
        Just(with(operator(2), false)),
        Just(with(operator(2), true)),
    ];
    prop_oneof![
        2 => Just(dial(1)),
        2 => Just(Input::DialBegan(OUT)),
        3 => Just(Input::DialAnswered(OUT)),
        1 => Just(Input::NotReached { call: OUT, why: DialFailure::Busy }),
        1 => Just(hang_up()),
        6 => (4..8u64, stages).prop_map(|(fence, stage)| consult(fence, stage)),
        2 => (4..8u64).prop_map(connect),
        2 => (4..8u64, 1..3u32).prop_map(|(fence, who)| join(1, fence, caller(7), operator(who))),
        1 => Just(wait(1, caller(7))),
        1 => (4..8u64, any::<bool>()).prop_map(|(fence, on)| hold(1, fence, on)),
        1 => (4..8u64).prop_map(|fence| release(1, fence)),
        1 => prop_oneof![Just(CallId(7)), Just(OUT)]
            .prop_map(|call| Input::CallOver { call, how: CallOver::HungUp }),
        1 => (1..3u32).prop_map(|who| Input::LegQuiet(leg_of(operator(who)))),
        1 => (1..3u32).prop_map(|who| Input::LegHeard(leg_of(operator(who)))),
        1 => Just(Input::LineUp),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// A source exists; whoever hears somebody is heard by them or they hear music; nobody hears themselves; and
    /// every call that is gone from the table has been closed.
    #[test]
    fn whatever_is_said_nobody_overhears_anybody(day in proptest::collection::vec(inputs(), 1..60)) {
        let mut table = talking();
        let mut open: BTreeSet<CallId> = [CallId(7)].into();
        for input in day {
            if let Input::DialBegan(call) = input {
                open.insert(call);
            }
            let over = match input {
                Input::CallOver { call, .. } | Input::NotReached { call, .. } => Some(call),
                _ => None,
            };
            let outputs = table.handle(NOW, input);
            open.retain(|call| Some(*call) != over);
            for output in &outputs {
                if let Output::CloseLeg(LegName { owner: Owner::Caller { call }, .. }) = output {
                    open.remove(call);
                }
            }
            let hears = hearing(&table);
            for (who, source) in &hears {
                let from: Vec<LegName> = match source {
                    Source::Leg(from) | Source::Voice(from) => vec![*from],
                    Source::Both(one, other) => vec![*one, *other],
                    _ => Vec::new(),
                };
                for from in from {
                    prop_assert_ne!(from.owner, *who);
                    let back = hears.get(&from.owner).copied();
                    let mutual = match back {
                        Some(Source::Leg(back) | Source::Voice(back)) => back.owner == *who,
                        Some(Source::Both(one, other)) => one.owner == *who || other.owner == *who,
                        // The other's own leg is silent for a moment.
                        Some(Source::WaitingSound | Source::Silence | Source::HoldSound) => true,
                        Some(Source::TurnedAway(_) | Source::Ringback) | None => false,
                    };
                    // Who cannot be heard at the moment is left out by the others.
                    let hushed = table.legs.get(who).is_some_and(|leg| leg.quiet);
                    prop_assert!(mutual || hushed, "{:?} hears {:?}, who hears {:?}", who, from, back);
                }
            }
            for call in &open {
                let owner = Owner::Caller { call: *call };
                prop_assert!(table.legs.contains_key(&owner), "{:?} is forgotten and never closed", owner);
            }
        }
    }
}
