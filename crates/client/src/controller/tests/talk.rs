//! What is done for the visitor in a talk, the wrap-up after it, and the device check beside it.

use desk::code::Code;
use desk::contact::{CallbackResult, Phase};
use desk::ids::ContactId;
use desk::time::{Millis, Time};
use link::message::OperatorSays;
use link::state::{Callee, ConsultGuest, DeskChange, MAX_TEXT_CHARS};

use super::fixtures::{AHEAD, START, Table, state};
use crate::controller::{CheckNews, Devices, Input, LegNews, Output};
use crate::view::{DeviceChoice, DeviceKind, Intent};

const CONTACT: ContactId = ContactId(7);

fn talking() -> Table {
    let mut table = Table::at_work();
    table.phase(Phase::Live);
    table.did();
    table
}

#[test]
fn each_deed_for_the_visitor_is_one_word_in_a_talk_and_none_outside() {
    let card = Some("photo".to_owned());
    let deeds: [(Intent, OperatorSays); 4] = [
        (Intent::Mask { on: true }, OperatorSays::Mask { contact: CONTACT, on: true }),
        (
            Intent::SendText { text: " 住所を ".into() },
            OperatorSays::Text { contact: CONTACT, text: "住所を".into() },
        ),
        (
            Intent::Guide { card: card.clone(), pointing: Some(1) },
            OperatorSays::Guide { contact: CONTACT, card, pointing: Some(1) },
        ),
        (Intent::Screen { wanted: true }, OperatorSays::Screen { contact: CONTACT, wanted: true }),
    ];
    for (intent, word) in deeds {
        let mut table = talking();
        table.intent(intent.clone());
        assert_eq!(table.words(), [word]);
        table.phase(Phase::Wrapping);
        table.intent(intent);
        assert_eq!(table.words(), []);
    }
}

#[test]
fn what_came_of_a_callback_is_said_from_a_resting_desk() {
    let (contact, result) = (ContactId(3), CallbackResult::NotReached);
    let mut table = Table::at_work();
    table.intent(Intent::SettleCallback { contact, result });
    assert_eq!(table.words(), [OperatorSays::SettleCallback { contact, result }]);
}

#[test]
fn a_consultation_is_begun_changed_and_ended_for_the_talk_in_hand() {
    let mut table = talking();
    let to = Callee::Directory { entry: "shimin".into() };
    for (intent, word) in [
        (
            Intent::Consult { to: to.clone(), blind: false },
            OperatorSays::Consult { contact: CONTACT, to, blind: false },
        ),
        (Intent::JoinConsult { joined: true }, OperatorSays::JoinConsult { contact: CONTACT, joined: true }),
        (Intent::Transfer, OperatorSays::Transfer { contact: CONTACT }),
        (Intent::EndConsult, OperatorSays::EndConsult { contact: CONTACT }),
    ] {
        table.intent(intent);
        assert_eq!(table.words(), [word]);
    }
    let mut table = Table::at_work();
    table.intent(Intent::EndConsult);
    assert_eq!(table.words(), [], "nothing to end");
    table.intent(Intent::CallBack { contact: CONTACT });
    assert_eq!(table.words(), [OperatorSays::CallBack { contact: CONTACT }]);
}

#[test]
fn who_is_consulted_speaks_and_hears_without_a_contact_of_their_own() {
    let mut table = Table::at_work();
    let guest = ConsultGuest {
        contact: CONTACT,
        number: "C-20260406-0007".into(),
        operator: "オペレーター02".into(),
        caller: None,
        joined: false,
        since: START,
    };
    table.change(DeskChange::Guest(Some(guest)));
    let heard = |table: &mut Table| {
        table.did().into_iter().rev().find_map(|out| match out {
            Output::Sound(sound) => Some(sound),
            _ => None,
        })
    };
    let sound = heard(&mut table).expect("it is told");
    assert!(sound.microphone && sound.speaker && sound.phone && !sound.camera);
    table.intent(Intent::Mute { muted: true });
    assert!(!heard(&mut table).expect("it is told").microphone);
    table.intent(Intent::EndConsult);
    assert_eq!(table.words(), [OperatorSays::EndConsult { contact: CONTACT }]);
    table.change(DeskChange::Guest(None));
    assert_eq!(table.desk().talk, None);
}

#[test]
fn a_text_that_no_card_takes_is_refused_here() {
    for (text, refused) in [
        ("  ".to_owned(), true),
        ("あ".repeat(MAX_TEXT_CHARS + 1), true),
        ("あ".repeat(MAX_TEXT_CHARS), false),
    ] {
        let mut table = talking();
        table.intent(Intent::SendText { text });
        assert_eq!(table.desk().refused, refused.then_some(Code::BadLength));
        assert_eq!(table.words().is_empty(), refused);
    }
}

#[test]
fn the_pictures_of_a_talk_are_counted_and_gone_with_it() {
    let mut table = Table::at_work();
    let leg = START.0;
    table.phase(Phase::Live);
    table.leg(leg, LegNews::Pictures { packets: 12, screen: true });
    let talk = table.desk().talk.clone().unwrap();
    assert_eq!((talk.picture_packets, talk.screen_up), (12, true));
    table.phase(Phase::Wrapping);
    assert_eq!(table.desk().talk, None);
}

#[test]
fn a_wrap_up_goes_further_by_one_span_from_its_end_or_from_now() {
    let mut table = talking();
    let (ended, span) = (Time(START.0 + AHEAD), Millis::seconds(60));
    let mut card = table.contact(Phase::Wrapping);
    card.ended = Some(ended);
    table.change(link::state::DeskChange::Contact(Some(card)));
    assert_eq!(table.desk().wrapup_until, Some(ended + span));
    table.intent(Intent::ExtendWrapup);
    assert_eq!(table.desk().wrapup_until, Some(ended + span + span), "pressed before the end");
    for _ in 0..20 {
        table.pass(10_000);
        table.heard();
    }
    table.intent(Intent::ExtendWrapup);
    assert_eq!(table.desk().wrapup_until, Some(table.server_now() + span), "pressed after it");
    table.change(link::state::DeskChange::Contact(None));
    assert_eq!(table.desk().wrapup_until, None);
    table.phase(Phase::Wrapping);
    assert_eq!(table.desk().wrapup_until, None, "nothing of it is left for the next one");
}

#[test]
fn a_window_that_may_not_close_says_so_until_the_next_deed() {
    let mut table = talking();
    table.intent(Intent::Close);
    assert!(table.desk().close_refused);
    table.intent(Intent::Mute { muted: true });
    assert!(!table.desk().close_refused);
    let mut idle = Table::at_work();
    idle.intent(Intent::Close);
    assert!(!idle.desk().close_refused);
}

#[test]
fn a_machine_without_a_choice_opens_the_check_once_and_an_accept_closes_it() {
    let mut table = Table::new();
    table.put(Input::NoChoice);
    table.renewed();
    table.up(false);
    table.snapshot(state());
    assert!(table.did().contains(&Output::Check(true)));
    assert!(table.desk().check.is_some());
    table.offered(1);
    table.did();
    table.intent(Intent::Answer);
    assert!(table.did().contains(&Output::Check(false)));
    assert_eq!(table.desk().check, None);
    table.snapshot(state());
    assert_eq!(table.desk().check, None);
}

#[test]
fn the_check_shows_what_was_measured_and_forgets_it_when_it_closes() {
    let mut table = Table::at_work();
    let choice = DeviceChoice { id: "a".into(), name: "A".into(), chosen: true, present: true };
    let devices = Devices { microphones: vec![choice.clone()], ..Devices::default() };
    table.put(Input::Check(CheckNews::Devices(devices)));
    table.intent(Intent::TryDevice { device: DeviceKind::Speaker });
    assert_eq!(table.did(), [], "nothing sounds outside the check");
    table.intent(Intent::Check { open: true });
    for level in [-40.0, -12.0, -30.0] {
        table.put(Input::Check(CheckNews::Level(Some(level))));
    }
    table.put(Input::Check(CheckNews::Camera(Some((640, 480)))));
    table.put(Input::Check(CheckNews::Server(Some(3))));
    table.leg(START.0, LegNews::RoundTrip(9));
    let check = table.desk().check.clone().unwrap();
    assert_eq!(check.microphones, [choice]);
    assert_eq!((check.level_dbfs, check.loudest_dbfs), (Some(-30.0), Some(-12.0)));
    assert_eq!(check.camera_size, Some((640, 480)));
    let network = check.network.unwrap();
    assert_eq!((network.server_ms, network.exchange_ms, network.media_up), (Some(3), Some(9), true));
    table.intent(Intent::TryDevice { device: DeviceKind::Speaker });
    let choose = Intent::UseDevice { device: DeviceKind::Camera, id: "b".into() };
    table.intent(choose);
    table.intent(Intent::Check { open: false });
    assert_eq!(
        table.did(),
        [
            Output::Check(true),
            Output::TryDevice(DeviceKind::Speaker),
            Output::UseDevice { device: DeviceKind::Camera, id: "b".into() },
            Output::Check(false)
        ]
    );
    table.put(Input::Check(CheckNews::Level(Some(-1.0))));
    table.intent(Intent::Check { open: true });
    assert_eq!(table.desk().check.clone().unwrap().loudest_dbfs, None);
}
