//! Bars of the guard in whole notes: every valid Individual Number is refused, and no other number is.

use desk::code::Code;
use desk::guard;
use desk::ids::OperatorId;
use desk::note::revision::NoteId;
use desk::note::{Facts, Note, NoteChannel, Record, Written, join};
use desk::time::{Millis, Time};

use super::digits::{Chance, date, individual_number, phone, spelt, spelt_number};

/// Numbers of each bar (reliability: bars 27 and 28).
const NUMBERS: u64 = 10_000;
const WORDS: [&str; 6] = ["", "番号は", "本人確認 ", "「", "※", "連絡先："];

/// A note in which a person wrote `text`.
pub fn note(text: &str) -> Record {
    of(Written { text: text.to_owned(), ..Written::default() })
}

/// A note with these fields.
pub fn of(written: Written) -> Record {
    let facts = Facts {
        number: "C-20260401-0012".to_owned(),
        contact: None,
        channel: NoteChannel::Phone,
        booth: None,
        caller: None,
        caller_key: None,
        calls_before: 0,
        opened: Time(0),
        answered: None,
        ended: None,
        closed: None,
        holds: 0,
        held_ms: Millis(0),
        interruptions: 0,
        operator: OperatorId(1),
        operator_name: "上尾".to_owned(),
        combined: false,
    };
    Record::Note(Note { facts, written, finished: false })
}

/// A record's name for tests.
pub fn name(number: u128) -> NoteId {
    NoteId(uuid::Uuid::from_u128(number))
}

#[test]
fn every_individual_number_is_refused_in_every_spelling() {
    for seed in 0..NUMBERS {
        let chance = &mut Chance(seed);
        let number = individual_number(chance);
        let text = format!("{}{}", chance.of(&WORDS), spelt_number(chance, &number));
        assert_eq!(join::refusal(&[], &note(&text)), Some(Code::IndividualNumber), "seed {seed}: {text:?}");
    }
}

#[test]
fn every_individual_number_in_two_revisions_is_refused() {
    for seed in 0..NUMBERS {
        let chance = &mut Chance(seed);
        let number = individual_number(chance);
        let (cut, spelling) = (1 + chance.below(11), chance.below(3));
        let mark = chance.of(&["", "-", " "]);
        let part = |digits: &str| digits.chars().map(|digit| spelt(digit, spelling)).collect::<String>();
        let (first, mut second) = (note(&part(&number[..cut])), part(&number[cut..]));
        assert_eq!(join::refusal(&[], &first), None, "seed {seed}");
        assert_eq!(
            join::refusal(&[&note(""), &first], &note(&second)),
            Some(Code::IndividualNumber),
            "seed {seed}"
        );
        second.insert_str(0, mark);
        assert_eq!(
            join::refusal(&[&first], &note(&format!("{second} "))),
            Some(Code::IndividualNumber),
            "seed {seed}"
        );
    }
}

#[test]
fn no_telephone_number_date_or_other_run_of_digits_is_refused() {
    for seed in 0..NUMBERS {
        let chance = &mut Chance(seed);
        let length = [10, 11, 13][chance.below(3)];
        let (first, second) = (phone(chance), date(chance));
        let run: String =
            chance.digits(length).chars().map(|digit| spelt(digit, seed as usize % 3)).collect();
        for text in [&first, &second, &run] {
            assert_eq!(guard::check(text).refusal(), None, "seed {seed}: {text}");
        }
        let before = note(&first);
        assert_eq!(
            join::refusal(&[&before], &note(&format!("{first}、{second}、{run}"))),
            None,
            "seed {seed}"
        );
        assert_eq!(join::refusal(&[&before], &note(&run)), None, "seed {seed}: {first} and {run}");
    }
}

#[test]
fn no_filled_in_form_is_refused() {
    for seed in 0..NUMBERS {
        let chance = &mut Chance(seed);
        let mut forms = [Written::default(), Written::default()];
        for written in &mut forms {
            let person = &mut written.person;
            person.phone = phone(chance);
            if chance.below(2) == 0 {
                person.phone = person.phone.replace(['-', '－', 'ー'], "");
            }
            person.postcode = chance.digits(7);
            person.birth = date(chance);
            person.reachable = chance.of(&["10", "1012", "18", "10-12"]).to_owned();
            written.reservation.when = date(chance);
        }
        let [first, second] = forms.map(of);
        assert_eq!(join::refusal(&[], &first), None, "seed {seed}: {first:?}");
        assert_eq!(join::refusal(&[&first], &second), None, "seed {seed}: {first:?} {second:?}");
    }
}
