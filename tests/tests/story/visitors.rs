//! Visitors who leave, in each moment, and a page that is loaded again.

use std::time::Duration;

use anyhow::{Result, ensure};
use desk::end::EndReason;
use desk::presence::Presence;
use kenmu_tests::centre::Plan;
use kenmu_tests::hear::longest_gap_ms;
use kenmu_tests::sound::now_ms;
use kenmu_tests::stage::{OPERATOR_HZ, VISITOR_HZ};
use link::state::RingEnd;

use super::common::{Talk, close, heard, seat, stage};

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
    let talk = Talk::open("page-reload", &Plan::default()).await?;
    let began = now_ms();
    talk.booth.page.reload().await?;
    talk.booth.screen_within("talk", Duration::from_secs(10)).await?;
    // A moment after the reload nothing of the old page is in any buffer.
    tokio::time::sleep(Duration::from_secs(2)).await;
    heard(&talk.at_desk, VISITOR_HZ, began + 1_500.0).await?;
    heard(&talk.at_booth, OPERATOR_HZ, began + 1_500.0).await?;
    let over = talk.at_desk.clip().part(began, now_ms() - began);
    println!("reload_gap_ms\t{}", longest_gap_ms(&over, VISITOR_HZ));
    talk.card()?;
    talk.end().await?;
    Ok(())
}
