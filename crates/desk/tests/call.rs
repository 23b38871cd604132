//! Telephone calls beside booths: one queue, one hand, and every call accounted for.

mod shift;

use desk::calendar::Duty;
use desk::centre::{CallOver, Fact, Input, Output, Owner, Settings, Standing};
use desk::code::Code;
use desk::contact::{CallbackResult, Channel, Phase};
use desk::end::EndReason;
use desk::ids::{CallId, ContactId, Session};
use desk::presence::{Channels, Chosen, Presence};
use shift::{Shift, op, refused};

const CALL: CallId = CallId(1);

fn hang_up(shift: &mut Shift, call: CallId) -> Vec<Output> {
    shift.say(Input::CallOver { call, how: CallOver::HungUp })
}

fn waits(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| matches!(output, Output::Wait { visitor: Owner::Caller { .. }, .. }))
}

fn released(outputs: &[Output]) -> Option<EndReason> {
    outputs.iter().find_map(|output| match output {
        Output::Release { end, .. } => Some(*end),
        _ => None,
    })
}

#[test]
fn a_call_is_offered_taken_held_and_wrapped_up_like_a_booth() {
    let mut shift = Shift::with_ready(1);
    assert!(waits(&shift.call(1)), "the caller hears something");
    let contact = shift.calls(1).expect("it waits");
    assert_eq!(shift.who(1).presence, Presence::Ringing { channel: Channel::Phone });
    let joined = shift.accept(1);
    assert!(joined.iter().any(|output| matches!(
        output,
        Output::Join { visitor: Owner::Caller { call: CALL }, masked: false, .. }
    )));
    shift.joined(contact);
    assert_eq!(shift.who(1).presence, Presence::Call);
    let session = shift.session(1);
    shift.pass(1_000);
    shift.say(Input::Hold { operator: op(1), session, contact, held: true });
    assert_eq!(shift.who(1).presence, Presence::Hold);
    shift.pass(20_000);
    shift.say(Input::Hold { operator: op(1), session, contact, held: false });
    let seen = shift.contact(contact);
    assert_eq!((seen.holds, seen.held_ms.0), (1, 20_000));
    shift.say(Input::Hold { operator: op(1), session, contact, held: true });
    shift.pass(5_000);
    assert_eq!(released(&hang_up(&mut shift, CALL)), Some(EndReason::VisitorEnded));
    let seen = shift.contact(contact);
    assert_eq!((seen.holds, seen.held_ms.0, seen.phase), (2, 25_000, Phase::Wrapping));
    shift.finish(1, contact);
    assert_eq!(shift.phase(contact), Phase::Closed);
    shift.restart(1_000);
}

#[test]
fn an_operator_in_one_channel_is_never_offered_the_other() {
    let mut shift = Shift::with_ready(1);
    let visitor = shift.talk(1, 1);
    shift.call(1);
    let caller = shift.calls(1).expect("it waits");
    shift.pass(60_000);
    assert_eq!(shift.phase(caller), Phase::Waiting);
    shift.end(1, visitor);
    shift.pass(1_000);
    assert_eq!(shift.phase(caller), Phase::Waiting, "nor in the wrap-up");
    shift.finish(1, visitor);
    assert_eq!(shift.phase(caller), Phase::Offered);
    shift.accept(1);
    shift.joined(caller);
    let second = shift.ring(2);
    shift.pass(60_000);
    assert_eq!(shift.phase(second), Phase::Waiting);
}

#[test]
fn both_channels_are_one_queue_and_the_longest_wait_is_first() {
    let mut shift = Shift::new(Settings::default());
    shift.call(1);
    shift.pass(1_000);
    let visitor = shift.ring(1);
    let caller = shift.calls(1).expect("it waits");
    shift.ready(1);
    assert_eq!(shift.phase(caller), Phase::Offered);
    assert_eq!(shift.centre.ahead(visitor), Some(1));
    let mut shift = Shift::new(Settings::default());
    let visitor = shift.ring(1);
    shift.pass(1_000);
    shift.call(1);
    shift.sign_in(1);
    shift.choose(1, Chosen::Available { channels: Channels::Phone });
    shift.media(Owner::Operator { operator: op(1) }, true);
    assert_eq!(shift.phase(visitor), Phase::Waiting, "電話 takes calls alone");
    assert_eq!(shift.phase(shift.calls(1).expect("it rings")), Phase::Offered);
}

#[test]
fn a_caller_who_leaves_stops_the_ring_and_is_counted() {
    let mut shift = Shift::with_ready(1);
    shift.call(1);
    let contact = shift.calls(1).expect("it rings");
    assert_eq!(released(&hang_up(&mut shift, CALL)), Some(EndReason::AbandonedRinging));
    assert_eq!(shift.phase(contact), Phase::Closed);
    assert!(matches!(shift.who(1).presence, Presence::Available { .. }));
    assert_eq!(refused(&hang_up(&mut shift, CALL)), Some(Code::Gone));
    let today = shift.centre.today(shift.now);
    assert_eq!((today.arrived, today.abandoned), (1, 1));
}

#[test]
fn outside_the_hours_and_in_a_full_queue_a_call_is_counted_and_turned_away() {
    let mut shift = Shift::with_ready(1);
    shift.say(Input::Settings(Settings { open: Duty::Closed, ..Settings::default() }));
    let outputs = shift.call(1);
    assert!(waits(&outputs), "the exchange learns whose call it is");
    assert_eq!(released(&outputs), Some(EndReason::OutOfHours));
    assert_eq!(shift.centre.today(shift.now).arrived, 0, "it is no 着信");
    shift.say(Input::Settings(Settings { open: Duty::Closed, year_end: true, ..Settings::default() }));
    assert_eq!(released(&shift.call(4)), Some(EndReason::YearEnd));
    shift.say(Input::Settings(Settings { queue_limit: 1, ..Settings::default() }));
    shift.choose(1, Chosen::Break);
    shift.call(2);
    assert_eq!(released(&shift.call(3)), Some(EndReason::QueueFull));
    assert_eq!(shift.centre.today(shift.now).arrived, 2);
    shift.restart(0);
}

#[test]
fn nothing_is_remembered_of_the_legs_of_calls_that_are_over() {
    let mut shift = Shift::with_ready(1);
    let before = shift.centre.legs();
    for call in 1..=1_000 {
        shift.call(call);
        hang_up(&mut shift, CallId(call));
    }
    assert_eq!(shift.centre.legs(), before);
}

#[test]
fn a_suspended_telephone_turns_calls_away_and_serves_who_is_there() {
    let mut shift = Shift::with_ready(1);
    shift.choose(1, Chosen::Break);
    shift.call(1);
    let waiting = shift.calls(1).expect("it waits");
    let session = shift.session(1);
    let suspend = |on| Input::Suspend { operator: op(1), session, on };
    shift.say(suspend(true));
    assert_eq!(shift.say(suspend(true)), [], "the same again changes nothing");
    assert!(!shift.centre.queue(Channel::Phone, shift.now).open);
    assert!(shift.centre.queue(Channel::Booth, shift.now).open, "booths go on");
    assert_eq!(released(&shift.call(2)), Some(EndReason::Suspended));
    assert_eq!(shift.phase(waiting), Phase::Waiting);
    assert_eq!(shift.centre.today(shift.now).arrived, 1);
    shift.restart(1_000);
    assert!(shift.centre.suspended().is_some(), "a restart keeps it");
    let mut shift = Shift::with_ready(1);
    let (session, operator) = (shift.session(1), op(1));
    shift.say(Input::Suspend { operator, session, on: true });
    shift.say(Input::Suspend { operator, session, on: false });
    assert_eq!(released(&shift.call(2)), None);
}

#[test]
fn after_the_exchange_came_back_calls_are_adopted_or_lost() {
    let mut shift = Shift::with_ready(2);
    shift.call(1);
    let talk = shift.calls(1).expect("it rings");
    shift.accept(1);
    shift.joined(talk);
    shift.choose(2, Chosen::Break);
    shift.call(2);
    let waiting = shift.calls(2).expect("it waits");
    let fence = shift.contact(talk).fence;
    let bridge = Standing { contact: talk, fence, held: false, masked: false, consult: None };
    shift.say(Input::ExchangeDown);
    shift.say(Input::ExchangeUp { bridges: vec![bridge], calls: vec![CALL, CallId(3)], dialled: Vec::new() });
    assert_eq!(shift.phase(talk), Phase::Live, "in both: kept");
    assert_eq!(shift.contact(waiting).end, Some(EndReason::ExchangeLost), "only in the ledger: lost");
    assert_eq!(shift.phase(shift.calls(3).expect("only there: adopted")), Phase::Waiting);
    shift.say(Input::ExchangeDown);
    shift.pass(61_000);
    assert_eq!(shift.contact(talk).end, Some(EndReason::ExchangeLost), "an exchange that stays away");
    assert_eq!(shift.calls(3), None);
}

#[test]
fn a_talk_that_ended_while_the_exchange_was_away_is_over_for_its_caller_too() {
    let mut shift = Shift::with_ready(1);
    shift.call(1);
    let talk = shift.calls(1).expect("it rings");
    shift.accept(1);
    shift.joined(talk);
    let fence = shift.contact(talk).fence;
    let bridge = Standing { contact: talk, fence, held: false, masked: false, consult: None };
    shift.say(Input::ExchangeDown);
    shift.end(1, talk);
    let outputs =
        shift.say(Input::ExchangeUp { bridges: vec![bridge], calls: vec![CALL], dialled: Vec::new() });
    assert_eq!(released(&outputs), Some(EndReason::OperatorEnded));
    assert_eq!(shift.calls(1), None, "the caller does not stand in the queue again");
    assert_eq!(shift.centre.today(shift.now).arrived, 1);
}

#[test]
fn a_lost_operator_leaves_the_caller_at_the_head_of_the_queue() {
    let mut shift = Shift::with_ready(2);
    shift.choose(2, Chosen::Break);
    shift.call(1);
    let contact = shift.calls(1).expect("it rings");
    shift.accept(1);
    shift.joined(contact);
    shift.kill(1);
    shift.pass(31_000);
    assert_eq!(shift.phase(contact), Phase::Waiting);
    shift.choose(2, shift::BOTH);
    shift.accept(2);
    shift.joined(contact);
    assert_eq!(shift.who(2).presence, Presence::Call);
}

#[test]
fn a_raised_hand_keeps_its_time_until_it_is_lowered_or_its_owner_signs_out() {
    let mut shift = Shift::with_ready(1);
    let session = shift.session(1);
    let raise = |up| Input::RaiseHand { operator: op(1), session, up };
    shift.say(raise(true));
    let since = shift.who(1).asks.expect("it is up");
    shift.pass(3_000);
    assert_eq!(shift.say(raise(true)), [], "the same again changes nothing");
    assert_eq!(shift.who(1).asks, Some(since));
    shift.say(raise(false));
    assert_eq!(shift.who(1).asks, None);
    shift.say(raise(true));
    shift.say(Input::SignOut { operator: op(1), session });
    assert_eq!(shift.who(1).asks, None);
}

#[test]
fn what_came_of_a_callback_is_a_fact_once_the_call_is_over() {
    let mut shift = Shift::with_ready(1);
    let (operator, session) = (op(1), shift.session(1));
    let settle = |contact, session| {
        let result = CallbackResult::NotReached;
        Input::SettleCallback { operator, session, contact, result }
    };
    shift.call(1);
    let contact = shift.calls(1).expect("it rings");
    assert_eq!(refused(&shift.say(settle(contact, session))), Some(Code::Gone), "it still rings");
    assert_eq!(refused(&shift.say(settle(ContactId(contact.0 + 1), session))), Some(Code::Gone));
    hang_up(&mut shift, CALL);
    assert_eq!(refused(&shift.say(settle(contact, Session(1)))), Some(Code::Replaced));
    let settled = Fact::CallbackSettled { contact, operator, result: CallbackResult::NotReached };
    assert_eq!(shift.say(settle(contact, session)), [Output::Fact(settled)]);
    shift.restart(0);
}
