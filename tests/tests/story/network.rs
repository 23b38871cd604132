//! What a booth's Wi-Fi does: it goes for a while, it changes the address, and the page goes into the background.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use kenmu_tests::centre::Plan;
use kenmu_tests::hear::{last_tone_ms, longest_gap_ms};
use kenmu_tests::sound::now_ms;
use kenmu_tests::stage::{OPERATOR_HZ, VISITOR_HZ};

use super::common::{Talk, heard, unbroken};

const OUTAGE: Duration = Duration::from_secs(10);
/// Longer than the bar, so that a path that never comes back is seen.
const NEW_PATH: Duration = Duration::from_secs(8);
const SETTLE: Duration = Duration::from_secs(3);
const AWAY: Duration = Duration::from_secs(60);

fn relayed() -> Plan<'static> {
    Plan { relay: true, ..Plan::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_ten_seconds_without_a_network_both_are_heard_again_within_three() -> Result<()> {
    let mut talk = Talk::open("outage", &relayed()).await?;
    let before = talk.card()?.interruptions;
    talk.stage.relay()?.cut();
    talk.desk
        .wait("the desk says 再接続中", |desk| {
            desk.state.contact.as_ref().is_some_and(|contact| !contact.visitor_up)
        })
        .await?;
    let told = Instant::now();
    tokio::time::sleep(OUTAGE.saturating_sub(told.elapsed())).await;
    ensure!(last_tone_ms(&talk.at_desk.clip(), VISITOR_HZ, now_ms()).is_some(), "the talk was heard before");
    let healed = now_ms();
    talk.stage.relay()?.heal();
    let desk = heard(&talk.at_desk, VISITOR_HZ, healed).await? - healed;
    let booth = heard(&talk.at_booth, OPERATOR_HZ, healed).await? - healed;
    println!("outage_10s_heard_by_operator_ms\t{desk:.0}");
    println!("outage_10s_heard_by_visitor_ms\t{booth:.0}");
    ensure!(desk.max(booth) <= 3_000.0, "both are heard within 3 s: {desk:.0} and {booth:.0} ms");
    let counted = |desk: &client::view::DeskView| {
        desk.state.contact.as_ref().is_some_and(|card| card.visitor_up && card.interruptions > before)
    };
    talk.desk.wait("the interruption is counted", counted).await?;
    talk.booth.screen("talk").await?;
    println!("interruptions\t{}", talk.card()?.interruptions);
    talk.end().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_booth_that_comes_from_a_new_port_is_heard_again_within_five_seconds() -> Result<()> {
    let talk = Talk::open("new-port", &relayed()).await?;
    let changed = now_ms();
    talk.stage.relay()?.change_ports();
    tokio::time::sleep(NEW_PATH).await;
    for (who, recording, hz) in
        [("operator", &talk.at_desk, VISITOR_HZ), ("visitor", &talk.at_booth, OPERATOR_HZ)]
    {
        // The longest silence is the time without a path: what was in buffers is heard before it.
        let gap = longest_gap_ms(&recording.clip().part(changed, now_ms() - changed), hz);
        println!("new_port_silence_for_{who}_ms\t{gap}");
        ensure!(gap <= 5_000, "the {who} hears again within 5 s: {gap} ms");
    }
    // It lasts: the way back is no leftover of the old path.
    let from = now_ms();
    tokio::time::sleep(Duration::from_secs(3)).await;
    unbroken("operator_on_new_port", &talk.at_booth, OPERATOR_HZ, from, 200)?;
    unbroken("visitor_on_new_port", &talk.at_desk, VISITOR_HZ, from, 200)?;
    talk.card()?;
    talk.end().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_in_the_background_loses_no_sound_for_a_minute() -> Result<()> {
    let talk = Talk::open("background", &Plan::default()).await?;
    talk.booth.page.minimize().await?;
    let hidden: String = talk.booth.page.run("return document.visibilityState;", vec![]).await?;
    ensure!(hidden == "hidden", "the page is in the background: {hidden}");
    // A browser brings a new voice to its level within the first seconds.
    tokio::time::sleep(SETTLE).await;
    let from = now_ms();
    tokio::time::sleep(AWAY).await;
    unbroken("operator_heard_in_background", &talk.at_booth, OPERATOR_HZ, from, 200)?;
    unbroken("visitor_heard_from_background", &talk.at_desk, VISITOR_HZ, from, 200)?;
    talk.card()?;
    talk.end().await?;
    Ok(())
}
