//! One spelling for all: what looks the same to a reader becomes the same to the guard. For judging only;
//! the text itself is never changed.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Stands between kanji digits and others, so that 一 after a telephone number makes it no longer.
const SEAM: char = '\u{1}';

/// Full width to ASCII (NFKC), kanji digits to digits, small letters to capitals, nothing invisible.
pub(super) fn fold(text: &str) -> Vec<char> {
    folded(text.nfkc().map(|letter| (letter, 0))).into_iter().map(|(letter, _)| letter).collect()
}

/// The same, each letter with its place in `text`, in characters. Letters are folded one by one, so that a voiced
/// mark apart from its kana falls away: good for finding digits, not for finding words.
pub(super) fn fold_placed(text: &str) -> Vec<(char, usize)> {
    let letters = text.chars().enumerate();
    folded(
        letters.flat_map(|(place, letter)| std::iter::once(letter).nfkc().map(move |plain| (plain, place))),
    )
}

/// A mark that stands for nothing in the text itself.
pub(super) fn is_seam(letter: char) -> bool {
    letter == SEAM
}

fn folded(letters: impl Iterator<Item = (char, usize)>) -> Vec<(char, usize)> {
    let mut folded = Vec::new();
    let mut before = Digit::No;
    for (letter, place) in letters.filter(|(letter, _)| !is_invisible(*letter)) {
        let (letter, digit) = plain(letter);
        match (before, digit) {
            (Digit::Kanji, Digit::Ascii) | (Digit::Ascii, Digit::Kanji) => folded.push((SEAM, place)),
            (Digit::No, _) | (_, Digit::No) | (Digit::Kanji, Digit::Kanji) | (Digit::Ascii, Digit::Ascii) => {
            }
        }
        folded.push((letter, place));
        before = digit;
    }
    folded
}

/// Whether a letter is a digit, and how it was written.
#[derive(Clone, Copy)]
enum Digit {
    No,
    Ascii,
    Kanji,
}

fn plain(letter: char) -> (char, Digit) {
    let kanji = |digit| (digit, Digit::Kanji);
    match letter {
        '〇' | '零' => kanji('0'),
        '一' => kanji('1'),
        '二' => kanji('2'),
        '三' => kanji('3'),
        '四' => kanji('4'),
        '五' => kanji('5'),
        '六' => kanji('6'),
        '七' => kanji('7'),
        '八' => kanji('8'),
        '九' => kanji('9'),
        '0'..='9' => (letter, Digit::Ascii),
        other => (other.to_ascii_uppercase(), Digit::No),
    }
}

/// Signs that show nothing or only sit on the letter before (a keycap, an underline).
fn is_invisible(letter: char) -> bool {
    let formats = matches!(
        letter,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}'
    );
    formats || is_combining_mark(letter)
}
