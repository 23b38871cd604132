//! Microphone, loudspeaker and ringer of this machine, and the camera: opened, lost and opened again.
//!
//! Refuses to know what is heard and seen, and everything of legs and talks. Sound is 48 kHz, 16 bit,
//! mono, whatever the device itself does. Callbacks of the system never wait for anything.

pub mod camera;
mod held;
mod kept;
mod pixels;
mod place;
mod rate;
mod ringer;
mod sound;
mod urgent;
mod webcam;
mod wish;

pub use held::{Change, Held, Source};
pub use kept::{Kept, KeptDevice};
pub use place::{Seen, Side, meant, seen};
pub use ringer::Ringer;
pub use sound::{Absent, Stream, open_input, open_output};
pub use urgent::lift;
pub use webcam::{Webcam, cameras};
pub use wish::Wish;

/// Which device is wanted in one place.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// The system's default.
    Default,
    /// The one of this name, or whose description contains it.
    Named(String),
    /// None, on purpose: silence without a complaint.
    Nothing,
    /// A steady tone of this many hertz instead of a microphone: for tests with many seats.
    Tone(f64),
}

impl Wanted {
    /// From the configuration: absent is the default, `none` is nothing, `tone:440` is a tone.
    pub fn from_config(name: Option<&str>) -> Wanted {
        match name.map(str::trim) {
            None | Some("") => Wanted::Default,
            Some("none") => Wanted::Nothing,
            Some(name) => match name.strip_prefix("tone:").and_then(|hz| hz.parse().ok()) {
                Some(hz) => Wanted::Tone(hz),
                None => Wanted::Named(name.to_owned()),
            },
        }
    }
}
