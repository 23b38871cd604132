//! Which payload type each codec has on each track, as the two sides agreed.
//!
//! It refuses to know how they agreed.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::{Codec, Track};

/// No payload type has more than seven bits; 0 is PCMU's own (RFC 3551).
const NONE: u8 = u8::MAX;
/// Three codecs of sound, and one for each picture.
const SLOTS: usize = 5;

/// The payload types of one leg.
pub(crate) struct Types([AtomicU8; SLOTS]);

impl Default for Types {
    fn default() -> Self {
        Types(std::array::from_fn(|_| AtomicU8::new(NONE)))
    }
}

impl Types {
    /// `None`: this codec must not be sent on this track.
    pub(crate) fn set(&self, track: Track, codec: Codec, payload_type: Option<u8>) {
        if let Some(slot) = slot(track, codec) {
            self.0[slot].store(payload_type.unwrap_or(NONE), Ordering::Release);
        }
    }

    /// What a packet of this codec is sent under, if that was agreed.
    pub(crate) fn of(&self, track: Track, codec: Codec) -> Option<u8> {
        let payload_type = self.0[slot(track, codec)?].load(Ordering::Acquire);
        (payload_type != NONE).then_some(payload_type)
    }

    /// What a packet that came is written in. A picture is VP8 whatever its type: there is no other.
    pub(crate) fn codec(&self, track: Track, payload_type: u8) -> Option<Codec> {
        match track {
            Track::Audio => {
                Codec::SOUNDS.into_iter().find(|codec| self.of(track, *codec) == Some(payload_type))
            }
            Track::Video | Track::Screen => Some(Codec::Vp8),
        }
    }
}

fn slot(track: Track, codec: Codec) -> Option<usize> {
    match (track, codec) {
        (Track::Audio, Codec::Opus) => Some(0),
        (Track::Audio, Codec::Pcmu) => Some(1),
        (Track::Audio, Codec::Pcma) => Some(2),
        (Track::Video, Codec::Vp8) => Some(3),
        (Track::Screen, Codec::Vp8) => Some(4),
        (Track::Audio, Codec::Vp8) => None,
        (Track::Video | Track::Screen, Codec::Opus | Codec::Pcmu | Codec::Pcma) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_zero_is_a_type_and_what_was_not_agreed_has_none() {
        let types = Types::default();
        assert_eq!(types.codec(Track::Audio, 0), None);
        types.set(Track::Audio, Codec::Opus, Some(111));
        types.set(Track::Audio, Codec::Pcmu, Some(0));
        types.set(Track::Video, Codec::Opus, Some(5));
        assert_eq!(types.of(Track::Audio, Codec::Pcmu), Some(0));
        assert_eq!(types.of(Track::Audio, Codec::Pcma), None);
        assert_eq!(types.of(Track::Video, Codec::Opus), None, "no picture is in Opus");
        assert_eq!(
            [0, 8, 111].map(|number| types.codec(Track::Audio, number)),
            [Some(Codec::Pcmu), None, Some(Codec::Opus)]
        );
        types.set(Track::Audio, Codec::Pcmu, None);
        assert_eq!(types.codec(Track::Audio, 0), None);
    }
}
