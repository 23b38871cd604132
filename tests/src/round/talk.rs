//! A settled talk, looked at and listened to from both ends.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use media::tone;

use super::SETTLE;
use crate::booth::{Booth, HEIGHT, WIDTH};
use crate::capture;
use crate::fact::Facts;
use crate::hear::longest_gap_ms;
use crate::sound::{Clip, Recording, now_ms};
use crate::stage::{OPERATOR_HZ, Stage, VISITOR_HZ};
use crate::window::Window;

/// How long the picture and the sound of a settled talk are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// A settled talk: pictures per second, tones and gaps, both ways.
///
/// # Errors
/// When something cannot be measured.
pub async fn talk(
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
    let fps = at_booth.presented_per_second(from, to);
    facts.judge("operator_video_fps", format!("{fps:.1}"), fps >= 15.0, "≥ 15");
    let told = at_booth.distinct_per_second(from, to);
    facts.tell("operator_video_fps_told_to_page", format!("{told:.1}"));
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

/// The strongest tone near a frequency is that frequency.
pub fn judge_tone(facts: &mut Facts, name: &str, clip: &Clip, hz: f64) {
    let peak = tone::strongest_near(&clip.samples, hz, hz * 0.2);
    let near = (peak.hz - hz).abs() <= hz * 0.02 && peak.dbfs > -50.0;
    facts.judge(name, format!("{:.1}", peak.hz), near, &format!("{hz} Hz within 2 %"));
}

/// The longest gap on any of the recordings since a time, ms; what was heard is kept for whoever doubts it.
///
/// # Errors
/// When it cannot be kept.
pub fn longest_gap_since(
    stage: &Stage,
    name: &str,
    from_ms: f64,
    heard: [(&Recording, f64); 2],
) -> Result<u32> {
    let mut longest = 0;
    for (recording, hz) in heard {
        let clip = recording.clip().part(from_ms, now_ms() - from_ms);
        longest = longest.max(longest_gap_ms(&clip, hz));
        keep(&stage.folder, &format!("{name}-{hz:.0}"), &clip)?;
    }
    Ok(longest)
}

/// Keeps what was heard for whoever doubts it.
///
/// # Errors
/// When it cannot be written.
pub fn keep(folder: &Path, name: &str, clip: &Clip) -> Result<()> {
    let file = folder.join(format!("{name}.wav"));
    std::fs::write(&file, tone::wav::write(crate::sound::RATE, &clip.samples)).context("keep the sound")
}
