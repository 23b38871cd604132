//! Makes one spelling of what people type into the fields about a person. For when a field is left, never while
//! somebody types. Knows no directory of numbers, towns or names: only what a text can be.

use unicode_normalization::UnicodeNormalization;

/// Why a text cannot be put in order. The screens own the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untidy {
    /// A telephone number without its area code: 市外局番から入力してください。例: 048-782-9922.
    #[error("the area code is missing")]
    NoAreaCode,
    /// A telephone number of another country.
    #[error("a number of another country")]
    Foreign,
    /// Too few or too many digits.
    #[error("wrong number of digits")]
    WrongLength,
    /// A sign that does not belong there.
    #[error("a sign that does not belong there")]
    WrongSign,
}

/// Digits of a telephone number in Japan: 048-782-9922 and 090-1234-5678.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 10..=11;
/// Digits of a 郵便番号.
const POSTCODE_DIGITS: usize = 7;

/// Numbers that are written another way than their kind, as the State prints them.
const AS_PRINTED: [&str; 1] = ["0120-95-0178"];
/// How numbers that begin so are grouped; the first that fits counts. Other area codes have two to five digits and are
/// told apart by a long list only: there the writer's own hyphens count, and none are put in.
const GROUPED: [(&str, [usize; 3]); 12] = [
    ("0120", [4, 3, 3]),
    ("0570", [4, 3, 3]),
    ("0800", [4, 3, 4]),
    ("020", [3, 4, 4]),
    ("050", [3, 4, 4]),
    ("060", [3, 4, 4]),
    ("070", [3, 4, 4]),
    ("080", [3, 4, 4]),
    ("090", [3, 4, 4]),
    ("0480", [4, 2, 4]),
    ("048", [3, 3, 4]),
    ("03", [2, 4, 4]),
];

/// A telephone number with hyphens, such as 048-782-9922. Full width, blanks, brackets and +81 are understood.
pub fn phone(text: &str) -> Result<String, Untidy> {
    let text: String = text.nfkc().collect();
    let text = text.trim();
    let text = match text.strip_prefix('+') {
        Some(abroad) => domestic(abroad)?,
        None => text.to_owned(),
    };
    if text.chars().any(|letter| !letter.is_ascii_digit() && !is_mark(letter)) {
        return Err(Untidy::WrongSign);
    }
    let groups: Vec<&str> = text.split(is_mark).filter(|group| !group.is_empty()).collect();
    let digits = groups.concat();
    match (digits.starts_with('0'), PHONE_DIGITS.contains(&digits.len())) {
        (false, _) => return Err(Untidy::NoAreaCode),
        (true, false) => return Err(Untidy::WrongLength),
        (true, true) => {}
    }
    let printed = AS_PRINTED.iter().find(|printed| printed.replace('-', "") == digits);
    let grouped = || {
        let fits = |(begin, lengths): &&(&str, [usize; 3])| {
            digits.starts_with(begin) && lengths.iter().sum::<usize>() == digits.len()
        };
        GROUPED.iter().find(fits).map(|(_, lengths)| in_groups(&digits, *lengths))
    };
    let printed = printed.map(|printed| (*printed).to_owned());
    Ok(printed.or_else(grouped).unwrap_or_else(|| groups.join("-")))
}

/// A 郵便番号, such as 362-8501. Full width, 〒 and any mark between are understood.
pub fn postcode(text: &str) -> Result<String, Untidy> {
    let text: String = text.nfkc().filter(|letter| *letter != '〒' && !is_mark(*letter)).collect();
    if !text.chars().all(|letter| letter.is_ascii_digit()) {
        return Err(Untidy::WrongSign);
    }
    if text.len() != POSTCODE_DIGITS {
        return Err(Untidy::WrongLength);
    }
    let (area, town) = text.split_at(3);
    Ok(format!("{area}-{town}"))
}

/// フリガナ in katakana of full width, one blank of full width between the names. Hiragana and half width are
/// understood.
pub fn kana(text: &str) -> Result<String, Untidy> {
    // The marks of voice stand alone in some texts; NFKC would put a blank before them.
    let voiced = text.chars().map(|letter| match letter {
        '゛' | 'ﾞ' => '\u{3099}',
        '゜' | 'ﾟ' => '\u{309a}',
        other => other,
    });
    let plain: String = voiced.nfkc().map(katakana).collect();
    let right =
        |letter: char| matches!(letter, 'ァ'..='ヺ' | '・' | 'ー' | 'ヽ' | 'ヾ') || letter.is_whitespace();
    if !plain.chars().all(right) {
        return Err(Untidy::WrongSign);
    }
    Ok(plain.split_whitespace().collect::<Vec<_>>().join("　"))
}

/// 氏名 with one blank of full width between its parts. Its letters stay as they are: 髙, 﨑 and 神 in their old forms
/// are other letters than their new ones in the register. A digit belongs in no name.
pub fn name(text: &str) -> Result<String, Untidy> {
    let composed = composed(text);
    let wrong = |letter: char| letter.is_numeric() && !is_kanji(letter);
    if composed.chars().any(|letter| wrong(letter) || (letter.is_control() && !letter.is_whitespace())) {
        return Err(Untidy::WrongSign);
    }
    Ok(composed.split_whitespace().collect::<Vec<_>>().join("　"))
}

/// NFC, except for the letters that even NFC takes for others: the compatibility ideographs.
fn composed(text: &str) -> String {
    let old = |letter: char| matches!(letter, '\u{f900}'..='\u{faff}' | '\u{2f800}'..='\u{2fa1f}');
    let mut composed = String::with_capacity(text.len());
    for piece in text.split_inclusive(old) {
        let last = piece.chars().next_back().filter(|letter| old(*letter));
        let plain = last.map_or(piece, |last| &piece[..piece.len() - last.len_utf8()]);
        composed.extend(plain.nfc().chain(last));
    }
    composed
}

/// 三 and 〇 are numbers to Unicode, and names to people.
fn is_kanji(letter: char) -> bool {
    matches!(letter, '〇' | '々' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

fn katakana(letter: char) -> char {
    match letter {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(u32::from(letter) + 0x60).unwrap_or(letter),
        other => other,
    }
}

/// +81 (0)90-… as it is dialled in Japan. `abroad`: what follows the plus.
fn domestic(abroad: &str) -> Result<String, Untidy> {
    let rest = abroad.strip_prefix("81").ok_or(Untidy::Foreign)?.trim_start_matches(is_mark);
    Ok(if rest.starts_with('0') { rest.to_owned() } else { format!("0{rest}") })
}

fn in_groups(digits: &str, lengths: [usize; 3]) -> String {
    let (first, rest) = digits.split_at(lengths[0]);
    let (second, third) = rest.split_at(lengths[1]);
    format!("{first}-{second}-{third}")
}

/// What people put between groups of digits.
fn is_mark(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(
            letter,
            '-' | '‐'
                | '‑'
                | '‒'
                | '–'
                | '—'
                | '―'
                | '−'
                | '─'
                | '━'
                | 'ー'
                | '・'
                | '.'
                | '/'
                | '('
                | ')'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_gets_its_hyphens() {
        for (text, wanted) in [
            ("０９０１２３４５６７８", "090-1234-5678"),
            ("09012345678", "090-1234-5678"),
            ("090 1234 5678", "090-1234-5678"),
            ("060-1234-5678", "060-1234-5678"),
            ("05012345678", "050-1234-5678"),
            ("+81 90-1234-5678", "090-1234-5678"),
            ("+81(0)90-1234-5678", "090-1234-5678"),
            ("+81487829922", "048-782-9922"),
            ("048(782)9922", "048-782-9922"),
            ("０４８－７８２－９９２２", "048-782-9922"),
            ("0487829922", "048-782-9922"),
            ("048ー782ー9922", "048-782-9922"),
            ("0480123456", "0480-12-3456"),
            ("0312345678", "03-1234-5678"),
            ("0120950178", "0120-95-0178"),
            ("0120-950-178", "0120-95-0178"),
            ("0120017826", "0120-017-826"),
            ("0570123456", "0570-123-456"),
            ("08001234567", "0800-123-4567"),
            (" 0495-12-3456 ", "0495-12-3456"),
            ("0495123456", "0495123456"),
        ] {
            assert_eq!(phone(text).as_deref(), Ok(wanted), "{text}");
            assert_eq!(phone(wanted).as_deref(), Ok(wanted), "twice is once");
        }
        for (text, wanted) in [
            ("782-9922", Untidy::NoAreaCode),
            ("", Untidy::NoAreaCode),
            ("048-782-992", Untidy::WrongLength),
            ("090-1234-56789", Untidy::WrongLength),
            ("+1 202 555 0100", Untidy::Foreign),
            ("非通知", Untidy::WrongSign),
            ("048-782-9922 内線3", Untidy::WrongSign),
        ] {
            assert_eq!(phone(text), Err(wanted), "{text}");
        }
    }

    #[test]
    fn a_postcode_gets_its_hyphen() {
        for text in ["3628501", "362-8501", "〒362-8501", "３６２－８５０１", "〒 362 8501", "362ー8501"]
        {
            assert_eq!(postcode(text).as_deref(), Ok("362-8501"), "{text}");
        }
        for (text, wanted) in [
            ("362-850", Untidy::WrongLength),
            ("36285011", Untidy::WrongLength),
            ("", Untidy::WrongLength),
            ("上尾市", Untidy::WrongSign),
        ] {
            assert_eq!(postcode(text), Err(wanted), "{text}");
        }
    }

    #[test]
    fn kana_become_katakana_of_full_width() {
        for (text, wanted) in [
            ("あげお はなこ", "アゲオ　ハナコ"),
            ("ｱｹﾞｵ ﾊﾅｺ", "アゲオ　ハナコ"),
            ("ｳﾞｧﾝ･ﾀﾞｲｸ", "ヴァン・ダイク"),
            ("か゛き は゜", "ガキ　パ"),
            ("ゔぁ", "ヴァ"),
            ("サトー", "サトー"),
            ("  アゲオ  　ハナコ ", "アゲオ　ハナコ"),
            ("みすゞ", "ミスヾ"),
            ("", ""),
        ] {
            assert_eq!(kana(text).as_deref(), Ok(wanted), "{text}");
        }
        for text in ["上尾", "AGEO", "アゲオ1", "アゲオ-", "き゜"] {
            assert_eq!(kana(text), Err(Untidy::WrongSign), "{text}");
        }
    }

    #[test]
    fn a_name_keeps_its_letters() {
        for (text, wanted) in [
            ("上尾 花子", "上尾　花子"),
            ("　上尾　　花子　", "上尾　花子"),
            ("髙﨑 三郎", "髙﨑　三郎"),
            ("\u{fa19}田 一", "\u{fa19}田　一"),
            ("か\u{3099}く", "がく"),
            ("㈱上尾", "㈱上尾"),
            ("ｱｹﾞｵ", "ｱｹﾞｵ"),
            ("O'Neil-Smith Jr.", "O'Neil-Smith　Jr."),
            ("", ""),
        ] {
            assert_eq!(name(text).as_deref(), Ok(wanted), "{text}");
        }
        for text in ["上尾1", "上尾１", "①", "上尾\u{7}"] {
            assert_eq!(name(text), Err(Untidy::WrongSign), "{text:?}");
        }
    }
}
