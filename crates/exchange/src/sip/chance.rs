//! Random days of a call and random headers of a caller, checked against what must always hold. It stands outside of
//! the rooms that decide, because those know no chance.

use desk::time::{Millis, Time};
use link::state::Caller;
use rand::Rng;
use rand::rngs::StdRng;

use super::call::{Call, Change, FAREWELL, Input, Output, Reply, Rules, Session};
use super::caller::{MAX_NUMBER, MIN_NUMBER, Told, caller};
use super::dial::{self, Dial, DialNews};
use crate::fuzz;

fn any_input(chance: &mut StdRng, now: Time) -> Input {
    let reply = [Reply::Fine, Reply::Later, Reply::Refused, Reply::Gone][chance.random_range(0..4)];
    match chance.random_range(0..16) {
        0 => Input::AnswerWanted,
        1 => Input::HangUpWanted,
        2 => Input::Cancelled,
        3 | 4 => Input::Acked,
        5 => Input::AckLost,
        6 => Input::Bye,
        7 => Input::ByeAnswered,
        8 | 9 => Input::Refreshed(reply),
        10 | 11 => Input::Probed(reply),
        12 => Input::LastHeard(Time(now.0 - chance.random_range(0..40_000))),
        _ => Input::Changed(Change {
            is_invite: chance.random(),
            offers: chance.random(),
            fits: chance.random(),
            holds: chance.random(),
            session: any_session(chance),
        }),
    }
}

fn any_session(chance: &mut StdRng) -> Option<Session> {
    let every = Millis::seconds(chance.random_range(0..2_000));
    chance.random_bool(0.5).then(|| Session { every, is_ours: chance.random() })
}

#[test]
fn whatever_happens_a_call_ends_once_and_is_freed_in_time() {
    for mut round in fuzz::rounds() {
        let chance = &mut round.chance;
        let mut now = Time(100_000_000);
        let longest = chance.random_bool(0.3).then(|| Millis(chance.random_range(1..100_000)));
        let rules = Rules { answers_at_once: chance.random(), silence: Millis::seconds(18), longest };
        let (mut call, outputs) = match chance.random_bool(0.7) {
            true => Call::invited(now, rules, any_session(chance), chance.random()),
            false => (Call::dialled(now, rules, any_session(chance), chance.random()), Vec::new()),
        };
        let mut answers = count(&outputs, |output| *output == Output::Answer);
        let (mut told, mut freed, mut hung_up) = (0, 0, None);
        for _ in 0..40 {
            let due = call.poll_timeout();
            let outputs = match due {
                Some((at, _)) if chance.random_bool(0.5) => {
                    assert!(!call.is_gone(), "a freed call waits for nothing");
                    now = now.max(at);
                    call.handle_timeout(now)
                }
                _ => {
                    now = now + Millis(chance.random_range(0..5_000));
                    let input = any_input(chance, now);
                    if input == Input::HangUpWanted && !call.is_gone() {
                        hung_up.get_or_insert(now);
                    }
                    call.handle(now, input)
                }
            };
            answers += count(&outputs, |output| *output == Output::Answer);
            told += count(&outputs, |output| matches!(output, Output::Tell(_)));
            freed += count(&outputs, |output| *output == Output::Free);
            assert!(answers <= 1 && told <= 1 && freed <= 1, "{outputs:?}");
            assert_eq!(freed == 1, call.is_gone());
        }
        if let (Some(at), Some((due, _))) = (hung_up, call.poll_timeout()) {
            assert!(due <= now.max(at + FAREWELL), "it hangs on");
        }
    }
}

fn count(outputs: &[Output], what: impl Fn(&Output) -> bool) -> usize {
    outputs.iter().filter(|output| what(output)).count()
}

fn any_word(chance: &mut StdRng) -> dial::Input {
    let status = [403, 404, 408, 480, 486, 487, 500, 503, 603][chance.random_range(0..9)];
    match chance.random_range(0..12) {
        0..3 => dial::Input::Trying,
        3..6 => dial::Input::Ringing,
        6 => dial::Input::Sent,
        7 => dial::Input::Accepted { fits: chance.random() },
        8 => dial::Input::HangUpWanted,
        _ => dial::Input::Refused { status },
    }
}

#[test]
fn whatever_happens_an_outgoing_call_is_told_once_and_is_over_in_time() {
    for mut round in fuzz::rounds() {
        let chance = &mut round.chance;
        let mut now = Time(100_000_000);
        let trunks = chance.random_range(1..4);
        let (mut dial, mut outputs) = Dial::begin(now, trunks);
        let (mut invites, mut ends, mut handed_over) = (0, 0, 0);
        let (mut spoke, mut rang, mut left, mut unwanted) = (false, false, None, false);
        for _ in 0..40 {
            for output in outputs {
                match output {
                    dial::Output::Invite => (invites, spoke, rang) = (invites + 1, false, false),
                    dial::Output::Cancel => {
                        assert!(spoke, "a CANCEL before the carrier spoke");
                        left.get_or_insert(now);
                    }
                    dial::Output::Tell(DialNews::Ringing) => {
                        assert_eq!((ends, unwanted), (0, false))
                    }
                    dial::Output::Tell(DialNews::Answered | DialNews::Failed(_)) => ends += 1,
                    dial::Output::HandOver => handed_over += 1,
                    dial::Output::Bye => {}
                }
            }
            assert!(invites <= trunks && ends <= 1 && handed_over <= ends);
            assert!(!unwanted || handed_over == 0, "nobody wants it any more");
            if dial.is_over() {
                break;
            }
            (now, outputs) = match dial.poll_timeout() {
                Some((at, _)) if chance.random_bool(0.3) => (now.max(at), dial.handle_timeout(now.max(at))),
                _ => {
                    now = now + Millis(chance.random_range(0..5_000));
                    let input = match any_word(chance) {
                        // No INVITE goes out again for a telephone that rings.
                        dial::Input::Sent if rang => dial::Input::Ringing,
                        word => word,
                    };
                    match input {
                        dial::Input::Sent => spoke = false,
                        dial::Input::Trying => spoke = true,
                        dial::Input::Ringing => (spoke, rang) = (true, true),
                        dial::Input::HangUpWanted => {
                            unwanted = true;
                            left.get_or_insert(now);
                        }
                        dial::Input::Accepted { .. } | dial::Input::Refused { .. } => {}
                    }
                    (now, dial.handle(now, input))
                }
            };
        }
        if let Some((due, _)) = dial.poll_timeout() {
            assert!(left.is_none_or(|at| due <= now.max(at + FAREWELL)), "it hangs on");
        }
        assert!(!dial.is_over() || unwanted || ends == 1, "nobody was told");
    }
}

#[test]
fn no_header_brings_the_reading_of_callers_down() {
    let pieces = [
        "\"",
        "\\",
        "<",
        ">",
        "sip:",
        "tel:",
        "@",
        ";",
        ",",
        "+81",
        "09012345678",
        "Anonymous",
        "公衆",
        "%2B",
        " ",
        "cpc=payphone",
        "?",
        "é",
        "\u{0}",
        ":",
        "81",
    ];
    for mut round in fuzz::rounds() {
        let chance = &mut round.chance;
        let count = chance.random_range(0..12);
        let text: String = (0..count).map(|_| pieces[chance.random_range(0..pieces.len())]).collect();
        let found = caller(Told { asserted: &[&text], from: &text, privacy: Some(&text) });
        if let Caller::Number { number } = found {
            assert!(number.bytes().all(|digit| digit.is_ascii_digit()), "{text}");
            assert!((MIN_NUMBER..=MAX_NUMBER).contains(&number.len()), "{text}");
        }
    }
}
