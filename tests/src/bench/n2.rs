//! N2: the search of handling notes. Ours is the vault's index; the peer is FTS5 with trigrams, and LIKE for
//! words that are too short for them. Both in SQLCipher, both asked in turns, and both must answer alike.

mod notes;
mod peer;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use client::vault::index::{Doc, Filter, add_many, find, settle};
use sqlx::Connection;
use sqlx::sqlite::SqliteConnection;

use super::Row;
use crate::place;
pub(super) use notes::Notes;
use peer::Peer;

/// The size at which both are measured.
const NOTES: usize = 200_000;
/// The first synchronisation of a desk.
const FIRST: usize = 100_000;
/// Where ours goes on alone.
const GROWTH: [usize; 3] = [NOTES, 500_000, 1_000_000];
/// As many come in one answer of the server, and are one transaction.
const PAGE: usize = 1000;
/// A list shows so many.
const MOST: usize = 50;
const QUESTIONS: usize = 1000;
/// The peer takes a tenth of a second for each.
const RARE: usize = 60;
/// Notes saved one by one: enough that the tail is put in order twice.
const SAVED: usize = 520;

/// Measures the rows, and tells how ours grows.
///
/// # Errors
/// When a database fails, or the two do not find the same.
pub async fn measure() -> Result<Vec<Row>> {
    let folder = place::fresh("bench/n2")?;
    let mut notes = Notes::new();
    let mut docs = notes.next(NOTES);
    let mut ours = open(&folder.join("ours.db")).await?;
    let mut peer = Peer::open(&folder.join("peer.db")).await?;
    let (first, rest) = docs.split_at(FIRST);
    let built = bulk(&mut ours, first).await?;
    let began = Instant::now();
    for page in first.chunks(PAGE) {
        peer.add(page).await?;
    }
    let build = Row {
        id: "N2",
        name: format!("{FIRST} notes into the search, {PAGE} a transaction, s; peer: FTS5 trigram"),
        ours: built,
        peer: began.elapsed().as_secs_f64(),
        limit: None,
    };
    bulk(&mut ours, rest).await?;
    for page in rest.chunks(PAGE) {
        peer.add(page).await?;
    }
    let mut rows = beside(&mut ours, &mut peer, &mut notes, &docs).await?;
    rows.push(build);
    peer.close().await?;
    for size in GROWTH {
        while docs.len() < size {
            let more = notes.next(FIRST);
            bulk(&mut ours, &more).await?;
            docs.extend(more);
        }
        tell(&mut ours, &mut notes, &docs, &folder).await?;
    }
    saves(&mut ours, &notes.next(SAVED)).await?;
    Ok(rows)
}

async fn open(path: &Path) -> Result<SqliteConnection> {
    let mut conn = peer::open(path).await?;
    let tables = std::fs::read_to_string(place::top().join("migrations/client/0002_note_gram.sql"))?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(tables)).execute(&mut conn).await.context("the tables")?;
    Ok(conn)
}

/// As a first synchronisation brings them; seconds.
async fn bulk(conn: &mut SqliteConnection, docs: &[Doc]) -> Result<f64> {
    let began = Instant::now();
    for page in docs.chunks(PAGE) {
        let mut work = conn.begin().await?;
        add_many(&mut work, page).await?;
        work.commit().await?;
    }
    let mut work = conn.begin().await?;
    settle(&mut work).await?;
    work.commit().await?;
    Ok(began.elapsed().as_secs_f64())
}

async fn beside(
    ours: &mut SqliteConnection,
    peer: &mut Peer,
    notes: &mut Notes,
    docs: &[Doc],
) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let rare: Vec<String> = (0..RARE).map(|_| notes.rare()).collect();
    let mixed: Vec<String> = (0..QUESTIONS).map(|_| notes.question(docs)).collect();
    let kinds = [
        ("a rare word of two letters, median ms", rare, 0.5),
        ("1-6 letters, rare, common and absent, p99 of 1,000, ms", mixed, 0.99),
    ];
    for (name, questions, share) in kinds {
        let (mut own, mut theirs) = (Vec::new(), Vec::new());
        for words in questions {
            let began = Instant::now();
            let found = find(ours, &words, Filter::default(), MOST).await?;
            own.push(began.elapsed().as_secs_f64() * 1e3);
            let began = Instant::now();
            let known = peer.find(&words, MOST).await?;
            theirs.push(began.elapsed().as_secs_f64() * 1e3);
            ensure!(found.iter().map(|place| place.0).eq(known), "the two do not find the same: {words}");
        }
        let name = format!("search {NOTES} notes: {name}; peer: FTS5 trigram with LIKE");
        rows.push(Row { id: "N2", name, ours: nth(own, share), peer: nth(theirs, share), limit: None });
    }
    Ok(rows)
}

/// How ours does at this size, without a peer: milliseconds and megabytes.
async fn tell(conn: &mut SqliteConnection, notes: &mut Notes, docs: &[Doc], folder: &Path) -> Result<()> {
    let size = docs.len();
    for (kind, narrow) in [("all", false), ("filtered", true)] {
        let mut took = Vec::new();
        for _ in 0..QUESTIONS {
            let words = notes.question(docs);
            let filter = if narrow { notes.filter(docs) } else { Filter::default() };
            let began = Instant::now();
            find(conn, &words, filter, MOST).await?;
            took.push(began.elapsed().as_secs_f64() * 1e3);
        }
        for (name, share) in [("p50", 0.5), ("p99", 0.99), ("most", 1.0)] {
            println!("n2_{size}_{kind}_{name}_ms\t{:.2}", nth(took.clone(), share));
        }
    }
    let bytes: i64 = sqlx::query_scalar("select sum(length(marks)) from note_gram").fetch_one(conn).await?;
    let file = std::fs::metadata(folder.join("ours.db"))?.len();
    println!("n2_{size}_cells_mb\t{:.1}", bytes as f64 / 1e6);
    println!("n2_{size}_file_mb\t{:.1}", file as f64 / 1e6);
    Ok(())
}

/// What a note costs that is saved by itself, commit included.
async fn saves(conn: &mut SqliteConnection, docs: &[Doc]) -> Result<()> {
    let mut took = Vec::new();
    for doc in docs {
        let began = Instant::now();
        let mut work = conn.begin().await?;
        add_many(&mut work, std::slice::from_ref(doc)).await?;
        settle(&mut work).await?;
        work.commit().await?;
        took.push(began.elapsed().as_secs_f64() * 1e3);
    }
    println!("n2_save_p50_ms\t{:.2}", nth(took.clone(), 0.5));
    println!("n2_save_most_ms\t{:.2}", nth(took, 1.0));
    Ok(())
}

/// The value below which this share of all lies.
fn nth(mut values: Vec<f64>, share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share).ceil() as usize).copied().unwrap_or(f64::NAN)
}
