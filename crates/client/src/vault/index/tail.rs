//! The tail: new notes in no order, and their way into the chunks. Refuses to know how notes are found.

use std::collections::BTreeMap;

use desk::ids::OperatorId;
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::sqlite::SqliteConnection;

use super::cell::SLOTS;
use super::gram::Gram;
use super::write::Changes;
use super::{Columns, Doc, IndexError, Place, cell, list, seat};

/// Seats from here on are the tail's. Chunks end far below: a million of them, 65,536 seats each.
pub const FIRST: i64 = 1 << 40;

/// The longest tail. A search reads all of it, which takes some tens of milliseconds then; only pages of a
/// first synchronisation make it so long.
pub const LONGEST: i64 = SLOTS as i64;

/// A tail that stays: a search reads it in a third of a millisecond.
const SHORT: i64 = 256;

/// The newest notes are left in the tail: one that was begun before them and arrives after them (a longer
/// talk, a desk that was offline for hours) still finds its place without the newest chunk made anew.
const LEFT: i64 = 64;

/// Notes read together on their way into cells: a megabyte.
const TOGETHER: usize = 2_048;

/// So many notes that are older than all there is have a chunk of their own: a quarter of a full one. Fewer
/// would leave many small chunks, and each costs every search a read.
const WORTH: usize = SLOTS / 4;

/// Brings the tail into the chunks when it has grown long, in the caller's transaction: mostly nothing, else
/// some tens of milliseconds. Notes that come very late have their chunk made anew, some tenths of a second.
///
/// # Errors
/// When the database fails, or what it holds is damaged.
pub async fn settle(conn: &mut SqliteConnection) -> Result<(), IndexError> {
    if !is_longer(conn, SHORT + 1).await? {
        return Ok(());
    }
    let chunks = chunks(conn).await?;
    // The plus here and below keeps SQLite from walking the places of all notes instead of these seats.
    let oldest = "select json_group_array(json_array(seat, place)) from
                  (select seat, place from note_gram_doc where seat >= ? order by +place limit ?)";
    let oldest = sqlx::query_scalar(oldest).bind(FIRST).bind(length(conn).await? - LEFT);
    let oldest: String = oldest.fetch_one(&mut *conn).await?;
    let mut before = Vec::new();
    let mut arrived: BTreeMap<usize, Vec<(i64, i64)>> = BTreeMap::new();
    for (seat, place) in rows::<(i64, i64)>(&oldest)? {
        match chunks.partition_point(|chunk| chunk.first <= place) {
            0 => before.push(seat),
            after => arrived.entry(after - 1).or_default().push((seat, place)),
        }
    }
    let mut next = chunks.iter().map(|chunk| chunk.chunk).max().unwrap_or(0) + 1;
    if chunks.is_empty() || before.len() >= WORTH {
        next = seated(conn, &std::mem::take(&mut before), next, SLOTS).await?;
    }
    if !before.is_empty() {
        // They are older than all there is: the oldest chunk takes them in.
        let own = arrived.entry(0).or_default();
        own.extend(before.into_iter().map(|seat| (seat, i64::MIN)));
    }
    for (home, notes) in arrived {
        let seats: Vec<i64> = notes.iter().map(|(seat, _)| *seat).collect();
        let chunk = &chunks[home];
        let newest = home == chunks.len() - 1;
        if newest && notes.iter().all(|(_, place)| *place > chunk.last) {
            let room = seats.len().min(SLOTS.saturating_sub(chunk.slots as usize));
            append(conn, chunk, &seats[..room]).await?;
            next = seated(conn, &seats[room..], next, SLOTS).await?;
        } else {
            next = anew(conn, chunk, seats, next, newest).await?;
        }
    }
    Ok(())
}

/// True when so many notes lie in the tail, or more.
///
/// # Errors
/// When the database fails.
pub async fn is_longer(conn: &mut SqliteConnection, wanted: i64) -> Result<bool, IndexError> {
    // Counting reads the tail. Its seats from the first to the last are a quick upper bound.
    let ends = "select (select seat from note_gram_doc order by seat desc limit 1)
                     - (select seat from note_gram_doc where seat >= ? order by seat limit 1) + 1";
    let span: Option<i64> = sqlx::query_scalar(ends).bind(FIRST).fetch_one(&mut *conn).await?;
    Ok(span.unwrap_or(0) >= wanted && length(conn).await? >= wanted)
}

/// How many notes lie in the tail.
///
/// # Errors
/// When the database fails.
pub async fn length(conn: &mut SqliteConnection) -> Result<i64, IndexError> {
    let count = "select count(*) from note_gram_doc where seat >= ?";
    Ok(sqlx::query_scalar(count).bind(FIRST).fetch_one(conn).await?)
}

struct Chunk {
    chunk: i64,
    first: i64,
    last: i64,
    slots: i64,
}

async fn chunks(conn: &mut SqliteConnection) -> Result<Vec<Chunk>, IndexError> {
    let all = "select chunk, first_place, last_place, slots from note_gram_chunk order by first_place";
    let rows = sqlx::query(all).fetch_all(conn).await?;
    let chunk = |row: &sqlx::sqlite::SqliteRow| -> Result<Chunk, IndexError> {
        let (chunk, first) = (row.try_get(0)?, row.try_get(1)?);
        Ok(Chunk { chunk, first, last: row.try_get(2)?, slots: row.try_get(3)? })
    };
    rows.iter().map(chunk).collect()
}

/// Notes that are newer than all of the newest chunk take its free slots. Seats are in the order of places.
async fn append(conn: &mut SqliteConnection, chunk: &Chunk, seats: &[i64]) -> Result<(), IndexError> {
    if seats.is_empty() {
        return Ok(());
    }
    take_seats(conn, seats, seat(chunk.chunk, 0) + chunk.slots).await?;
    mark(conn, chunk.chunk, chunk.slots).await?;
    bound(conn, chunk.chunk, chunk.slots + seats.len() as i64).await
}

/// A chunk with notes that belong between its own becomes one or more new ones.
async fn anew(
    conn: &mut SqliteConnection,
    chunk: &Chunk,
    arrived: Vec<i64>,
    next: i64,
    newest: bool,
) -> Result<i64, IndexError> {
    let cells = list((0..Gram::BUCKETS).map(|bucket| cell(bucket, chunk.chunk)));
    let gone = "delete from note_gram where cell in (select value from json_each(?))";
    sqlx::query(gone).bind(cells).execute(&mut *conn).await?;
    let gone = "delete from note_gram_chunk where chunk = ?";
    sqlx::query(gone).bind(chunk.chunk).execute(&mut *conn).await?;
    let all = "select seat from note_gram_doc
               where seat between ? and ? or seat in (select value from json_each(?)) order by +place";
    let (from, to) = (seat(chunk.chunk, 0), seat(chunk.chunk, u16::MAX));
    let seats = sqlx::query_scalar(all).bind(from).bind(to).bind(list(arrived));
    let seats: Vec<i64> = seats.fetch_all(&mut *conn).await?;
    // The newest one is filled up by what comes; an older one keeps room for the next that is late.
    let parts = if newest { 1 } else { seats.len().div_ceil(SLOTS) };
    let size = if parts == 1 { SLOTS } else { seats.len().div_ceil(parts) };
    seated(conn, &seats, next, size).await
}

/// Makes chunks of `size` slots from `next` on; gives back the number of the one that would follow.
async fn seated(
    conn: &mut SqliteConnection,
    seats: &[i64],
    mut next: i64,
    size: usize,
) -> Result<i64, IndexError> {
    for seats in seats.chunks(size) {
        take_seats(conn, seats, seat(next, 0)).await?;
        mark(conn, next, 0).await?;
        bound(conn, next, seats.len() as i64).await?;
        next += 1;
    }
    Ok(next)
}

/// The notes on these seats move to as many free seats in a row.
async fn take_seats(conn: &mut SqliteConnection, seats: &[i64], first: i64) -> Result<(), IndexError> {
    let moved = "update note_gram_doc set seat = ?1 + \"key\" from json_each(?2) where seat = value";
    sqlx::query(moved).bind(first).bind(list(seats.iter().copied())).execute(conn).await?;
    Ok(())
}

/// Marks in the chunk's cells what its notes hold, from this slot on.
async fn mark(conn: &mut SqliteConnection, chunk: i64, from: i64) -> Result<(), IndexError> {
    let notes = "select json_group_array(json_array(seat, place, category, disposition, operator_id, channel, folded))
                 from note_gram_doc where seat between ? and ?";
    let mut changes = Changes::default();
    for from in (from..SLOTS as i64).step_by(TOGETHER) {
        let to = (from + TOGETHER as i64).min(SLOTS as i64) - 1;
        let notes = sqlx::query_scalar(notes).bind(seat(chunk, 0) + from).bind(seat(chunk, 0) + to);
        let notes: String = notes.fetch_one(&mut *conn).await?;
        for (seat, place, category, disposition, operator, channel, folded) in rows::<Seated>(&notes)? {
            let columns = Columns { category, disposition, operator: OperatorId(operator), channel };
            changes.add(&Doc { place: Place(place), columns, folded }, (seat & 0xffff) as u16);
        }
    }
    changes.write(conn, chunk).await
}

/// Seat, place, the columns, the folded text.
type Seated = (i64, i64, u16, u8, u32, u8, String);

/// Thousands of rows as one: each row by itself would cost two changes between our thread and the database's.
fn rows<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, IndexError> {
    link::json::decode(text).map_err(|_| IndexError::Damaged)
}

/// Tells the chunk's bounds, or forgets it when no note is left in it. Slots are in the order of places.
///
/// # Errors
/// When the database fails.
pub async fn bound(conn: &mut SqliteConnection, chunk: i64, slots: i64) -> Result<(), IndexError> {
    let gone = "delete from note_gram_chunk where chunk = ?";
    sqlx::query(gone).bind(chunk).execute(&mut *conn).await?;
    let bounds = "insert into note_gram_chunk (chunk, first_place, last_place, slots)
                  select ?1, oldest.place, newest.place, ?2 from
                  (select place from note_gram_doc where seat between ?3 and ?4 order by seat limit 1) oldest,
                  (select place from note_gram_doc where seat between ?3 and ?4 order by seat desc limit 1) newest";
    let (from, to) = (seat(chunk, 0), seat(chunk, u16::MAX));
    sqlx::query(bounds).bind(chunk).bind(slots).bind(from).bind(to).execute(conn).await?;
    Ok(())
}

/// Tells the bounds of chunks anew from which notes were taken.
///
/// # Errors
/// When the database fails.
pub async fn tighten(conn: &mut SqliteConnection, touched: &[i64]) -> Result<(), IndexError> {
    for chunk in chunks(conn).await?.iter().filter(|chunk| touched.contains(&chunk.chunk)) {
        bound(conn, chunk.chunk, chunk.slots).await?;
    }
    Ok(())
}
