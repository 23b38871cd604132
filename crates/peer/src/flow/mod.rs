//! What flows between a leg and its owner: bounded queues, dedupe, order.
//!
//! It refuses to know the WebRTC stack's connection; only its packets' types appear, in `outbound`.

pub(crate) mod events;
pub(crate) mod outbound;
mod reorder;
mod sequence;

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

use tokio::sync::Notify;

use crate::flow::events::Inbound;
use crate::{Event, Track};

/// What the parts of one leg share. It never holds the connection, so the connection may hold it.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) inbound: Inbound,
    /// Media has been able to flow at least once.
    connected: AtomicBool,
    /// Somebody wants a key frame from the far side and it was not asked for yet.
    keyframe_wanted: AtomicBool,
    /// Wakes the writer: the flags above changed.
    nudge: Notify,
    /// SSRC of the far side's video; 0 until its first packet.
    far_video: AtomicU32,
    /// Negotiated payload types; 0 where the medium was not negotiated.
    audio_type: AtomicU8,
    video_type: AtomicU8,
}

impl Line {
    /// The connection is up, for the first time or again. A new picture is asked for each time: what
    /// was sent before cannot be decoded any more.
    pub(crate) fn connected(&self) {
        self.connected.store(true, Ordering::Release);
        self.inbound.tell(Event::Connected);
        self.want_keyframe();
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Acquire)
    }

    /// Remembered until it can be sent.
    pub(crate) fn want_keyframe(&self) {
        self.keyframe_wanted.store(true, Ordering::Release);
        self.nudge.notify_one();
    }

    /// The far side's video stream, at its packets' arrival.
    pub(crate) fn video_comes_as(&self, ssrc: u32) {
        if self.far_video.swap(ssrc, Ordering::AcqRel) != ssrc {
            self.nudge.notify_one();
        }
    }

    pub(crate) fn set_payload_type(&self, track: Track, payload_type: u8) {
        self.type_of(track).store(payload_type, Ordering::Release);
    }

    /// The negotiated payload type, if the medium was negotiated.
    pub(crate) fn payload_type(&self, track: Track) -> Option<u8> {
        let payload_type = self.type_of(track).load(Ordering::Acquire);
        (payload_type != 0).then_some(payload_type)
    }

    fn type_of(&self, track: Track) -> &AtomicU8 {
        match track {
            Track::Audio => &self.audio_type,
            Track::Video => &self.video_type,
        }
    }
}
