//! A note that no desk keeps any more is asked of the server at another desk, found, read and changed there.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use client::view::Intent;
use client::view::notes::{NoteIntent, Older, SearchQuery};
use kenmu_tests::centre::Plan;
use kenmu_tests::seat::Seat;
use kenmu_tests::stage::Stage;

use super::common::folder;
use super::vault_kill::edit;

/// In the old note alone; looked for in another writing.
const WORD: &str = "ケイゾクリヨウ";
const SOUGHT: &str = "けいぞく";
/// When the note is written, and a month later.
const WRITTEN: &str = "2026-10-20T10:00:00+09:00";
const SOUGHT_AT: &str = "2026-11-24T10:00:00+09:00";
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn a_note_that_no_desk_keeps_is_found_at_the_server_and_changed() -> Result<()> {
    let plan = Plan { operators: 2, clock: Some(WRITTEN), ..Plan::default() };
    let mut stage = Stage::open_as(&folder("notes-older")?, &plan).await?;
    let mut first = seat(&stage, 1).await?;
    let note = first.new_note().await?;
    edit(&mut first, note, &format!("{WORD}の案内")).await?;
    first.intend(&Intent::Note { note: NoteIntent::Finish { note } }).await?;
    // The pane closes before the lists count what it wrote: the server's own word tells that it has it.
    first.wait("the server has it", |desk| desk.state.notes.seq == 1 && desk.notes.unsynced == 0).await?;
    first.stop().await;

    stage.centre.restart_server_at(SOUGHT_AT).await?;
    let mut second = seat(&stage, 2).await?;
    // Its vault is open when a note can be begun.
    second.new_note().await?;
    second.intend(&Intent::Note { note: NoteIntent::Leave }).await?;
    let query = SearchQuery { words: SOUGHT.to_owned(), ..SearchQuery::default() };
    second.intend(&Intent::Note { note: NoteIntent::Search { query: Some(query) } }).await?;
    let desk = second.wait("the desk has looked", |desk| desk.notes.search.is_some()).await?;
    let search = desk.notes.search.context("it was waited for")?;
    ensure!(search.hits.is_empty() && search.older == Older::Unasked, "a new desk does not keep it");
    second.intend(&Intent::Note { note: NoteIntent::SearchOlder }).await?;
    second
        .wait_within("the old note is found", PATIENCE, |desk| {
            let search = desk.notes.search.as_ref();
            search.is_some_and(|search| {
                search.older == (Older::Here { more: false })
                    && search.hits.iter().any(|hit| hit.note == note)
            })
        })
        .await?;
    second.intend(&Intent::Note { note: NoteIntent::Change { note } }).await?;
    second
        .wait("it can be gone on with", |desk| desk.notes.pane.as_ref().is_some_and(|pane| pane.note == note))
        .await?;
    edit(&mut second, note, &format!("{WORD}の案内、済み")).await?;
    second.intend(&Intent::Note { note: NoteIntent::Finish { note } }).await?;
    second
        .wait("the server has the change", |desk| desk.state.notes.seq == 2 && desk.notes.unsynced == 0)
        .await?;
    second.stop().await;
    let told = stage.centre.conservation().await?;
    ensure!(told.contains("notes_with_two_heads\t0"), "one head: {told}");
    stage.centre.stop().await;
    Ok(())
}

/// A desk on a machine of its own, which keeps notes.
async fn seat(stage: &Stage, number: u32) -> Result<Seat> {
    let mut variables = stage.desk_variables();
    let data = stage.folder.join(format!("data-{number}"));
    variables.insert("KENMU_DATA".to_owned(), Some(data.to_string_lossy().into_owned()));
    Seat::sign_in(&stage.centre, number, &variables).await
}
