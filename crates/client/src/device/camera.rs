//! Where the operator's own picture comes from. Refuses to know encoders and legs.

use std::time::{Duration, Instant};

use media::barcode;
use media::picture::{BadPicture, I420};
use media::scene::{Person, Scene};

/// The size that a booth is sent, pixels: enough for a face beside the visitor's papers.
pub const WIDTH: usize = 640;
/// See [`WIDTH`].
pub const HEIGHT: usize = 480;

/// A source of pictures of [`WIDTH`] × [`HEIGHT`]. Dropping it switches the camera off.
pub trait Camera {
    /// Waits for the picture that is due then, and may come a little early or late; none when the camera is
    /// lost.
    fn picture(&mut self, due: Instant) -> Option<I420>;
}

/// A drawn operator who moves a little, with a frame counter as a barcode over the top.
pub struct Synthetic {
    scene: Scene,
    drawn: I420,
    frame: u32,
}

/// The figure is drawn anew at every second frame: drawing costs more than encoding, and nobody sees it.
const REDRAW: u32 = 2;
/// No picture is further away than this.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

impl Synthetic {
    /// A new one, at its first frame.
    ///
    /// # Errors
    /// [`BadPicture`] would mean that our own size is impossible.
    pub fn new() -> Result<Synthetic, BadPicture> {
        let scene = Scene::new(Person::Operator, WIDTH, HEIGHT)?;
        let drawn = scene.frame(0);
        Ok(Synthetic { scene, drawn, frame: 0 })
    }
}

impl Camera for Synthetic {
    fn picture(&mut self, due: Instant) -> Option<I420> {
        std::thread::park_timeout(due.saturating_duration_since(Instant::now()).min(LONGEST_WAIT));
        if self.frame.is_multiple_of(REDRAW) {
            self.drawn = self.scene.frame(self.frame);
        }
        let mut picture = self.drawn.clone();
        barcode::draw(&mut picture, self.frame as u16);
        self.frame = self.frame.wrapping_add(1);
        Some(picture)
    }
}
