//! The complete table of an outgoing call, and its timers.

use std::fmt::Write;

use super::*;

const NOW: Time = Time(1_000_000);

/// An outgoing call in each of its states, made by inputs alone.
fn states() -> Vec<(&'static str, Dial)> {
    let after = |trunks: usize, inputs: &[Input]| {
        let mut dial = Dial::begin(NOW, trunks).0;
        for input in inputs {
            dial.handle(NOW, *input);
        }
        dial
    };
    vec![
        ("tries", after(1, &[])),
        ("tries, spare", after(2, &[])),
        ("waits", after(1, &[Input::Trying])),
        ("waits, spare", after(2, &[Input::Trying])),
        ("rings", after(2, &[Input::Ringing])),
        ("gives up", after(2, &[Input::HangUpWanted])),
        ("cancelled", after(2, &[Input::Ringing, Input::HangUpWanted])),
        ("over", after(1, &[Input::Refused { status: 486 }])),
    ]
}

fn inputs() -> Vec<(&'static str, Input)> {
    vec![
        ("INVITE sent", Input::Sent),
        ("100", Input::Trying),
        ("180", Input::Ringing),
        ("200", Input::Accepted { fits: true }),
        ("200, no codec", Input::Accepted { fits: false }),
        ("404", Input::Refused { status: 404 }),
        ("408", Input::Refused { status: 408 }),
        ("480", Input::Refused { status: 480 }),
        ("486", Input::Refused { status: 486 }),
        ("503", Input::Refused { status: 503 }),
        ("603", Input::Refused { status: 603 }),
        ("hang up wanted", Input::HangUpWanted),
    ]
}

#[test]
fn every_input_in_every_state_does_what_the_table_says() {
    let mut table = String::new();
    for (name, input) in inputs() {
        for (state, mut dial) in states() {
            let outputs: Vec<String> =
                dial.handle(NOW, input).into_iter().map(|output| format!("{output:?}")).collect();
            let row = format!("{name:15}| {state:13}| {:13}| {}", short(&dial), outputs.join(" "));
            let _ = writeln!(table, "{}", row.trim_end());
        }
    }
    println!("{table}");
    assert_eq!(table, include_str!("table.txt"), "the table changed: look at it, then write it down");
}

fn short(dial: &Dial) -> &'static str {
    match (dial.state, dial.spare) {
        (State::Tries { .. }, 0) => "tries",
        (State::Tries { .. }, _) => "tries, spare",
        (State::Waits { .. }, 0) => "waits",
        (State::Waits { .. }, _) => "waits, spare",
        (State::Rings { .. }, _) => "rings",
        (State::GivesUp { cancelled: false, .. }, _) => "gives up",
        (State::GivesUp { cancelled: true, .. }, _) => "cancelled",
        (State::Over, _) => "over",
    }
}

/// Lets all deadlines pass, with nothing coming in.
fn run(dial: &mut Dial) -> Vec<(u64, Output)> {
    let mut done = Vec::new();
    while let Some((at, _)) = dial.poll_timeout() {
        assert_eq!(dial.handle_timeout(Time(at.0 - 1)), [], "nothing happens before its time");
        let outputs = dial.handle_timeout(at);
        done.extend(outputs.into_iter().map(|output| (at.since(NOW).0 / 1_000, output)));
    }
    assert!(dial.is_over());
    done
}

#[test]
fn a_silent_trunk_is_left_after_32_seconds_and_the_last_one_fails() {
    let (mut dial, outputs) = Dial::begin(NOW, 2);
    assert_eq!(outputs, [Output::Invite]);
    let done = run(&mut dial);
    assert_eq!(done, [(32, Output::Invite), (64, failed(DialFailure::CarrierTrouble))]);
}

#[test]
fn a_trunk_that_never_rings_is_cancelled_after_a_minute() {
    let (mut dial, _) = Dial::begin(NOW, 2);
    dial.handle(NOW, Input::Trying);
    let done = run(&mut dial);
    assert_eq!(done, [(60, Output::Cancel), (60, failed(DialFailure::CarrierTrouble))]);
}

#[test]
fn nobody_rings_for_longer_than_a_minute() {
    let (mut dial, _) = Dial::begin(NOW, 2);
    dial.handle(NOW, Input::Trying);
    assert_eq!(dial.handle(NOW, Input::Ringing), [Output::Tell(DialNews::Ringing)]);
    dial.handle(NOW + Millis::seconds(30), Input::Ringing);
    let done = run(&mut dial);
    assert_eq!(done, [(60, Output::Cancel), (60, failed(DialFailure::NotAnswered))]);
}

#[test]
fn what_was_given_up_is_forgotten_within_35_seconds() {
    for heard in [None, Some(Input::Trying), Some(Input::Ringing)] {
        let (mut dial, _) = Dial::begin(NOW, 2);
        for input in heard.into_iter().chain([Input::HangUpWanted]) {
            dial.handle(NOW, input);
        }
        assert_eq!(dial.poll_timeout().map(|(at, _)| at), Some(NOW + Millis::seconds(35)));
        assert_eq!(run(&mut dial), []);
    }
}

#[test]
fn a_digest_gives_the_trunk_its_time_anew_and_is_cancelled_too() {
    let (mut dial, _) = Dial::begin(NOW, 1);
    dial.handle(NOW, Input::Trying);
    dial.handle(NOW + Millis::seconds(20), Input::Sent);
    assert_eq!(dial.poll_timeout().map(|(at, _)| at), Some(NOW + Millis::seconds(52)));
    dial.handle(NOW, Input::Trying);
    assert_eq!(dial.handle(NOW, Input::HangUpWanted), [Output::Cancel]);
    assert_eq!(dial.handle(NOW, Input::Sent), []);
    assert_eq!(dial.handle(NOW, Input::Trying), [Output::Cancel], "the CANCEL before was another INVITE's");
}

#[test]
fn each_answer_has_its_meaning() {
    let table = [
        (302, DialFailure::CarrierTrouble),
        (401, DialFailure::CarrierTrouble),
        (403, DialFailure::Refused),
        (404, DialFailure::NotFound),
        (407, DialFailure::CarrierTrouble),
        (408, DialFailure::CarrierTrouble),
        (410, DialFailure::NotFound),
        (480, DialFailure::NotAnswered),
        (484, DialFailure::NotFound),
        (486, DialFailure::Busy),
        (487, DialFailure::NotAnswered),
        (488, DialFailure::CarrierTrouble),
        (500, DialFailure::CarrierTrouble),
        (503, DialFailure::CarrierTrouble),
        (600, DialFailure::Busy),
        (603, DialFailure::Refused),
        (604, DialFailure::NotFound),
    ];
    for (status, why) in table {
        assert_eq!(DialFailure::of(status), why, "{status}");
    }
}
