//! The first act: two booths are served in turn at one desk, and the server goes away for a while.

use std::path::Path;

use anyhow::{Context, Result};

use super::{serve, talk};
use crate::booth::Booth;
use crate::capture::Eye;
use crate::centre::Plan;
use crate::fact::{Facts, median};
use crate::place;
use crate::stage::{SECOND_VISITOR_HZ, Stage, VISITOR_HZ};
use crate::window::Window;

/// How many times a visitor is served.
const ROUNDS: usize = 5;

/// Plays it and prints its facts; pictures go to `photos`.
///
/// # Errors
/// When it breaks off.
pub async fn play(photos: &Path, facts: &mut Facts) -> Result<()> {
    let mut stage = Stage::open_as(&place::fresh("demo/first-act")?, &Plan::default()).await?;
    photos.clone_into(&mut stage.photos);
    let window = Window::open(&stage.centre, "op01", &stage.desk_variables()).await?;
    window.page.see("sign-in").await?;
    stage.photograph_window(&window, "sign-in").await?;
    window.sign_in("op01").await?;
    let booth = stage.booth(1).await?;
    let second = stage.booth(2).await?;
    stage.photograph_booth(&booth, "booth-start").await?;
    serve::ready(&window).await?;
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
            talk::talk(&stage, &window, caller, &speaker, facts).await?;
        }
        serve::end(&stage, &window, caller, round == 0).await?;
    }
    for (name, values) in [("accept_to_first_frame_ms", pictures), ("accept_to_first_sound_ms", sounds)] {
        let median = median(values);
        facts.judge(name, format!("{median:.0}"), median.is_finite(), "a time");
    }
    outage(&mut stage, &window, &booth).await?;
    judge_end(&stage, facts).await?;
    stage.judge_scrolling(facts);
    second.close().await;
    booth.close().await;
    window.close().await;
    stage.close().await;
    Ok(())
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
