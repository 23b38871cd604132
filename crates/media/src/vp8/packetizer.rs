//! Cuts a VP8 frame into RTP payloads. Refuses to know sequence numbers and time.

use bytes::{BufMut, Bytes, BytesMut};

/// Longest payload in bytes, descriptor included: with RTP, SRTP, UDP, IPv6 and a VPN around it,
/// it still fits through a path of 1,280 bytes.
pub const MAX_PAYLOAD: usize = 1_160;

/// X, I and a 15-bit picture id.
const DESCRIPTOR_LEN: usize = 4;

/// Cuts frames and numbers them.
#[derive(Debug, Clone)]
pub struct Packetizer {
    picture_id: u16,
}

impl Packetizer {
    /// The first frame gets `first_picture_id` (15 bits). Hand in a random one.
    pub fn new(first_picture_id: u16) -> Self {
        Self { picture_id: first_picture_id & 0x7fff }
    }

    /// The payloads of one encoded frame, of nearly equal sizes. The last one needs the RTP
    /// marker; all share one timestamp. An empty frame gives none.
    pub fn packetize(&mut self, frame: &[u8]) -> Vec<Bytes> {
        if frame.is_empty() {
            return Vec::new();
        }
        let pieces = frame.len().div_ceil(MAX_PAYLOAD - DESCRIPTOR_LEN);
        let size = frame.len().div_ceil(pieces);
        let id = self.picture_id;
        self.picture_id = (id + 1) & 0x7fff;
        frame.chunks(size).enumerate().map(|(i, piece)| payload(i == 0, id, piece)).collect()
    }
}

fn payload(start: bool, picture_id: u16, piece: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(DESCRIPTOR_LEN + piece.len());
    out.put_u8(if start { 0x90 } else { 0x80 });
    out.put_u8(0x80);
    out.put_u16(0x8000 | picture_id);
    out.put_slice(piece);
    out.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vp8::{Descriptor, PictureId, is_keyframe_start};

    #[test]
    fn a_frame_is_cut_into_legal_payloads_that_join_to_the_frame() {
        let mut packetizer = Packetizer::new(0x7fff);
        for (size, id) in [(1, 0x7fff), (1_156, 0), (1_157, 1), (40_000, 2)] {
            let frame: Vec<u8> = (0..size).map(|n| (n * 2) as u8).collect();
            let payloads = packetizer.packetize(&frame);
            let mut joined = Vec::new();
            for (i, payload) in payloads.iter().enumerate() {
                let descriptor = Descriptor::parse(payload).unwrap();
                assert!(payload.len() <= MAX_PAYLOAD);
                assert_eq!(descriptor.picture_id, Some(PictureId::Long(id)));
                assert_eq!((descriptor.start, descriptor.partition), (i == 0, 0));
                assert_eq!(is_keyframe_start(payload), i == 0);
                joined.extend_from_slice(&payload[descriptor.len..]);
            }
            assert_eq!(joined, frame);
        }
        assert!(packetizer.packetize(&[]).is_empty());
    }
}
