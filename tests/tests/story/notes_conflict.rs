//! Two operators change one note while neither has a line: both versions stand on both screens, and a person's click
//! puts them together. And a desk whose disk is full.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use client::view::notes::{Saved, VaultTrouble};
use desk::note::NoteId;
use kenmu_tests::centre::{PASSWORD, Plan};
use kenmu_tests::seat::Seat;
use kenmu_tests::stage::Stage;
use kenmu_tests::wait::until;
use kenmu_tests::window::{Came, Window};

use super::common::{close, folder, stage};
use super::vault_kill::edit;

const PATIENCE: Duration = Duration::from_secs(30);
/// In every version of the note.
const WORD: &str = "継続利用";

async fn find(window: &Window, word: &str) -> Result<NoteId> {
    window.page.press("room-records").await?;
    window.page.fill("search-words", word).await?;
    until("the note is found", PATIENCE, || async {
        Some(window.desk().await.ok()?.notes.search?.hits.first()?.note)
    })
    .await
}

/// Opens the note and finishes it with another text.
async fn change(window: &Window, text: &str) -> Result<()> {
    let number = until("the hit", PATIENCE, || async {
        Some(window.desk().await.ok()?.notes.search?.hits.first()?.number.clone())
    })
    .await?;
    window.page.press(&format!("hit-{number}")).await?;
    window.page.press("change").await?;
    window.page.see("note-pane").await?;
    window.page.fill("note-text", text).await?;
    window.page.press("finish").await?;
    until("it is stored here", PATIENCE, || async {
        (window.desk().await.ok()?.notes.unsynced > 0).then_some(())
    })
    .await
}

async fn sees_both(window: &Window, texts: [&str; 2]) -> Result<()> {
    until("both versions stand side by side", PATIENCE, || async {
        let told = window.page.text("differs-text").await.ok()?;
        texts.iter().all(|text| told.contains(text)).then_some(())
    })
    .await
}

/// Opens what must be put together.
async fn attend(window: &Window) -> Result<()> {
    let number = until("要対応 names the note", PATIENCE, || async {
        let notes = window.desk().await.ok()?.notes;
        Some(notes.attention.first()?.number.clone())
    })
    .await?;
    window.page.press("room-records").await?;
    window.page.press(&format!("attend-{number}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn two_changes_without_a_line_stand_on_both_screens_until_a_person_decides() -> Result<()> {
    let mut stage = stage("notes-conflict", 2, "").await?;
    let first = stage.window(1).await?;
    let second = stage.window(2).await?;
    first.page.press("new-note").await?;
    first.page.choose("disposition", "guided").await?;
    first.fill_note(Came::ByTelephone).await?;
    first.page.fill("note-text", &format!("{WORD}の手続を案内しました。")).await?;
    first.page.press("finish").await?;
    let note = find(&second, WORD).await?;
    ensure!(find(&first, WORD).await? == note, "both have the same note");

    stage.centre.kill_server().await?;
    let texts = ["継続利用は九十日以内と案内しました。", "継続利用の持ち物を案内しました。"];
    change(&first, texts[0]).await?;
    change(&second, texts[1]).await?;
    stage.centre.start_server().await?;
    for window in [&first, &second] {
        attend(window).await?;
        sees_both(window, texts).await?;
    }
    stage.photograph_window(&second, "desk-resolve").await?;
    second.page.press("take-text-0").await?;
    second.page.press("resolve").await?;
    for window in [&first, &second] {
        until("one version stands", PATIENCE, || async {
            let notes = window.desk().await.ok()?.notes;
            (notes.attention.is_empty() && notes.unsynced == 0).then_some(())
        })
        .await?;
    }
    println!("conflict_on_both_screens\ttrue");
    first.close().await;
    second.close().await;
    close(stage, vec![], vec![]).await?;
    Ok(())
}

/// A small disk of the test's own, gone with it.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(place: std::path::PathBuf) -> Result<SmallDisk> {
        std::fs::create_dir_all(&place)?;
        let mut mount = std::process::Command::new("mount");
        let done = mount.args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(&place).status()?;
        ensure!(done.success(), "a small disk needs the right to mount");
        Ok(SmallDisk(place))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // What cannot be unmounted goes with the machine.
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_within_a_second_and_writing_goes_on_when_there_is_room() -> Result<()> {
    if std::env::var("USER").is_ok_and(|user| user != "root") {
        println!("skipped: a small disk needs root");
        return Ok(());
    }
    let stage = Stage::open_as(&folder("notes-full-disk")?, &Plan::default()).await?;
    let disk = SmallDisk::mount(stage.folder.join("small"))?;
    let mut variables = stage.desk_variables();
    variables.insert("KENMU_DATA".to_owned(), Some(disk.0.to_string_lossy().into_owned()));
    let mut seat = Seat::start(&stage.centre, "op01", "op01", &variables)?;
    seat.give_password(PASSWORD).await?;
    let note = seat.new_note().await?;
    edit(&mut seat, note, "書き始め").await?;
    let saved = |desk: &client::view::DeskView| desk.notes.pane.as_ref().map(|pane| pane.saved);
    seat.wait("it is on the disk", |desk| matches!(saved(desk), Some(Saved::Draft { .. }))).await?;
    let ballast = disk.0.join("ballast");
    // The system refuses the last part of it: the disk is full then.
    let _ = std::fs::write(&ballast, vec![1; 4 * 1024 * 1024]);
    let full = Instant::now();
    // The write-ahead log has some room of its own: one goes on typing until it is used up.
    let mut text = String::from("書き始め");
    let mut told = None;
    while told.is_none() && full.elapsed() < PATIENCE {
        text = format!("{}続き", text.chars().take(400).collect::<String>());
        let key = Instant::now();
        edit(&mut seat, note, &text).await?;
        tokio::time::sleep(Duration::from_millis(20)).await;
        let desk = seat.desk().context("the desk is there")?;
        told = (desk.notes.trouble == Some(VaultTrouble::DiskFull)).then(|| key.elapsed());
    }
    let told = told.context("a full disk is told")?;
    println!("disk_full_told_ms\t{}", told.as_millis());
    ensure!(told < Duration::from_secs(1), "{told:?}");
    std::fs::remove_file(&ballast)?;
    let room = Instant::now();
    seat.wait("it is on the disk again, by itself", |desk| {
        desk.notes.trouble.is_none() && matches!(saved(desk), Some(Saved::Draft { .. }))
    })
    .await?;
    println!("disk_room_noticed_ms\t{}", room.elapsed().as_millis());
    seat.stop().await;
    drop(disk);
    close(stage, vec![], vec![]).await?;
    Ok(())
}
