//! An Individual Number typed sign by sign into the real headless desk, killed after each digit: no piece of five digits
//! is on the disk, in the vault or beside it, and after the refusal nothing of it is, nor in the program's memory.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use client::view::Intent;
use client::view::notes::{NoteIntent, Saved};
use desk::note::NoteId;
use kenmu_tests::memory;
use kenmu_tests::seat::Seat;
use kenmu_tests::vault::Looked;

use super::vault_kill::{Machine, edit};

/// A valid number by the published formula.
const NUMBER: &str = "314159265352";
/// A piece this long must not be anywhere: shorter ones are in every date.
const PIECE: usize = 5;
/// What stands before it, so that there is something to keep.
const BEFORE: &str = "番号は";
/// Between two digits, as a person types.
const KEY: Duration = Duration::from_millis(60);

#[tokio::test(flavor = "multi_thread")]
async fn an_individual_number_typed_sign_by_sign_reaches_no_disk_whenever_the_desk_dies() -> Result<()> {
    let mut machine = Machine::open("vault-guard").await?;
    machine.cut_off().await?;
    for length in 1..=NUMBER.len() {
        let mut seat = machine.seat().await?;
        let note = seat.new_note().await?;
        type_digits(&mut seat, note, length).await?;
        seat.kill().await?;
        machine.has_no_piece().await.with_context(|| format!("after {length} digits"))?;
    }
    let mut seat = machine.seat().await?;
    let note = seat.new_note().await?;
    type_digits(&mut seat, note, NUMBER.len()).await?;
    for refused in [NoteIntent::Save { note }, NoteIntent::Finish { note }] {
        seat.intend(&Intent::Note { note: refused }).await?;
    }
    seat.wait("the guard refuses it", |desk| desk.refused.is_some()).await?;
    ensure!(
        memory::places(seat.process(), NUMBER)? != Some(0),
        "what stands on the screen stands in the memory"
    );
    // What was refused is taken out again: nothing of it may come back by an undo.
    edit(&mut seat, note, BEFORE).await?;
    seat.wait("the rest is a draft", |desk| {
        desk.notes.pane.as_ref().is_some_and(|pane| {
            pane.written.text == BEFORE && matches!(pane.saved, Saved::Draft { held_back: false, .. })
        })
    })
    .await?;
    is_wiped(seat.process())?;
    seat.kill().await?;
    machine.has_no_piece().await?;
    println!("vault_individual_number_traces\t0");
    machine.stop().await;
    Ok(())
}

/// Whole, and without the digit that follows from the others, the number lies nowhere in the program's memory.
fn is_wiped(process: i32) -> Result<()> {
    for (word, piece) in [("twelve", NUMBER), ("eleven", &NUMBER[..11])] {
        let Some(places) = memory::places(process, piece)? else {
            println!("memory\tonly root may look");
            return Ok(());
        };
        println!("memory_{word}_digits_places\t{places}");
        ensure!(places == 0, "{word} digits lie in {places} places of the memory");
    }
    Ok(())
}

async fn type_digits(seat: &mut Seat, note: NoteId, length: usize) -> Result<()> {
    for typed in 1..=length {
        edit(seat, note, &format!("{BEFORE}{}", &NUMBER[..typed])).await?;
        tokio::time::sleep(KEY).await;
    }
    seat.wait("it is on its way or held back", |desk| {
        let pane = desk.notes.pane.as_ref();
        pane.is_some_and(|pane| pane.note == note && matches!(pane.saved, Saved::Draft { .. }))
    })
    .await?;
    Ok(())
}

impl Machine {
    /// No piece of the number: decrypted, raw, in the write-ahead log, or in what the programs logged.
    async fn has_no_piece(&self) -> Result<()> {
        let pieces: Vec<&str> = (0..=NUMBER.len() - PIECE).map(|at| &NUMBER[at..at + PIECE]).collect();
        let raw = self.looked().raw()?;
        let logs = std::fs::read_dir(self.folder())?.flatten().filter(|entry| entry.path().is_file());
        let logs = logs.filter_map(|entry| Some((entry.path(), std::fs::read(entry.path()).ok()?)));
        for (path, bytes) in raw.into_iter().chain(logs.filter(|(path, _)| is_log(path))) {
            for piece in &pieces {
                let found = bytes.windows(PIECE).any(|window| window == piece.as_bytes());
                ensure!(!found, "{piece} lies in {}", path.display());
            }
        }
        let vault = self.looked().open().await?;
        Looked::is_sound(&vault).await?;
        let words = Looked::words(&vault).await?;
        vault.close().await;
        ensure!(words.iter().any(|word| word.contains(BEFORE)), "the words before it are kept");
        for piece in &pieces {
            ensure!(!words.iter().any(|word| word.contains(piece)), "{piece} stands in the vault");
        }
        Ok(())
    }
}

/// A log may hold ports and times; a desk's own is quiet, and the whole number would be a trace anywhere.
fn is_log(path: &std::path::Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("desk-"))
}
