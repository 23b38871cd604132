//! M3: processor time of the receiving side for one 720p picture. The same encoded loop of picture and voice is
//! replayed to the real window (through the exchange) and to a plain page in Chromium's window; both speak too.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
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
use crate::stage::{OPERATOR_HZ, Stage};
use crate::wait::until;
use crate::window::{Came, Window};

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
    let page = plain_page().await?;
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(our_round(&window, &mut booth).await?);
        peers.push(peer_round(&stage, &clip, &page).await?);
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
    window.finish_note(Came::ToABooth).await?;
    per_picture(after - before, pictures)
}

/// Serves the plain page, as a browser gives a microphone to addresses on this machine and to no page without one.
async fn plain_page() -> Result<String> {
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("a port for the plain page")?;
    let address = format!("http://{}/", door.local_addr()?);
    let app = Router::new().route("/", get(|| async { Html(PAGE) }));
    tokio::spawn(async move { axum::serve(door, app).await });
    Ok(address)
}

/// As wide as our window shows it.
const PAGE: &str = "<!doctype html><video id=v autoplay style='width:694px'></video>";

/// A page that receives picture and voice and sends a voice, connected straight to the replaying leg.
async fn peer_round(stage: &Stage, clip: &Arc<Clip>, address: &str) -> Result<f64> {
    let feed = Feed::make(&stage.folder, OPERATOR_HZ)?;
    let mut variables = stage.screen.variables.clone();
    variables.extend(stage.sound.variables());
    variables.insert("PULSE_SINK".to_owned(), Some("desk_speaker".to_owned()));
    let show = Show::At { x: 0, y: 0 };
    let (page, driver) = chromium(&stage.folder, "receiver", &feed, &variables, show).await?;
    page.go(address).await?;
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

/// Offers a voice without voice processing (ours has none either) and to receive both, and plays what comes.
const RECEIVER: &str = "
  const pc = window.__pc = new RTCPeerConnection();
  const far = new MediaStream();
  pc.ontrack = ({ track }) => {
    far.addTrack(track);
    document.getElementById('v').srcObject = far;
  };
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia({ audio }).then(async (own) => {
    pc.addTrack(own.getAudioTracks()[0], own);
    pc.addTransceiver('video', { direction: 'recvonly' });
    await pc.setLocalDescription();
    window.__offer = pc.localDescription.sdp;
  });
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
