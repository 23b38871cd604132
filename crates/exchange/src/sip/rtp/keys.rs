//! Keys of the telephone as RTP events (RFC 4733), both ways. Pure. Knows no sockets and no numbering.

use std::collections::VecDeque;

use bytes::Bytes;
use link::state::Digit;

/// Keys that may wait to be sent: a minute of typing.
const QUEUE: usize = 250;
/// How long a key sounds, in packets of 20 ms: 100 ms, which every voice menu hears.
const PACKETS: u16 = 5;
/// The last packet of a key goes out so often (RFC 4733, 2.5.1.4).
const END_PACKETS: u16 = 3;
/// Silence between two keys, in packets of 20 ms: menus ask for 50 ms at least.
const GAP: u16 = 4;
/// The loudness that telephones send: -10 dBm0.
const VOLUME: u8 = 10;

/// Keys that come in: each press once.
#[derive(Clone, Debug, Default)]
pub struct Pressed {
    latest: Option<(u32, u32)>,
}

impl Pressed {
    /// Takes an event's payload; tells the key with the first packet that comes of a press. What follows, lost or
    /// doubled, has the same timestamp.
    pub fn take(&mut self, ssrc: u32, timestamp: u32, payload: &[u8]) -> Option<Digit> {
        let [event, _, _, _] = *payload.first_chunk::<4>()?;
        let digit = Digit::ALL.into_iter().find(|digit| digit.event() == event)?;
        let known = self.latest.is_some_and(|(source, latest)| {
            // A straggler of the key before must not be told again either.
            source == ssrc && (timestamp.wrapping_sub(latest) as i32) <= 0
        });
        if known {
            return None;
        }
        self.latest = Some((ssrc, timestamp));
        Some(digit)
    }
}

/// Keys to be sent, one packet each 20 ms.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    waiting: VecDeque<Digit>,
    current: Option<Current>,
}

#[derive(Clone, Copy, Debug)]
struct Current {
    digit: Digit,
    timestamp: u32,
    sent: u16,
}

/// One packet of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPacket {
    /// The first of its key.
    pub marker: bool,
    /// The key's beginning, which all of its packets bear.
    pub timestamp: u32,
    /// Event, end bit, loudness and length.
    pub payload: Bytes,
}

impl Typed {
    /// Queues a key; false when too many wait already.
    pub fn push(&mut self, digit: Digit) -> bool {
        let fits = self.waiting.len() < QUEUE;
        if fits {
            self.waiting.push_back(digit);
        }
        fits
    }

    /// A key sounds right now: it takes the place of speech.
    pub fn sounds(&self) -> bool {
        self.current.is_some_and(|current| current.sent < PACKETS + END_PACKETS)
    }

    /// Nothing waits and nothing sounds.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.current.is_none()
    }

    /// The packet of this moment, called every 20 ms until [`Typed::is_empty`]. `now` is the stream's timestamp of
    /// this moment, `step` one packet's length in the same units.
    pub fn tick(&mut self, now: u32, step: u16) -> Option<KeyPacket> {
        let mut current = match self.current {
            Some(current) => current,
            None => Current { digit: self.waiting.pop_front()?, timestamp: now, sent: 0 },
        };
        current.sent += 1;
        let ended = current.sent >= PACKETS + END_PACKETS + GAP;
        self.current = (!ended).then_some(current);
        if current.sent > PACKETS + END_PACKETS {
            return None;
        }
        let length = current.sent.min(PACKETS).saturating_mul(step).to_be_bytes();
        let end = if current.sent > PACKETS { 0x80 } else { 0 };
        let payload = vec![current.digit.event(), end | VOLUME, length[0], length[1]];
        Some(KeyPacket { marker: current.sent == 1, timestamp: current.timestamp, payload: payload.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_is_told_once_however_often_its_packets_come() {
        let mut pressed = Pressed::default();
        assert_eq!(pressed.take(1, 800, &[5, 10, 0, 160]), Some(Digit::D5));
        for _ in 0..3 {
            assert_eq!(pressed.take(1, 800, &[5, 0x8a, 3, 32]), None);
        }
        assert_eq!(pressed.take(1, 2_400, &[5, 0x8a, 3, 32]), Some(Digit::D5), "only its end came");
        assert_eq!(pressed.take(1, 800, &[5, 0x8a, 3, 32]), None, "a straggler");
        assert_eq!(pressed.take(2, 800, &[11, 10, 0, 160]), Some(Digit::Hash), "another source");
        assert_eq!(pressed.take(2, 9_999, &[16, 10, 0, 160]), None, "a flash of the hook is no key");
        assert_eq!(pressed.take(2, 9_999, &[1, 10, 0]), None);
    }

    #[test]
    fn a_key_lasts_100_ms_and_its_end_comes_three_times() {
        let mut typed = Typed::default();
        assert!(typed.push(Digit::D1) && typed.push(Digit::Star));
        let mut sent = Vec::new();
        for tick in 0..40 {
            sent.extend(typed.tick(1_000 + 160 * tick, 160).map(|packet| (tick, packet)));
        }
        assert!(typed.is_empty());
        let told = |(tick, packet): &(u32, KeyPacket)| {
            let length = u16::from_be_bytes([packet.payload[2], packet.payload[3]]);
            (*tick, packet.marker, packet.timestamp, packet.payload[0], packet.payload[1] >= 0x80, length)
        };
        let sent: Vec<_> = sent.iter().map(told).collect();
        assert_eq!(sent[0], (0, true, 1_000, 1, false, 160));
        assert_eq!(sent[4], (4, false, 1_000, 1, false, 800));
        assert_eq!(sent[5..8], [5, 6, 7].map(|tick| (tick, false, 1_000, 1, true, 800)));
        assert_eq!(sent[8], (12, true, 1_000 + 160 * 12, 10, false, 160), "after a gap of 80 ms");
        assert_eq!(sent.len(), 16);
    }

    #[test]
    fn the_queue_is_bounded() {
        let mut typed = Typed::default();
        assert!((0..QUEUE).all(|_| typed.push(Digit::D0)));
        assert!(!typed.push(Digit::D0));
    }
}
