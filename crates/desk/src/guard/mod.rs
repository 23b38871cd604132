//! What nobody may write down: an Individual Number (個人番号), a PIN or a password (domain: never
//! recorded). Looks at a text before anything keeps it. Pure: keeps nothing, and its answer holds nothing
//! of the text, so that no trace of a blocked number survives here.

mod fold;
mod number;
pub mod open;
mod secret;

use serde::{Deserialize, Serialize};

use crate::code::Code;

/// What the guard thinks of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing stands out.
    Ok,
    /// It may be kept, and whoever writes should look again. Each doubt once.
    Warn(Vec<Doubt>),
    /// It must not be kept: [`Code::IndividualNumber`] or [`Code::SecretText`].
    Block(Code),
}

/// What may be wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// Twelve digits that are no Individual Number by their check digit: one typed wrong, or a licence.
    TwelveDigits,
    /// 23 digits: 申請書ID.
    ApplicationId,
    /// 在留カード番号.
    ResidenceCard,
}

impl Verdict {
    /// The refusal, when the text must not be kept.
    pub fn refusal(&self) -> Option<Code> {
        match self {
            Verdict::Block(code) => Some(*code),
            Verdict::Ok | Verdict::Warn(_) => None,
        }
    }
}

/// Judges a text. Whatever spelling: full width, kanji digits, marks between the groups, invisible signs.
pub fn check(text: &str) -> Verdict {
    let text = fold::fold(text);
    let found = number::look(&text);
    if found.individual_number {
        return Verdict::Block(Code::IndividualNumber);
    }
    if secret::holds_secret(&text) {
        return Verdict::Block(Code::SecretText);
    }
    let doubts = [
        (found.twelve_digits, Doubt::TwelveDigits),
        (found.application_id, Doubt::ApplicationId),
        (holds_residence_card(&text), Doubt::ResidenceCard),
    ];
    let doubts: Vec<Doubt> = doubts.into_iter().filter(|(found, _)| *found).map(|(_, doubt)| doubt).collect();
    if doubts.is_empty() { Verdict::Ok } else { Verdict::Warn(doubts) }
}

/// Two letters, eight digits, two letters, not within a longer word.
fn holds_residence_card(text: &[char]) -> bool {
    let mut words = text.split(|letter| !letter.is_ascii_alphanumeric());
    words.any(|word| {
        let fits = |(place, letter): (usize, &char)| match place {
            0 | 1 | 10 | 11 => letter.is_ascii_alphabetic(),
            _ => letter.is_ascii_digit(),
        };
        word.len() == 12 && word.iter().enumerate().all(fits)
    })
}
