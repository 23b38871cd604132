//! A desk without its server: it opens with what it kept, notes can be written, and it goes online by itself.

use desk::code::Code;
use desk::contact::Phase;
use desk::presence::Presence;
use link::line::LineEvent;
use link::message::OperatorSays;
use link::state::DeskState;

use super::fixtures::{Table, signed_in, state};
use super::notes::{note, open, pane};
use crate::controller::{Input, NotOpened, Opened, Output, Secret, VaultJob, VaultNews};
use crate::view::notes::NoteIntent;
use crate::view::{Intent, LineView, Screen};

fn password() -> Secret {
    Secret("geheim".into())
}

fn asked() -> Output {
    Output::SignIn { name: "op01".into(), password: password(), take_over: false }
}

fn kept() -> DeskState {
    let mut kept = state();
    (kept.me.presence, kept.me.media, kept.exchange_up) = (Presence::Off, false, false);
    kept
}

fn opened() -> Input {
    let opened = Opened { seed: (3, 4), drafts: Vec::new(), kept: Some(Box::new(kept())) };
    Input::Vault(VaultNews::Opened(Box::new(opened)))
}

/// A sign-in by hand that found no server.
fn alone() -> Table {
    let mut table = Table::new();
    table.intent(Intent::SignIn { name: "op01".into(), password: "geheim".into() });
    table.put(Input::SignIn(Err(Code::Unreachable)));
    table.out.clear();
    table
}

#[test]
fn without_a_server_the_desk_opens_fenced_and_takes_notes() {
    let mut table = alone();
    table.put(opened());
    assert_eq!(table.desk().state, kept());
    assert!(matches!(table.shown().line, LineView::Down { fenced: true, .. }));
    note(&mut table, NoteIntent::New);
    assert!(pane(&table).facts.number.starts_with("M-"));
    assert_eq!(table.words(), [], "nothing is said to nobody");
}

#[test]
fn it_asks_the_server_every_ten_seconds_and_goes_online_with_the_note_still_open() {
    let mut table = alone();
    table.put(opened());
    note(&mut table, NoteIntent::New);
    let written = pane(&table).note;
    table.out.clear();
    table.pass(9_999);
    assert_eq!(table.did(), []);
    table.pass(1);
    assert_eq!(table.did(), [asked()]);
    table.put(Input::SignIn(Err(Code::Unreachable)));
    table.pass(10_000);
    assert_eq!(table.did(), [asked()]);
    table.put(Input::SignIn(Ok(signed_in())));
    let did = table.did();
    let online = Output::OpenVault { name: "op01".into(), password: Some(password()), online: true };
    assert_eq!(did[0], online, "the vault learns that the server was there");
    assert!(did.contains(&Output::OpenLine(Secret("token".into()))));
    table.up(false);
    table.snapshot(state());
    assert_eq!(table.shown().line, LineView::Up);
    assert_eq!(pane(&table).note, written);
    table.out.clear();
    table.pass(9_000);
    table.heard();
    table.pass(9_000);
    assert!(!table.did().contains(&asked()), "the password is forgotten");
}

#[test]
fn why_it_does_not_open_is_said_so_that_a_person_can_act() {
    for (why, code) in [
        (NotOpened::NoFolder, Code::Unreachable),
        (NotOpened::NeverHere, Code::NeverHere),
        (NotOpened::WrongPassword, Code::WrongPassword),
        (NotOpened::TooLong, Code::OfflineTooLong),
    ] {
        let mut table = alone();
        table.put(Input::Vault(VaultNews::NotOpened(why)));
        let good = matches!(table.shown().screen, Screen::SignIn { busy: false, error: Some(error), .. } if error == code);
        assert!(good, "{why:?}: {:?}", table.shown().screen);
    }
}

#[test]
fn a_password_that_the_server_refuses_ends_the_desk_after_the_last_draft() {
    let mut table = alone();
    table.put(opened());
    table.pass(10_000);
    table.out.clear();
    table.put(Input::SignIn(Err(Code::WrongPassword)));
    assert!(table.did().contains(&Output::CloseVault));
    assert!(matches!(table.shown().screen, Screen::SignIn { error: Some(Code::WrongPassword), .. }));
}

#[test]
fn a_stored_session_without_network_opens_by_the_keyring_and_its_renewal_goes_on() {
    let mut table = Table::new();
    table.put(Input::Account("op01".into()));
    table.put(Input::Start { token: Some(Secret("old".into())) });
    table.put(Input::Refreshed(Err(Code::Unreachable)));
    let offline = Output::OpenVault { name: "op01".into(), password: None, online: false };
    assert!(table.did().contains(&offline));
    table.put(opened());
    assert_eq!(table.desk().state, kept());
    table.pass(2_000);
    assert!(table.did().contains(&Output::Refresh(Secret("old".into()))));
    table.put(Input::Refreshed(Ok(signed_in())));
    assert!(table.did().contains(&Output::OpenLine(Secret("token".into()))));
    table.up(false);
    table.snapshot(state());
    assert_eq!(table.shown().line, LineView::Up);
}

#[test]
fn a_token_that_the_sync_wears_out_is_renewed_and_the_line_stays_as_it_is() {
    let mut table = Table::at_work();
    open(&mut table);
    table.put(Input::Vault(VaultNews::Unauthorised));
    assert_eq!(table.did(), [Output::Refresh(Secret("refresh".into()))]);
    table.put(Input::Vault(VaultNews::Unauthorised));
    assert_eq!(table.did(), [], "one renewal at a time");
    table.put(Input::Refreshed(Ok(signed_in())));
    let did = table.did();
    assert!(did.contains(&Output::SyncToken(Secret("token".into()))));
    assert!(!did.iter().any(|output| matches!(output, Output::OpenLine(_) | Output::CloseLine)));
    // The line's own token has died as well by the time that it is cut: it gets a new one as it always did.
    table.cut();
    table.put(Input::Line(LineEvent::Refused(Code::Unauthorised)));
    assert!(table.did().contains(&Output::Refresh(Secret("refresh".into()))));
    table.put(Input::Refreshed(Ok(signed_in())));
    assert!(table.did().contains(&Output::OpenLine(Secret("token".into()))));
}

#[test]
fn what_an_offline_start_shows_is_kept_and_holds_nobody() {
    let keeps = |table: &mut Table| {
        let keeps = |output: &Output| matches!(output, Output::Vault(VaultJob::Keep(_)));
        table.did().iter().filter(|output| keeps(output)).count()
    };
    let mut table = Table::at_work();
    table.put(opened());
    assert_eq!(keeps(&mut table), 1);
    table.snapshot(state());
    table.offered(1);
    table.phase(Phase::Live);
    assert_eq!(keeps(&mut table), 0, "an offer and a contact are nothing that is kept");
    table.snapshot(DeskState { city: "別の市".into(), ..state() });
    assert_eq!(keeps(&mut table), 1);
}

#[test]
fn the_server_hears_how_many_revisions_it_lacks() {
    let mut table = Table::at_work();
    open(&mut table);
    let lists = |unsynced| crate::controller::Lists { unsynced, ..Default::default() };
    table.put(Input::Vault(VaultNews::Lists(Box::new(lists(2)))));
    table.put(Input::Vault(VaultNews::Lists(Box::new(lists(2)))));
    assert_eq!(table.words(), [OperatorSays::Unsynced { count: 2 }]);
    table.snapshot(state());
    assert_eq!(table.words(), [OperatorSays::Unsynced { count: 2 }], "a new session knows no count");
}

#[test]
fn a_vault_and_its_sync_may_be_quicker_than_the_line() {
    let mut table = Table::new();
    table.intent(Intent::SignIn { name: "op01".into(), password: "geheim".into() });
    table.put(Input::SignIn(Ok(signed_in())));
    table.put(opened());
    table.put(Input::Vault(VaultNews::Moved));
    table.put(Input::Vault(VaultNews::Trouble(None)));
    table.up(false);
    table.snapshot(state());
    note(&mut table, NoteIntent::New);
    assert!(pane(&table).facts.number.starts_with("M-"));
}
