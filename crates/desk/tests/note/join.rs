//! What may be stored after what.

use desk::code::Code;
use desk::day::Day;
use desk::ids::OperatorId;
use desk::note::join::refusal;
use desk::note::{CityAnswer, Handover, Person, Record, Sheet, SheetKind, SheetStatus, Urgency, Written};
use desk::time::Time;

use super::refusals::{note, of};

const BLOCKED: Option<Code> = Some(Code::IndividualNumber);

fn handover(text: &str) -> Record {
    Record::Handover(Handover {
        number: "H-20260401-7K3Q".to_owned(),
        text: text.to_owned(),
        note: None,
        written_at: Time(0),
        operator: OperatorId(1),
        operator_name: "上尾".to_owned(),
        settled: None,
    })
}

fn sheet(summary: &str, done: &str) -> Record {
    Record::Sheet(Sheet {
        number: "R-20260401-7K3Q".to_owned(),
        kind: SheetKind::Judgement,
        urgency: Urgency::Usual,
        raised: Time(0),
        operator: OperatorId(1),
        operator_name: "上尾".to_owned(),
        note: None,
        note_number: None,
        summary: summary.to_owned(),
        person: Person::default(),
        household: 1,
        due: Day(0),
        status: SheetStatus::Unsent,
        changed: None,
        checked: None,
        city: CityAnswer { done: done.to_owned(), ..CityAnswer::default() },
    })
}

#[test]
fn every_text_of_every_record_is_judged() {
    for text in ["1234 5678 9018", "１２３４－５６７８－９０１８", "一二三四五六七八九〇一八"]
    {
        for record in [note(text), handover(text), sheet(text, ""), sheet("", text)] {
            assert_eq!(refusal(&[], &record), BLOCKED, "{record:?}");
        }
        let handouts = Written { handouts: vec![text.to_owned()], ..Written::default() };
        assert_eq!(refusal(&[], &of(handouts)), BLOCKED);
        let articles = Written { articles: vec![text.to_owned()], ..Written::default() };
        assert_eq!(refusal(&[], &of(articles)), BLOCKED);
    }
    assert_eq!(refusal(&[], &note("署名用の暗証番号はABC123")), Some(Code::SecretText));
    assert_eq!(refusal(&[], &note("暗証番号4桁を失念")), None);
    assert_eq!(refusal(&[], &note("1234 5678 9012")), None, "a doubt is none");
}

#[test]
fn a_number_in_two_halves_is_a_number() {
    for (first, second) in
        [("123456", "789018"), ("1234 5678", "9018"), ("1234", "5678-9018"), ("12345678901", "8")]
    {
        for (before, next) in [
            (note(first), note(second)),
            (handover(first), handover(second)),
            (sheet(first, ""), sheet(second, "")),
            (sheet("", first), sheet("", second)),
        ] {
            assert_eq!(refusal(&[&before], &next), BLOCKED, "{first} {second}");
            assert_eq!(refusal(&[], &next), None);
        }
    }
    let mut side_by_side = Written::default();
    side_by_side.person.name = "123456".to_owned();
    side_by_side.person.address = "789018".to_owned();
    assert_eq!(refusal(&[], &of(side_by_side)), BLOCKED);
}

#[test]
fn what_a_field_is_there_for_is_no_half_of_a_number() {
    let mut before = Written::default();
    before.person.phone = "0312345678".to_owned();
    before.person.postcode = "3628501".to_owned();
    let mut next = before.clone();
    // Every pair of digits behind the number, one of which makes it pass the check.
    for hours in 0..100 {
        next.person.reachable = format!("{hours:02}");
        assert_eq!(refusal(&[&of(before.clone())], &of(next.clone())), None);
    }
    assert_eq!(refusal(&[&note("担当 123456")], &note("789018")), None, "words stood with it");
    assert_eq!(refusal(&[&handover("123456")], &note("x")), None);
}
