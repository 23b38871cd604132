//! Notes into the index and out of it. Refuses to know how they are found.

use std::collections::BTreeMap;

use desk::ids::OperatorId;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{QueryBuilder, Row};

use super::cell::{Mark, decode, encode};
use super::gram::{Gram, of_note};
use super::{Columns, Doc, IndexError, Place, cell, list, tail};

/// Rows in one insert: as many words to the database's thread less, and 7 columns of each stay far below
/// SQLite's 32,766 parameters.
const ROWS: usize = 64;

/// Cells read and written at once: their bytes in memory stay near a megabyte.
const CELLS: usize = 512;

/// Adds notes, or replaces those whose place is there already. Later places need not come later.
///
/// What was replaced is gone from the file as far as `secure_delete` reaches, which SQLCipher always has on;
/// the write-ahead log is the caller's to truncate.
///
/// New notes lie in the tail. It is put in order here only when it is as long as a chunk, so that the pages
/// of a first synchronisation cost one turn each; call [`super::settle`] behind the last of them and behind a
/// note that was saved by itself.
///
/// # Errors
/// When the database fails, or what it holds is damaged.
pub async fn add_many(conn: &mut SqliteConnection, docs: &[Doc]) -> Result<(), IndexError> {
    for docs in docs.chunks(CELLS) {
        // The last one of a place wins, as if they had come one by one.
        let docs: BTreeMap<Place, &Doc> = docs.iter().map(|doc| (doc.place, doc)).collect();
        let mut changes: BTreeMap<i64, Changes> = BTreeMap::new();
        for (seat, old) in standing(conn, docs.keys().copied()).await? {
            if let Some(new) = docs.get(&old.place).filter(|_| seat < tail::FIRST) {
                let (chunk, slot) = (seat >> 16, (seat & 0xffff) as u16);
                let change = changes.entry(chunk).or_default();
                change.drop(&old, slot);
                change.add(new, slot);
            }
        }
        for (chunk, change) in changes {
            change.write(conn, chunk).await?;
        }
        insert(conn, docs.into_values()).await?;
        if tail::is_longer(conn, tail::LONGEST).await? {
            tail::settle(conn).await?;
        }
    }
    Ok(())
}

/// Takes notes out, without a trace. Places that are not there are none of anyone's concern.
///
/// # Errors
/// When the database fails, or what it holds is damaged.
pub async fn remove(conn: &mut SqliteConnection, places: &[Place]) -> Result<(), IndexError> {
    for places in places.chunks(CELLS) {
        let mut changes: BTreeMap<i64, Changes> = BTreeMap::new();
        let mut seats = Vec::new();
        for (seat, old) in standing(conn, places.iter().copied()).await? {
            seats.push(seat);
            if seat < tail::FIRST {
                changes.entry(seat >> 16).or_default().drop(&old, (seat & 0xffff) as u16);
            }
        }
        let touched: Vec<i64> = changes.keys().copied().collect();
        for (chunk, change) in changes {
            change.write(conn, chunk).await?;
        }
        let gone = "delete from note_gram_doc where seat in (select value from json_each(?))";
        sqlx::query(gone).bind(list(seats)).execute(&mut *conn).await?;
        tail::tighten(conn, &touched).await?;
    }
    Ok(())
}

/// What changes in the cells of one chunk.
pub struct Changes {
    adds: Vec<Vec<Mark>>,
    drops: Vec<Vec<Mark>>,
}

impl Default for Changes {
    fn default() -> Changes {
        Changes { adds: vec![Vec::new(); Gram::BUCKETS], drops: vec![Vec::new(); Gram::BUCKETS] }
    }
}

impl Changes {
    /// The slot holds this note from now on.
    pub fn add(&mut self, doc: &Doc, slot: u16) {
        mark(&mut self.adds, doc, slot);
    }

    /// The slot does not hold this note any more.
    pub fn drop(&mut self, doc: &Doc, slot: u16) {
        mark(&mut self.drops, doc, slot);
    }

    /// Writes the cells of the chunk anew.
    ///
    /// # Errors
    /// When the database fails, or a cell is damaged.
    pub async fn write(mut self, conn: &mut SqliteConnection, chunk: i64) -> Result<(), IndexError> {
        let touched = |bucket: &usize| !self.adds[*bucket].is_empty() || !self.drops[*bucket].is_empty();
        let buckets: Vec<usize> = (0..Gram::BUCKETS).filter(touched).collect();
        for buckets in buckets.chunks(CELLS) {
            let cells = list(buckets.iter().map(|bucket| cell(*bucket, chunk)));
            let read = "select cell, marks from json_each(?) cross join note_gram where cell = value";
            let rows = sqlx::query(read).bind(cells).fetch_all(&mut *conn).await?;
            let mut standing = BTreeMap::new();
            for row in rows {
                standing.insert(row.try_get::<i64, _>(0)?, decode(row.try_get(1)?)?);
            }
            let (mut kept, mut empty) = (Vec::new(), Vec::new());
            for bucket in buckets {
                let cell = cell(*bucket, chunk);
                let marks = self.merged(*bucket, standing.remove(&cell).unwrap_or_default());
                if marks.is_empty() { empty.push(cell) } else { kept.push((cell, encode(&marks))) }
            }
            store(conn, &kept).await?;
            let gone = "delete from note_gram where cell in (select value from json_each(?))";
            sqlx::query(gone).bind(list(empty)).execute(&mut *conn).await?;
        }
        Ok(())
    }

    fn merged(&mut self, bucket: usize, mut marks: Vec<Mark>) -> Vec<Mark> {
        let mut drops = std::mem::take(&mut self.drops[bucket]);
        drops.sort_unstable();
        marks.retain(|mark| drops.binary_search(mark).is_err());
        marks.append(&mut std::mem::take(&mut self.adds[bucket]));
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}

fn mark(marks: &mut [Vec<Mark>], doc: &Doc, slot: u16) {
    of_note(&doc.columns, &doc.folded, |gram| {
        let mark = Mark::new(gram.key(), slot);
        let marks = &mut marks[gram.bucket()];
        // What a note says twice mostly follows itself in the bucket: few other grams fall into it.
        if marks.last() != Some(&mark) {
            marks.push(mark);
        }
    });
}

async fn store(conn: &mut SqliteConnection, cells: &[(i64, Vec<u8>)]) -> Result<(), IndexError> {
    for cells in cells.chunks(ROWS) {
        let mut insert = QueryBuilder::new("insert or replace into note_gram (cell, marks) ");
        insert.push_values(cells, |mut row, (cell, marks)| {
            row.push_bind(*cell).push_bind(marks.as_slice());
        });
        insert.build().persistent(cells.len() == ROWS).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Puts notes into the tail; those that are there already keep their seat.
async fn insert<'a>(
    conn: &mut SqliteConnection,
    docs: impl Iterator<Item = &'a Doc>,
) -> Result<(), IndexError> {
    let last = "select max(seat) from note_gram_doc";
    let last: Option<i64> = sqlx::query_scalar(last).fetch_one(&mut *conn).await?;
    let next = last.map_or(tail::FIRST, |last| (last + 1).max(tail::FIRST));
    let seated: Vec<(i64, &Doc)> = (next..).zip(docs).collect();
    for docs in seated.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "insert into note_gram_doc (seat, place, category, disposition, operator_id, channel, folded) ",
        );
        insert.push_values(docs, |mut row, (seat, doc)| {
            let Columns { category, disposition, operator, channel } = doc.columns;
            row.push_bind(*seat).push_bind(doc.place.0);
            row.push_bind(category).push_bind(disposition).push_bind(operator.0).push_bind(channel);
            row.push_bind(doc.folded.as_str());
        });
        insert.push(
            " on conflict (place) do update set category = excluded.category,
              disposition = excluded.disposition, operator_id = excluded.operator_id,
              channel = excluded.channel, folded = excluded.folded",
        );
        insert.build().persistent(docs.len() == ROWS).execute(&mut *conn).await?;
    }
    Ok(())
}

async fn standing(
    conn: &mut SqliteConnection,
    places: impl Iterator<Item = Place>,
) -> Result<Vec<(i64, Doc)>, IndexError> {
    let read = "select seat, place, category, disposition, operator_id, channel, folded
                from json_each(?) cross join note_gram_doc where place = value";
    let places = list(places.map(|place| place.0));
    let rows = sqlx::query(read).bind(places).fetch_all(conn).await?;
    rows.iter().map(doc).collect()
}

/// A note of a row: seat, place, the columns, the folded text.
pub fn doc(row: &SqliteRow) -> Result<(i64, Doc), IndexError> {
    let columns = Columns {
        category: row.try_get(2)?,
        disposition: row.try_get(3)?,
        operator: OperatorId(row.try_get(4)?),
        channel: row.try_get(5)?,
    };
    let doc = Doc { place: Place(row.try_get(1)?), columns, folded: row.try_get(6)? };
    Ok((row.try_get(0)?, doc))
}
