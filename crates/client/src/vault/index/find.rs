//! Finding. Refuses to know how the cells were filled.

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::cell::{Slots, slots};
use super::gram::{Gram, of_category, of_channel, of_disposition, of_operator, of_word};
use super::{Filter, IndexError, Place, cell, fold, list, seat, tail};

/// Chunks looked at together: first the newest alone, then four times as many each time. Common words are found
/// in the first, and rare ones do not wait for a word with the database about each.
const CHUNKS: usize = 64;

/// Notes read together, when nearly all turn out to hold what is sought and when hardly any does.
const NOTES: std::ops::Range<usize> = 16..1024;

/// Grams looked up by: each costs a read in every chunk, and so many leave few notes too many.
const GRAMS: usize = 16;

/// The notes whose text holds each of the words and that pass the filter, newest first, `most` at most. White
/// space separates words; without any, the filter alone decides.
///
/// # Errors
/// When the database fails, or what it holds is damaged.
pub async fn find(
    conn: &mut SqliteConnection,
    words: &str,
    filter: Filter,
    most: usize,
) -> Result<Vec<Place>, IndexError> {
    let folded = fold(words);
    let sought = Sought::new(&folded, filter);
    let mut found = sought.read(conn, Where::Tail).await?;
    let mut chunks = sought.chunks(conn).await?;
    let (mut settled, mut window) = (Vec::new(), 1);
    while settled.len() < most && !chunks.is_empty() {
        let later = chunks.split_off(window.min(chunks.len()));
        let candidates = sought.candidates(conn, &chunks).await?;
        sought.keep(conn, &candidates, most, &mut settled).await?;
        chunks = later;
        window = (window * 4).min(CHUNKS);
    }
    found.append(&mut settled);
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.truncate(most);
    Ok(found)
}

/// Where notes are looked at.
enum Where<'a> {
    /// Each of the tail.
    Tail,
    /// On these seats.
    Seats(&'a [i64]),
}

struct Sought<'a> {
    words: Vec<&'a str>,
    /// The one that most likely tells a note from another: looked for by the database.
    longest: &'a str,
    filter: Filter,
    from: i64,
    to: i64,
    grams: Vec<Gram>,
}

impl Sought<'_> {
    fn new(folded: &str, filter: Filter) -> Sought<'_> {
        let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
        let Filter { category, disposition, operator, channel, from, to } = filter;
        let columns = [
            category.map(of_category),
            disposition.map(of_disposition),
            operator.map(|operator| of_operator(operator.0)),
            channel.map(of_channel),
        ];
        let mut grams: Vec<Gram> = columns.into_iter().flatten().collect();
        grams.extend(words.iter().flat_map(|word| of_word(word)));
        grams.truncate(GRAMS);
        let longest = words.iter().copied().max_by_key(|word| word.len()).unwrap_or_default();
        let from = from.map_or(i64::MIN, |from| Place::of(from, 0).0);
        let to = to.map_or(i64::MAX, |to| Place::of(to, Place::IN_A_MILLISECOND - 1).0);
        Sought { words, longest, filter, from, to, grams }
    }

    /// The chunks in question with their slots, newest first.
    async fn chunks(&self, conn: &mut SqliteConnection) -> Result<Vec<(i64, i64)>, IndexError> {
        let chunks = "select chunk, slots from note_gram_chunk
                      where last_place >= ? and first_place <= ? order by first_place desc";
        Ok(sqlx::query_as(chunks).bind(self.from).bind(self.to).fetch_all(conn).await?)
    }

    /// The seats in these chunks that hold every gram, newest first.
    async fn candidates(
        &self,
        conn: &mut SqliteConnection,
        chunks: &[(i64, i64)],
    ) -> Result<Vec<i64>, IndexError> {
        let mut holding: Vec<Slots> = chunks.iter().map(|(_, slots)| Slots::first(*slots as usize)).collect();
        let cells =
            self.grams.iter().flat_map(|gram| chunks.iter().map(|(chunk, _)| cell(gram.bucket(), *chunk)));
        let read = "select \"key\", marks from json_each(?) left join note_gram on cell = value";
        let rows = match self.grams.is_empty() {
            true => Vec::new(),
            false => sqlx::query(read).bind(list(cells)).fetch_all(conn).await?,
        };
        for row in rows {
            let nth: i64 = row.try_get(0)?;
            let (gram, chunk) = (nth as usize / chunks.len(), nth as usize % chunks.len());
            let marks: Option<&[u8]> = row.try_get(1)?;
            holding[chunk].retain(&slots(marks.unwrap_or_default(), self.grams[gram].key())?);
        }
        let seats = |(slots, (chunk, _)): (&Slots, &(i64, i64))| {
            let chunk = *chunk;
            slots.descending().into_iter().map(move |slot| seat(chunk, slot))
        };
        Ok(holding.iter().zip(chunks).flat_map(seats).collect())
    }

    /// Reads candidates until enough are found.
    async fn keep(
        &self,
        conn: &mut SqliteConnection,
        mut candidates: &[i64],
        most: usize,
        found: &mut Vec<Place>,
    ) -> Result<(), IndexError> {
        let mut size = most.saturating_sub(found.len()).clamp(NOTES.start, NOTES.end);
        while found.len() < most && !candidates.is_empty() {
            let (now, later) = candidates.split_at(size.min(candidates.len()));
            found.extend(self.read(conn, Where::Seats(now)).await?);
            candidates = later;
            size = (size * 2).min(NOTES.end);
        }
        Ok(())
    }

    /// What is sought among these notes, in no order. The plus keeps SQLite from walking all places instead.
    async fn read(&self, conn: &mut SqliteConnection, place: Where<'_>) -> Result<Vec<Place>, IndexError> {
        macro_rules! passing {
            ($from:literal) => {
                concat!(
                    "select place, iif(?9, folded, '') from ",
                    $from,
                    " and +place between ?2 and ?3 and (?4 is null or category = ?4)
                      and (?5 is null or disposition = ?5) and (?6 is null or operator_id = ?6)
                      and (?7 is null or channel = ?7) and instr(folded, ?8) > 0"
                )
            };
        }
        let Filter { category, disposition, operator, channel, .. } = self.filter;
        let query = match place {
            Where::Tail => sqlx::query(passing!("note_gram_doc where seat >= ?1")).bind(tail::FIRST),
            Where::Seats(seats) => {
                sqlx::query(passing!("json_each(?1) cross join note_gram_doc where seat = value"))
                    .bind(list(seats.iter().copied()))
            }
        };
        let query = query.bind(self.from).bind(self.to).bind(category).bind(disposition);
        let query = query.bind(operator.map(|operator| operator.0)).bind(channel);
        let rows = query.bind(self.longest).bind(self.words.len() > 1).fetch_all(conn).await?;
        let mut found = Vec::new();
        for row in &rows {
            found.extend(self.whole(row)?);
        }
        Ok(found)
    }

    /// The row's place, when the other words are in its text too.
    fn whole(&self, row: &SqliteRow) -> Result<Option<Place>, IndexError> {
        let folded: &str = row.try_get(1)?;
        let all = self.words.len() <= 1 || self.words.iter().all(|word| folded.contains(word));
        Ok(if all { Some(Place(row.try_get(0)?)) } else { None })
    }
}
