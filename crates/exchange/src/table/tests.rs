//! The table's rules, one sentence each, and random days against a simple model.

mod bounds;
mod calls;
mod consult;
mod days;
mod mask;

use desk::centre::Owner;
use desk::code::Code;
use desk::end::EndReason;
use desk::ids::{BoothId, CallId, ContactId, Fence, OperatorId};
use desk::time::{Millis, Time};
use link::message::{Bridge, ExchangeOrder, ExchangeSays, LegFact, LegOffer, LegSignal};
use link::state::Quality;

use super::{Input, LegName, Output, Source, Table};

const NOW: Time = Time(1_000);

fn booth(n: u32) -> Owner {
    Owner::Booth { booth: BoothId(n) }
}

fn operator(n: u32) -> Owner {
    Owner::Operator { operator: OperatorId(n) }
}

fn caller(n: u64) -> Owner {
    Owner::Caller { call: CallId(n) }
}

fn name(owner: Owner, leg: u64) -> LegName {
    LegName { owner, leg }
}

fn offer(owner: Owner, leg: u64) -> Input {
    sdp(owner, leg, false)
}

fn sdp(owner: Owner, leg: u64, restart: bool) -> Input {
    Input::Order(ExchangeOrder::Sdp { owner, offer: LegOffer { leg, restart, sdp: "offer".into() } })
}

fn wait(contact: u64, visitor: Owner) -> Input {
    Input::Order(ExchangeOrder::Wait { contact: ContactId(contact), visitor })
}

fn join(contact: u64, fence: u64, visitor: Owner, operator: Owner) -> Input {
    let (contact, fence) = (ContactId(contact), Fence(fence));
    Input::Order(ExchangeOrder::Join { contact, fence, visitor, operator, masked: false })
}

fn join_masked(contact: u64, fence: u64, visitor: Owner, operator: Owner) -> Input {
    let (contact, fence) = (ContactId(contact), Fence(fence));
    Input::Order(ExchangeOrder::Join { contact, fence, visitor, operator, masked: true })
}

fn mask(contact: u64, fence: u64, masked: bool) -> Input {
    Input::Order(ExchangeOrder::Mask { contact: ContactId(contact), fence: Fence(fence), masked })
}

fn hold(contact: u64, fence: u64, held: bool) -> Input {
    Input::Order(ExchangeOrder::Hold { contact: ContactId(contact), fence: Fence(fence), held })
}

fn release(contact: u64, fence: u64) -> Input {
    let end = EndReason::OperatorEnded;
    Input::Order(ExchangeOrder::Release { contact: ContactId(contact), fence: Fence(fence), end })
}

fn joined(contact: u64, fence: u64) -> Output {
    Output::Say(ExchangeSays::Joined { contact: ContactId(contact), fence: Fence(fence) })
}

fn join_failed(contact: u64, fence: u64, code: Code) -> Output {
    Output::Say(ExchangeSays::JoinFailed { contact: ContactId(contact), fence: Fence(fence), code })
}

fn signal(owner: Owner, signal: LegSignal) -> Output {
    Output::Say(ExchangeSays::Leg { owner, signal })
}

fn media(owner: Owner, leg: u64, up: bool) -> Output {
    Output::Say(ExchangeSays::Media(LegFact { owner, leg, up }))
}

fn select(owner: Owner, leg: u64, source: Source) -> Output {
    Output::Select { leg: name(owner, leg), source }
}

fn up(table: &mut Table, owner: Owner, leg: u64) -> Vec<Output> {
    table.handle(NOW, offer(owner, leg));
    table.handle(NOW, Input::Answered { leg: name(owner, leg), sdp: "answer".into() });
    table.handle(NOW, Input::LegUp(name(owner, leg)))
}

/// Booth 1 and operator 1 up on legs 10 and 20, talking as contact 1 under fence 5.
fn talking() -> Table {
    let mut table = Table::default();
    up(&mut table, booth(1), 10);
    up(&mut table, operator(1), 20);
    table.handle(NOW, wait(1, booth(1)));
    table.handle(NOW, join(1, 5, booth(1), operator(1)));
    table
}

fn bridges(table: &mut Table) -> Vec<Bridge> {
    match table.handle(NOW, Input::LineUp).as_slice() {
        [Output::Say(ExchangeSays::Inventory { bridges, .. })] => bridges.clone(),
        other => panic!("a line that comes up is told the inventory alone, not {other:?}"),
    }
}

#[test]
fn a_waiting_visitor_hears_the_waiting_sound_and_no_desk_hears_the_visitor() {
    let mut table = Table::default();
    up(&mut table, operator(1), 20);
    table.handle(NOW, wait(1, booth(1)));
    let outputs = up(&mut table, booth(1), 10);
    assert_eq!(outputs, [select(booth(1), 10, Source::WaitingSound), media(booth(1), 10, true)]);
}

#[test]
fn a_join_switches_both_sides_at_once_and_asks_for_pictures_before_it_talks() {
    let mut table = Table::default();
    up(&mut table, booth(1), 10);
    up(&mut table, operator(1), 20);
    table.handle(NOW, wait(1, booth(1)));
    let outputs = table.handle(NOW, join(1, 5, booth(1), operator(1)));
    let expected = [
        select(booth(1), 10, Source::Leg(name(operator(1), 20))),
        select(operator(1), 20, Source::Leg(name(booth(1), 10))),
        Output::Keyframe(name(booth(1), 10)),
        Output::Keyframe(name(operator(1), 20)),
        joined(1, 5),
    ];
    assert_eq!(outputs, expected);
}

#[test]
fn a_join_waits_a_moment_for_a_leg_and_then_fails() {
    let mut table = Table::default();
    up(&mut table, booth(1), 10);
    assert_eq!(
        table.handle(NOW, join(1, 5, booth(1), operator(1))),
        [select(booth(1), 10, Source::WaitingSound)]
    );
    let (at, _) = table.poll_timeout().expect("the join has a limit");
    assert_eq!(table.handle_timeout(at), [join_failed(1, 5, Code::NoMedia)]);
    assert_eq!(bridges(&mut table), []);
    let late = up(&mut table, operator(1), 20);
    assert_eq!(
        late,
        [media(operator(1), 20, true)],
        "the failed join is not made good behind the server's back"
    );
}

#[test]
fn exactly_the_join_that_failed_may_be_tried_again_until_the_visitor_is_queued_anew() {
    let mut table = Table::default();
    up(&mut table, booth(1), 10);
    let again = |table: &mut Table| table.handle(NOW, join(1, 5, booth(1), operator(1)));
    again(&mut table);
    table.handle_timeout(NOW + Millis::seconds(4));
    let other = table.handle(NOW, join(1, 5, booth(1), operator(2)));
    assert_eq!(other, [join_failed(1, 5, Code::StaleFence)]);
    up(&mut table, operator(1), 20);
    assert!(again(&mut table).contains(&joined(1, 5)));
    table.handle(NOW, wait(1, booth(1)));
    assert_eq!(again(&mut table), [join_failed(1, 5, Code::StaleFence)]);
}

#[test]
fn a_contact_that_ended_while_the_server_was_away_stops_hearing_the_waiting_sound() {
    let mut table = talking();
    for n in [2, 3] {
        up(&mut table, booth(n), 10);
        table.handle(NOW, wait(n.into(), booth(n)));
    }
    table.handle(NOW, Input::LineUp);
    table.handle(NOW, wait(3, booth(3)));
    let (at, _) = table.poll_timeout().expect("the server has a limit to name who waits");
    assert_eq!(table.handle_timeout(at), [select(booth(2), 10, Source::Silence)]);
    assert_eq!(table.poll_timeout(), None, "who was named again, and who talks, stays");
    assert_eq!(bridges(&mut table).len(), 1);
}

#[test]
fn a_join_in_waiting_stands_as_soon_as_the_leg_is_up() {
    let mut table = Table::default();
    up(&mut table, booth(1), 10);
    table.handle(NOW, join(1, 5, booth(1), operator(1)));
    let outputs = up(&mut table, operator(1), 20);
    assert!(outputs.contains(&joined(1, 5)), "{outputs:?}");
    assert!(outputs.contains(&select(operator(1), 20, Source::Leg(name(booth(1), 10)))), "{outputs:?}");
}

#[test]
fn a_stale_fence_is_refused_and_changes_nothing() {
    let mut table = talking();
    for fence in [4, 5] {
        let outputs = table.handle(NOW, join(1, fence, booth(1), operator(2)));
        assert_eq!(outputs, [join_failed(1, fence, Code::StaleFence)]);
    }
    assert_eq!(bridges(&mut table)[0].operator, operator(1));
}

#[test]
fn the_same_join_again_is_confirmed_again() {
    let mut table = talking();
    assert_eq!(table.handle(NOW, join(1, 5, booth(1), operator(1))), [joined(1, 5)]);
}

#[test]
fn a_higher_fence_moves_the_visitor_and_the_former_operator_hears_nothing() {
    let mut table = talking();
    up(&mut table, operator(2), 30);
    let outputs = table.handle(NOW, join(1, 6, booth(1), operator(2)));
    assert!(outputs.contains(&select(operator(1), 20, Source::Silence)), "{outputs:?}");
    assert!(outputs.contains(&select(operator(2), 30, Source::Leg(name(booth(1), 10)))), "{outputs:?}");
    assert!(outputs.contains(&select(booth(1), 10, Source::Leg(name(operator(2), 30)))), "{outputs:?}");
}

#[test]
fn release_silences_both_and_kills_the_fence() {
    let mut table = talking();
    let outputs = table.handle(NOW, release(1, 5));
    let silent = [select(booth(1), 10, Source::Silence), select(operator(1), 20, Source::Silence)];
    assert_eq!(outputs, silent);
    let late = table.handle(NOW, join(1, 5, booth(1), operator(1)));
    assert_eq!(late, [join_failed(1, 5, Code::StaleFence)]);
}

#[test]
fn a_release_from_the_past_leaves_the_newer_bridge() {
    let mut table = talking();
    assert_eq!(table.handle(NOW, release(1, 4)), []);
    assert_eq!(bridges(&mut table).len(), 1);
}

#[test]
fn a_visitor_who_leaves_the_queue_stops_hearing_the_waiting_sound() {
    let mut table = Table::default();
    up(&mut table, booth(1), 10);
    table.handle(NOW, wait(1, booth(1)));
    assert_eq!(table.handle(NOW, release(1, 0)), [select(booth(1), 10, Source::Silence)]);
}

#[test]
fn hold_parts_the_two_and_taking_back_joins_them() {
    let mut table = talking();
    let held = [select(booth(1), 10, Source::HoldSound), select(operator(1), 20, Source::Silence)];
    assert_eq!(table.handle(NOW, hold(1, 4, true)), [], "another fence holds nothing");
    assert_eq!(table.handle(NOW, hold(1, 5, true)), held);
    let back = table.handle(NOW, hold(1, 5, false));
    assert!(back.contains(&select(operator(1), 20, Source::Leg(name(booth(1), 10)))), "{back:?}");
}

#[test]
fn a_newer_leg_takes_the_place_of_the_older_one_in_the_bridge() {
    let mut table = talking();
    let outputs = table.handle(NOW, offer(operator(1), 21));
    let expected = [
        Output::CloseLeg(name(operator(1), 20)),
        Output::Answer { leg: name(operator(1), 21), sdp: "offer".into() },
        select(booth(1), 10, Source::WaitingSound),
        media(operator(1), 20, false),
    ];
    assert_eq!(outputs, expected);
    table.handle(NOW, Input::Answered { leg: name(operator(1), 21), sdp: "answer".into() });
    let back = table.handle(NOW, Input::LegUp(name(operator(1), 21)));
    assert!(back.contains(&select(booth(1), 10, Source::Leg(name(operator(1), 21)))), "{back:?}");
    assert!(back.contains(&Output::Keyframe(name(booth(1), 10))), "{back:?}");
    assert_eq!(
        table.handle(NOW, Input::LegUp(name(operator(1), 20))),
        [],
        "the old leg's events mean nothing"
    );
}

#[test]
fn an_older_or_equal_leg_is_refused() {
    let mut table = talking();
    let again = signal(booth(1), LegSignal::Refused { leg: 10, code: Code::Taken });
    let older = signal(booth(1), LegSignal::Refused { leg: 9, code: Code::Replaced });
    assert_eq!(table.handle(NOW, offer(booth(1), 10)), [again]);
    assert_eq!(table.handle(NOW, offer(booth(1), 9)), [older]);
}

#[test]
fn a_restart_is_answered_for_the_leg_that_stands_and_unknown_for_any_other() {
    let mut table = talking();
    let restart = Output::Restart { leg: name(booth(1), 10), sdp: "offer".into() };
    assert_eq!(table.handle(NOW, sdp(booth(1), 10, true)), [restart]);
    let unknown = signal(booth(1), LegSignal::Unknown { leg: 11 });
    assert_eq!(table.handle(NOW, sdp(booth(1), 11, true)), [unknown]);
}

#[test]
fn an_answer_that_comes_too_late_closes_what_was_opened() {
    let mut table = talking();
    let late = Input::Answered { leg: name(operator(1), 19), sdp: "answer".into() };
    assert_eq!(table.handle(NOW, late), [Output::CloseLeg(name(operator(1), 19))]);
}

#[test]
fn a_silent_operator_leaves_the_visitor_with_the_waiting_sound_until_the_leg_is_back() {
    let mut table = talking();
    let gone = table.handle(NOW, Input::LegDown(name(operator(1), 20)));
    let expected = [
        select(booth(1), 10, Source::WaitingSound),
        media(operator(1), 20, false),
        signal(operator(1), LegSignal::RestartIce { leg: 20 }),
    ];
    assert_eq!(gone, expected);
    let back = table.handle(NOW, Input::LegUp(name(operator(1), 20)));
    assert!(back.contains(&select(booth(1), 10, Source::Leg(name(operator(1), 20)))), "{back:?}");
    assert!(back.contains(&Output::Keyframe(name(booth(1), 10))), "what the desk sees is fresh: {back:?}");
}

#[test]
fn a_silent_visitor_leaves_the_operator_with_silence() {
    let mut table = talking();
    let gone = table.handle(NOW, Input::LegDown(name(booth(1), 10)));
    assert_eq!(gone[0], select(operator(1), 20, Source::Silence));
}

#[test]
fn a_silent_leg_is_asked_to_restart_every_three_seconds_and_given_up_after_a_minute() {
    let mut table = talking();
    table.handle(NOW, Input::LegDown(name(booth(1), 10)));
    let mut nudges = 0;
    loop {
        let (at, _) = table.poll_timeout().expect("a silent leg has a limit");
        let outputs = table.handle_timeout(at);
        if outputs.contains(&signal(booth(1), LegSignal::RestartIce { leg: 10 })) {
            nudges += 1;
            continue;
        }
        let given_up =
            [Output::CloseLeg(name(booth(1), 10)), signal(booth(1), LegSignal::Unknown { leg: 10 })];
        assert_eq!(outputs, given_up);
        assert_eq!(at, NOW + Millis::seconds(60));
        break;
    }
    assert_eq!(nudges, 19);
    assert_eq!(bridges(&mut table).len(), 1, "the talk itself is the server's to end");
}

#[test]
fn a_leg_that_never_opens_is_given_up() {
    let mut table = Table::default();
    table.handle(NOW, offer(booth(1), 10));
    let (at, _) = table.poll_timeout().expect("an opening leg has a limit");
    assert_eq!(table.handle_timeout(at)[0], Output::CloseLeg(name(booth(1), 10)));
    assert_eq!(table.legs(), 0);
}

#[test]
fn a_quiet_operator_leaves_the_visitor_with_the_waiting_sound_before_anybody_is_told() {
    let mut table = talking();
    let operators = name(operator(1), 20);
    let quiet = table.handle(NOW, Input::LegQuiet(operators));
    assert_eq!(quiet, [select(booth(1), 10, Source::WaitingSound)]);
    let heard = table.handle(NOW, Input::LegHeard(operators));
    let fresh = [Output::Keyframe(name(booth(1), 10)), Output::Keyframe(operators)];
    assert_eq!(heard, [&[select(booth(1), 10, Source::Leg(operators))][..], &fresh].concat());
    assert_eq!(table.handle(NOW, Input::LegHeard(operators)), []);
    assert_eq!(table.handle(NOW, Input::LegQuiet(name(operator(1), 19))), [], "an older leg");
}

#[test]
fn a_leg_is_told_of_as_long_as_it_has_media() {
    let mut table = talking();
    let quality = Quality { loss_permille: 12, round_trip_ms: Some(30) };
    let measured = |owner, leg| Input::Measured { leg: name(owner, leg), quality };
    let said = table.handle(NOW, measured(booth(1), 10));
    assert_eq!(said, [Output::Say(ExchangeSays::Quality { owner: booth(1), quality })]);
    assert_eq!(table.handle(NOW, measured(booth(1), 9)), [], "an older leg");
    table.handle(NOW, Input::LegDown(name(booth(1), 10)));
    assert_eq!(table.handle(NOW, measured(booth(1), 10)), [], "a silent leg");
}

#[test]
fn the_inventory_names_standing_bridges_and_all_legs() {
    let mut table = talking();
    table.handle(NOW, Input::LegDown(name(booth(1), 10)));
    let inventory = ExchangeSays::Inventory {
        bridges: vec![Bridge {
            contact: ContactId(1),
            fence: Fence(5),
            visitor: booth(1),
            operator: operator(1),
            held: false,
            masked: false,
            consult: None,
        }],
        dialled: Vec::new(),
        legs: vec![
            LegFact { owner: booth(1), leg: 10, up: false },
            LegFact { owner: operator(1), leg: 20, up: true },
        ],
        calls: Vec::new(),
        trunks: Vec::new(),
    };
    assert_eq!(table.handle(NOW, Input::LineUp), [Output::Say(inventory)]);
}

#[test]
fn waiting_again_takes_the_bridge_apart_and_keeps_the_fence() {
    let mut table = talking();
    let outputs = table.handle(NOW, wait(1, booth(1)));
    let parted = [select(booth(1), 10, Source::WaitingSound), select(operator(1), 20, Source::Silence)];
    assert_eq!(outputs, parted);
    let stale = table.handle(NOW, join(1, 5, booth(1), operator(1)));
    assert_eq!(stale, [join_failed(1, 5, Code::StaleFence)]);
}

#[test]
fn a_join_that_is_tried_again_is_still_held() {
    let mut table = Table::default();
    up(&mut table, booth(1), 10);
    table.handle(NOW, join(1, 5, booth(1), operator(1)));
    table.handle(NOW, hold(1, 5, true));
    let later = NOW + Millis::seconds(4);
    assert_eq!(table.handle_timeout(later), [join_failed(1, 5, Code::NoMedia)]);
    table.handle(later, join(1, 5, booth(1), operator(1)));
    let outputs = up(&mut table, operator(1), 20);
    assert!(outputs.contains(&joined(1, 5)), "{outputs:?}");
    assert!(outputs.contains(&select(booth(1), 10, Source::HoldSound)), "{outputs:?}");
}

#[test]
fn an_operator_joined_elsewhere_leaves_the_former_visitor_with_the_waiting_sound() {
    let mut table = talking();
    up(&mut table, booth(2), 30);
    let outputs = table.handle(NOW, join(2, 1, booth(2), operator(1)));
    assert!(outputs.contains(&select(booth(1), 10, Source::WaitingSound)), "{outputs:?}");
    assert!(outputs.contains(&select(operator(1), 20, Source::Leg(name(booth(2), 30)))), "{outputs:?}");
    assert_eq!(bridges(&mut table).len(), 1);
}

#[test]
fn two_desks_or_two_booths_are_never_joined() {
    let mut table = talking();
    let desks = table.handle(NOW, join(7, 1, operator(1), operator(2)));
    assert_eq!(desks, [join_failed(7, 1, Code::Malformed)]);
    let booths = table.handle(NOW, join(7, 1, booth(1), booth(2)));
    assert_eq!(booths, [join_failed(7, 1, Code::Malformed)]);
}

#[test]
fn fences_of_long_gone_contacts_stay_dead_in_bounded_memory() {
    let mut table = talking();
    for contact in 2..10_000 {
        table.handle(NOW, release(contact, 9));
    }
    let outputs = table.handle(NOW, join(2, 10, booth(2), operator(2)));
    assert_eq!(outputs, [join_failed(2, 10, Code::StaleFence)]);
    assert_eq!(bridges(&mut table).len(), 1, "the old talk that still stands is untouched");
}
