//! One visitor served at the real window: ready, answered, ended.

use std::time::Duration;

use anyhow::{Context, Result};

use super::SETTLE;
use crate::booth::Booth;
use crate::capture;
use crate::hear::first_tone_ms;
use crate::sound::Recording;
use crate::stage::Stage;
use crate::wait::until;
use crate::window::{Came, Window};

/// Presses 兼務 and waits until the tag says so and the queue counts the seat.
///
/// # Errors
/// When the desk does not follow.
pub async fn ready(window: &Window) -> Result<()> {
    window.page.press("choose-1").await?;
    until("the tag says 受付可", Duration::from_secs(20), || async {
        window.page.text("tag").await.ok()?.contains("受付可").then_some(())
    })
    .await
}

/// How long a visitor waited after F2, ms.
pub struct Answered {
    /// F2 down → the visitor's first picture drawn.
    pub picture_ms: f64,
    /// F2 down → the visitor's first sound.
    pub sound_ms: f64,
}

/// One visitor rings and is answered by F2.
///
/// # Errors
/// When picture or sound do not come.
pub async fn answer(
    stage: &Stage,
    window: &Window,
    booth: &Booth,
    speaker: &Recording,
    hz: f64,
    photos: bool,
) -> Result<Answered> {
    booth.call().await?;
    window.page.see("offer-card").await?;
    if photos {
        stage.photograph_window(window, "desk-offer").await?;
        stage.photograph_booth(booth, "booth-wait").await?;
    }
    // The line is warm: the booth's leg carries media while the visitor waits.
    tokio::time::sleep(SETTLE).await;
    capture::blink(&window.page, false).await?;
    window.answer().await?;
    booth.screen("talk").await?;
    let seen = until("the visitor's picture is drawn", Duration::from_secs(10), || async {
        let seen = capture::seen(&window.page).await.ok()?;
        seen.key_to_picture_ms().is_some().then_some(seen)
    })
    .await?;
    let picture_ms = seen.key_to_picture_ms().context("a picture after the key")?;
    let sound_ms = until("the visitor is heard", Duration::from_secs(10), || async {
        first_tone_ms(&speaker.clip(), hz, seen.key).map(|at| at - seen.key)
    })
    .await?;
    Ok(Answered { picture_ms, sound_ms })
}

/// The operator ends the talk and finishes the wrap-up; the booth is ready for the next visitor.
///
/// # Errors
/// When a side does not follow.
pub async fn end(stage: &Stage, window: &Window, booth: &Booth, photos: bool) -> Result<()> {
    window.page.press("end").await?;
    window.page.see("disposition").await?;
    booth.screen("ended").await?;
    if photos {
        stage.photograph_window(window, "desk-wrapup").await?;
        stage.photograph_booth(booth, "booth-ended").await?;
    }
    window.finish_note(Came::ToABooth).await?;
    booth.screen("start").await
}
