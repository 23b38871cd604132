//! From the camera to the leg: VP8, only while the talk is live and the picture is wanted.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::{Duration, Instant};

use media::vp8::{CLOCK_HZ, Packetizer};
use media::vpx::Encoder;
use peer::{Rtp, Track};

use super::Shared;
use crate::config::CameraChoice;
use crate::device::camera::{Camera, HEIGHT, Synthetic, WIDTH};

/// Pictures a second: a calm face at a desk; more would take the network from the voice.
const FPS: u32 = 20;
/// Bitrate of the picture, kbit/s.
const KBPS: u32 = 500;
/// How often the thread looks up while nothing is sent.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Starts the thread.
pub(super) fn start(
    shared: &Arc<Shared>,
    choice: CameraChoice,
    told: impl Fn(bool) + Send + 'static,
) -> std::io::Result<Thread> {
    let shared = Arc::clone(shared);
    let thread = std::thread::Builder::new().name("kenmu-camera".into()).spawn(move || match choice {
        CameraChoice::None => {}
        CameraChoice::Synthetic => match Synthetic::new() {
            Ok(camera) => Sender::new(shared).run(camera, &told),
            Err(_) => told(true),
        },
    })?;
    Ok(thread.thread().clone())
}

/// The stream's own numbers go on over talks and legs.
struct Sender {
    shared: Arc<Shared>,
    encoder: Option<Encoder>,
    packetizer: Packetizer,
    sequence: u16,
    missing: bool,
}

impl Sender {
    fn new(shared: Arc<Shared>) -> Sender {
        Sender { shared, encoder: None, packetizer: Packetizer::new(0), sequence: 0, missing: false }
    }

    fn run(mut self, mut camera: impl Camera, told: &impl Fn(bool)) {
        let mut due = Instant::now();
        while !self.shared.ends() {
            if !self.shared.camera.load(Ordering::Acquire) {
                // A new talk starts with a new encoder, and that with a key frame.
                self.encoder = None;
                std::thread::park_timeout(LOOK_EVERY);
                due = Instant::now();
                continue;
            }
            let sent = self.one(&mut camera);
            if sent.is_none() != self.missing {
                self.missing = sent.is_none();
                told(self.missing);
            }
            let now = Instant::now();
            due = (due + Duration::from_secs(1) / FPS).max(now);
            std::thread::park_timeout(due - now);
        }
    }

    /// One picture; none when camera or encoder failed.
    fn one(&mut self, camera: &mut impl Camera) -> Option<()> {
        let picture = camera.picture()?;
        if self.encoder.is_none() {
            self.encoder = Encoder::new(WIDTH, HEIGHT, FPS, KBPS).ok();
        }
        let key = self.shared.key_wanted.swap(false, Ordering::AcqRel);
        let encoded = self.encoder.as_mut()?.encode(&picture, key);
        let Ok(frames) = encoded else {
            self.encoder = None;
            return None;
        };
        if key && frames.is_empty() {
            // Dropped to keep the bitrate: the wish stands.
            self.shared.key_wanted.store(true, Ordering::Release);
        }
        let timestamp =
            (self.shared.began.elapsed().as_micros() as u64 * u64::from(CLOCK_HZ) / 1_000_000) as u32;
        frames.iter().for_each(|frame| self.send(&frame.data, timestamp));
        Some(())
    }

    fn send(&mut self, frame: &[u8], timestamp: u32) {
        let payloads = self.packetizer.packetize(frame);
        let last = payloads.len().saturating_sub(1);
        for (place, payload) in payloads.into_iter().enumerate() {
            let (marker, sequence) = (place == last, self.sequence);
            self.sequence = self.sequence.wrapping_add(1);
            self.shared.send(Rtp { track: Track::Video, marker, sequence, timestamp, payload });
        }
    }
}
