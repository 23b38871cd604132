//! Contact sheets (連絡票) as files for the city, and the city's answers read from the files that it returns.
//!
//! Bytes in, bytes out: refuses to know the disk, the vault, and whether a sheet may be sent. What [`read`] gives back
//! has not passed the guard; [`CityLine::on`] asks it before an answer becomes part of a sheet.
//!
//! What a file holds came from callers and from typing. A spreadsheet program must show it and never run it:
//! - xlsx: every cell is a text cell, in the number format "text", so that it stays text when somebody edits it.
//! - CSV has no types: a value that a spreadsheet would run (`= + - @`, their full-width twins, tab) or change
//!   (leading zeros, long digit runs, what looks like a date) gets a leading apostrophe, as OWASP advises. [`read`]
//!   takes it off again.

mod cells;
mod cp932;
mod plain;
mod read;
mod table;
mod wareki;
mod xlsx;

#[cfg(test)]
mod tests;

use desk::day::Day;
use desk::note::{Sheet, SheetColumn};

use crate::view::notes::SheetFormat;

pub use read::{CityLine, read};

/// The largest file that is read, bytes: a year's sheets with pictures of the city's own are below a tenth of it.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// The most lines written or read: thirty a day for a year.
pub const MAX_ROWS: usize = 10_000;

/// Why a file could not be written or read. The text is the sentence for the operator; it names no person and quotes
/// nothing of a sheet but its number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// The settings' columns cannot be used.
    #[error("連絡票の列の設定が正しくありません。管理者に伝えてください。")]
    Columns,
    /// More than [`MAX_ROWS`].
    #[error("連絡票が{MAX_ROWS}件を超えています。ファイルを分けてください。")]
    TooManyRows,
    /// More than [`MAX_BYTES`], or far more once it is unpacked.
    #[error("ファイルが大きすぎます(10 MBまで)。市から届いたファイルか確認してください。")]
    TooLarge,
    /// CP932 lacks a sign, such as 𠮷. Nothing is written: a name that is wrong by one letter sends a letter astray.
    #[error(
        "連絡票{number}の「{header}」{}に、CSV(CP932)では書けない文字があります。ExcelかCSV(UTF-8)で書き出してください。",
        others(*.more)
    )]
    NotInCp932 {
        /// The first sheet.
        number: String,
        /// Its first column.
        header: String,
        /// How many more cells there are.
        more: usize,
    },
    /// An old `.xls`, or a file under a password.
    #[error(
        "このファイルは読めません。パスワードを外し、「Excel ブック(.xlsx)」か CSV で保存し直してください。"
    )]
    OldOrLocked,
    /// Damaged, cut off, or something else altogether.
    #[error("ファイルを読めません。途中で切れているか、連絡票のファイル(.xlsx、.csv)ではありません。")]
    Broken,
    /// No line of headings.
    #[error("見出しの行が見つかりません。「{header}」の列があるか確認してください。")]
    NoHeader {
        /// The heading that must be there.
        header: String,
    },
    /// Two lines for one sheet.
    #[error("連絡票{number}の行が2つあります。1つにしてから読み込んでください。")]
    Twice {
        /// Which.
        number: String,
    },
    /// A cell has more characters than a text may have.
    #[error("連絡票{number}の「{header}」が長すぎます({}文字まで)。", desk::note::MAX_TEXT)]
    TooLong {
        /// Which sheet.
        number: String,
        /// Which column.
        header: String,
    },
    /// The file could not be made.
    #[error("ファイルを作れませんでした。内容が長すぎる連絡票がないか確認してください。")]
    Unwritable,
}

fn others(more: usize) -> String {
    if more == 0 { String::new() } else { format!("ほか{more}か所") }
}

/// Writes sheets into a file, one line each, in the given order, with these columns from the left.
pub fn export(sheets: &[Sheet], columns: &[SheetColumn], format: SheetFormat) -> Result<Vec<u8>, SheetError> {
    SheetColumn::check(columns).map_err(|_| SheetError::Columns)?;
    if sheets.len() > MAX_ROWS {
        return Err(SheetError::TooManyRows);
    }
    let rows: Vec<Vec<String>> = sheets.iter().map(|sheet| cells::row(sheet, columns)).collect();
    match format {
        SheetFormat::Xlsx => xlsx::write(&rows, columns),
        SheetFormat::CsvUtf8 => Ok(plain::with_mark(&plain::write(&rows, columns)?)),
        SheetFormat::CsvCp932 => {
            cp932::check(sheets, &rows, columns)?;
            cp932::encode(&plain::write(&rows, columns)?).ok_or(SheetError::Unwritable)
        }
    }
}

/// What the file of a day is called, such as `連絡票_20260401.xlsx`.
pub fn file_name(date: Day, format: SheetFormat) -> String {
    let (year, month, day) = date.ymd();
    let ending = match format {
        SheetFormat::Xlsx => ".xlsx",
        SheetFormat::CsvUtf8 => ".csv",
        SheetFormat::CsvCp932 => "_cp932.csv",
    };
    format!("連絡票_{year:04}{month:02}{day:02}{ending}")
}
