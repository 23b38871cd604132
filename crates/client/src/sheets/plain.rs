//! CSV: its lines, and the mark that keeps a spreadsheet program from running or changing a value.

use std::borrow::Cow;

use csv::{ReaderBuilder, Terminator, WriterBuilder};
use desk::note::SheetColumn;

use super::SheetError;

/// By this mark Excel knows UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// Stands before a value that is to be taken as it is.
const AS_TEXT: char = '\'';
/// More digits than these Excel shows as a power of ten.
const MOST_DIGITS: usize = 11;

/// Lines under their headings, each ended by CR LF.
pub(super) fn write(rows: &[Vec<String>], columns: &[SheetColumn]) -> Result<String, SheetError> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    let headers = columns.iter().map(|column| marked(&column.header).into_owned());
    writer.write_record(headers).map_err(|_| SheetError::Unwritable)?;
    for row in rows {
        let cells = row.iter().map(|cell| marked(cell).into_owned());
        writer.write_record(cells).map_err(|_| SheetError::Unwritable)?;
    }
    let bytes = writer.into_inner().map_err(|_| SheetError::Unwritable)?;
    String::from_utf8(bytes).map_err(|_| SheetError::Unwritable)
}

/// The same in bytes, with the mark of UTF-8.
pub(super) fn with_mark(text: &str) -> Vec<u8> {
    [BYTE_ORDER_MARK, text].concat().into_bytes()
}

/// The lines of a text. A file that was saved with tabs is read too. Values have lost the mark.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Result<Vec<String>, SheetError>> + '_ {
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains('\t') && !first.contains(',') { b'\t' } else { b',' };
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(delimiter);
    builder.from_reader(text.as_bytes()).into_records().map(|record| {
        let record = record.map_err(|_| SheetError::Broken)?;
        Ok(record.iter().map(|cell| unmarked(cell).to_owned()).collect())
    })
}

/// With an apostrophe before it when a spreadsheet would run or change it.
pub(super) fn marked(text: &str) -> Cow<'_, str> {
    if needs_mark(text) { Cow::Owned(format!("{AS_TEXT}{text}")) } else { Cow::Borrowed(text) }
}

/// Without the apostrophe that [`marked`] gave it.
pub(super) fn unmarked(text: &str) -> &str {
    text.strip_prefix(AS_TEXT).filter(|rest| needs_mark(rest)).unwrap_or(text)
}

fn needs_mark(text: &str) -> bool {
    runs(text) || changes(text)
}

/// It would be run as a formula. Excel in Japanese takes the full-width signs as well.
fn runs(text: &str) -> bool {
    // A spreadsheet may pass over blanks at the beginning.
    let first = text.trim_start_matches([' ', '\u{3000}']).chars().next();
    let tells = |sign| matches!(sign, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n');
    // A value that begins with an apostrophe and a formula must come back as it was.
    first.is_some_and(tells) || text.strip_prefix(AS_TEXT).is_some_and(needs_mark)
}

/// It would lose leading zeros or digits, or become a date: 9-12 becomes the 12th of September.
fn changes(text: &str) -> bool {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.len() > MOST_DIGITS || (text.len() > 1 && text.starts_with('0'));
    }
    let groups: Vec<&str> = text.split(['-', '/']).collect();
    let is_year = |group: &str| group.len() == 4 && !group.starts_with('0');
    let is_group = |group: &&str| {
        group.bytes().all(|byte| byte.is_ascii_digit()) && (matches!(group.len(), 1 | 2) || is_year(group))
    };
    matches!(groups.len(), 2 | 3) && groups.iter().all(is_group)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_or_change_gets_an_apostrophe_and_loses_it_again() {
        for text in [
            "=HYPERLINK(\"http://192.0.2.1\")",
            "+81 90 1234",
            "-1+1",
            "@SUM(A1)",
            "＝1+1",
            "＋1",
            "－1",
            "＠x",
            "\t=1",
            " =1",
            "\u{3000}=1",
            "\n=1",
            "0487829922",
            "007",
            "123456789018",
            "9-12",
            "10/3",
            "2026/4/1",
            "'=1",
            "''=1",
        ] {
            assert_eq!(marked(text), format!("'{text}"), "{text:?}");
            assert_eq!(unmarked(&marked(text)), text, "{text:?}");
        }
    }

    #[test]
    fn what_is_harmless_stays_as_it_is() {
        for text in [
            "",
            "048-782-9922",
            "0120-95-0178",
            "090-1234-5678",
            "362-8501",
            "3628501",
            "0",
            "4",
            "R-20260401-7K3Q",
            "令和8年4月1日(水) 8:30",
            "9:00-12:00",
            "上尾市本町3-1-1",
            "'引用",
            "a=b",
        ] {
            assert_eq!(marked(text), text);
            assert_eq!(unmarked(text), text);
        }
    }
}
