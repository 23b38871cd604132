//! In which codec the voice goes out: as the other side speaks. Refuses to know how it is encoded.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use media::coded::{Coded, Coding};
use media::g711::Law;
use peer::{Codec, Rtp};

/// What the other side of the present talk speaks. Written by the leg's listener, read by the voice.
#[derive(Default)]
pub(super) struct Reply {
    /// A telephone is at the other end: it understands G.711 alone, whatever else is played to us.
    phone: AtomicBool,
    /// The place of the codec in [`Codec::SOUNDS`].
    codec: AtomicU8,
}

impl Reply {
    /// A talk begins, with a telephone or not; nothing was heard in it yet.
    pub(super) fn begin(&self, phone: bool) {
        self.phone.store(phone, Ordering::Release);
        self.choose(if phone { Codec::Pcmu } else { Codec::Opus });
    }

    /// A packet of sound came. From a telephone talk's ready-made sounds nothing is learned.
    pub(super) fn heard(&self, codec: Codec) {
        match codec {
            Codec::Pcmu | Codec::Pcma => self.choose(codec),
            Codec::Opus if !self.phone.load(Ordering::Acquire) => self.choose(codec),
            Codec::Opus | Codec::Vp8 => {}
        }
    }

    /// What to send.
    pub(super) fn codec(&self) -> Codec {
        let place = usize::from(self.codec.load(Ordering::Acquire));
        Codec::SOUNDS.get(place).copied().unwrap_or(Codec::Opus)
    }

    fn choose(&self, codec: Codec) {
        let place = Codec::SOUNDS.iter().position(|known| *known == codec).unwrap_or(0);
        // There are three.
        self.codec.store(place as u8, Ordering::Release);
    }
}

/// A packet of sound as the jitter buffer takes it; none for a picture.
pub(super) fn coded(packet: &Rtp) -> Option<Coded> {
    let coding = match packet.codec {
        Codec::Opus => Coding::Opus,
        Codec::Pcmu => Coding::G711(Law::Mu),
        Codec::Pcma => Coding::G711(Law::A),
        Codec::Vp8 => return None,
    };
    Some(Coded { coding, payload: packet.payload.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_voice_answers_as_it_is_spoken_to_and_a_telephone_in_g711_alone() {
        let reply = Reply::default();
        assert_eq!(reply.codec(), Codec::Opus, "before any talk");
        reply.begin(true);
        assert_eq!(reply.codec(), Codec::Pcmu, "a telephone that has said nothing yet");
        reply.heard(Codec::Pcma);
        assert_eq!(reply.codec(), Codec::Pcma);
        reply.heard(Codec::Opus);
        assert_eq!(reply.codec(), Codec::Pcma, "a chime in between");
        reply.begin(false);
        assert_eq!(reply.codec(), Codec::Opus);
        reply.heard(Codec::Pcmu);
        reply.heard(Codec::Opus);
        assert_eq!(reply.codec(), Codec::Opus, "a booth is answered in Opus again");
    }
}
