//! Where the operator's own picture comes from. Refuses to know encoders and legs.

use media::barcode;
use media::picture::{BadPicture, I420};
use media::scene::{Person, Scene};

/// The size that a booth is sent, pixels: enough for a face beside the visitor's papers.
pub const WIDTH: usize = 640;
/// See [`WIDTH`].
pub const HEIGHT: usize = 480;

/// A source of pictures of [`WIDTH`] × [`HEIGHT`].
pub trait Camera: Send {
    /// The next picture; none when the camera is lost.
    fn picture(&mut self) -> Option<I420>;
}

/// A drawn operator who moves a little, with a frame counter as a barcode over the top.
pub struct Synthetic {
    scene: Scene,
    frame: u32,
}

impl Synthetic {
    /// A new one, at its first frame.
    ///
    /// # Errors
    /// [`BadPicture`] would mean that our own size is impossible.
    pub fn new() -> Result<Synthetic, BadPicture> {
        Ok(Synthetic { scene: Scene::new(Person::Operator, WIDTH, HEIGHT)?, frame: 0 })
    }
}

impl Camera for Synthetic {
    fn picture(&mut self) -> Option<I420> {
        // Two steps of the scene for each frame: it was drawn for 30 frames a second, we send 15.
        let mut picture = self.scene.frame(self.frame.wrapping_mul(2));
        barcode::draw(&mut picture, self.frame as u16);
        self.frame = self.frame.wrapping_add(1);
        Some(picture)
    }
}
