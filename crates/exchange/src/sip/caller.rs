//! Who calls, read out of a call's headers as Japanese carriers write them (TTC JJ-90.24, RFC 3323, RFC 3325).
//!
//! Pure. Refuses to know messages and sockets: it is given the values of the headers.

use link::state::Caller;

/// A longer header is no identity; real ones stay far below.
const MAX_HEADER: usize = 1_024;
/// ITU-T E.164 allows 15 digits, and a dialled form puts 010 before them.
pub(super) const MAX_NUMBER: usize = 18;
/// The shortest numbers that call are those of the emergency services, three digits.
pub(super) const MIN_NUMBER: usize = 3;

/// The headers of an INVITE that tell who calls.
#[derive(Clone, Copy, Debug, Default)]
pub struct Told<'a> {
    /// The values of P-Asserted-Identity, in order.
    pub asserted: &'a [&'a str],
    /// The value of From.
    pub from: &'a str,
    /// The value of Privacy.
    pub privacy: Option<&'a str>,
}

/// Who calls. The reason why no number is shown stands in From's display name and wins: a carrier asserts the
/// number of a withheld call all the same.
pub fn caller(told: Told<'_>) -> Caller {
    let from = Identity::read(told.from);
    if let Some(reason) = from.as_ref().and_then(Identity::reason) {
        return reason;
    }
    if told.privacy.is_some_and(withholds) {
        return Caller::Withheld;
    }
    let asserted: Vec<Identity<'_>> =
        told.asserted.iter().flat_map(|value| split(value)).filter_map(Identity::read).collect();
    let all = || asserted.iter().chain(from.as_ref());
    if let Some(reason) = all().find_map(Identity::reason) {
        return reason;
    }
    match all().find_map(Identity::number) {
        Some(number) => Caller::Number { number },
        None => Caller::OutOfArea,
    }
}

/// RFC 3323 and RFC 3325: each of these asks that the identity is not shown.
fn withholds(privacy: &str) -> bool {
    privacy
        .split([';', ','])
        .any(|word| ["id", "user", "header"].iter().any(|hidden| word.trim().eq_ignore_ascii_case(hidden)))
}

/// The values of a header that may hold several: commas outside of quotation marks and brackets part them.
fn split(value: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut quoted, mut escaped, mut bracketed) = (false, false, false);
    for (at, letter) in value.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            '<' if !quoted => bracketed = true,
            '>' if !quoted => bracketed = false,
            ',' if !quoted && !bracketed => {
                parts.push(&value[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&value[start..]);
    parts
}

/// A name and an address: `"Name" <sip:user@host>`, or the bare address.
struct Identity<'a> {
    name: String,
    uri: &'a str,
}

impl<'a> Identity<'a> {
    fn read(value: &'a str) -> Option<Identity<'a>> {
        let value = value.trim();
        if value.is_empty() || value.len() > MAX_HEADER {
            return None;
        }
        let (name, rest) = match value.strip_prefix('"') {
            Some(rest) => {
                let end = closing_quote(rest)?;
                (rest[..end].replace('\\', ""), &rest[end + 1..])
            }
            None => match value.find('<') {
                Some(at) => (value[..at].trim().to_owned(), &value[at..]),
                None => (String::new(), value),
            },
        };
        let uri = match rest.trim_start().strip_prefix('<') {
            Some(inside) => inside.split('>').next()?,
            // Without brackets the parameters are the header's, except in a tel: address.
            None => rest.trim(),
        };
        Some(Identity { name, uri })
    }

    /// Why there is no number, when the identity says so.
    fn reason(&self) -> Option<Caller> {
        let name = self.name.to_ascii_lowercase();
        if name.contains("payphone") || name.contains("coin line") || self.name.contains("公衆電話") {
            return Some(Caller::Payphone);
        }
        if name.contains("interaction with other service") || name.contains("unavailable") {
            return Some(Caller::OutOfArea);
        }
        if self.name.contains("表示圏外") || self.name.contains("通知不可") {
            return Some(Caller::OutOfArea);
        }
        let withheld = name.contains("anonymous") || self.name.contains("非通知");
        // The calling party's category stands in the address.
        let coin = self.uri.to_ascii_lowercase().contains("cpc=payphone");
        match (coin, withheld || self.user().is_some_and(|user| user.eq_ignore_ascii_case("anonymous"))) {
            (true, _) => Some(Caller::Payphone),
            (false, true) => Some(Caller::Withheld),
            (false, false) => None,
        }
    }

    fn number(&self) -> Option<String> {
        self.user().and_then(national)
    }

    /// What stands before the `@`, or the whole of a tel: address, without parameters.
    fn user(&self) -> Option<&'a str> {
        let (scheme, rest) = self.uri.split_once(':')?;
        let user = match scheme.trim().to_ascii_lowercase().as_str() {
            "sip" | "sips" => rest.rsplit_once('@')?.0,
            "tel" => rest,
            _ => return None,
        };
        user.split([';', '?']).next().map(str::trim)
    }
}

/// Where the quotation ends that `rest` stands in.
fn closing_quote(rest: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, letter) in rest.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at),
            _ => {}
        }
    }
    None
}

/// A number as it is dialled in Japan: `+81 90-1234-5678` is 09012345678, a foreign one begins with 010.
fn national(user: &str) -> Option<String> {
    let user = user.replace("%2B", "+").replace("%2b", "+");
    let (plus, rest) = match user.strip_prefix('+') {
        Some(rest) => (true, rest),
        None => (false, user.as_str()),
    };
    let plain = |c: char| !matches!(c, '-' | '.' | '(' | ')' | ' ');
    let digits: String = rest.chars().filter(|c| plain(*c)).collect();
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // No number of Japan begins with 81: such a one is international without its plus.
    let international = plus || digits.starts_with("81") && (11..=12).contains(&digits.len());
    let number = match (international, digits.strip_prefix("81")) {
        // Some carriers leave the trunk's zero in.
        (true, Some(inland)) => format!("0{}", inland.strip_prefix('0').unwrap_or(inland)),
        (true, None) => format!("010{digits}"),
        (false, _) => digits,
    };
    (MIN_NUMBER..=MAX_NUMBER).contains(&number.len()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(digits: &str) -> Caller {
        Caller::Number { number: digits.into() }
    }

    #[test]
    fn what_carriers_write_is_understood() {
        let anonymous = "<sip:anonymous@anonymous.invalid>;tag=1";
        let table: &[(&[&str], &str, Option<&str>, Caller)] = &[
            (&[], "<sip:0487829922@c.example>;tag=1", None, number("0487829922")),
            (&[], "\"A, B\" <sip:+819012345678@c.example;user=phone>;tag=1", None, number("09012345678")),
            (&["<sip:+819012345678@c.example>"], "<sip:0500@c.example>;tag=1", None, number("09012345678")),
            (&["<tel:+81-90-1234-5678>"], anonymous_free(), None, number("09012345678")),
            (&["tel:+81-48-782-9922;phone-context=x"], anonymous_free(), None, number("0487829922")),
            (&["\"x\" <sip:a@b>, <tel:0312345678>"], anonymous_free(), None, number("0312345678")),
            (&[], "sip:819012345678@c.example;tag=1", None, number("09012345678")),
            (&[], "<sip:+8109012345678@c.example>;tag=1", None, number("09012345678")),
            (&[], "<sip:+12125550123@c.example>;tag=1", None, number("01012125550123")),
            (&[], "<sip:0312345678;cpc=ordinary@c.example>;tag=1", None, number("0312345678")),
            (&[], "<sip:%2B819012345678@c.example>;tag=1", None, number("09012345678")),
            (&[], "<sip:110@c.example>;tag=1", None, number("110")),
            // Withheld: by name, by address, by Privacy although the number is asserted.
            (&[], "Anonymous <sip:anonymous@anonymous.invalid>;tag=1", None, Caller::Withheld),
            (&[], anonymous, None, Caller::Withheld),
            (&["<sip:+819012345678@c.example>"], anonymous, Some("id"), Caller::Withheld),
            (
                &["<sip:+819012345678@c.example>"],
                "<sip:09012345678@c>;tag=1",
                Some("user;id"),
                Caller::Withheld,
            ),
            (
                &["<sip:+819012345678@c.example>"],
                "<sip:09012345678@c>;tag=1",
                Some("none"),
                number("09012345678"),
            ),
            // Payphones and what has no number, which win over Privacy.
            (
                &[],
                "\"Coin line/payphone\" <sip:anonymous@anonymous.invalid>;tag=1",
                Some("id"),
                Caller::Payphone,
            ),
            (&[], "\"公衆電話\" <sip:anonymous@anonymous.invalid>;tag=1", Some("id"), Caller::Payphone),
            (&["<tel:+81312345678;cpc=payphone>"], anonymous_free(), None, Caller::Payphone),
            (
                &[],
                "\"Interaction with other service\" <sip:anonymous@anonymous.invalid>",
                None,
                Caller::OutOfArea,
            ),
            (&[], "Unavailable <sip:unavailable@unknown.invalid>", Some("id"), Caller::OutOfArea),
            // No number at all.
            (&[], "<sip:alice@c.example>;tag=1", None, Caller::OutOfArea),
            (&[], "<sip:12@c.example>", None, Caller::OutOfArea),
            (&[], "", None, Caller::OutOfArea),
            (&[], "\"open <sip:0312345678@c>", None, Caller::OutOfArea),
            (&[], "<mailto:0312345678@c.example>", None, Caller::OutOfArea),
            (&[], "<sip:01234567890123456789@c.example>", None, Caller::OutOfArea),
        ];
        for (asserted, from, privacy, expected) in table {
            let found = caller(Told { asserted, from, privacy: *privacy });
            assert!(found == *expected, "{asserted:?} {from} {privacy:?}");
        }
    }

    fn anonymous_free() -> &'static str {
        "<sip:c.example>;tag=1"
    }
}
