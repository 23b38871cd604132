//! RTP packets on the wire (RFC 3550, 5.1). Knows no payload.

use bytes::{BufMut, Bytes, BytesMut};

/// The fixed header.
const HEADER: usize = 12;

/// An RTP packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// First after silence, or first of a key.
    pub marker: bool,
    /// The payload type.
    pub payload_type: u8,
    /// The sequence number.
    pub sequence: u16,
    /// The timestamp, in units of the payload's clock.
    pub timestamp: u32,
    /// Who sends.
    pub ssrc: u32,
    /// What it carries.
    pub payload: Bytes,
}

impl Packet {
    /// Reads a datagram; nothing when it is no RTP.
    pub fn read(datagram: &[u8]) -> Option<Packet> {
        if datagram.len() < HEADER || datagram[0] >> 6 != 2 {
            return None;
        }
        let (padded, extended) = (datagram[0] & 0x20 != 0, datagram[0] & 0x10 != 0);
        let mut start = HEADER + 4 * usize::from(datagram[0] & 0x0f);
        if extended {
            let words = datagram.get(start + 2..start + 4)?;
            start += 4 + 4 * usize::from(u16::from_be_bytes([words[0], words[1]]));
        }
        let padding = if padded { usize::from(*datagram.last()?) } else { 0 };
        let end = datagram.len().checked_sub(padding)?;
        let payload = Bytes::copy_from_slice(datagram.get(start..end)?);
        let word = |at: usize| datagram[at..at + 4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        Some(Packet {
            marker: datagram[1] & 0x80 != 0,
            payload_type: datagram[1] & 0x7f,
            sequence: u16::from_be_bytes([datagram[2], datagram[3]]),
            timestamp: word(4),
            ssrc: word(8),
            payload,
        })
    }

    /// The packet as a datagram.
    pub fn write(&self) -> Bytes {
        let mut datagram = BytesMut::with_capacity(HEADER + self.payload.len());
        datagram.put_u8(0x80);
        datagram.put_u8(u8::from(self.marker) << 7 | self.payload_type & 0x7f);
        datagram.put_u16(self.sequence);
        datagram.put_u32(self.timestamp);
        datagram.put_u32(self.ssrc);
        datagram.put_slice(&self.payload);
        datagram.freeze()
    }
}

/// Whether a datagram on a shared port is RTCP (RFC 5761, 4).
pub fn is_rtcp(datagram: &[u8]) -> bool {
    datagram.len() >= 8 && datagram[0] >> 6 == 2 && (192..=223).contains(&datagram[1])
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;
    use crate::fuzz;

    #[test]
    fn a_packet_is_read_as_it_was_written() {
        let packet = Packet {
            marker: true,
            payload_type: 101,
            sequence: 65_535,
            timestamp: u32::MAX,
            ssrc: 7,
            payload: Bytes::from_static(b"sound"),
        };
        assert_eq!(Packet::read(&packet.write()), Some(packet));
    }

    #[test]
    fn sources_extension_and_padding_are_left_out() {
        let mut datagram = vec![0xb1, 8, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
        datagram.extend([0, 0, 0, 9]);
        datagram.extend([0xbe, 0xde, 0, 1, 1, 2, 3, 4]);
        datagram.extend(b"ab");
        datagram.extend([0, 0, 3]);
        assert_eq!(Packet::read(&datagram).map(|packet| packet.payload), Some(Bytes::from_static(b"ab")));
    }

    #[test]
    fn no_datagram_brings_it_down() {
        for mut round in fuzz::rounds() {
            let chance = &mut round.chance;
            let mut datagram = [0; 40];
            chance.fill(&mut datagram[..]);
            datagram[0] = datagram[0] & 0x3f | 0x80;
            let length = chance.random_range(0..=datagram.len());
            let _ = (Packet::read(&datagram[..length]), is_rtcp(&datagram[..length]));
        }
    }
}
