//! Keys that come as an INFO request, from gateways without RFC 4733: `Signal=5` in application/dtmf-relay, or the
//! key alone in application/dtmf. Pure. Knows no messages.

use link::state::Digit;

/// A key's body is a few lines.
const MAX_BODY: usize = 256;

/// The key that a body tells.
pub fn digit(body: &[u8]) -> Option<Digit> {
    let text = std::str::from_utf8(body).ok().filter(|text| text.len() <= MAX_BODY)?;
    let signal = text.lines().find_map(|line| line.trim().strip_prefix("Signal"));
    let key = match signal {
        Some(rest) => rest.trim_start().strip_prefix('=')?.trim(),
        None => text.trim(),
    };
    let at = match key {
        "*" => 10,
        "#" => 11,
        digit => digit.parse::<usize>().ok().filter(|_| digit.len() <= 2)?,
    };
    Digit::ALL.get(at).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_to_write_a_key_are_read() {
        let table = [
            ("Signal=5\r\nDuration=160\r\n", Some(Digit::D5)),
            ("Signal= *\r\n", Some(Digit::Star)),
            ("Signal = 11\r\n", Some(Digit::Hash)),
            ("7", Some(Digit::D7)),
            ("#\r\n", Some(Digit::Hash)),
            ("16", None),
            ("Signal", None),
            ("<xml/>", None),
            ("", None),
        ];
        for (body, expected) in table {
            assert_eq!(digit(body.as_bytes()), expected, "{body:?}");
        }
    }
}
