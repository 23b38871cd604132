//! A booth that dies beside a talk: the board says so, and the talk notices nothing.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::second_act::Act;
use super::talk::longest_gap_since;
use crate::fact::Facts;
use crate::sound::now_ms;
use crate::stage::{OPERATOR_HZ, VISITOR_HZ};
use crate::wait::until;

/// What the recorders need before and after.
const AROUND: Duration = Duration::from_secs(2);

/// Kills the second booth and watches the board and the first booth's talk.
///
/// # Errors
/// When the board never says so.
pub async fn booth_lost(act: &mut Act, facts: &mut Facts) -> Result<()> {
    let at_desk = act.stage.sound.record("desk_speaker")?;
    let at_booth = act.stage.sound.record("booth1_speaker")?;
    tokio::time::sleep(AROUND).await;
    let from = now_ms();
    let second = act.second.take().context("the second booth is there")?;
    let died = Instant::now();
    second.kill().await?;
    let shown = until("the board says 接続なし", Duration::from_secs(30), || async {
        let doing = act.window.page.attribute("booth-card-2", "data-doing").await.ok()??;
        (doing == "offline").then(|| died.elapsed().as_millis())
    })
    .await?;
    facts.judge("booth_offline_shown_ms", shown, shown <= 15_000, "≤ 15 s");
    tokio::time::sleep(AROUND).await;
    act.stage.photograph_window(&act.window, "desk-booth-offline").await?;
    let gap =
        longest_gap_since(&act.stage, "lost", from, [(&at_desk, VISITOR_HZ), (&at_booth, OPERATOR_HZ)])?;
    facts.judge("other_booths_sound_gap_ms", gap, gap <= 100, "≤ 100: unharmed");
    Ok(())
}
