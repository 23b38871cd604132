//! 目隠し: no packet of the visitor's pictures reaches the desk while it is on, whatever the page and the
//! network do; and how it is lifted by either side.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use desk::contact::Mask;

use super::second_act::Act;
use crate::capture;
use crate::fact::Facts;
use crate::sound::now_ms;
use crate::wait::until;

const LIMIT: Duration = Duration::from_secs(20);
/// Packets that were under way when it was put on have arrived.
const UNDER_WAY: Duration = Duration::from_millis(500);
/// How long is looked at each state of the network.
const LOOK: Duration = Duration::from_secs(2);
/// Longer than the exchange waits before it asks for an ICE restart, 3 s.
const OUTAGE: Duration = Duration::from_secs(5);

/// Puts it on, loads the page again, makes an ICE restart necessary, and lifts it twice.
///
/// # Errors
/// When a side does not follow.
pub async fn masked(act: &Act, facts: &mut Facts) -> Result<()> {
    act.window.page.press("mask").await?;
    mask_is(act, "on", |mask| mask == Mask::On).await?;
    tokio::time::sleep(UNDER_WAY).await;
    capture::blink(&act.window.page, false).await?;
    let before = packets(act).await?;
    ensure!(before > 0, "packets are counted while nothing is hidden");
    act.stage.photograph_window(&act.window, "desk-mask").await?;
    act.stage.photograph_booth(&act.first, "booth-mask").await?;
    tokio::time::sleep(LOOK).await;
    act.first.page.reload().await?;
    act.first.screen("talk").await?;
    visitor_is_up(act, true).await?;
    tokio::time::sleep(LOOK).await;
    ice_restart(act).await?;
    tokio::time::sleep(LOOK).await;
    let seen = capture::seen(&act.window.page).await?;
    let through = packets(act).await?.checked_sub(before).context("packets are counted upwards")?;
    facts.judge("masked_video_packets", through, through == 0, "0 while it is on");
    let drawn = seen.seen.len() + seen.screen.len();
    facts.judge("masked_pictures_drawn", drawn, drawn == 0, "0 while it is on");

    let lifted = now_ms();
    act.first.page.press("mask-off").await?;
    let back = picture_back_ms(act, lifted).await?;
    facts.judge("mask_lifted_by_visitor_ms", format!("{back:.0}"), back <= 2_000.0, "at once");
    lift_by_operator(act, facts).await
}

async fn lift_by_operator(act: &Act, facts: &mut Facts) -> Result<()> {
    act.window.page.press("mask").await?;
    mask_is(act, "on again", |mask| mask == Mask::On).await?;
    tokio::time::sleep(UNDER_WAY).await;
    capture::blink(&act.window.page, false).await?;
    let asked = now_ms();
    act.window.page.press("mask").await?;
    mask_is(act, "announced to be lifted", |mask| matches!(mask, Mask::Lifting { .. })).await?;
    act.stage.photograph_booth(&act.first, "booth-mask-lifting").await?;
    let back = picture_back_ms(act, asked).await?;
    let told = (2_900.0..6_000.0).contains(&back);
    facts.judge("mask_lifted_by_operator_ms", format!("{back:.0}"), told, "after a notice of 3 s");
    Ok(())
}

/// The booth's network is gone long enough that its leg is restarted, then comes back.
async fn ice_restart(act: &Act) -> Result<()> {
    let breaks = interruptions(act).await?;
    act.stage.relay()?.cut();
    tokio::time::sleep(OUTAGE).await;
    act.stage.relay()?.heal();
    visitor_is_up(act, true).await?;
    ensure!(interruptions(act).await? > breaks, "the outage was an interruption of the visitor's line");
    Ok(())
}

async fn picture_back_ms(act: &Act, from_ms: f64) -> Result<f64> {
    let drawn = until("the visitor's picture is back", LIMIT, || async {
        capture::seen(&act.window.page).await.ok()?.first_after(from_ms)
    })
    .await?;
    Ok(drawn - from_ms)
}

async fn mask_is(act: &Act, what: &str, good: impl Fn(Mask) -> bool) -> Result<()> {
    until(&format!("目隠し is {what}"), LIMIT, || async {
        act.window.desk().await.ok()?.state.contact.filter(|contact| good(contact.mask)).map(|_| ())
    })
    .await
}

async fn visitor_is_up(act: &Act, up: bool) -> Result<()> {
    until(&format!("the visitor's side is there: {up}"), LIMIT, || async {
        act.window.desk().await.ok()?.state.contact.filter(|contact| contact.visitor_up == up).map(|_| ())
    })
    .await
}

async fn interruptions(act: &Act) -> Result<u32> {
    Ok(act.window.desk().await?.state.contact.context("the talk goes on")?.interruptions)
}

async fn packets(act: &Act) -> Result<u32> {
    Ok(act.window.desk().await?.talk.context("the talk has media")?.picture_packets)
}
