//! 目隠し: no picture of a masked visitor reaches a desk, whatever happens to legs and lines.

use super::*;

/// What operator 1's desk is given of booth 1's leg.
fn voice(leg: u64) -> Output {
    select(operator(1), 20, Source::Voice(name(booth(1), leg)))
}

fn whole(leg: u64) -> Output {
    select(operator(1), 20, Source::Leg(name(booth(1), leg)))
}

fn masked() -> Table {
    let mut table = talking();
    assert_eq!(table.handle(NOW, mask(1, 5, true)), [voice(10)]);
    table
}

#[test]
fn a_mask_takes_the_picture_and_leaves_the_voice_and_lifted_asks_for_a_picture_at_once() {
    let mut table = masked();
    assert!(bridges(&mut table)[0].masked, "the inventory tells it");
    assert_eq!(table.handle(NOW, mask(1, 5, true)), [], "said twice it changes nothing");
    let lifted = table.handle(NOW, mask(1, 5, false));
    assert_eq!(lifted, [whole(10), Output::Keyframe(name(booth(1), 10))]);
    assert!(!bridges(&mut table)[0].masked);
}

#[test]
fn a_mask_outlasts_the_visitors_page_and_the_desks_leg() {
    let mut table = masked();
    table.handle(NOW, offer(booth(1), 11));
    table.handle(NOW, Input::Answered { leg: name(booth(1), 11), sdp: "answer".into() });
    assert!(table.handle(NOW, Input::LegUp(name(booth(1), 11))).contains(&voice(11)));
    let again = up(&mut table, operator(1), 21);
    let voice = select(operator(1), 21, Source::Voice(name(booth(1), 11)));
    assert!(again.contains(&voice), "{again:?}");
}

#[test]
fn a_mask_outlasts_an_ice_restart_a_silence_and_a_hold() {
    let mut table = masked();
    let name = name(booth(1), 10);
    let restarted = table.handle(NOW, sdp(booth(1), 10, true));
    assert_eq!(restarted, [Output::Restart { leg: name, sdp: "offer".into() }]);
    table.handle(NOW, Input::LegDown(name));
    assert_eq!(table.handle(NOW, Input::LegUp(name))[0], voice(10));
    table.handle(NOW, hold(1, 5, true));
    assert!(table.handle(NOW, hold(1, 5, false)).contains(&voice(10)));
}

#[test]
fn a_masked_talk_that_is_joined_again_begins_masked() {
    let mut table = masked();
    table.handle(NOW, wait(1, booth(1)));
    let outputs = table.handle(NOW, join_masked(1, 6, booth(1), operator(1)));
    assert!(outputs.contains(&voice(10)) && !outputs.contains(&whole(10)), "{outputs:?}");
    assert!(!outputs.contains(&Output::Keyframe(name(booth(1), 10))), "nobody looks: {outputs:?}");
}

#[test]
fn a_mask_said_while_the_join_waits_holds_from_the_first_packet() {
    let mut table = Table::default();
    up(&mut table, operator(1), 20);
    table.handle(NOW, join(1, 5, booth(1), operator(1)));
    table.handle(NOW, mask(1, 5, true));
    assert!(up(&mut table, booth(1), 10).contains(&voice(10)));
}

#[test]
fn a_join_said_again_brings_the_servers_latest_word() {
    let mut table = talking();
    assert_eq!(table.handle(NOW, join_masked(1, 5, booth(1), operator(1)))[0], voice(10));
    assert_eq!(table.handle(NOW, join(1, 5, booth(1), operator(1)))[0], whole(10));
}

#[test]
fn a_mask_under_an_old_fence_or_for_nobody_changes_nothing() {
    let mut table = masked();
    for echo in [mask(1, 4, false), mask(1, 6, false), mask(2, 5, false)] {
        assert_eq!(table.handle(NOW, echo), []);
    }
    assert!(bridges(&mut table)[0].masked);
}
