//! The lists that a note is filled in from: editable data of the server's settings, the same on every desk.

use serde::{Deserialize, Serialize};

use super::columns::SheetColumn;
use super::written::CategoryCode;
use crate::day::Day;
use crate::time::Millis;

/// Everything that the note pane offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Forms {
    /// 区分(大・小).
    pub categories: Vec<CategoryGroup>,
    /// Chips with ready-made text (案内内容).
    pub templates: Vec<Template>,
    /// お渡し書類.
    pub handouts: Vec<String>,
    /// 予約システム: what 予約システムを開く opens; empty: not set.
    pub reservation_url: String,
    /// Where a reservation can be made (場所).
    pub reservation_places: Vec<String>,
    /// 参照マニュアル・FAQ: titles for the note's link; the texts come apart.
    pub articles: Vec<Article>,
    /// An untouched desk locks itself after so long.
    pub lock_after_ms: Millis,
    /// Notes stay on a desktop for so many days after the server has them for good.
    pub keep_days: u32,
    /// How long a desk may sign in without the server.
    pub offline_days: u32,
    /// The columns of a file of 連絡票, from the left.
    pub columns: Vec<SheetColumn>,
    /// The opening days after today by the server's calendar, in order, as far as a desk may be without it.
    #[serde(default)]
    pub opening_days: Vec<Day>,
}

/// Nothing to choose from, and the city's own form for the sheets.
impl Default for Forms {
    fn default() -> Forms {
        Forms {
            categories: Vec::new(),
            templates: Vec::new(),
            handouts: Vec::new(),
            reservation_url: String::new(),
            reservation_places: Vec::new(),
            articles: Vec::new(),
            lock_after_ms: Millis(0),
            keep_days: 0,
            offline_days: 0,
            columns: SheetColumn::standard(),
            opening_days: Vec::new(),
        }
    }
}

/// One 大区分 with its 小区分.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct CategoryGroup {
    /// 1 for 01.
    pub code: u16,
    /// Such as 交付申請.
    pub word: String,
    /// Its 小区分, in order.
    pub items: Vec<Category>,
}

/// One 小区分.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// 104 for 0104.
    pub code: CategoryCode,
    /// Such as 交付申請書の発送依頼.
    pub word: String,
}

/// A chip: its text is put into 案内内容.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// On the chip.
    pub label: String,
    /// What it writes.
    pub text: String,
    /// The 大区分 or 小区分 for which it is offered (1, 104); empty: always.
    #[serde(default)]
    pub categories: Vec<u16>,
}

/// One article of the manual or the FAQ, by name only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// Its stable name, such as FAQ-012.
    pub code: String,
    /// Its heading.
    pub title: String,
    /// Such as 第4版.
    pub version: String,
}
