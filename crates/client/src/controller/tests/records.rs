//! Records beside the pane: sheets, handovers, promises, reading, searching, and the lock over all of it.

use desk::code::Code;
use desk::contact::Disposition;
use desk::day::Day;
use desk::ids::OperatorId;
use desk::note::revision::RevKind;
use desk::note::{
    CheckRight, Handover, LeadCheck, NoteId, Person, Record, Sheet, SheetKind, SheetStatus, Urgency, Written,
};
use desk::presence::Presence;
use desk::time::{Millis, Time};
use link::state::{Colleague, DeskState, Wall};

use super::fixtures::{START, Table, state};
use super::notes::{edit, jobs, note, open, pane, rev, said, writing};
use crate::controller::{Filter, Input, Kept, KeptHead, Lists, Output, VaultJob, VaultNews, Writing};
use crate::view::Intent;
use crate::view::notes::{NeedField, NoteIntent, Older, SearchQuery, SheetCheck, SheetRow, VaultTrouble};

fn name(n: u128) -> NoteId {
    NoteId(uuid::Uuid::from_u128(n))
}

fn lead() -> Table {
    let mut table = Table::with(DeskState { wall: Some(Wall::default()), ..state() });
    open(&mut table);
    table
}

fn raise(table: &mut Table, note_of: Option<NoteId>, kind: SheetKind) {
    let summary = "申請書を送ってほしい".to_owned();
    let urgency = Urgency::Usual;
    note(table, NoteIntent::RaiseSheet { note: note_of, sheet: kind, urgency, summary, household: 1 });
}

fn writes(table: &mut Table) -> Vec<Writing> {
    let write = |job| match job {
        VaultJob::Write(writing) => Some(*writing),
        _ => None,
    };
    jobs(table).into_iter().filter_map(write).collect()
}

/// As [`writes`], and the disk takes them.
fn stored(table: &mut Table) -> Vec<Writing> {
    let written = writes(table);
    for (at, writing) in written.iter().enumerate() {
        let rev = Ok(rev(at as u128 + 90));
        table.put(Input::Vault(VaultNews::Wrote { note: writing.note, rev }));
    }
    table.out.clear();
    written
}

fn kept(n: u128, records: Vec<Record>) -> Input {
    let head =
        |(at, record)| KeptHead { rev: rev(at as u128 + 1), author: OperatorId(2), at: Time(1), record };
    let heads = records.into_iter().enumerate().map(head).collect();
    let kept = Kept { note: name(n), heads, refused: None, redacted: false, synced: true, draft: None };
    Input::Vault(VaultNews::Read { note: name(n), kept: Some(Box::new(kept)) })
}

/// A sheet that somebody else has raised.
fn sheet_of(table: &mut Table, operator: u32) -> Record {
    raise(table, None, SheetKind::Judgement);
    let mut record = stored(table).remove(0).record.unwrap();
    if let Record::Sheet(sheet) = &mut record {
        sheet.operator = OperatorId(operator);
        sheet.person = Person { name: "山田 花子".into(), ..Person::default() };
    }
    record
}

fn handover() -> Record {
    Record::Handover(Handover {
        number: "H-1".into(),
        text: "プリンターが故障中".into(),
        note: None,
        written_at: Time(1),
        operator: OperatorId(2),
        operator_name: "オペレーター02".into(),
        settled: None,
    })
}

#[test]
fn a_sheet_is_numbered_linked_to_its_note_and_due_on_the_next_opening_day() {
    let mut table = writing();
    note(&mut table, NoteIntent::New);
    edit(&mut table, said("発送を頼まれた"), None);
    table.out.clear();
    let from = pane(&table).note;
    raise(&mut table, Some(from), SheetKind::Dispatch);
    let Some(Record::Sheet(sheet)) = stored(&mut table).remove(0).record else {
        panic!("a sheet is written")
    };
    assert!(sheet.number.starts_with("R-"));
    assert_eq!((sheet.note, sheet.status), (Some(from), SheetStatus::Unsent));
    assert!(sheet.due > Day::of(table.now));
    assert_eq!(pane(&table).sheet.as_ref().unwrap().number, sheet.number);
    raise(&mut table, None, SheetKind::Incident);
    let Some(Record::Sheet(sheet)) = stored(&mut table).remove(0).record else {
        panic!("a sheet is written")
    };
    assert_eq!(sheet.due, Day::of(table.now), "an incident is told on the same day");
}

#[test]
fn an_answer_is_due_on_the_servers_next_opening_day_also_without_the_server() {
    let mut asked = state();
    let today = Day::of(START);
    // The city closes on a day and opens on the Sunday after it: no calendar but the server's knows.
    asked.forms.opening_days = vec![today, today.plus(5), today.plus(6)];
    let mut table = Table::with(asked);
    open(&mut table);
    raise(&mut table, None, SheetKind::Complaint);
    let Some(Record::Sheet(sheet)) = stored(&mut table).remove(0).record else { panic!("a sheet") };
    assert_eq!(sheet.due, today.plus(5));
    raise(&mut table, None, SheetKind::Incident);
    let Some(Record::Sheet(sheet)) = stored(&mut table).remove(0).record else { panic!("a sheet") };
    assert_eq!(sheet.due, today);
}

#[test]
fn a_sheet_goes_step_by_step_once_a_lead_who_did_not_raise_it_has_checked_it() {
    let mut table = lead();
    let unchecked = sheet_of(&mut table, 2);
    note(&mut table, NoteIntent::MoveSheet { note: name(5), status: SheetStatus::Sent });
    table.put(kept(5, vec![unchecked.clone()]));
    assert_eq!((writes(&mut table), table.desk().refused), (vec![], Some(Code::NotChecked)));
    note(&mut table, NoteIntent::CheckSheet { note: name(5), alone: false });
    table.put(kept(5, vec![unchecked]));
    let sheet = stored(&mut table).remove(0).record.unwrap();
    let Record::Sheet(checked) = &sheet else { panic!("it is checked") };
    let check = checked.checked.as_ref().unwrap();
    assert_eq!((check.operator, check.alone), (OperatorId(1), false));
    note(&mut table, NoteIntent::MoveSheet { note: name(5), status: SheetStatus::Sent });
    assert_eq!(jobs(&mut table), [VaultJob::Read(name(5))]);
    table.put(kept(5, vec![sheet.clone()]));
    let moved = stored(&mut table).remove(0);
    assert_eq!((moved.parents, moved.kind), (vec![rev(1)], RevKind::Edit));
    note(&mut table, NoteIntent::MoveSheet { note: name(5), status: SheetStatus::Done });
    table.put(kept(5, vec![sheet.clone()]));
    assert_eq!((writes(&mut table), table.desk().refused), (vec![], Some(Code::WrongState)));
}

#[test]
fn a_lead_checks_an_own_sheet_only_when_it_cannot_wait_and_says_so() {
    let mut table = lead();
    let own = sheet_of(&mut table, 1);
    for alone in [false, true] {
        note(&mut table, NoteIntent::CheckSheet { note: name(5), alone });
        table.put(kept(5, vec![own.clone()]));
        assert_eq!((writes(&mut table), table.desk().refused), (vec![], Some(Code::WrongState)));
    }
    let Record::Sheet(own) = own else { panic!("a sheet") };
    let urgent = Record::Sheet(Sheet { urgency: Urgency::Urgent, ..own });
    note(&mut table, NoteIntent::CheckSheet { note: name(5), alone: false });
    table.put(kept(5, vec![urgent.clone()]));
    assert_eq!((writes(&mut table), table.desk().refused), (vec![], Some(Code::WrongState)));
    note(&mut table, NoteIntent::CheckSheet { note: name(5), alone: true });
    table.put(kept(5, vec![urgent]));
    let Some(Record::Sheet(sheet)) = stored(&mut table).remove(0).record else { panic!("it is checked") };
    assert!(sheet.checked.unwrap().alone);
}

#[test]
fn whoever_mixes_two_heads_of_a_sheet_has_written_it_and_its_check_falls() {
    let mut table = lead();
    let one = sheet_of(&mut table, 2);
    let Record::Sheet(sheet) = one.clone() else { panic!("a sheet") };
    let check = LeadCheck { operator: OperatorId(1), name: "責任者".into(), at: Time(3), alone: false };
    let checked = Sheet { checked: Some(check), ..sheet.clone() };
    let heads = vec![one, Record::Sheet(checked.clone())];
    let decided = |record| NoteIntent::Resolve {
        note: name(5),
        heads: vec![rev(1), rev(2)],
        record: Box::new(Record::Sheet(record)),
    };
    note(&mut table, NoteIntent::Read { note: Some(name(5)) });
    table.put(kept(5, heads.clone()));
    note(&mut table, NoteIntent::ShowPerson);
    table.out.clear();
    note(&mut table, decided(Sheet { summary: "両方から".into(), ..checked.clone() }));
    let Some(Record::Sheet(mixed)) = stored(&mut table).remove(0).record else { panic!("it is resolved") };
    assert_eq!((mixed.writer(), mixed.checked), (OperatorId(1), None));
    table.put(kept(5, heads));
    note(&mut table, decided(checked.clone()));
    let Some(Record::Sheet(taken)) = stored(&mut table).remove(0).record else { panic!("it is resolved") };
    assert_eq!((taken.writer(), taken.checked), (OperatorId(2), checked.checked));
}

#[test]
fn the_list_says_who_can_check_a_sheet() {
    let mut asked = DeskState { wall: Some(Wall::default()), ..state() };
    let colleague = |n: u32, lead| Colleague {
        operator: OperatorId(n),
        name: format!("席{n}"),
        presence: Presence::Off,
        ready: false,
        lead,
    };
    asked.colleagues = vec![colleague(2, true), colleague(3, true), colleague(4, false)];
    let mut table = Table::with(asked);
    open(&mut table);
    let Record::Sheet(sheet) = sheet_of(&mut table, 2) else { panic!("a sheet") };
    let lists = Lists { sheets: vec![SheetRow::of(name(5), &sheet)], ..Lists::default() };
    table.put(Input::Vault(VaultNews::Lists(Box::new(lists))));
    let row = &table.desk().notes.sheets[0];
    assert_eq!((row.right, row.step), (CheckRight::Second, None));
    assert_eq!(row.check, SheetCheck::Waits { by: vec!["席3".into()] });
}

#[test]
fn only_a_lead_checks_and_redacts() {
    let mut table = writing();
    let check = NoteIntent::CheckSheet { note: name(5), alone: false };
    for intent in [check, NoteIntent::Redact { note: name(5) }] {
        note(&mut table, intent);
        assert_eq!((jobs(&mut table), table.desk().refused), (vec![], Some(Code::Unauthorised)));
    }
    let mut table = lead();
    note(&mut table, NoteIntent::Redact { note: name(5) });
    table.put(kept(5, vec![handover(), handover()]));
    let redaction = stored(&mut table).remove(0);
    assert_eq!((redaction.kind, redaction.record, redaction.parents.len()), (RevKind::Redact, None, 2));
}

#[test]
fn a_handover_is_written_once_and_settled_once() {
    let mut table = writing();
    note(&mut table, NoteIntent::Handover { text: " プリンターが故障中 ".into(), note: None });
    let Some(Record::Handover(word)) = stored(&mut table).remove(0).record else { panic!("it is written") };
    assert_eq!(word.text, "プリンターが故障中");
    note(&mut table, NoteIntent::Handover { text: "  ".into(), note: None });
    assert_eq!(table.desk().refused, Some(Code::BadLength));
    note(&mut table, NoteIntent::Handover { text: "番号は123456789018".into(), note: None });
    assert_eq!((writes(&mut table), table.desk().refused), (vec![], Some(Code::IndividualNumber)));
    note(&mut table, NoteIntent::SettleHandover { note: name(6) });
    table.put(kept(6, vec![handover()]));
    let Some(Record::Handover(settled)) = stored(&mut table).remove(0).record else {
        panic!("it is settled")
    };
    assert_eq!(settled.settled.clone().unwrap().0, "オペレーター01");
    note(&mut table, NoteIntent::SettleHandover { note: name(6) });
    table.put(kept(6, vec![Record::Handover(settled)]));
    assert_eq!((writes(&mut table), table.desk().refused), (vec![], Some(Code::Gone)));
}

#[test]
fn personal_fields_are_hidden_until_they_are_asked_for_and_that_is_audited_once() {
    let mut table = writing();
    let sheet = sheet_of(&mut table, 2);
    note(&mut table, NoteIntent::Read { note: Some(name(5)) });
    table.put(kept(5, vec![sheet]));
    let reading = table.desk().notes.reading.clone().unwrap();
    assert!(reading.person_hidden && !format!("{:?}", reading.heads).contains("山田"));
    table.out.clear();
    note(&mut table, NoteIntent::ShowPerson);
    note(&mut table, NoteIntent::ShowPerson);
    assert_eq!(jobs(&mut table), [VaultJob::Viewed { note: name(5), at: table.now }]);
    let reading = table.desk().notes.reading.clone().unwrap();
    assert!(reading.person_shown && format!("{:?}", reading.heads).contains("山田"));
}

#[test]
fn two_heads_are_put_together_by_who_has_seen_both() {
    let mut table = writing();
    note(&mut table, NoteIntent::Read { note: Some(name(6)) });
    table.put(kept(6, vec![handover(), handover()]));
    table.out.clear();
    let decided = |heads| NoteIntent::Resolve { note: name(6), heads, record: Box::new(handover()) };
    note(&mut table, decided(vec![rev(1)]));
    assert_eq!((writes(&mut table), table.desk().refused), (vec![], Some(Code::TooLate)));
    note(&mut table, decided(vec![rev(2), rev(1)]));
    let resolution = stored(&mut table).remove(0);
    assert_eq!((resolution.kind, resolution.parents), (RevKind::Resolve, vec![rev(2), rev(1)]));
}

#[test]
fn a_search_takes_japanese_dates_and_shows_the_latest_answer_only() {
    let mut table = writing();
    let query =
        |from: &str| SearchQuery { words: "戸籍".into(), from: from.into(), ..SearchQuery::default() };
    note(&mut table, NoteIntent::Search { query: Some(query("令和8年4月1日")) });
    let first = jobs(&mut table).remove(0);
    let VaultJob::Search { serial, filter, .. } = first else { panic!("{first:?}") };
    assert_eq!(filter.from, Some(Day::from_ymd(2026, 4, 1).unwrap().began()));
    note(&mut table, NoteIntent::Search { query: Some(query("R8.13.1")) });
    assert!(table.desk().notes.search.as_ref().unwrap().bad_date);
    assert_eq!(jobs(&mut table), []);
    note(&mut table, NoteIntent::Search { query: Some(query("")) });
    table.put(Input::Vault(VaultNews::Found { serial, hits: Vec::new() }));
    note(&mut table, NoteIntent::Search { query: None });
    assert_eq!(table.desk().notes.search, None);
}

#[test]
fn older_notes_are_asked_of_the_server_once_a_query_and_looked_for_again_when_they_are_here() {
    let mut table = writing();
    let query = SearchQuery { words: "戸籍".into(), category: Some(6), ..SearchQuery::default() };
    let older = |table: &Table| table.desk().notes.search.as_ref().unwrap().older;
    note(&mut table, NoteIntent::Search { query: Some(query.clone()) });
    assert_eq!(older(&table), Older::Unasked);
    jobs(&mut table);
    for _ in 0..2 {
        note(&mut table, NoteIntent::SearchOlder);
    }
    let asked = jobs(&mut table);
    let filter = Filter { category: Some(6), ..Filter::default() };
    assert_eq!(asked, [VaultJob::Older { words: "戸籍".into(), filter }]);
    table.put(Input::Vault(VaultNews::Older(None)));
    assert_eq!(older(&table), Older::Failed);
    jobs(&mut table);
    note(&mut table, NoteIntent::SearchOlder);
    assert_eq!(jobs(&mut table).len(), 1, "after a failure it can be tried again");
    table.put(Input::Vault(VaultNews::Older(Some(true))));
    assert!(matches!(&jobs(&mut table)[..], [VaultJob::Search { .. }]));
    assert_eq!(older(&table), Older::Here { more: true });
    table.put(Input::Vault(VaultNews::Moved));
    assert_eq!(older(&table), Older::Here { more: true }, "the same query stays looked for");
    note(&mut table, NoteIntent::Search { query: Some(SearchQuery { words: "戸".into(), ..query }) });
    assert_eq!(older(&table), Older::Unasked);
    jobs(&mut table);
    table.put(Input::Vault(VaultNews::Older(Some(false))));
    assert_eq!((older(&table), jobs(&mut table)), (Older::Unasked, vec![]), "an answer to another query");
}

#[test]
fn an_untouched_desk_locks_hides_everybody_and_opens_by_the_password_alone() {
    let mut asked = state();
    asked.forms.lock_after_ms = Millis::seconds(300);
    let mut table = Table::with(asked);
    open(&mut table);
    let mut card = table.contact(desk::contact::Phase::Live);
    card.number = "C-1".into();
    table.change(link::state::DeskChange::Contact(Some(card)));
    edit(&mut table, said("山田さんの件"), None);
    for _ in 0..70 {
        table.pass(5_000);
        table.heard();
    }
    note(&mut table, NoteIntent::Lock);
    assert!(!table.desk().notes.locked, "whoever only listens is not locked out of the talk");
    table.phase(desk::contact::Phase::Wrapping);
    for _ in 0..59 {
        table.pass(5_000);
        table.heard();
    }
    assert!(!table.desk().notes.locked);
    table.pass(5_000);
    assert!(table.desk().notes.locked);
    assert!(!format!("{:?}", table.shown()).contains("山田"));
    table.out.clear();
    note(&mut table, NoteIntent::New);
    assert_eq!(table.desk().refused, Some(Code::Locked));
    note(&mut table, NoteIntent::Unlock { password: "falsch".into() });
    assert!(matches!(jobs(&mut table)[..], [VaultJob::Check(_)]));
    table.put(Input::Vault(VaultNews::Checked(false)));
    assert!(table.desk().notes.locked && table.desk().notes.unlock_refused);
    note(&mut table, NoteIntent::Unlock { password: "geheim".into() });
    table.put(Input::Vault(VaultNews::Checked(true)));
    assert_eq!(pane(&table).written.text, "山田さんの件");
}

#[test]
fn a_locked_desk_rings_and_answers() {
    let mut table = writing();
    note(&mut table, NoteIntent::Lock);
    table.offered(1);
    assert!(table.did().contains(&Output::Ring(true)));
    table.intent(Intent::Answer);
    assert_eq!(table.words().len(), 1);
    assert!(table.desk().notes.locked);
}

#[test]
fn a_sheet_and_a_word_for_the_next_shift_wait_for_a_full_disk_and_go_on_by_themselves() {
    let mut table = writing();
    raise(&mut table, None, SheetKind::Complaint);
    note(&mut table, NoteIntent::Handover { text: "紙が切れている".into(), note: None });
    let tried = writes(&mut table);
    let full = Err(VaultTrouble::DiskFull);
    for writing in &tried {
        table.put(Input::Vault(VaultNews::Wrote { note: writing.note, rev: full }));
    }
    let notes = &table.desk().notes;
    assert_eq!(notes.trouble, Some(VaultTrouble::DiskFull));
    assert!(notes.sheets[0].unsaved && notes.sheets[0].summary.contains("申請書"));
    assert!(notes.handovers[0].unsaved && notes.handovers[0].handover.text == "紙が切れている");
    let steps = NoteIntent::SettleHandover { note: tried[1].note };
    note(&mut table, steps);
    assert_eq!(table.desk().refused, Some(Code::WrongState), "a step on it would make two heads of it");
    table.out.clear();
    table.pass(900);
    assert_eq!(writes(&mut table), [], "a full disk is not asked without end");
    table.pass(100);
    assert_eq!(writes(&mut table), tried, "the same revisions of the same records");
    table.pass(5_000);
    assert_eq!(writes(&mut table), [], "one is on its way");
    for writing in &tried {
        table.put(Input::Vault(VaultNews::Wrote { note: writing.note, rev: Ok(rev(7)) }));
    }
    let notes = &table.desk().notes;
    assert!(!notes.sheets[0].unsaved && !notes.handovers[0].unsaved && notes.trouble.is_none());
    table.put(Input::Vault(VaultNews::Lists(Box::default())));
    table.pass(5_000);
    assert_eq!(writes(&mut table), []);
    assert_eq!(table.desk().notes.sheets, []);
}

#[test]
fn a_note_is_not_finished_before_its_sheet_is_on_the_disk() {
    let mut table = writing();
    note(&mut table, NoteIntent::New);
    edit(&mut table, Written { disposition: Some(Disposition::CityAsked), ..said("判断を頼んだ") }, None);
    let from = pane(&table).note;
    raise(&mut table, Some(from), SheetKind::Judgement);
    let sheet = writes(&mut table).into_iter().find(|writing| writing.note != from).unwrap();
    table.put(Input::Vault(VaultNews::Wrote { note: sheet.note, rev: Err(VaultTrouble::DiskFull) }));
    assert_eq!(pane(&table).missing, [NeedField::Sheet]);
    assert!(pane(&table).sheet.as_ref().unwrap().unsaved);
    raise(&mut table, Some(from), SheetKind::Judgement);
    assert_eq!(table.desk().refused, Some(Code::WrongState), "it waits already");
    table.put(Input::Vault(VaultNews::Wrote { note: sheet.note, rev: Ok(rev(7)) }));
    assert_eq!(pane(&table).missing, []);
}
