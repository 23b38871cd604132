//! What of a note may reach the disk at this moment. A text that nobody may keep stays away, and so do digits that may
//! still become an Individual Number: eleven of them give away the twelfth. Knows no disk and no clock.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::join;
use super::written::{TextField, Written};
use crate::code::Code;
use crate::guard::open::{self, OPEN_DIGITS, Run};
use crate::guard::{self, Doubt, Verdict};

/// What the guard found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Finding {
    /// Where.
    pub field: TextField,
    /// It must not be kept, and why; none: only doubts.
    pub blocked: Option<Code>,
    /// To be looked at again, with a reason.
    pub doubts: Vec<Doubt>,
}

/// What may be kept of a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The note as it may reach the disk.
    pub keep: Written,
    /// Something of what was typed is not in it.
    pub held_back: bool,
    /// What the guard found in what was typed.
    pub findings: Vec<Finding>,
}

/// For an autosave. `caret`: the field that has it and where the next sign goes, in characters (not UTF-16 units);
/// none: no field has it. `last_good`: what was kept last, which is on the disk already and may stay.
pub fn hold(written: &Written, caret: Option<(TextField, u32)>, last_good: &Written) -> Held {
    let settle = |field: TextField, text: &str, known: &str| {
        let caret = caret.filter(|(place, _)| *place == field).map(|(_, caret)| caret as usize);
        without_unsettled(text, caret, known)
    };
    kept(written, last_good, settle)
}

/// For a save that a person asked for: digits at the caret are kept, and only what is blocked stays away.
pub fn explicit(written: &Written, last_good: &Written) -> Held {
    kept(written, last_good, |_, text, _| text.to_owned())
}

/// What the guard finds in every field, in the order of the form.
pub fn findings(written: &Written) -> Vec<Finding> {
    let fields: Vec<(TextField, &str)> = written.texts().collect();
    let split = join::split_over(&fields);
    let found = fields.into_iter().filter_map(|(field, text)| {
        let mut finding = match guard::check(text) {
            Verdict::Ok => Finding { field, blocked: None, doubts: Vec::new() },
            Verdict::Warn(doubts) => Finding { field, blocked: None, doubts },
            Verdict::Block(code) => Finding { field, blocked: Some(code), doubts: Vec::new() },
        };
        if finding.blocked.is_none() && split.contains(&field) {
            finding.blocked = Some(Code::IndividualNumber);
        }
        (finding.blocked.is_some() || !finding.doubts.is_empty()).then_some(finding)
    });
    found.collect()
}

fn kept(written: &Written, last_good: &Written, settle: impl Fn(TextField, &str, &str) -> String) -> Held {
    let findings = findings(written);
    let known: Vec<(TextField, &str)> = last_good.texts().collect();
    let mut keep = written.clone();
    for ((field, text), (_, known)) in keep.texts_mut().into_iter().zip(known) {
        let blocked = findings.iter().any(|finding| finding.field == field && finding.blocked.is_some());
        let settled = if blocked { known.to_owned() } else { settle(field, text, known) };
        // Cutting must not put together what was apart, and an older text is judged by today's rules.
        *text = [settled.as_str(), known].into_iter().find(may_stay).unwrap_or_default().to_owned();
    }
    Held { held_back: keep != *written, keep, findings }
}

fn may_stay(text: &&str) -> bool {
    guard::check(text).refusal().is_none()
}

/// The text without its unsettled runs, as far as they are not on the disk already.
fn without_unsettled(text: &str, caret: Option<usize>, known: &str) -> String {
    let unsettled = open::unsettled(text, caret);
    if unsettled.is_empty() {
        return text.to_owned();
    }
    let known_runs = open::runs(known);
    let fresh = changed(text, known);
    let cuts: Vec<Range<usize>> = unsettled.iter().filter_map(|run| cut(run, &fresh, &known_runs)).collect();
    let stays = |place: usize| !cuts.iter().any(|cut| cut.contains(&place));
    text.chars().enumerate().filter(|(place, _)| stays(*place)).map(|(_, letter)| letter).collect()
}

/// What to cut of a run; none: all of it was kept before. `fresh`: what of the text is new.
fn cut(run: &Run, fresh: &Range<usize>, known: &[Run]) -> Option<Range<usize>> {
    let is_known = |digits: &str| known.iter().any(|known| known.number().contains(digits));
    if run.digits.len() >= OPEN_DIGITS && is_known(&run.number()) {
        return None;
    }
    let old = run.digits.iter().filter(|(_, place)| !fresh.contains(place));
    let old: String = old.map(|(digit, _)| digit).collect();
    if !fresh.is_empty() && (old.len() < OPEN_DIGITS || is_known(&old)) {
        return Some(run.at.start.max(fresh.start)..run.at.end.min(fresh.end));
    }
    Some(run.at.clone())
}

/// Where `text` differs from `known`, in characters: what they have in common at both ends is left out.
fn changed(text: &str, known: &str) -> Range<usize> {
    let (text, known): (Vec<char>, Vec<char>) = (text.chars().collect(), known.chars().collect());
    let alike = |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let before = alike(&mut text.iter().zip(&known));
    let rest = text.len().min(known.len()) - before;
    let after = alike(&mut text.iter().rev().zip(known.iter().rev())).min(rest);
    before..text.len() - after
}
