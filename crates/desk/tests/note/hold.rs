//! Numbers typed sign by sign, autosaved after each: what reaches the disk.

use desk::code::Code;
use desk::guard::open;
use desk::note::hold::{self, Held};
use desk::note::{TextField, Written};

use super::digits::{Chance, JOINTS, date, individual_number, phone, spelt};

/// Numbers typed in each property.
const ROUNDS: u64 = 2_000;

/// A desk that saves the text after each key.
struct Desk {
    typed: Vec<char>,
    caret: usize,
    kept: Written,
}

impl Desk {
    fn with(before: &str, after: &str) -> Desk {
        let kept = Written { text: format!("{before}{after}"), ..Written::default() };
        Desk { typed: kept.text.chars().collect(), caret: before.chars().count(), kept }
    }

    fn written(&self) -> Written {
        Written { text: self.typed.iter().collect(), ..self.kept.clone() }
    }

    fn key(&mut self, key: char) -> Held {
        self.typed.insert(self.caret, key);
        self.caret += 1;
        self.save(Some(self.caret))
    }

    fn back(&mut self) -> Held {
        self.caret -= 1;
        self.typed.remove(self.caret);
        self.save(Some(self.caret))
    }

    fn save(&mut self, caret: Option<usize>) -> Held {
        let caret = caret.map(|caret| (TextField::Text, caret as u32));
        self.settle(hold::hold(&self.written(), caret, &self.kept))
    }

    fn save_explicitly(&mut self) -> Held {
        self.settle(hold::explicit(&self.written(), &self.kept))
    }

    fn settle(&mut self, held: Held) -> Held {
        self.kept = held.keep.clone();
        held
    }

    /// Five digits of the number in a row, in what is kept.
    fn leaks(&self, number: &str, known: &str) -> bool {
        let fragments = (0..=number.len() - open::OPEN_DIGITS).map(|at| &number[at..at + open::OPEN_DIGITS]);
        let digits =
            |text: &str| open::runs(text).iter().map(open::Run::number).collect::<Vec<_>>().join(" ");
        let (kept, known) = (digits(&self.kept.text), digits(known));
        fragments.into_iter().any(|fragment| kept.contains(fragment) && !known.contains(fragment))
    }
}

const BEFORE: [&str; 7] = ["", "番号は", "TEL048-782-9922、", "1985年生まれ ", "平成3", "12 ", "「"];
const AFTER: [&str; 7] = ["", "です", " 090-1234-5678", "10時", "-5", "\n次の行", "」"];

#[test]
fn no_five_digits_of_a_number_reach_the_disk_while_it_is_typed() {
    for seed in 0..ROUNDS {
        let chance = &mut Chance(seed);
        let number = individual_number(chance);
        let (before, after) = (chance.of(&BEFORE), chance.of(&AFTER));
        let (joint, spelling) = (chance.of(&JOINTS), chance.below(4));
        let mut desk = Desk::with(before, after);
        let known = format!("{before}\n{after}");
        for (place, digit) in number.chars().enumerate() {
            let between = if place == 4 || place == 8 { joint } else { "" };
            let spelling = if spelling == 3 { chance.below(3) } else { spelling };
            for key in between.chars().chain([spelt(digit, spelling)]) {
                desk.key(key);
                assert!(!desk.leaks(&number, &known), "seed {seed}, digit {place}: {:?}", desk.typed);
            }
        }
    }
}

#[test]
fn a_whole_number_or_eleven_digits_of_it_are_kept_neither_when_the_caret_leaves_nor_when_more_is_typed() {
    let free = |text: &str| !text.contains(|sign: char| sign.is_ascii_digit());
    let (before, after): (Vec<&str>, Vec<&str>) = (
        BEFORE.into_iter().filter(|text| free(text)).collect(),
        AFTER.into_iter().filter(|text| free(text)).collect(),
    );
    for seed in 0..ROUNDS {
        let chance = &mut Chance(seed);
        let number = individual_number(chance);
        let (before, after) = (chance.of(&before), chance.of(&after));
        let (joint, spelling) = (chance.of(&JOINTS), chance.below(3));
        let mut desk = Desk::with(before, after);
        for (place, digit) in number.chars().enumerate() {
            let between = if place == 4 || place == 8 { joint } else { "" };
            between.chars().chain([spelt(digit, spelling)]).for_each(|key| drop(desk.key(key)));
            if place == 10 {
                let held = desk.save(None);
                assert!(held.held_back && !desk.leaks(&number, ""), "seed {seed}: {:?}", desk.typed);
            }
        }
        for held in [desk.save(None), desk.save_explicitly(), desk.key('、'), desk.save(None)] {
            assert_eq!(
                held.findings.first().and_then(|found| found.blocked),
                Some(Code::IndividualNumber),
                "seed {seed}"
            );
            assert!(held.held_back && !desk.leaks(&number, ""), "seed {seed}: {:?}", desk.typed);
        }
    }
}

#[test]
fn a_telephone_number_or_a_date_is_kept_once_something_follows_or_the_caret_leaves() {
    for seed in 0..ROUNDS {
        let chance = &mut Chance(seed);
        let text = if chance.below(2) == 0 { phone(chance) } else { date(chance) };
        let after = chance.of(&["", "です", "」"]);
        let mut desk = Desk::with("折返しは", after);
        text.chars().for_each(|key| drop(desk.key(key)));
        let mut left = Desk { typed: desk.typed.clone(), caret: 0, kept: desk.kept.clone() };
        assert!(!left.save(None).held_back, "seed {seed}: {text}");
        assert_eq!(left.kept.text, format!("折返しは{text}{after}"));
        assert!(!desk.key('、').held_back, "seed {seed}: {text}");
        assert_eq!(desk.kept.text, format!("折返しは{text}、{after}"));
    }
}

#[test]
fn nothing_that_was_saved_explicitly_is_lost_by_the_next_autosave() {
    for seed in 0..ROUNDS {
        let chance = &mut Chance(seed);
        let length = 5 + chance.below(6);
        let text = format!("連絡先 0{}", chance.digits(length));
        let mut desk = Desk::with("", "");
        text.chars().for_each(|key| drop(desk.key(key)));
        assert!(!desk.save_explicitly().held_back);
        assert!(!desk.save(None).held_back);
        assert!(!desk.save(Some(desk.caret)).held_back);
        desk.key('1');
        assert_eq!(desk.kept.text, text, "what is new waits, seed {seed}");
        desk.back();
        assert_eq!(desk.kept.text, text, "seed {seed}");
        desk.back();
        assert_eq!(desk.kept.text, text[..text.len() - 1], "what is taken away is no news, seed {seed}");
        desk.caret = 0;
        desk.key('※');
        assert!(desk.kept.text.starts_with("※連絡先"), "seed {seed}");
    }
}

#[test]
fn eleven_digits_in_one_piece_wait_for_an_explicit_save() {
    let mut desk = Desk::with("", "");
    "09012345678に電話".chars().for_each(|key| drop(desk.key(key)));
    assert_eq!(desk.kept.text, "0901に電話", "the first four were kept before anybody could tell");
    assert!(desk.save(None).held_back);
    assert!(!desk.save_explicitly().held_back);
    assert_eq!(desk.kept.text, "09012345678に電話");
    assert!(!desk.key('。').held_back);
    assert_eq!(desk.kept.text, "09012345678に電話。");
}

#[test]
fn deleting_what_stood_between_two_groups_makes_one_open_run() {
    let mut desk = Desk::with("1234、", "5678");
    assert_eq!(desk.back().keep.text, "");
    assert_eq!(desk.save(None).keep.text, "12345678", "eight digits alone are any number");
}

#[test]
fn replacing_what_stood_between_two_groups_keeps_neither() {
    let mut desk = Desk::with("1234、", "5678");
    desk.typed[4] = '9';
    assert_eq!(
        desk.save(Some(5)).keep.text,
        "",
        "1234 and 5678 side by side would be eight digits of one number"
    );
}

#[test]
fn slips_and_pauses_while_typing_let_no_five_digits_through() {
    for seed in 0..ROUNDS {
        let chance = &mut Chance(seed);
        let number = individual_number(chance);
        let (before, after) = (chance.of(&BEFORE), chance.of(&AFTER));
        let (joint, spelling) = (chance.of(&JOINTS), chance.below(3));
        let mut desk = Desk::with(before, after);
        let known = format!("{before}\n{after}");
        for (place, digit) in number.chars().enumerate() {
            let between = if place == 4 || place == 8 { joint } else { "" };
            for key in between.chars().chain([spelt(digit, spelling)]) {
                if chance.below(4) == 0 {
                    desk.key(spelt(char::from(b'0' + chance.below(10) as u8), chance.below(3)));
                    desk.back();
                }
                if chance.below(3) == 0 {
                    // The next autosave has more than one key to see.
                    desk.typed.insert(desk.caret, key);
                    desk.caret += 1;
                } else {
                    desk.key(key);
                }
                assert!(!desk.leaks(&number, &known), "seed {seed}, digit {place}: {:?}", desk.typed);
            }
        }
    }
}

#[test]
fn a_blocked_field_keeps_its_last_good_text_and_the_others_go_on() {
    let good = Written { text: "折返し希望".to_owned(), ..Written::default() };
    let mut typed = good.clone();
    typed.text = "番号は1234 5678 9018".to_owned();
    typed.promise.who = "上尾".to_owned();
    for held in [hold::hold(&typed, None, &good), hold::explicit(&typed, &good)] {
        assert_eq!((held.keep.text.as_str(), held.keep.promise.who.as_str()), ("折返し希望", "上尾"));
        assert!(held.held_back);
        assert_eq!(held.findings.len(), 1);
        assert_eq!(
            (held.findings[0].field, held.findings[0].blocked),
            (TextField::Text, Some(Code::IndividualNumber))
        );
    }
    typed.text = "署名用の暗証番号はABC123".to_owned();
    let held = hold::hold(&typed, None, &good);
    assert_eq!((held.keep.text.as_str(), held.findings[0].blocked), ("折返し希望", Some(Code::SecretText)));
    // What an earlier program kept is judged again.
    assert_eq!(hold::hold(&typed, None, &typed).keep.text, "");
}

#[test]
fn a_number_over_two_fields_is_kept_in_neither() {
    let mut typed = Written::default();
    typed.person.name = "123456".to_owned();
    typed.person.kana = "７８９０１８".to_owned();
    let held = hold::explicit(&typed, &Written::default());
    assert!(held.keep.person.is_empty());
    assert_eq!(
        held.findings.iter().map(|found| found.field).collect::<Vec<_>>(),
        [TextField::Name, TextField::Kana]
    );
}
