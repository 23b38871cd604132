//! Folding: what one finds by hand as the same text becomes the same text. Refuses to know grams and notes.

use unicode_normalization::UnicodeNormalization;

/// Text in which the search looks: NFKC (so ｶﾞ, ガ and カ with a combining mark are one), lower case, hiragana
/// as katakana, each run of white space one space, none at the ends. Folding twice changes nothing more.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut letters = text.char_indices().peekable();
    while let Some((from, letter)) = letters.next() {
        // What follows may change a letter and what comes before may not, as long as it is a plain one.
        let mut to = None;
        while let Some((next, _)) = letters.next_if(|(_, letter)| !is_plain(*letter)) {
            to = Some(next);
        }
        match to {
            None if is_plain(letter) => push(&mut folded, katakana(letter.to_ascii_lowercase())),
            None | Some(_) => {
                let end = letters.peek().map_or(text.len(), |(next, _)| *next);
                unlike(&text[from..end], &mut folded);
            }
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// Letters that NFKC leaves as they are and that never join the one before: of these, Japanese text is nearly all.
fn is_plain(letter: char) -> bool {
    matches!(letter, '\0'..='\x7f' | '、'..='。' | 'ぁ'..='ゖ' | 'ァ'..='ヺ' | 'ー' | '一'..='鿿')
}

/// Letter by letter: whole words would lower a Greek sigma by its neighbours, and a part of the word would no longer be
/// found. Composed again at the end, because lowering takes some letters apart, and ワ with a combining mark has a
/// letter of its own where わ has none.
fn unlike(text: &str, folded: &mut String) {
    text.nfkc().flat_map(char::to_lowercase).map(katakana).nfkc().for_each(|letter| push(folded, letter));
}

fn push(folded: &mut String, letter: char) {
    if !letter.is_whitespace() {
        folded.push(letter);
    } else if !folded.is_empty() && !folded.ends_with(' ') {
        folded.push(' ');
    }
}

/// The two syllabaries stand in the same order, 96 places apart; ゝ and ゞ too.
fn katakana(letter: char) -> char {
    const APART: u32 = 'ア' as u32 - 'あ' as u32;
    match letter {
        'ぁ'..='ゖ' | 'ゝ'..='ゞ' => char::from_u32(letter as u32 + APART).unwrap_or(letter),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::{fold, unlike};

    #[test]
    fn what_reads_the_same_folds_the_same() {
        for (typed, folded) in [
            ("ﾏｲﾅﾝﾊﾞｰｶｰﾄﾞ", "マイナンバーカード"),
            ("まいなんばーかーど", "マイナンバーカード"),
            ("か\u{3099}く", "ガク"),
            ("わ\u{3099}", "ヷ"),
            ("０１２０－95", "0120-95"),
            ("ＡＢｃ", "abc"),
            ("  戸籍　の\n\n\t届 ", "戸籍 ノ 届"),
            ("㍻㈱", "平成(株)"),
            ("ゝゞゟ", "ヽヾヨリ"),
            ("İΣ", "i\u{307}σ"),
            ("", ""),
            ("　", ""),
        ] {
            assert_eq!(fold(typed), folded, "{typed:?}");
        }
    }

    #[test]
    fn plain_letters_go_the_short_way_to_the_same_end() {
        let every: Vec<char> = ('\u{0}'..=char::MAX).collect();
        let whole = |text: &str| {
            let mut folded = String::new();
            unlike(text, &mut folded);
            folded.truncate(folded.trim_end().len());
            folded
        };
        for run in every.chunks(1009) {
            let text: String = run.iter().collect();
            assert_eq!(fold(&text), whole(&text));
        }
        for letter in every {
            // Beside plain letters, and beside a mark that may go to either.
            let text = format!("か{letter}ワ{letter}\u{3099}a{letter}一\u{301}{letter}");
            assert_eq!(fold(&text), whole(&text), "U+{:04X}", letter as u32);
        }
    }

    #[test]
    fn folding_twice_changes_nothing_more() {
        let every: Vec<char> = ('\u{0}'..=char::MAX).collect();
        for run in every.chunks(977) {
            let once = fold(&run.iter().collect::<String>());
            assert_eq!(fold(&once), once);
        }
        for letter in every {
            let once = fold(&format!("a{letter}\u{3099}か{letter}"));
            assert_eq!(fold(&once), once, "U+{:04X}", letter as u32);
        }
    }
}
