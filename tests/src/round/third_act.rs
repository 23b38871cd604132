//! The third act: the telephone. A caller is served at the desk that serves the booths, keys and music go
//! both ways, and then a visitor and a caller come at the same moment to one operator.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use client::view::Intent;
use media::tone;

use super::talk::{judge_tone, keep};
use super::{SETTLE, serve};
use crate::booth::Booth;
use crate::capture::{self, Eye};
use crate::centre::{PASSWORD, Plan};
use crate::fact::Facts;
use crate::hear::first_tone_ms;
use crate::phone::{Over, Phone};
use crate::place;
use crate::seat::Seat;
use crate::sound::{Clip, Recording, now_ms};
use crate::stage::{OPERATOR_HZ, Stage};
use crate::wait::until;
use crate::window::{Came, Window};

/// The caller's voice: no multiple of the booths' and the operator's, and well inside a telephone's band.
const CALLER_HZ: f64 = 710.0;
const NUMBER: &str = "09012345678";
/// F4 in WebDriver's code.
const F4: char = '\u{e034}';
/// How long a tone is listened to.
const LISTEN: Duration = Duration::from_secs(3);
/// A step of the other side at the screen.
const PATIENCE: Duration = Duration::from_secs(15);
/// A caller hears music when it is at least as loud as this: -35 dBFS is a quiet room's voice.
const MUSIC_DBFS: f64 = -35.0;

/// Plays it and prints its facts; pictures go to `photos`.
///
/// # Errors
/// When it breaks off.
pub async fn play(photos: &Path, facts: &mut Facts) -> Result<()> {
    let plan = Plan { telephone: true, ..Plan::default() };
    let mut stage = Stage::open_as(&place::fresh("demo/third-act")?, &plan).await?;
    photos.clone_into(&mut stage.photos);
    let window = Window::open(&stage.centre, "op01", &stage.desk_variables()).await?;
    window.sign_in("op01").await?;
    let booth = stage.booth(1).await?;
    serve::ready(&window).await?;
    Eye::Desk.place(&window.page).await?;
    let speaker = stage.sound.record("desk_speaker")?;
    a_call(&stage, &window, &speaker, facts).await?;
    both_at_once(&stage, &window, &booth, facts).await?;
    judge_books(&stage, facts).await?;
    booth.close().await;
    window.close().await;
    the_wall(&stage, facts).await?;
    stage.judge_scrolling(facts);
    stage.close().await;
    Ok(())
}

/// A shift lead sees a seat in a talk with its hand up and somebody who waits, and closes the telephone.
async fn the_wall(stage: &Stage, facts: &mut Facts) -> Result<()> {
    let add = ["operator", "add", "lead01", "--display", "責任者01", "--lead"];
    stage.centre.ask(&add, PASSWORD).await?;
    let trunk = stage.centre.trunk()?;
    let mut seat = Seat::sign_in(&stage.centre, 1, &stage.desk_variables()).await?;
    seat.ready().await?;
    let talking = Phone::call(trunk, NUMBER, CALLER_HZ).await?;
    seat.offered().await?;
    seat.answer().await?;
    seat.live().await?;
    seat.intend(&Intent::RaiseHand { up: true }).await?;
    let waiting = Phone::call(trunk, "0487829922", CALLER_HZ).await?;
    waiting.answered().await?;

    let lead = Window::open(&stage.centre, "lead01", &stage.desk_variables()).await?;
    lead.sign_in("lead01").await?;
    lead.page.press("room-lead").await?;
    lead.page.see("wall").await?;
    let told = until("the wall shows seat, hand and queue", PATIENCE, || async {
        let (wall, needs) = (lead.page.text("wall").await.ok()?, lead.page.text("needs").await.ok()?);
        (wall.contains("通話中") && wall.contains("048-***-9922") && needs.contains("手上げ")).then_some(())
    })
    .await;
    stage.photograph_window(&lead, "desk-wall").await?;
    facts.judge("wall_shows_the_shift", told.is_ok(), told.is_ok(), "seat, hand and queue");
    lead.page.press("suspend").await?;
    seat.wait("the telephone is closed", |desk| !desk.state.queue.phone.open).await?;
    let refused = Phone::call(trunk, "0312345678", CALLER_HZ).await?;
    refused.answered().await?;
    stage.photograph_window(&lead, "desk-wall-suspended").await?;
    lead.page.press("suspend").await?;
    seat.wait("the telephone is open", |desk| desk.state.queue.phone.open).await?;
    let over = until("the announcement ends with the call", Duration::from_secs(40), || async {
        refused.now().over
    })
    .await?;
    let heard = media::pcm::rms_dbfs(&refused.clip().samples);
    let good = over == Over::Bye && f64::from(heard) > MUSIC_DBFS;
    facts.judge("suspended_call", format!("{over:?} after {heard:.1} dBFS"), good, "hears why, then ends");
    seat.end_and_finish().await?;
    talking.over().await?;
    waiting.hang_up().await?;
    seat.stop().await;
    lead.close().await;
    Ok(())
}

/// One call, from the INVITE to the BYE.
async fn a_call(stage: &Stage, window: &Window, speaker: &Recording, facts: &mut Facts) -> Result<()> {
    let phone = Phone::call(stage.centre.trunk()?, NUMBER, CALLER_HZ).await?;
    facts.tell("invite_to_180_ms", format!("{:.0}", phone.ringing().await?));
    phone.answered().await?;
    window.page.see("offer-card").await?;
    tokio::time::sleep(SETTLE).await;
    stage.photograph_window(window, "desk-offer-call").await?;
    capture::blink(&window.page, false).await?;
    window.answer().await?;
    window.page.see("call").await?;
    let key = capture::seen(&window.page).await?.key;
    let sound_ms = until("the caller is heard", PATIENCE, || async {
        first_tone_ms(&speaker.clip(), CALLER_HZ, key).map(|at| at - key)
    })
    .await?;
    facts.tell("phone_accept_to_first_sound_ms", format!("{sound_ms:.0}"));
    tokio::time::sleep(SETTLE).await;
    stage.photograph_window(window, "desk-call").await?;

    let (heard, far_heard) = listen(|| speaker.clip(), || phone.clip()).await;
    keep(&stage.folder, "heard-by-operator", &heard)?;
    keep(&stage.folder, "heard-by-caller", &far_heard)?;
    judge_tone(facts, "caller_tone_heard_by_operator", &heard, CALLER_HZ);
    judge_tone(facts, "operator_tone_heard_by_caller", &far_heard, OPERATOR_HZ);
    keys_both_ways(stage, window, &phone, facts).await?;
    music(stage, window, speaker, &phone, facts).await?;

    window.page.press("end").await?;
    let over = phone.over().await?;
    facts.judge("phone_bye", format!("{over:?}"), over == Over::Bye, "the exchange hangs up");
    window.page.see("disposition").await?;
    stage.photograph_window(window, "desk-wrapup-call").await?;
    window.finish_note(Came::ByTelephone).await
}

async fn listen(near: impl Fn() -> Clip, far: impl Fn() -> Clip) -> (Clip, Clip) {
    let from = now_ms();
    tokio::time::sleep(LISTEN).await;
    let length = now_ms() - from;
    (near().part(from, length), far().part(from, length))
}

/// The operator presses 5 and # on the screen's keypad, the caller 1 and * on the telephone.
async fn keys_both_ways(stage: &Stage, window: &Window, phone: &Phone, facts: &mut Facts) -> Result<()> {
    window.page.press("keypad").await?;
    for key in ["digit-5", "digit-#"] {
        window.page.press(key).await?;
    }
    until("the caller has heard the keys", PATIENCE, || async { (phone.keys().len() >= 2).then_some(()) })
        .await?;
    phone.press("1*").await;
    let told = until("the desk shows the caller's keys", PATIENCE, || async {
        let told = window.page.text("digits-heard").await.ok()?;
        (told.contains('1') && told.contains('*')).then_some(told)
    })
    .await?;
    stage.photograph_window(window, "desk-call-keypad").await?;
    window.page.press("keypad-close").await?;
    let sent = phone.keys();
    let good = sent == "5#";
    facts.judge(
        "dtmf_both_ways",
        format!("{sent} {}", told.replace(char::is_whitespace, "")),
        good,
        "5# and 1*",
    );
    Ok(())
}

/// 保留: the caller hears music and not the operator, who hears nothing.
async fn music(
    stage: &Stage,
    window: &Window,
    speaker: &Recording,
    phone: &Phone,
    facts: &mut Facts,
) -> Result<()> {
    window.page.key(F4).await?;
    window.page.see("hold-time").await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let (near, far) = listen(|| speaker.clip(), || phone.clip()).await;
    stage.photograph_window(window, "desk-call-hold").await?;
    keep(&stage.folder, "hold-music", &far)?;
    let level = media::pcm::rms_dbfs(&far.samples);
    let operator = tone::goertzel(&far.samples, OPERATOR_HZ);
    let caller = tone::goertzel(&near.samples, CALLER_HZ);
    let good = f64::from(level) > MUSIC_DBFS && operator < 0.05 && caller < 0.01;
    facts.judge("hold_music_heard", format!("{level:.1} dBFS"), good, "music alone, and silence at the desk");
    window.page.key(F4).await?;
    window.page.miss("hold-time").await?;
    let from = now_ms();
    until("the caller hears the operator again", PATIENCE, || async {
        first_tone_ms(&phone.clip(), OPERATOR_HZ, from).map(drop)
    })
    .await
}

/// A visitor and a caller come together to one operator: one is served after the other, never both.
async fn both_at_once(stage: &Stage, window: &Window, booth: &Booth, facts: &mut Facts) -> Result<()> {
    serve::ready(window).await?;
    let trunk = stage.centre.trunk()?;
    let (called, phone) = tokio::join!(booth.call(), Phone::call(trunk, NUMBER, CALLER_HZ));
    called?;
    let phone = phone?;
    let mut served = Vec::new();
    let mut most = 0;
    for _ in 0..2 {
        window.page.see_within("offer-card", PATIENCE).await?;
        window.answer().await?;
        let live = until("one of the two is live", PATIENCE, || async {
            let desk = window.desk().await.ok()?;
            let card = desk.state.contact.filter(|card| card.phase == desk::contact::Phase::Live)?;
            Some((card.channel, desk.state.offer.is_some()))
        })
        .await?;
        served.push(live.0);
        tokio::time::sleep(SETTLE).await;
        let desk = window.desk().await?;
        let talks = usize::from(desk.state.contact.is_some()) + usize::from(desk.state.offer.is_some());
        most = most.max(talks);
        stage.photograph_window(window, &format!("desk-pair-{}", served.len())).await?;
        window.page.press("end").await?;
        window.page.see("disposition").await?;
        window.finish_note(Came::from(live.0)).await?;
    }
    served.sort();
    served.dedup();
    let good = most == 1 && served.len() == 2;
    facts.judge("never_two_talks", good, good, "one talk at a time, and both served");
    let over = phone.over().await?;
    facts.judge("phone_over", format!("{over:?}"), over == Over::Bye, "the exchange hangs up");
    Ok(())
}

async fn judge_books(stage: &Stage, facts: &mut Facts) -> Result<()> {
    let told = stage.centre.conservation().await?;
    let ended = told.lines().find_map(|line| line.strip_prefix("end_operator_ended\t"));
    let ended = ended.context("`verify` tells how talks ended")?;
    facts.judge("phone_end_reason", format!("operator_ended {ended}/3"), ended == "3", "all by the operator");
    Ok(())
}
