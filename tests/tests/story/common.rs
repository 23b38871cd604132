//! What every story needs: a stage of its own, and a way to see that sound goes on.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use client::view::Screen;
use desk::ids::ContactId;
use kenmu_tests::booth::Booth;
use kenmu_tests::centre::Plan;
use kenmu_tests::hear::{first_tone_ms, longest_gap_ms};
use kenmu_tests::place;
use kenmu_tests::seat::Seat;
use kenmu_tests::sound::{Clip, Recording, now_ms};
use kenmu_tests::stage::{OPERATOR_HZ, Stage, VISITOR_HZ};
use link::state::ContactCard;

/// Settings of the desk with a short ring, so that a story need not wait 20 s.
pub const SHORT_RING: &str = "[desk]\nring_timeout_ms = 5000\n";

/// How large a run is: what the variable says, else the full size with `KENMU_LONG=1`, else that of every
/// day, which a build machine has the time for.
pub fn size(variable: &str, every_day: u32, full: u32) -> Result<u32> {
    match std::env::var(variable) {
        Ok(text) => text.parse().with_context(|| format!("{variable} is a number")),
        Err(_) if is_long() => Ok(full),
        Err(_) => Ok(every_day),
    }
}

/// True for the full sizes.
pub fn is_long() -> bool {
    std::env::var("KENMU_LONG").is_ok_and(|text| text == "1")
}

pub fn folder(name: &str) -> Result<PathBuf> {
    place::fresh(&format!("story/{name}"))
}

/// A stage with one booth and this many operators' accounts.
pub async fn stage(name: &str, operators: u32, settings: &str) -> Result<Stage> {
    Stage::open_as(&folder(name)?, &Plan { operators, settings, ..Plan::default() }).await
}

/// A talk between one headless desk and the first booth, both heard.
pub struct Talk {
    pub stage: Stage,
    pub desk: Seat,
    pub booth: Booth,
    pub at_desk: Recording,
    pub at_booth: Recording,
    pub contact: ContactId,
}

impl Talk {
    /// Opens everything and waits until both hear each other. A network that is cut later is the booth's.
    pub async fn open(name: &str, plan: &Plan<'_>) -> Result<Talk> {
        let stage = Stage::open_as(&folder(name)?, plan).await?;
        let mut desk = seat(&stage, 1).await?;
        if let Some(relay) = &stage.centre.relay {
            relay.spare_known();
        }
        let booth = stage.booth(1).await?;
        let at_desk = stage.sound.record("desk_speaker")?;
        let at_booth = stage.sound.record("booth1_speaker")?;
        booth.call().await?;
        desk.offered().await?;
        desk.answer().await?;
        let contact = desk.live().await?.state.contact.context("a live talk has a contact")?.contact;
        booth.screen("talk").await?;
        let from = now_ms();
        heard(&at_desk, VISITOR_HZ, from).await?;
        heard(&at_booth, OPERATOR_HZ, from).await?;
        Ok(Talk { stage, desk, booth, at_desk, at_booth, contact })
    }

    /// The contact in hand, which is still the same.
    pub fn card(&self) -> Result<ContactCard> {
        let card = match self.desk.view().map(|view| view.screen) {
            Some(Screen::Desk(desk)) => desk.state.contact,
            Some(Screen::SignIn { .. }) | None => None,
        };
        let card = card.context("the desk still has its contact")?;
        ensure!(card.contact == self.contact, "the contact is the same");
        Ok(card)
    }

    /// The operator ends the talk; the ledger adds up.
    pub async fn end(mut self) -> Result<String> {
        self.desk.end_and_finish().await?;
        close(self.stage, vec![self.desk], vec![self.booth]).await
    }
}

/// A headless desk, signed in and ready; only the first one has devices of its own.
pub async fn seat(stage: &Stage, number: u32) -> Result<Seat> {
    let mut seat = Seat::sign_in(&stage.centre, number, &stage.desk_variables()).await?;
    seat.ready().await?;
    Ok(seat)
}

/// Everything ends; the ledger adds up.
pub async fn close(stage: Stage, seats: Vec<Seat>, booths: Vec<Booth>) -> Result<String> {
    for booth in booths {
        booth.close().await;
    }
    for seat in seats {
        seat.stop().await;
    }
    let told = stage.centre.conservation().await?;
    stage.centre.stop().await;
    Ok(told)
}

/// Waits until a tone is heard on a recording, and gives the wall clock of that moment.
pub async fn heard(recording: &Recording, hz: f64, from_ms: f64) -> Result<f64> {
    let found = kenmu_tests::wait::until("the tone is heard", Duration::from_secs(15), || async {
        first_tone_ms(&recording.clip(), hz, from_ms)
    })
    .await;
    if found.is_err() {
        keep("unheard", &recording.clip())?;
    }
    found
}

/// The tone never stops for longer than `limit_ms` from then until now.
pub fn unbroken(what: &str, recording: &Recording, hz: f64, from_ms: f64, limit_ms: u32) -> Result<u32> {
    let clip: Clip = recording.clip().part(from_ms, now_ms() - from_ms);
    ensure!(clip.seconds() * 1000.0 > (now_ms() - from_ms) * 0.95, "{what}: the recorder stalled");
    let gap = longest_gap_ms(&clip, hz);
    println!("{what}_gap_ms\t{gap}");
    if gap > limit_ms {
        keep(what, &clip)?;
    }
    ensure!(gap <= limit_ms, "{what}: the longest gap is {gap} ms, wanted ≤ {limit_ms}");
    Ok(gap)
}

/// Keeps what was there instead, for whoever reads the failure.
fn keep(name: &str, clip: &Clip) -> Result<()> {
    let sound = media::tone::wav::write(kenmu_tests::sound::RATE, &clip.samples);
    Ok(std::fs::write(place::top().join(format!("target/story/{name}.wav")), sound)?)
}
