//! What a search looks for and what of a note it looks at: the same at a desk, which has an index, and at the server, which
//! has none. Knows no index and no database.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{Note, NoteChannel};
use crate::contact::Disposition;
use crate::ids::OperatorId;
use crate::time::Time;

/// Stands before each category of a note in the searched text: nobody types it, and a 大区分 is found as the beginning
/// of its 小区分.
const CATEGORY: char = '\u{e000}';

/// What must fit beside the words. Nothing is asked where there is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filter {
    /// 大区分 (1) or 小区分 (104): the note's main one or one of the others.
    pub category: Option<u16>,
    /// 対応結果.
    pub disposition: Option<Disposition>,
    /// 担当.
    pub operator: Option<OperatorId>,
    /// チャネル.
    pub channel: Option<NoteChannel>,
    /// Begun then or later.
    pub from: Option<Time>,
    /// Begun before.
    pub to: Option<Time>,
}

/// A search that looks at one note after the other.
#[derive(Debug)]
pub struct Sought {
    folded: String,
    filter: Filter,
}

impl Sought {
    /// White space separates words; without any, the filter alone decides.
    pub fn new(words: &str, filter: Filter) -> Sought {
        Sought { folded: fold(&query(words, filter.category)), filter }
    }

    /// The note holds every word and passes the filter.
    pub fn fits(&self, note: &Note) -> bool {
        let (facts, Filter { category: _, disposition, operator, channel, from, to }) =
            (&note.facts, &self.filter);
        if disposition.is_some_and(|wanted| note.written.disposition != Some(wanted))
            || operator.is_some_and(|wanted| facts.operator != wanted)
            || channel.is_some_and(|wanted| facts.channel != wanted)
            || from.is_some_and(|from| facts.opened < from)
            || to.is_some_and(|to| facts.opened >= to)
        {
            return false;
        }
        let mut text = String::new();
        add(&mut text, note);
        let text = fold(&text);
        self.folded.split(' ').all(|word| text.contains(word))
    }
}

/// The words of a query with its category among them.
pub fn query(words: &str, category: Option<u16>) -> String {
    let mut sought: String = words.chars().filter(|sign| *sign != CATEGORY).collect();
    match category {
        Some(group @ 0..=99) => sought.push_str(&format!(" {CATEGORY}{group:02}")),
        Some(code) => sought.push_str(&format!(" {CATEGORY}{code:04}")),
        None => {}
    }
    sought
}

/// Adds what of a note is searched.
pub fn add(text: &mut String, note: &Note) {
    for category in &note.written.categories {
        text.push_str(&format!("{CATEGORY}{:04} ", category.0));
    }
    let facts = &note.facts;
    let named = [&facts.number, &facts.operator_name].into_iter().map(String::as_str);
    let named = named.chain(facts.caller.as_deref()).chain(facts.booth.as_deref());
    let listed = note.written.handouts.iter().chain(&note.written.articles).map(String::as_str);
    for part in named.chain(note.written.texts().map(|(_, text)| text)).chain(listed) {
        text.push_str(part);
        text.push('\n');
    }
}

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
