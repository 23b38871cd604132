//! From the camera to the leg and to the own window: VP8, encoded once. Sent only while the talk is live and
//! the picture is wanted; outside a talk the camera is on for the check alone.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::{Duration, Instant};

use media::picture::I420;
use media::vp8::{CLOCK_HZ, Packetizer};
use media::vpx::{EncodedFrame, Encoder};
use peer::{Codec, Rtp, Track};

use super::told::Told;
use super::{EncodedPicture, Shared};
use crate::config::CameraChoice;
use crate::controller::CheckNews;
use crate::device::camera::{Camera, HEIGHT, Synthetic, WIDTH};
use crate::device::{Webcam, Wish};

/// Pictures a second: a calm face at a desk; more would take the network from the voice.
const FPS: u32 = 20;
/// Bitrate of the picture, kbit/s.
const KBPS: u32 = 500;
/// How often the thread looks up while nothing is sent.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Between two tries to open a camera that is not there.
const TRY_EVERY: Duration = Duration::from_secs(1);

/// Starts the thread.
pub(super) fn start(
    shared: &Arc<Shared>,
    wish: Arc<Wish<CameraChoice>>,
    told: Told,
) -> std::io::Result<Thread> {
    let shared = Arc::clone(shared);
    let thread = std::thread::Builder::new().name("kenmu-camera".into()).spawn(move || {
        Eye { sender: Sender::new(Arc::clone(&shared)), shared, wish, told, shown: None }.run()
    })?;
    Ok(thread.thread().clone())
}

struct Eye {
    shared: Arc<Shared>,
    wish: Arc<Wish<CameraChoice>>,
    told: Told,
    sender: Sender,
    /// What the check was told last.
    shown: Option<(u32, u32)>,
}

impl Eye {
    /// Serves one wish after the other.
    fn run(mut self) {
        while !self.shared.ends() {
            let (choice, turn) = self.wish.now();
            self.sender.rest();
            if choice == CameraChoice::None {
                self.told.missing(false);
            }
            while self.serves(turn) {
                if !self.wanted() || choice == CameraChoice::None {
                    self.sender.rest();
                    self.shown = None;
                    std::thread::park_timeout(LOOK_EVERY);
                    continue;
                }
                match open(&choice) {
                    Some(camera) => self.look(camera, turn),
                    None => self.lost(),
                }
            }
        }
    }

    fn serves(&self, turn: u64) -> bool {
        self.wish.holds(turn) && !self.shared.ends()
    }

    fn wanted(&self) -> bool {
        self.shared.camera.load(Ordering::Acquire) || self.shared.checking.load(Ordering::Acquire)
    }

    /// Until the camera is wanted no more, or lost.
    fn look(&mut self, mut camera: Box<dyn Camera>, turn: u64) {
        let period = Duration::from_secs(1) / FPS;
        let mut due = Instant::now();
        while self.serves(turn) && self.wanted() {
            let Some(picture) = camera.picture(due) else { return self.lost() };
            if self.sender.one(&picture).is_none() {
                return self.lost();
            }
            self.told.missing(false);
            self.show((picture.width() as u32, picture.height() as u32));
            due = (due + period).max(Instant::now());
        }
    }

    fn show(&mut self, size: (u32, u32)) {
        let checking = self.shared.checking.load(Ordering::Acquire);
        let shown = checking.then_some(size);
        if std::mem::replace(&mut self.shown, shown) != shown && checking {
            self.told.check(CheckNews::Camera(shown));
        }
    }

    fn lost(&mut self) {
        self.told.missing(true);
        self.told.check(CheckNews::Camera(None));
        self.shown = None;
        self.sender.rest();
        std::thread::park_timeout(TRY_EVERY);
    }
}

fn open(choice: &CameraChoice) -> Option<Box<dyn Camera>> {
    match choice {
        CameraChoice::None => None,
        CameraChoice::Synthetic => Some(Box::new(Synthetic::new().ok()?)),
        CameraChoice::Device(id) => Some(Box::new(Webcam::open(id).ok()?)),
    }
}

/// The stream's own numbers go on over talks and legs.
struct Sender {
    shared: Arc<Shared>,
    encoder: Option<Encoder>,
    packetizer: Packetizer,
    sequence: u16,
    sends: bool,
}

impl Sender {
    fn new(shared: Arc<Shared>) -> Sender {
        Sender { shared, encoder: None, packetizer: Packetizer::new(0), sequence: 0, sends: false }
    }

    /// The next picture starts with a new encoder, and that with a key frame.
    fn rest(&mut self) {
        self.encoder = None;
    }

    /// One picture; none when the encoder failed.
    fn one(&mut self, picture: &I420) -> Option<()> {
        if self.encoder.is_none() {
            self.encoder = Encoder::new(WIDTH, HEIGHT, FPS, KBPS).ok();
        }
        let sends = self.shared.camera.load(Ordering::Acquire);
        // A talk that begins during the check has seen nothing yet.
        let begins = sends && !std::mem::replace(&mut self.sends, sends);
        let wished = self.shared.key_wanted.swap(false, Ordering::AcqRel);
        let key = begins || wished || self.shared.own.keyframe_wish();
        let Ok(frames) = self.encoder.as_mut()?.encode(picture, key) else {
            self.encoder = None;
            return None;
        };
        if key && frames.is_empty() {
            // Dropped to keep the bitrate: the wish stands.
            self.shared.key_wanted.store(true, Ordering::Release);
        }
        let at_us = self.shared.began.elapsed().as_micros() as u64;
        for frame in frames {
            if sends {
                self.send(&frame.data, (at_us * u64::from(CLOCK_HZ) / 1_000_000) as u32);
            }
            let EncodedFrame { key, data } = frame;
            self.shared.own.publish(EncodedPicture { key, timestamp_us: at_us, data: data.into() });
        }
        Some(())
    }

    fn send(&mut self, frame: &[u8], timestamp: u32) {
        let payloads = self.packetizer.packetize(frame);
        let last = payloads.len().saturating_sub(1);
        for (place, payload) in payloads.into_iter().enumerate() {
            let (marker, sequence) = (place == last, self.sequence);
            self.sequence = self.sequence.wrapping_add(1);
            self.shared.send(Rtp {
                track: Track::Video,
                codec: Codec::Vp8,
                marker,
                sequence,
                timestamp,
                payload,
            });
        }
    }
}
