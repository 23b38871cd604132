//! One of the visitor's pictures on its way from the leg to whoever shows it: joined, timed, asked for
//! again. Refuses to know whether it is a face or a window.

use std::time::{Duration, Instant};

use media::vp8::{Depacketized, Depacketizer};
use peer::Rtp;

use super::super::picture::{EncodedPicture, Pictures};

/// A picture without packets for this long is not being sent: a window in which nothing moves still
/// brings one a second.
const GONE: Duration = Duration::from_secs(4);

pub(super) struct Sight {
    pub(super) pictures: Pictures,
    depacketizer: Depacketizer,
    clock: Clock,
    came: Option<Instant>,
}

impl Sight {
    pub(super) fn new(pictures: Pictures) -> Sight {
        Sight { pictures, depacketizer: Depacketizer::new(), clock: Clock::default(), came: None }
    }

    /// Takes a packet. True when only a key frame can help from here on.
    pub(super) fn packet(&mut self, now: Instant, packet: Rtp) -> bool {
        self.came = Some(now);
        let Rtp { sequence, timestamp, marker, payload, track: _, codec: _ } = packet;
        let mut needs_key = false;
        for joined in self.depacketizer.push(sequence, timestamp, marker, payload) {
            match joined {
                Depacketized::Frame(frame) => self.pictures.publish(EncodedPicture {
                    key: frame.key,
                    timestamp_us: self.clock.microseconds(frame.timestamp),
                    data: frame.data.into(),
                }),
                Depacketized::KeyframeNeeded => needs_key = true,
            }
        }
        needs_key
    }

    /// It is being sent.
    pub(super) fn is_up(&self, now: Instant) -> bool {
        self.came.is_some_and(|came| now.saturating_duration_since(came) < GONE)
    }

    /// It is being sent and cannot be shown.
    pub(super) fn starves(&self, now: Instant) -> bool {
        self.is_up(now) && (self.depacketizer.waits_for_keyframe() || self.pictures.starves())
    }

    /// What comes from now on is another visitor's.
    pub(super) fn forget(&mut self) {
        self.came = None;
    }
}

/// RTP's 32 bits as an endless line of microseconds.
#[derive(Default)]
struct Clock {
    newest: Option<(u32, i64)>,
}

impl Clock {
    fn microseconds(&mut self, timestamp: u32) -> u64 {
        let ticks = match self.newest {
            None => 0,
            Some((last, ticks)) => ticks + i64::from(timestamp.wrapping_sub(last) as i32),
        };
        self.newest = Some((timestamp, ticks));
        ticks.max(0) as u64 * 1_000_000 / u64::from(media::vp8::CLOCK_HZ)
    }
}
