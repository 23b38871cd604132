//! Who sits at the desk, and what is wrong with it.

use desk::code::Code;
use link::line::LineEvent;
use link::message::{OperatorSays, SignedIn};

use super::fixtures::{Table, state};
use crate::controller::{Input, Output, Secret};
use crate::view::{Intent, LineView, Screen, Trouble};

fn sign_in(table: &mut Table) {
    table.intent(Intent::SignIn { name: "op01".into(), password: "geheim".into() });
}

fn token() -> Result<SignedIn, Code> {
    Ok(SignedIn {
        token: "token".into(),
        token_ms: 300_000,
        refresh: "refresh".into(),
        name: "オペレーター01".into(),
    })
}

fn before(busy: bool, error: Option<Code>) -> Screen {
    Screen::SignIn { busy, error, name: "op01".into(), hours: None, take_over: false }
}

#[test]
fn a_sign_in_stores_the_token_opens_the_line_and_the_snapshot_opens_the_desk() {
    let mut table = Table::new();
    sign_in(&mut table);
    sign_in(&mut table);
    let asked = Output::SignIn { name: "op01".into(), password: Secret("geheim".into()) };
    assert_eq!(table.did(), [asked], "a second press while busy asks nothing");
    assert_eq!(table.shown().screen, before(true, None));
    table.put(Input::SignIn(token()));
    let secret = || Secret("token".into());
    assert_eq!(table.did(), [Output::StoreToken(secret()), Output::OpenLine(secret())]);
    assert_eq!(table.shown().line, LineView::Connecting);
    table.up(false);
    assert!(matches!(table.shown().screen, Screen::SignIn { busy: true, .. }));
    table.snapshot(state());
    assert_eq!(table.desk().state, state());
    assert_eq!(table.shown().line, LineView::Up);
    assert_eq!(table.shown().clock_offset_ms, 2_000);
    assert!(matches!(table.did()[..], [Output::OpenLeg(_)]), "the warm leg is opened at once");
}

#[test]
fn a_failed_sign_in_says_why_and_keeps_the_name() {
    for code in [Code::WrongPassword, Code::Locked, Code::Unreachable, Code::ClientTooOld] {
        let mut table = Table::new();
        sign_in(&mut table);
        table.put(Input::SignIn(Err(code)));
        let screen = before(false, Some(code));
        assert_eq!(table.shown().screen, screen);
    }
}

#[test]
fn a_stored_token_signs_in_by_itself_and_a_refused_one_is_forgotten() {
    let mut table = Table::new();
    table.put(Input::Start { token: Some(Secret("old".into())) });
    assert_eq!(table.did(), [Output::OpenLine(Secret("old".into()))]);
    table.put(Input::Line(LineEvent::Refused(Code::Unauthorised)));
    assert_eq!(table.did(), [Output::ClearToken, Output::CloseLine]);
    assert!(matches!(
        table.shown().screen,
        Screen::SignIn { busy: false, error: Some(Code::Unauthorised), .. }
    ));
    table.put(Input::Start { token: None });
    assert_eq!(table.did(), []);
}

#[test]
fn a_hand_may_sign_in_while_a_stored_token_finds_no_server() {
    let mut table = Table::new();
    table.put(Input::Start { token: Some(Secret("old".into())) });
    sign_in(&mut table);
    assert!(matches!(table.did()[..], [Output::OpenLine(_), Output::CloseLine, Output::SignIn { .. }]));
    table.up(false);
    table.snapshot(state());
    assert!(matches!(table.shown().screen, Screen::SignIn { .. }), "the old line's last words count no more");
}

#[test]
fn a_newer_sign_in_elsewhere_ends_this_desk_in_silence() {
    let mut table = Table::at_work();
    table.offered(1);
    table.did();
    table.put(Input::Line(LineEvent::Refused(Code::Replaced)));
    let did = table.did();
    assert!(did.contains(&Output::Ring(false)) && did.contains(&Output::CloseLine));
    assert!(did.iter().any(|output| matches!(output, Output::CloseLeg(_))));
    assert!(matches!(table.shown().screen, Screen::SignIn { error: Some(Code::Replaced), .. }));
    assert_eq!(table.shown().line, LineView::Idle);
}

#[test]
fn signing_out_says_so_before_the_line_closes() {
    let mut table = Table::at_work();
    table.intent(Intent::SignOut);
    let did = table.did();
    let place = |wanted: &dyn Fn(&Output) -> bool| did.iter().position(wanted).unwrap();
    let said = place(&|output| matches!(output, Output::Say { body: OperatorSays::SignOut, .. }));
    assert!(said < place(&|output| *output == Output::CloseLine));
    assert!(did.contains(&Output::ClearToken));
    assert_eq!(table.desk.poll_timeout(), None, "nothing is left to wake up for");
}

#[test]
fn troubles_stand_once_each_until_they_are_over() {
    let mut table = Table::at_work();
    for (trouble, present) in [
        (Trouble::Ringer, true),
        (Trouble::Microphone, true),
        (Trouble::Ringer, true),
        (Trouble::NoKeyring, true),
        (Trouble::Microphone, false),
    ] {
        table.put(Input::Device { trouble, present });
    }
    assert_eq!(table.desk().troubles, [Trouble::Ringer, Trouble::NoKeyring]);
}

#[test]
fn no_secret_is_ever_printed() {
    let shown = format!("{:?}", Output::OpenLine(Secret("geheim".into())));
    assert!(!shown.contains("geheim"), "{shown}");
}
