//! The Excel file. The one place that knows the library that writes it.

use desk::note::{SheetColumn, SheetField};
use rust_xlsxwriter::{
    Color, Format, FormatAlign, FormatBorder, IgnoreError, Workbook, Worksheet, XlsxError,
};

use super::SheetError;

/// The worksheet's name, by which the city finds it.
pub(super) const NAME: &str = "連絡票";
/// Excel's number for A3.
const A3: u8 = 8;

/// Lines under their headings; every cell is a text.
pub(super) fn write(rows: &[Vec<String>], columns: &[SheetColumn]) -> Result<Vec<u8>, SheetError> {
    let mut book = Workbook::new();
    // The library's errors can quote a cell, so that none of them is told on.
    fill(book.add_worksheet(), rows, columns).map_err(|_| SheetError::Unwritable)?;
    book.save_to_buffer().map_err(|_| SheetError::Unwritable)
}

fn fill(sheet: &mut Worksheet, rows: &[Vec<String>], columns: &[SheetColumn]) -> Result<(), XlsxError> {
    let text = Format::new().set_num_format("@").set_align(FormatAlign::Top).set_text_wrap();
    sheet.set_name(NAME)?;
    for (place, column) in (0u16..).zip(columns) {
        sheet.set_column_width(place, width(column.field))?;
        // Cells that nobody has written to yet are text too: what the city types there stays as it was typed.
        sheet.set_column_format(place, &text)?;
        sheet.write_string_with_format(0, place, &column.header, &heading(column.field))?;
    }
    for (line, row) in (1u32..).zip(rows) {
        for (place, cell) in (0u16..).zip(row) {
            sheet.write_string_with_format(line, place, cell, &text)?;
        }
    }
    let (last_row, last_column) = (rows.len().max(1) as u32, columns.len().saturating_sub(1) as u16);
    sheet.ignore_error_range(1, 0, last_row, last_column, IgnoreError::NumberStoredAsText)?;
    sheet.autofilter(0, 0, last_row, last_column)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_landscape().set_paper_size(A3).set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Bold on a colour: one for ours, another for what the city fills in.
fn heading(field: SheetField) -> Format {
    let colour = if field.is_citys() { Color::RGB(0xFFF2CC) } else { Color::RGB(0xDCE6F1) };
    let heading = Format::new().set_bold().set_background_color(colour).set_border_bottom(FormatBorder::Thin);
    heading.set_num_format("@").set_text_wrap().set_align(FormatAlign::VerticalCenter)
}

/// In characters of Latin letters, as Excel counts: a kanji takes two.
fn width(field: SheetField) -> f64 {
    match field {
        SheetField::Urgency | SheetField::Sex | SheetField::Household => 9.0,
        SheetField::Kind | SheetField::Operator | SheetField::Postcode | SheetField::CityPerson => 13.0,
        SheetField::Number
        | SheetField::NoteNumber
        | SheetField::Name
        | SheetField::Kana
        | SheetField::Birth
        | SheetField::Phone
        | SheetField::Reachable => 20.0,
        SheetField::Raised
        | SheetField::Checked
        | SheetField::Destination
        | SheetField::CityReceived
        | SheetField::CityCompleted
        | SheetField::Due => 26.0,
        SheetField::Address => 40.0,
        SheetField::Summary | SheetField::CityDone => 50.0,
    }
}
