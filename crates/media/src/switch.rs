//! One outgoing RTP stream that is fed by changing sources: what makes a warm line.
//! Refuses to know who the sources are, payload types, SSRCs and encryption.
//!
//! The far end sees a single stream without a gap: the first packet of a new source gets the next
//! sequence number and the timestamp that the elapsed time demands. New video is held back until
//! its key frame, and VP8 picture ids run on. A lost packet of a source stays a hole (the far end
//! must be able to ask for it again); late packets of a source that was left are dropped.

use bytes::{Bytes, BytesMut};

use crate::vp8::{self, Descriptor};

/// A packet's changing parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// Audio: the first after a silence. Video: the last of a frame.
    pub marker: bool,
    /// RTP sequence number.
    pub sequence: u16,
    /// RTP timestamp, in ticks of the stream's clock.
    pub timestamp: u32,
    /// What the codec made, without RTP header and padding.
    pub payload: Bytes,
}

/// A step of the sequence number beyond this is a source that started anew (minutes of silence
/// lose nothing; 3,000 packets of 720p are about ten seconds).
const MAX_JUMP: i32 = 3_000;
/// Packets remembered to tell doubled ones from repaired ones: what NACK may still bring back.
const WINDOW: i32 = 1_024;
const WINDOW_WORDS: usize = WINDOW as usize / 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Track {
    Audio { clock_hz: u32 },
    Vp8,
}

/// The last thing that the far end knows.
#[derive(Debug, Clone, Copy)]
struct Sent {
    sequence: u16,
    timestamp: u32,
    /// `None` before the first packet.
    at_ms: Option<u64>,
    picture_id: u16,
    tl0_index: u8,
}

#[derive(Debug)]
enum State {
    Silent,
    /// Selected, but its first packet (video: key frame) is not here yet.
    Waiting {
        source: u32,
    },
    Live {
        source: u32,
        map: Map,
    },
}

/// How the numbers of the live source become ours.
#[derive(Debug)]
struct Map {
    sequence: u16,
    timestamp: u32,
    picture_id: u16,
    tl0_index: u8,
    /// Packets of the source that came since its first one; they are ours from there on.
    newest: u16,
    since_first: i32,
    seen: [u64; WINDOW_WORDS],
}

/// The switch of one outgoing stream.
#[derive(Debug)]
pub struct Switch {
    track: Track,
    sent: Sent,
    state: State,
}

impl Switch {
    /// For sound with the given RTP clock (Opus 48,000; G.711 8,000). The stream starts at the
    /// given numbers; hand in random ones.
    pub fn audio(clock_hz: u32, first_sequence: u16, first_timestamp: u32) -> Self {
        Self::new(Track::Audio { clock_hz }, first_sequence, first_timestamp)
    }

    /// For VP8.
    pub fn video(first_sequence: u16, first_timestamp: u32) -> Self {
        Self::new(Track::Vp8, first_sequence, first_timestamp)
    }

    fn new(track: Track, first_sequence: u16, first_timestamp: u32) -> Self {
        let sent = Sent {
            sequence: first_sequence.wrapping_sub(1),
            timestamp: first_timestamp.wrapping_sub(1),
            at_ms: None,
            picture_id: first_sequence & 0x7fff,
            tl0_index: 0,
        };
        Self { track, sent, state: State::Silent }
    }

    /// Chooses what is heard or seen from now on; `None` is nothing. The old source stops at
    /// once. True when the new source should be asked for a key frame.
    pub fn select(&mut self, _now_ms: u64, source: Option<u32>) -> bool {
        if self.source() == source {
            return self.waits_for_keyframe();
        }
        self.state = source.map_or(State::Silent, |source| State::Waiting { source });
        self.waits_for_keyframe()
    }

    /// The selected source.
    pub fn source(&self) -> Option<u32> {
        match &self.state {
            State::Silent => None,
            State::Waiting { source } | State::Live { source, .. } => Some(*source),
        }
    }

    /// True while selected video is held back: repeat the PLI until this is false.
    pub fn waits_for_keyframe(&self) -> bool {
        self.track == Track::Vp8 && matches!(self.state, State::Waiting { .. })
    }

    /// The packet as the far end must get it, or `None` when it must not get it.
    pub fn forward(&mut self, now_ms: u64, source: u32, packet: Packet) -> Option<Packet> {
        if self.source() != Some(source) {
            return None;
        }
        if let State::Live { map, .. } = &self.state
            && map.step(packet.sequence).abs() > MAX_JUMP
        {
            // The source started anew under the same id, for instance after a reconnect.
            self.state = State::Waiting { source };
        }
        let mut first = false;
        if let State::Waiting { .. } = self.state {
            if self.track == Track::Vp8 && !vp8::is_keyframe_start(&packet.payload) {
                return None;
            }
            let map = self.map_from(now_ms, &packet);
            self.state = State::Live { source, map };
            first = true;
        }
        let State::Live { map, .. } = &mut self.state else {
            return None;
        };
        if !first && !map.accept(packet.sequence) {
            return None;
        }
        let payload = match self.track {
            Track::Audio { .. } => packet.payload,
            Track::Vp8 => map.picture(packet.payload, &mut self.sent),
        };
        let out = Packet {
            marker: packet.marker || (first && self.track != Track::Vp8),
            sequence: packet.sequence.wrapping_add(map.sequence),
            timestamp: packet.timestamp.wrapping_add(map.timestamp),
            payload,
        };
        self.remember(now_ms, &out);
        Some(out)
    }

    fn remember(&mut self, now_ms: u64, out: &Packet) {
        if out.sequence.wrapping_sub(self.sent.sequence) as i16 > 0 {
            self.sent.sequence = out.sequence;
            self.sent.timestamp = out.timestamp;
            self.sent.at_ms = Some(now_ms);
        }
    }

    /// The map that puts `packet` right behind what was sent last.
    fn map_from(&self, now_ms: u64, packet: &Packet) -> Map {
        let clock_hz = match self.track {
            Track::Audio { clock_hz } => clock_hz,
            Track::Vp8 => vp8::CLOCK_HZ,
        };
        let elapsed_ms = now_ms.saturating_sub(self.sent.at_ms.unwrap_or(now_ms));
        // Wraps like the timestamp itself; never zero, or two pictures would share one.
        let ticks = (u128::from(elapsed_ms) * u128::from(clock_hz) / 1_000) as u32;
        let timestamp = self.sent.timestamp.wrapping_add(ticks.max(1));
        let (picture_id, tl0_index) = ids(&packet.payload);
        let mut seen = [0; WINDOW_WORDS];
        let (word, bit) = place(packet.sequence);
        seen[word] = bit;
        Map {
            sequence: self.sent.sequence.wrapping_add(1).wrapping_sub(packet.sequence),
            timestamp: timestamp.wrapping_sub(packet.timestamp),
            picture_id: self.sent.picture_id.wrapping_add(1).wrapping_sub(picture_id),
            tl0_index: self.sent.tl0_index.wrapping_add(1).wrapping_sub(tl0_index),
            newest: packet.sequence,
            since_first: 0,
            seen,
        }
    }
}

fn ids(payload: &[u8]) -> (u16, u8) {
    Descriptor::parse(payload).map_or((0, 0), |descriptor| {
        let picture_id = descriptor.picture_id.map_or(0, vp8::PictureId::number);
        (picture_id, descriptor.tl0_index.unwrap_or(0))
    })
}

impl Map {
    fn step(&self, sequence: u16) -> i32 {
        i32::from(sequence.wrapping_sub(self.newest) as i16)
    }

    /// True once for each packet of this source since its first one.
    fn accept(&mut self, sequence: u16) -> bool {
        let step = self.step(sequence);
        if step > 0 {
            for ahead in 1..=step.min(WINDOW) {
                self.clear(sequence.wrapping_sub((step.min(WINDOW) - ahead) as u16));
            }
            self.newest = sequence;
            self.since_first = self.since_first.saturating_add(step);
        } else if -step > self.since_first || -step >= WINDOW {
            return false;
        }
        let (word, bit) = place(sequence);
        let fresh = self.seen[word] & bit == 0;
        self.seen[word] |= bit;
        fresh
    }

    fn clear(&mut self, sequence: u16) {
        let (word, bit) = place(sequence);
        self.seen[word] &= !bit;
    }

    /// The payload with picture ids that run on from `sent`.
    fn picture(&self, payload: Bytes, sent: &mut Sent) -> Bytes {
        let Ok(descriptor) = Descriptor::parse(&payload) else {
            return payload;
        };
        let (picture_id, tl0_index) = ids(&payload);
        let picture_id = picture_id.wrapping_add(self.picture_id) & 0x7fff;
        let tl0_index = tl0_index.wrapping_add(self.tl0_index);
        if let Some(width) = descriptor.picture_id {
            let mask = match width {
                vp8::PictureId::Short(_) => 0x7f,
                vp8::PictureId::Long(_) => 0x7fff,
            };
            let ahead = picture_id.wrapping_sub(sent.picture_id) & mask;
            // Half of the circle is ahead, the other half is a late packet.
            if ahead <= mask / 2 {
                sent.picture_id = sent.picture_id.wrapping_add(ahead) & 0x7fff;
            }
        }
        if descriptor.tl0_index.is_some() && tl0_index.wrapping_sub(sent.tl0_index) < 0x80 {
            sent.tl0_index = tl0_index;
        }
        let mut bytes = BytesMut::from(payload);
        match vp8::rewrite_ids(&mut bytes, picture_id, tl0_index) {
            Ok(()) | Err(vp8::Malformed) => bytes.freeze(),
        }
    }
}

fn place(sequence: u16) -> (usize, u64) {
    let slot = usize::from(sequence) % WINDOW as usize;
    (slot / 64, 1 << (slot % 64))
}

#[cfg(test)]
mod tests;
