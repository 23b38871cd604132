//! The visitor's second window beside the face, with the visitor's consent.

use std::time::Duration;

use anyhow::Result;

use super::SETTLE;
use super::second_act::Act;
use crate::capture;
use crate::fact::Facts;
use crate::sound::now_ms;

/// How long both pictures are looked at.
const LOOK: Duration = Duration::from_secs(6);

/// The operator asks, the visitor opens the page and agrees; both pictures are counted.
///
/// # Errors
/// When the second picture does not come.
pub async fn second_window(act: &Act, facts: &mut Facts) -> Result<()> {
    act.first.open_page(0).await?;
    act.window.page.press("screen-ask").await?;
    act.first.page.see("share-agree").await?;
    act.stage.photograph_booth(&act.first, "booth-share-asked").await?;
    act.first.page.press("share-agree").await?;
    act.window.page.see("screen-picture").await?;
    capture::blink(&act.window.page, true).await?;
    tokio::time::sleep(SETTLE).await;
    let from = now_ms();
    tokio::time::sleep(LOOK).await;
    let to = now_ms();
    let seen = capture::seen(&act.window.page).await?;
    capture::blink(&act.window.page, false).await?;
    act.stage.photograph_window(&act.window, "desk-screen").await?;
    act.stage.photograph_booth(&act.first, "booth-share").await?;
    let screen = seen.screens_per_second(from, to);
    let face = seen.distinct_per_second(from, to);
    facts.judge("screen_share_fps", format!("{screen:.1}"), screen >= 5.0, "≥ 5 beside the face");
    facts.judge("face_beside_screen_fps", format!("{face:.1}"), face >= 5.0, "≥ 5: the face goes on");
    Ok(())
}
