//! The fourth act: a note that is written while the server is away, found at another desk when it is back; and a
//! contact sheet that a lead checks and that goes to the city as a file.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use client::view::notes::{SheetFormat, Told};
use desk::note::SheetStatus;

use crate::centre::{PASSWORD, Plan};
use crate::fact::Facts;
use crate::place;
use crate::sheet_file;
use crate::stage::Stage;
use crate::wait::until;
use crate::window::{Came, Window};

/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// A word that stands in no other text of the act.
const WORD: &str = "特記郵便";
/// What the sheet says: with leading zeros and the beginning of a formula, which must both come through.
const SUMMARY: &str = "=0480 から始まる番号の方へ、発送の時期を知らせてください。";

/// Plays it and prints its facts; pictures go to `photos`.
///
/// # Errors
/// When it breaks off.
pub async fn play(photos: &Path, facts: &mut Facts) -> Result<()> {
    let folder = place::fresh("demo/fourth-act")?;
    let mut stage = Stage::open_as(&folder, &Plan { operators: 2, ..Plan::default() }).await?;
    photos.clone_into(&mut stage.photos);
    let first = stage.window(1).await?;

    stage.centre.kill_server().await?;
    first.page.see_within("offline", PATIENCE).await?;
    stage.photograph_window(&first, "desk-offline").await?;
    write(&first).await?;
    stage.photograph_window(&first, "desk-offline-note").await?;
    let notes = first.desk().await?.notes;
    facts.judge("unsynced_while_cut_off", notes.unsynced, notes.unsynced == 1, "the one note");

    stage.centre.start_server().await?;
    let back = Instant::now();
    until("the server has the note", PATIENCE, || async {
        (first.desk().await.ok()?.notes.unsynced == 0).then_some(())
    })
    .await?;
    facts.tell("note_sent_after_restart_ms", back.elapsed().as_millis());
    let second = stage.window(2).await?;
    let found = find(&second).await.is_ok();
    facts.judge("note_found_on_second_desktop", found, found, "true");
    stage.photograph_window(&second, "desk-records").await?;
    second.close().await;
    sheet(&stage, &first, facts).await?;

    first.close().await;
    stage.judge_scrolling(facts);
    stage.centre.conservation().await?;
    stage.centre.stop().await;
    Ok(())
}

/// A note without a contact, finished.
async fn write(window: &Window) -> Result<()> {
    window.page.press("new-note").await?;
    window.page.choose("disposition", "guided").await?;
    window.fill_note(Came::ByTelephone).await?;
    window.page.fill("note-text", &format!("{WORD}の受け取り方を案内しました。")).await?;
    until("nothing is missing", PATIENCE, || async {
        window.desk().await.ok()?.notes.pane?.missing.is_empty().then_some(())
    })
    .await?;
    window.page.press("finish").await?;
    until("it is on this disk", PATIENCE, || async {
        (window.desk().await.ok()?.notes.unsynced == 1).then_some(())
    })
    .await
}

async fn find(window: &Window) -> Result<()> {
    window.page.press("room-records").await?;
    window.page.fill("search-words", WORD).await?;
    until("the note is found", PATIENCE, || async {
        window.page.text("hits").await.ok()?.contains(WORD).then_some(())
    })
    .await
}

/// A contact sheet is raised, checked by the lead and exported, and a program that is not ours reads the same rows.
async fn sheet(stage: &Stage, window: &Window, facts: &mut Facts) -> Result<()> {
    window.page.press("room-sheets").await?;
    window.page.press("sheet-new").await?;
    window.page.choose("sheet-kind", "judgement").await?;
    window.page.fill("sheet-summary", SUMMARY).await?;
    window.page.press("sheet-raise").await?;
    let row = until("the sheet stands in the list", PATIENCE, || async {
        window.desk().await.ok()?.notes.sheets.into_iter().next()
    })
    .await?;
    let early = row.step.is_none() && window.page.attribute("export-xlsx", "disabled").await?.is_some();
    facts.judge("sheet_waits_for_the_lead", early, early, "true");
    check(stage, &row.number).await?;
    until("the sheet is checked on this desk too", PATIENCE, || async {
        window.desk().await.ok()?.notes.sheets.first()?.step.map(drop)
    })
    .await?;
    for (name, format) in [
        ("xlsx", SheetFormat::Xlsx),
        ("csv_utf8", SheetFormat::CsvUtf8),
        ("csv_cp932", SheetFormat::CsvCp932),
    ] {
        let file = export(window, name).await?;
        let rows = sheet_file::rows(&std::fs::read(&file)?, format)?;
        let (head, lines) = rows.split_first().context("a line of headings")?;
        ensure!(lines.len() == 1, "{name} has {} lines", lines.len());
        let cell = |header: &str| {
            let place = head.iter().position(|cell| cell == header);
            place.and_then(|place| lines[0].get(place)).map_or("", String::as_str)
        };
        let summary = cell("要旨");
        // What guards a CSV against being taken for a formula is a sign before it.
        let equal = cell("連絡票番号") == row.number && summary.trim_start_matches('\'') == SUMMARY;
        facts.judge(&format!("sheet_rows_equal_{name}"), equal, equal, "true");
    }
    window.page.press(&format!("move-{}", row.number)).await?;
    until("the sheet is sent and the server has it", PATIENCE, || async {
        let notes = window.desk().await.ok()?.notes;
        let sent = notes.sheets.first()?.status == SheetStatus::Sent;
        (sent && notes.unsynced == 0 && notes.attention.is_empty()).then_some(())
    })
    .await?;
    stage.photograph_window(window, "desk-sheets").await
}

/// The lead's second pair of eyes, at a desk of its own.
async fn check(stage: &Stage, number: &str) -> Result<()> {
    let add = ["operator", "add", "lead01", "--display", "責任者01", "--lead"];
    stage.centre.ask(&add, PASSWORD).await?;
    let lead = Window::open(&stage.centre, "lead01", &stage.desk_variables()).await?;
    lead.sign_in("lead01").await?;
    lead.page.press("room-sheets").await?;
    lead.page.see_within(&format!("check-{number}"), PATIENCE).await?;
    stage.photograph_window(&lead, "desk-sheets-lead").await?;
    lead.page.press(&format!("check-{number}")).await?;
    until("the server has the lead's check", PATIENCE, || async {
        let notes = lead.desk().await.ok()?.notes;
        (notes.sheets.first()?.step.is_some() && notes.unsynced == 0).then_some(())
    })
    .await?;
    lead.close().await;
    Ok(())
}

async fn export(window: &Window, format: &str) -> Result<PathBuf> {
    let before = window.desk().await?.notes.told;
    window.page.press(&format!("export-{format}")).await?;
    until("the file is written", PATIENCE, || async {
        match window.desk().await.ok()?.notes.told {
            told if told == before => None,
            Some(Told::Exported { path, .. }) => Some(PathBuf::from(path)),
            Some(Told::Imported { .. } | Told::Failed { .. }) | None => None,
        }
    })
    .await
}
