//! What the window shows of contact sheets: the list, its files, and who may check what. Knows no rule of its own.

use desk::day::Day;
use desk::ids::OperatorId;
use desk::note::revision::NoteId;
use desk::note::{CheckOpen, CheckRight, CityAnswer, Sheet, SheetKind, SheetStatus, Urgency};
use desk::time::Time;
use serde::{Deserialize, Serialize};

/// A line of the 連絡票 list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SheetRow {
    /// Which record.
    pub note: NoteId,
    /// 連絡票番号.
    pub number: String,
    /// 種別.
    pub kind: SheetKind,
    /// 緊急度.
    pub urgency: Urgency,
    /// 要旨.
    pub summary: String,
    /// 起票者.
    pub operator: OperatorId,
    /// The name on the tag.
    pub operator_name: String,
    /// 起票日時.
    pub raised: Time,
    /// 回答期限.
    pub due: Day,
    /// How far it is.
    pub status: SheetStatus,
    /// Where it can go from here; none: it is done, or waits for its check.
    pub step: Option<SheetStatus>,
    /// 業務責任者確認.
    pub check: SheetCheck,
    /// Who can still check it.
    pub open: CheckOpen,
    /// What this operator can do about it.
    pub right: CheckRight,
    /// The disk does not have it yet; it is tried again by itself.
    pub unsaved: bool,
    /// Who changed it last; none: it stands as it was raised.
    pub changed_by: Option<String>,
    /// 市の処理欄.
    pub city: CityAnswer,
}

/// 業務責任者確認, as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SheetCheck {
    /// Nobody has checked these words.
    Waits {
        /// The leads who are signed in and may, by name.
        by: Vec<String>,
    },
    /// A second pair of eyes has.
    Done {
        /// The lead's name.
        name: String,
    },
    /// The lead who wrote it, as nobody else was there.
    Alone {
        /// The lead's name.
        name: String,
    },
}

/// What an export or an import came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Told {
    /// A file was written.
    Exported {
        /// Where.
        path: String,
        /// How many sheets.
        lines: u32,
        /// Sheets that were left out: no lead has checked them.
        unchecked: u32,
        /// Sheets that were left out: two heads must be put together first.
        two_heads: u32,
    },
    /// The city's sheet was read.
    Imported {
        /// Lines that changed a sheet.
        changed: u32,
        /// Lines whose number is not ours.
        unknown: u32,
        /// Lines of sheets that never went out, as no lead has checked them.
        unchecked: u32,
    },
    /// It could not be done.
    Failed {
        /// Why, in words for a person.
        words: String,
    },
}

/// How sheets are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SheetFormat {
    /// Excel.
    Xlsx,
    /// CSV, UTF-8 with a byte order mark.
    CsvUtf8,
    /// CSV in CP932, for old Excel.
    CsvCp932,
}

/// What a list shows of a sheet.
impl SheetRow {
    /// The row of a sheet.
    pub fn of(note: NoteId, sheet: &Sheet) -> SheetRow {
        SheetRow {
            note,
            number: sheet.number.clone(),
            kind: sheet.kind,
            urgency: sheet.urgency,
            summary: sheet.summary.clone(),
            operator: sheet.operator,
            operator_name: sheet.operator_name.clone(),
            raised: sheet.raised,
            due: sheet.due,
            status: sheet.status,
            step: sheet.step(),
            check: SheetCheck::of(sheet),
            open: CheckOpen::of(sheet),
            right: CheckRight::None,
            unsaved: false,
            changed_by: sheet.changed.as_ref().map(|change| change.name.clone()),
            city: sheet.city.clone(),
        }
    }
}

impl SheetCheck {
    fn of(sheet: &Sheet) -> SheetCheck {
        match &sheet.checked {
            None => SheetCheck::Waits { by: Vec::new() },
            Some(check) if check.alone => SheetCheck::Alone { name: check.name.clone() },
            Some(check) => SheetCheck::Done { name: check.name.clone() },
        }
    }
}
