//! What goes out: sound and keys share one numbering and one clock, without a break. Pure. Knows no sockets.

use bytes::Bytes;
use peer::Rtp;

use super::packet::Packet;

/// A step of the sequence beyond this is no loss: the numbering of who hands us the packets began anew.
const JUMP: i32 = 200;
/// The clock of everything that is handed in.
const CLOCK_HZ: u32 = 48_000;

/// How packets of sound are written at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The payload type.
    pub payload: u8,
    /// Its clock.
    pub clock_hz: u32,
}

/// The state of the stream.
#[derive(Clone, Debug)]
pub struct Outbound {
    ssrc: u32,
    /// The latest sequence number that went out.
    sequence: u16,
    /// The timestamp of the first packet.
    base: u32,
    /// What was handed in last: sequence and timestamp.
    handed: Option<(u16, u32)>,
    /// The time since the first packet, at 48 kHz, without wrapping.
    passed: i64,
    /// When the latest sound was handed in.
    at_ms: u64,
    is_first: bool,
    packets: u32,
    octets: u32,
}

impl Outbound {
    /// A stream with random beginnings, as RFC 3550 asks.
    pub fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Outbound {
        Outbound {
            ssrc,
            sequence,
            base: timestamp,
            handed: None,
            passed: 0,
            at_ms: 0,
            is_first: true,
            packets: 0,
            octets: 0,
        }
    }

    /// Who we are in our packets.
    pub fn ssrc(&self) -> u32 {
        self.ssrc
    }

    /// Packets and octets that went out, for the sender's report.
    pub fn sent(&self) -> (u32, u32) {
        (self.packets, self.octets)
    }

    /// The timestamp of this very moment.
    pub fn timestamp(&self, now_ms: u64, clock_hz: u32) -> u32 {
        let since_ms = if self.handed.is_some() { now_ms.saturating_sub(self.at_ms) } else { 0 };
        // A clock of 8 kHz wraps after six days.
        self.sound_time(clock_hz).wrapping_add((since_ms as u32).wrapping_mul(clock_hz / 1_000))
    }

    /// A packet of sound, numbered anew; nothing for a straggler, and none while a key is sent.
    pub fn sound(
        &mut self,
        now_ms: u64,
        rtp: &Rtp,
        payload: Bytes,
        format: Format,
        key: bool,
    ) -> Option<Packet> {
        let (step, passed) = match self.handed {
            None => (1, 0),
            Some((sequence, timestamp)) => (
                i32::from(rtp.sequence.wrapping_sub(sequence) as i16),
                i64::from(rtp.timestamp.wrapping_sub(timestamp) as i32),
            ),
        };
        // A straggler's number may be a key's by now.
        if (-JUMP..=0).contains(&step) {
            return None;
        }
        self.handed = Some((rtp.sequence, rtp.timestamp));
        self.passed += passed;
        self.at_ms = now_ms;
        if key {
            return None;
        }
        // At most JUMP, or one.
        self.sequence = self.sequence.wrapping_add(if step.abs() > JUMP { 1 } else { step as u16 });
        let marker = std::mem::take(&mut self.is_first) || rtp.marker;
        Some(self.packet(marker, format.payload, self.sound_time(format.clock_hz), payload))
    }

    /// A packet of a key: next in the numbering, at the key's own time.
    pub fn key(&mut self, marker: bool, payload_type: u8, timestamp: u32, payload: Bytes) -> Packet {
        self.sequence = self.sequence.wrapping_add(1);
        self.is_first = true;
        self.packet(marker, payload_type, timestamp, payload)
    }

    fn packet(&mut self, marker: bool, payload_type: u8, timestamp: u32, payload: Bytes) -> Packet {
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(u32::try_from(payload.len()).unwrap_or(0));
        Packet { marker, payload_type, sequence: self.sequence, timestamp, ssrc: self.ssrc, payload }
    }

    fn sound_time(&self, clock_hz: u32) -> u32 {
        // It wraps as RTP's clocks do.
        self.base.wrapping_add((self.passed / i64::from(CLOCK_HZ / clock_hz.clamp(1, CLOCK_HZ))) as u32)
    }
}

#[cfg(test)]
mod tests {
    use peer::{Codec, Track};

    use super::*;

    const FORMAT: Format = Format { payload: 0, clock_hz: 8_000 };

    fn rtp(sequence: u16, timestamp: u32) -> Rtp {
        let payload = Bytes::from_static(&[0xff; 160]);
        Rtp { track: Track::Audio, codec: Codec::Pcmu, marker: false, sequence, timestamp, payload }
    }

    fn sent(outbound: &mut Outbound, now_ms: u64, rtp: &Rtp, key: bool) -> Option<(u16, u32, bool)> {
        let packet = outbound.sound(now_ms, rtp, rtp.payload.clone(), FORMAT, key)?;
        Some((packet.sequence, packet.timestamp, packet.marker))
    }

    #[test]
    fn sound_is_sent_at_8_khz_and_a_loss_stays_a_loss() {
        let mut outbound = Outbound::new(1, 100, 1_000);
        assert_eq!(sent(&mut outbound, 0, &rtp(65_535, u32::MAX - 479), false), Some((101, 1_000, true)));
        assert_eq!(sent(&mut outbound, 20, &rtp(0, 480), false), Some((102, 1_160, false)));
        assert_eq!(sent(&mut outbound, 60, &rtp(2, 2_400), false), Some((104, 1_480, false)));
        assert_eq!(sent(&mut outbound, 60, &rtp(1, 1_440), false), None, "a straggler");
        assert_eq!(sent(&mut outbound, 80, &rtp(30_000, 3_360), false), Some((105, 1_640, false)), "a jump");
        assert_eq!(outbound.sent(), (4, 640));
    }

    #[test]
    fn a_key_takes_the_place_of_sound_and_nothing_is_missing_after_it() {
        let mut outbound = Outbound::new(1, 100, 1_000);
        sent(&mut outbound, 0, &rtp(1, 0), false);
        let start = outbound.timestamp(20, 8_000);
        assert_eq!(start, 1_160);
        let key = outbound.key(true, 101, start, Bytes::from_static(&[1, 10, 0, 160]));
        assert_eq!((key.sequence, key.timestamp, key.marker), (102, 1_160, true));
        assert_eq!(sent(&mut outbound, 20, &rtp(2, 960), true), None);
        assert_eq!(outbound.key(false, 101, start, Bytes::new()).sequence, 103);
        assert_eq!(sent(&mut outbound, 40, &rtp(3, 1_920), false), Some((104, 1_320, true)));
    }
}
