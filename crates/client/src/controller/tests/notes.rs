//! The pane's way: it opens with the contact, is on the disk before it is called saved, and is told when it is safe.

use desk::code::Code;
use desk::contact::{Disposition, Phase};
use desk::ids::ContactId;
use desk::note::revision::{RevId, RevKind};
use desk::note::{CategoryCode, NoteChannel, NoteId, Party, Record, TextField, Written};
use desk::presence::{Channels, Chosen};
use desk::time::Time;
use link::message::OperatorSays;
use link::state::DeskChange;

use super::fixtures::{START, Table, state};
use crate::controller::{Input, NotOpened, Opened, Output, VaultJob, VaultNews};
use crate::view::Intent;
use crate::view::notes::{NoteIntent, NotePane, Saved, VaultTrouble};

/// A desk at work whose vault is open and empty.
pub fn writing() -> Table {
    let mut table = Table::with(state());
    open(&mut table);
    table
}

pub fn open(table: &mut Table) {
    let opened = Opened { seed: (1, 2), drafts: Vec::new(), kept: None };
    table.put(Input::Vault(VaultNews::Opened(Box::new(opened))));
    table.out.clear();
    table.said.clear();
}

pub fn note(table: &mut Table, note: NoteIntent) {
    table.intent(Intent::Note { note });
}

pub fn pane(table: &Table) -> &NotePane {
    table.desk().notes.pane.as_ref().unwrap()
}

pub fn jobs(table: &mut Table) -> Vec<VaultJob> {
    let job = |output| match output {
        Output::Vault(job) => Some(job),
        _ => None,
    };
    table.did().into_iter().filter_map(job).collect()
}

/// Drafts and revisions that were given to the vault since the last look.
pub fn written(table: &mut Table) -> Vec<Record> {
    let record = |job| match job {
        VaultJob::Draft(draft) => Some(draft.record),
        VaultJob::Write(writing) => writing.record,
        _ => None,
    };
    jobs(table).into_iter().filter_map(record).collect()
}

fn text_of(record: &Record) -> &str {
    match record {
        Record::Note(note) => &note.written.text,
        Record::Sheet(_) | Record::Handover(_) => panic!("a note was written"),
    }
}

pub fn said(text: &str) -> Written {
    Written {
        categories: vec![CategoryCode(104)],
        party: Some(Party::Self_),
        disposition: Some(Disposition::SentElsewhere),
        text: text.into(),
        ..Written::default()
    }
}

pub fn edit(table: &mut Table, written: Written, caret: Option<u32>) {
    let caret = caret.map(|place| (TextField::Text, place));
    let NotePane { note: name, version, .. } = *pane(table);
    note(table, NoteIntent::Edit { note: name, written: Box::new(written), caret, version });
}

pub fn drafted(table: &mut Table, failed: Option<VaultTrouble>) {
    let note = pane(table).note;
    table.put(Input::Vault(VaultNews::Drafted { note, failed }));
}

pub fn rev(n: u128) -> RevId {
    RevId(uuid::Uuid::from_u128(n))
}

pub fn wrote(table: &mut Table, note: NoteId, n: u128) {
    table.put(Input::Vault(VaultNews::Wrote { note, rev: Ok(rev(n)) }));
}

fn finish(table: &mut Table) {
    let name = pane(table).note;
    note(table, NoteIntent::Finish { note: name });
}

/// A talk with its note, whose first draft is on the disk.
fn talking() -> Table {
    let mut table = writing();
    table.phase(Phase::Live);
    drafted(&mut table, None);
    table.out.clear();
    table
}

#[test]
fn the_note_opens_with_the_contact_filled_with_what_the_system_knows() {
    let mut table = writing();
    table.phase(Phase::Live);
    let facts = &pane(&table).facts;
    assert_eq!((facts.number.as_str(), facts.channel), ("W-20260406-0007", NoteChannel::Booth));
    assert_eq!((facts.contact, facts.opened), (Some(ContactId(7)), START));
    assert!(facts.combined && facts.ended.is_none());
    assert_eq!(written(&mut table).len(), 1, "no contact is without a note, even if the desk dies now");
    drafted(&mut table, None);
    let mut card = table.contact(Phase::Wrapping);
    (card.ended, card.holds) = (Some(Time(5)), 2);
    table.change(DeskChange::Contact(Some(card)));
    assert_eq!((pane(&table).facts.ended, pane(&table).facts.holds), (Some(Time(5)), 2));
}

#[test]
fn nothing_is_called_saved_before_the_vault_has_said_so() {
    let mut table = talking();
    edit(&mut table, said("転居の手続き"), None);
    assert_eq!(pane(&table).saved, Saved::Writing);
    assert_eq!(text_of(&written(&mut table)[0]), "転居の手続き");
    edit(&mut table, said("転居の手続きを案内"), None);
    assert_eq!(written(&mut table), [], "one at a time");
    drafted(&mut table, None);
    assert_eq!(pane(&table).saved, Saved::Writing, "the newer text is not there yet");
    assert_eq!(text_of(&written(&mut table)[0]), "転居の手続きを案内");
    let at = table.now;
    drafted(&mut table, None);
    assert_eq!(pane(&table).saved, Saved::Draft { at, held_back: false });
    assert_eq!(pane(&table).version, 1, "the page's fields are the newer ones");
}

#[test]
fn a_full_disk_is_said_and_tried_again_each_second_until_there_is_room() {
    let mut table = talking();
    edit(&mut table, said("あ"), None);
    table.out.clear();
    drafted(&mut table, Some(VaultTrouble::DiskFull));
    assert_eq!(pane(&table).saved, Saved::Failed);
    assert_eq!(table.desk().notes.trouble, Some(VaultTrouble::DiskFull));
    assert_eq!(written(&mut table), []);
    table.heard();
    table.pass(1_000);
    assert_eq!(text_of(&written(&mut table)[0]), "あ", "the text stayed and goes on by itself");
    drafted(&mut table, None);
    assert!(matches!(pane(&table).saved, Saved::Draft { .. }));
    assert_eq!(table.desk().notes.trouble, None);
}

#[test]
fn digits_at_the_caret_stay_off_the_disk_until_they_are_saved_by_hand_or_left() {
    let mut table = talking();
    edit(&mut table, said("番号は123456"), Some(9));
    let kept = written(&mut table);
    assert_eq!(text_of(&kept[0]), "番号は");
    drafted(&mut table, None);
    assert!(matches!(pane(&table).saved, Saved::Draft { held_back: true, .. }));
    let name = pane(&table).note;
    note(&mut table, NoteIntent::Save { note: name });
    assert_eq!(text_of(&written(&mut table)[0]), "番号は123456");
    drafted(&mut table, None);
    assert!(matches!(pane(&table).saved, Saved::Draft { held_back: false, .. }));
}

#[test]
fn an_individual_number_reaches_the_disk_by_no_way() {
    let mut table = talking();
    edit(&mut table, said("123456789018"), None);
    assert!(written(&mut table).iter().all(|record| !text_of(record).contains("12345")));
    drafted(&mut table, None);
    assert_eq!(pane(&table).findings[0].blocked, Some(Code::IndividualNumber));
    let name = pane(&table).note;
    note(&mut table, NoteIntent::Save { note: name });
    finish(&mut table);
    assert_eq!(table.desk().refused, Some(Code::IndividualNumber));
    assert!(written(&mut table).iter().all(|record| !text_of(record).contains("12345")));
    table.put(Input::Closing);
    assert!(written(&mut table).iter().all(|record| !text_of(record).contains("12345")));
}

#[test]
fn what_is_missing_is_shown_and_nothing_is_finished_without_it() {
    let mut table = talking();
    finish(&mut table);
    assert!(!pane(&table).missing.is_empty());
    assert_eq!(jobs(&mut table), []);
    assert_eq!(table.words(), []);
}

#[test]
fn a_note_finished_in_the_talk_ends_the_wrap_up_by_itself() {
    let mut table = talking();
    edit(&mut table, said("案内した"), None);
    drafted(&mut table, None);
    table.out.clear();
    finish(&mut table);
    let name = pane(&table).note;
    let job = jobs(&mut table).remove(0);
    let VaultJob::Write(writing) = job else { panic!("{job:?}") };
    assert_eq!((writing.kind, writing.parents), (RevKind::Edit, vec![]));
    assert!(!pane(&table).finished, "it is not on the disk yet");
    wrote(&mut table, name, 1);
    assert!(pane(&table).finished);
    assert!(matches!(pane(&table).saved, Saved::Stored { synced: false, .. }));
    assert_eq!(table.words(), [], "the talk goes on");
    let mut card = table.contact(Phase::Wrapping);
    card.ended = Some(Time(9));
    table.change(DeskChange::Contact(Some(card)));
    let (contact, disposition) = (ContactId(7), Disposition::SentElsewhere);
    assert_eq!(table.words(), [OperatorSays::Finish { contact, disposition }]);
    let last = written(&mut table);
    let [Record::Note(last)] = last.as_slice() else { panic!("the talk's end belongs to the note") };
    assert!(last.finished && last.facts.ended == Some(Time(9)) && last.facts.closed.is_some());
    table.change(DeskChange::Contact(None));
    wrote(&mut table, name, 2);
    assert_eq!(table.desk().notes.pane, None);
    assert_eq!(table.words(), []);
}

#[test]
fn in_wrap_up_the_server_hears_of_the_end_only_when_the_note_is_on_the_disk() {
    let mut table = talking();
    table.phase(Phase::Wrapping);
    drafted(&mut table, None);
    edit(&mut table, said("案内した"), None);
    drafted(&mut table, None);
    finish(&mut table);
    assert_eq!(table.words(), []);
    let name = pane(&table).note;
    table.put(Input::Vault(VaultNews::Wrote { note: name, rev: Err(VaultTrouble::DiskFull) }));
    assert_eq!((table.words(), pane(&table).saved), (vec![], Saved::Failed));
    table.out.clear();
    table.heard();
    table.pass(1_000);
    assert_eq!(written(&mut table).len(), 1);
    wrote(&mut table, name, 1);
    assert!(matches!(table.words()[..], [OperatorSays::Finish { .. }]));
    assert_eq!(jobs(&mut table).len(), 1, "nothing has changed since: the lists alone are made anew");
}

#[test]
fn the_seat_is_not_ready_again_while_the_note_of_a_lost_contact_is_open() {
    let mut table = talking();
    table.change(DeskChange::Contact(None));
    let ready = || Intent::Choose { chosen: Chosen::Available { channels: Channels::Both } };
    table.intent(ready());
    assert_eq!((table.words(), table.desk().refused), (vec![], Some(Code::WrongState)));
    drafted(&mut table, None);
    edit(&mut table, said("途中で切れた"), None);
    drafted(&mut table, None);
    finish(&mut table);
    let name = pane(&table).note;
    wrote(&mut table, name, 1);
    assert_eq!(table.desk().notes.pane, None);
    table.intent(ready());
    assert!(matches!(table.words()[..], [OperatorSays::Choose { .. }]));
}

#[test]
fn a_note_without_a_contact_makes_room_for_a_contact_and_stays_as_a_draft() {
    let mut table = writing();
    note(&mut table, NoteIntent::New);
    assert_eq!(pane(&table).facts.channel, NoteChannel::Aside);
    assert!(pane(&table).facts.number.starts_with("M-"));
    assert_eq!(pane(&table).saved, Saved::Empty);
    edit(&mut table, said("電話帳を直す"), None);
    let aside = pane(&table).note;
    table.out.clear();
    table.phase(Phase::Connecting);
    assert_ne!(pane(&table).note, aside);
    note(&mut table, NoteIntent::New);
    assert_eq!(table.desk().refused, Some(Code::WrongState), "a contact's note is not put away");
    assert_eq!(pane(&table).facts.contact, Some(ContactId(7)));
}

#[test]
fn an_empty_note_is_forgotten_and_a_written_one_is_put_away() {
    let mut table = writing();
    note(&mut table, NoteIntent::New);
    let empty = pane(&table).note;
    note(&mut table, NoteIntent::Leave);
    assert!(jobs(&mut table).contains(&VaultJob::Forget(empty)));
    note(&mut table, NoteIntent::New);
    edit(&mut table, said("あ"), None);
    let name = pane(&table).note;
    assert_ne!(name, empty);
    drafted(&mut table, None);
    note(&mut table, NoteIntent::Leave);
    assert_eq!(table.desk().notes.pane, None);
    assert!(!jobs(&mut table).contains(&VaultJob::Forget(name)));
}

#[test]
fn a_desk_without_a_folder_finishes_contacts_as_it_did() {
    let mut table = Table::at_work();
    table.put(Input::Vault(VaultNews::NotOpened(NotOpened::NoFolder)));
    table.phase(Phase::Wrapping);
    assert_eq!(table.desk().notes.pane, None);
    table.intent(Intent::Finish { disposition: Disposition::Guided });
    assert!(matches!(table.words()[..], [OperatorSays::Finish { .. }]));
}

#[test]
fn the_last_keys_reach_the_disk_when_the_desk_ends_while_a_draft_is_on_its_way() {
    let mut table = talking();
    edit(&mut table, said("案内"), None);
    edit(&mut table, said("案内した"), None);
    assert_eq!(text_of(&written(&mut table)[0]), "案内");
    table.put(Input::Closing);
    assert_eq!(text_of(&written(&mut table)[0]), "案内した");
}

#[test]
fn a_note_that_was_put_away_on_a_full_disk_is_tried_until_it_is_there() {
    let mut table = writing();
    note(&mut table, NoteIntent::New);
    edit(&mut table, said("電話帳を直す"), None);
    let name = pane(&table).note;
    note(&mut table, NoteIntent::Leave);
    assert_eq!(written(&mut table).len(), 1);
    table.put(Input::Vault(VaultNews::Drafted { note: name, failed: Some(VaultTrouble::DiskFull) }));
    table.heard();
    table.pass(1_000);
    assert_eq!(text_of(&written(&mut table)[0]), "電話帳を直す");
    table.put(Input::Vault(VaultNews::Drafted { note: name, failed: None }));
    table.heard();
    table.pass(3_000);
    assert_eq!(written(&mut table), []);
}
