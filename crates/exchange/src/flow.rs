//! The way of a packet: from a leg's events through the switches of whoever hears it, out again.
//!
//! Refuses to know contacts, orders and why somebody hears somebody: it is told what to tune in to.
//! Nothing here waits for a slow viewer: a viewer who cannot keep up loses packets, nobody else does.

pub(crate) mod clock;
pub(crate) mod leg;

use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use media::opus::OpusError;
use media::pcm::RATE_HZ;
use media::switch::{Packet, Switch};
use peer::{Event, Events, Rtp, Track};
use tokio::sync::mpsc;

use crate::engine::{Change, Happened};
use crate::mix::{Inlet, Mixer};
use crate::quality::Reading;
use crate::sound::{Program, Sounds};
use crate::table::LegName;
pub(crate) use clock::Clock;
pub(crate) use leg::{Closing, MediaLeg, passes};

/// A new viewer's picture is asked for again when no key frame came for this long: longer than a
/// round trip over a bad Wi-Fi plus the encoder's time, so that one request makes one key frame.
const ASK_AGAIN_MS: u64 = 400;
/// The ready-made sounds' name among the sources of a switch; legs count from 1.
pub(crate) const SOUND_SOURCE: u32 = 0;
/// The name of a sum of legs; they would have to count to four thousand million to meet it.
pub(crate) const MIX_SOURCE: u32 = u32::MAX;

/// A leg with its outgoing streams and those who hear it.
pub(crate) struct LiveLeg {
    name: LegName,
    source: u32,
    leg: Box<dyn MediaLeg>,
    clock: Clock,
    outgoing: Mutex<Outgoing>,
    viewers: Mutex<Vec<Weak<LiveLeg>>>,
    /// Where its sound is decoded, while it is part of a sum.
    inlet: Mutex<Weak<Inlet>>,
    /// The worst loss that its far side has reported since the last look, per mille.
    reported_permille: AtomicU16,
}

/// What a leg is sent.
struct Outgoing {
    audio: Switch,
    video: Picture,
    screen: Picture,
    from: Origin,
}

/// One outgoing picture.
struct Picture {
    switch: Switch,
    /// When it was last asked for.
    asked_ms: u64,
}

impl Picture {
    fn new() -> Picture {
        Picture { switch: Switch::video(rand::random(), rand::random()), asked_ms: 0 }
    }

    fn select(&mut self, now_ms: u64, source: Option<u32>) {
        self.switch.select(now_ms, source);
        self.asked_ms = now_ms;
    }

    /// Whether this source should be asked for a picture again, now that its packet was of no use.
    fn asks_again(&mut self, now_ms: u64, source: u32) -> bool {
        let ask = self.switch.source() == Some(source)
            && self.switch.waits_for_keyframe()
            && now_ms.saturating_sub(self.asked_ms) >= ASK_AGAIN_MS;
        if ask {
            self.asked_ms = now_ms;
        }
        ask
    }
}

enum Origin {
    Nothing,
    Sounds(Arc<Sounds>),
    Leg(Weak<LiveLeg>),
    Voice(Weak<LiveLeg>),
    Mix(Arc<Mixer>),
}

/// What a leg may be tuned in to.
pub(crate) enum Feed<'a> {
    Nothing,
    Sounds(&'a Arc<Sounds>, Program),
    Leg(&'a Arc<LiveLeg>),
    /// Its sound without its pictures.
    Voice(&'a Arc<LiveLeg>),
    /// The sum of both legs' sound, in the codec that the listener takes; no pictures. Neither may be the
    /// listener itself.
    Both(&'a Arc<Mixer>, &'a Arc<LiveLeg>, &'a Arc<LiveLeg>),
    /// One leg's sound, decoded and encoded again: the two speak different codecs. No pictures.
    Recoded(&'a Arc<Mixer>, &'a Arc<LiveLeg>),
}

impl Feed<'_> {
    fn is_of(&self, source: &Weak<LiveLeg>) -> bool {
        match self {
            Feed::Nothing | Feed::Sounds(..) | Feed::Both(..) | Feed::Recoded(..) => false,
            Feed::Leg(leg) | Feed::Voice(leg) => is(source, leg),
        }
    }

    fn is_mixed(&self) -> bool {
        match self {
            Feed::Nothing | Feed::Sounds(..) | Feed::Leg(_) | Feed::Voice(_) => false,
            Feed::Both(..) | Feed::Recoded(..) => true,
        }
    }
}

impl LiveLeg {
    /// `source` is its number among all sources, never [`SOUND_SOURCE`] or [`MIX_SOURCE`]; `clock` is the one
    /// of all legs, or the zero of all times.
    pub(crate) fn new(
        name: LegName,
        source: u32,
        leg: Box<dyn MediaLeg>,
        clock: impl Into<Clock>,
    ) -> Arc<LiveLeg> {
        let outgoing = Outgoing {
            audio: Switch::audio(RATE_HZ, rand::random(), rand::random()),
            video: Picture::new(),
            screen: Picture::new(),
            from: Origin::Nothing,
        };
        let (outgoing, viewers) = (Mutex::new(outgoing), Mutex::default());
        Arc::new(LiveLeg {
            name,
            source,
            leg,
            clock: clock.into(),
            outgoing,
            viewers,
            inlet: Mutex::default(),
            reported_permille: AtomicU16::new(0),
        })
    }

    pub(crate) fn name(&self) -> LegName {
        self.name
    }

    pub(crate) fn leg(&self) -> &dyn MediaLeg {
        self.leg.as_ref()
    }

    /// From now on this leg is sent the feed and nothing else: what was chosen before stops before
    /// this returns. One caller at a time.
    pub(crate) fn tune(self: &Arc<LiveLeg>, feed: Feed<'_>) {
        let now_ms = self.now_ms();
        let (audio, pictures, from) = match &feed {
            Feed::Nothing => (None, None, Origin::Nothing),
            Feed::Sounds(sounds, _) => (Some(SOUND_SOURCE), None, Origin::Sounds(Arc::clone(sounds))),
            Feed::Leg(leg) => (Some(leg.source), Some(leg.source), Origin::Leg(Arc::downgrade(leg))),
            Feed::Voice(leg) => (Some(leg.source), None, Origin::Voice(Arc::downgrade(leg))),
            Feed::Both(mixer, ..) | Feed::Recoded(mixer, _) => {
                (Some(MIX_SOURCE), None, Origin::Mix(Arc::clone(mixer)))
            }
        };
        let before = {
            let mut outgoing = lock(&self.outgoing);
            outgoing.audio.select(now_ms, audio);
            outgoing.video.select(now_ms, pictures);
            outgoing.screen.select(now_ms, pictures);
            std::mem::replace(&mut outgoing.from, from)
        };
        match before {
            Origin::Nothing => {}
            Origin::Sounds(sounds) => sounds.leave(self),
            // From sum to sum the stream and its encoder go on.
            Origin::Mix(_) if feed.is_mixed() => {}
            Origin::Mix(mixer) => mixer.leave(self),
            // Its packets go on all the while: where only the pictures come or go, no sound is lost.
            Origin::Leg(leg) | Origin::Voice(leg) if feed.is_of(&leg) => return,
            Origin::Leg(leg) | Origin::Voice(leg) => drop(leg.upgrade().map(|leg| leg.forget(self))),
        }
        match feed {
            Feed::Nothing => {}
            Feed::Sounds(sounds, program) => sounds.listen(self, program),
            Feed::Leg(leg) | Feed::Voice(leg) => lock(&leg.viewers).push(Arc::downgrade(self)),
            Feed::Both(mixer, one, other) => mixer.listen(self, &[one, other]),
            Feed::Recoded(mixer, leg) => mixer.listen(self, &[leg]),
        }
    }

    /// Sends a packet of a source, if this leg is tuned in to it. True when the source should be
    /// asked for a picture again.
    pub(crate) fn deliver(&self, source: u32, rtp: &Rtp) -> bool {
        let now_ms = self.now_ms();
        let mut outgoing = lock(&self.outgoing);
        let packet = Packet {
            marker: rtp.marker,
            sequence: rtp.sequence,
            timestamp: rtp.timestamp,
            payload: rtp.payload.clone(),
        };
        let picture = match rtp.track {
            Track::Audio => None,
            Track::Video => Some(&mut outgoing.video),
            Track::Screen => Some(&mut outgoing.screen),
        };
        let forwarded = match picture {
            None => outgoing.audio.forward(now_ms, source, packet),
            Some(picture) => match picture.switch.forward(now_ms, source, packet) {
                None => return picture.asks_again(now_ms, source),
                forwarded => forwarded,
            },
        };
        let Some(packet) = forwarded else { return false };
        let Packet { marker, sequence, timestamp, payload } = packet;
        // Full or not connected: the viewer asks again for what it misses.
        let _ =
            self.leg.send(Rtp { track: rtp.track, codec: rtp.codec, marker, sequence, timestamp, payload });
        false
    }

    /// To everybody who hears this leg, as it came, and into the sums of which it is a part. Called by whoever
    /// reads the leg.
    pub(crate) fn pass_on(&self, rtp: &Rtp) {
        if rtp.track == Track::Audio {
            let inlet = lock(&self.inlet).upgrade();
            if let Some(inlet) = inlet {
                inlet.push(self.now_ms(), rtp);
            }
        }
        let viewers = lock(&self.viewers);
        let mut ask = false;
        for viewer in viewers.iter().filter_map(Weak::upgrade) {
            ask |= viewer.deliver(self.source, rtp);
        }
        if ask {
            self.leg.want_keyframe(rtp.track);
        }
    }

    /// The far side of this leg wants a fresh picture of what it sees.
    fn refresh(&self, track: Track) {
        let from = match &lock(&self.outgoing).from {
            Origin::Leg(leg) => leg.upgrade(),
            Origin::Nothing | Origin::Sounds(_) | Origin::Voice(_) | Origin::Mix(_) => None,
        };
        if let Some(from) = from {
            from.leg.want_keyframe(track);
        }
    }

    /// Where its sound is decoded for the sums of which it is a part: once for all of them.
    pub(crate) fn inlet(&self) -> Result<Arc<Inlet>, OpusError> {
        let mut inlet = lock(&self.inlet);
        if let Some(inlet) = inlet.upgrade() {
            return Ok(inlet);
        }
        let opened = Arc::new(Inlet::new()?);
        *inlet = Arc::downgrade(&opened);
        Ok(opened)
    }

    fn forget(&self, viewer: &Arc<LiveLeg>) {
        lock(&self.viewers).retain(|other| other.strong_count() > 0 && !is(other, viewer));
    }

    pub(crate) fn reading(&self) -> Reading {
        Reading {
            arrivals: self.leg.arrivals(),
            reported_permille: self.reported_permille.swap(0, Ordering::Relaxed),
            round_trip_ms: self.leg.round_trip_ms(),
        }
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }
}

/// Reads a leg until it is closed: packets go straight on, changes of state go to the engine.
pub(crate) async fn read(
    leg: Arc<LiveLeg>,
    name: LegName,
    mut events: Events,
    inbox: mpsc::Sender<Happened>,
) {
    while let Some(event) = events.next().await {
        let change = match event {
            Event::Rtp(rtp) => {
                leg.pass_on(&rtp);
                continue;
            }
            Event::KeyframeWanted(track) => {
                leg.refresh(track);
                continue;
            }
            Event::Loss { fraction } => {
                // At most 1,000.
                let permille = (fraction.clamp(0.0, 1.0) * 1_000.0) as u16;
                leg.reported_permille.fetch_max(permille, Ordering::Relaxed);
                continue;
            }
            Event::Connected => Change::Up,
            Event::Disconnected => Change::Down,
            Event::Failed => Change::Failed,
            Event::Closed => Change::Closed,
        };
        // The engine never waits for anything but its inbox, so this is short.
        if inbox.send(Happened::Leg(name, change)).await.is_err() {
            break;
        }
    }
    let dropped = events.dropped();
    tracing::debug!(owner = ?name.owner, leg = name.leg, dropped, "leg read to its end");
}

/// Whether a weak handle means this leg.
pub(crate) fn is(weak: &Weak<LiveLeg>, leg: &Arc<LiveLeg>) -> bool {
    std::ptr::eq(weak.as_ptr(), Arc::as_ptr(leg))
}

/// Locks even after a panic elsewhere: every step leaves what our locks guard whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(crate) mod tests;
