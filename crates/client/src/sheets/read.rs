//! The city's answers: which columns they stand in, and what they mean. Knows no file format and no vault.

use std::collections::{BTreeMap, BTreeSet};

use desk::code::Code;
use desk::note::{
    CityAnswer, MAX_TEXT, Record, Sheet, SheetColumn, SheetField, SheetStatus, join, plain_header,
};

use super::table::{Table, tables};
use super::{MAX_ROWS, SheetError};

/// The line of headings is among the first lines: above it stand a title and a date at most.
const HEADINGS_WITHIN: usize = 20;

/// A line of the returned file.
#[derive(Clone, PartialEq, Eq)]
pub struct CityLine {
    /// 連絡票番号.
    pub number: String,
    /// 市の処理欄.
    pub answer: CityAnswer,
    /// How far it is by what the city filled in: 完了 with 完了日, 市確認 with 受領日時; none: nothing that moves it.
    pub status: Option<SheetStatus>,
}

/// What the city wrote has no business in a log.
impl std::fmt::Debug for CityLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CityLine({}, {:?})", self.number, self.status)
    }
}

impl CityLine {
    /// The sheet with this answer in it; none when nothing is new. A step is never taken back, and an empty cell
    /// does not wipe out what an earlier file said.
    ///
    /// # Errors
    /// What the guard says: the answer holds what nobody may write down, and must not be kept.
    pub fn on(&self, sheet: &Sheet) -> Result<Option<Sheet>, Code> {
        let newer = |new: &str, old: &str| if new.is_empty() { old.to_owned() } else { new.to_owned() };
        let (answer, city) = (&self.answer, &sheet.city);
        let mut changed = sheet.clone();
        changed.city = CityAnswer {
            received: newer(&answer.received, &city.received),
            person: newer(&answer.person, &city.person),
            done: newer(&answer.done, &city.done),
            completed: newer(&answer.completed, &city.completed),
        };
        changed.status = sheet.status.max(self.status.unwrap_or(sheet.status));
        if changed == *sheet {
            return Ok(None);
        }
        let (before, after) = (Record::Sheet(sheet.clone()), Record::Sheet(changed.clone()));
        join::refusal(&[&before], &after).map_or(Ok(Some(changed)), Err)
    }
}

/// The lines of a returned file that have a number, in the file's order. `name`: the file's name, for its kind.
/// Columns are found by their headers, the settings' or the usual ones, wherever they stand. Whether a number is ours
/// is for the caller to say.
pub fn read(bytes: &[u8], name: &str, columns: &[SheetColumn]) -> Result<Vec<CityLine>, SheetError> {
    let headers = headers(columns);
    let tables = tables(bytes, name)?;
    let found =
        tables.iter().find_map(|table| places(table, &headers).map(|(row, places)| (table, row, places)));
    let Some((table, heading, places)) = found else {
        return Err(SheetError::NoHeader { header: word(columns, SheetField::Number) });
    };
    if !places.contains_key(&SheetField::CityCompleted) {
        return Err(SheetError::NoHeader { header: word(columns, SheetField::CityCompleted) });
    }
    let mut seen = BTreeSet::new();
    let mut lines = Vec::new();
    for (_, row) in table.range(heading + 1..) {
        let Some(line) = line(row, &places, columns)? else { continue };
        if !seen.insert(line.number.clone()) {
            return Err(SheetError::Twice { number: line.number });
        }
        lines.push(line);
    }
    if lines.len() > MAX_ROWS { Err(SheetError::TooManyRows) } else { Ok(lines) }
}

/// Every header that names a field: the settings' ones come before the usual ones.
fn headers(columns: &[SheetColumn]) -> BTreeMap<String, SheetField> {
    let usual = SheetField::ALL.into_iter().map(|field| (plain_header(field.word()), field));
    let set = columns.iter().map(|column| (plain_header(&column.header), column.field));
    usual.chain(set).collect()
}

fn word(columns: &[SheetColumn], field: SheetField) -> String {
    let set = columns.iter().find(|column| column.field == field);
    set.map_or_else(|| field.word().to_owned(), |column| column.header.clone())
}

/// The line of headings and where each field stands in it.
fn places(table: &Table, headers: &BTreeMap<String, SheetField>) -> Option<(u32, BTreeMap<SheetField, u32>)> {
    table.iter().take(HEADINGS_WITHIN).find_map(|(row, cells)| {
        let mut places = BTreeMap::new();
        for (column, cell) in cells {
            if let Some(field) = headers.get(&plain_header(cell)) {
                places.entry(*field).or_insert(*column);
            }
        }
        places.contains_key(&SheetField::Number).then_some((*row, places))
    })
}

fn line(
    row: &BTreeMap<u32, String>,
    places: &BTreeMap<SheetField, u32>,
    columns: &[SheetColumn],
) -> Result<Option<CityLine>, SheetError> {
    let cell = |field| places.get(&field).and_then(|place| row.get(place)).cloned().unwrap_or_default();
    let number = cell(SheetField::Number);
    if number.is_empty() {
        return Ok(None);
    }
    let short = |field| {
        let text = cell(field);
        let fits = text.chars().count() <= MAX_TEXT;
        let header = || word(columns, field);
        // A number that is itself too long is not repeated.
        let number = || number.chars().take(SheetColumn::MAX_HEADER).collect();
        if fits { Ok(text) } else { Err(SheetError::TooLong { number: number(), header: header() }) }
    };
    short(SheetField::Number)?;
    let answer = CityAnswer {
        received: short(SheetField::CityReceived)?,
        person: short(SheetField::CityPerson)?,
        done: short(SheetField::CityDone)?,
        completed: short(SheetField::CityCompleted)?,
    };
    let status = status(&answer);
    Ok(Some(CityLine { number, answer, status }))
}

fn status(answer: &CityAnswer) -> Option<SheetStatus> {
    if is_filled(&answer.completed) {
        Some(SheetStatus::Done)
    } else if is_filled(&answer.received) {
        Some(SheetStatus::Confirmed)
    } else {
        None
    }
}

/// Dashes and 未, 未完了, 未定 say that it is not done.
fn is_filled(text: &str) -> bool {
    !text.starts_with('未')
        && text.chars().any(char::is_alphanumeric)
        && !text.chars().all(|letter| letter == 'ー')
}
