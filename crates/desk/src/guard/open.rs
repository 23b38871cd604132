//! What of a text is not settled yet: digits at the caret that may go on to be an Individual Number, and eleven digits
//! that give away the twelfth. Knows no field and no disk; judges nothing that is complete.

use std::ops::Range;

use super::fold;
use super::number::{self, Group, Joint};

/// From so many digits on an open run is not kept: four could be anything, five begin to tell a number.
pub const OPEN_DIGITS: usize = 5;
/// An Individual Number without its check digit, which follows from the rest.
const ELEVEN: usize = 11;

/// Digits that belong together: one group, or several with joints between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its place in the text, in characters, from its first digit to behind its last.
    pub at: Range<usize>,
    /// The digits as ASCII, each with its place in the text.
    pub digits: Vec<(char, usize)>,
}

impl Run {
    /// The digits alone.
    pub fn number(&self) -> String {
        self.digits.iter().map(|(digit, _)| digit).collect()
    }
}

/// Every run in a text. Kanji digits and others are one run here: somebody may change over while typing.
pub fn runs(text: &str) -> Vec<Run> {
    let folded = Folded::of(text);
    folded.linked().into_iter().map(|groups| folded.run(&groups)).collect()
}

/// The runs that an autosave must not keep. `caret`: where the next sign goes, in characters; none: elsewhere. A run is
/// open while nothing but a joint stands between it and the caret.
pub fn unsettled(text: &str, caret: Option<usize>) -> Vec<Run> {
    let folded = Folded::of(text);
    let mut found = Vec::new();
    for groups in folded.linked() {
        let run = folded.run(&groups);
        let open = caret.is_some_and(|caret| folded.touches(&run, caret));
        if open && run.digits.len() >= OPEN_DIGITS {
            found.push(run);
        } else {
            found.extend(elevens(&groups).into_iter().map(|groups| folded.run(groups)));
        }
    }
    found
}

/// Whether a text holds digits and joints alone.
pub fn is_only_digits(text: &str) -> bool {
    let folded = Folded::of(text);
    let plain = |letter: &char| {
        letter.is_ascii_digit() || fold::is_seam(*letter) || number::joint(&[*letter]) != Joint::Apart
    };
    folded.letters.iter().any(char::is_ascii_digit) && folded.letters.iter().all(plain)
}

/// Eleven digits in a row, as 4-4-3, or one by one. A telephone number from abroad is none, nor the end of 申請書ID.
fn elevens(groups: &[Group]) -> Vec<&[Group]> {
    let mut found = Vec::new();
    let mut place = 0;
    while let Some(group) = groups.get(place) {
        let rest = &groups[place..];
        let singles = rest.iter().take_while(|group| group.digits.len() == 1).count();
        let whole = number::joined(rest, &number::APPLICATION_GROUPS);
        let length = match (whole, number::joined(rest, &[4, 4, 3])) {
            (Some(whole), _) => whole.len(),
            (None, Some(fours)) => {
                found.push(fours);
                fours.len()
            }
            (None, None) if group.digits.len() == ELEVEN && !group.abroad => {
                found.push(&rest[..1]);
                1
            }
            (None, None) => {
                found.extend((singles == ELEVEN).then(|| &rest[..ELEVEN]));
                singles.max(1)
            }
        };
        place += length;
    }
    found
}

/// A text as the guard reads it, and where each sign of it stood.
struct Folded {
    letters: Vec<char>,
    places: Vec<usize>,
}

impl Folded {
    fn of(text: &str) -> Folded {
        let (letters, places) = fold::fold_placed(text).into_iter().unzip();
        Folded { letters, places }
    }

    /// Groups in their runs.
    fn linked(&self) -> Vec<Vec<Group>> {
        let mut runs: Vec<Vec<Group>> = Vec::new();
        let mut goes_on = false;
        let mut groups = number::groups(&self.letters).into_iter().peekable();
        while let Some(group) = groups.next() {
            let next = groups.peek().map(|next| self.joint(group.end(), next.start));
            match runs.last_mut() {
                Some(run) if goes_on => run.push(group),
                Some(_) | None => runs.push(vec![group]),
            }
            goes_on = next.is_some_and(|joint| joint != Joint::Apart);
        }
        runs
    }

    /// How what stands from one place of the folded text to another joins its sides.
    fn joint(&self, from: usize, to: usize) -> Joint {
        let between = self.letters[from..to].iter().copied().filter(|letter| !fold::is_seam(*letter));
        number::joint(&between.collect::<Vec<_>>())
    }

    fn run(&self, groups: &[Group]) -> Run {
        let digits = groups.iter().flat_map(|group| group.start..group.end());
        let digits: Vec<(char, usize)> =
            digits.map(|place| (self.letters[place], self.places[place])).collect();
        let from = digits.first().map_or(0, |(_, place)| *place);
        let to = digits.last().map_or(from, |(_, place)| place + 1);
        Run { at: from..to, digits }
    }

    /// Whether the next sign at `caret` would join the run.
    fn touches(&self, run: &Run, caret: usize) -> bool {
        if caret >= run.at.start && caret <= run.at.end {
            return true;
        }
        // In the folded text nothing invisible is left that could stand between.
        let upto = |place: usize| self.places.partition_point(|other| *other < place);
        let (from, to) = match caret < run.at.start {
            true => (upto(caret), upto(run.at.start)),
            false => (upto(run.at.end), upto(caret)),
        };
        self.joint(from, to) != Joint::Apart
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, caret: Option<usize>) -> Vec<String> {
        unsettled(text, caret).iter().map(Run::number).collect()
    }

    #[test]
    fn a_run_is_open_while_only_a_joint_stands_before_the_caret() {
        let long = |text: &str| cut(text, Some(text.chars().count()));
        for text in
            ["12345", "番号1234 5", "１２３４－５", "一二三四五", "12三45", "1\u{200b}2345", "12345 - "]
        {
            assert_eq!(long(text), ["12345"], "{text:?}");
        }
        for text in ["1234", "12345、", "12345\n", "12345    ", "12345-/", "2026年4月1日"] {
            assert_eq!(long(text), [""; 0], "{text:?}");
        }
    }

    #[test]
    fn the_caret_may_stand_before_a_run_or_within_it() {
        assert_eq!(cut("番号 12345です", Some(3)), ["12345"]);
        assert_eq!(cut("番号12345です", Some(4)), ["12345"]);
        assert_eq!(cut("番号12345です", Some(0)), [""; 0]);
        assert_eq!(cut("番号12345です", Some(9)), [""; 0]);
        assert_eq!(cut("番号12345です", None), [""; 0]);
    }

    #[test]
    fn eleven_digits_are_never_settled_and_a_telephone_number_is() {
        for text in
            ["09012345678", "番1234-5678-901番", "1234 5678 901", "1 2 3 4 5 6 7 8 9 0 1", "⑫345678901"]
        {
            assert_eq!(cut(text, None).iter().map(String::len).collect::<Vec<_>>(), [11], "{text}");
        }
        for text in [
            "090-1234-5678",
            "0487829922",
            "048-782-9922",
            "1234567890123",
            "+81487829922",
            "1234 5678 9018 3456 7890 123",
            "2026-04-01 10:30",
        ] {
            assert_eq!(cut(text, None), [""; 0], "{text}");
        }
    }
}
