//! The real window: its web process dies in a talk.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use kenmu_tests::child::{descendants, signal};
use kenmu_tests::round::ready;
use kenmu_tests::screen::Area;
use kenmu_tests::sound::now_ms;
use kenmu_tests::stage::{Stage, VISITOR_HZ};
use kenmu_tests::wait::until;
use kenmu_tests::window::Window;
use media::barcode;
use media::picture::I420;

use super::common::{close, heard, stage, unbroken};

#[tokio::test(flavor = "multi_thread")]
async fn a_web_process_that_is_killed_in_a_talk_takes_no_sound_with_it() -> Result<()> {
    let stage = stage("web-process-killed", 1, "").await?;
    let window = stage.window(1).await?;
    ready(&window).await?;
    let booth = stage.booth(1).await?;
    let at_desk = stage.sound.record("desk_speaker")?;
    booth.call().await?;
    window.answer().await?;
    booth.screen("talk").await?;
    heard(&at_desk, VISITOR_HZ, now_ms()).await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let area = picture_area(&window).await?;
    let from = now_ms();
    let web = descendants(window.driver_id(), "WebKitWebProcess");
    let web = *web.first().context("the window has a web process")?;
    let last = number(&stage, area).context("the picture is on the screen")?;
    let died = Instant::now();
    signal(web, "KILL");
    until("a new web process is there", Duration::from_secs(5), || async {
        let now = descendants(window.driver_id(), "WebKitWebProcess");
        now.iter().any(|id| *id != web).then_some(())
    })
    .await?;
    println!("web_process_back_ms\t{}", died.elapsed().as_millis());
    let seen_at_death = number(&stage, area).unwrap_or(last);
    let back = until("a new picture is on the screen", Duration::from_secs(10), || async {
        number(&stage, area)
            .filter(|now| *now != seen_at_death && *now != last)
            .map(|_| died.elapsed().as_millis())
    })
    .await?;
    println!("picture_back_ms\t{back}");
    ensure!(back <= 2_000, "the picture is back within 2 s: {back} ms");
    tokio::time::sleep(Duration::from_secs(1)).await;
    unbroken("visitor_heard_over_crash", &at_desk, VISITOR_HZ, from, 100)?;
    window.close().await;
    close(stage, vec![], vec![booth]).await?;
    Ok(())
}

/// Rows of the bar code that nothing on the picture covers, and how often each is repeated to make the
/// reader's strip of them.
const CLEAR_ROWS: usize = 10;
const REPEATED: usize = 4;

/// The number that the picture on the screen shows. The driver's session dies with the web process, so
/// that only the screen itself can tell.
fn number(stage: &Stage, area: Area) -> Option<u16> {
    let pixels = stage.screen.pixels(Area { height: CLEAR_ROWS, ..area }).ok()?;
    let strip: Vec<u8> = pixels
        .chunks_exact(area.width * 3)
        .flat_map(|row| std::iter::repeat_n(row, REPEATED))
        .flatten()
        .copied()
        .collect();
    barcode::read(&I420::from_rgb(area.width, CLEAR_ROWS * REPEATED, &strip).ok()?)
}

/// Where the picture (not the bars beside it) stands on the screen, in even sizes.
async fn picture_area(window: &Window) -> Result<Area> {
    let script = "const canvas = document.querySelector('[data-testid=\"picture\"]');
        const box = canvas.getBoundingClientRect();
        const scale = Math.min(box.width / canvas.width, box.height / canvas.height);
        const [w, h] = [canvas.width * scale, canvas.height * scale];
        const [x, y] = [box.x + (box.width - w) / 2, box.y + (box.height - h) / 2];
        return [x + screenX, y + screenY, w, h].map(Math.round);";
    let [x, y, width, height]: [usize; 4] = window.page.run(script, vec![]).await?;
    Ok(Area { x, y, width: width & !1, height: height & !1 })
}
