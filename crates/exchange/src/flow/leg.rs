//! What the flow needs of a person's media connection, be it WebRTC or a telephone.
//!
//! Refuses to know how it came about and who is at its end.

use std::future::Future;
use std::pin::Pin;
use std::time::Instant;

use peer::{Arrivals, Codec, Leg, Rtp, Track};

/// A person's media connection, whatever it is made of. All sound in it runs at a clock of 48 kHz.
pub(crate) trait MediaLeg: Send + Sync {
    /// Sends a packet. Never waits: false when it was dropped.
    fn send(&self, packet: Rtp) -> bool;
    /// Asks for a key frame of a picture; a leg without pictures does nothing.
    fn want_keyframe(&self, track: Track);
    /// What came from the far side so far, and what was lost.
    fn arrivals(&self) -> Arrivals;
    /// The last round trip, in milliseconds.
    fn round_trip_ms(&self) -> Option<u32>;
    /// When anything last came from the far side.
    fn heard(&self) -> Option<Instant>;
    /// The codec in which it takes ready-made sounds.
    fn codec(&self) -> Codec;
    /// Whether sound in this codec can be sent to it as it is.
    fn takes(&self, codec: Codec) -> bool;
    /// Ends it, within a limit of its own.
    fn close(&self) -> Closing;
    /// The connection that can answer an ICE restart, where there is one.
    fn restartable(&self) -> Option<Leg>;
}

/// Whether sound that comes in the codec `from` may be passed on to this leg; where it may not, it must be
/// recoded. A desk's codec is no answer to this: it speaks the one that it hears.
pub(crate) fn passes(from: Codec, to: &dyn MediaLeg) -> bool {
    to.takes(from)
}

/// The way to a leg's end.
pub(crate) type Closing = Pin<Box<dyn Future<Output = ()> + Send>>;

impl MediaLeg for Leg {
    fn send(&self, packet: Rtp) -> bool {
        Leg::send(self, packet)
    }

    fn want_keyframe(&self, track: Track) {
        Leg::want_keyframe(self, track);
    }

    fn arrivals(&self) -> Arrivals {
        Leg::arrivals(self)
    }

    fn round_trip_ms(&self) -> Option<u32> {
        Leg::round_trip_ms(self)
    }

    fn heard(&self) -> Option<Instant> {
        Leg::heard(self)
    }

    fn codec(&self) -> Codec {
        Codec::Opus
    }

    fn takes(&self, codec: Codec) -> bool {
        Leg::takes(self, Track::Audio, codec)
    }

    fn close(&self) -> Closing {
        Box::pin(Leg::close(self.clone()))
    }

    fn restartable(&self) -> Option<Leg> {
        Some(self.clone())
    }
}
