//! Packets from leg to leg, with legs that write down what they are sent.
#![allow(clippy::unwrap_used)]

use std::time::Instant;

use bytes::Bytes;
use desk::centre::Owner;
use desk::ids::{BoothId, OperatorId};
use peer::{Arrivals, Codec, Leg};

use super::*;
use crate::flow::leg::Closing;

/// A leg that keeps what it is sent.
#[derive(Clone)]
pub(crate) struct Notes {
    codec: Arc<Mutex<Codec>>,
    sent: Arc<Mutex<Vec<Rtp>>>,
}

impl Notes {
    pub(crate) fn sent(&self) -> Vec<Rtp> {
        lock(&self.sent).clone()
    }

    /// From now on it takes another codec.
    pub(crate) fn change(&self, codec: Codec) {
        *lock(&self.codec) = codec;
    }
}

impl MediaLeg for Notes {
    fn send(&self, packet: Rtp) -> bool {
        lock(&self.sent).push(packet);
        true
    }

    fn want_keyframe(&self, _: Track) {}

    fn arrivals(&self) -> Arrivals {
        Arrivals::default()
    }

    fn round_trip_ms(&self) -> Option<u32> {
        None
    }

    fn heard(&self) -> Option<Instant> {
        None
    }

    fn codec(&self) -> Codec {
        *lock(&self.codec)
    }

    fn takes(&self, codec: Codec) -> bool {
        codec == *lock(&self.codec)
    }

    fn close(&self) -> Closing {
        Box::pin(std::future::ready(()))
    }

    fn restartable(&self) -> Option<Leg> {
        None
    }
}

/// A leg that takes ready-made sounds in this codec, and what it is sent.
pub(crate) fn live(number: u32, codec: Codec) -> (Arc<LiveLeg>, Notes) {
    live_at(number, codec, Instant::now().into())
}

/// The same on a clock of its own.
pub(crate) fn live_at(number: u32, codec: Codec, clock: Clock) -> (Arc<LiveLeg>, Notes) {
    let owner = match number {
        0 => Owner::Operator { operator: OperatorId(1) },
        booth => Owner::Booth { booth: BoothId(booth) },
    };
    let notes = Notes { codec: Arc::new(Mutex::new(codec)), sent: Arc::default() };
    let name = LegName { owner, leg: 1 };
    let leg = LiveLeg::new(name, number + 1, Box::new(notes.clone()), clock);
    (leg, notes)
}

fn spoken(codec: Codec, n: u16) -> Rtp {
    let payload = Bytes::from(vec![n as u8; 160]);
    let (track, timestamp) = (Track::Audio, u32::from(n) * 960);
    Rtp { track, codec, marker: false, sequence: n, timestamp, payload }
}

#[test]
fn a_telephones_packets_reach_the_desk_as_they_came_in_one_stream_with_a_booths() {
    let (desk, notes) = live(0, Codec::Opus);
    let (phone, _) = live(1, Codec::Pcmu);
    let (booth, _) = live(2, Codec::Opus);
    for (from, codec, first) in
        [(&booth, Codec::Opus, 900), (&phone, Codec::Pcmu, 7), (&phone, Codec::Pcma, 12)]
    {
        desk.tune(Feed::Leg(from));
        (first..first + 5).for_each(|n| from.pass_on(&spoken(codec, n)));
    }
    let sent = notes.sent();
    let codecs: Vec<Codec> = sent.iter().map(|packet| packet.codec).collect();
    assert_eq!(codecs, [[Codec::Opus; 5], [Codec::Pcmu; 5], [Codec::Pcma; 5]].concat());
    for (packet, n) in sent.iter().zip((900..905u16).chain(7..17)) {
        assert_eq!(packet.payload, spoken(packet.codec, n).payload, "nothing is transcoded");
    }
    for pair in sent.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
    assert_eq!(sent[9].timestamp.wrapping_sub(sent[5].timestamp), 4 * 960, "the clock is 48 kHz");
    desk.tune(Feed::Nothing);
    phone.pass_on(&spoken(Codec::Pcma, 17));
    assert_eq!(notes.sent().len(), 15);
}
