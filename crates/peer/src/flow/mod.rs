//! What flows between a leg and its owner: bounded queues, dedupe, order.
//!
//! It refuses to know the WebRTC stack's connection; only its packets' types appear, in `outbound`.
//! Of a payload it knows one thing: whether a key frame begins there.

pub(crate) mod events;
pub(crate) mod outbound;
mod reorder;
mod sequence;
mod types;
mod vp8;

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use tokio::sync::Notify;

use crate::flow::events::Inbound;
use crate::flow::types::Types;
use crate::{Arrivals, Event, Track, lock};

/// Requests for one wanted key frame: three seconds of them. A camera that is off sends none.
const REQUESTS: u8 = 10;

/// What the parts of one leg share. It never holds the connection, so the connection may hold it.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) inbound: Inbound,
    /// Media has been able to flow at least once.
    connected: AtomicBool,
    /// Wakes the writer: a key frame is wanted, or can be asked for now.
    nudge: Notify,
    video: Picture,
    screen: Picture,
    /// Which of the far side's streams is which picture, by its description.
    streams: Mutex<HashMap<u32, Track>>,
    /// Packets of the far side: those that were sent, and those that came and were no repairs.
    sent: AtomicU64,
    came: AtomicU64,
    pub(crate) types: Types,
}

/// The far side's picture as far as key frames go.
#[derive(Default)]
struct Picture {
    /// How often a key frame may still be asked for; 0 when none is wanted or one has begun.
    requests_left: AtomicU8,
    /// Its SSRC; 0 until its first packet.
    source: AtomicU32,
}

impl Line {
    /// The connection is up, for the first time or again. New pictures are asked for each time: what
    /// was sent before cannot be decoded any more.
    pub(crate) fn connected(&self) {
        self.connected.store(true, Ordering::Release);
        self.inbound.tell(Event::Connected);
        Track::PICTURES.into_iter().for_each(|track| self.want_keyframe(track));
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Acquire)
    }

    /// Remembered, and asked for again, until a key frame comes.
    pub(crate) fn want_keyframe(&self, track: Track) {
        if let Some(picture) = self.picture(track) {
            picture.requests_left.store(REQUESTS, Ordering::Release);
            self.nudge.notify_one();
        }
    }

    /// A packet of the far side arrived.
    pub(crate) fn comes(&self, track: Track, ssrc: u32, payload: &[u8]) {
        let Some(picture) = self.picture(track) else { return };
        if vp8::begins_keyframe(payload) {
            picture.requests_left.store(0, Ordering::Release);
        }
        if picture.source.swap(ssrc, Ordering::AcqRel) != ssrc {
            self.nudge.notify_one();
        }
    }

    /// The stream to ask for a key frame, when one is wanted and can be asked for.
    fn askable(&self, track: Track) -> Option<u32> {
        let picture = self.picture(track)?;
        let source = picture.source.load(Ordering::Acquire);
        let wanted = picture.requests_left.load(Ordering::Acquire) > 0;
        (wanted && source != 0 && self.is_connected()).then_some(source)
    }

    /// One request goes out.
    fn asked(&self, track: Track) {
        let Some(picture) = self.picture(track) else { return };
        let less = |left: u8| left.checked_sub(1);
        // Nothing left means that the frame came just now: no harm in one request too many.
        let _ = picture.requests_left.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
    }

    /// A packet came by itself, and so many were sent since the one before it.
    pub(crate) fn counted(&self, sent: u16) {
        self.sent.fetch_add(sent.into(), Ordering::Relaxed);
        self.came.fetch_add(1, Ordering::Relaxed);
    }

    /// See [`crate::Leg::arrivals`].
    pub(crate) fn arrivals(&self) -> Arrivals {
        // In this order, so that no packet in between makes more come than were sent.
        let came = self.came.load(Ordering::Relaxed);
        Arrivals { came, sent: self.sent.load(Ordering::Relaxed) }
    }

    fn picture(&self, track: Track) -> Option<&Picture> {
        match track {
            Track::Audio => None,
            Track::Video => Some(&self.video),
            Track::Screen => Some(&self.screen),
        }
    }

    /// The far side's streams from now on.
    pub(crate) fn expect(&self, streams: HashMap<u32, Track>) {
        *lock(&self.streams) = streams;
    }

    /// Which picture a video stream is. One that no description names is the face.
    pub(crate) fn picture_of(&self, ssrc: u32) -> Track {
        match lock(&self.streams).get(&ssrc) {
            Some(Track::Screen) => Track::Screen,
            Some(Track::Video | Track::Audio) | None => Track::Video,
        }
    }
}
