//! What the administrator says about handling notes: how long a desk keeps them, when it locks, and what its lists
//! offer. Knows no table.

use std::collections::BTreeSet;

use desk::note::{CategoryGroup, Forms, MAX_TEXT, SheetColumn, Template};
use desk::time::Millis;
use serde::Deserialize;

use super::forms;
use super::signs::{at_most, check_address, line, sign};
use super::{Config, ConfigError};

/// 大区分, their 小区分 and the chips: what a list of two levels shows without a search.
const MAX_GROUPS: usize = 20;
const MAX_ITEMS: usize = 20;
const MAX_TEMPLATES: usize = 60;
/// Papers and places: short lists to tick.
const MAX_HANDOUTS: usize = 30;
const MAX_PLACES: usize = 20;
/// Days that a desk may keep notes, or go without the server: a lost machine must not hold a year.
pub(crate) const MAX_DAYS: u32 = 60;
/// A desk that locks sooner would lock between two sentences; one that never locks is open to whoever passes.
const SHORTEST_LOCK: Millis = Millis::seconds(30);
const LONGEST_LOCK: Millis = Millis::seconds(3_600);
/// Bytes of all lists together: they are part of each desk's snapshot, beside the guidance cards.
pub(crate) const MAX_FORMS_BYTES: usize = 10 * 1024;
/// Codes of 小区分 are the group's number and two digits.
const GROUP: u16 = 100;
/// Groups are counted in two digits too.
const LAST_GROUP: u16 = 99;

/// The table `[notes]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoteSettings {
    /// Notes stay on a desktop for so many days after the server has them for good.
    pub keep_days: u32,
    /// How long a desk may sign in without the server, days.
    pub offline_days: u32,
    /// An untouched desk locks itself after so long.
    pub lock_after_ms: Millis,
    /// What 予約システムを開く opens; empty: it is not set.
    pub reservation_url: String,
    /// Where a reservation can be made (場所).
    pub reservation_places: Vec<String>,
    /// お渡し書類.
    pub handouts: Vec<String>,
}

impl Default for NoteSettings {
    fn default() -> NoteSettings {
        NoteSettings {
            keep_days: 7,
            offline_days: 7,
            lock_after_ms: Millis::seconds(600),
            reservation_url: String::new(),
            reservation_places: vec!["交付・更新窓口(市)".into()],
            handouts: forms::handouts(),
        }
    }
}

/// The categories that are shipped.
pub(super) fn categories() -> Vec<CategoryGroup> {
    forms::categories()
}

/// The chips that are shipped.
pub(super) fn templates() -> Vec<Template> {
    forms::templates()
}

impl Config {
    /// What the note pane offers, but for the articles, which the store has.
    pub(super) fn forms(&self) -> Forms {
        let notes = &self.notes;
        Forms {
            categories: self.categories.clone(),
            templates: self.templates.clone(),
            handouts: notes.handouts.clone(),
            reservation_url: notes.reservation_url.clone(),
            reservation_places: notes.reservation_places.clone(),
            columns: self.sheet_columns.clone(),
            articles: Vec::new(),
            opening_days: Vec::new(),
            lock_after_ms: notes.lock_after_ms,
            keep_days: notes.keep_days,
            offline_days: notes.offline_days,
        }
    }

    /// Whether the note pane can offer what was written for it.
    pub(super) fn check_notes(&self) -> Result<(), ConfigError> {
        let notes = &self.notes;
        for (name, days) in [("keep_days", notes.keep_days), ("offline_days", notes.offline_days)] {
            if !(1..=MAX_DAYS).contains(&days) {
                return Err(sign(format!("notes.{name} must be 1 to {MAX_DAYS}, not {days}")));
            }
        }
        if !(SHORTEST_LOCK..=LONGEST_LOCK).contains(&notes.lock_after_ms) {
            let (least, most) = (SHORTEST_LOCK.0, LONGEST_LOCK.0);
            return Err(sign(format!("notes.lock_after_ms must be {least} to {most} (milliseconds)")));
        }
        if !notes.reservation_url.is_empty() {
            check_address("notes.reservation_url", &notes.reservation_url)?;
        }
        at_most("notes.reservation_places", notes.reservation_places.len(), MAX_PLACES)?;
        at_most("notes.handouts", notes.handouts.len(), MAX_HANDOUTS)?;
        notes.reservation_places.iter().try_for_each(|place| line("notes.reservation_places", place))?;
        notes.handouts.iter().try_for_each(|paper| line("notes.handouts", paper))?;
        SheetColumn::check(&self.sheet_columns).map_err(|fault| sign(format!("sheet_columns: {fault}")))?;
        let codes = self.check_categories()?;
        self.check_templates(&codes)?;
        let bytes = link::json::encode(&self.forms()).len();
        if bytes > MAX_FORMS_BYTES {
            return Err(sign(format!(
                "categories, templates and notes: together they have {bytes} bytes, more than {MAX_FORMS_BYTES}; \
                 shorten them or take some away"
            )));
        }
        Ok(())
    }

    /// Gives every code, of both levels.
    fn check_categories(&self) -> Result<BTreeSet<u16>, ConfigError> {
        at_most("categories", self.categories.len(), MAX_GROUPS)?;
        let mut codes = BTreeSet::new();
        for group in &self.categories {
            let code = group.code;
            line("categories.word", &group.word)?;
            at_most("categories.items", group.items.len(), MAX_ITEMS)?;
            if !(1..=LAST_GROUP).contains(&code) || !codes.insert(code) {
                return Err(sign(format!("categories.code {code} must be 1 to {LAST_GROUP}, each once")));
            }
            for item in &group.items {
                line("categories.items.word", &item.word)?;
                let own = item.code.0;
                if own / GROUP != code || own % GROUP == 0 || !codes.insert(own) {
                    return Err(sign(format!(
                        "categories.items.code {own} must be {} to {}, each once, as an item of {code}",
                        code * GROUP + 1,
                        code * GROUP + GROUP - 1
                    )));
                }
            }
        }
        Ok(codes)
    }

    fn check_templates(&self, codes: &BTreeSet<u16>) -> Result<(), ConfigError> {
        at_most("templates", self.templates.len(), MAX_TEMPLATES)?;
        for template in &self.templates {
            let Template { label, text, categories } = template;
            line("templates.label", label)?;
            let chars = text.chars().count();
            if text.trim().is_empty() || chars > MAX_TEXT {
                return Err(sign(format!(
                    "templates \"{label}\": the text must have 1 to {MAX_TEXT} characters, not {chars}"
                )));
            }
            if desk::guard::check(text).refusal().is_some() {
                return Err(sign(format!(
                    "templates \"{label}\": no note may hold this text (the guard refuses it)"
                )));
            }
            if let Some(unknown) = categories.iter().find(|code| !codes.contains(code)) {
                return Err(sign(format!("templates \"{label}\": there is no category {unknown}")));
            }
        }
        Ok(())
    }
}
