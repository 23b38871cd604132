//! Devices that go and come back in a talk, at the desk and in the booth.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use client::view::{DeskView, Trouble};
use kenmu_tests::centre::Plan;
use kenmu_tests::sound::now_ms;
use kenmu_tests::stage::{OPERATOR_HZ, VISITOR_HZ};

use super::common::{Talk, close, heard, seat, stage};

/// How soon a desk says that a device is gone, and that it is back.
const NOTICED: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_microphone_that_is_pulled_out_is_told_and_speaks_again_when_it_is_back() -> Result<()> {
    let mut talk = Talk::open("microphone", &Plan::default()).await?;
    let pulled = Instant::now();
    talk.stage.sound.unplug("desk_microphone")?;
    talk.desk.wait_within("the desk misses its microphone", NOTICED, troubled(Trouble::Microphone)).await?;
    println!("microphone_gone_told_ms\t{}", pulled.elapsed().as_millis());
    talk.stage.sound.plug_microphone("desk_microphone")?;
    let back = now_ms();
    talk.desk
        .wait_within("the desk has its microphone", NOTICED, |desk| !troubled(Trouble::Microphone)(desk))
        .await?;
    let heard_again = heard(&talk.at_booth, OPERATOR_HZ, back + 500.0).await? - back;
    println!("microphone_back_heard_ms\t{heard_again:.0}");
    ensure!(heard_again <= 5_000.0, "the operator is heard within 5 s: {heard_again:.0} ms");
    talk.card()?;
    talk.end().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_speaker_that_is_gone_is_told_and_plays_again_when_it_is_back() -> Result<()> {
    let mut talk = Talk::open("speaker", &Plan::default()).await?;
    let pulled = Instant::now();
    talk.stage.sound.unplug("desk_speaker")?;
    talk.desk.wait_within("the desk misses its speaker", NOTICED, troubled(Trouble::Speaker)).await?;
    println!("speaker_gone_told_ms\t{}", pulled.elapsed().as_millis());
    talk.stage.sound.plug_speaker("desk_speaker")?;
    let back = now_ms();
    talk.at_desk = talk.stage.sound.record("desk_speaker")?;
    talk.desk
        .wait_within("the desk has its speaker", NOTICED, |desk| !troubled(Trouble::Speaker)(desk))
        .await?;
    let heard_again = heard(&talk.at_desk, VISITOR_HZ, back).await? - back;
    println!("speaker_back_heard_ms\t{heard_again:.0}");
    ensure!(heard_again <= 5_000.0, "the visitor is heard within 5 s: {heard_again:.0} ms");
    talk.card()?;
    talk.end().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booth_without_a_camera_says_so_and_is_served_all_the_same() -> Result<()> {
    let stage = stage("camera-denied", 1, "").await?;
    let mut desk = seat(&stage, 1).await?;
    let booth =
        stage.stranger(1, |browser| kenmu_tests::booth::Browser { camera_allowed: false, ..browser }).await?;
    booth.enrol(&stage.centre, "ブース1").await?;
    let at_desk = stage.sound.record("desk_speaker")?;
    booth.call().await?;
    desk.offered().await?;
    desk.answer().await?;
    desk.live().await?;
    booth.screen("talk").await?;
    booth.page.see("camera-trouble").await?;
    booth.page.photograph(&stage.folder.join("booth-camera-denied.png")).await?;
    heard(&at_desk, VISITOR_HZ, now_ms()).await?;
    desk.wait("the desk knows that the booth has no camera", |desk| {
        desk.state
            .contact
            .as_ref()
            .is_some_and(|contact| contact.trouble.camera && !contact.trouble.microphone)
    })
    .await?;
    desk.end_and_finish().await?;
    close(stage, vec![desk], vec![booth]).await?;
    Ok(())
}

fn troubled(trouble: Trouble) -> impl Fn(&DeskView) -> bool {
    move |desk| desk.troubles.contains(&trouble)
}
