//! 筆談: a written word each way, typed and read on the screens.

use std::time::{Duration, Instant};

use anyhow::Result;

use super::second_act::Act;
use crate::browser::Page;
use crate::fact::Facts;
use crate::wait::until;

const ASKED: &str = "マイナンバーカードはお持ちですか";
const ANSWERED: &str = "はい、持っています";

/// Sends one each way and prints how long the slower one took to be shown.
///
/// # Errors
/// When one does not arrive.
pub async fn texts_both_ways(act: &Act, facts: &mut Facts) -> Result<()> {
    let there = send(&act.window.page, &act.first.page, ASKED).await?;
    let back = send(&act.first.page, &act.window.page, ANSWERED).await?;
    let slower = there.max(back).as_millis();
    facts.judge("texts_both_ways_ms", slower, slower <= 2_000, "each shown within 2 s");
    act.stage.photograph_window(&act.window, "desk-texts").await?;
    act.stage.photograph_booth(&act.first, "booth-texts").await
}

async fn send(from: &Page, to: &Page, text: &str) -> Result<Duration> {
    from.fill("text-input", text).await?;
    let sent = Instant::now();
    from.press("text-send").await?;
    until(&format!("「{text}」 is read"), Duration::from_secs(10), || async {
        to.text("texts").await.ok()?.contains(text).then_some(())
    })
    .await?;
    Ok(sent.elapsed())
}
