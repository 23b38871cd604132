//! The toll-free line: callers who are served, who leave in each moment, and what dies around them.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use desk::contact::{Channel, Phase};
use desk::end::EndReason;
use desk::presence::Presence;
use kenmu_tests::centre::Plan;
use kenmu_tests::phone::{Over, Phone};
use kenmu_tests::seat::{Seat, phase};
use kenmu_tests::sound::{Recording, now_ms};
use kenmu_tests::stage::{OPERATOR_HZ, Stage};
use kenmu_tests::wait::until;
use link::state::{Caller, RingEnd};

use super::common::{close, folder, heard, seat, size, unbroken};

const CALLER_HZ: f64 = 710.0;
const NUMBER: &str = "09012345678";
const PATIENCE: Duration = Duration::from_secs(15);

async fn stage(name: &str, plan: Plan<'_>) -> Result<Stage> {
    Stage::open_as(&folder(name)?, &Plan { telephone: true, ..plan }).await
}

/// A caller in a live talk with the first desk, heard there.
async fn call(stage: &Stage, desk: &mut Seat) -> Result<(Phone, Recording)> {
    let speaker = stage.sound.record("desk_speaker")?;
    let phone = Phone::call(stage.centre.trunk()?, NUMBER, CALLER_HZ).await?;
    desk.offered().await?;
    desk.answer().await?;
    desk.live().await?;
    heard(&speaker, CALLER_HZ, now_ms()).await?;
    Ok((phone, speaker))
}

/// The telephone hears the operator from now on; gives the moment.
async fn caller_hears(phone: &Phone) -> Result<f64> {
    let from = now_ms();
    until("the caller hears the operator", PATIENCE, || async {
        kenmu_tests::hear::first_tone_ms(&phone.clip(), OPERATOR_HZ, from)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_leaves_while_waiting_while_ringing_and_in_the_talk() -> Result<()> {
    let stage = stage("caller-leaves", Plan::default()).await?;
    let trunk = stage.centre.trunk()?;
    let phone = Phone::call(trunk, NUMBER, CALLER_HZ).await?;
    phone.answered().await?;
    until("the caller hears the announcement", PATIENCE, || async {
        let clip = phone.clip();
        (media::pcm::rms_dbfs(&clip.samples) > -40.0).then_some(())
    })
    .await?;
    phone.hang_up().await?;

    let mut desk = seat(&stage, 1).await?;
    let phone = Phone::call(trunk, NUMBER, CALLER_HZ).await?;
    let offer = desk.offered().await?.state.offer.context("an offer")?;
    ensure!(offer.channel == Channel::Phone, "it came by telephone");
    let caller = offer.caller.context("a caller")?;
    ensure!(caller.caller == Caller::Number { number: "090-****-5678".into() }, "masked: {caller:?}");
    ensure!(caller.times == 2, "marked as 再入電: {caller:?}");
    phone.answered().await?;
    phone.hang_up().await?;
    let told = desk.ring_ended("the ring stops", |end| *end == RingEnd::VisitorLeft).await?;
    ensure!(matches!(told.state.me.presence, Presence::Available { .. }), "the seat stays ready");

    let (phone, _speaker) = call(&stage, &mut desk).await?;
    phone.hang_up().await?;
    desk.finish().await?;
    let told = close(stage, vec![desk], vec![]).await?;
    for line in ["end_abandoned_waiting\t1", "end_abandoned_ringing\t1", "end_visitor_ended\t1"] {
        ensure!(told.contains(line), "the ledger counts {line}:\n{told}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_without_a_gap_while_the_server_is_killed() -> Result<()> {
    let mut stage = stage("server-killed-in-a-call", Plan::default()).await?;
    let mut desk = seat(&stage, 1).await?;
    let (phone, speaker) = call(&stage, &mut desk).await?;
    caller_hears(&phone).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let from = now_ms();
    stage.centre.kill_server().await?;
    tokio::time::sleep(Duration::from_secs(3)).await;
    stage.centre.start_server().await?;
    stage.centre.exchange_is_there().await?;
    desk.wait_within("the desk has its talk again", Duration::from_secs(10), |desk| {
        phase(desk) == Some(Phase::Live)
    })
    .await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    unbroken("caller_heard_over_restart", &speaker, CALLER_HZ, from, 100)?;
    let clip = phone.clip().part(from, now_ms() - from);
    let gap = kenmu_tests::hear::longest_gap_ms(&clip, OPERATOR_HZ);
    println!("operator_heard_by_caller_over_restart_gap_ms\t{gap}");
    ensure!(gap <= 100, "the caller heard a gap of {gap} ms");
    desk.end_and_finish().await?;
    ensure!(phone.over().await? == Over::Bye, "the exchange hangs up");
    close(stage, vec![desk], vec![]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_that_dies_loses_its_calls_and_says_so() -> Result<()> {
    let mut stage = stage("exchange-killed", Plan::default()).await?;
    let mut desk = seat(&stage, 1).await?;
    let (_talking, speaker) = call(&stage, &mut desk).await?;
    let trunk = stage.centre.trunk()?;
    let mut numbers: Vec<String> = (0..WAITING).map(|n| format!("0481234{n:03}")).collect();
    let mut waiting = Vec::new();
    for number in &numbers {
        waiting.push(Phone::call(trunk, number, CALLER_HZ).await?);
    }
    desk.wait("all wait", |desk| desk.state.queue.phone.waiting == WAITING).await?;
    stage.centre.kill_exchange().await?;
    stage.centre.start_exchange().await?;
    desk.finish().await?;
    desk.wait("nobody waits any more", |desk| desk.state.queue.phone.waiting == 0).await?;
    numbers.push(NUMBER.to_owned());
    owed_to(&mut desk, &numbers).await?;

    desk.wait("the desk's line carries media again", |desk| desk.state.me.media).await?;
    let from = now_ms();
    let phone = Phone::call(trunk, NUMBER, CALLER_HZ).await?;
    desk.offered().await?;
    desk.answer().await?;
    desk.live().await?;
    heard(&speaker, CALLER_HZ, from).await?;
    caller_hears(&phone).await?;
    desk.end_and_finish().await?;
    ensure!(phone.over().await? == Over::Bye, "the exchange hangs up");

    let told = close(stage, vec![desk], vec![]).await?;
    let lost = WAITING + 1;
    ensure!(told.contains(&format!("end_exchange_lost\t{lost}\n")), "every call is accounted for:\n{told}");
    for open in ["waiting\t0\n", "offered\t0\n", "active\t0\n", "wrapping\t0\n", "violations\t0\n"] {
        ensure!(told.contains(&format!("\n{open}")), "no call is left open:\n{told}");
    }
    Ok(())
}

/// Callers who wait when the exchange dies; with the one who talks they are as many as a desk is told of.
const WAITING: u32 = 29;

/// Each of these callers stands in the desk's list of callbacks, once, and nobody else does.
async fn owed_to(desk: &mut Seat, numbers: &[String]) -> Result<()> {
    let view = desk
        .wait("all callbacks are there", |desk| desk.state.callbacks.cards.len() >= numbers.len())
        .await?;
    let callbacks = view.state.callbacks;
    let lost = callbacks.cards.iter().all(|card| card.end == EndReason::ExchangeLost && card.calls == 1);
    ensure!(lost && callbacks.more == 0, "one callback a lost call: {callbacks:?}");
    // A desk knows them masked: their last four digits tell them apart.
    let mut owed: Vec<String> = Vec::new();
    for card in callbacks.cards {
        let Caller::Number { number } = card.caller else { bail!("a number is known") };
        owed.push(number);
    }
    owed.sort_unstable();
    let masked: Vec<String> = numbers.iter().map(|number| masked(number)).collect();
    ensure!(owed == masked, "{owed:?} are owed a callback, not {masked:?}");
    Ok(())
}

/// A number as desks show it.
fn masked(number: &str) -> String {
    let hidden = number.len() - 7;
    format!("{}-{}-{}", &number[..3], "*".repeat(hidden), &number[number.len() - 4..])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hang_up_races_the_accept_and_nobody_is_stuck() -> Result<()> {
    let races = size("KENMU_RACED_CALLS", 12, 1_000)?;
    let stage = stage("hang-up-races-accept", Plan::default()).await?;
    let mut desk = seat(&stage, 1).await?;
    let mut talks = 0;
    for n in 0..races {
        let phone = Phone::call(stage.centre.trunk()?, NUMBER, CALLER_HZ).await?;
        phone.answered().await?;
        desk.offered().await?;
        // Within the same 10 ms, now this one first and now the other.
        if n % 2 == 0 {
            desk.answer().await?;
            tokio::time::sleep(Duration::from_millis(u64::from(n % 10))).await;
        }
        let (left, answered) = tokio::join!(phone.hang_up(), desk.answer());
        left?;
        answered?;
        let began = std::time::Instant::now();
        // The tag changes first: it says in one word whether there was a talk.
        let after = desk
            .wait_within("the ring is over", Duration::from_secs(5), |desk| {
                let free = matches!(desk.state.me.presence, Presence::Available { .. });
                let wrapping = phase(desk) == Some(Phase::Wrapping);
                desk.state.offer.is_none() && (free && desk.state.contact.is_none() || wrapping)
            })
            .await?;
        ensure!(began.elapsed() < Duration::from_secs(1), "a zombie ring: {:?}", began.elapsed());
        if phase(&after) == Some(Phase::Wrapping) {
            talks += 1;
            desk.finish().await?;
        }
        desk.wait("the seat is ready", |desk| matches!(desk.state.me.presence, Presence::Available { .. }))
            .await?;
    }
    println!("raced_calls\t{races}\ntalks_among_them\t{talks}");
    let told = close(stage, vec![desk], vec![]).await?;
    ensure!(told.contains(&format!("arrived\t{races}")), "every call is accounted for:\n{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_the_hours_a_caller_hears_why_and_the_call_is_counted_apart() -> Result<()> {
    let plan = Plan {
        settings: "[calendar]\nalways_open = false\n",
        clock: Some("2026-11-24T21:00:00+09:00"),
        ..Plan::default()
    };
    let stage = stage("out-of-hours", plan).await?;
    let phone = Phone::call(stage.centre.trunk()?, NUMBER, CALLER_HZ).await?;
    phone.answered().await?;
    let over =
        until("the announcement ends with the call", Duration::from_secs(40), || async { phone.now().over })
            .await?;
    ensure!(over == Over::Bye, "the exchange hangs up: {over:?}");
    let level = media::pcm::rms_dbfs(&phone.clip().samples);
    println!("announcement\t{:.1} s at {level:.1} dBFS", phone.clip().seconds());
    ensure!(level > -40.0 && phone.clip().seconds() > 3.0, "it was heard");
    let told = close(stage, vec![], vec![]).await?;
    ensure!(told.contains("end_out_of_hours\t1"), "counted apart:\n{told}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_callers_wait_at_once_and_each_hears_something() -> Result<()> {
    let stage =
        stage("fifty-callers", Plan { settings: "[desk]\nqueue_limit = 60\n", ..Plan::default() }).await?;
    let trunk = stage.centre.trunk()?;
    let mut phones = Vec::new();
    for n in 0..50 {
        phones.push(Phone::call(trunk, &format!("0801234{n:04}"), CALLER_HZ).await?);
    }
    for phone in &phones {
        phone.answered().await?;
    }
    tokio::time::sleep(Duration::from_secs(4)).await;
    let silent = phones.iter().filter(|phone| media::pcm::rms_dbfs(&phone.clip().samples) < -50.0).count();
    println!("callers\t{}\nsilent\t{silent}", phones.len());
    ensure!(silent == 0, "{silent} of 50 callers heard nothing");
    // It looks on and takes nobody: a ready seat would ring.
    let mut desk = Seat::sign_in(&stage.centre, 1, &stage.desk_variables()).await?;
    desk.wait("all wait", |desk| desk.state.queue.phone.waiting == 50).await?;
    for phone in phones {
        phone.hang_up().await?;
    }
    desk.wait("nobody waits any more", |desk| desk.state.queue.phone.waiting == 0).await?;
    desk.stop().await;
    let told = close(stage, vec![], vec![]).await?;
    ensure!(told.contains("abandoned\t50"), "every call is accounted for:\n{told}");
    Ok(())
}
