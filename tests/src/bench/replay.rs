//! A booth without a browser, that replays one encoded loop of picture and voice: so that two receivers can be
//! compared on exactly the same packets.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use media::opus::Encoder as VoiceEncoder;
use media::scene::{Person, Scene};
use media::vp8::Packetizer;
use media::vpx::Encoder;
use peer::{Codec, Event, Events, Leg, Rtp, Track};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::sound::tone;
use crate::stage::VISITOR_HZ;

/// The picture that is replayed.
pub const WIDTH: usize = 1280;
/// See [`WIDTH`].
pub const HEIGHT: usize = 720;
/// Pictures a second.
pub const FPS: u32 = 30;
/// What a face at this size takes on a good line, kbit/s.
const KBPS: u32 = 2_000;
/// Pictures until the loop begins again with its key frame: ten seconds.
const PICTURES: u32 = 300;
/// RTP ticks between two pictures.
const TICKS: u32 = 90_000 / FPS;

/// RTP ticks between two packets of sound, and their pace.
const SOUND_TICKS: u32 = 960;
const SOUND_EVERY: Duration = Duration::from_millis(20);
/// Bitrate of the voice, bit/s: what the booth's page is asked for.
const VOICE_BPS: u32 = 32_000;
/// Seconds of voice until it begins again.
const VOICE_SECONDS: u32 = 8;

/// The loop, encoded once for all rounds.
pub struct Clip {
    pictures: Vec<Vec<u8>>,
    sounds: Vec<Vec<u8>>,
}

impl Clip {
    /// Encodes the calm visitor of the stories, and the tone that is the visitor's voice.
    ///
    /// # Errors
    /// When an encoder refuses.
    pub fn encode() -> Result<Clip> {
        Ok(Clip { pictures: pictures()?, sounds: sounds()? })
    }
}

fn sounds() -> Result<Vec<Vec<u8>>> {
    let mut encoder = VoiceEncoder::new(VOICE_BPS).context("the voice's encoder")?;
    let samples = tone(VISITOR_HZ, VOICE_SECONDS);
    Ok(samples.as_chunks().0.iter().map(|frame| encoder.encode(frame)).collect())
}

fn pictures() -> Result<Vec<Vec<u8>>> {
    let scene = Scene::new(Person::Visitor, WIDTH, HEIGHT).context("the scene")?;
    let mut encoder = Encoder::new(WIDTH, HEIGHT, FPS, KBPS).context("the encoder")?;
    let mut pictures = Vec::new();
    for n in 0..PICTURES {
        let encoded = encoder.encode(&scene.frame(n), n == 0).context("encode a picture")?;
        pictures.extend(encoded.into_iter().map(|frame| frame.data));
    }
    Ok(pictures)
}

/// Sends the loop over a leg until it is dropped; the picture begins again whenever the far side wants a key frame.
pub struct Replay {
    tasks: [JoinHandle<()>; 3],
}

impl Replay {
    /// Starts to send at once.
    pub fn start(clip: Arc<Clip>, leg: Leg, mut events: Events) -> Replay {
        let (wanted, restart) = watch::channel(());
        let listen = tokio::spawn(async move {
            while let Some(event) = events.next().await {
                if matches!(event, Event::KeyframeWanted(_) | Event::Connected) {
                    wanted.send_replace(());
                }
            }
        });
        let look = tokio::spawn(show(Arc::clone(&clip), leg.clone(), restart));
        Replay { tasks: [listen, look, tokio::spawn(speak(clip, leg))] }
    }
}

async fn show(clip: Arc<Clip>, leg: Leg, mut restart: watch::Receiver<()>) {
    let mut packets = Packetizer::new(1);
    let mut pace = interval(Duration::from_secs(1) / FPS);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut sequence, mut timestamp, mut place) = (1_u16, 1_u32, 0_usize);
    loop {
        pace.tick().await;
        if restart.has_changed().unwrap_or(false) {
            restart.mark_unchanged();
            place = 0;
        }
        let payloads = packets.packetize(&clip.pictures[place]);
        let last = payloads.len().saturating_sub(1);
        for (n, payload) in payloads.into_iter().enumerate() {
            let marker = n == last;
            // A leg that is not connected yet takes nothing, and nothing is lost by it.
            let _ = leg.send(Rtp {
                track: Track::Video,
                codec: Codec::Vp8,
                marker,
                sequence,
                timestamp,
                payload,
            });
            sequence = sequence.wrapping_add(1);
        }
        timestamp = timestamp.wrapping_add(TICKS);
        place = (place + 1) % clip.pictures.len();
    }
}

async fn speak(clip: Arc<Clip>, leg: Leg) {
    let mut pace = interval(SOUND_EVERY);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut sequence, mut timestamp) = (1_u16, 1_u32);
    for payload in clip.sounds.iter().cycle() {
        pace.tick().await;
        let payload = payload.clone().into();
        // As above.
        let _ = leg.send(Rtp {
            track: Track::Audio,
            codec: Codec::Opus,
            marker: false,
            sequence,
            timestamp,
            payload,
        });
        sequence = sequence.wrapping_add(1);
        timestamp = timestamp.wrapping_add(SOUND_TICKS);
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
