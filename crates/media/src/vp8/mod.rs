//! VP8 over RTP (RFC 7741): the payload descriptor, and frames to packets and back.
//! Refuses to know what is in the picture: of a frame it reads one bit (key frame or not).

mod depacketizer;
mod descriptor;
mod packetizer;

pub use depacketizer::{Depacketized, Depacketizer, Frame};
pub use descriptor::{Descriptor, Malformed, PictureId, rewrite_ids};
pub use packetizer::{MAX_PAYLOAD, Packetizer};

/// RTP ticks per second of every video stream.
pub const CLOCK_HZ: u32 = 90_000;

/// True when this RTP payload begins a key frame: S = 1, PID = 0 and the frame's P bit = 0. The
/// only place where a receiver may start.
pub fn is_keyframe_start(payload: &[u8]) -> bool {
    let Ok(descriptor) = Descriptor::parse(payload) else {
        return false;
    };
    descriptor.start && descriptor.partition == 0 && is_keyframe(&payload[descriptor.len..])
}

/// True when these bytes of a VP8 frame (not of a payload) begin a key frame.
pub fn is_keyframe(frame: &[u8]) -> bool {
    frame.first().is_some_and(|byte| byte & 1 == 0)
}
