//! The server dies in a talk.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use client::view::{LineView, View};
use desk::contact::Phase;
use kenmu_tests::round::{OPERATOR_HZ, VISITOR_HZ};
use kenmu_tests::seat::phase;
use kenmu_tests::sound::now_ms;

use super::common::{close, heard, seat, stage, unbroken};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_in_a_talk_comes_back_to_a_talk_that_never_stopped() -> Result<()> {
    let mut stage = stage("server-killed", 1, "").await?;
    let mut desk = seat(&stage, 1).await?;
    let booth = stage.booth(1).await?;
    let at_desk = stage.sound.record("desk_speaker")?;
    let at_booth = stage.sound.record("booth1_speaker")?;
    booth.call().await?;
    desk.offered().await?;
    desk.answer().await?;
    let before = desk.live().await?.state.contact.map(|contact| contact.contact);
    heard(&at_desk, VISITOR_HZ, now_ms()).await?;
    heard(&at_booth, OPERATOR_HZ, now_ms()).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let from = now_ms();
    stage.centre.kill_server().await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let down = |view: Option<View>| view.is_some_and(|view| matches!(view.line, LineView::Down { .. }));
    ensure!(down(desk.view()), "the desk says that the line is down");
    let began = Instant::now();
    stage.centre.start_server().await?;
    desk.wait_within("the desk has its talk again", Duration::from_secs(10), |desk| {
        phase(desk) == Some(Phase::Live)
    })
    .await?;
    kenmu_tests::wait::until("the desk's line is up", Duration::from_secs(10), || async {
        desk.view().is_some_and(|view| view.line == LineView::Up).then_some(())
    })
    .await?;
    stage.centre.exchange_is_there().await?;
    booth.screen_within("talk", Duration::from_secs(10)).await?;
    println!("state_back_ms\t{}", began.elapsed().as_millis());
    ensure!(began.elapsed() < Duration::from_secs(10), "the state is back within 10 s");
    tokio::time::sleep(Duration::from_secs(2)).await;
    unbroken("visitor_heard_over_restart", &at_desk, VISITOR_HZ, from, 100)?;
    unbroken("operator_heard_over_restart", &at_booth, OPERATOR_HZ, from, 100)?;
    let after = desk.live().await?.state.contact.map(|contact| contact.contact);
    ensure!(before == after, "the contact is the same");
    desk.end_and_finish().await?;
    booth.screen("start").await?;
    close(stage, vec![desk], vec![booth]).await?;
    Ok(())
}
