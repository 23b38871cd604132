//! The toll-free line under load: many calls a second, a scanner beside live talks, a caller held for long.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use client::view::Intent;
use desk::contact::Phase;
use desk::presence::Presence;
use kenmu_tests::centre::Plan;
use kenmu_tests::hear::{first_tone_ms, longest_gap_ms};
use kenmu_tests::phone::{Over, Phone};
use kenmu_tests::seat::{Seat, phase};
use kenmu_tests::sipp::Load;
use kenmu_tests::sound::{Recording, now_ms};
use kenmu_tests::stage::{OPERATOR_HZ, Stage};
use kenmu_tests::wait::until;
use tokio::net::UdpSocket;
use tokio::time::{Instant, MissedTickBehavior};

use super::common::{close, folder, heard, seat, size, unbroken};

/// The callers' voices: no multiples of each other, nor of the operator's.
const CALLERS_HZ: [f64; 2] = [710.0, 830.0];
const PATIENCE: Duration = Duration::from_secs(15);
/// No gap that a listener takes for a lost word.
const GAP_MS: u32 = 100;
/// What the exchange may keep of calls that are over, MiB: SIP remembers each transaction for 32 s, which was 9 MiB
/// at 50 calls a second. A call that is never freed has sockets and a task, and 10,000 of them are far more.
const MAX_GROWTH_MIB: f64 = 32.0;

/// Takes whatever rings and finishes whatever is over, until nobody waits any more and `last` has come.
async fn serve(mut desk: Seat, last: tokio::sync::watch::Receiver<bool>) -> Result<(Seat, u32)> {
    let mut taken = 0;
    loop {
        let view = desk
            .wait("there is something to do", |desk| {
                let nobody = desk.state.queue.phone.waiting == 0 && desk.state.contact.is_none();
                desk.state.offer.is_some() || phase(desk) == Some(Phase::Wrapping) || nobody && *last.borrow()
            })
            .await?;
        if let Some(offer) = view.state.offer.as_ref().map(|offer| offer.offer) {
            desk.answer().await?;
            desk.wait("the ring is over", |desk| {
                desk.state.offer.as_ref().is_none_or(|other| other.offer != offer)
            })
            .await?;
        } else if phase(&view) == Some(Phase::Wrapping) {
            desk.finish().await?;
            taken += 1;
        } else {
            return Ok((desk, taken));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_calls_a_second_are_all_answered_and_accounted_for() -> Result<()> {
    let calls = size("KENMU_SIPP_CALLS", 500, 10_000)?;
    let settings = "[desk]\nqueue_limit = 1000\n";
    let plan = Plan { telephone: true, settings, ..Plan::default() };
    let stage = Stage::open_as(&folder("phone-load")?, &plan).await?;
    let (over, last) = tokio::sync::watch::channel(false);
    let serving = tokio::spawn(serve(seat(&stage, 1).await?, last));
    let load = Load { calls, per_second: 50, stay: Duration::from_millis(500) };
    let (began, before) = (Instant::now(), stage.centre.memory_mib()?);
    let counts = load.play(&stage.folder, stage.centre.trunk()?).await?;
    println!("sipp\t{counts:?} in {:.1} s", began.elapsed().as_secs_f64());
    // A last one shows that the line is as good as before, and wakes the desk that may be waiting.
    let phone = Phone::call(stage.centre.trunk()?, "09012345678", CALLERS_HZ[0]).await?;
    phone.answered().await?;
    over.send_replace(true);
    phone.hang_up().await?;
    let (desk, taken) = serving.await.context("the desk's task")??;
    let after = stage.centre.memory_mib()?;
    println!("server_mib\t{:.1} before, {:.1} after", before.server, after.server);
    println!("exchange_mib\t{:.1} before, {:.1} after", before.exchange, after.exchange);
    ensure!(after.exchange - before.exchange < MAX_GROWTH_MIB, "the exchange keeps what is over");
    let told = close(stage, vec![desk], vec![]).await?;
    println!("talks_among_them\t{taken}\n{told}");
    ensure!(counts.failed == 0 && counts.successful == calls, "SIPp: {counts:?}");
    ensure!(told.contains(&format!("arrived\t{}\n", calls + 1)), "every call is in the ledger:\n{told}");
    for open in ["waiting\t0\n", "offered\t0\n", "active\t0\n", "wrapping\t0\n", "violations\t0\n"] {
        ensure!(told.contains(&format!("\n{open}")), "nobody is left over:\n{told}");
    }
    Ok(())
}

/// A live talk: the desk, its loudspeaker, the telephone.
struct Talk {
    desk: Seat,
    speaker: Recording,
    phone: Phone,
    hz: f64,
}

impl Talk {
    async fn open(stage: &Stage, mut desk: Seat, speaker: Recording, hz: f64) -> Result<Talk> {
        let number = format!("0801234{hz:04}");
        let phone = Phone::call(stage.centre.trunk()?, &number, hz).await?;
        desk.offered().await?;
        desk.answer().await?;
        desk.live().await?;
        let from = now_ms();
        heard(&speaker, hz, from).await?;
        operator_is_heard(&phone, from).await?;
        Ok(Talk { desk, speaker, phone, hz })
    }

    /// Neither side missed a word since then.
    fn is_unbroken(&self, from: f64) -> Result<()> {
        unbroken(&format!("caller_of_{}_hz_at_the_desk", self.hz), &self.speaker, self.hz, from, GAP_MS)?;
        let gap = longest_gap_ms(&self.phone.clip().part(from, now_ms() - from), OPERATOR_HZ);
        println!("operator_at_the_caller_of_{}_hz_gap_ms\t{gap}", self.hz);
        ensure!(gap <= GAP_MS, "the caller of {} Hz heard a gap of {gap} ms", self.hz);
        Ok(())
    }

    async fn end(mut self) -> Result<Seat> {
        self.desk.end_and_finish().await?;
        ensure!(self.phone.over().await? == Over::Bye, "the exchange hangs up");
        Ok(self.desk)
    }
}

async fn operator_is_heard(phone: &Phone, from: f64) -> Result<f64> {
    until("the caller hears the operator", PATIENCE, || async {
        first_tone_ms(&phone.clip(), OPERATOR_HZ, from)
    })
    .await
}

/// Two desks with loudspeakers of their own, each in a talk.
async fn two_talks(stage: &Stage) -> Result<[Talk; 2]> {
    let first = seat(stage, 1).await?;
    let first = Talk::open(stage, first, stage.sound.record("desk_speaker")?, CALLERS_HZ[0]).await?;
    let mut variables = stage.desk_variables();
    variables.insert("KENMU_SPEAKER".to_owned(), Some("booth2_speaker".to_owned()));
    variables.insert("KENMU_RINGER".to_owned(), Some("booth1_speaker".to_owned()));
    let mut second = Seat::sign_in(&stage.centre, 2, &variables).await?;
    second.ready().await?;
    let second = Talk::open(stage, second, stage.sound.record("booth2_speaker")?, CALLERS_HZ[1]).await?;
    Ok([first, second])
}

/// A stranger who asks whether there is a telephone, 10,000 times a second; gives how often he asked in this
/// time and how often he was answered.
async fn scan(to: std::net::SocketAddr, time: Duration) -> Result<(u32, u32)> {
    const EVERY: Duration = Duration::from_millis(10);
    const AT_A_TIME: u32 = 100;
    let stranger = UdpSocket::bind("127.0.0.9:0").await.context("another address of this machine")?;
    let from = stranger.local_addr()?;
    let mut ticks = tokio::time::interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut asked, mut answered) = (0, 0);
    let mut buffer = [0; 2_048];
    let end = Instant::now() + time;
    while Instant::now() < end {
        ticks.tick().await;
        for _ in 0..AT_A_TIME {
            asked += 1;
            stranger.send_to(options(to, from, asked).as_bytes(), to).await.context("ask")?;
        }
        while stranger.try_recv(&mut buffer).is_ok() {
            answered += 1;
        }
    }
    while tokio::time::timeout(Duration::from_secs(1), stranger.recv(&mut buffer)).await.is_ok() {
        answered += 1;
    }
    Ok((asked, answered))
}

fn options(to: std::net::SocketAddr, from: std::net::SocketAddr, number: u32) -> String {
    format!(
        "OPTIONS sip:100@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bK{number};rport\r\n\
         From: <sip:100@{from}>;tag={number}\r\nTo: <sip:100@{to}>\r\nCall-ID: {number}@{from}\r\n\
         CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_gets_no_answer_and_harms_no_talk() -> Result<()> {
    let plan = Plan { operators: 2, telephone: true, ..Plan::default() };
    let stage = Stage::open_as(&folder("scanner")?, &plan).await?;
    let talks = two_talks(&stage).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let from = now_ms();
    let (asked, answered) = scan(stage.centre.trunk()?, Duration::from_secs(5)).await?;
    println!("scanner_asked\t{asked}\nscanner_answered\t{answered}");
    for talk in &talks {
        talk.is_unbroken(from)?;
    }
    ensure!(asked >= 45_000, "the scanner was too slow: {asked} in 5 s");
    ensure!(answered == 0, "the scanner got {answered} answers");
    let mut seats = Vec::new();
    for talk in talks {
        seats.push(talk.end().await?);
    }
    close(stage, seats, vec![]).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_on_hold_hears_music_all_the_time_and_comes_back() -> Result<()> {
    let hold = Duration::from_secs(u64::from(size("KENMU_HOLD_S", 20, 180)?));
    let stage = Stage::open_as(&folder("long-hold")?, &Plan { telephone: true, ..Plan::default() }).await?;
    let desk = seat(&stage, 1).await?;
    let mut talk = Talk::open(&stage, desk, stage.sound.record("desk_speaker")?, CALLERS_HZ[0]).await?;
    talk.desk.intend(&Intent::Hold { held: true }).await?;
    talk.desk.wait("the caller is held", |desk| desk.state.me.presence == Presence::Hold).await?;
    // What was on its way has arrived by then.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let from = now_ms();
    tokio::time::sleep(hold).await;
    let length = now_ms() - from;
    let music = talk.phone.clip().part(from, length);
    let quiet = longest_silence_ms(&music.samples);
    let level = media::pcm::rms_dbfs(&music.samples);
    println!("held_s\t{:.1}\nmusic_dbfs\t{level:.1}\nlongest_silence_ms\t{quiet}", length / 1000.0);
    ensure!(music.seconds() * 1000.0 > length * 0.98, "packets came all the time: {} s", music.seconds());
    ensure!(quiet <= 1_000, "{quiet} ms without music");
    // The caller speaks on; nothing of it reaches the desk.
    let heard_ms = (0..).map(|n| from + f64::from(n) * 10_000.0).take_while(|at| *at < from + length);
    let at_desk = talk.speaker.clip().part(from, length);
    let heard_ms = heard_ms.filter_map(|at| first_tone_ms(&at_desk, talk.hz, at)).next();
    ensure!(heard_ms.is_none(), "the desk heard the caller on hold");

    talk.desk.intend(&Intent::Hold { held: false }).await?;
    let back = now_ms();
    let card = talk.desk.live().await?.state.contact.context("the same contact")?;
    ensure!(card.holds == 1, "one hold: {}", card.holds);
    ensure!(card.held_ms.0 as f64 >= length, "held for {} ms", card.held_ms.0);
    heard(&talk.speaker, talk.hz, back).await?;
    operator_is_heard(&talk.phone, back).await?;
    let desk = talk.end().await?;
    close(stage, vec![desk], vec![]).await?;
    Ok(())
}

/// The longest time under −50 dBFS, ms.
fn longest_silence_ms(samples: &[i16]) -> usize {
    const BLOCK_MS: usize = 20;
    let block = kenmu_tests::sound::RATE as usize * BLOCK_MS / 1000;
    let (mut longest, mut now) = (0, 0);
    for block in samples.chunks(block) {
        now = if media::pcm::rms_dbfs(block) < -50.0 { now + BLOCK_MS } else { 0 };
        longest = longest.max(now);
    }
    longest
}
