//! Stories of a restart: the facts alone give the centre back, and nobody is blamed for the gap.

mod shift;

use desk::centre::{Input, Owner, Standing};
use desk::contact::Phase;
use desk::presence::{Channels, Presence};
use shift::{Shift, booth, joins, op};

#[test]
fn a_busy_centre_comes_back_equal_and_its_talks_go_on() {
    let mut shift = Shift::with_ready(3);
    let talk = shift.talk(1, 1);
    let wrapping = shift.talk(2, 2);
    shift.end(2, wrapping);
    let ringing = shift.ring(3);
    let waiting = shift.ring(4);
    let (fence, session) = (shift.contact(talk).fence, shift.session(1));
    let phases = |shift: &Shift| [talk, wrapping, ringing, waiting].map(|id| shift.phase(id));
    let before = phases(&shift);
    assert_eq!(before, [Phase::Live, Phase::Wrapping, Phase::Offered, Phase::Waiting]);
    shift.restart(4_000);
    assert_eq!(phases(&shift), before);
    shift.say(Input::Attach { operator: op(1), session });
    let bridge = Standing { contact: talk, fence, held: false, masked: false, consult: None };
    assert_eq!(
        joins(&shift.say(Input::ExchangeUp {
            bridges: vec![bridge],
            calls: Vec::new(),
            dialled: Vec::new()
        })),
        []
    );
    assert_eq!(shift.phase(talk), Phase::Live);
}

#[test]
fn leases_have_the_grace_of_a_start_on_top() {
    let mut shift = Shift::with_ready(1);
    let talk = shift.talk(1, 1);
    shift.restart(1_000);
    shift.say(Input::BoothLine { booth: booth(1), up: true });
    shift.pass(34_999);
    assert_eq!(shift.who(1).presence, Presence::Video);
    shift.pass(1);
    assert_eq!((shift.who(1).presence, shift.phase(talk)), (Presence::Lost, Phase::Live));
    shift.pass(20_000);
    assert_eq!(shift.phase(talk), Phase::Waiting);
}

#[test]
fn a_seat_that_could_not_see_its_ring_is_not_blamed() {
    let mut shift = Shift::with_ready(1);
    let contact = shift.ring(1);
    shift.restart(1_000);
    shift.say(Input::BoothLine { booth: booth(1), up: true });
    shift.pass(19_000);
    let ready = Presence::Available { channels: Channels::Both };
    assert_eq!((shift.phase(contact), shift.who(1).presence), (Phase::Waiting, ready));
}

#[test]
fn an_accept_before_the_exchange_is_back_joins_when_it_comes() {
    let mut shift = Shift::with_ready(1);
    let contact = shift.ring(1);
    let session = shift.session(1);
    shift.restart(1_000);
    shift.say(Input::Attach { operator: op(1), session });
    shift.say(Input::BoothLine { booth: booth(1), up: true });
    assert_eq!(joins(&shift.accept(1)), []);
    shift.pass(8_000);
    shift.say(Input::Heartbeat { operator: op(1), session });
    assert_eq!(shift.phase(contact), Phase::Connecting);
    let outputs =
        shift.say(Input::ExchangeUp { bridges: Vec::new(), calls: Vec::new(), dialled: Vec::new() });
    assert_eq!(joins(&outputs).len(), 1);
}

#[test]
fn booths_count_as_lost_since_the_start() {
    let mut shift = Shift::with_ready(0);
    let waiting = shift.ring(1);
    shift.restart(60_000);
    shift.pass(29_999);
    assert_eq!(shift.phase(waiting), Phase::Waiting);
    shift.pass(1);
    assert_eq!(shift.phase(waiting), Phase::Closed);
}

#[test]
fn an_exchange_without_the_bridge_after_a_restart_is_asked_again() {
    let mut shift = Shift::with_ready(1);
    let talk = shift.talk(1, 1);
    shift.restart(1_000);
    shift.media(Owner::Booth { booth: booth(1) }, true);
    shift.media(Owner::Operator { operator: op(1) }, true);
    let outputs =
        shift.say(Input::ExchangeUp { bridges: Vec::new(), calls: Vec::new(), dialled: Vec::new() });
    assert_eq!(joins(&outputs).len(), 1);
    assert_eq!(shift.phase(talk), Phase::Connecting);
}
