//! A booth: the citizen's page in a real Chromium with a prepared camera picture and voice.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use media::scene::{Person, Scene};
use media::tone::wav;
use serde_json::json;

use crate::browser::Page;
use crate::centre::Centre;
use crate::child::{Child, Start, Variables, descendants, signal};
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

/// How a booth's browser is started.
pub struct Browser<'a> {
    /// Where its log and profile lie.
    pub folder: &'a Path,
    /// Its name for logs.
    pub name: &'a str,
    /// What its camera and microphone show and say; none: what Chromium makes up.
    pub feed: Option<&'a Feed>,
    /// What it needs to find screen and sound.
    pub variables: &'a Variables,
    /// Where it shows itself.
    pub show: Show,
    /// The person in front of it lets pages use the camera.
    pub camera_allowed: bool,
    /// The key of the server that it trusts, where the server has a certificate.
    pub key_hash: Option<&'a str>,
}

impl<'a> Browser<'a> {
    /// A headless browser with everything allowed.
    pub fn new(folder: &'a Path, name: &'a str, feed: &'a Feed, variables: &'a Variables) -> Browser<'a> {
        Browser {
            folder,
            name,
            feed: Some(feed),
            variables,
            show: Show::Headless,
            camera_allowed: true,
            key_hash: None,
        }
    }
}

/// A booth under our hand.
pub struct Booth {
    /// The page.
    pub page: Page,
    driver: Child,
}

impl Booth {
    /// Starts Chromium and opens the page.
    ///
    /// # Errors
    /// When Chromium or the page does not come up.
    pub async fn open(centre: &Centre, browser: &Browser<'_>) -> Result<Booth> {
        let (page, driver) = browser.start().await?;
        page.go(&centre.booth_address()).await?;
        Ok(Booth { page, driver })
    }

    /// The code that the page shows before it is enrolled.
    ///
    /// # Errors
    /// When it shows none.
    pub async fn code(&self) -> Result<String> {
        until("the page shows a code", Duration::from_secs(30), || async {
            let code = self.page.text("enrol-code").await.ok()?.trim().to_owned();
            (!code.is_empty()).then_some(code)
        })
        .await
    }

    /// Has the shown code approved, as the administrator would, and waits for the first screen.
    ///
    /// # Errors
    /// When it is refused or the page does not follow.
    pub async fn enrol(&self, centre: &Centre, name: &str) -> Result<()> {
        centre.approve(&self.code().await?, name).await?;
        self.screen("start").await
    }

    /// Waits until the page shows a screen: such as `start`, `wait`, `talk` or `ended`.
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

    /// Opens a page beside the talk; `number` counts from 0.
    ///
    /// # Errors
    /// When there is none.
    pub async fn open_page(&self, number: u32) -> Result<()> {
        self.page.press("leaf-pages").await?;
        self.page.press(&format!("open-page-{number}")).await
    }

    /// The process id of the driver; the browser is below it.
    pub fn driver_id(&self) -> i32 {
        self.driver.id()
    }

    /// Kills browser and driver at once, as a power cut would.
    ///
    /// # Errors
    /// When it cannot be waited for.
    pub async fn kill(self) -> Result<()> {
        // The browser has a process group of its own: it is found by its parent while the driver lives.
        for process in descendants(self.driver.id(), "") {
            signal(process, "KILL");
        }
        self.driver.kill().await
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
    Browser { show, ..Browser::new(folder, name, feed, variables) }.start().await
}

impl Browser<'_> {
    /// Starts it and its driver.
    ///
    /// # Errors
    /// When one of them does not come up.
    pub async fn start(&self) -> Result<(Page, Child)> {
        let port = place::free_tcp_port()?;
        let driver = Start::new(&format!("chromedriver-{}", self.name), "chromedriver", self.folder)
            .args([&format!("--port={port}")])
            .envs(self.variables)
            .start()?;
        let page = Page::open(port, self.capabilities()).await?;
        Ok((page, driver))
    }

    fn capabilities(&self) -> serde_json::Value {
        let profile = self.folder.join(format!("chromium-{}", self.name));
        let mut arguments = vec![
            "--use-fake-device-for-media-stream".to_owned(),
            // The visitor's choice of the window to show: the page beside the talk.
            format!("--auto-select-tab-capture-source-by-title={}", crate::beside::TITLE),
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
        if let Some(Feed { voice, picture }) = self.feed {
            arguments.push(format!("--use-file-for-fake-audio-capture={}", voice.display()));
            arguments.push(format!("--use-file-for-fake-video-capture={}", picture.display()));
        }
        arguments.extend(self.key_hash.map(|hash| format!("--ignore-certificate-errors-spki-list={hash}")));
        // Chromium refuses its sandbox to root; a test machine often runs as root.
        if is_root() {
            arguments.push("--no-sandbox".to_owned());
        }
        match self.show {
            // The page gets 1280×800: the rest is the browser's own frame.
            Show::Headless => {
                arguments.extend(["--headless=new", "--window-size=1280,943"].map(str::to_owned));
            }
            Show::At { x, y } => {
                arguments.extend([format!("--window-position={x},{y}"), "--window-size=960,720".to_owned()]);
            }
        }
        // What a person answered when the browser asked: 1 is yes, 2 is no.
        let camera = if self.camera_allowed { 1 } else { 2 };
        let answers = json!({
            "profile.default_content_setting_values.media_stream_mic": 1,
            "profile.default_content_setting_values.media_stream_camera": camera,
        });
        json!({
            "browserName": "chrome",
            // A page whose video has a live source counts as loading for ever.
            "pageLoadStrategy": "eager",
            "timeouts": { "pageLoad": 30_000, "script": 30_000 },
            "goog:chromeOptions": { "binary": "/usr/bin/chromium", "args": arguments, "prefs": answers },
        })
    }
}

/// True for the superuser, whom Chromium refuses its sandbox.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}
