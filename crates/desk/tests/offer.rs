//! Stories of the queue: who rings, who wins, who is told what.

mod shift;

use desk::calendar::Duty;
use desk::centre::{Input, Output, Owner, RescindWhy, Settings};
use desk::code::Code;
use desk::contact::{Channel, DeclineReason, Phase};
use desk::end::EndReason;
use desk::presence::{AwayWhy, Channels, Chosen, Presence};
use desk::time::Millis;
use shift::{BOTH, Shift, booth, joins, op, refused};

const NO_ANSWER: Presence = Presence::Away { why: AwayWhy::NoAnswer };
const READY: Presence = Presence::Available { channels: Channels::Both };

fn rescinds(outputs: &[Output]) -> Vec<(u32, RescindWhy)> {
    let rescind = |output: &Output| match output {
        Output::Rescind { operator, why, .. } => Some((operator.0, *why)),
        _ => None,
    };
    outputs.iter().filter_map(rescind).collect()
}

fn decline(shift: &mut Shift, id: u32, reason: DeclineReason) -> Vec<Output> {
    let (offer, _) = shift.rings_at(id).expect("something rings here");
    let session = shift.session(id);
    shift.say(Input::Decline { operator: op(id), session, offer, reason })
}

fn three_ring() -> Shift {
    let mut shift = Shift::with_ready(3);
    shift.say(Input::Settings(Settings { offers_at_once: 3, ..Settings::default() }));
    shift
}

#[test]
fn the_seat_that_is_idle_the_longest_rings_and_says_why() {
    let mut shift = Shift::with_ready(3);
    let contact = shift.ring(1);
    assert_eq!(shift.phase(contact), Phase::Offered);
    let (offer, fence) = shift.rings_at(1).expect("operator 1 is idle the longest");
    assert_eq!((shift.rings_at(2), shift.rings_at(3)), (None, None));
    assert_eq!(shift.who(1).presence, Presence::Ringing { channel: Channel::Booth });
    let known = shift.centre.offer(offer).expect("open");
    assert_eq!((known.why.ready, known.why.idle_ms, known.why.rings_before), (3, Millis(3_000), 0));
    assert_eq!((fence.0, known.expires), (1, shift.now + Millis(20_000)));
}

#[test]
fn a_ring_that_ran_out_makes_its_seat_away_and_goes_to_the_next() {
    let mut shift = Shift::with_ready(2);
    let contact = shift.ring(1);
    let outputs = shift.pass(20_000);
    assert_eq!(rescinds(&outputs), [(1, RescindWhy::NoAnswer)]);
    assert_eq!((shift.who(1).presence, shift.who(1).next), (NO_ANSWER, BOTH));
    assert_eq!(shift.rings_at(2).map(|(_, fence)| fence.0), Some(2));
    assert_eq!(shift.centre.ahead(contact), Some(0));
    shift.choose(1, BOTH);
    assert_eq!(shift.who(1).presence, READY);
}

#[test]
fn whoever_did_not_answer_and_was_lost_comes_back_away() {
    let mut shift = Shift::with_ready(1);
    shift.ring(1);
    shift.pass(20_000);
    let session = shift.cut_off(1);
    shift.pass(15_000);
    shift.say(Input::Heartbeat { operator: op(1), session });
    assert_eq!(shift.who(1).presence, Presence::Away { why: AwayWhy::Chosen });
}

#[test]
fn of_two_accepts_one_wins_and_the_other_is_told_by_whom() {
    let mut shift = three_ring();
    let contact = shift.ring(1);
    let (late, late_fence) = shift.rings_at(1).expect("rings at all three");
    let outputs = shift.accept(2);
    let taken = RescindWhy::TakenBy { operator: op(2) };
    assert_eq!(rescinds(&outputs), [(1, taken), (3, taken)]);
    assert_eq!(joins(&outputs).len(), 1);
    assert_eq!(shift.contact(contact).operator, Some(op(2)));
    assert_eq!(refused(&shift.accept_offer(1, late, late_fence)), Some(Code::Taken));
    assert_eq!((shift.who(1).presence, shift.who(3).presence), (READY, READY));
    assert_eq!(shift.who(2).presence, Presence::Video);
}

#[test]
fn the_same_accept_again_has_the_same_answer_and_no_second_effect() {
    let mut shift = Shift::with_ready(1);
    let contact = shift.ring(1);
    let (offer, fence) = shift.rings_at(1).expect("rings");
    shift.accept(1);
    assert_eq!(shift.accept_offer(1, offer, fence), []);
    shift.joined(contact);
    assert_eq!(shift.accept_offer(1, offer, fence), []);
    shift.end(1, contact);
    shift.finish(1, contact);
    assert_eq!(refused(&shift.accept_offer(1, offer, fence)), Some(Code::Gone));
}

#[test]
fn an_accept_is_refused_when_late_foreign_or_under_another_fence() {
    let mut shift = Shift::with_ready(2);
    shift.ring(1);
    let (offer, fence) = shift.rings_at(1).expect("rings");
    assert_eq!(refused(&shift.accept_offer(2, offer, fence)), Some(Code::Gone));
    assert_eq!(refused(&shift.accept_offer(1, offer, desk::ids::Fence(9))), Some(Code::StaleFence));
    let stale = Input::Accept { operator: op(1), session: desk::ids::Session(1), offer, fence };
    assert_eq!(refused(&shift.say(stale)), Some(Code::Replaced));
    // The timer has not been looked at yet, the deadline holds all the same.
    let expires = shift.centre.offer(offer).expect("open").expires;
    shift.now = expires;
    assert_eq!(refused(&shift.accept_offer(1, offer, fence)), Some(Code::TooLate));
    shift.pass(1);
    assert_eq!(refused(&shift.accept_offer(1, offer, fence)), Some(Code::TooLate));
}

#[test]
fn a_visitor_who_leaves_during_the_ring_stops_it_everywhere() {
    let mut shift = three_ring();
    let contact = shift.ring(1);
    let (offer, fence) = shift.rings_at(1).expect("rings");
    let outputs = shift.leave(1, contact);
    assert_eq!(rescinds(&outputs).len(), 3);
    assert_eq!(shift.contact(contact).end, Some(EndReason::AbandonedRinging));
    assert_eq!(shift.who(1).presence, READY);
    assert_eq!(refused(&shift.accept_offer(1, offer, fence)), Some(Code::Gone));
    assert_eq!(shift.centre.today(shift.now).abandoned, 1);
}

#[test]
fn whoever_declined_is_spared_while_another_seat_can_ring() {
    let mut shift = Shift::with_ready(2);
    shift.ring(1);
    let outputs = decline(&mut shift, 1, DeclineReason::StillBusy);
    assert_eq!(rescinds(&outputs), [(1, RescindWhy::Declined)]);
    assert_eq!(shift.who(1).presence, READY);
    assert!(shift.rings_at(2).is_some());
}

#[test]
fn the_only_seat_gets_a_contact_that_it_declined_after_a_pause() {
    let mut shift = Shift::with_ready(1);
    let contact = shift.ring(1);
    decline(&mut shift, 1, DeclineReason::StillBusy);
    assert_eq!(shift.phase(contact), Phase::Waiting);
    shift.pass(9_999);
    assert_eq!(shift.rings_at(1), None);
    shift.pass(1);
    assert!(shift.rings_at(1).is_some());
}

#[test]
fn whoever_must_leave_declines_into_away() {
    let mut shift = Shift::with_ready(1);
    shift.ring(1);
    decline(&mut shift, 1, DeclineReason::MustLeave);
    assert_eq!(shift.who(1).presence, Presence::Away { why: AwayWhy::Chosen });
}

#[test]
fn the_longest_wait_is_served_first_and_keeps_its_place_after_a_decline() {
    let mut shift = Shift::new(Settings::default());
    let first = shift.ring(1);
    shift.pass(1_000);
    let second = shift.ring(2);
    assert_eq!((shift.centre.ahead(first), shift.centre.ahead(second)), (Some(0), Some(1)));
    shift.ready(1);
    assert_eq!((shift.phase(first), shift.phase(second)), (Phase::Offered, Phase::Waiting));
    decline(&mut shift, 1, DeclineReason::StillBusy);
    assert_eq!((shift.phase(first), shift.phase(second)), (Phase::Waiting, Phase::Offered));
    assert_eq!(shift.centre.ahead(first), Some(0));
    shift.ready(2);
    assert_eq!(shift.phase(first), Phase::Offered);
}

#[test]
fn a_seat_rings_only_for_the_channels_it_chose_and_with_its_media_up() {
    let mut shift = Shift::new(Settings::default());
    shift.ready(1);
    shift.choose(1, Chosen::Available { channels: Channels::Phone });
    shift.sign_in(2);
    shift.choose(2, BOTH);
    let contact = shift.ring(1);
    assert_eq!(shift.phase(contact), Phase::Waiting);
    assert_eq!(shift.ready_count(), 0);
    shift.media(Owner::Operator { operator: op(2) }, true);
    assert!(shift.rings_at(2).is_some());
    // Its media breaks: the ring moves on, and nobody is blamed.
    shift.media(Owner::Operator { operator: op(2) }, false);
    assert_eq!((shift.phase(contact), shift.who(2).presence), (Phase::Waiting, READY));
}

#[test]
fn a_suspect_seat_gets_no_offer_and_loses_its_ring() {
    let mut shift = Shift::with_ready(2);
    shift.cut_off(1);
    shift.pass(5_000);
    let contact = shift.ring(1);
    assert!(shift.rings_at(1).is_some());
    shift.pass(10_000);
    assert_eq!((shift.rings_at(1), shift.rings_at(2).is_some()), (None, true));
    let outputs = shift.leave(1, contact);
    assert_eq!(rescinds(&outputs), [(2, RescindWhy::VisitorLeft)]);
}

#[test]
fn a_seat_whose_socket_closed_gets_no_offer_at_all() {
    let mut shift = Shift::with_ready(2);
    shift.kill(1);
    assert_eq!(shift.ready_count(), 1);
    shift.ring(1);
    assert_eq!((shift.rings_at(1), shift.rings_at(2).is_some()), (None, true));
}

#[test]
fn a_talk_ends_the_round_in_which_a_seat_declined() {
    let mut shift = Shift::with_ready(2);
    let contact = shift.ring(1);
    decline(&mut shift, 1, DeclineReason::StillBusy);
    shift.accept(2);
    shift.joined(contact);
    shift.pass(1_000);
    shift.ready(3);
    shift.kill(2);
    shift.pass(30_000);
    // Seat 1 is idle longer than seat 3, and its decline is forgotten.
    assert!(shift.rings_at(1).is_some());
}

#[test]
fn choosing_during_a_ring_is_what_follows_it() {
    let mut shift = Shift::with_ready(1);
    let contact = shift.ring(1);
    shift.choose(1, Chosen::Break);
    assert_eq!(shift.who(1).presence, Presence::Ringing { channel: Channel::Booth });
    shift.leave(1, contact);
    assert_eq!(shift.who(1).presence, Presence::Break);
}

#[test]
fn a_sign_out_gives_the_ring_to_the_next_seat() {
    let mut shift = Shift::with_ready(2);
    shift.ring(1);
    let outputs = shift.say(Input::SignOut { operator: op(1), session: shift.session(1) });
    assert_eq!(rescinds(&outputs), [(1, RescindWhy::SeatGone)]);
    assert_eq!(shift.who(1).presence, Presence::Off);
    assert!(shift.rings_at(2).is_some());
}

#[test]
fn a_closed_channel_takes_no_ring_but_serves_who_waits() {
    let mut shift = Shift::new(Settings::default());
    let contact = shift.ring(1);
    shift.say(Input::Settings(Settings { open: Duty::PhoneOnly, ..Settings::default() }));
    assert_eq!(refused(&shift.say(Input::Ring { booth: booth(2) })), Some(Code::Closed));
    assert_eq!(refused(&shift.say(Input::Ring { booth: booth(1) })), Some(Code::AlreadyWaiting));
    shift.ready(1);
    assert_eq!(shift.phase(contact), Phase::Offered);
}

#[test]
fn when_the_booths_close_talks_and_rings_go_on_and_the_telephone_stays_ready() {
    let mut shift = Shift::with_ready(2);
    let talk = shift.talk(1, 1);
    let ringing = shift.ring(2);
    let close = |open| Input::Settings(Settings { open, ..Settings::default() });
    assert_eq!(shift.say(close(Duty::PhoneOnly)), []);
    assert_eq!((shift.phase(talk), shift.phase(ringing)), (Phase::Live, Phase::Offered));
    shift.accept(2);
    shift.joined(ringing);
    shift.pass(600_000);
    assert_eq!((shift.phase(talk), shift.phase(ringing)), (Phase::Live, Phase::Live));
    shift.end(1, talk);
    shift.finish(1, talk);
    assert_eq!(shift.who(1).presence, READY, "the seat keeps what it chose");
    let queue = |shift: &Shift, channel| {
        let queue = shift.centre.queue(channel, shift.now);
        (queue.open, queue.ready)
    };
    assert_eq!(queue(&shift, Channel::Phone), (true, 1));
    assert_eq!(queue(&shift, Channel::Booth), (false, 1));
    assert_eq!(refused(&shift.say(Input::Ring { booth: booth(1) })), Some(Code::Closed));
    shift.say(close(Duty::Closed));
    assert_eq!(queue(&shift, Channel::Phone), (false, 1));
    shift.say(close(Duty::Both));
    let next = shift.ring(1);
    assert_eq!(shift.phase(next), Phase::Offered, "a new day");
}

#[test]
fn a_full_queue_refuses() {
    let mut shift = Shift::new(Settings { queue_limit: 1, ..Settings::default() });
    shift.ring(1);
    assert_eq!(refused(&shift.say(Input::Ring { booth: booth(2) })), Some(Code::QueueFull));
}

#[test]
fn numbers_count_up_within_a_day_and_begin_again_on_the_next() {
    let mut shift = Shift::new(Settings::default());
    let (first, second) = (shift.ring(1), shift.ring(2));
    assert_eq!((shift.contact(first).serial, shift.contact(second).serial), (1, 2));
    assert_eq!(shift.contact(second).day.ymd(), (2026, 4, 6));
    shift.leave(1, first);
    shift.pass(15 * 3_600_000);
    let next_day = shift.ring(1);
    assert_eq!((shift.contact(next_day).serial, shift.contact(next_day).day.ymd()), (1, (2026, 4, 7)));
    assert_eq!(shift.centre.today(shift.now).arrived, 1);
}
