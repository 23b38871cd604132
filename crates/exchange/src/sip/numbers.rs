//! Which telephone numbers an operator may call. Pure.
//!
//! Refuses to know trunks and calls: it is given what somebody typed and the settings' prefixes, and a number that
//! it lets pass is one of Japan, as it is dialled inside Japan.

/// What is typed or read from a note: a number with its hyphens and brackets stays far below, in letters.
const MAX_TYPED: usize = 40;
/// The numbers whose call goes to the police, the coast guard and the fire brigade. A city's desk that must call
/// them does so by a telephone that tells where it stands.
const EMERGENCY: [&str; 3] = ["110", "118", "119"];
/// What costs more than a call, or is no person's telephone: pagers and machines (020), recorded messages (0170,
/// 0180), leased lines (0910), 0570 (which no flat rate covers) and Dial Q2 (0990).
const SPECIAL: [&str; 6] = ["020", "0170", "0180", "0570", "0910", "0990"];
/// Numbers with eleven digits: IP telephones, mobile ones, and 0800 among those of 080.
const ELEVEN: [&str; 5] = ["050", "060", "070", "080", "090"];
/// The longest number that is short: the carriers' services have up to this many digits.
pub(super) const MAX_SHORT: usize = 6;

/// A number that may be dialled, in digits alone. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct Number(String);

impl Number {
    /// Its digits, to be sent to the carrier and nowhere else.
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Why a number is not dialled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Forbidden {
    /// Nothing was typed, or far too much.
    #[error("not a telephone number")]
    NoNumber,
    /// It holds something else than digits and what parts them.
    #[error("a number has digits only")]
    OtherCharacters,
    /// Another country: `+` with another code than 81, or 010.
    #[error("a foreign number")]
    Foreign,
    /// 00 and a carrier's code in front of it.
    #[error("a carrier is chosen by its code")]
    CarrierCode,
    /// Police, coast guard or fire brigade.
    #[error("a number for emergencies")]
    Emergency,
    /// A service of the carriers: 104, 117, 184, 186 and their like.
    #[error("a carrier's service")]
    Service,
    /// A number that costs more, or belongs to no telephone.
    #[error("a number of a special kind")]
    Special,
    /// It lacks the area code, or is an extension.
    #[error("a number without its area code")]
    Incomplete,
    /// No number of Japan that begins like this has so many digits.
    #[error("a number with too few or too many digits")]
    WrongLength,
    /// The settings refuse it.
    #[error("a number that the settings refuse")]
    RefusedHere,
}

/// What the settings add.
#[derive(Clone, Copy, Debug, Default)]
pub struct Prefixes<'a> {
    /// Special numbers that begin like this are dialled, and short ones that are exactly this. It never opens foreign
    /// numbers, carriers' codes and emergencies.
    pub allow: &'a [String],
    /// What begins like this is not dialled, whatever else is allowed.
    pub refuse: &'a [String],
}

/// Reads what was typed: `０４８－７８２－９９２２` and `+81 48 782 9922` are 0487829922.
///
/// # Errors
/// Why it is not dialled.
pub fn check(typed: &str, prefixes: Prefixes<'_>) -> Result<Number, Forbidden> {
    let digits = inland(typed)?;
    // What no setting opens goes first, so that its reason is told.
    if digits.starts_with("010") {
        return Err(Forbidden::Foreign);
    }
    if digits.starts_with("00") {
        return Err(Forbidden::CarrierCode);
    }
    if EMERGENCY.contains(&digits.as_str()) {
        return Err(Forbidden::Emergency);
    }
    if prefixes.refuse.iter().any(|prefix| digits.starts_with(prefix.as_str())) {
        return Err(Forbidden::RefusedHere);
    }
    if !digits.starts_with('0') && digits.len() <= MAX_SHORT && prefixes.allow.contains(&digits) {
        return Ok(Number(digits));
    }
    if digits.starts_with('1') {
        return Err(Forbidden::Service);
    }
    if !digits.starts_with('0') {
        return Err(Forbidden::Incomplete);
    }
    let special = SPECIAL.iter().find(|special| digits.starts_with(**special));
    if let Some(special) = special
        && !opens(prefixes.allow, &digits, special)
    {
        return Err(Forbidden::Special);
    }
    let fits = match special {
        Some(_) => (10..=11).contains(&digits.len()),
        None if ELEVEN.iter().any(|prefix| digits.starts_with(*prefix)) => digits.len() == 11,
        None => digits.len() == 10,
    };
    if fits { Ok(Number(digits)) } else { Err(Forbidden::WrongLength) }
}

/// Whether the settings name this special kind: "0" alone opens nothing.
fn opens(allow: &[String], digits: &str, special: &str) -> bool {
    allow.iter().any(|prefix| prefix.starts_with(special) && digits.starts_with(prefix.as_str()))
}

/// The digits as they are dialled inside Japan.
fn inland(typed: &str) -> Result<String, Forbidden> {
    if typed.chars().count() > MAX_TYPED {
        return Err(Forbidden::NoNumber);
    }
    let narrow: String = typed.trim().chars().map(narrow).filter(|letter| !parts(*letter)).collect();
    let (plus, digits) = match narrow.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, narrow.as_str()),
    };
    if digits.is_empty() {
        return Err(Forbidden::NoNumber);
    }
    if !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(Forbidden::OtherCharacters);
    }
    if !plus {
        return Ok(digits.to_owned());
    }
    let inland = digits.strip_prefix("81").ok_or(Forbidden::Foreign)?;
    // Some write the zero as well: +81 (0)48.
    Ok(format!("0{}", inland.strip_prefix('0').unwrap_or(inland)))
}

/// A letter of full width as the plain one.
fn narrow(letter: char) -> char {
    match u32::from(letter) {
        code @ 0xff01..=0xff5e => char::from_u32(code - 0xfee0).unwrap_or(letter),
        _ => letter,
    }
}

/// What only parts a number's groups: spaces, brackets, and all that looks like a hyphen to who types it.
fn parts(letter: char) -> bool {
    matches!(
        letter,
        ' ' | '\u{3000}' | '\u{a0}' | '(' | ')' | '-' | '\u{2010}'..='\u{2015}' | '−' | 'ー' | 'ｰ'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(typed: &str, allow: &[&str], refuse: &[&str]) -> Result<String, Forbidden> {
        let own = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let (allow, refuse) = (own(allow), own(refuse));
        check(typed, Prefixes { allow: &allow, refuse: &refuse }).map(|number| number.digits().to_owned())
    }

    #[test]
    fn numbers_of_japan_are_dialled_however_they_are_written() {
        let table = [
            ("0487829922", "0487829922"),
            ("048-782-9922", "0487829922"),
            ("(048) 782-9922", "0487829922"),
            ("０４８－７８２－９９２２", "0487829922"),
            ("０４８ー７８２−９９２２", "0487829922"),
            ("\u{3000}０３（１２３４）５６７８ ", "0312345678"),
            ("090‐1234‐5678", "09012345678"),
            ("+81 90-1234-5678", "09012345678"),
            ("＋８１９０１２３４５６７８", "09012345678"),
            ("+81 (0)48 782 9922", "0487829922"),
            ("05012345678", "05012345678"),
            ("06012345678", "06012345678"),
            ("07012345678", "07012345678"),
            ("08012345678", "08012345678"),
            ("08001234567", "08001234567"),
            ("0120123456", "0120123456"),
            ("0123456789", "0123456789"),
        ];
        for (typed, digits) in table {
            assert_eq!(with(typed, &[], &[]).as_deref(), Ok(digits), "{typed}");
        }
    }

    #[test]
    fn everything_else_is_refused_and_says_why() {
        let table = [
            ("", Forbidden::NoNumber),
            (" - ", Forbidden::NoNumber),
            ("+", Forbidden::NoNumber),
            (&"0".repeat(41), Forbidden::NoNumber),
            ("0487829922;ext=1", Forbidden::OtherCharacters),
            ("0487829922@x", Forbidden::OtherCharacters),
            ("0487829922\r\nX: y", Forbidden::OtherCharacters),
            ("#7119", Forbidden::OtherCharacters),
            ("*21*0312345678", Forbidden::OtherCharacters),
            ("048.782.9922", Forbidden::OtherCharacters),
            ("٠٤٨٧٨٢٩٩٢٢", Forbidden::OtherCharacters),
            ("04878299++", Forbidden::OtherCharacters),
            ("いち", Forbidden::OtherCharacters),
            ("+12125550123", Forbidden::Foreign),
            ("＋８６１２３４５６７８９", Forbidden::Foreign),
            ("0101212555", Forbidden::Foreign),
            ("01012125550123", Forbidden::Foreign),
            ("+81 10 1212 5550", Forbidden::Foreign),
            ("0033", Forbidden::CarrierCode),
            ("00330487829922", Forbidden::CarrierCode),
            ("0077010121255", Forbidden::CarrierCode),
            ("110", Forbidden::Emergency),
            ("118", Forbidden::Emergency),
            ("１１９", Forbidden::Emergency),
            ("104", Forbidden::Service),
            ("117", Forbidden::Service),
            ("171", Forbidden::Service),
            ("1840487829922", Forbidden::Service),
            ("1860487829922", Forbidden::Service),
            ("0990123456", Forbidden::Special),
            ("0180123456", Forbidden::Special),
            ("0570123456", Forbidden::Special),
            ("0170123456", Forbidden::Special),
            ("0910123456", Forbidden::Special),
            ("02012345678", Forbidden::Special),
            ("7829922", Forbidden::Incomplete),
            ("201", Forbidden::Incomplete),
            ("81487829922", Forbidden::Incomplete),
            ("048782992", Forbidden::WrongLength),
            ("04878299221", Forbidden::WrongLength),
            ("0901234567", Forbidden::WrongLength),
            ("090123456789", Forbidden::WrongLength),
            ("0120", Forbidden::WrongLength),
        ];
        for (typed, why) in table {
            assert_eq!(with(typed, &[], &[]), Err(why), "{typed}");
        }
    }

    /// What is typed, allowed and refused, and what becomes of it.
    type Row =
        (&'static str, &'static [&'static str], &'static [&'static str], Result<&'static str, Forbidden>);

    #[test]
    fn the_settings_open_and_close_what_they_name() {
        let table: &[Row] = &[
            ("0570123456", &["0570"], &[], Ok("0570123456")),
            ("0570123456", &["057012"], &[], Ok("0570123456")),
            ("0570123456", &["057099"], &[], Err(Forbidden::Special)),
            ("0570123456", &["0"], &[], Err(Forbidden::Special)),
            ("0570123456", &["057"], &[], Err(Forbidden::Special)),
            ("0570123456", &["0570"], &["0570123"], Err(Forbidden::RefusedHere)),
            ("057012345", &["0570"], &[], Err(Forbidden::WrongLength)),
            ("0487829922", &["048"], &[], Ok("0487829922")),
            ("0487829922", &[], &["0487"], Err(Forbidden::RefusedHere)),
            ("104", &["104"], &[], Ok("104")),
            ("1040", &["104"], &[], Err(Forbidden::Service)),
            ("201", &["201"], &[], Ok("201")),
            ("0570", &["0570"], &[], Err(Forbidden::WrongLength)),
            ("2011", &["201"], &[], Err(Forbidden::Incomplete)),
            ("119", &["119"], &[], Err(Forbidden::Emergency)),
            ("0101212555", &["010"], &[], Err(Forbidden::Foreign)),
            ("+12125550123", &["0101"], &[], Err(Forbidden::Foreign)),
            ("0033123456", &["0033"], &[], Err(Forbidden::CarrierCode)),
        ];
        for (typed, allow, refuse, expected) in table {
            let found = with(typed, allow, refuse);
            assert_eq!(found, (*expected).map(str::to_owned), "{typed} {allow:?} {refuse:?}");
        }
    }

    #[test]
    fn a_number_does_not_print() {
        let number = check("0487829922", Prefixes::default()).expect("a number");
        assert!(!format!("{number:?}").contains('0'));
    }
}
