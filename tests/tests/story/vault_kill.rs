//! A robot types into the real headless desk, which is killed at any moment: what the window called saved is there,
//! the file is sound, and of the last second at most something is lost.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use client::view::Intent;
use client::view::notes::{NoteIntent, Saved};
use desk::contact::Disposition;
use desk::note::{CategoryCode, NoteId, Party, Written};
use kenmu_tests::centre::{Centre, Plan};
use kenmu_tests::child::Variables;
use kenmu_tests::seat::Seat;
use kenmu_tests::vault::Looked;
use kenmu_tests::wait::until;

use super::common::{folder, size};

/// Kills on every day, and by hand.
const KILLS: (u32, u32) = (50, 1_000);
/// The robot's pause between two keys: faster than anybody types.
const KEY: Duration = Duration::from_millis(15);
/// What may be lost of the typing.
const LOST: Duration = Duration::from_secs(1);
/// Each so many keys the robot saves, and each so many it finishes the note and begins another.
const SAVES: usize = 7;
const FINISHES: usize = 23;
/// What the robot types, over and over: no digit, nothing that the guard holds back.
const WORDS: &str = "転入の手続きを案内した。必要な書類を説明し、窓口の時間を伝えた。";

/// One desk's data and how it is started.
pub(super) struct Machine {
    centre: Centre,
    data: PathBuf,
}

/// What the robot did until the kill.
struct Played {
    notes: Vec<Typed>,
    killed: Instant,
}

/// A note as the robot typed it: every text in order, when, and the last one that was called saved.
struct Typed {
    note: NoteId,
    texts: Vec<(String, Instant)>,
    saved: usize,
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_called_saved_is_lost_by_a_kill() -> Result<()> {
    let kills = size("KENMU_KILLS", KILLS.0, KILLS.1)?;
    let mut machine = Machine::open("vault-kill").await?;
    let (mut said, mut worst) = (0, Duration::ZERO);
    for round in 0..kills {
        if round == kills / 2 {
            // The second half has no server at all.
            machine.cut_off().await?;
        }
        let seat = machine.seat().await.with_context(|| format!("start {round}"))?;
        let typed = play(seat, moment(round)).await.with_context(|| format!("round {round}"))?;
        let (seen, lost) = machine.judge(&typed).await.with_context(|| format!("round {round}"))?;
        (said, worst) = (said + seen, worst.max(lost));
    }
    println!("vault_kills\t{kills}");
    println!("vault_saved_words_checked\t{said}");
    println!("vault_lost_typing_ms_max\t{}", worst.as_millis());
    ensure!(said >= kills as usize / 2, "the robot was seen saving: {said} times in {kills} rounds");
    machine.stop().await;
    Ok(())
}

/// When the kill falls, after the first key: spread over a second and a half, the same in every run.
fn moment(round: u32) -> Duration {
    let mixed = u64::from(round).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    Duration::from_millis(20 + mixed % 1_500)
}

/// Types until the moment has come, and kills the desk.
async fn play(mut seat: Seat, moment: Duration) -> Result<Played> {
    let mut notes = vec![begin(&mut seat, None).await?];
    let began = Instant::now();
    let letters: Vec<char> = WORDS.chars().collect();
    let mut text = String::new();
    for (key, letter) in letters.iter().cycle().enumerate() {
        let typed = notes.last_mut().context("a note is open")?;
        text.push(*letter);
        typed.texts.push((text.clone(), Instant::now()));
        edit(&mut seat, typed.note, &text).await?;
        if began.elapsed() >= moment {
            // The last key may be on its way only.
            break;
        }
        tokio::time::sleep(KEY).await;
        typed.look(&seat);
        let note = typed.note;
        if key % FINISHES == FINISHES - 1 {
            seat.intend(&Intent::Note { note: NoteIntent::Finish { note } }).await?;
            let next = begin(&mut seat, Some(note));
            match tokio::time::timeout(Duration::from_millis(500), next).await {
                Ok(next) => notes.push(next?),
                Err(_) => continue,
            }
            // The window has let the note go: it said that it is stored.
            let done = notes.len() - 2;
            notes[done].saved = notes[done].texts.len();
            text.clear();
        } else if key % SAVES == SAVES - 1 {
            seat.intend(&Intent::Note { note: NoteIntent::Save { note } }).await?;
        }
    }
    let killed = Instant::now();
    seat.kill().await?;
    Ok(Played { notes, killed })
}

/// Begins a note, once the one before is stored.
async fn begin(seat: &mut Seat, before: Option<NoteId>) -> Result<Typed> {
    if before.is_some() {
        seat.wait("the finished note is put away", |desk| desk.notes.pane.is_none()).await?;
    }
    let note = seat.new_note().await?;
    Ok(Typed { note, texts: Vec::new(), saved: 0 })
}

/// Types a text into a note that lacks nothing else, the caret behind it.
pub(super) async fn edit(seat: &mut Seat, note: NoteId, text: &str) -> Result<()> {
    let written = Written {
        categories: vec![CategoryCode(104)],
        party: Some(Party::Self_),
        disposition: Some(Disposition::SentElsewhere),
        text: text.to_owned(),
        ..Written::default()
    };
    let caret = Some((desk::note::TextField::Text, text.chars().count() as u32));
    let written = Box::new(written);
    seat.intend(&Intent::Note { note: NoteIntent::Edit { note, written, caret, version: 1 } }).await
}

impl Typed {
    /// Remembers what the window calls saved.
    fn look(&mut self, seat: &Seat) {
        let Some(pane) = seat.desk().and_then(|desk| desk.notes.pane) else { return };
        let safe = match pane.saved {
            Saved::Draft { .. } | Saved::Stored { .. } => pane.note == self.note,
            Saved::Empty | Saved::Writing | Saved::Failed => false,
        };
        let place = self.texts.iter().position(|(text, _)| *text == pane.written.text);
        if let Some(place) = place.filter(|_| safe) {
            self.saved = self.saved.max(place + 1);
        }
    }
}

impl Machine {
    /// A centre, and a desk on which the account was signed in once.
    pub(super) async fn open(name: &str) -> Result<Machine> {
        let folder = folder(name)?;
        let centre = Centre::open(&folder, &Plan::default()).await?;
        let machine = Machine { centre, data: folder.join("data") };
        let mut seat = machine.seat().await?;
        seat.wait("the desk has what an offline start shows", |desk| !desk.state.city.is_empty()).await?;
        let kept = || async {
            let vault = machine.looked().open().await.ok()?;
            let kept = vault.kept("desk").await.ok().flatten();
            vault.close().await;
            kept
        };
        until("the desk's state is kept", Duration::from_secs(20), kept).await?;
        seat.stop().await;
        Ok(machine)
    }

    pub(super) fn looked(&self) -> Looked {
        Looked::at(&self.data, "op01")
    }

    /// A desk that signs in, with the server or without.
    pub(super) async fn seat(&self) -> Result<Seat> {
        let data = self.data.to_string_lossy().into_owned();
        let variables = Variables::from([("KENMU_DATA".to_owned(), Some(data))]);
        let mut seat = Seat::start(&self.centre, "op01", "op01", &variables)?;
        seat.give_password(kenmu_tests::centre::PASSWORD).await?;
        Ok(seat)
    }

    /// From now on there is no server.
    pub(super) async fn cut_off(&mut self) -> Result<()> {
        self.centre.kill_server().await
    }

    /// Where the logs are.
    pub(super) fn folder(&self) -> &Path {
        &self.centre.folder
    }

    pub(super) async fn stop(self) {
        self.centre.stop().await;
    }

    /// What was called saved is there: how often that was seen, and how old the newest lost key is.
    async fn judge(&self, played: &Played) -> Result<(usize, Duration)> {
        let vault = self.looked().open().await?;
        Looked::is_sound(&vault).await?;
        let (mut seen, mut worst) = (0, Duration::ZERO);
        for note in played.notes.iter().filter(|note| !note.texts.is_empty()) {
            let text = Looked::text(&vault, note.note).await?.unwrap_or_default();
            let place = note.texts.iter().position(|(typed, _)| *typed == text).map_or(0, |place| place + 1);
            ensure!(
                place >= note.saved,
                "{:?} was called saved at sign {} and {place} are there",
                note.note,
                note.saved
            );
            seen += usize::from(note.saved > 0);
            if let Some((_, typed)) = note.texts.get(place) {
                worst = worst.max(played.killed.saturating_duration_since(*typed));
            }
        }
        vault.close().await;
        ensure!(worst <= LOST, "the typing of {worst:?} before the kill is lost");
        Ok((seen, worst))
    }
}
