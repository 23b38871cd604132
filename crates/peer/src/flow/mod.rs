//! What flows between a leg and its owner: bounded queues, dedupe, order.
//!
//! It refuses to know the WebRTC stack's connection; only its packets' types appear, in `outbound`.
//! Of a payload it knows one thing: whether a key frame begins there.

pub(crate) mod events;
pub(crate) mod outbound;
mod reorder;
mod sequence;
mod vp8;

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};

use tokio::sync::Notify;

use crate::flow::events::Inbound;
use crate::{Event, Track};

/// Requests for one wanted key frame: three seconds of them. A camera that is off sends none.
const REQUESTS: u8 = 10;

/// What the parts of one leg share. It never holds the connection, so the connection may hold it.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) inbound: Inbound,
    /// Media has been able to flow at least once.
    connected: AtomicBool,
    /// How often a key frame may still be asked for; 0 when none is wanted or one has begun.
    requests_left: AtomicU8,
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

    /// Remembered, and asked for again, until a key frame comes.
    pub(crate) fn want_keyframe(&self) {
        self.requests_left.store(REQUESTS, Ordering::Release);
        self.nudge.notify_one();
    }

    /// A packet of the far side's video arrived.
    pub(crate) fn video_comes(&self, ssrc: u32, payload: &[u8]) {
        if vp8::begins_keyframe(payload) {
            self.requests_left.store(0, Ordering::Release);
        }
        if self.far_video.swap(ssrc, Ordering::AcqRel) != ssrc {
            self.nudge.notify_one();
        }
    }

    /// The stream to ask for a key frame, when one is wanted and can be asked for.
    fn askable(&self) -> Option<u32> {
        let source = self.far_video.load(Ordering::Acquire);
        let wanted = self.requests_left.load(Ordering::Acquire) > 0;
        (wanted && source != 0 && self.is_connected()).then_some(source)
    }

    /// One request goes out.
    fn asked(&self) {
        let less = |left: u8| left.checked_sub(1);
        // Nothing left means that the frame came just now: no harm in one request too many.
        let _ = self.requests_left.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
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
