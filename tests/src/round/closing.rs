//! Closing time passes in a talk: the talk goes on, no new visitor comes in, the telephone stays open.

use std::time::Duration;

use anyhow::{Context, Result};
use desk::contact::Phase;

use super::SETTLE;
use super::second_act::Act;
use super::talk::longest_gap_since;
use crate::fact::Facts;
use crate::sound::now_ms;
use crate::stage::{OPERATOR_HZ, VISITOR_HZ};
use crate::wait::until;
use crate::window::Came;

/// So shortly before 17:15 that the closing comes a moment after the server is back.
const JUST_BEFORE: &str = "2032-11-24T17:14:52+09:00";
const LIMIT: Duration = Duration::from_secs(30);
const AFTERWARDS: Duration = Duration::from_secs(3);

/// Lets 17:15 pass; the talk ends afterwards by the operator.
///
/// # Errors
/// When a side does not follow.
pub async fn closing_time(act: &mut Act, facts: &mut Facts) -> Result<()> {
    let at_desk = act.stage.sound.record("desk_speaker")?;
    let at_booth = act.stage.sound.record("booth1_speaker")?;
    act.second = Some(act.stage.stranger(2, |browser| browser).await?);
    let second = act.second.as_ref().context("the second booth is back")?;
    // It knows its key: nobody needs to approve it again.
    second.screen("start").await?;
    // A browser that has just started is busy, and so is this machine.
    tokio::time::sleep(SETTLE).await;
    let from = now_ms();
    act.stage.centre.restart_server_at(JUST_BEFORE).await?;
    act.stage.centre.exchange_is_there().await?;
    until("the desk is back before closing time", LIMIT, || async {
        act.window.desk().await.ok()?.state.queue.booth.open.then_some(())
    })
    .await?;
    until("the booths are closed", LIMIT, || async {
        let queue = act.window.desk().await.ok()?.state.queue;
        (!queue.booth.open).then_some(())
    })
    .await?;
    second.page.see("next-opening").await?;
    act.first.page.see("closed-notice").await?;
    let can_ring = second.page.has("call").await;
    tokio::time::sleep(AFTERWARDS).await;
    let desk = act.window.desk().await?;
    let live = desk.state.contact.is_some_and(|contact| contact.phase == Phase::Live);
    let gap =
        longest_gap_since(&act.stage, "closing", from, [(&at_desk, VISITOR_HZ), (&at_booth, OPERATOR_HZ)])?;
    act.stage.photograph_window(&act.window, "desk-closed").await?;
    act.stage.photograph_booth(second, "booth-closed").await?;
    act.stage.photograph_booth(&act.first, "booth-talk-closed").await?;
    facts.judge("talk_live_after_closing", live, live, "true");
    facts.judge("closing_sound_gap_ms", gap, gap <= 100, "≤ 100: the talk goes on");
    facts.judge("booth_can_ring_after_closing", can_ring, !can_ring, "false");
    let phone = desk.state.queue.phone.open;
    facts.judge("phone_open_after_closing", phone, phone, "true");
    act.window.page.press("end").await?;
    act.window.finish_note(Came::ToABooth).await
}
