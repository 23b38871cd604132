//! Numbers as people write them, out of a seed: Individual Numbers, telephone numbers, dates.

/// SplitMix64: small, and the same on every machine.
pub struct Chance(pub u64);

impl Chance {
    /// A number below `below`.
    pub fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % below as u64) as usize
    }

    /// One of these.
    pub fn of<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        choices[self.below(choices.len())]
    }

    /// So many digits.
    pub fn digits(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

/// Signs that the guard reads as nothing.
pub const HIDDEN: [&str; 5] = ["\u{200b}", "\u{200d}", "\u{feff}", "\u{2060}", "\u{ad}"];
/// What may stand between the groups of one number.
pub const JOINTS: [&str; 14] = ["", "-", " ", "　", "－", "‐", "–", "—", "−", "ー", "・", ".", "/", " - "];

/// Twelve digits with a right check digit.
pub fn individual_number(chance: &mut Chance) -> String {
    let first = loop {
        let digits = chance.digits(11);
        if digits.bytes().any(|digit| digit != b'0') {
            break digits;
        }
    };
    let weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let sum: u32 = first.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let last = if sum % 11 <= 1 { 0 } else { 11 - sum % 11 };
    format!("{first}{last}")
}

/// A digit in another spelling: 0 half width, 1 full width, 2 kanji.
pub fn spelt(digit: char, spelling: usize) -> char {
    let value = digit.to_digit(10).expect("a digit") as usize;
    match spelling {
        0 => digit,
        1 => ['０', '１', '２', '３', '４', '５', '６', '７', '８', '９'][value],
        _ => ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'][value],
    }
}

/// An Individual Number in any spelling of one kind of digits.
pub fn spelt_number(chance: &mut Chance, number: &str) -> String {
    let (spelling, joint, hides) = (chance.below(3), chance.of(&JOINTS), chance.below(3) == 0);
    let mut text = String::new();
    for (place, digit) in number.chars().enumerate() {
        if place == 4 || place == 8 {
            text += joint;
        }
        text.push(spelt(digit, spelling));
        if hides && chance.below(3) == 0 {
            text += chance.of(&HIDDEN);
        }
    }
    text
}

/// A telephone number with marks between its groups.
pub fn phone(chance: &mut Chance) -> String {
    let mark = chance.of(&["-", "－", "ー"]);
    let (area, middle, last) = match chance.below(6) {
        0 => (format!("0{}0", 5 + chance.below(5)), 4, 4),
        1 => ("0120".to_owned(), chance.below(2) + 2, 0),
        2 => (format!("04{}", chance.digits(1)), 3, 4),
        3 => ("03".to_owned(), 4, 4),
        4 => (format!("04{}", chance.digits(2)), 2, 4),
        _ => (format!("0{}", chance.digits(4)), 1, 4),
    };
    let last = if last == 0 { 6 - middle } else { last };
    format!("{area}{mark}{}{mark}{}", chance.digits(middle), chance.digits(last))
}

/// A date, or a date with a time.
pub fn date(chance: &mut Chance) -> String {
    let (year, month, day) = (1900 + chance.below(200), 1 + chance.below(12), 1 + chance.below(28));
    let (hour, minute) = (chance.below(24), chance.below(60));
    match chance.below(8) {
        0 => format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}"),
        1 => format!("{year}/{month}/{day}"),
        2 => format!("{year}{month:02}{day:02}"),
        3 => format!("{year}年{month}月{day}日 {hour}時{minute}分"),
        4 => format!("令和{}年{month}月{day}日", 1 + chance.below(20)),
        5 => format!("R{}.{month}.{day}", 1 + chance.below(20)),
        6 => format!("{year}.{month:02}.{day:02}"),
        _ => format!("{year}/{month:02}/{day:02}〜{hour}:{minute:02}"),
    }
}
