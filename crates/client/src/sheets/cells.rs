//! What stands in each cell of a sheet's line, as people read it. Knows no file format.

use desk::note::{LeadCheck, Sex, Sheet, SheetColumn, SheetField, SheetKind, Urgency};

use super::wareki;

/// 送付先 of a 発送依頼: forms go to the registered address and are never forwarded.
const DESTINATION: &str = "住民登録地のみ・転送不要";

/// One line.
pub(super) fn row(sheet: &Sheet, columns: &[SheetColumn]) -> Vec<String> {
    columns.iter().map(|column| tidy(&cell(sheet, column.field))).collect()
}

fn cell(sheet: &Sheet, field: SheetField) -> String {
    let person = &sheet.person;
    match field {
        SheetField::Number => sheet.number.clone(),
        SheetField::NoteNumber => sheet.note_number.clone().unwrap_or_default(),
        SheetField::Kind => kind(sheet.kind).to_owned(),
        SheetField::Urgency => urgency(sheet.urgency).to_owned(),
        SheetField::Raised => wareki::moment(sheet.raised),
        SheetField::Operator => sheet.operator_name.clone(),
        SheetField::Checked => {
            let checked = sheet.checked.as_ref();
            checked.map(check).unwrap_or_default()
        }
        SheetField::Summary => sheet.summary.clone(),
        SheetField::Name => person.name.clone(),
        SheetField::Kana => person.kana.clone(),
        SheetField::Birth => wareki::birth(&person.birth),
        SheetField::Sex => person.sex.map(sex).unwrap_or_default().to_owned(),
        SheetField::Postcode => person.postcode.clone(),
        SheetField::Address => person.address.clone(),
        SheetField::Phone => person.phone.clone(),
        SheetField::Reachable => person.reachable.clone(),
        SheetField::Destination => destination(sheet.kind).to_owned(),
        SheetField::Household if sheet.household == 0 => String::new(),
        SheetField::Household => sheet.household.to_string(),
        SheetField::CityReceived => sheet.city.received.clone(),
        SheetField::CityPerson => sheet.city.person.clone(),
        SheetField::CityDone => sheet.city.done.clone(),
        SheetField::CityCompleted => sheet.city.completed.clone(),
        SheetField::Due => wareki::day(sheet.due),
    }
}

/// The city sees who looked, and that it was nobody but the writer.
fn check(check: &LeadCheck) -> String {
    let alone = if check.alone { "(自己確認)" } else { "" };
    format!("{}{alone} {}", check.name, wareki::moment(check.at))
}

/// No sign that a file cannot hold: one kind of line end, and no other control signs than that and the tab.
pub(super) fn tidy(text: &str) -> String {
    let one_end = text.replace("\r\n", "\n").replace('\r', "\n");
    one_end.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

fn kind(kind: SheetKind) -> &'static str {
    match kind {
        SheetKind::Dispatch => "発送依頼",
        SheetKind::Judgement => "判断依頼",
        SheetKind::Callback => "折返し依頼",
        SheetKind::Complaint => "苦情",
        SheetKind::Trouble => "障害",
        SheetKind::Incident => "事故",
    }
}

fn destination(kind: SheetKind) -> &'static str {
    match kind {
        SheetKind::Dispatch => DESTINATION,
        SheetKind::Judgement
        | SheetKind::Callback
        | SheetKind::Complaint
        | SheetKind::Trouble
        | SheetKind::Incident => "",
    }
}

fn urgency(urgency: Urgency) -> &'static str {
    match urgency {
        Urgency::Usual => "通常",
        Urgency::Urgent => "至急",
    }
}

fn sex(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "男",
        Sex::Female => "女",
        Sex::Unsaid => "回答なし",
    }
}
