//! Who sits at the desk, and what is wrong with it.

use desk::code::Code;
use link::line::LineEvent;
use link::message::{OperatorSays, PublicHours, SignedIn};

use super::fixtures::{Table, signed_in, state};
use crate::controller::{Input, NotOpened, Output, Secret, VaultNews};
use crate::view::{Intent, LineView, Screen, Trouble};

fn sign_in(table: &mut Table) {
    table.intent(Intent::SignIn { name: "op01".into(), password: "geheim".into() });
}

fn token() -> Result<SignedIn, Code> {
    Ok(signed_in())
}

fn asked(take_over: bool) -> Output {
    Output::SignIn { name: "op01".into(), password: Secret("geheim".into()), take_over }
}

fn session() -> [Output; 3] {
    let token = || Secret("token".into());
    [Output::StoreToken(Secret("refresh".into())), Output::SyncToken(token()), Output::OpenLine(token())]
}

fn vault(online: bool) -> Output {
    Output::OpenVault { name: "op01".into(), password: Some(Secret("geheim".into())), online }
}

fn before(busy: bool, error: Option<Code>) -> Screen {
    Screen::SignIn { busy, error, name: "op01".into(), hours: None, take_over: false }
}

#[test]
fn a_sign_in_stores_the_token_opens_the_line_and_the_snapshot_opens_the_desk() {
    let mut table = Table::new();
    sign_in(&mut table);
    sign_in(&mut table);
    assert_eq!(table.did(), [asked(false)], "a second press while busy asks nothing");
    assert_eq!(table.shown().screen, before(true, None));
    table.put(Input::SignIn(token()));
    let mut did = table.did();
    assert_eq!(did.remove(0), vault(true), "the password opens the notes too");
    assert_eq!(did, session(), "the long-lived token is kept, the short-lived one is used");
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
    for code in [Code::WrongPassword, Code::Locked, Code::Unreachable, Code::ClientTooOld, Code::ServerTooOld]
    {
        let mut table = Table::new();
        sign_in(&mut table);
        table.put(Input::SignIn(Err(code)));
        if code == Code::Unreachable {
            assert_eq!(table.did(), [asked(false), vault(false)], "perhaps it opens without a server");
            table.put(Input::Vault(VaultNews::NotOpened(NotOpened::NoFolder)));
        }
        let screen = before(false, Some(code));
        assert_eq!(table.shown().screen, screen);
    }
}

#[test]
fn a_stored_token_signs_in_by_itself_and_a_refused_one_is_forgotten() {
    let mut table = Table::new();
    table.put(Input::Start { token: Some(Secret("old".into())) });
    assert_eq!(table.did(), [Output::Refresh(Secret("old".into()))]);
    table.put(Input::Refreshed(Err(Code::Unauthorised)));
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
    assert!(matches!(table.did()[..], [Output::Refresh(_), Output::CloseLine, Output::SignIn { .. }]));
    table.put(Input::Refreshed(token()));
    table.up(false);
    table.snapshot(state());
    assert_eq!(table.did(), []);
    assert!(
        matches!(table.shown().screen, Screen::SignIn { .. }),
        "the old session's last words count no more"
    );
}

#[test]
fn a_stored_session_waits_for_a_server_that_does_not_answer() {
    let mut table = Table::new();
    table.put(Input::Start { token: Some(Secret("old".into())) });
    table.did();
    table.put(Input::Refreshed(Err(Code::Unreachable)));
    assert_eq!(table.shown().line, LineView::Connecting);
    table.pass(2_000);
    assert_eq!(table.did(), [Output::Refresh(Secret("old".into()))], "the token is not used up");
    table.put(Input::Refreshed(token()));
    assert_eq!(table.did(), session());
}

#[test]
fn a_line_that_comes_back_after_its_token_went_on_with_a_new_one_and_the_desk_stays() {
    let mut table = Table::at_work();
    table.cut();
    table.put(Input::Line(LineEvent::Refused(Code::Unauthorised)));
    assert_eq!(table.did(), [Output::Refresh(Secret("refresh".into()))]);
    assert!(matches!(table.shown().line, LineView::Down { fenced: false, .. }));
    table.put(Input::Refreshed(token()));
    assert_eq!(table.did(), session());
    table.put(Input::Line(LineEvent::Refused(Code::Unauthorised)));
    assert_eq!(table.did()[0], Output::ClearToken, "a new token that is refused is refused for good");
}

#[test]
fn a_desk_whose_server_speaks_another_version_says_so_and_keeps_its_session() {
    for code in [Code::ClientTooOld, Code::ServerTooOld] {
        let mut table = Table::at_work();
        table.cut();
        table.put(Input::Line(LineEvent::Refused(code)));
        assert!(matches!(table.shown().screen, Screen::SignIn { error: Some(shown), .. } if shown == code));
        let did = table.did();
        assert!(did.contains(&Output::CloseLine));
        assert!(!did.contains(&Output::ClearToken), "after the update it goes on without a password");
    }
}

#[test]
fn a_revoked_session_is_over_as_soon_as_its_renewal_is_refused() {
    let mut table = Table::at_work();
    table.put(Input::Line(LineEvent::Refused(Code::Unauthorised)));
    table.put(Input::Refreshed(Err(Code::Unauthorised)));
    assert!(table.did().contains(&Output::ClearToken));
    assert!(matches!(table.shown().screen, Screen::SignIn { error: Some(Code::Unauthorised), .. }));
}

#[test]
fn a_talk_on_another_machine_moves_here_only_after_a_yes() {
    for agreed in [true, false] {
        let mut table = Table::new();
        sign_in(&mut table);
        table.put(Input::SignIn(Err(Code::InTalkElsewhere)));
        assert!(matches!(table.shown().screen, Screen::SignIn { busy: false, take_over: true, .. }));
        table.did();
        table.intent(Intent::TakeOver { agreed });
        table.intent(Intent::TakeOver { agreed });
        assert_eq!(table.did(), if agreed { vec![asked(true)] } else { vec![] });
        assert_eq!(table.shown().screen, before(agreed, None));
    }
}

#[test]
fn the_hours_are_looked_at_while_nobody_is_signed_in_and_never_shown_stale() {
    let mut table = Table::new();
    let looks = |table: &mut Table| {
        let out = std::mem::take(&mut table.out);
        out.iter().filter(|output| **output == Output::FetchHours).count()
    };
    table.put(Input::Start { token: None });
    assert_eq!(looks(&mut table), 1);
    let hours = PublicHours { city: "上尾市".into(), hours: state().hours, now: table.now };
    table.put(Input::Hours(Some(hours.clone())));
    assert!(matches!(&table.shown().screen, Screen::SignIn { hours: Some(known), .. } if *known == hours));
    table.pass(60_000);
    assert_eq!(looks(&mut table), 1);
    table.put(Input::Hours(None));
    assert!(matches!(&table.shown().screen, Screen::SignIn { hours: None, .. }));
    table.pass(10_000);
    assert_eq!(looks(&mut table), 1);
    let mut table = Table::at_work();
    table.heard();
    table.pass(10_000);
    assert_eq!(looks(&mut table), 0, "the desk has the hours from its line");
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
    let (_, why) = table.desk.poll_timeout().unwrap();
    assert_eq!(why, "hours", "nothing else is left to wake up for");
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
