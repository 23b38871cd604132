//! The `crypto` attribute, by which two sides agree on the keys of SRTP (RFC 4568): read, chosen, written. Pure. Knows
//! no ciphers, and never prints a key.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use peer::srtp::{MASTER, MasterKey, Suite};

/// The tag of the one attribute that we offer.
const OURS: u32 = 1;
/// RFC 4568: a tag has up to nine digits.
const TAG_DIGITS: usize = 9;
/// RFC 4568: a key's name in the packets has up to 128 octets.
const MAX_MKI: usize = 128;
/// A key's life ends after so many packets at the latest (RFC 3711, 9.2).
const MAX_LIFE: u64 = 1 << 48;

/// What a far side seals its packets with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crypto {
    /// The attribute's number: an answer repeats it.
    pub tag: u32,
    /// How packets are sealed.
    pub suite: Suite,
    /// The far side's key.
    pub key: MasterKey,
    /// Octets by which its packets name the key.
    pub mki: usize,
}

/// What a description of ours says: the attribute's number and the suite. The key is told beside it.
pub type Told = (u32, Suite);

/// What we offer: the suite that everybody has to know (RFC 4568, 6.2).
pub const OFFERED: Told = (OURS, Suite::Tag80);

/// Reads `1 AES_CM_128_HMAC_SHA1_80 inline:…|2^20|1:4`. Nothing for what we do not speak: other suites, several keys,
/// and parameters that change how packets are sealed (RFC 4568 has an answerer pass over them).
pub fn read(value: &str) -> Option<Crypto> {
    let mut words = value.split_ascii_whitespace();
    let tag = words.next().filter(|tag| tag.len() <= TAG_DIGITS && is_number(tag))?.parse().ok()?;
    let suite = suite(words.next()?)?;
    let (key, mki) = inline(words.next()?)?;
    words.all(is_harmless).then_some(Crypto { tag, suite, key, mki })
}

/// Our attribute, without its `a=crypto:`.
pub fn write((tag, suite): Told, key: &MasterKey) -> String {
    let name = match suite {
        Suite::Tag80 => "AES_CM_128_HMAC_SHA1_80",
        Suite::Tag32 => "AES_CM_128_HMAC_SHA1_32",
    };
    format!("{tag} {name} inline:{}", BASE64_STANDARD.encode(key.0))
}

fn suite(name: &str) -> Option<Suite> {
    // RFC 4568's grammar: names are compared whatever their case.
    match name.to_ascii_uppercase().as_str() {
        "AES_CM_128_HMAC_SHA1_80" => Some(Suite::Tag80),
        "AES_CM_128_HMAC_SHA1_32" => Some(Suite::Tag32),
        _ => None,
    }
}

/// `inline:KEY|LIFE|MKI:LENGTH`: life and name may be missing.
fn inline(word: &str) -> Option<(MasterKey, usize)> {
    let (method, told) = word.split_once(':')?;
    if !method.eq_ignore_ascii_case("inline") {
        return None;
    }
    let mut parts = told.split('|');
    let key: [u8; MASTER] = BASE64_STANDARD.decode(parts.next()?).ok()?.try_into().ok()?;
    let (second, third) = (parts.next(), parts.next());
    let (life, name) = match (second, third) {
        (Some(name), None) if name.contains(':') => (None, Some(name)),
        (life, name) => (life, name),
    };
    let fits = parts.next().is_none() && life.is_none_or(is_life);
    let mki = name.map_or(Some(0), mki)?;
    fits.then_some((MasterKey(key), mki))
}

/// `2^20`, or a number of packets. Who sends has to bring a new key in time; we only see that it is a life.
fn is_life(text: &str) -> bool {
    let packets = match text.strip_prefix("2^") {
        Some(power) => power.parse().ok().and_then(|power| 1u64.checked_shl(power)),
        None => Some(text).filter(|text| is_number(text)).and_then(|text| text.parse().ok()),
    };
    packets.is_some_and(|packets| (1..=MAX_LIFE).contains(&packets))
}

/// `1:4`: a name and its octets. There is one key, so that the name itself tells nothing.
fn mki(text: &str) -> Option<usize> {
    let (name, length) = text.split_once(':')?;
    let length = length.parse().ok().filter(|length| (1..=MAX_MKI).contains(length))?;
    is_number(name).then_some(length)
}

/// Parameters that change nothing for who receives: a hint for its window, and what says itself that it may be passed
/// over.
fn is_harmless(word: &str) -> bool {
    word.starts_with('-') || word.strip_prefix("WSH=").is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng};

    use super::*;

    const KEY: &str = "WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz";

    #[test]
    fn the_examples_of_rfc_4568_are_read() {
        let table = [
            (
                "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4",
                Suite::Tag80,
                4,
            ),
            (
                "1 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20|1:32",
                Suite::Tag32,
                32,
            ),
            (
                "1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj|2^20|1:32",
                Suite::Tag80,
                32,
            ),
            ("2 AES_CM_128_HMAC_SHA1_80 inline:PS1uQCVeeCFCanVmcjkpPywjNWhcYD0mXXtxaVBR", Suite::Tag80, 0),
        ];
        for (text, suite, mki) in table {
            let crypto = read(text).expect(text);
            assert_eq!((crypto.suite, crypto.mki), (suite, mki), "{text}");
        }
        let key = read(table[0].0).expect("an example").key;
        assert_eq!(&key.0[..16], b"YS___semctl () {", "the RFC made it of text");
        assert!(!format!("{:?}", read(table[0].0)).contains("89"), "a key does not print");
    }

    #[test]
    fn what_we_do_not_speak_is_passed_over() {
        let good = format!("1 AES_CM_128_HMAC_SHA1_80 inline:{KEY}");
        let table = [
            (good.clone(), true),
            (format!("{good} WSH=64 -x=y"), true),
            (format!("{good}|2^48"), true),
            (format!("{good}|1048576|1:1"), true),
            (format!("{good}|1:128"), true),
            (good.to_lowercase().replace(&KEY.to_lowercase(), KEY), true),
            (good.replace("HMAC_SHA1_80", "HMAC_SHA1_64"), false),
            (good.replace("AES_CM_128", "AES_256_CM"), false),
            (good.replace("AES_CM_128_HMAC_SHA1_80", "F8_128_HMAC_SHA1_80"), false),
            (format!("{good}|1:129"), false),
            (format!("{good}|1:0"), false),
            (format!("{good}|2^49"), false),
            (format!("{good}|2^64"), false),
            (format!("{good}|0"), false),
            (format!("{good}|"), false),
            (format!("{good}|2^20|1:4|"), false),
            (format!("{good};inline:{KEY}|2^20|2:1"), false),
            (good.replace(KEY, &KEY[..39]), false),
            (good.replace(KEY, &KEY[..36]), false),
            (format!("{good}AAAA"), false),
            (good.replace("inline", "uri"), false),
            (good.replacen('1', "", 1), false),
            (good.replacen('1', "1234567890", 1), false),
            (good.replacen('1', "-1", 1), false),
            (format!("{good} KDR=1"), false),
            (format!("{good} UNENCRYPTED_SRTP"), false),
            (format!("{good} UNENCRYPTED_SRTCP"), false),
            (format!("{good} UNAUTHENTICATED_SRTP"), false),
            (format!("{good} FEC_ORDER=FEC_SRTP"), false),
            (format!("{good} WSH="), false),
            (String::new(), false),
        ];
        for (text, is_spoken) in table {
            assert_eq!(read(&text).is_some(), is_spoken, "{text}");
        }
    }

    #[test]
    fn what_we_write_is_what_we_read() {
        for told in [OFFERED, (999_999_999, Suite::Tag32)] {
            let key = MasterKey(rand::random());
            let crypto = read(&write(told, &key)).expect("our own");
            assert_eq!((crypto.tag, crypto.suite, crypto.key, crypto.mki), (told.0, told.1, key, 0));
        }
    }

    #[test]
    fn no_attribute_brings_it_down_and_what_is_read_can_be_answered() {
        let key = format!("inline:{KEY}");
        let pieces = [
            "1",
            "2",
            "999999999",
            " ",
            " ",
            "\t",
            "AES_CM_128_HMAC_SHA1_80",
            "AES_CM_128_HMAC_SHA1_32",
            "F8_128",
            &key,
            &key,
            "inline:",
            KEY,
            "|",
            "|",
            "2^",
            "2^20",
            "2^48",
            ":",
            "1:4",
            ";",
            "=",
            "é",
            "\u{0}",
            "WSH=64",
            "KDR=0",
            "-x",
            "18446744073709551616",
            "UNENCRYPTED_SRTP",
        ];
        let mut chance = rand::rngs::StdRng::seed_from_u64(4_568);
        let mut read_so_far = 0;
        for turn in 0..200_000 {
            let mut text = String::new();
            if chance.random_bool(0.5) {
                text = format!("1 AES_CM_128_HMAC_SHA1_80 {key}");
            }
            for _ in 0..chance.random_range(0..8) {
                text.push_str(pieces[chance.random_range(0..pieces.len())]);
            }
            if chance.random_bool(0.2) && !text.is_empty() {
                let at = (0..text.len()).filter(|at| text.is_char_boundary(*at));
                let at = at.collect::<Vec<_>>()[chance.random_range(0..text.chars().count())];
                text.remove(at);
            }
            if let Some(crypto) = read(&text) {
                read_so_far += 1;
                assert!(crypto.mki <= MAX_MKI && crypto.tag < 1_000_000_000, "turn {turn}: {text}");
                let told = read(&write((crypto.tag, crypto.suite), &crypto.key)).expect("an answer");
                assert_eq!(
                    (told.tag, told.suite, told.key),
                    (crypto.tag, crypto.suite, crypto.key),
                    "{text}"
                );
            }
        }
        assert!(read_so_far > 1_000, "the pieces make attributes: {read_so_far}");
    }
}
