//! M1: F2 down → the visitor's first picture drawn. Ours: the real desk, window and booth. Peers: the
//! same camera in a plain Chromium page that calls another one, set up on accept, and pre-connected.

use std::time::Duration;

use anyhow::{Context, Result};

use super::{Row, relay};
use crate::booth::{Booth, Feed, Show, chromium};
use crate::browser::Page;
use crate::capture::{self, Eye};
use crate::child::{Child, Variables};
use crate::fact::median;
use crate::place;
use crate::round;
use crate::stage::{Stage, VISITOR_HZ};
use crate::wait::until;
use crate::window::{Came, F2, Window};

/// Rounds of each kind, taking turns; the first of each warms caches and is left out.
const ROUNDS: usize = 8;
/// How long a visitor waits before the accept, as in the round.
const SETTLE: Duration = Duration::from_secs(3);
const LIMIT: Duration = Duration::from_secs(20);
/// How long each talk goes on after its first picture.
const TALK: Duration = Duration::from_millis(500);

/// Measures and gives both rows.
///
/// # Errors
/// When a call does not come about.
pub async fn measure() -> Result<Vec<Row>> {
    let stage = Stage::open(&place::fresh("bench/m1")?, 1, 1, "").await?;
    let window = stage.window(1).await?;
    round::ready(&window).await?;
    Eye::Desk.place(&window.page).await?;
    let booth = stage.booth(1).await?;
    let port = relay::serve().await?;
    let feed = Feed::make(&stage.folder, VISITOR_HZ)?;
    let cold = Pair::open(&stage, &feed, port, "cold").await?;
    let warm = Pair::open(&stage, &feed, port, "warm").await?;
    let (mut our_times, mut cold_times, mut warm_times) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..ROUNDS {
        our_times.push(our_round(&window, &booth).await?);
        cold_times.push(cold.round().await?);
        warm_times.push(warm.round().await?);
        tracing::info!(
            number,
            ours = our_times[number],
            cold = cold_times[number],
            warm = warm_times[number],
            "a round"
        );
    }
    cold.close().await;
    warm.close().await;
    booth.close().await;
    window.close().await;
    stage.centre.stop().await;
    let settled = |values: Vec<f64>| median(values.into_iter().skip(1).collect());
    let (ours, cold, warm) = (settled(our_times), settled(cold_times), settled(warm_times));
    // No picture can come before the next one of a camera with 30 frames a second: half of 33 ms on average.
    let limit = Some(1000.0 / f64::from(crate::booth::FPS) / 2.0);
    let row = |name: &str, peer| Row { id: "M1", name: name.to_owned(), ours, peer, limit };
    Ok(vec![
        row("accept to first frame, ms; peer: Chromium, call set up on accept", cold),
        row("accept to first frame, ms; peer: Chromium, pre-connected", warm),
    ])
}

async fn our_round(window: &Window, booth: &Booth) -> Result<f64> {
    booth.call().await?;
    window.page.see("offer-card").await?;
    tokio::time::sleep(SETTLE).await;
    capture::blink(&window.page, false).await?;
    window.answer().await?;
    let took = until("the picture is drawn", LIMIT, || async {
        capture::seen(&window.page).await.ok()?.key_to_picture_ms()
    })
    .await?;
    booth.screen("talk").await?;
    tokio::time::sleep(TALK).await;
    window.page.press("end").await?;
    window.finish_note(Came::ToABooth).await?;
    booth.screen("start").await?;
    Ok(took)
}

/// Two plain pages that call each other, open over all rounds.
struct Pair {
    booth: Plain,
    operator: Plain,
}

impl Pair {
    async fn open(stage: &Stage, feed: &Feed, port: u16, mode: &str) -> Result<Pair> {
        let address = |role: &str| format!("http://127.0.0.1:{port}/?role={role}&mode={mode}");
        let booth = Plain::open(stage, feed, &format!("{mode}-booth"), &address("booth")).await?;
        let operator = Plain::open(stage, feed, &format!("{mode}-operator"), &address("operator")).await?;
        is(&booth.page, "open").await?;
        is(&operator.page, "open").await?;
        Ok(Pair { booth, operator })
    }

    async fn round(&self) -> Result<f64> {
        let (booth, operator) = (&self.booth.page, &self.operator.page);
        operator.run::<()>("bench.start();", vec![]).await?;
        booth.run::<()>("bench.start();", vec![]).await?;
        is(booth, "ready").await?;
        is(operator, "ready").await?;
        tokio::time::sleep(SETTLE).await;
        operator.key(F2).await.context("accept at the plain page")?;
        let took = until("the plain page draws", LIMIT, || async {
            let times: (f64, f64) = operator.run("return [bench.key, bench.drawn];", vec![]).await.ok()?;
            (times.1 > 0.0).then_some(times.1 - times.0)
        })
        .await;
        // A talk's length, so that the page's encoder and decoder end as ours do.
        tokio::time::sleep(TALK).await;
        booth.run::<()>("bench.stop();", vec![]).await?;
        operator.run::<()>("bench.stop();", vec![]).await?;
        took
    }

    async fn close(self) {
        for plain in [self.booth, self.operator] {
            plain.page.close().await;
            plain.driver.stop().await;
        }
    }
}

struct Plain {
    page: Page,
    driver: Child,
}

impl Plain {
    async fn open(stage: &Stage, feed: &Feed, name: &str, address: &str) -> Result<Plain> {
        let variables: Variables = stage.screen.variables.clone();
        let (page, driver) = chromium(&stage.folder, name, feed, &variables, Show::Headless).await?;
        page.go(address).await?;
        Ok(Plain { page, driver })
    }
}

async fn is(page: &Page, state: &str) -> Result<()> {
    let script = format!("return !!window.bench?.{state};");
    until(&format!("the plain page is {state}"), LIMIT, || async {
        page.run::<bool>(&script, vec![]).await.ok()?.then_some(())
    })
    .await
}
