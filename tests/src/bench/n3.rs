//! N3: from a key in the note to its text on the disk, during a talk with a booth. The peer, and the limit, is the bare
//! commit of as many bytes to a plain SQLite file in the same mode, in the same folder.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use client::view::Intent;
use client::view::notes::{NoteIntent, Saved};
use desk::note::{NoteId, TextField, Written};
use desk::time::Time;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};

use super::Row;
use crate::centre::{PASSWORD, Plan};
use crate::place;
use crate::seat::Seat;
use crate::sound::now_ms;
use crate::stage::Stage;

/// Keys, after those with which the talk settles.
const KEYS: usize = 1_000;
const FIRST: usize = 50;
/// Between two keys: a very quick hand.
const PAUSE: Duration = Duration::from_millis(25);
/// What is typed, over and over, up to the longest text.
const WORDS: &str = "交付申請書の発送について案内。必要な書類と窓口の時間を伝えた。";

/// Measures the row.
///
/// # Errors
/// When the talk does not come about, or a key does not reach the disk.
pub async fn measure() -> Result<Row> {
    let folder = place::fresh("bench/n3")?;
    let mut stage = Stage::open_as(&folder, &Plan::default()).await?;
    let booth = stage.booth(1).await?;
    let mut variables = stage.desk_variables();
    let data = folder.join("data");
    variables.insert("KENMU_DATA".to_owned(), Some(data.to_string_lossy().into_owned()));
    let mut seat = Seat::start(&stage.centre, "op01", "op01", &variables)?;
    seat.give_password(PASSWORD).await?;
    seat.wait("the desk's line carries media", |desk| desk.state.me.media).await?;
    seat.ready().await?;
    booth.call().await?;
    seat.offered().await?;
    seat.answer().await?;
    seat.live().await?;
    let pane = seat.wait("the note is open", |desk| desk.notes.pane.is_some()).await?;
    let note = pane.notes.pane.context("the note is open")?.note;
    let mut bare = bare(&folder.join("bare.db")).await?;
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    let letters: Vec<char> = WORDS.chars().collect();
    let mut text = String::new();
    for key in 0..FIRST + KEYS {
        if text.chars().count() >= 400 {
            text.clear();
        }
        text.push(letters[key % letters.len()]);
        let took = typed(&mut seat, note, &text).await?;
        let began = Instant::now();
        commit(&mut bare, &text).await?;
        if key >= FIRST {
            ours.push(took);
            peer.push(began.elapsed().as_secs_f64() * 1e3);
        }
        tokio::time::sleep(PAUSE).await;
    }
    booth.close().await;
    seat.stop().await;
    stage.voice.take();
    stage.close().await;
    let limit = crate::fact::median(peer.clone());
    Ok(Row {
        id: "N3",
        name: format!("key to disk in a booth talk, p99 of {KEYS}, ms; peer: a bare commit"),
        ours: p99(ours),
        peer: p99(peer),
        limit: Some(limit),
    })
}

/// Types the whole text and waits until the desk says that it is on the disk; ms.
async fn typed(seat: &mut Seat, note: NoteId, text: &str) -> Result<f64> {
    let written = Box::new(Written { text: text.to_owned(), ..Written::default() });
    let caret = Some((TextField::Text, text.chars().count() as u32));
    // The desk's clock and ours are the same one, but for what each rounds away; the key before is longer ago.
    let pressed = Time((now_ms() as u64).saturating_sub(PAUSE.as_millis() as u64 / 2));
    let began = Instant::now();
    seat.intend(&Intent::Note { note: NoteIntent::Edit { note, written, caret, version: 1 } }).await?;
    let saved = |desk: &client::view::DeskView| match desk.notes.pane.as_ref().map(|pane| pane.saved) {
        Some(Saved::Draft { at, .. }) => at >= pressed,
        Some(Saved::Empty | Saved::Writing | Saved::Stored { .. } | Saved::Failed) | None => false,
    };
    seat.wait("the key is on the disk", saved).await?;
    Ok(began.elapsed().as_secs_f64() * 1e3)
}

async fn bare(file: &Path) -> Result<SqliteConnection> {
    let mut conn = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    sqlx::raw_sql("create table draft (note_id integer primary key, body text not null)")
        .execute(&mut conn)
        .await?;
    Ok(conn)
}

async fn commit(conn: &mut SqliteConnection, text: &str) -> Result<()> {
    let insert = "insert into draft values (1, ?) on conflict (note_id) do update set body = excluded.body";
    sqlx::query(insert).bind(text).execute(conn).await?;
    Ok(())
}

fn p99(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * 99 / 100).copied().unwrap_or(f64::NAN)
}
