//! The whole round, untouched: booths ring, the desk answers, both are seen and heard, the talk ends.
//! Every figure is taken at the real window, the real page and the real sinks.

mod closing;
mod lost;
mod mask;
mod second_act;
mod serve;
mod share;
mod talk;
mod texts;

use std::time::Duration;

use anyhow::{Context, Result};

use crate::booth::Booth;
use crate::capture::Eye;
use crate::centre::Plan;
use crate::fact::{Facts, median};
use crate::place;
use crate::stage::SECOND_VISITOR_HZ;
use crate::window::Window;

pub use crate::hear::{first_tone_ms, longest_gap_ms};
pub use crate::stage::{OPERATOR_HZ, Stage, VISITOR_HZ};
pub use serve::ready;

/// How many times a visitor is served.
const ROUNDS: usize = 5;
/// How long a talk settles before it is looked at: jitter buffers and the pace of the encoder.
const SETTLE: Duration = Duration::from_secs(3);

/// Plays the whole round and prints its facts.
///
/// # Errors
/// When the round breaks off, or a fact falls short of its bar.
pub async fn check() -> Result<Facts> {
    let folder = place::fresh("demo")?;
    let mut facts = Facts::default();
    let mut stage = Stage::open_as(&folder, &Plan::default()).await?;
    let window = Window::open(&stage.centre, "op01", &stage.desk_variables()).await?;
    window.page.see("sign-in").await?;
    stage.photograph_window(&window, "sign-in").await?;
    window.sign_in("op01").await?;
    let booth = stage.booth(1).await?;
    let second = stage.booth(2).await?;
    stage.photograph_booth(&booth, "booth-start").await?;
    ready(&window).await?;
    stage.photograph_window(&window, "desk-idle").await?;
    Eye::Desk.place(&window.page).await?;
    Eye::Booth.place(&booth.page).await?;

    let speaker = stage.sound.record("desk_speaker")?;
    let mut pictures = Vec::new();
    let mut sounds = Vec::new();
    for round in 0..ROUNDS {
        let (caller, hz) = if round % 2 == 0 { (&booth, VISITOR_HZ) } else { (&second, SECOND_VISITOR_HZ) };
        let answered = serve::answer(&stage, &window, caller, &speaker, hz, round == 0).await?;
        pictures.push(answered.picture_ms);
        sounds.push(answered.sound_ms);
        if round + 1 == ROUNDS {
            talk::talk(&stage, &window, caller, &speaker, &mut facts).await?;
        }
        serve::end(&stage, &window, caller, round == 0).await?;
    }
    facts.judge(
        "accept_to_first_frame_ms",
        format!("{:.0}", median(pictures.clone())),
        median(pictures).is_finite(),
        "a picture",
    );
    facts.judge(
        "accept_to_first_sound_ms",
        format!("{:.0}", median(sounds.clone())),
        median(sounds).is_finite(),
        "a sound",
    );
    outage(&mut stage, &window, &booth).await?;
    judge_end(&stage, &mut facts).await?;
    second.close().await;
    booth.close().await;
    window.close().await;
    stage.close().await;
    second_act::play(&folder, &mut facts).await?;
    Ok(facts)
}

/// The server is gone for a while: both sides say so, and come back by themselves.
async fn outage(stage: &mut Stage, window: &Window, booth: &Booth) -> Result<()> {
    stage.centre.kill_server().await?;
    booth.screen("trouble").await?;
    stage.photograph_booth(booth, "booth-trouble").await?;
    window.page.see("offline").await?;
    stage.photograph_window(window, "desk-offline").await?;
    stage.centre.start_server().await?;
    booth.screen("start").await?;
    window.page.miss("offline").await
}

async fn judge_end(stage: &Stage, facts: &mut Facts) -> Result<()> {
    let told = stage.centre.conservation().await?;
    let count = |name: &str| -> Result<usize> {
        let line = told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
        line.with_context(|| format!("`verify` tells {name}"))?
            .parse()
            .with_context(|| format!("{name} is a count"))
    };
    let ended = count("end_operator_ended")?;
    facts.judge(
        "end_reason",
        format!("operator_ended {ended}/{ROUNDS}"),
        ended == ROUNDS,
        "every talk ended by the operator",
    );
    facts.tell("conservation_difference", count("conservation_difference")?);
    Ok(())
}
