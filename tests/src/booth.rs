//! A booth: the citizen's page in a real Chromium with a prepared camera picture and voice.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use media::scene::{Person, Scene};
use media::tone::wav;
use serde_json::json;

use crate::browser::Page;
use crate::centre::{BoothAccount, Centre};
use crate::child::{Child, Start, Variables};
use crate::place;
use crate::sound::{RATE, tone};
use crate::wait::until;

/// The visitor's picture: size, pace and length of the loop.
pub const WIDTH: usize = 640;
/// See [`WIDTH`].
pub const HEIGHT: usize = 480;
/// Frames per second of the prepared picture.
pub const FPS: u32 = 30;
/// Seconds until the prepared picture and voice repeat.
const LOOP_SECONDS: u32 = 8;
/// Frames until the prepared picture repeats; the bar code counts them.
const FRAMES: u16 = 240;

/// What a booth's Chromium is fed with.
#[derive(Clone)]
pub struct Feed {
    voice: PathBuf,
    picture: PathBuf,
}

impl Feed {
    /// Writes a voice (a tone) and a picture (a calm scene with a numbered bar code) into `folder`. All
    /// voices of a folder share one picture.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn make(folder: &Path, hz: f64) -> Result<Feed> {
        let feed =
            Feed { voice: folder.join(format!("visitor-{hz}.wav")), picture: folder.join("visitor.y4m") };
        std::fs::write(&feed.voice, wav::write(RATE, &tone(hz, LOOP_SECONDS))).context("write the voice")?;
        if !feed.picture.exists() {
            write_picture(&feed.picture)?;
        }
        Ok(feed)
    }
}

fn write_picture(file: &Path) -> Result<()> {
    use std::io::Write;
    let scene = Scene::new(Person::Visitor, WIDTH, HEIGHT).context("the visitor's scene")?;
    let mut out = std::io::BufWriter::new(std::fs::File::create(file).context("make the picture file")?);
    media::y4m::write_loop(&mut out, &scene, FPS, FRAMES).context("write the picture")?;
    out.flush().context("write the picture file")
}

/// Where a browser shows itself.
#[derive(Clone, Copy)]
pub enum Show {
    /// Nowhere.
    Headless,
    /// As a window, its upper left corner here.
    At {
        /// From the left, pixels.
        x: u32,
        /// From the top, pixels.
        y: u32,
    },
}

/// A booth under our hand.
pub struct Booth {
    /// The page.
    pub page: Page,
    driver: Child,
}

impl Booth {
    /// Starts Chromium, opens the page and sets it up as this booth.
    ///
    /// # Errors
    /// When Chromium or the page does not come up.
    pub async fn open(
        centre: &Centre,
        name: &str,
        account: &BoothAccount,
        feed: &Feed,
        variables: &Variables,
        show: Show,
    ) -> Result<Booth> {
        let (page, driver) = chromium(&centre.folder, name, feed, variables, show).await?;
        page.go(&centre.booth_address()).await?;
        let booth = Booth { page, driver };
        booth.page.fill("setup-booth", &account.number).await?;
        booth.page.fill("setup-secret", &account.secret).await?;
        booth.page.press("setup-save").await?;
        booth.screen("start").await?;
        Ok(booth)
    }

    /// Waits until the page shows a screen: `start`, `wait`, `talk`, `trouble`, `ended` or `setup`.
    ///
    /// # Errors
    /// When it does not.
    pub async fn screen(&self, name: &str) -> Result<()> {
        self.screen_within(name, Duration::from_secs(30)).await
    }

    /// The same with a limit of one's own.
    ///
    /// # Errors
    /// When it does not.
    pub async fn screen_within(&self, name: &str, limit: Duration) -> Result<()> {
        until(&format!("the booth shows `{name}`"), limit, || async {
            let now = self.page.attribute("screen", "data-screen").await.ok().flatten();
            (now.as_deref() == Some(name)).then_some(())
        })
        .await
    }

    /// Presses the large button and waits until the page waits.
    ///
    /// # Errors
    /// When the page does not follow.
    pub async fn call(&self) -> Result<()> {
        self.screen("start").await?;
        self.page.press("call").await?;
        self.screen("wait").await
    }

    /// Ends Chromium.
    pub async fn close(self) {
        self.page.close().await;
        self.driver.stop().await;
    }
}

/// Starts a Chromium with a prepared camera and microphone, and its driver.
///
/// # Errors
/// When one of them does not come up.
pub async fn chromium(
    folder: &Path,
    name: &str,
    feed: &Feed,
    variables: &Variables,
    show: Show,
) -> Result<(Page, Child)> {
    let port = place::free_tcp_port()?;
    let driver = Start::new(&format!("chromedriver-{name}"), "chromedriver", folder)
        .args([&format!("--port={port}")])
        .envs(variables)
        .start()?;
    let profile = folder.join(format!("chromium-{name}"));
    let page = Page::open(port, capabilities(&profile, feed, show)).await?;
    Ok((page, driver))
}

fn capabilities(profile: &Path, feed: &Feed, show: Show) -> serde_json::Value {
    let mut arguments = vec![
        "--use-fake-ui-for-media-stream".to_owned(),
        "--use-fake-device-for-media-stream".to_owned(),
        format!("--use-file-for-fake-audio-capture={}", feed.voice.display()),
        format!("--use-file-for-fake-video-capture={}", feed.picture.display()),
        "--autoplay-policy=no-user-gesture-required".to_owned(),
        "--allow-loopback-in-peer-connection".to_owned(),
        "--disable-quic".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--disable-gpu".to_owned(),
        "--lang=ja".to_owned(),
        format!("--user-data-dir={}", profile.display()),
    ];
    // Chromium refuses its sandbox to root; a test machine often runs as root.
    if is_root() {
        arguments.push("--no-sandbox".to_owned());
    }
    match show {
        // The page gets 1280×800: the rest is the browser's own frame.
        Show::Headless => arguments.extend(["--headless=new", "--window-size=1280,943"].map(str::to_owned)),
        Show::At { x, y } => {
            arguments.extend([format!("--window-position={x},{y}"), "--window-size=960,720".to_owned()]);
        }
    }
    json!({ "browserName": "chrome", "goog:chromeOptions": { "binary": "/usr/bin/chromium", "args": arguments } })
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}
