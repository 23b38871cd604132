//! A record's heads, and what lists and search need to know of them: made anew whenever a revision comes, is refused
//! or is redacted. A head is a revision that nobody follows and that the server did not refuse.

use std::collections::{BTreeMap, BTreeSet};

use desk::note::revision::{RevKind, Revision};
use desk::note::{Note, Record, SheetStatus};
use desk::time::Time;
use link::json;
use sqlx::sqlite::SqliteConnection;
use sqlx::{QueryBuilder, Row};

use super::fault::VaultError;
use super::{row, search};

/// Rows in one insert; 12 columns of each stay far below SQLite's 32,766 parameters.
const ROWS: usize = 125;
/// Records that may begin in one millisecond and still stand in the order of time.
const IN_A_MILLISECOND: i64 = 1_000;
/// The latest instant that has a place: the year 2255. Later ones, of broken clocks, share its end.
const LATEST_MS: u64 = 9_000_000_000_000;

/// A head as it is read.
struct Head {
    rev: String,
    kind: RevKind,
    client: Time,
    record: Option<Record>,
}

/// What the file knew of a record.
#[derive(Default)]
struct Known {
    place: Option<i64>,
    heads: Vec<Head>,
    refused: Option<(String, Option<Record>)>,
}

/// Records of the file by name.
type Records = BTreeMap<String, Known>;

/// Makes the rows of these records anew. `own`: something was written here, at this time.
pub(super) async fn refresh(
    conn: &mut SqliteConnection,
    notes: &BTreeSet<String>,
    own: Option<Time>,
) -> Result<(), VaultError> {
    let names = row::list(&notes.iter().collect::<Vec<_>>());
    let mut known: Records = notes.iter().map(|note| (note.clone(), Known::default())).collect();
    read_heads(conn, &names, &mut known).await?;
    read_refusals(conn, &names, &mut known).await?;
    read_places(conn, &names, &mut known).await?;
    keep(conn, known, own).await
}

/// Makes the rows of records of which the file had nothing, each with its one revision: nothing needs to be read back,
/// which is what most of a first synchronisation would do.
pub(super) async fn appear(
    conn: &mut SqliteConnection,
    revisions: impl Iterator<Item = &Revision>,
) -> Result<(), VaultError> {
    let known = |revision: &Revision| {
        let head = Head {
            rev: row::name(revision.rev.0),
            kind: revision.kind,
            client: revision.client_ms,
            record: record(revision.body.as_deref()),
        };
        (row::name(revision.note.0), Known { heads: vec![head], ..Known::default() })
    };
    keep(conn, revisions.map(known).collect(), None).await
}

/// What a newer program wrote and this one cannot read is kept, synced and not shown.
fn record(body: Option<&str>) -> Option<Record> {
    body.and_then(|body| json::decode(body).ok())
}

async fn keep(conn: &mut SqliteConnection, mut known: Records, own: Option<Time>) -> Result<(), VaultError> {
    allot(conn, &mut known).await?;
    write(conn, &known, own).await?;
    let (mut docs, mut gone) = (Vec::new(), Vec::new());
    for one in known.values() {
        let place = one.place.unwrap_or_default();
        match search::doc(place, one.heads.iter().filter_map(|head| head.record.as_ref())) {
            Some(doc) => docs.push(doc),
            None => gone.push(place),
        }
    }
    search::put(conn, docs, gone).await
}

async fn read_heads(conn: &mut SqliteConnection, names: &str, known: &mut Records) -> Result<(), VaultError> {
    let read = "select r.note_id, r.rev_id, r.kind, r.client_ms, r.body
                from json_each(?) cross join revision r on r.note_id = value
                where r.refused is null and not exists (select 1 from parent p where p.parent_id = r.rev_id)
                order by r.rev_id";
    for found in sqlx::query(read).bind(names).fetch_all(conn).await? {
        let body: Option<&str> = found.try_get(4)?;
        let head = Head {
            rev: found.try_get(1)?,
            kind: row::kind(found.try_get(2)?)?,
            client: Time(row::uint(found.try_get(3)?)),
            record: record(body),
        };
        if let Some(one) = known.get_mut(found.try_get::<&str, _>(0)?) {
            one.heads.push(head);
        }
    }
    Ok(())
}

async fn read_refusals(
    conn: &mut SqliteConnection,
    names: &str,
    known: &mut Records,
) -> Result<(), VaultError> {
    let read =
        "select r.note_id, r.refused, r.body from json_each(?) cross join revision r on r.note_id = value
                where r.refused is not null and r.settled = 0 order by r.place";
    for found in sqlx::query(read).bind(names).fetch_all(conn).await? {
        let body: Option<&str> = found.try_get(2)?;
        let refused = (found.try_get(1)?, record(body));
        if let Some(one) = known.get_mut(found.try_get::<&str, _>(0)?) {
            one.refused = Some(refused);
        }
    }
    Ok(())
}

async fn read_places(
    conn: &mut SqliteConnection,
    names: &str,
    known: &mut Records,
) -> Result<(), VaultError> {
    let read = "select note_id, place from json_each(?) cross join note on note_id = value";
    for found in sqlx::query(read).bind(names).fetch_all(conn).await? {
        if let Some(one) = known.get_mut(found.try_get::<&str, _>(0)?) {
            one.place = Some(found.try_get(1)?);
        }
    }
    Ok(())
}

/// Gives each new record a place of its own in the order of time, for good.
async fn allot(conn: &mut SqliteConnection, known: &mut Records) -> Result<(), VaultError> {
    let wanted: BTreeSet<i64> = known.values().filter(|one| one.place.is_none()).map(Known::wanted).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let read = "select place from json_each(?) cross join note on place between value and value + 999";
    let wanted = row::list(&wanted.into_iter().collect::<Vec<_>>());
    let taken: Vec<i64> = sqlx::query_scalar(read).bind(wanted).fetch_all(&mut *conn).await?;
    let mut taken: BTreeSet<i64> = taken.into_iter().collect();
    for one in known.values_mut().filter(|one| one.place.is_none()) {
        let mut place = one.wanted();
        // A thousand in one millisecond come only from a broken clock: the next free place is good enough.
        while !taken.insert(place) || is_taken(conn, place, one.wanted()).await? {
            place += 1;
        }
        one.place = Some(place);
    }
    Ok(())
}

async fn is_taken(conn: &mut SqliteConnection, place: i64, wanted: i64) -> Result<bool, VaultError> {
    if place < wanted + IN_A_MILLISECOND {
        return Ok(false);
    }
    let read = "select exists (select 1 from note where place = ?)";
    Ok(sqlx::query_scalar(read).bind(place).fetch_one(conn).await?)
}

async fn write(conn: &mut SqliteConnection, known: &Records, own: Option<Time>) -> Result<(), VaultError> {
    let rows: Vec<(&String, &Known)> = known.iter().collect();
    for chunk in rows.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "insert into note (note_id, place, heads, head_id, listed, number, category, caller_key, own_ms, open,
             due_ms, refused, redacted) ",
        );
        insert.push_values(chunk, |mut values, (note, one)| {
            let said = one.record().map(Said::of).unwrap_or_default();
            let redacted = one.heads.iter().any(|head| head.kind == RevKind::Redact);
            values.push_bind(note.as_str()).push_bind(one.place).push_bind(one.heads.len() as i64);
            values.push_bind(one.shown().map(|head| head.rev.as_str()));
            values.push_bind(said.listed).push_bind(said.number).push_bind(said.category);
            values.push_bind(said.caller_key).push_bind(own.map(|at| row::int(at.0)));
            values.push_bind(said.open).push_bind(said.due);
            values.push_bind(one.refused.as_ref().map(|(code, _)| code.as_str())).push_bind(redacted);
        });
        insert.push(
            " on conflict (note_id) do update set heads = excluded.heads, head_id = excluded.head_id,
              listed = excluded.listed, number = excluded.number, category = excluded.category,
              caller_key = excluded.caller_key, own_ms = coalesce(excluded.own_ms, own_ms),
              open = excluded.open, due_ms = excluded.due_ms, refused = excluded.refused,
              redacted = excluded.redacted",
        );
        insert.build().persistent(chunk.len() == ROWS).execute(&mut *conn).await?;
    }
    Ok(())
}

impl Known {
    /// The head that stands for all in lists: the newest by name. Nobody decides by it.
    fn shown(&self) -> Option<&Head> {
        self.heads.iter().rev().find(|head| head.record.is_some()).or(self.heads.last())
    }

    /// What lists say: of the shown head, or of what was refused when there is nothing else.
    fn record(&self) -> Option<&Record> {
        let head = self.shown().and_then(|head| head.record.as_ref());
        head.or(self.refused.as_ref().and_then(|(_, record)| record.as_ref()))
    }

    /// The first place of its millisecond.
    fn wanted(&self) -> i64 {
        let opened = self.record().map(Record::opened).or(self.shown().map(|head| head.client));
        row::int(opened.unwrap_or_default().0.min(LATEST_MS)) * IN_A_MILLISECOND
    }
}

/// What columns say of a record.
#[derive(Default)]
struct Said<'a> {
    listed: Option<&'static str>,
    number: &'a str,
    category: Option<u16>,
    caller_key: Option<&'a str>,
    open: Option<&'static str>,
    due: Option<i64>,
}

impl Said<'_> {
    fn of(record: &Record) -> Said<'_> {
        let (number, opened) = (record.number(), row::int(record.opened().0));
        match record {
            Record::Note(note) => Said::note(note),
            Record::Sheet(sheet) => {
                let open = sheet.status != SheetStatus::Done;
                Said {
                    listed: Some("sheet"),
                    number,
                    open: open.then_some("sheet"),
                    due: open.then(|| row::int(sheet.due.began().0)),
                    ..Said::default()
                }
            }
            Record::Handover(handover) => {
                let open = handover.settled.is_none();
                Said {
                    listed: Some("handover"),
                    number,
                    open: open.then_some("handover"),
                    due: open.then_some(opened),
                    ..Said::default()
                }
            }
        }
    }

    fn note(note: &Note) -> Said<'_> {
        let promise = &note.written.promise;
        let due = promise.due.filter(|_| promise.result.is_empty());
        Said {
            listed: Some("note"),
            number: &note.facts.number,
            category: note.written.categories.first().map(|code| code.0),
            caller_key: note.facts.caller_key.as_deref(),
            open: due.map(|_| "promise"),
            due: due.map(|due| row::int(due.0)),
        }
    }
}
