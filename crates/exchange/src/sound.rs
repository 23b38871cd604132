//! The waiting sound: packets made once at the start, and one ticker that sends them to all who wait.
//!
//! Refuses to know who waits and why. While nobody does, no timer runs.

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use bytes::Bytes;
use media::opus::{Encoder, OpusError};
use media::pcm::OPUS_FRAME;
use media::tone::chime::Chime;
use peer::{Codec, Rtp, Track};
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::flow::{LiveLeg, SOUND_SOURCE, is, lock};

/// One packet of Opus.
const PACKET: Duration = Duration::from_millis(20);
/// The chime repeats itself every five seconds; so does the loop of packets.
const LOOP_PACKETS: u64 = 250;
/// Enough for bells without a hiss, in bit/s.
const BITRATE: u32 = 40_000;

/// The waiting sound and those who hear it.
pub(crate) struct Sound {
    packets: Vec<Bytes>,
    listeners: Mutex<Vec<Listener>>,
    wake: Notify,
}

struct Listener {
    leg: Weak<LiveLeg>,
    /// How many packets it has had: everybody hears the chime from its first stroke.
    heard: u64,
}

impl Sound {
    /// Encodes the chime.
    ///
    /// # Errors
    /// When libopus has no memory.
    pub(crate) fn new() -> Result<Sound, OpusError> {
        let mut encoder = Encoder::new(BITRATE)?;
        let mut chime = Chime::waiting();
        let mut packet = || {
            let mut samples = [0; OPUS_FRAME];
            let (first, second) = samples.split_at_mut(OPUS_FRAME / 2);
            first.copy_from_slice(&chime.frame());
            second.copy_from_slice(&chime.frame());
            Bytes::from(encoder.encode(&samples))
        };
        // The first round only brings the encoder into the state in which each later round begins.
        for _ in 0..LOOP_PACKETS {
            packet();
        }
        let packets = (0..LOOP_PACKETS).map(|_| packet()).collect();
        Ok(Sound { packets, listeners: Mutex::default(), wake: Notify::new() })
    }

    pub(crate) fn listen(&self, leg: &Arc<LiveLeg>) {
        lock(&self.listeners).push(Listener { leg: Arc::downgrade(leg), heard: 0 });
        self.wake.notify_one();
    }

    pub(crate) fn leave(&self, leg: &Arc<LiveLeg>) {
        lock(&self.listeners).retain(|listener| !is(&listener.leg, leg));
    }

    /// Sends for ever.
    pub(crate) async fn play(self: Arc<Sound>) {
        let began = Instant::now();
        let mut sequence = 0;
        loop {
            self.wake.notified().await;
            let mut ticks = interval(PACKET);
            // After a stall the sound goes on where the clock is instead of catching up in a burst.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                let at = ticks.tick().await.duration_since(began);
                if !self.tick(at, sequence) {
                    break;
                }
                sequence = sequence.wrapping_add(1);
            }
        }
    }

    /// One packet to everybody; false when nobody listens.
    fn tick(&self, at: Duration, sequence: u16) -> bool {
        let ticks = at.as_millis() / PACKET.as_millis();
        // An RTP timestamp wraps.
        let timestamp = (ticks as u32).wrapping_mul(OPUS_FRAME as u32);
        let mut listeners = lock(&self.listeners);
        listeners.retain_mut(|listener| {
            let Some(leg) = listener.leg.upgrade() else { return false };
            let at = (listener.heard % LOOP_PACKETS) as usize;
            listener.heard += 1;
            let payload = self.packets[at].clone();
            leg.deliver(
                SOUND_SOURCE,
                &Rtp { track: Track::Audio, codec: Codec::Opus, marker: false, sequence, timestamp, payload },
            );
            true
        });
        !listeners.is_empty()
    }
}
