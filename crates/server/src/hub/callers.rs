//! Who is behind each call: kept beside the ledger, shown masked, and compared to tell 再入電. The only place
//! of the hub that knows a number; nothing here can be printed.

use std::collections::BTreeMap;

use desk::centre::Fact;
use desk::code::Code;
use desk::ids::{CallId, ContactId, OperatorId, Session};
use desk::time::{Millis, Time};
use link::message::CallFact;
use link::state::{Caller, CallerCard, Digit, MAX_DIGITS, PhoneNumber};
use ring::hmac;

use super::LineId;
use super::task::Hub;
use super::turn::{After, Turn};
use crate::store::{AuditRow, CallerRow};

/// Digits at either end of a number that a list shows.
const SHOWN_HEAD: usize = 3;
const SHOWN_TAIL: usize = 4;
/// Bytes of a number's name: two numbers of a city never meet in 128 bits.
const KEY_BYTES: usize = 16;

/// The callers of the last while.
#[derive(Default)]
pub(super) struct Callers {
    known: BTreeMap<ContactId, Known>,
    secret: Vec<u8>,
}

struct Known {
    caller: Caller,
    called: Time,
    ours: bool,
    /// The keys that were pressed; never stored.
    digits: Vec<Digit>,
}

/// Since when callers are remembered.
pub(super) fn since(now: Time, again: Millis) -> Time {
    Time(now.0.saturating_sub(again.0))
}

impl Callers {
    /// Nobody yet; numbers get their names for notes under this secret.
    pub fn with(secret: Vec<u8>) -> Callers {
        Callers { known: BTreeMap::new(), secret }
    }

    /// A name for a number by which desks find earlier notes: always the same, and without the secret nobody finds
    /// the number that it stands for by trying them all.
    fn key(&self, caller: &Caller) -> Option<String> {
        let Caller::Number { number } = caller else { return None };
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.secret);
        let tag = hmac::sign(&key, number.as_bytes());
        Some(tag.as_ref()[..KEY_BYTES].iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Takes over who called.
    pub fn keep(&mut self, rows: &[CallerRow]) {
        for row in rows {
            let CallerRow { contact, caller, called, ours } = row.clone();
            self.known.insert(contact, Known { caller, called, ours, digits: Vec::new() });
        }
    }

    /// Forgets those who called too long ago to count as 再入電.
    pub fn tidy(&mut self, now: Time, again: Millis) {
        while let Some(oldest) = self.known.first_entry() {
            if oldest.get().called >= since(now, again) {
                return;
            }
            oldest.remove();
        }
    }

    /// A key that the caller pressed.
    pub fn press(&mut self, contact: ContactId, digit: Digit) {
        let Some(known) = self.known.get_mut(&contact) else { return };
        if known.digits.len() == MAX_DIGITS {
            known.digits.remove(0);
        }
        known.digits.push(digit);
    }

    /// The caller as a screen may show them.
    pub fn card(&self, contact: ContactId, again: Millis) -> Option<CallerCard> {
        let known = self.known.get(&contact)?;
        Some(CallerCard {
            caller: shown(&known.caller),
            times: self.times(contact, known, again),
            key: self.key(&known.caller),
            digits: known.digits.clone(),
        })
    }

    /// The number itself, where there is one.
    fn number(&self, contact: ContactId) -> Option<PhoneNumber> {
        match &self.known.get(&contact)?.caller {
            Caller::Number { number } => Some(PhoneNumber(number.clone())),
            Caller::Withheld | Caller::Payphone | Caller::OutOfArea => None,
        }
    }

    /// Which call of this number it is within the time; without a number every call is the first.
    fn times(&self, contact: ContactId, known: &Known, again: Millis) -> u32 {
        let Caller::Number { number } = &known.caller else { return 1 };
        let same = |other: &Known| match &other.caller {
            Caller::Number { number: theirs } => {
                !other.ours && theirs == number && other.called >= since(known.called, again)
            }
            Caller::Withheld | Caller::Payphone | Caller::OutOfArea => false,
        };
        let before = self.known.range(..contact).filter(|(_, other)| same(other)).count();
        u32::try_from(before + usize::from(!known.ours)).unwrap_or(u32::MAX)
    }
}

impl Hub {
    /// The exchange tells of a call: whoever it brought into the ledger in this turn gets their caller.
    pub(super) fn name_caller(&mut self, turn: &mut Turn, fact: CallFact) {
        let brought = turn.entries.iter().rev().find_map(|entry| match entry.fact {
            Fact::Arrived { contact, call: Some(call), .. } if call == fact.call => Some(contact),
            _ => None,
        });
        if let Some(contact) = brought {
            let (caller, called, ours) = (fact.caller, turn.now, false);
            turn.callers.push(CallerRow { contact, caller, called, ours });
        }
    }

    /// 発信番号を使う: the number goes to the line that asks, and who asked goes into the audit.
    pub(super) fn tell_number(
        &mut self,
        turn: &mut Turn,
        line: LineId,
        (operator, session): (OperatorId, Session),
        contact: ContactId,
    ) -> Option<Code> {
        if self.centre.operator(operator).and_then(|known| known.session) != Some(session) {
            return Some(Code::NotSignedIn);
        }
        let known = self.centre.contact(contact);
        if known.is_none_or(|known| known.operator != Some(operator)) && !self.names.leads(operator) {
            return Some(Code::Gone);
        }
        let Some(number) = self.callers.number(contact) else { return Some(Code::NoNumber) };
        turn.audit.push(AuditRow {
            at: turn.now,
            operator: Some(operator),
            contact: Some(contact),
            kind: "number_taken".into(),
            detail: String::new(),
        });
        turn.after.push(After::Number(line, contact, number));
        None
    }

    /// The caller pressed a key.
    pub(super) fn caller_pressed(&mut self, call: CallId, digit: Digit) {
        let contact = self.centre.contacts().find(|view| view.call == Some(call) && view.ended.is_none());
        if let Some(contact) = contact {
            self.callers.press(contact.contact, digit);
        }
    }
}

/// A caller as a screen may show them.
pub(super) fn shown(caller: &Caller) -> Caller {
    match caller {
        Caller::Number { number } => Caller::Number { number: masked(number) },
        other @ (Caller::Withheld | Caller::Payphone | Caller::OutOfArea) => other.clone(),
    }
}

/// 090-****-5678: the head tells a mobile from a landline, the tail lets two people compare.
pub(super) fn masked(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    if digits.len() < SHOWN_HEAD + SHOWN_TAIL + 1 {
        return "*".repeat(digits.len());
    }
    let (head, rest) = digits.split_at(SHOWN_HEAD);
    let (hidden, tail) = rest.split_at(rest.len() - SHOWN_TAIL);
    let text = |part: &[char]| part.iter().collect::<String>();
    format!("{}-{}-{}", text(head), "*".repeat(hidden.len()), text(tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Millis = Millis::seconds(86_400);

    fn row(contact: u64, number: &str, called: u64) -> CallerRow {
        let caller = Caller::Number { number: number.into() };
        CallerRow { contact: ContactId(contact), caller, called: Time(called), ours: false }
    }

    #[test]
    fn a_number_is_shown_by_its_ends() {
        for (number, shown) in
            [("09012345678", "090-****-5678"), ("0487829922", "048-***-9922"), ("110", "***"), ("", "")]
        {
            assert_eq!(masked(number), shown);
        }
    }

    #[test]
    fn the_same_number_within_the_time_counts_up_and_others_do_not() {
        let mut callers = Callers::default();
        let day = DAY.0;
        callers.keep(&[
            row(1, "09012345678", day),
            row(2, "09099999999", day + 1),
            row(3, "09012345678", day + 2),
            row(4, "09012345678", 2 * day + 1),
        ]);
        callers.keep(&[
            CallerRow {
                contact: ContactId(5),
                caller: Caller::Withheld,
                called: Time(2 * day + 2),
                ours: false,
            },
            CallerRow {
                contact: ContactId(6),
                caller: Caller::Withheld,
                called: Time(2 * day + 3),
                ours: false,
            },
        ]);
        let times = |contact| callers.card(ContactId(contact), DAY).map(|card| card.times);
        assert_eq!(
            [1, 2, 3, 4, 5, 6, 7].map(times),
            [
                Some(1),
                Some(1),
                Some(2),
                // The first is more than a day ago.
                Some(2),
                Some(1),
                Some(1),
                None
            ]
        );
        callers.tidy(Time(2 * day + 2), DAY);
        let times = |contact| callers.card(ContactId(contact), DAY).map(|card| card.times);
        assert_eq!([1, 2, 3, 4].map(times), [None, None, Some(1), Some(2)]);
    }

    #[test]
    fn a_number_has_the_same_name_for_ever_and_another_one_in_another_database() {
        let name = |secret: &[u8], number: &str| {
            let mut callers = Callers::with(secret.to_vec());
            callers.keep(&[row(1, number, 1)]);
            callers.card(ContactId(1), DAY).unwrap().key.unwrap()
        };
        let one = name(b"one", "09012345678");
        assert_eq!((one.len(), &one), (32, &name(b"one", "09012345678")));
        assert_ne!(one, name(b"one", "09012345679"));
        assert_ne!(one, name(b"two", "09012345678"));
    }

    #[test]
    fn the_latest_keys_are_kept() {
        let mut callers = Callers::default();
        callers.keep(&[row(1, "09012345678", 1)]);
        for _ in 0..MAX_DIGITS {
            callers.press(ContactId(1), Digit::D1);
        }
        callers.press(ContactId(1), Digit::Hash);
        callers.press(ContactId(2), Digit::Hash);
        let digits = callers.card(ContactId(1), DAY).unwrap().digits;
        assert_eq!((digits.len(), digits.last()), (MAX_DIGITS, Some(&Digit::Hash)));
    }
}
