//! 発信番号を使う: the number is asked for, comes once, goes into the field and nowhere else.

use desk::code::Code;
use desk::contact::{Channel, Phase};
use desk::ids::ContactId;
use desk::note::Record;
use link::line::LineEvent;
use link::message::{DeskSignal, OperatorSays};
use link::state::{Caller, CallerCard, DeskChange, PhoneNumber};

use super::fixtures::Table;
use super::notes::{drafted, edit, note, pane, said, writing, written};
use crate::controller::Input;
use crate::view::notes::NoteIntent;

const CONTACT: ContactId = ContactId(7);

/// A call with its note.
fn called(caller: Caller) -> Table {
    let mut table = writing();
    let key = matches!(caller, Caller::Number { .. }).then(|| "0123".to_owned());
    let caller = Some(CallerCard { caller, times: 1, key, digits: Vec::new() });
    let card = table.contact(Phase::Live);
    let card = link::state::ContactCard { channel: Channel::Phone, booth: None, caller, ..card };
    table.change(DeskChange::Contact(Some(card)));
    drafted(&mut table, None);
    table.out.clear();
    table.words();
    table
}

fn masked() -> Caller {
    Caller::Number { number: "090-****-5678".into() }
}

fn ask(table: &mut Table) {
    let name = pane(table).note;
    note(table, NoteIntent::TakeNumber { note: name });
}

fn comes(table: &mut Table, contact: ContactId) {
    let signal = DeskSignal::Number { contact, number: PhoneNumber("09012345678".into()) };
    table.put(Input::Line(LineEvent::Signal(signal)));
}

fn phone_of(table: &Table) -> &str {
    &pane(table).written.person.phone
}

#[test]
fn the_number_goes_into_the_field_with_its_hyphens_and_onto_the_disk_like_typing() {
    let mut table = called(masked());
    edit(&mut table, said("折返し"), None);
    drafted(&mut table, None);
    ask(&mut table);
    assert_eq!(table.words(), [OperatorSays::Number { contact: CONTACT }]);
    assert_eq!(phone_of(&table), "", "nothing before the server has told it");
    table.out.clear();
    let version = pane(&table).version;
    comes(&mut table, CONTACT);
    assert_eq!((phone_of(&table), pane(&table).written.text.as_str()), ("090-1234-5678", "折返し"));
    assert_eq!(pane(&table).version, version + 1, "the page takes it over");
    let kept = written(&mut table);
    assert!(matches!(&kept[..], [Record::Note(note)] if note.written.person.phone == "090-1234-5678"));
}

#[test]
fn a_number_that_nobody_asked_for_or_of_another_contact_is_left_alone() {
    let mut table = called(masked());
    comes(&mut table, CONTACT);
    assert_eq!(phone_of(&table), "");
    ask(&mut table);
    comes(&mut table, ContactId(8));
    assert_eq!(phone_of(&table), "");
    comes(&mut table, CONTACT);
    comes(&mut table, CONTACT);
    assert_eq!(phone_of(&table), "090-1234-5678");
}

#[test]
fn a_caller_without_a_number_and_a_desk_without_its_server_are_told_at_once() {
    for caller in [Caller::Withheld, Caller::Payphone, Caller::OutOfArea] {
        let mut table = called(caller);
        ask(&mut table);
        assert_eq!((table.words().len(), table.desk().refused), (0, Some(Code::NoNumber)));
    }
    let mut table = called(masked());
    table.cut();
    ask(&mut table);
    assert_eq!((table.words().len(), table.desk().refused), (0, Some(Code::Unreachable)));
}

#[test]
fn what_the_server_refuses_is_shown() {
    let mut table = called(masked());
    ask(&mut table);
    table.answer(Some(Code::NoNumber));
    assert_eq!((phone_of(&table), table.desk().refused), ("", Some(Code::NoNumber)));
}

#[test]
fn what_was_typed_while_the_number_came_loses_neither() {
    let mut table = called(masked());
    let before = pane(&table).version;
    ask(&mut table);
    comes(&mut table, CONTACT);
    let typed = |text: &str, version| NoteIntent::Edit {
        note: pane(&table).note,
        written: Box::new(said(text)),
        caret: None,
        version,
    };
    let (late, cleared) = (typed("午後に", before), typed("", before + 2));
    note(&mut table, late);
    assert_eq!((phone_of(&table), pane(&table).written.text.as_str()), ("090-1234-5678", "午後に"));
    assert_eq!(pane(&table).version, before + 2, "the page is told what became of both");
    note(&mut table, cleared);
    assert_eq!(phone_of(&table), "", "whoever has seen it can take it out");
    assert_eq!(pane(&table).written, said(""));
}
