//! The server dies in a talk.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use client::view::{LineView, View};
use desk::contact::Phase;
use kenmu_tests::centre::Plan;
use kenmu_tests::seat::phase;
use kenmu_tests::sound::now_ms;
use kenmu_tests::stage::{OPERATOR_HZ, VISITOR_HZ};

use super::common::{Talk, unbroken};

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_in_a_talk_comes_back_to_a_talk_that_never_stopped() -> Result<()> {
    let mut talk = Talk::open("server-killed", &Plan::default()).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let from = now_ms();
    talk.stage.centre.kill_server().await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let down = |view: Option<View>| view.is_some_and(|view| matches!(view.line, LineView::Down { .. }));
    ensure!(down(talk.desk.view()), "the desk says that the line is down");
    let began = Instant::now();
    talk.stage.centre.start_server().await?;
    talk.desk
        .wait_within("the desk has its talk again", Duration::from_secs(10), |desk| {
            phase(desk) == Some(Phase::Live)
        })
        .await?;
    kenmu_tests::wait::until("the desk's line is up", Duration::from_secs(10), || async {
        talk.desk.view().is_some_and(|view| view.line == LineView::Up).then_some(())
    })
    .await?;
    talk.stage.centre.exchange_is_there().await?;
    talk.booth.screen_within("talk", Duration::from_secs(10)).await?;
    println!("state_back_ms\t{}", began.elapsed().as_millis());
    ensure!(began.elapsed() < Duration::from_secs(10), "the state is back within 10 s");
    tokio::time::sleep(Duration::from_secs(2)).await;
    unbroken("visitor_heard_over_restart", &talk.at_desk, VISITOR_HZ, from, 100)?;
    unbroken("operator_heard_over_restart", &talk.at_booth, OPERATOR_HZ, from, 100)?;
    talk.card()?;
    talk.end().await?;
    Ok(())
}
