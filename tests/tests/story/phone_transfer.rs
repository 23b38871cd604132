//! Calls that we make: 相談, 転送, 市へ転送, 三者通話 and 折返し, with real telephones at both ends.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use client::view::Intent;
use desk::contact::{ConsultEnd, ConsultStage, DialFailure, Phase};
use desk::end::EndReason;
use desk::ids::OperatorId;
use desk::presence::Presence;
use kenmu_tests::centre::Plan;
use kenmu_tests::hear::longest_gap_ms;
use kenmu_tests::phone::{Called, Manner, Over, Phone};
use kenmu_tests::seat::{Seat, phase};
use kenmu_tests::sound::{Clip, RATE, Recording, now_ms};
use kenmu_tests::stage::{OPERATOR_HZ, Stage};
use kenmu_tests::wait::until;
use link::state::{Callee, PhoneNumber, RingEnd};
use media::tone::goertzel;

use super::common::{close, folder, heard, seat};

const CALLER_HZ: f64 = 710.0;
const CITY_HZ: f64 = 530.0;
const NUMBER: &str = "09012345678";
const PATIENCE: Duration = Duration::from_secs(15);

/// A caller in a live talk with the first desk, heard there.
async fn talk(name: &str, operators: u32) -> Result<(Stage, Seat, Phone, Recording)> {
    let plan = Plan { telephone: true, operators, ..Plan::default() };
    let stage = Stage::open_as(&folder(name)?, &plan).await?;
    let mut desk = seat(&stage, 1).await?;
    let speaker = stage.sound.record("desk_speaker")?;
    let phone = Phone::call(stage.centre.trunk()?, NUMBER, CALLER_HZ).await?;
    desk.offered().await?;
    desk.answer().await?;
    desk.live().await?;
    heard(&speaker, CALLER_HZ, now_ms()).await?;
    Ok((stage, desk, phone, speaker))
}

/// Somebody hears a tone from now on.
async fn hears(who: &str, clip: impl Fn() -> Clip, hz: f64) -> Result<()> {
    hears_since(now_ms(), who, clip, hz).await
}

/// Somebody has heard a tone since `from`: one that comes and goes may be over when this is looked at.
async fn hears_since(from: f64, who: &str, clip: impl Fn() -> Clip, hz: f64) -> Result<()> {
    let clip = &clip;
    let heard = || async move { sounds(&clip(), hz, from).then_some(()) };
    until(&format!("{who} hears {hz} Hz"), PATIENCE, heard).await
}

/// Somebody does not hear a tone for a second from now on.
async fn is_spared(who: &str, clip: impl Fn() -> Clip, hz: f64) -> Result<()> {
    let from = now_ms();
    tokio::time::sleep(Duration::from_secs(1)).await;
    ensure!(!sounds(&clip(), hz, from), "{who} hears {hz} Hz");
    Ok(())
}

/// Whether a tone sounds for a fifth of a second: long enough to tell it from its neighbours, 90 Hz away.
fn sounds(clip: &Clip, hz: f64, from_ms: f64) -> bool {
    const WINDOW: usize = RATE as usize / 5;
    let part = clip.part(from_ms, now_ms() - from_ms);
    part.samples.chunks_exact(WINDOW).any(|window| goertzel(window, hz) > 0.02)
}

async fn stage_is(desk: &mut Seat, stage: ConsultStage) -> Result<()> {
    desk.wait(&format!("the consultation is {stage:?}"), |desk| {
        let consult = desk.state.contact.as_ref().and_then(|card| card.consult.as_ref());
        consult.is_some_and(|consult| consult.stage == stage)
    })
    .await?;
    Ok(())
}

fn city(desk: &Seat) -> Result<Callee> {
    let view = desk.view().context("a view")?;
    let client::view::Screen::Desk(view) = view.screen else { anyhow::bail!("no desk") };
    let entry = view.state.directory.first().context("a directory")?;
    ensure!(entry.city, "the city's numbers come first");
    Ok(Callee::Directory { entry: entry.entry.clone() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_is_handed_to_the_city_after_a_word_and_a_talk_of_three() -> Result<()> {
    let (stage, mut desk, phone, speaker) = talk("transfer-to-the-city", 1).await?;
    let official = Called::wait(stage.centre.carrier(), CITY_HZ, Manner::Answers).await?;
    let to = city(&desk)?;
    let pressed = now_ms();
    desk.intend(&Intent::Consult { to, blind: false }).await?;
    stage_is(&mut desk, ConsultStage::Ringing).await?;
    // 呼出音: the operator hears that it rings, and the caller hears music.
    hears_since(pressed, "the operator", || speaker.clip(), 400.0).await?;
    official.answered().await?;
    stage_is(&mut desk, ConsultStage::Talking).await?;
    ensure!(official.number() == "0487829922", "the city's own number is called");
    hears("the operator", || speaker.clip(), CITY_HZ).await?;
    hears("the official", || official.clip(), OPERATOR_HZ).await?;
    is_spared("the official", || official.clip(), CALLER_HZ).await?;
    is_spared("the caller", || phone.clip(), OPERATOR_HZ).await?;

    desk.intend(&Intent::JoinConsult { joined: true }).await?;
    stage_is(&mut desk, ConsultStage::Joined).await?;
    for hz in [OPERATOR_HZ, CITY_HZ] {
        hears("the caller", || phone.clip(), hz).await?;
    }
    for hz in [OPERATOR_HZ, CALLER_HZ] {
        hears("the official", || official.clip(), hz).await?;
    }
    for hz in [CALLER_HZ, CITY_HZ] {
        hears("the operator", || speaker.clip(), hz).await?;
    }

    desk.intend(&Intent::Transfer).await?;
    desk.finish().await?;
    desk.wait("the operator is free", |desk| matches!(desk.state.me.presence, Presence::Available { .. }))
        .await?;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let from = now_ms();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let part = |clip: Clip| clip.part(from, now_ms() - from);
    let gaps =
        [longest_gap_ms(&part(phone.clip()), CITY_HZ), longest_gap_ms(&part(official.clip()), CALLER_HZ)];
    println!("transferred_gaps_ms\t{gaps:?}");
    ensure!(gaps.iter().all(|gap| *gap <= 100), "the two hear each other without us: {gaps:?}");
    ensure!(!sounds(&phone.clip(), OPERATOR_HZ, from), "the operator is out");
    phone.hang_up().await?;
    ensure!(official.over().await? == Over::Bye, "the other side ends with it");
    let told = close(stage, vec![desk], vec![]).await?;
    ensure!(told.contains("end_transferred_out\t1"), "it is counted:\n{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_fails_brings_the_caller_back_and_one_that_does_not_goes_by_itself() -> Result<()> {
    let (stage, mut desk, phone, _speaker) = talk("transfer-fails", 1).await?;
    for (manner, why) in
        [(Manner::Engaged, DialFailure::Busy), (Manner::Trouble, DialFailure::CarrierTrouble)]
    {
        let engaged = Called::wait(stage.centre.carrier(), CITY_HZ, manner).await?;
        let to = city(&desk)?;
        desk.intend(&Intent::Consult { to, blind: true }).await?;
        let failed = Some(ConsultEnd::Failed { why });
        desk.wait("the transfer has failed", |desk| {
            desk.state
                .contact
                .as_ref()
                .is_some_and(|card| card.consult.is_none() && card.consult_end == failed)
        })
        .await?;
        hears("the caller", || phone.clip(), OPERATOR_HZ).await?;
        engaged.leave().await;
    }
    // A number that may not be called never reaches the carrier.
    let carrier = Called::wait(stage.centre.carrier(), CITY_HZ, Manner::Answers).await?;
    let to = Callee::Number { number: PhoneNumber("+12125550123".into()) };
    desk.intend(&Intent::Consult { to, blind: true }).await?;
    let foreign = Some(ConsultEnd::Failed { why: DialFailure::Foreign });
    desk.wait("the number is refused", |desk| {
        desk.state.contact.as_ref().is_some_and(|card| card.consult_end == foreign)
    })
    .await?;
    ensure!(carrier.calls() == 0, "nothing was sent");
    let audit = stage.centre.ask(&["audit"], "").await?;
    ensure!(audit.contains("dial_refused\tforeign") && !audit.contains("5550123"), "{audit}");

    let to = city(&desk)?;
    desk.intend(&Intent::Consult { to, blind: true }).await?;
    desk.finish().await?;
    hears("the caller", || phone.clip(), CITY_HZ).await?;
    carrier.hang_up().await?;
    ensure!(phone.over().await? == Over::Bye, "the caller's call ends with it");
    close(stage, vec![desk], vec![]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_goes_from_one_operator_to_another() -> Result<()> {
    let (stage, mut desk, phone, _speaker) = talk("transfer-inside", 2).await?;
    let mut other = seat(&stage, 2).await?;
    let to = Callee::Operator { operator: OperatorId(2) };
    desk.wait("the other one can be asked", |desk| desk.state.colleagues.iter().any(|who| who.ready)).await?;
    desk.intend(&Intent::Consult { to, blind: false }).await?;
    let offer = other.offered().await?.state.offer.context("an offer")?;
    ensure!(offer.asked_by.as_deref() == Some("オペレーター01"), "{offer:?}");
    other.answer().await?;
    other.wait("the other one is asked", |desk| desk.state.guest.is_some()).await?;
    stage_is(&mut desk, ConsultStage::Talking).await?;
    desk.intend(&Intent::Transfer).await?;
    other.live().await?;
    desk.wait("the first is free", |desk| desk.state.contact.is_none()).await?;
    phone.hang_up().await?;
    other.finish().await?;
    close(stage, vec![desk, other], vec![]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_caller_is_called_back_engaged_at_first_and_then_spoken_to() -> Result<()> {
    let plan = Plan { telephone: true, ..Plan::default() };
    let stage = Stage::open_as(&folder("callback-dialled")?, &plan).await?;
    let phone = Phone::call(stage.centre.trunk()?, NUMBER, CALLER_HZ).await?;
    phone.answered().await?;
    phone.hang_up().await?;
    let mut desk = seat(&stage, 1).await?;
    let speaker = stage.sound.record("desk_speaker")?;
    let told = desk.wait("a callback is owed", |desk| !desk.state.callbacks.cards.is_empty()).await?;
    let contact = told.state.callbacks.cards[0].contact;
    let trouble = Called::wait(stage.centre.carrier(), CITY_HZ, Manner::Trouble).await?;
    desk.intend(&Intent::CallBack { contact }).await?;
    let told = RingEnd::NotReached { end: EndReason::DialFailed };
    let view = desk
        .wait("the carrier's trouble is told, and the hands are free", |desk| {
            let end = desk.state.notice.as_ref().map(|notice| &notice.end);
            desk.state.contact.is_none() && end == Some(&told)
        })
        .await?;
    ensure!(view.state.callbacks.cards[0].tries == 0, "nobody's telephone has rung");
    trouble.leave().await;
    {
        let engaged = Called::wait(stage.centre.carrier(), CITY_HZ, Manner::Engaged).await?;
        desk.intend(&Intent::CallBack { contact }).await?;
        desk.wait("the try is counted", |desk| {
            desk.state.contact.is_none()
                && desk.state.callbacks.cards.first().is_some_and(|card| card.tries == 1)
        })
        .await?;
        ensure!(engaged.number() == NUMBER, "the lost caller's own number is called");
        engaged.leave().await;
    }
    let person = Called::wait(stage.centre.carrier(), CITY_HZ, Manner::Answers).await?;
    let pressed = now_ms();
    desk.intend(&Intent::CallBack { contact }).await?;
    desk.wait("it rings there", |desk| desk.state.me.presence == Presence::Callback).await?;
    hears_since(pressed, "the operator", || speaker.clip(), 400.0).await?;
    desk.live().await?;
    hears("the operator", || speaker.clip(), CITY_HZ).await?;
    hears("the person", || person.clip(), OPERATOR_HZ).await?;
    desk.wait("nothing is owed any more", |desk| desk.state.callbacks.cards.is_empty()).await?;
    person.hang_up().await?;
    desk.wait("it is wrapped up", |desk| phase(desk) == Some(Phase::Wrapping)).await?;
    desk.finish().await?;
    let told = close(stage, vec![desk], vec![]).await?;
    ensure!(told.contains("end_callee_busy\t1"), "the vain try is counted:\n{told}");
    Ok(())
}
