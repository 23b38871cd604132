//! The voice's encoder and the stream's own numbers, which go on over talks and legs. Refuses to know
//! where the sound comes from.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use bytes::Bytes;
use media::opus::Encoder;
use media::pcm::{self, OPUS_FRAME, RATE_HZ, Reframer};
use peer::{Codec, Rtp, Track};

use super::Shared;
use super::clean::Clean;

/// The voice's bitrate: Opus mono, 24-40 kbit/s (reliability.md).
const BITRATE: u32 = 32_000;

/// One microphone's way to the leg.
pub(super) struct Voice {
    shared: Arc<Shared>,
    encoder: Encoder,
    reframer: Reframer,
    clean: Clean,
    half: Option<pcm::Frame>,
    sequence: u16,
    timestamp: u32,
    /// When the last packet before a pause went out; none while sound flows.
    paused: Option<Instant>,
    loss_percent: u8,
}

impl Voice {
    pub(super) fn new(shared: Arc<Shared>, clean: Clean) -> Result<Voice, media::opus::OpusError> {
        Ok(Voice {
            shared,
            encoder: Encoder::new(BITRATE)?,
            reframer: Reframer::new(),
            clean,
            half: None,
            sequence: 0,
            timestamp: 0,
            paused: Some(Instant::now()),
            loss_percent: 0,
        })
    }

    /// The next samples are not the sequel of the last ones.
    pub(super) fn pause(&mut self) {
        if self.paused.is_none() {
            self.reframer.clear();
            self.half = None;
            self.clean.renew();
            self.paused = Some(Instant::now());
        }
    }

    /// Takes what a microphone heard.
    pub(super) fn hear(&mut self, samples: &[i16]) {
        self.take(samples, true);
    }

    /// Takes a test tone, which a treatment would take for noise.
    pub(super) fn hear_tone(&mut self, samples: &[i16]) {
        self.take(samples, false);
    }

    fn take(&mut self, samples: &[i16], treat: bool) {
        self.reframer.push_i16(samples);
        while let Some(mut frame) = self.reframer.pop() {
            if treat {
                self.clean.frame(&mut frame);
            }
            match self.half.take() {
                None => self.half = Some(frame),
                Some(first) => self.packet(&pcm::join(&first, &frame)),
            }
        }
    }

    fn packet(&mut self, samples: &[i16; OPUS_FRAME]) {
        self.follow_loss();
        let marker = self.paused.is_some();
        if let Some(since) = self.paused.take() {
            let ticks = since.elapsed().as_millis() as u32;
            self.timestamp = self.timestamp.wrapping_add(ticks.wrapping_mul(RATE_HZ / 1_000));
        }
        let payload = Bytes::from(self.encoder.encode(samples));
        let (sequence, timestamp) = (self.sequence, self.timestamp);
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(OPUS_FRAME as u32);
        self.shared.send(Rtp {
            track: Track::Audio,
            codec: Codec::Opus,
            marker,
            sequence,
            timestamp,
            payload,
        });
    }

    /// The more the far side loses, the better each packet describes the one before it.
    fn follow_loss(&mut self) {
        let percent = self.shared.loss_percent.load(Ordering::Relaxed);
        if percent != self.loss_percent && self.encoder.set_loss(percent).is_ok() {
            self.loss_percent = percent;
        }
    }
}
