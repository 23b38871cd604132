//! M3: processor time of the receiving side for one 720p picture. The same encoded loop is replayed to the
//! real window (through the exchange) and to a plain page in Chromium's window.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use peer::{Leg, Port};
use serde_json::json;

use super::bare_booth::BareBooth;
use super::replay::{self, Clip, Replay};
use super::{Row, tree};
use crate::booth::{Feed, Show, chromium};
use crate::capture::{self, Eye};
use crate::fact::median;
use crate::place;
use crate::round;
use crate::sound::now_ms;
use crate::stage::{Stage, VISITOR_HZ};
use crate::wait::until;
use crate::window::Window;

/// Rounds of each kind, taking turns.
const ROUNDS: usize = 3;
/// How long the picture settles, and how long it is counted.
const SETTLE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_secs(15);
const LIMIT: Duration = Duration::from_secs(20);

/// Measures the row.
///
/// # Errors
/// When no picture comes.
pub async fn measure() -> Result<Vec<Row>> {
    let stage = Stage::open(&place::fresh("bench/m3")?, 1, 0, "").await?;
    let clip = Arc::new(Clip::encode()?);
    let (mut booth, leg, events) = BareBooth::open(&stage.centre, "ブース1").await?;
    let replay = Replay::start(Arc::clone(&clip), leg, events);
    // No own camera: what is sent is not what is measured.
    let mut variables = stage.desk_variables();
    variables.insert("KENMU_CAMERA".to_owned(), Some("none".to_owned()));
    let window = Window::open(&stage.centre, "op01", &variables).await?;
    window.sign_in("op01").await?;
    round::ready(&window).await?;
    Eye::Desk.place(&window.page).await?;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(our_round(&window, &mut booth).await?);
        peers.push(peer_round(&stage, &clip).await?);
    }
    drop(replay);
    window.close().await;
    stage.centre.stop().await;
    Ok(vec![Row {
        id: "M3",
        name: "receiving side's CPU for a 720p picture, ms; peer: Chromium, same packets".to_owned(),
        ours: median(ours),
        peer: median(peers),
        limit: None,
    }])
}

async fn our_round(window: &Window, booth: &mut BareBooth) -> Result<f64> {
    booth.ring()?;
    window.answer().await?;
    tokio::time::sleep(SETTLE).await;
    capture::blink(&window.page, false).await?;
    let (from, before) = (now_ms(), tree::cpu_seconds(window.driver_id())?);
    tokio::time::sleep(LOOK).await;
    let (to, after) = (now_ms(), tree::cpu_seconds(window.driver_id())?);
    let seen = capture::seen(&window.page).await?;
    anyhow::ensure!(seen.width as usize == replay::WIDTH, "the window draws {} wide", seen.width);
    let pictures = seen.seen.iter().filter(|(at, _)| (from..to).contains(at)).count();
    window.page.press("end").await?;
    booth.ended().await?;
    window.page.choose("disposition", "guided").await?;
    window.page.press("finish").await?;
    per_picture(after - before, pictures)
}

/// A page that only receives, connected straight to the replaying leg.
async fn peer_round(stage: &Stage, clip: &Arc<Clip>) -> Result<f64> {
    let feed = Feed::make(&stage.folder, VISITOR_HZ)?;
    let show = Show::At { x: 0, y: 0 };
    let (page, driver) = chromium(&stage.folder, "receiver", &feed, &stage.screen.variables, show).await?;
    page.go("data:text/html,<video id=v autoplay muted style='width:694px'></video>").await?;
    let loopback = std::net::IpAddr::from([127, 0, 0, 1]);
    let port = Port::bind((loopback, 0).into(), vec![loopback]).await.context("a media port")?;
    page.run::<()>(RECEIVER, vec![]).await?;
    let offer: String = until("the page offers", LIMIT, || async {
        page.run::<Option<String>>("return window.__offer ?? null;", vec![]).await.ok().flatten()
    })
    .await?;
    let (leg, answer, events) = Leg::answer(&port, &offer).await.context("answer the page")?;
    page.run::<()>(ANSWERED, vec![json!(answer)]).await?;
    let replay = Replay::start(Arc::clone(clip), leg, events);
    until("the page shows the picture", LIMIT, || async {
        page.run::<bool>("return document.getElementById('v').videoWidth === 1280;", vec![])
            .await
            .ok()?
            .then_some(())
    })
    .await?;
    tokio::time::sleep(SETTLE).await;
    let before = (tree::cpu_seconds(driver.id())?, page.run::<usize>(SHOWN, vec![]).await?);
    tokio::time::sleep(LOOK).await;
    let after = (tree::cpu_seconds(driver.id())?, page.run::<usize>(SHOWN, vec![]).await?);
    drop(replay);
    page.close().await;
    driver.stop().await;
    per_picture(after.0 - before.0, after.1 - before.1)
}

/// Offers to receive, and plays what comes.
const RECEIVER: &str = "
  const pc = window.__pc = new RTCPeerConnection();
  pc.ontrack = ({ track }) => {
    if (track.kind === 'video') document.getElementById('v').srcObject = new MediaStream([track]);
  };
  pc.addTransceiver('audio', { direction: 'recvonly' });
  pc.addTransceiver('video', { direction: 'recvonly' });
  pc.setLocalDescription().then(() => { window.__offer = pc.localDescription.sdp; });
  return null;";

const ANSWERED: &str = "
  window.__pc.setRemoteDescription({ type: 'answer', sdp: arguments[0] });
  return null;";

const SHOWN: &str = "return document.getElementById('v').getVideoPlaybackQuality().totalVideoFrames;";

fn per_picture(seconds: f64, pictures: usize) -> Result<f64> {
    let least = LOOK.as_secs() as usize * replay::FPS as usize * 8 / 10;
    anyhow::ensure!(pictures >= least, "only {pictures} pictures were shown");
    Ok(seconds * 1000.0 / pictures as f64)
}
