//! Random rounds for the tests: each has a seed, which a failure prints and a variable sets. It knows nothing of
//! what is played in a round.
//!
//! `KENMU_FUZZ_MS` is the time of each such test; a second without it. `KENMU_SEED` plays that one round again.

#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Without the variable: long enough to see that a rule holds, short enough for everybody who builds.
const USUAL_MS: u64 = 1_000;
/// What brings readers of SIP and SDP off their way.
const PIECES: [&[u8]; 30] = [
    b"\r\n",
    b"\r\n\r\n",
    b"\r\n ",
    b"\n",
    b"\0",
    b";",
    b":",
    b",",
    b"<",
    b">",
    b"\"",
    b"\\\"",
    b"=",
    b"@",
    b"[",
    b"]",
    b"[::1]:",
    b"%00",
    b"?",
    b"/",
    b"\xff",
    "公衆".as_bytes(),
    "é".as_bytes(),
    b";tag=",
    b";rport=99999",
    b"sip:",
    b"-1",
    b"4294967296",
    b"18446744073709551615",
    b"SIP/2.0",
];
/// No datagram that is looked at is larger, bytes.
const LARGEST: usize = 8_192;

/// One round.
pub struct Round {
    seed: u64,
    /// The same seed, the same chance.
    pub chance: StdRng,
}

impl Drop for Round {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("KENMU_SEED={} plays this round again", self.seed);
        }
    }
}

/// Rounds for as long as the variable says.
pub fn rounds() -> impl Iterator<Item = Round> {
    let number = |name| std::env::var(name).ok().map(|text| text.parse().expect("a number"));
    let time = Duration::from_millis(number("KENMU_FUZZ_MS").unwrap_or(USUAL_MS));
    let only: Option<u64> = number("KENMU_SEED");
    // Short enough to be typed.
    let first = only.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let end = Instant::now() + time;
    (first..)
        .take_while(move |seed| only.map_or_else(|| Instant::now() < end, |only| *seed == only))
        .map(|seed| Round { seed, chance: StdRng::seed_from_u64(seed) })
}

/// Changes a message in a few places.
pub fn mutate(chance: &mut StdRng, message: &mut Vec<u8>) {
    for _ in 0..chance.random_range(1..8) {
        let at = chance.random_range(0..=message.len());
        match chance.random_range(0..8) {
            0 if at < message.len() => message[at] = chance.random(),
            1 => message.truncate(at),
            2 => again(chance, message),
            3 => drop(message.drain(at..(at + chance.random_range(0..12)).min(message.len()))),
            4 => number(chance, message, at),
            _ => {
                let piece = PIECES[chance.random_range(0..PIECES.len())];
                message.splice(at..at, piece.iter().copied());
            }
        }
    }
    message.truncate(LARGEST);
}

/// Says a line again, somewhere else.
fn again(chance: &mut StdRng, message: &mut Vec<u8>) {
    let lines: Vec<&[u8]> = message.split_inclusive(|byte| *byte == b'\n').collect();
    if lines.is_empty() {
        return;
    }
    let said = lines[chance.random_range(0..lines.len())].to_vec();
    let before = chance.random_range(0..=lines.len());
    let at: usize = lines[..before].iter().map(|line| line.len()).sum();
    message.splice(at..at, said);
}

/// Puts a number of the largest kinds in the place of the next one.
fn number(chance: &mut StdRng, message: &mut Vec<u8>, from: usize) {
    let Some(start) = message[from..].iter().position(u8::is_ascii_digit).map(|at| from + at) else { return };
    let length = message[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let numbers: [&[u8]; 5] =
        [b"0", b"65536", b"4294967295", b"9223372036854775808", b"18446744073709551615"];
    let number = numbers[chance.random_range(0..numbers.len())];
    message.splice(start..start + length, number.iter().copied());
}
