//! The guard of what nobody may write down: the service's own examples, and many spellings by chance.

use desk::code::Code;
use desk::guard::{Doubt, Verdict, check};
use proptest::prelude::*;

const BLOCKED: Verdict = Verdict::Block(Code::IndividualNumber);
const SECRET: Verdict = Verdict::Block(Code::SecretText);
/// How many texts of each kind are tried.
const CASES: u32 = 10_000;

fn warned(doubt: Doubt) -> Verdict {
    Verdict::Warn(vec![doubt])
}

#[test]
fn the_examples_of_the_service_are_judged_as_it_says() {
    for (text, wanted) in [
        ("1234 5678 9018", BLOCKED),
        ("１２３４－５６７８－９０１８", BLOCKED),
        ("一二三四五六七八九〇一八", BLOCKED),
        ("048-782-9922", Verdict::Ok),
        ("090-1234-5678 10:30", Verdict::Ok),
        ("4111-1111-1111-1111", Verdict::Ok),
        ("署名用の暗証番号はABC123", SECRET),
        ("暗証番号4桁を失念", Verdict::Ok),
        ("0487829922 10", Verdict::Ok),
        ("C-20260401-0012", Verdict::Ok),
        ("", Verdict::Ok),
    ] {
        assert_eq!(check(text), wanted, "{text}");
    }
}

#[test]
fn a_number_is_found_in_every_spelling_a_person_uses() {
    for text in [
        "123456789018",
        "番号は123456789018です",
        "1234 5678 9018 1985年生まれ",
        "1234-5678-9018/1985年",
        "1234-5678 9018",
        "1234 - 5678 - 9018",
        "1234　5678　9018",
        "1234\t5678\t9018",
        "048-782-9922/1234 5678 9018",
        "1234ー5678ー9018",
        "1234ｰ5678ｰ9018",
        "1234‐5678‑9018",
        "1234−5678–9018",
        "1234・5678・9018",
        "1234･5678･9018",
        "1234.5678.9018",
        "1234/5678/9018",
        "1234_5678_9018",
        "1234，5678，9018",
        "1234\u{200b}5678\u{200d}9018",
        "1\u{200b}2\u{feff}3\u{2060}4\u{ad} 5678 9018",
        "1\u{20e3}2\u{fe0f}\u{20e3}34 5678 9018",
        "①②③④⑤⑥⑦⑧⑨⓪①⑧",
        "𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡𝟘𝟙𝟠",
        "一二三四　五六七八　九〇一八",
        "一二三四五六七八九零一八",
        "123456789018一郎",
        "1 2 3 4 5 6 7 8 9 0 1 8",
        "048-782-9922 1234-5678-9018",
        "A123456789018B",
        "4111-1111-1111-1111と123456789018",
        "+123456789018",
    ] {
        assert_eq!(check(text), BLOCKED, "{text:?}");
    }
}

#[test]
fn twelve_digits_with_another_check_digit_are_a_doubt() {
    for text in ["123456789012", "1234-5678-9012", "免許証 三〇七八一二三四五六七八"] {
        assert_eq!(check(text), warned(Doubt::TwelveDigits), "{text}");
    }
}

#[test]
fn other_numbers_of_many_digits_are_left_alone() {
    for text in [
        "5500-0000-0000-0004",
        "000000000000",
        "〇〇〇〇-〇〇〇〇-〇〇〇〇",
        "1234567890181",
        "81234567890 18",
        "03-1234-5678 2026-04-01",
        "1234-5678 2026/04/01",
        "048-1234-5678-9018",
        "0120-0178-27 / 0120-0178-26",
        "09012345678一郎さん",
        "12345678901八時",
        "2026-04-01 1234-5678",
        "1234\n5678\n9018",
        "03 8856 4394\n0819 00 0000",
        "048-782-9922 1234 5678",
        "1234円 5678円 9018円",
        "+812345678004",
    ] {
        assert_eq!(check(text), Verdict::Ok, "{text}");
    }
}

#[test]
fn the_application_id_and_a_residence_card_are_doubts() {
    for text in ["12345678901234567890123", "1234 5678 9018 3456 7890 123", "1234-5678-9018-3456-7890-123"] {
        assert_eq!(check(text), warned(Doubt::ApplicationId), "{text}");
    }
    for text in ["AB12345678CD", "在留カードはａｂ１２３４５６７８ｃｄです"] {
        assert_eq!(check(text), warned(Doubt::ResidenceCard), "{text}");
    }
    assert_eq!(check("XAB12345678CD"), Verdict::Ok);
    let both = check("AB12345678CD 123456789012");
    assert_eq!(both, Verdict::Warn(vec![Doubt::TwelveDigits, Doubt::ResidenceCard]));
}

#[test]
fn a_secret_after_its_name_is_blocked_and_talk_about_one_is_not() {
    for text in [
        "暗証番号は1234",
        "暗証番号:１２３４",
        "暗証番号は一二三四です",
        "利用者証明用の暗証番号は４桁の1234",
        "暗証番号 1234-5678",
        "パスワード ABC123DEF",
        "ﾊﾟｽﾜｰﾄﾞはabc123",
        "PIN 0000",
        "pin:1234",
        "PINコードは9876",
        "Password=aichi2026",
        "暗\u{200b}証番号は12\u{200b}34",
    ] {
        assert_eq!(check(text), SECRET, "{text:?}");
    }
    for text in [
        "暗証番号を忘れた",
        "暗証番号3回間違いでロック",
        "暗証番号の再設定は2026年4月1日に予約",
        "暗証番号の件 090-1234-5678",
        "暗証番号 2026-04-01",
        "暗証番号の初期化 10:30",
        "署名用パスワードは6〜16文字",
        "パスワードPASSWORDという語",
        "SHOPPING 1234",
        "PINK 1234",
        "暗証番号について、受付番号は別紙の1234",
    ] {
        assert_eq!(check(text), Verdict::Ok, "{text:?}");
    }
}

#[test]
fn the_number_counts_before_the_secret_and_both_before_a_doubt() {
    let all = "暗証番号は1234、番号は1234-5678-9018、AB12345678CD";
    assert_eq!(check(all), BLOCKED);
    assert_eq!(check("暗証番号は1234、AB12345678CD"), SECRET);
    assert_eq!(check(all).refusal(), Some(Code::IndividualNumber));
    assert_eq!(check("123456789012").refusal(), None);
}

/// Eleven digits and the one that makes them an Individual Number.
fn individual_number() -> impl Strategy<Value = String> {
    prop::array::uniform11(0..10_u32)
        .prop_filter("nobody has zero", |digits| digits.iter().any(|d| *d > 0))
        .prop_map(|digits| {
            let sum: u32 =
                [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2].iter().zip(digits).map(|(weight, d)| weight * d).sum();
            let last = if sum % 11 <= 1 { 0 } else { 11 - sum % 11 };
            digits.iter().chain([&last]).map(u32::to_string).collect()
        })
}

const JOINTS: [&str; 18] =
    ["", "-", " ", "　", "‐", "‑", "‒", "–", "—", "―", "−", "ー", "・", ".", "/", ",", "_", " - "];
const BEFORE: [&str; 6] = ["", "個人番号は", "No.", "TEL048-782-9922、", "「", "1985年生 "];
const AFTER: [&str; 6] = ["", "です。", " 090-1234-5678", "番", "」", " 2026/4/1"];

fn written(digit: char, spelling: u32) -> char {
    let value = digit.to_digit(10).expect("a digit");
    match spelling {
        0 => digit,
        1 => char::from_u32('０' as u32 + value).expect("a full-width digit"),
        _ => ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'][value as usize],
    }
}

prop_compose! {
    fn spelt()(
        number in individual_number(),
        spelling in 0..3_u32,
        joint in prop::sample::select(&JOINTS[..]),
        hidden in prop::collection::vec(prop::sample::select(&["", "", "", "\u{200b}", "\u{200d}", "\u{feff}"][..]), 12),
        before in prop::sample::select(&BEFORE[..]),
        after in prop::sample::select(&AFTER[..]),
    ) -> String {
        let mut text = before.to_owned();
        for (place, digit) in number.chars().enumerate() {
            if place == 4 || place == 8 {
                text += joint;
            }
            text.push(written(digit, spelling));
            text += hidden[place];
        }
        text + after
    }
}

fn digits(length: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(0..10_u32, length).prop_map(|digits| digits.iter().map(u32::to_string).collect())
}

/// A telephone number as people write it.
fn phone() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(&["-", "ー", " ", "－", ""][..]);
    let shape = prop::sample::select(
        &[
            ["0", "2", "4", "4"],
            ["0", "1", "4", "4"],
            ["0", "2", "3", "4"],
            ["0", "3", "2", "4"],
            ["0", "2", "3", "3"],
        ][..],
    );
    (mark, shape, digits(11), any::<bool>()).prop_map(|(mark, shape, digits, abroad)| {
        let sizes: Vec<usize> = shape[1..].iter().map(|size| size.parse().expect("a size")).collect();
        let (area, rest) = digits.split_at(sizes[0]);
        let (exchange, rest) = rest.split_at(sizes[1]);
        let line = &rest[..sizes[2]];
        if abroad {
            format!("+81{mark}{area}{mark}{exchange}{mark}{line}")
        } else {
            format!("0{area}{mark}{exchange}{mark}{line}")
        }
    })
}

fn date() -> impl Strategy<Value = String> {
    (1900..2100_u32, 1..13_u32, 1..32_u32, 0..24_u32, 0..60_u32, 0..7_u32).prop_map(
        |(year, month, day, hour, minute, shape)| match shape {
            0 => format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}"),
            1 => format!("{year}/{month}/{day}"),
            2 => format!("{year}{month:02}{day:02}"),
            3 => format!("{year}年{month}月{day}日 {hour}時{minute}分"),
            4 => format!("令和8.{month}.{day}"),
            5 => format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:00+09:00"),
            _ => format!("{year}.{month:02}.{day:02}"),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_spelling_of_an_individual_number_passes(text in spelt()) {
        prop_assert_eq!(check(&text), BLOCKED);
    }

    /// Two numbers with spaces within and only a space between cannot be told from groups of another.
    #[test]
    fn telephone_numbers_are_never_blocked(
        one in phone(),
        other in phone(),
        between in prop::sample::select(&["、", " ", "/", " / ", "\n"][..]),
    ) {
        prop_assume!(between != " " || !one.contains(' ') || !other.contains(' '));
        prop_assert_eq!(check(&one).refusal(), None);
        prop_assert_eq!(check(&format!("TEL {one}{between}{other}")).refusal(), None);
    }

    #[test]
    fn dates_and_times_are_never_blocked(one in date(), other in date()) {
        prop_assert_eq!(check(&one), Verdict::Ok);
        prop_assert_eq!(check(&format!("{one}から{other}まで")), Verdict::Ok);
    }

    #[test]
    fn ten_eleven_and_thirteen_digits_are_never_blocked(ten in digits(10), eleven in digits(11), thirteen in digits(13)) {
        for text in [ten, eleven, thirteen] {
            prop_assert_eq!(check(&text), Verdict::Ok);
        }
    }

    #[test]
    fn no_text_at_all_stops_the_guard(text in "\\PC{0,60}") {
        check(&text);
    }
}
