//! The whole round, untouched: booths ring, the desk answers, both are seen and heard, the talk ends.
//! Every figure is taken at the real window, the real page and the real sinks.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use media::tone;

use crate::booth::{Booth, Feed, HEIGHT, Show, WIDTH};
use crate::browser::Page;
use crate::capture::{self, Eye};
use crate::centre::{BoothAccount, Centre};
use crate::child::{Child, Variables};
use crate::fact::{Facts, median};
use crate::place;
use crate::screen::Screen;
use crate::sound::{Clip, Recording, Sound, now_ms};
use crate::wait::until;
use crate::window::Window;

/// The first booth's voice, the second's and the operator's: whole frequencies that are no multiples of
/// each other. The booths differ, so that what is left of one talk cannot pass for the next.
pub const VISITOR_HZ: f64 = 440.0;
/// See [`VISITOR_HZ`].
pub const SECOND_VISITOR_HZ: f64 = 530.0;
/// See [`VISITOR_HZ`].
pub const OPERATOR_HZ: f64 = 620.0;
/// How many times a visitor is served.
const ROUNDS: usize = 5;
/// How long the picture and the sound of a settled talk are looked at.
const LOOK: Duration = Duration::from_secs(10);
/// How long a talk settles before that: jitter buffers and the pace of the encoder.
const SETTLE: Duration = Duration::from_secs(3);

/// Everything that a round needs, running.
pub struct Stage {
    /// Where pictures, sounds and logs go.
    pub folder: PathBuf,
    /// Server and exchange.
    pub centre: Centre,
    /// The booths' accounts.
    pub accounts: Vec<BoothAccount>,
    /// The sound server.
    pub sound: Sound,
    /// The screen.
    pub screen: Screen,
    /// What each booth is fed with.
    pub feeds: Vec<Feed>,
    _voice: Child,
}

impl Stage {
    /// Starts everything but desks and booths.
    ///
    /// # Errors
    /// When something does not come up.
    pub async fn open(folder: &Path, operators: u32, booths: u32, settings: &str) -> Result<Stage> {
        let screen = Screen::open(folder, "1366x768").await?;
        let sinks = ["desk_speaker", "desk_ringer", "booth1_speaker", "booth2_speaker"];
        let sound = Sound::open(folder, &sinks, &["desk_microphone"]).await?;
        let voice = sound.play_tone("desk_microphone_feed", OPERATOR_HZ)?;
        let feeds = vec![Feed::make(folder, VISITOR_HZ)?, Feed::make(folder, SECOND_VISITOR_HZ)?];
        let (centre, accounts) = Centre::open(folder, operators, booths, settings).await?;
        Ok(Stage { folder: folder.to_owned(), centre, accounts, sound, screen, feeds, _voice: voice })
    }

    /// What a desktop needs to find screen, bus and devices.
    pub fn desk_variables(&self) -> Variables {
        let mut variables = self.screen.variables.clone();
        variables.extend(self.sound.variables());
        for (name, value) in [
            ("KENMU_CAMERA", "synthetic"),
            ("KENMU_MICROPHONE", "desk_microphone"),
            ("KENMU_SPEAKER", "desk_speaker"),
            ("KENMU_RINGER", "desk_ringer"),
        ] {
            variables.insert(name.to_owned(), Some(value.to_owned()));
        }
        variables
    }

    /// Opens booth `number` (from 1), headless.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn booth(&self, number: usize) -> Result<Booth> {
        let account =
            self.accounts.get(number - 1).with_context(|| format!("booth {number} has an account"))?;
        let mut variables = self.screen.variables.clone();
        variables.extend(self.sound.variables());
        variables.insert("PULSE_SINK".to_owned(), Some(format!("booth{number}_speaker")));
        let feed = self.feeds.get(number - 1).with_context(|| format!("booth {number} has a voice"))?;
        Booth::open(&self.centre, &format!("booth{number}"), account, feed, &variables, Show::Headless).await
    }

    /// Opens the window of `op0N`, signed in and ready.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn window(&self, number: u32) -> Result<Window> {
        let name = format!("op{number:02}");
        let window = Window::open(&self.centre, &name, &self.desk_variables()).await?;
        window.sign_in(&name).await?;
        Ok(window)
    }

    /// A picture of the window in this folder; nothing on it may need scrolling.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub async fn photograph_window(&self, window: &Window, name: &str) -> Result<()> {
        nothing_scrolls(&window.page, name).await?;
        self.screen.photograph(&self.folder.join(format!("{name}.png"))).await
    }

    /// The same of a booth's page.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub async fn photograph_booth(&self, booth: &Booth, name: &str) -> Result<()> {
        nothing_scrolls(&booth.page, name).await?;
        booth.page.photograph(&self.folder.join(format!("{name}.png"))).await
    }
}

async fn nothing_scrolls(page: &Page, name: &str) -> Result<()> {
    let overflowing = page.scrolling_places().await?;
    ensure!(overflowing.is_empty(), "{name} scrolls at its smallest size: {overflowing:?}");
    Ok(())
}

/// Plays the whole round and prints its facts.
///
/// # Errors
/// When the round breaks off, or a fact falls short of its bar.
pub async fn check() -> Result<Facts> {
    let folder = place::fresh("demo")?;
    let mut facts = Facts::default();
    let mut stage = Stage::open(&folder, 2, 2, "").await?;
    let window = Window::open(&stage.centre, "op01", &stage.desk_variables()).await?;
    window.page.see("sign-in").await?;
    stage.photograph_window(&window, "sign-in").await?;
    window.sign_in("op01").await?;
    let booth = stage.booth(1).await?;
    let second = stage.booth(2).await?;
    stage.photograph_booth(&booth, "booth-start").await?;
    ready(&window).await?;
    stage.photograph_window(&window, "desk-idle").await?;
    Eye::Desk.place(&window.page).await?;
    Eye::Booth.place(&booth.page).await?;

    let speaker = stage.sound.record("desk_speaker")?;
    let mut pictures = Vec::new();
    let mut sounds = Vec::new();
    for round in 0..ROUNDS {
        let (caller, hz) = if round % 2 == 0 { (&booth, VISITOR_HZ) } else { (&second, SECOND_VISITOR_HZ) };
        let answered = answer(&stage, &window, caller, &speaker, hz, round == 0).await?;
        pictures.push(answered.picture_ms);
        sounds.push(answered.sound_ms);
        if round + 1 == ROUNDS {
            talk(&stage, &window, caller, &speaker, &mut facts).await?;
        }
        end(&stage, &window, caller, round == 0).await?;
    }
    facts.judge(
        "accept_to_first_frame_ms",
        format!("{:.0}", median(pictures.clone())),
        median(pictures).is_finite(),
        "a picture",
    );
    facts.judge(
        "accept_to_first_sound_ms",
        format!("{:.0}", median(sounds.clone())),
        median(sounds).is_finite(),
        "a sound",
    );
    outage(&mut stage, &window, &booth).await?;
    judge_end(&stage, &mut facts).await?;
    second.close().await;
    booth.close().await;
    window.close().await;
    stage.centre.stop().await;
    Ok(facts)
}

/// Presses 兼務 and waits until the tag says so and the queue counts the seat.
///
/// # Errors
/// When the desk does not follow.
pub async fn ready(window: &Window) -> Result<()> {
    window.page.press("choose-1").await?;
    until("the tag says 受付可", Duration::from_secs(20), || async {
        window.page.text("tag").await.ok()?.contains("受付可").then_some(())
    })
    .await
}

struct Answered {
    picture_ms: f64,
    sound_ms: f64,
}

/// One visitor rings and is answered by F2.
async fn answer(
    stage: &Stage,
    window: &Window,
    booth: &Booth,
    speaker: &Recording,
    hz: f64,
    photos: bool,
) -> Result<Answered> {
    booth.call().await?;
    window.page.see("offer-card").await?;
    if photos {
        stage.photograph_window(window, "desk-offer").await?;
        stage.photograph_booth(booth, "booth-wait").await?;
    }
    // The line is warm: the booth's leg carries media while the visitor waits.
    tokio::time::sleep(SETTLE).await;
    capture::blink(&window.page, false).await?;
    window.answer().await?;
    booth.screen("talk").await?;
    let seen = until("the visitor's picture is drawn", Duration::from_secs(10), || async {
        let seen = capture::seen(&window.page).await.ok()?;
        seen.key_to_picture_ms().is_some().then_some(seen)
    })
    .await?;
    let picture_ms = seen.key_to_picture_ms().context("a picture after the key")?;
    let sound_ms = until("the visitor is heard", Duration::from_secs(10), || async {
        first_tone_ms(&speaker.clip(), hz, seen.key).map(|at| at - seen.key)
    })
    .await?;
    Ok(Answered { picture_ms, sound_ms })
}

/// When a tone is first heard after `from_ms`, on the wall clock.
pub fn first_tone_ms(clip: &Clip, hz: f64, from_ms: f64) -> Option<f64> {
    const STEP: usize = 480;
    let part = clip.part(from_ms, 10_000.0);
    let found = part.samples.chunks_exact(STEP).position(|chunk| tone::goertzel(chunk, hz) > 0.01)?;
    Some(part.began_ms + found as f64 * 10.0)
}

/// A settled talk: pictures per second, tones and gaps, both ways.
async fn talk(
    stage: &Stage,
    window: &Window,
    booth: &Booth,
    speaker: &Recording,
    facts: &mut Facts,
) -> Result<()> {
    let far = stage.sound.record("booth1_speaker")?;
    capture::blink(&window.page, true).await?;
    capture::blink(&booth.page, true).await?;
    tokio::time::sleep(SETTLE).await;
    let from = now_ms();
    tokio::time::sleep(LOOK).await;
    let to = now_ms();
    let at_desk = capture::seen(&window.page).await?;
    let at_booth = capture::seen(&booth.page).await?;
    stage.photograph_window(window, "desk-booth").await?;
    stage.photograph_booth(booth, "booth-talk").await?;

    let fps = at_desk.distinct_per_second(from, to);
    let full = at_desk.width as usize == WIDTH && at_desk.height as usize == HEIGHT;
    facts.judge("booth_video_fps", format!("{fps:.1}"), fps >= 20.0 && full, "≥ 20 at 640×480");
    facts.tell("booth_video_size", format!("{}x{}", at_desk.width, at_desk.height));
    let fps = at_booth.distinct_per_second(from, to);
    facts.judge("operator_video_fps", format!("{fps:.1}"), fps >= 15.0, "≥ 15");
    facts.tell("operator_video_size", format!("{}x{}", at_booth.width, at_booth.height));

    let length = to - from;
    let heard = speaker.clip().part(from, length);
    let far_heard = far.clip().part(from, length);
    for clip in [&heard, &far_heard] {
        ensure!(clip.seconds() * 1000.0 > length * 0.95, "a recorder stalled: only {} s", clip.seconds());
    }
    keep(&stage.folder, "heard-by-operator", &heard)?;
    keep(&stage.folder, "heard-by-booth", &far_heard)?;
    judge_tone(facts, "booth_tone_heard_by_operator", &heard, VISITOR_HZ);
    judge_tone(facts, "operator_tone_heard_by_booth", &far_heard, OPERATOR_HZ);
    let gap = longest_gap_ms(&heard, VISITOR_HZ).max(longest_gap_ms(&far_heard, OPERATOR_HZ));
    facts.judge("longest_sound_gap_ms", gap, gap <= 100, "≤ 100 in 10 s");
    Ok(())
}

fn judge_tone(facts: &mut Facts, name: &str, clip: &Clip, hz: f64) {
    let peak = tone::strongest_near(&clip.samples, hz, hz * 0.2);
    let near = (peak.hz - hz).abs() <= hz * 0.02 && peak.dbfs > -50.0;
    facts.judge(name, format!("{:.1}", peak.hz), near, &format!("{hz} Hz within 2 %"));
}

/// The longest time that a tone is missing, ms.
pub fn longest_gap_ms(clip: &Clip, hz: f64) -> u32 {
    tone::gaps(&clip.levelled(), hz).iter().map(|gap| gap.len_ms).max().unwrap_or(0)
}

fn keep(folder: &Path, name: &str, clip: &Clip) -> Result<()> {
    let file = folder.join(format!("{name}.wav"));
    std::fs::write(&file, tone::wav::write(crate::sound::RATE, &clip.samples)).context("keep the sound")
}

/// The operator ends the talk and finishes the wrap-up; the booth is ready for the next visitor.
async fn end(stage: &Stage, window: &Window, booth: &Booth, photos: bool) -> Result<()> {
    window.page.press("end").await?;
    window.page.see("disposition").await?;
    booth.screen("ended").await?;
    if photos {
        stage.photograph_window(window, "desk-wrapup").await?;
        stage.photograph_booth(booth, "booth-ended").await?;
    }
    window.page.choose("disposition", "guided").await?;
    window.page.press("finish").await?;
    window.page.miss("disposition").await?;
    booth.screen("start").await
}

/// The server is gone for a while: both sides say so, and come back by themselves.
async fn outage(stage: &mut Stage, window: &Window, booth: &Booth) -> Result<()> {
    stage.centre.kill_server().await?;
    booth.screen("trouble").await?;
    stage.photograph_booth(booth, "booth-trouble").await?;
    window.page.see("offline").await?;
    // The dash's face is loaded when it is first needed.
    tokio::time::sleep(Duration::from_secs(1)).await;
    stage.photograph_window(window, "desk-offline").await?;
    stage.centre.start_server().await?;
    booth.screen("start").await?;
    window.page.miss("offline").await
}

async fn judge_end(stage: &Stage, facts: &mut Facts) -> Result<()> {
    let told = stage.centre.conservation().await?;
    let count = |name: &str| -> Result<usize> {
        let line = told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('\t'));
        line.with_context(|| format!("`verify` tells {name}"))?
            .parse()
            .with_context(|| format!("{name} is a count"))
    };
    let ended = count("end_operator_ended")?;
    facts.judge(
        "end_reason",
        format!("operator_ended {ended}/{ROUNDS}"),
        ended == ROUNDS,
        "every talk ended by the operator",
    );
    facts.tell("conservation_difference", count("conservation_difference")?);
    Ok(())
}
