//! 連絡票: what the city must do or decide, and how far it is. Knows no spreadsheet.

use serde::{Deserialize, Serialize};

use super::revision::NoteId;
use super::written::Person;
use crate::day::Day;
use crate::ids::OperatorId;
use crate::time::Time;

/// One contact sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Sheet {
    /// 連絡票番号, such as R-20260406-7K3Q.
    pub number: String,
    /// 種別.
    pub kind: SheetKind,
    /// 緊急度.
    pub urgency: Urgency,
    /// 起票日時.
    pub raised: Time,
    /// 起票者.
    pub operator: OperatorId,
    /// The name on the tag.
    pub operator_name: String,
    /// The note that it comes from.
    pub note: Option<NoteId>,
    /// That note's 受付番号.
    pub note_number: Option<String>,
    /// 要旨.
    pub summary: String,
    /// 対象者.
    pub person: Person,
    /// 世帯分, people.
    pub household: u32,
    /// 回答期限: 翌開庁日; the same day for 事故.
    pub due: Day,
    /// Who wrote what stands here, when it was changed after it was raised.
    #[serde(default)]
    pub changed: Option<SheetChange>,
    /// How far it is.
    pub status: SheetStatus,
    /// 業務責任者確認 of the words as they stand.
    pub checked: Option<LeadCheck>,
    /// 市の処理欄.
    pub city: CityAnswer,
}

/// 種別.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SheetKind {
    /// 発送依頼.
    Dispatch,
    /// 判断依頼.
    Judgement,
    /// 折返し依頼.
    Callback,
    /// 苦情.
    Complaint,
    /// 障害.
    Trouble,
    /// 事故.
    Incident,
}

/// 緊急度.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// 通常.
    #[default]
    Usual,
    /// 至急.
    Urgent,
}

/// How far a sheet is; each step follows the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum SheetStatus {
    /// 未送付.
    Unsent,
    /// 送付済.
    Sent,
    /// 市確認.
    Confirmed,
    /// 完了.
    Done,
}

/// 業務責任者確認: a second pair of eyes before the city gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct LeadCheck {
    /// The lead's account.
    pub operator: OperatorId,
    /// The name on the tag.
    pub name: String,
    /// When.
    pub at: Time,
    /// Nobody else was there: the lead has checked words of one's own, and said so.
    #[serde(default)]
    pub alone: bool,
}

/// A change of a sheet's words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SheetChange {
    /// Who.
    pub operator: OperatorId,
    /// The name on the tag.
    pub name: String,
    /// When.
    pub at: Time,
}

/// 市の処理欄: what the city wrote on the sheet that it returned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CityAnswer {
    /// 受領日時, as written.
    pub received: String,
    /// 担当.
    pub person: String,
    /// 処理内容.
    pub done: String,
    /// 完了日, as written.
    pub completed: String,
}

impl Sheet {
    /// Who wrote what stands here: somebody else must check it.
    pub fn writer(&self) -> OperatorId {
        self.changed.as_ref().map_or(self.operator, |change| change.operator)
    }

    /// The step that can be taken next; none: it is done, or a lead must check it first.
    pub fn step(&self) -> Option<SheetStatus> {
        match self.status {
            SheetStatus::Unsent => self.checked.is_some().then_some(SheetStatus::Sent),
            SheetStatus::Sent => Some(SheetStatus::Confirmed),
            SheetStatus::Confirmed => Some(SheetStatus::Done),
            SheetStatus::Done => None,
        }
    }

    /// Everything that a person typed.
    pub fn texts(&self) -> Vec<&str> {
        let city = &self.city;
        let own = [&self.summary, &city.received, &city.person, &city.done, &city.completed];
        self.person.texts().map(|(_, text)| text).chain(own.map(String::as_str)).collect()
    }
}
