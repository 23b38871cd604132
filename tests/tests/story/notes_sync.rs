//! Notes on their way to a server that dies, comes back as it was yesterday, or comes back with nothing.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use desk::note::revision::NoteId;
use kenmu_tests::centre::{Centre, Plan};
use kenmu_tests::place;
use kenmu_tests::wait::until;
use kenmu_tests::writer::Writer;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::common::size;

/// As many desks as a large centre has.
const DESKS: u32 = 20;
/// Every acked revision is back so soon after a restore (bar 4).
const BACK: Duration = Duration::from_secs(60);
/// In every note, so that all are found by it.
const WORD: &str = "交付申請書";

async fn desks(centre: &Centre, folder: &Path, many: u32) -> Result<Vec<Writer>> {
    let mut desks = Vec::new();
    for number in 1..=many {
        desks.push(Writer::open(centre, number, folder).await?);
    }
    Ok(desks)
}

/// Each desk writes so many notes, and the server has them.
async fn write(desks: &[Writer], many: u32, all: &mut BTreeSet<NoteId>) -> Result<()> {
    for desk in desks {
        for nth in 0..many {
            all.insert(desk.write(&format!("{WORD}の発送を案内。{nth}件目")).await?);
        }
    }
    for desk in desks {
        desk.synced_within(BACK).await?;
    }
    Ok(())
}

/// Waits until a desk that was never here finds exactly these notes.
async fn a_new_desk_finds(centre: &Centre, folder: &Path, all: &BTreeSet<NoteId>) -> Result<Duration> {
    let began = Instant::now();
    let fresh = folder.join(format!("fresh-{}", began.elapsed().as_nanos()));
    std::fs::create_dir_all(&fresh)?;
    let desk = Writer::open(centre, 1, &fresh).await?;
    until("a new desk finds every note", BACK, || async {
        let found = desk.found(WORD, more_than(all)).await.ok()?;
        if found.len() < all.len() {
            desk.hurry();
        }
        (found == *all).then_some(())
    })
    .await?;
    desk.close().await;
    std::fs::remove_dir_all(&fresh)?;
    Ok(began.elapsed())
}

/// So many hits that one note too many would show.
fn more_than(all: &BTreeSet<NoteId>) -> u32 {
    all.len() as u32 + 1
}

async fn everybody_has(desks: &[Writer], all: &BTreeSet<NoteId>) -> Result<()> {
    for desk in desks {
        until("every desk has every note", BACK, || async {
            desk.hurry();
            (desk.found(WORD, more_than(all)).await.ok()? == *all).then_some(())
        })
        .await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_server_has_every_acked_note_back_within_a_minute() -> Result<()> {
    let folder = place::fresh("story/notes-restored")?;
    let plan = Plan { operators: DESKS, ..Plan::default() };
    let mut centre = Centre::open(&folder, &plan).await?;
    let desks = desks(&centre, &folder, DESKS).await?;
    let mut all = BTreeSet::new();
    write(&desks, 10, &mut all).await?;
    let backup = folder.join("backup.db");
    let backup = backup.to_string_lossy();
    centre.ask(&["backup", &backup], "").await?;
    write(&desks, 20, &mut all).await?;

    centre.kill_server().await?;
    centre.ask(&["restore", "--force", &backup], "").await?;
    let restored = Instant::now();
    centre.start_server().await?;
    for desk in &desks {
        desk.sign_in(&centre).await?;
    }
    a_new_desk_finds(&centre, &folder, &all).await?;
    let back = restored.elapsed();
    println!("acked_back_after_restore_ms\t{}\t{} notes of {DESKS} desks", back.as_millis(), all.len());
    ensure!(back < BACK, "{back:?}");
    everybody_has(&desks, &all).await?;
    centre.conservation().await?;
    for desk in desks {
        desk.close().await;
    }
    centre.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_comes_back_empty_is_filled_again_and_no_desk_forgets() -> Result<()> {
    let folder = place::fresh("story/notes-empty")?;
    let mut centre = Centre::open(&folder, &Plan { operators: 3, ..Plan::default() }).await?;
    let desks = desks(&centre, &folder, 3).await?;
    let mut all = BTreeSet::new();
    write(&desks, 20, &mut all).await?;
    everybody_has(&desks, &all).await?;
    centre.kill_server().await?;
    centre.forget_everything()?;
    centre.add_accounts(3).await?;
    let began = Instant::now();
    centre.start_server().await?;
    for desk in &desks {
        desk.sign_in(&centre).await?;
    }
    a_new_desk_finds(&centre, &folder, &all).await?;
    println!("empty_server_filled_ms\t{}\t{} notes", began.elapsed().as_millis(), all.len());
    everybody_has(&desks, &all).await?;
    for desk in desks {
        desk.close().await;
    }
    centre.stop().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_during_pushes_loses_and_doubles_nothing() -> Result<()> {
    let kills = size("KENMU_SERVER_KILLS", 12, 500)?;
    let folder = place::fresh("story/notes-kills")?;
    let mut centre = Centre::open(&folder, &Plan { operators: 4, ..Plan::default() }).await?;
    let desks = desks(&centre, &folder, 4).await?;
    let seed: u64 = std::env::var("KENMU_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(5);
    println!("seed\t{seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let mut all = BTreeSet::new();
    for _ in 0..kills {
        let until = Instant::now() + Duration::from_millis(chance.random_range(20..220));
        while Instant::now() < until {
            let desk = &desks[chance.random_range(0..desks.len())];
            all.insert(desk.write(&format!("{WORD}の発送を案内。")).await?);
        }
        centre.kill_server().await?;
        centre.start_server().await?;
        desks.iter().for_each(Writer::hurry);
    }
    for desk in &desks {
        // Tokens live for minutes, a long run for longer.
        desk.sign_in(&centre).await?;
        desk.synced_within(BACK).await?;
    }
    a_new_desk_finds(&centre, &folder, &all).await?;
    everybody_has(&desks, &all).await?;
    println!("server_kills\t{kills}\t{} notes, none lost, none double", all.len());
    centre.conservation().await?;
    for desk in desks {
        desk.close().await;
    }
    centre.stop().await;
    Ok(())
}
