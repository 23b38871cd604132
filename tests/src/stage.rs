//! A stage of one run's own: screen, sound, server and exchange, on which desks and booths appear.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::{Context, Result};

use crate::booth::{Booth, Browser, Feed};
use crate::browser::Page;
use crate::centre::{Centre, Plan};
use crate::child::{Child, Variables};
use crate::fact::Facts;
use crate::relay::Relay;
use crate::screen::Screen;
use crate::sound::Sound;
use crate::window::Window;

/// The first booth's voice, the second's and the operator's: whole frequencies that are no multiples of
/// each other. The booths differ, so that what is left of one talk cannot pass for the next.
pub const VISITOR_HZ: f64 = 440.0;
/// See [`VISITOR_HZ`].
pub const SECOND_VISITOR_HZ: f64 = 530.0;
/// See [`VISITOR_HZ`].
pub const OPERATOR_HZ: f64 = 620.0;

/// Everything but desks and booths, running.
pub struct Stage {
    /// Where pictures, sounds and logs go.
    pub folder: PathBuf,
    /// Server and exchange.
    pub centre: Centre,
    /// The sound server.
    pub sound: Sound,
    /// The screen.
    pub screen: Screen,
    /// What each booth is fed with.
    pub feeds: Vec<Feed>,
    /// The operator's voice; speaks until it is taken.
    pub voice: Option<Child>,
    /// Where photographs go; the folder, unless somebody else wants them.
    pub photos: PathBuf,
    /// What needed scrolling on a photographed screen.
    pub scrolling: Mutex<Vec<String>>,
}

impl Stage {
    /// Starts everything but desks and booths. Up to two booths have a voice.
    ///
    /// # Errors
    /// When something does not come up.
    pub async fn open(folder: &Path, operators: u32, _booths: u32, settings: &str) -> Result<Stage> {
        Stage::open_as(folder, &Plan { operators, settings, ..Plan::default() }).await
    }

    /// The same by a plan.
    ///
    /// # Errors
    /// When something does not come up.
    pub async fn open_as(folder: &Path, plan: &Plan<'_>) -> Result<Stage> {
        let screen = Screen::open(folder, "1366x768", plan.keyring).await?;
        let sinks = ["desk_speaker", "desk_ringer", "booth1_speaker", "booth2_speaker"];
        let sound = Sound::open(folder, &sinks, &["desk_microphone"]).await?;
        let voice = sound.play_tone("desk_microphone_feed", OPERATOR_HZ)?;
        let feeds = vec![Feed::make(folder, VISITOR_HZ)?, Feed::make(folder, SECOND_VISITOR_HZ)?];
        let centre = Centre::open(folder, plan).await?;
        Ok(Stage {
            folder: folder.to_owned(),
            centre,
            sound,
            screen,
            feeds,
            voice: Some(voice),
            photos: folder.to_owned(),
            scrolling: Mutex::default(),
        })
    }

    /// The network that can be cut.
    ///
    /// # Errors
    /// When the plan has none.
    pub fn relay(&self) -> Result<&Relay> {
        self.centre.relay.as_ref().context("the plan has a relay")
    }

    /// Ends everything.
    pub async fn close(self) {
        self.centre.stop().await;
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
            // A steady tone is noise to a noise suppression: it would be taken away.
            ("KENMU_VOICE_PROCESSING", "off"),
        ] {
            variables.insert(name.to_owned(), Some(value.to_owned()));
        }
        variables
    }

    /// What a booth's browser needs to find the screen and its own loudspeaker.
    pub fn booth_variables(&self, number: usize) -> Variables {
        let mut variables = self.screen.variables.clone();
        variables.extend(self.sound.variables());
        variables.insert("PULSE_SINK".to_owned(), Some(format!("booth{number}_speaker")));
        variables
    }

    /// Opens booth `number` (from 1), headless, and has its code approved.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn booth(&self, number: usize) -> Result<Booth> {
        let booth = self.stranger(number, |browser| browser).await?;
        booth.enrol(&self.centre, &format!("ブース{number}")).await?;
        Ok(booth)
    }

    /// Opens the page of booth `number` without approving it; `change` may change its browser.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn stranger(
        &self,
        number: usize,
        change: impl for<'a> FnOnce(Browser<'a>) -> Browser<'a>,
    ) -> Result<Booth> {
        let feed = self.feeds.get(number - 1).with_context(|| format!("booth {number} has a voice"))?;
        let variables = self.booth_variables(number);
        let name = format!("booth{number}");
        let browser = change(Browser {
            key_hash: self.centre.key_hash(),
            ..Browser::new(&self.folder, &name, feed, &variables)
        });
        Booth::open(&self.centre, &browser).await
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

    /// A picture of the window as it has settled; what needs scrolling on it is noted.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub async fn photograph_window(&self, window: &Window, name: &str) -> Result<()> {
        self.note_scrolling(&window.page, name).await?;
        self.screen.photograph(&self.photos.join(format!("{name}.png"))).await
    }

    /// The same of a booth's page.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub async fn photograph_booth(&self, booth: &Booth, name: &str) -> Result<()> {
        self.note_scrolling(&booth.page, name).await?;
        booth.page.photograph(&self.photos.join(format!("{name}.png"))).await
    }

    async fn note_scrolling(&self, page: &Page, name: &str) -> Result<()> {
        page.settled().await?;
        let places = page.scrolling_places().await?;
        let mut noted = self.scrolling.lock().expect("the notes are never left broken");
        noted.extend(places.into_iter().map(|place| format!("{name}: {place}")));
        Ok(())
    }

    /// Every screen that was photographed fits its smallest size.
    pub fn judge_scrolling(&self, facts: &mut Facts) {
        let noted = self.scrolling.lock().expect("the notes are never left broken");
        let bar = format!("none: {}", noted.join("; "));
        facts.judge("places_that_scroll", noted.len(), noted.is_empty(), &bar);
    }
}
