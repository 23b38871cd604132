//! A PIN or a password that is written right after its name.

/// Their names, as a folded text spells them.
const NAMES: [&str; 6] = ["暗証番号", "パスワード", "パスコード", "PASSWORD", "PASSCODE", "PIN"];
/// So near behind its name a word is taken as the secret: `は`, `が`, `: `, `4桁の` lie between.
const NEAR: usize = 8;
/// The length of 署名用電子証明書's password.
const PASSWORD: std::ops::RangeInclusive<usize> = 6..=16;
/// The length of the three other PINs.
const PIN: usize = 4;

/// Whether a secret follows one of the names.
pub(super) fn holds_secret(text: &[char]) -> bool {
    (0..text.len()).any(|place| name_ends(text, place).is_some_and(|end| secret_follows(text, end)))
}

/// Where the name that begins at `place` ends. In Latin letters it must be a word of its own.
fn name_ends(text: &[char], place: usize) -> Option<usize> {
    let begins = |name: &&&str| name.chars().eq(text[place..].iter().copied().take(name.chars().count()));
    let name = NAMES.iter().find(begins)?;
    let end = place + name.chars().count();
    let latin = |at: Option<&char>| at.is_some_and(char::is_ascii_alphabetic);
    let within = latin(place.checked_sub(1).and_then(|before| text.get(before))) || latin(text.get(end));
    (!name.is_ascii() || !within).then_some(end)
}

fn secret_follows(text: &[char], end: usize) -> bool {
    let mut place = end;
    while place <= end + NEAR && place < text.len() {
        let length = text[place..].iter().take_while(|letter| letter.is_ascii_alphanumeric()).count();
        let (word, after) = text[place..].split_at(length);
        if is_password(word) || is_pin(text, place, word, after) {
            return true;
        }
        place += length.max(1);
    }
    false
}

fn is_password(word: &[char]) -> bool {
    let letters = word.iter().any(char::is_ascii_alphabetic);
    let digits = word.iter().any(char::is_ascii_digit);
    PASSWORD.contains(&word.len()) && letters && digits
}

/// Four digits that are no year and no part of a date, a telephone number or a time.
fn is_pin(text: &[char], place: usize, word: &[char], after: &[char]) -> bool {
    let digits = |word: &[char]| word.len() == PIN && word.iter().all(char::is_ascii_digit);
    let mark = |letter: &char| matches!(letter, '-' | '‐' | '‑' | '−' | 'ー' | '/' | '.' | ':');
    let number_before = place >= 2 && mark(&text[place - 1]) && text[place - 2].is_ascii_digit();
    let number_after = match after {
        ['年', ..] => true,
        [sign, rest @ ..] if mark(sign) => {
            let length = rest.iter().take_while(|letter| letter.is_ascii_alphanumeric()).count();
            length > 0 && !digits(&rest[..length])
        }
        _ => false,
    };
    digits(word) && !number_before && !number_after
}
