//! The search of handling notes inside the vault: finds every note whose folded text holds the searched words,
//! from one letter to a long phrase, newest first, and never one that does not.
//!
//! Notes stand in chunks in the order of their time. For each gram of a chunk (`gram`) a cell (`cell`) says
//! which slots hold it; the words' cells are cut with each other, and what is left is read and looked at. New
//! notes lie in a tail that is simply read, until it is long enough to be worth a place in a chunk.
//!
//! All functions work inside the caller's transaction, on a database with the tables of
//! `migrations/client/0002_note_gram.sql`. Refuses to know how notes are stored, synchronised and shown, and
//! keeps nothing in memory between two calls.

mod cell;
mod find;
mod gram;
mod tail;
mod write;

#[cfg(test)]
mod tests;

use desk::ids::OperatorId;
use desk::time::Time;

pub use desk::note::sought::fold;
pub use find::find;
pub use tail::settle;
pub use write::{add_many, remove};

/// A note's name in the index, and its place in the order of time: unique, and higher for a later note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place(pub i64);

impl Place {
    /// Notes that can begin in one millisecond; the numbers stay exact in JavaScript until the year 2255.
    pub const IN_A_MILLISECOND: u16 = 1000;

    /// The place of the `nth` note, from 0 and below [`Place::IN_A_MILLISECOND`], whose contact began at this
    /// time. Which one is the `nth` must never change, or notes are found twice or not at all.
    pub fn of(began: Time, nth: u16) -> Place {
        let many = u64::from(Place::IN_A_MILLISECOND);
        let place = began.0.saturating_mul(many).saturating_add(u64::from(nth));
        Place(i64::try_from(place).unwrap_or(i64::MAX))
    }
}

/// What notes are filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns {
    /// 分類コード as a number: 0104 is 104.
    pub category: u16,
    /// How the contact ended, as the vault numbers it.
    pub disposition: u8,
    /// Whose note it is.
    pub operator: OperatorId,
    /// 窓口 or 電話, as the vault numbers it.
    pub channel: u8,
}

/// A note as the index takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doc {
    /// Its place.
    pub place: Place,
    /// What it is filtered by.
    pub columns: Columns,
    /// All of its text, by [`fold`].
    pub folded: String,
}

/// What a found note must be besides holding the words. Nothing is asked where there is nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// This 分類.
    pub category: Option<u16>,
    /// This end.
    pub disposition: Option<u8>,
    /// This operator.
    pub operator: Option<OperatorId>,
    /// This channel.
    pub channel: Option<u8>,
    /// Begun then or later.
    pub from: Option<Time>,
    /// Begun then or earlier.
    pub to: Option<Time>,
}

/// Why the index did not do it. The caller's transaction is to be rolled back.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// The database does not answer, is full, or refuses a row.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// A cell cannot be read: the index is to be emptied and made anew from the notes.
    #[error("the search index is damaged")]
    Damaged,
}

impl From<cell::Damaged> for IndexError {
    fn from(_: cell::Damaged) -> IndexError {
        IndexError::Damaged
    }
}

/// The seat of a note that lies in a chunk.
fn seat(chunk: i64, slot: u16) -> i64 {
    chunk << 16 | i64::from(slot)
}

/// The cell of a bucket in a chunk.
fn cell(bucket: usize, chunk: i64) -> i64 {
    (bucket as i64) << 20 | chunk
}

/// A list of numbers for `json_each`: one statement text serves a list of any length.
fn list(numbers: impl IntoIterator<Item = i64>) -> String {
    let mut text = String::from("[");
    for number in numbers {
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&number.to_string());
    }
    text.push(']');
    text
}
