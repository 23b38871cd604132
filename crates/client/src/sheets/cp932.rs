//! CP932 (Windows-31J) for old Excel. Nothing is lost in silence: a sign that it lacks is an error.

use desk::note::{Sheet, SheetColumn};
use encoding_rs::SHIFT_JIS;

use super::SheetError;

/// The text in CP932; none when it lacks a sign.
pub(super) fn encode(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().map(twin).collect();
    let (bytes, _, lacks) = SHIFT_JIS.encode(&text);
    (!lacks).then(|| bytes.into_owned())
}

/// Refuses sheets and headers with a sign that CP932 lacks, and says where the first one is.
pub(super) fn check(
    sheets: &[Sheet],
    rows: &[Vec<String>],
    columns: &[SheetColumn],
) -> Result<(), SheetError> {
    if columns.iter().any(|column| encode(&column.header).is_none()) {
        return Err(SheetError::Columns);
    }
    let mut lacking = sheets.iter().zip(rows).flat_map(|(sheet, row)| {
        let cells = row.iter().zip(columns).filter(|(cell, _)| encode(cell).is_none());
        cells.map(|(_, column)| (&sheet.number, &column.header))
    });
    match lacking.next() {
        None => Ok(()),
        Some((number, header)) => {
            let (number, header) = (number.clone(), header.clone());
            Err(SheetError::NotInCp932 { number, header, more: lacking.count() })
        }
    }
}

/// Signs that look the same and stand twice in Unicode: Japanese input on Linux and macOS types the left one, CP932
/// has the right one alone. Source: Microsoft's table for code page 932.
fn twin(letter: char) -> char {
    match letter {
        '\u{301c}' => '\u{ff5e}',
        '\u{2014}' => '\u{2015}',
        '\u{2016}' => '\u{2225}',
        '\u{2212}' => '\u{ff0d}',
        '\u{a2}' => '\u{ffe0}',
        '\u{a3}' => '\u{ffe1}',
        '\u{ac}' => '\u{ffe2}',
        '\u{a6}' => '\u{ffe4}',
        '\u{a5}' => '\u{ffe5}',
        '\u{203e}' => '\u{ffe3}',
        other => other,
    }
}
