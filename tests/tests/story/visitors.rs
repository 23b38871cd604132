//! Visitors who leave, in each moment, and a page that is loaded again.

use std::time::Duration;

use anyhow::{Result, ensure};
use desk::end::EndReason;
use desk::presence::Presence;
use kenmu_tests::round::{OPERATOR_HZ, VISITOR_HZ, longest_gap_ms};
use kenmu_tests::sound::now_ms;
use link::state::RingEnd;

use super::common::{close, heard, seat, stage};

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_leaves_while_waiting_while_ringing_and_in_the_talk() -> Result<()> {
    let stage = stage("visitor-leaves", 1, "").await?;
    let booth = stage.booth(1).await?;
    booth.call().await?;
    booth.page.press("cancel").await?;
    booth.screen("start").await?;

    let mut desk = seat(&stage, 1).await?;
    booth.call().await?;
    desk.offered().await?;
    booth.page.press("cancel").await?;
    let told = desk.ring_ended("the ring stops", |end| *end == RingEnd::VisitorLeft).await?;
    ensure!(matches!(told.state.me.presence, Presence::Available { .. }), "the seat stays ready");
    booth.screen("start").await?;

    booth.call().await?;
    desk.offered().await?;
    desk.answer().await?;
    desk.live().await?;
    booth.screen("talk").await?;
    booth.page.press("leave").await?;
    let wrap = desk.wait("the desk is told the end", |desk| {
        desk.state.contact.as_ref().is_some_and(|contact| contact.end.is_some())
    });
    let end = wrap.await?.state.contact.and_then(|contact| contact.end);
    ensure!(end == Some(EndReason::VisitorEnded), "the end is the visitor's: {end:?}");
    desk.finish().await?;
    let told = close(stage, vec![desk], vec![booth]).await?;
    for line in ["end_abandoned_waiting\t1", "end_abandoned_ringing\t1", "end_visitor_ended\t1"] {
        ensure!(told.contains(line), "the ledger counts {line}:\n{told}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_loaded_again_in_a_talk_keeps_its_contact() -> Result<()> {
    let stage = stage("page-reload", 1, "").await?;
    let mut desk = seat(&stage, 1).await?;
    let booth = stage.booth(1).await?;
    let at_desk = stage.sound.record("desk_speaker")?;
    let at_booth = stage.sound.record("booth1_speaker")?;
    booth.call().await?;
    desk.offered().await?;
    desk.answer().await?;
    let before = desk.live().await?.state.contact.map(|contact| contact.contact);
    heard(&at_desk, VISITOR_HZ, now_ms()).await?;
    let began = now_ms();
    booth.page.reload().await?;
    booth.screen_within("talk", Duration::from_secs(10)).await?;
    // A moment after the reload nothing of the old page is in any buffer.
    tokio::time::sleep(Duration::from_secs(2)).await;
    heard(&at_desk, VISITOR_HZ, began + 1_500.0).await?;
    heard(&at_booth, OPERATOR_HZ, began + 1_500.0).await?;
    let over = at_desk.clip().part(began, now_ms() - began);
    println!("reload_gap_ms\t{}", longest_gap_ms(&over, VISITOR_HZ));
    let after = desk.live().await?.state.contact.map(|contact| contact.contact);
    ensure!(before == after, "the contact is the same: {before:?} {after:?}");
    desk.end_and_finish().await?;
    close(stage, vec![desk], vec![booth]).await?;
    Ok(())
}
