//! Offer, answer, talk, fence: what rings, what is said, what is sent.

use desk::code::Code;
use desk::contact::{Channel, DeclineReason, Disposition, Phase};
use desk::ids::{ContactId, Fence, OfferId};
use desk::presence::Chosen;
use desk::time::Time;
use link::message::OperatorSays;
use link::state::{DeskChange, RingEnd, RingNotice};

use super::fixtures::{Table, state, ticket};
use crate::controller::{Input, LegNews, Output, Sound};
use crate::shell::Notice;
use crate::view::{Intent, LineView};

const QUIET: Sound = Sound { microphone: false, camera: false, speaker: false, phone: false };
const LIVE: Sound = Sound { microphone: true, camera: true, speaker: true, phone: false };

fn accept(offer: u64) -> OperatorSays {
    OperatorSays::Accept { offer: OfferId(offer), fence: Fence(offer + 100) }
}

fn sounds(table: &mut Table) -> Vec<Sound> {
    let did = table.did();
    did.iter()
        .filter_map(|output| if let Output::Sound(sound) = output { Some(*sound) } else { None })
        .collect()
}

#[test]
fn a_visitor_is_taken_talked_to_and_finished() {
    let mut table = Table::at_work();
    table.offered(1);
    let did = table.did();
    assert_eq!(did[0], Output::Ring(true), "the ring comes before everything else");
    assert!(matches!(did[1], Output::Notify(Notice::Offer { offer: OfferId(1), .. })));
    table.intent(Intent::Answer);
    assert_eq!(table.words(), [accept(1)]);
    assert_eq!(table.desk().accepting, Some(OfferId(1)));
    assert_eq!(table.rings(), [false], "the ring stops at the press");

    table.phase(Phase::Connecting);
    table.change(DeskChange::Offer(None));
    assert_eq!(table.desk().accepting, None);
    assert_eq!(
        sounds(&mut table),
        [Sound { speaker: true, ..QUIET }],
        "nothing is sent before the talk is live"
    );
    table.phase(Phase::Live);
    assert_eq!(sounds(&mut table), [LIVE]);
    assert!(table.desk().talk.as_ref().unwrap().media_up);

    table.intent(Intent::End);
    assert_eq!(table.words(), [OperatorSays::End { contact: ContactId(7) }]);
    table.phase(Phase::Wrapping);
    assert_eq!(sounds(&mut table), [QUIET]);
    assert_eq!(table.desk().talk, None);
    table.intent(Intent::End);
    assert_eq!(table.words(), [], "a talk ends once");
    table.intent(Intent::Finish { disposition: Disposition::Guided });
    assert_eq!(
        table.words(),
        [OperatorSays::Finish { contact: ContactId(7), disposition: Disposition::Guided }]
    );
}

#[test]
fn the_ring_stops_in_the_step_that_ends_the_offer_whatever_ends_it() {
    let ends: [fn(&mut Table); 6] = [
        |table| table.change(DeskChange::Offer(None)),
        |table| table.snapshot(state()),
        |table| table.intent(Intent::Answer),
        |table| table.intent(Intent::Decline { reason: DeclineReason::StillBusy }),
        |table| table.intent(Intent::SignOut),
        |table| {
            table.heard();
            table.pass(10_000);
            table.heard();
            table.pass(10_000);
        },
    ];
    for (n, end) in ends.into_iter().enumerate() {
        let mut table = Table::at_work();
        table.offered(1);
        assert_eq!(table.rings(), [true]);
        end(&mut table);
        let did = table.did();
        assert!(did.contains(&Output::Ring(false)), "end {n}: {did:?}");
        assert!(did.contains(&Output::Notify(Notice::OfferGone { offer: OfferId(1) })), "end {n}");
    }
}

#[test]
fn an_offer_that_another_seat_took_says_who_has_it() {
    let mut table = Table::at_work();
    table.offered(1);
    let end = RingEnd::TakenBy { name: "オペレーター02".into() };
    let notice = RingNotice { offer: OfferId(1), end, at: Time(1) };
    table.change(DeskChange::Notice(Some(notice.clone())));
    table.change(DeskChange::Offer(None));
    assert_eq!(table.rings(), [true, false]);
    assert_eq!(table.desk().state.notice, Some(notice));
}

#[test]
fn a_new_offer_right_after_the_old_one_goes_on_ringing_under_its_own_name() {
    let mut table = Table::at_work();
    table.offered(1);
    table.did();
    table.offered(2);
    let did = table.did();
    assert_eq!(did[0], Output::Notify(Notice::OfferGone { offer: OfferId(1) }));
    assert!(matches!(did[1], Output::Notify(Notice::Offer { offer: OfferId(2), .. })));
}

#[test]
fn two_presses_are_one_word_and_a_press_without_an_offer_is_none() {
    let mut table = Table::at_work();
    table.intent(Intent::Answer);
    assert_eq!(table.words(), []);
    table.offered(1);
    table.intent(Intent::Answer);
    table.intent(Intent::Answer);
    table.intent(Intent::Decline { reason: DeclineReason::MustLeave });
    assert_eq!(table.words(), [accept(1)]);
}

#[test]
fn a_refused_answer_says_why_and_does_not_ring_again() {
    let mut table = Table::at_work();
    table.offered(1);
    table.intent(Intent::Answer);
    table.did();
    table.answer(Some(Code::Taken));
    assert_eq!(table.desk().refused, Some(Code::Taken));
    assert_eq!(table.desk().accepting, None);
    table.heard();
    table.intent(Intent::Answer);
    assert_eq!(table.rings(), [] as [bool; 0]);
    assert_eq!(table.said.len(), 1, "nothing is asked a second time");
    assert_eq!(table.desk().refused, None, "a word stands until the next press");
    table.offered(2);
    assert_eq!(table.rings(), [true]);
}

#[test]
fn what_the_line_cannot_take_is_refused_at_once() {
    let mut table = Table::at_work();
    table.offered(1);
    let outputs = table.desk.handle(table.now, Input::Intent(Intent::Answer));
    let said = outputs.iter().find_map(|output| match output {
        Output::Say { ticket, .. } => Some(*ticket),
        _ => None,
    });
    assert!(said.unwrap() > ticket(0));
    table.put(Input::Said { ticket: said.unwrap(), request: None });
    assert_eq!(table.desk().refused, Some(Code::TooMany));
}

#[test]
fn after_15_s_of_silence_the_desk_fences_itself() {
    let mut table = Table::at_work();
    table.pass(9_000);
    table.heard();
    let heard = table.now;
    table.offered(1);
    table.pass(14_999);
    assert_eq!(table.rings(), [true]);
    assert_eq!(table.shown().line, LineView::Up);
    table.pass(1);
    assert_eq!(table.rings(), [false]);
    assert_eq!(table.shown().line, LineView::Down { since: heard, fenced: true });
    assert_eq!(table.desk().state.offer, None);
    table.intent(Intent::Answer);
    table.intent(Intent::Choose { chosen: Chosen::Away });
    assert_eq!(table.words(), [], "nothing can be taken behind the fence");
    assert_eq!(table.desk().refused, Some(Code::Unreachable));
}

#[test]
fn a_cut_line_is_shown_at_once_and_fenced_15_s_after_the_last_word() {
    let mut table = Table::at_work();
    let heard = table.now;
    table.pass(4_000);
    table.cut();
    let since = table.now;
    assert_eq!(table.shown().line, LineView::Down { since, fenced: false });
    table.pass(11_000);
    assert_eq!(table.now, Time(heard.0 + 15_000));
    assert_eq!(table.shown().line, LineView::Down { since, fenced: true });
    // Back: the welcome alone says nothing; the snapshot decides.
    table.up(false);
    assert_eq!(table.shown().line, LineView::Down { since, fenced: true });
    let mut fresh = state();
    fresh.offer = Some(table.card(9));
    table.did();
    table.snapshot(fresh);
    assert_eq!(table.shown().line, LineView::Up);
    assert_eq!(table.rings(), [true]);
}

#[test]
fn a_restart_of_the_server_leaves_the_talk_alone() {
    let mut table = Table::at_work();
    table.phase(Phase::Live);
    table.intent(Intent::Mute { muted: true });
    table.did();
    table.cut();
    table.pass(20_000);
    table.up(false);
    let mut fresh = state();
    fresh.contact = Some(table.contact(Phase::Live));
    table.snapshot(fresh);
    assert_eq!(table.did(), [], "no leg, no source and no sink is touched");
    let talk = table.desk().talk.clone().unwrap();
    assert!(talk.muted && talk.media_up);
}

#[test]
fn only_a_live_talk_is_sent_and_each_switch_works_alone() {
    let mut table = Table::at_work();
    table.phase(Phase::Live);
    table.intent(Intent::Mute { muted: true });
    table.intent(Intent::CameraOff { off: true });
    table.phase(Phase::Held);
    table.phase(Phase::Live);
    table.intent(Intent::Mute { muted: false });
    assert_eq!(
        sounds(&mut table),
        [
            LIVE,
            Sound { microphone: false, ..LIVE },
            Sound { speaker: true, ..QUIET },
            QUIET,
            Sound { speaker: true, ..QUIET },
            Sound { camera: false, ..LIVE },
        ]
    );
    let mut next = table.contact(Phase::Live);
    next.contact = ContactId(8);
    table.change(DeskChange::Contact(Some(next)));
    assert_eq!(sounds(&mut table), [LIVE], "a new talk begins with both on");
}

#[test]
fn a_talk_with_a_telephone_says_so_before_a_word_is_spoken_and_films_nobody() {
    let mut table = Table::at_work();
    for phase in [Phase::Connecting, Phase::Live] {
        let mut call = table.contact(phase);
        (call.channel, call.booth) = (Channel::Phone, None);
        table.change(DeskChange::Contact(Some(call)));
    }
    assert_eq!(
        sounds(&mut table),
        [Sound { speaker: true, phone: true, ..QUIET }, Sound { camera: false, phone: true, ..LIVE }]
    );
}

#[test]
fn what_is_measured_stands_in_the_talk() {
    let mut table = Table::at_work();
    let mut fresh = state();
    fresh.contact = Some(table.contact(Phase::Live));
    let mut table2 = Table::with(fresh);
    let leg = table2.now.0;
    table2.leg(leg, LegNews::RoundTrip(12));
    table2.leg(leg, LegNews::Loss(1.5));
    let talk = table2.desk().talk.clone().unwrap();
    assert_eq!((talk.loss_percent, talk.round_trip_ms), (Some(1.5), Some(12)));
    table.leg(leg, LegNews::Loss(1.5));
    assert_eq!(table.desk().talk, None);
}
