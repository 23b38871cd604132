//! The complete table of a call, and its timers.

use std::fmt::Write;

use super::*;

const NOW: Time = Time(1_000_000);

fn rules(answers_at_once: bool) -> Rules {
    Rules { answers_at_once, silence: Millis::seconds(18), longest: None }
}

fn change(is_invite: bool) -> Change {
    Change { is_invite, offers: true, fits: true, holds: false, session: None }
}

/// A call in each of its states, made by inputs alone.
fn states() -> Vec<(&'static str, Call)> {
    let rings = || Call::invited(NOW, rules(false), None, false).0;
    let answered = || Call::invited(NOW, rules(true), None, false).0;
    let after = |mut call: Call, inputs: &[Input]| {
        for input in inputs {
            call.handle(NOW, *input);
        }
        call
    };
    vec![
        ("rings", rings()),
        ("answered", answered()),
        ("speaks", after(answered(), &[Input::Acked])),
        ("dialled", Call::dialled(NOW, rules(false), None, false)),
        ("hangs up", after(answered(), &[Input::HangUpWanted])),
        ("leaves", after(answered(), &[Input::Acked, Input::HangUpWanted])),
        ("gone", after(rings(), &[Input::HangUpWanted])),
    ]
}

fn inputs() -> Vec<(&'static str, Input)> {
    let unfit = Change { fits: false, ..change(true) };
    vec![
        ("answer wanted", Input::AnswerWanted),
        ("hang up wanted", Input::HangUpWanted),
        ("CANCEL", Input::Cancelled),
        ("ACK", Input::Acked),
        ("ACK lost", Input::AckLost),
        ("BYE", Input::Bye),
        ("re-INVITE", Input::Changed(change(true))),
        ("UPDATE", Input::Changed(change(false))),
        ("re-INVITE, no codec", Input::Changed(unfit)),
        ("BYE answered", Input::ByeAnswered),
        ("refreshed", Input::Refreshed(Reply::Fine)),
        ("refresh: later", Input::Refreshed(Reply::Later)),
        ("refresh: refused", Input::Refreshed(Reply::Refused)),
        ("refresh: gone", Input::Refreshed(Reply::Gone)),
        ("probed", Input::Probed(Reply::Fine)),
        ("probe: gone", Input::Probed(Reply::Gone)),
        ("heard long ago", Input::LastHeard(Time(0))),
        ("heard just now", Input::LastHeard(NOW)),
    ]
}

#[test]
fn every_input_in_every_state_does_what_the_table_says() {
    let mut table = String::new();
    for (name, input) in inputs() {
        for (state, mut call) in states() {
            let outputs: Vec<String> =
                call.handle(NOW, input).into_iter().map(|output| format!("{output:?}")).collect();
            let row = format!("{name:20}| {state:9}| {:9}| {}", short(&call), outputs.join(" "));
            let _ = writeln!(table, "{}", row.trim_end());
        }
    }
    println!("{table}");
    assert_eq!(table, include_str!("table.txt"), "the table changed: look at it, then write it down");
}

fn short(call: &Call) -> &'static str {
    match call.state {
        State::Rings => "rings",
        State::Speaks { acked: false } => "answered",
        State::Speaks { acked: true } => "speaks",
        State::HangsUp { .. } => "hangs up",
        State::Leaves { .. } => "leaves",
        State::Gone => "gone",
    }
}

/// Runs a call's deadlines, answering "is anything heard?" with `heard`, until it is free or time is up.
fn run(call: &mut Call, from: Time, to: Time, heard: Option<Time>) -> Vec<(u64, Output)> {
    let mut done = Vec::new();
    while let Some((at, _)) = call.poll_timeout().filter(|(at, _)| *at <= to) {
        let mut outputs = call.handle_timeout(at);
        if outputs.contains(&Output::Listen) {
            outputs.extend(call.handle(at, Input::LastHeard(heard.unwrap_or(at))));
        }
        done.extend(outputs.into_iter().map(|output| (at.since(from).0 / 1_000, output)));
    }
    done
}

const LOST: [Output; 4] = [Output::Hush, Output::Tell(CallOver::LineLost), Output::Bye, Output::Free];

#[test]
fn a_bye_that_never_reached_us_frees_the_call_within_35_seconds() {
    let (mut call, _) = Call::invited(NOW, rules(true), None, false);
    call.handle(NOW, Input::Acked);
    let done = run(&mut call, NOW, NOW + Millis::seconds(100), Some(NOW));
    assert_eq!(done[..3], [(18, Output::Listen), (18, Output::Probe), (33, Output::Listen)]);
    assert_eq!(done[3..], LOST.map(|output| (33, output)));
}

#[test]
fn a_far_side_that_hung_up_says_so_when_it_is_asked() {
    let (mut call, _) = Call::invited(NOW, rules(true), None, false);
    call.handle(NOW, Input::Acked);
    run(&mut call, NOW, NOW + Millis::seconds(18), Some(NOW));
    let outputs = call.handle(NOW + Millis::seconds(18), Input::Probed(Reply::Gone));
    assert_eq!(outputs, [Output::Hush, Output::Tell(CallOver::LineLost), Output::Free]);
}

#[test]
fn a_caller_who_is_only_silent_is_kept() {
    let (mut call, _) = Call::invited(NOW, rules(true), None, false);
    call.handle(NOW, Input::Acked);
    for _ in 0..100 {
        let now = call.poll_timeout().unwrap().0;
        assert_eq!(call.handle_timeout(now), [Output::Listen]);
        assert_eq!(call.handle(now, Input::LastHeard(NOW)), [Output::Probe]);
        assert_eq!(call.handle(now, Input::Probed(Reply::Fine)), []);
    }
    // Who does not answer but is heard again is kept as well.
    let now = call.poll_timeout().unwrap().0;
    call.handle_timeout(now);
    assert_eq!(call.handle(now, Input::LastHeard(NOW)), [Output::Probe]);
    let later = call.poll_timeout().unwrap().0;
    assert_eq!(call.handle_timeout(later), [Output::Listen]);
    assert_eq!(call.handle(later, Input::LastHeard(later)), []);
    assert_eq!(call.poll_timeout().unwrap().0, later + Millis::seconds(18));
}

#[test]
fn a_lost_ack_frees_the_call_when_the_stack_gives_up() {
    let (mut call, _) = Call::invited(NOW, rules(true), None, false);
    assert_eq!(call.handle(NOW + Millis::seconds(32), Input::AckLost), LOST);
}

#[test]
fn a_farewell_that_nobody_answers_frees_the_call_within_35_seconds() {
    for acked in [true, false] {
        let (mut call, _) = Call::invited(NOW, rules(true), None, false);
        if acked {
            call.handle(NOW, Input::Acked);
        }
        call.handle(NOW, Input::HangUpWanted);
        let done = run(&mut call, NOW, NOW + Millis::seconds(100), None);
        assert_eq!(done, [(35, Output::Free)]);
    }
}

#[test]
fn a_holder_who_vanished_is_found_within_35_seconds() {
    let (mut call, _) = Call::invited(NOW, rules(true), None, false);
    call.handle(NOW, Input::Acked);
    call.handle(NOW, Input::Changed(Change { holds: true, ..change(false) }));
    let done = run(&mut call, NOW, NOW + Millis::seconds(34), None);
    assert_eq!(done[0], (15, Output::Probe));
    assert_eq!(done[1..], LOST.map(|output| (30, output)));
}

#[test]
fn a_holder_who_answers_is_asked_again_and_again() {
    let (mut call, _) = Call::invited(NOW, rules(true), None, true);
    call.handle(NOW, Input::Acked);
    let mut now = NOW;
    for _ in 0..100 {
        now = call.poll_timeout().unwrap().0;
        assert_eq!(call.handle_timeout(now), [Output::Probe]);
        assert_eq!(call.handle(now, Input::Probed(Reply::Refused)), []);
    }
    assert_eq!(now.since(NOW), Millis::seconds(1_500));
}

#[test]
fn a_session_of_ours_is_refreshed_at_half_time_and_one_of_theirs_is_waited_for() {
    let every = Millis::seconds(90);
    let (mut call, _) = Call::invited(NOW, rules(true), Some(Session { every, is_ours: true }), false);
    call.handle(NOW, Input::Acked);
    let refreshes = |done: Vec<(u64, Output)>| -> Vec<u64> {
        done.into_iter().filter(|(_, output)| *output == Output::Refresh).map(|(at, _)| at).collect()
    };
    assert_eq!(refreshes(run(&mut call, NOW, NOW + Millis::seconds(50), None)), [45]);
    call.handle(NOW + Millis::seconds(45), Input::Refreshed(Reply::Fine));
    assert_eq!(refreshes(run(&mut call, NOW, NOW + Millis::seconds(95), None)), [90]);
    assert!(!call.is_gone());

    let (mut call, _) = Call::invited(NOW, rules(true), Some(Session { every, is_ours: false }), false);
    call.handle(NOW, Input::Acked);
    let done = run(&mut call, NOW, NOW + Millis::seconds(61), None);
    let lost: Vec<(u64, Output)> = done.into_iter().filter(|(_, output)| *output != Output::Listen).collect();
    assert_eq!(lost, LOST.map(|output| (60, output)), "90 s less a third");
}

#[test]
fn a_call_that_rings_for_long_rings_again_each_minute() {
    let (mut call, _) = Call::invited(NOW, rules(false), None, false);
    let done = run(&mut call, NOW, NOW + Millis::seconds(200), None);
    assert_eq!(done, [60, 120, 180].map(|at| (at, Output::Ring)));
}

#[test]
fn a_call_that_we_made_ends_when_it_lasted_for_long_enough() {
    let limited = Rules { longest: Some(Millis::seconds(3_600)), ..rules(false) };
    let mut call = Call::dialled(NOW, limited, None, false);
    let done = run(&mut call, NOW, NOW + Millis::seconds(4_000), None);
    let done: Vec<(u64, Output)> = done.into_iter().filter(|(_, output)| *output != Output::Listen).collect();
    let expected = [Output::Hush, Output::Tell(CallOver::HungUp), Output::Bye].map(|output| (3_600, output));
    assert_eq!(done[..3], expected);
    assert_eq!(done[3..], [(3_635, Output::Free)]);
}

#[test]
fn two_changes_at_once_are_not_mixed() {
    let (mut call, _) = Call::invited(NOW, rules(true), None, false);
    call.handle(NOW, Input::Acked);
    assert_eq!(call.handle(NOW, Input::Changed(change(true))), [Output::Reply(None)]);
    assert_eq!(call.handle(NOW, Input::Changed(change(true))), [Output::Reply(Some(Refusal::Pending))]);
    call.handle(NOW, Input::Acked);
    assert_eq!(call.handle(NOW, Input::Changed(change(true))), [Output::Reply(None)]);
}
