//! Whether a revision may be stored: every field by itself, fields of digits side by side, and a field together with
//! what stood in it before. A number in two halves is a number. Knows no server and no disk; both ask the same.

use super::Record;
use super::tidy;
use super::wareki;
use super::written::TextField;
use crate::code::Code;
use crate::guard;
use crate::guard::open;

/// Why `next` must not be stored after `previous`, the heads that its author saw; none: it may be.
pub fn refusal(previous: &[&Record], next: &Record) -> Option<Code> {
    let fields = fields(next);
    let alone = fields.iter().map(|(_, text)| *text).chain(choices(next));
    if let Some(code) = alone.into_iter().find_map(|text| guard::check(text).refusal()) {
        return Some(code);
    }
    let side_by_side = || !split_over(&fields).is_empty();
    let in_two_steps = || previous.iter().any(|before| goes_on(&self::fields(before), &fields));
    (side_by_side() || in_two_steps()).then_some(Code::IndividualNumber)
}

/// Fields that are an Individual Number together: neighbours that hold nothing but digits. Empty fields between them
/// do not count.
pub(super) fn split_over(fields: &[(TextField, &str)]) -> Vec<TextField> {
    let filled: Vec<&(TextField, &str)> = fields.iter().filter(|(_, text)| !text.trim().is_empty()).collect();
    let mut found = Vec::new();
    for place in 0..filled.len() {
        let mut together = Vec::new();
        for (field, text) in filled[place..].iter().take_while(|(field, text)| is_part(*field, text)) {
            together.push((*field, *text));
            let texts: Vec<&str> = together.iter().map(|(_, text)| *text).collect();
            if together.len() > 1 && is_number(&texts) {
                found.extend(together.iter().map(|(field, _)| *field));
            }
        }
    }
    found
}

/// The same field goes on where it left off.
fn goes_on(before: &[(TextField, &str)], next: &[(TextField, &str)]) -> bool {
    let pairs = before.iter().zip(next).filter(|((field, _), (other, _))| field == other);
    pairs.into_iter().any(|((field, before), (_, text))| {
        is_part(*field, before) && is_part(*field, text) && is_number(&[before, text])
    })
}

/// Whatever stands between the digits: the parts hold nothing else.
fn is_number(parts: &[&str]) -> bool {
    let runs = parts.iter().flat_map(|part| open::runs(part));
    let digits: String = runs.map(|run| run.number()).collect();
    guard::check(&digits).refusal() == Some(Code::IndividualNumber)
}

/// Nothing but digits and joints, and not what the field is there for: a telephone number and the hours beside it are
/// twelve digits too.
fn is_part(field: TextField, text: &str) -> bool {
    let own = match field {
        TextField::Phone => tidy::phone(text).is_ok(),
        TextField::Postcode => tidy::postcode(text).is_ok(),
        TextField::Birth | TextField::ReservationWhen => wareki::parse(text).is_ok(),
        TextField::Text
        | TextField::Name
        | TextField::Kana
        | TextField::Address
        | TextField::Reachable
        | TextField::ReservationPlace
        | TextField::PromiseWho
        | TextField::PromiseResult
        | TextField::DoubtReason
        | TextField::Summary => false,
    };
    !own && open::is_only_digits(text)
}

/// Every free text of a record with its field, always in the same order.
fn fields(record: &Record) -> Vec<(TextField, &str)> {
    match record {
        Record::Note(note) => note.written.texts().collect(),
        Record::Sheet(sheet) => {
            let city = &sheet.city;
            let own = [&sheet.summary, &city.received, &city.person, &city.done, &city.completed];
            sheet.person.texts().chain(own.map(|text| (TextField::Summary, text.as_str()))).collect()
        }
        Record::Handover(handover) => vec![(TextField::Summary, &handover.text)],
    }
}

/// Texts that come out of lists; whoever sends a revision may have put anything there.
fn choices(record: &Record) -> Vec<&str> {
    match record {
        Record::Note(note) => {
            let written = &note.written;
            written.articles.iter().chain(&written.handouts).map(String::as_str).collect()
        }
        Record::Sheet(_) | Record::Handover(_) => Vec::new(),
    }
}
