//! The cells of a file as texts, whatever its kind: Excel, or CSV in UTF-8, UTF-16 or CP932. Knows no heading. The one
//! place that knows the library that reads Excel files.
//!
//! Whoever sends a file is not trusted: its size once unpacked, its worksheets, lines and cells are bounded before
//! they are held.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, copy, sink};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use desk::day::Day;
use encoding_rs::{Encoding, SHIFT_JIS};
use zip::ZipArchive;

use super::{MAX_BYTES, MAX_ROWS, SheetError, plain, wareki, xlsx};

/// The most that an Excel file may hold once it is unpacked, bytes: ten thousand full lines are below a half of it.
const MAX_UNPACKED: u64 = 64 * 1024 * 1024;
/// The most parts in an Excel file's archive: one made by hand has some dozen.
const MAX_PARTS: usize = 500;
/// The most worksheets that are looked at: the city's form has one.
const MAX_WORKSHEETS: usize = 20;
/// Cells further to the right are passed over: the form has two dozen columns.
const MAX_COLUMNS: u32 = 256;
/// Lines above and between those that count.
const MARGIN_ROWS: usize = 100;

/// Lines by their place, and in each the cells by theirs; empty cells are not there.
pub(super) type Table = BTreeMap<u32, BTreeMap<u32, String>>;

/// The tables of a file, the one named 連絡票 first.
pub(super) fn tables(bytes: &[u8], name: &str) -> Result<Vec<Table>, SheetError> {
    if bytes.len() > MAX_BYTES {
        return Err(SheetError::TooLarge);
    }
    let name = name.to_lowercase();
    match bytes {
        [b'P', b'K', 3, 4, ..] => excel(bytes),
        // The container of old Excel files, and of new ones under a password.
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(SheetError::OldOrLocked),
        _ if name.ends_with(".xlsx") || name.ends_with(".xls") => Err(SheetError::Broken),
        _ => Ok(vec![comma_separated(bytes)?]),
    }
}

fn excel(bytes: &[u8]) -> Result<Vec<Table>, SheetError> {
    bound(bytes)?;
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(told)?;
    let mut names = book.sheet_names();
    names.sort_by_key(|name| name != xlsx::NAME);
    names.truncate(MAX_WORKSHEETS);
    names.iter().map(|name| worksheet(&mut book, name)).collect()
}

/// Unpacks everything once without keeping it: what an archive says of its own size can be a lie.
fn bound(bytes: &[u8]) -> Result<(), SheetError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetError::Broken)?;
    if archive.len() > MAX_PARTS {
        return Err(SheetError::TooLarge);
    }
    let mut left = MAX_UNPACKED;
    for part in 0..archive.len() {
        let part = archive.by_index(part).map_err(|_| SheetError::Broken)?;
        let size = copy(&mut part.take(left + 1), &mut sink()).map_err(|_| SheetError::Broken)?;
        left = left.checked_sub(size).ok_or(SheetError::TooLarge)?;
    }
    Ok(())
}

fn told(fault: XlsxError) -> SheetError {
    if matches!(fault, XlsxError::Password) { SheetError::OldOrLocked } else { SheetError::Broken }
}

/// Cell by cell: a table made at once would be as large as the place of its last cell says.
fn worksheet(book: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Table, SheetError> {
    let mut cells = match book.worksheet_cells_reader(name) {
        Ok(cells) => cells,
        // A worksheet that is a chart has no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(Table::new()),
        Err(fault) => return Err(told(fault)),
    };
    let mut table = Table::new();
    while let Some(cell) = cells.next_cell().map_err(told)? {
        let (row, column) = cell.get_position();
        put(&mut table, row, column, text(cell.get_value()))?;
    }
    Ok(table)
}

fn put(table: &mut Table, row: u32, column: u32, text: String) -> Result<(), SheetError> {
    let text = super::cells::tidy(text.trim());
    if text.is_empty() || column >= MAX_COLUMNS {
        return Ok(());
    }
    table.entry(row).or_default().insert(column, text);
    if table.len() > MAX_ROWS + MARGIN_ROWS { Err(SheetError::TooManyRows) } else { Ok(()) }
}

fn text(cell: &DataRef<'_>) -> String {
    match cell {
        DataRef::Int(number) => number.to_string(),
        // A whole number without ".0": a telephone number that lost its type is at least itself.
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(date) => date_words(date),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// A date as the rest of the sheet writes it; a time of the day alone as such.
fn date_words(date: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, _, _) = date.to_ymd_hms_milli();
    let minutes = u16::from(hour) * 60 + u16::from(minute);
    match Day::from_ymd(year.into(), month.into(), day.into()) {
        Some(day) if minutes == 0 => wareki::day(day),
        Some(day) => format!("{} {}", wareki::day(day), wareki::time(minutes)),
        None if date.as_f64() < 1.0 => wareki::time(minutes),
        None => date.as_f64().to_string(),
    }
}

fn comma_separated(bytes: &[u8]) -> Result<Table, SheetError> {
    let text = decoded(bytes).filter(|text| !text.contains('\0')).ok_or(SheetError::Broken)?;
    let mut table = Table::new();
    for (row, line) in (0u32..).zip(plain::lines(&text)) {
        for (column, cell) in (0u32..).zip(line?) {
            put(&mut table, row, column, cell)?;
        }
    }
    Ok(table)
}

/// By the mark at its beginning; without one, UTF-8 if it is valid, else CP932.
fn decoded(bytes: &[u8]) -> Option<String> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..])?;
        return Some(text.into_owned());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(_) => {
            SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned())
        }
    }
}
