//! A cell: which slots of one chunk hold which grams of one bucket, as bytes. Refuses to know the database.
//!
//! For each key in order: the distance from the key before, then twice the number of bytes that follow plus
//! one when they are a bitmap of the slots, else the slots' distances. Numbers are LEB128.

/// Slots in one chunk. A bitmap of them fills half a page; a tail's worth of new notes rewrites the newest
/// chunk's cells, some megabytes.
pub const SLOTS: usize = 1 << 14;

/// The bytes are no cell.
#[derive(Debug, thiserror::Error)]
#[error("a cell of the search index is damaged")]
pub struct Damaged;

/// That a slot holds a gram of the bucket: the key in the upper half, the slot in the lower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(u32);

impl Mark {
    /// The slot holds the gram.
    pub fn new(key: u16, slot: u16) -> Mark {
        Mark(u32::from(key) << 16 | u32::from(slot))
    }

    fn key(self) -> u16 {
        (self.0 >> 16) as u16
    }

    fn slot(self) -> u16 {
        (self.0 & 0xffff) as u16
    }
}

/// A set of slots of one chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slots(Box<[u64; SLOTS / 64]>);

impl Slots {
    /// The first `count` slots.
    pub fn first(count: usize) -> Slots {
        let mut slots = Slots(Box::new([0; SLOTS / 64]));
        (0..count.min(SLOTS)).for_each(|slot| slots.insert(slot));
        slots
    }

    /// Keeps what both hold.
    pub fn retain(&mut self, other: &Slots) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(own, other)| *own &= other);
    }

    /// The slots, the highest first.
    pub fn descending(&self) -> Vec<u16> {
        let mut found = Vec::new();
        for (nth, word) in self.0.iter().enumerate().rev() {
            let mut left = *word;
            while left != 0 {
                let bit = left.ilog2();
                left ^= 1 << bit;
                found.push((nth * 64) as u16 + bit as u16);
            }
        }
        found
    }

    fn insert(&mut self, slot: usize) {
        self.0[slot / 64] |= 1 << (slot % 64);
    }
}

/// The bytes of marks, which are in order and without doubles.
pub fn encode(marks: &[Mark]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(marks.len() * 2);
    let mut before = 0;
    let mut sparse = Vec::new();
    for run in marks.chunk_by(|one, other| one.key() == other.key()) {
        let key = run[0].key();
        push(&mut bytes, usize::from(key - before));
        before = key;
        sparse.clear();
        let mut last = 0;
        for mark in run {
            push(&mut sparse, usize::from(mark.slot() - last));
            last = mark.slot();
        }
        let span = usize::from(last) / 8 + 1;
        if sparse.len() <= span {
            push(&mut bytes, sparse.len() << 1);
            bytes.extend_from_slice(&sparse);
        } else {
            push(&mut bytes, span << 1 | 1);
            let from = bytes.len();
            bytes.resize(from + span, 0);
            for mark in run {
                bytes[from + usize::from(mark.slot()) / 8] |= 1 << (mark.slot() % 8);
            }
        }
    }
    bytes
}

/// The marks of a cell, in order.
///
/// # Errors
/// When the bytes are none.
pub fn decode(bytes: &[u8]) -> Result<Vec<Mark>, Damaged> {
    let mut marks = Vec::new();
    for entry in entries(bytes) {
        let (key, body) = entry?;
        body.each(|slot| marks.push(Mark::new(key, slot as u16)))?;
    }
    Ok(marks)
}

/// The slots that hold the gram with this key; none hold it when it is not there.
///
/// # Errors
/// When the bytes are no cell.
pub fn slots(bytes: &[u8], wanted: u16) -> Result<Slots, Damaged> {
    let mut slots = Slots::first(0);
    for entry in entries(bytes) {
        let (key, body) = entry?;
        if key == wanted {
            body.each(|slot| slots.insert(slot))?;
        }
        if key >= wanted {
            break;
        }
    }
    Ok(slots)
}

enum Body<'a> {
    Sparse(&'a [u8]),
    Dense(&'a [u8]),
}

impl Body<'_> {
    fn each(&self, mut name: impl FnMut(usize)) -> Result<(), Damaged> {
        match *self {
            Body::Sparse(mut bytes) => {
                let mut slot = 0;
                while !bytes.is_empty() {
                    slot += pull(&mut bytes)?;
                    if slot >= SLOTS {
                        return Err(Damaged);
                    }
                    name(slot);
                }
            }
            Body::Dense(bytes) => {
                for (nth, byte) in bytes.iter().enumerate().take(SLOTS / 8) {
                    (0..8).filter(|bit| byte >> bit & 1 == 1).for_each(|bit| name(nth * 8 + bit));
                }
            }
        }
        Ok(())
    }
}

fn entries(mut bytes: &[u8]) -> impl Iterator<Item = Result<(u16, Body<'_>), Damaged>> {
    let mut key = 0;
    std::iter::from_fn(move || {
        if bytes.is_empty() {
            return None;
        }
        let entry = one(&mut bytes, &mut key);
        if entry.is_err() {
            bytes = &[];
        }
        Some(entry)
    })
}

fn one<'a>(bytes: &mut &'a [u8], key: &mut u16) -> Result<(u16, Body<'a>), Damaged> {
    let step = u16::try_from(pull(bytes)?).map_err(|_| Damaged)?;
    *key = key.checked_add(step).ok_or(Damaged)?;
    let head = pull(bytes)?;
    let (body, rest) = bytes.split_at_checked(head >> 1).ok_or(Damaged)?;
    *bytes = rest;
    let body = if head & 1 == 1 { Body::Dense(body) } else { Body::Sparse(body) };
    Ok((*key, body))
}

fn push(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// Three bytes hold all that is ever written: nothing here reaches 2^21.
fn pull(bytes: &mut &[u8]) -> Result<usize, Damaged> {
    let mut number = 0;
    for shift in [0, 7, 14] {
        let (byte, rest) = bytes.split_first().ok_or(Damaged)?;
        *bytes = rest;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Damaged)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn marks_survive_the_way_into_bytes_and_back() {
        let mut chance = StdRng::seed_from_u64(5);
        for _ in 0..12 {
            let mut marks = BTreeSet::new();
            for _ in 0..chance.random_range(0..9) {
                let (key, many) = (chance.random::<u16>(), chance.random_range(1..=SLOTS));
                for _ in 0..chance.random_range(1..=many) {
                    marks.insert(Mark::new(key, chance.random_range(0..SLOTS) as u16));
                }
            }
            let marks: Vec<Mark> = marks.into_iter().collect();
            let bytes = encode(&marks);
            assert_eq!(decode(&bytes).expect("a cell"), marks);
            for wanted in marks.iter().map(|mark| mark.key()).chain([0, 77, u16::MAX]) {
                let mut own: Vec<u16> =
                    marks.iter().filter(|mark| mark.key() == wanted).map(|mark| mark.slot()).collect();
                own.reverse();
                assert_eq!(slots(&bytes, wanted).expect("a cell").descending(), own);
            }
        }
    }

    #[test]
    fn bytes_that_are_no_cell_are_refused() {
        let bytes = encode(&[Mark::new(3, 900), Mark::new(70, 16_000)]);
        for cut in 1..bytes.len() {
            let kept = decode(&bytes[..cut]).map(|marks| marks.len());
            assert!(kept.is_err() || kept.is_ok_and(|kept| kept == 1), "cut at {cut}");
        }
        assert!(decode(&[0x80, 0x80, 0x80, 0x01]).is_err());
        assert!(slots(&[0, 6, 0xff, 0xff, 0x03], 0).is_err(), "a slot past the last");
    }
}
