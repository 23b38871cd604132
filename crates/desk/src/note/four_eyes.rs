//! The four-eyes rule: a 連絡票 leaves for the city only when somebody other than who wrote it has checked it, and that
//! somebody leads the shift. A check counts for the words that were looked at; whoever changes them needs a new one.
//!
//! A sheet that cannot wait (事故, 至急) must not be stuck because the only lead wrote it: a lead may then check a sheet
//! of one's own, must say so, and the check stays marked as such until another lead has looked too.
//!
//! Desk and server ask the same. Knows no disk, no line and no screen.

use serde::{Deserialize, Serialize};

use super::sheet::{CityAnswer, LeadCheck, Sheet, SheetKind, SheetStatus, Urgency};
use crate::code::Code;
use crate::ids::OperatorId;

/// What somebody can do about a sheet's check.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum CheckRight {
    /// Nothing: it is checked, or it is for others to check.
    #[default]
    None,
    /// Check it, as the second pair of eyes.
    Second,
    /// Check it although it is one's own, because it cannot wait: to be said explicitly, and marked.
    Alone,
}

/// A revision of a sheet that somebody wants to put after others.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    /// What it follows or stands beside; empty where that is not known.
    pub previous: &'a [&'a Sheet],
    /// What it says.
    pub next: &'a Sheet,
    /// Who writes it.
    pub author: OperatorId,
    /// The author leads a shift.
    pub lead: bool,
    /// It begins its record.
    pub first: bool,
}

/// Who can still check a sheet, whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CheckOpen {
    /// Who wrote what stands there.
    pub writer: OperatorId,
    /// Every other lead.
    pub others: bool,
    /// The writer, where the writer leads.
    pub own: bool,
}

impl CheckOpen {
    /// What is open on this sheet. One that only its writer has checked stays open for the others.
    pub fn of(sheet: &Sheet) -> CheckOpen {
        let (writer, checked) = (sheet.writer(), sheet.checked.as_ref());
        let others = checked.is_none_or(|check| check.alone);
        CheckOpen { writer, others, own: checked.is_none() && cannot_wait(sheet.kind, sheet.urgency) }
    }

    /// What `who` can do about it.
    pub fn right(self, who: OperatorId, lead: bool) -> CheckRight {
        match (lead, who == self.writer) {
            (true, false) if self.others => CheckRight::Second,
            (true, true) if self.own => CheckRight::Alone,
            (true, true) | (true, false) | (false, _) => CheckRight::None,
        }
    }
}

/// Why a revision of a sheet must not be stored; none: it may be.
pub fn refusal(step: Step<'_>) -> Option<Code> {
    refused_words(step).or_else(|| refused_check(step)).or_else(|| refused_leave(step))
}

/// Whether somebody may change a sheet's words: who raised it or a lead, and once it has left only a lead.
pub fn may_change(sheet: &Sheet, who: OperatorId, lead: bool) -> bool {
    lead || (sheet.operator == who && sheet.status == SheetStatus::Unsent)
}

/// What a lead looks at is the same in both: how far the sheet is, its check and the city's answer do not count.
pub fn same_words(one: &Sheet, other: &Sheet) -> bool {
    let bare = |sheet: &Sheet| Sheet {
        changed: None,
        status: SheetStatus::Unsent,
        checked: None,
        city: CityAnswer::default(),
        ..sheet.clone()
    };
    bare(one) == bare(other)
}

fn cannot_wait(kind: SheetKind, urgency: Urgency) -> bool {
    let urgent = match urgency {
        Urgency::Urgent => true,
        Urgency::Usual => false,
    };
    urgent
        || match kind {
            SheetKind::Incident => true,
            SheetKind::Dispatch
            | SheetKind::Judgement
            | SheetKind::Callback
            | SheetKind::Complaint
            | SheetKind::Trouble => false,
        }
}

/// Who changes the words is named in the sheet, so that the writer is known when it is checked.
fn refused_words(step: Step<'_>) -> Option<Code> {
    let Step { previous, next, author, lead, first } = step;
    if previous.iter().any(|before| before.changed == next.changed && same_words(before, next)) {
        return None;
    }
    let good = if first {
        next.operator == author && next.changed.is_none()
    } else {
        let named = next.changed.as_ref().is_some_and(|change| change.operator == author);
        let raised_by_the_same = previous.iter().all(|before| before.operator == next.operator);
        let may = previous.iter().all(|before| may_change(before, author, lead));
        // Where nothing is known of what it follows, who wrote it cannot be said either: the check below decides.
        previous.is_empty() || (named && raised_by_the_same && may)
    };
    (!good).then_some(Code::Unauthorised)
}

/// A check is an old one of the same words, or the author's own right.
fn refused_check(step: Step<'_>) -> Option<Code> {
    let Step { previous, next, author, lead, .. } = step;
    let check = next.checked.as_ref()?;
    let known = |before: &&&Sheet| before.checked.as_ref() == Some(check) && same_words(before, next);
    if previous.iter().any(|before| known(&before)) {
        return None;
    }
    (!is_right(next, check, author, lead)).then_some(Code::Unauthorised)
}

fn is_right(next: &Sheet, check: &LeadCheck, author: OperatorId, lead: bool) -> bool {
    let wanted = if check.alone { CheckRight::Alone } else { CheckRight::Second };
    let unchecked = Sheet { checked: None, ..next.clone() };
    check.operator == author && CheckOpen::of(&unchecked).right(author, lead) == wanted
}

/// What has left already may be written on: the lead corrects it there, and it waits for its check again.
fn refused_leave(step: Step<'_>) -> Option<Code> {
    let left = |sheet: &Sheet| sheet.status != SheetStatus::Unsent;
    let had_left = || step.previous.iter().any(|before| left(before));
    (left(step.next) && step.next.checked.is_none() && !had_left()).then_some(Code::NotChecked)
}
