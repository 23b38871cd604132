//! What operators write down: handling notes (対応記録), contact sheets to the city (連絡票) and words for the next
//! shift (引継ぎ). Plain data and the rules about it; knows no disk, no line and no screen.
//!
//! All three are [`Record`]s. A record is kept as immutable revisions (see [`revision`]), so that nothing is
//! ever overwritten: the newest heads are what a person sees.

pub mod chain;
mod columns;
pub mod due;
mod forms;
pub mod four_eyes;
mod handover;
pub mod hold;
pub mod join;
pub mod need;
pub mod revision;
mod sheet;
pub mod sought;
pub mod tidy;
pub mod wareki;
mod written;

use serde::{Deserialize, Serialize};

use crate::contact::{Channel, Disposition};
use crate::ids::{ContactId, OperatorId};
use crate::time::{Millis, Time};

pub use columns::{ColumnsFault, SheetColumn, SheetField, plain_header};
pub use forms::{Article, Category, CategoryGroup, Forms, Template};
pub use four_eyes::{CheckOpen, CheckRight};
pub use handover::Handover;
pub use hold::Finding;
pub use need::{NeedField, Needs};
pub use revision::NoteId;
pub use sheet::{CityAnswer, LeadCheck, Sheet, SheetChange, SheetKind, SheetStatus, Urgency};
pub use written::{
    Assist2Reason, CategoryCode, EndChecks, MAX_TEXT, Party, Person, Promise, Reservation, ReservationKind,
    Sex, TextField, Written,
};

/// What one revision holds, whole.
#[allow(clippy::large_enum_variant, reason = "a record is handled one at a time")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// 対応記録.
    Note(Note),
    /// 連絡票.
    Sheet(Sheet),
    /// 引継ぎ.
    Handover(Handover),
}

/// 対応記録: one contact, or one piece of work without a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Note {
    /// What the system knows.
    pub facts: Facts,
    /// What a person wrote.
    pub written: Written,
    /// 対応を完了 was pressed: the work is over. A note may be changed after it.
    pub finished: bool,
}

/// What the system fills in by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Facts {
    /// 受付番号, such as C-20260401-0012, W-20260401-0003; M-20260401-7K3Q for a note without a contact.
    pub number: String,
    /// Which contact; none: written without one.
    pub contact: Option<ContactId>,
    /// How it came.
    pub channel: NoteChannel,
    /// The booth's name.
    pub booth: Option<String>,
    /// The caller as lists show it: a masked number, or 非通知 and the like.
    pub caller: Option<String>,
    /// A name for the caller's number by which desks find earlier notes; never the number itself.
    pub caller_key: Option<String>,
    /// How many earlier calls of the same number came within the time of a 再入電.
    pub calls_before: u32,
    /// 受付; for a note without a contact, when it was begun.
    pub opened: Time,
    /// 応答.
    pub answered: Option<Time>,
    /// 終了.
    pub ended: Option<Time>,
    /// 後処理終了.
    pub closed: Option<Time>,
    /// 保留回数.
    pub holds: u32,
    /// How long on hold in all.
    pub held_ms: Millis,
    /// 回線中断回数.
    pub interruptions: u32,
    /// 対応者.
    pub operator: OperatorId,
    /// The name on the operator's tag.
    pub operator_name: String,
    /// 兼務: the operator was ready for both channels.
    pub combined: bool,
}

/// How a note's contact came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum NoteChannel {
    /// オンライン窓口.
    Booth,
    /// 電話(着信).
    Phone,
    /// 電話(折返し).
    Callback,
    /// Written without a contact.
    Aside,
}

impl NoteChannel {
    /// The channel of a contact.
    pub const fn of(channel: Channel, outgoing: bool) -> NoteChannel {
        match (channel, outgoing) {
            (Channel::Booth, _) => NoteChannel::Booth,
            (Channel::Phone, false) => NoteChannel::Phone,
            (Channel::Phone, true) => NoteChannel::Callback,
        }
    }
}

impl Record {
    /// When its work began: lists show the newest first.
    pub fn opened(&self) -> Time {
        match self {
            Record::Note(note) => note.facts.opened,
            Record::Sheet(sheet) => sheet.raised,
            Record::Handover(handover) => handover.written_at,
        }
    }

    /// The number by which people name it.
    pub fn number(&self) -> &str {
        match self {
            Record::Note(note) => &note.facts.number,
            Record::Sheet(sheet) => &sheet.number,
            Record::Handover(handover) => &handover.number,
        }
    }

    /// Everything in it that a person typed, for the guard and for the search: the order is fixed.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Record::Note(note) => note.written.texts().map(|(_, text)| text).collect(),
            Record::Sheet(sheet) => sheet.texts(),
            Record::Handover(handover) => vec![&handover.text],
        }
    }

    /// What came of it, for a note.
    pub fn disposition(&self) -> Option<Disposition> {
        match self {
            Record::Note(note) => note.written.disposition,
            Record::Sheet(_) | Record::Handover(_) => None,
        }
    }
}

/// Gives a record made offline a number that people can say: a letter, the day in Japan, and four signs out of its
/// random name, such as `M-20260401-7K3Q`. `letter`: M for a note without a contact, R for a 連絡票, H for 引継ぎ.
pub fn own_number(letter: char, at: Time, id: NoteId) -> String {
    /// Crockford's 32 signs.
    const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let (year, month, day) = crate::day::Day::of(at).ymd();
    // The last bytes of a UUIDv7 are random.
    let tail = id.0.as_bytes()[12..].iter().map(|byte| char::from(SIGNS[usize::from(byte % 32)]));
    let tail: String = tail.collect();
    format!("{letter}-{year:04}{month:02}{day:02}-{tail}")
}
