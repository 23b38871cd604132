//! The one thing that this room knows of a picture: whether a packet begins a VP8 key frame.

/// RFC 7741, 4.2 and 4.3: the payload descriptor says that a frame's first partition begins, and the
/// frame's own first byte that it is a key frame.
pub(crate) fn begins_keyframe(payload: &[u8]) -> bool {
    first_byte_of_frame(payload).is_some_and(|byte| byte & 1 == 0)
}

/// The VP8 payload header's first byte, where the packet begins a frame.
fn first_byte_of_frame(payload: &[u8]) -> Option<u8> {
    let (&flags, mut rest) = payload.split_first()?;
    let begins = flags & 0x10 != 0 && flags & 0x07 == 0;
    if !begins {
        return None;
    }
    if flags & 0x80 != 0 {
        let (&extended, after) = rest.split_first()?;
        rest = after;
        if extended & 0x80 != 0 {
            let long = rest.first()? & 0x80 != 0;
            rest = rest.get(if long { 2 } else { 1 }..)?;
        }
        if extended & 0x40 != 0 {
            rest = rest.get(1..)?;
        }
        if extended & 0x30 != 0 {
            rest = rest.get(1..)?;
        }
    }
    rest.first().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_frame_begins_where_the_descriptor_and_the_frame_say_so() {
        let begins: [&[u8]; 3] = [
            &[0x10, 0x50],
            // 15-bit picture id, TL0PICIDX and TID present.
            &[0x90, 0xf0, 0x80, 0x01, 0x02, 0x20, 0x50],
            // 7-bit picture id.
            &[0x90, 0x80, 0x01, 0x50],
        ];
        assert!(begins.into_iter().all(begins_keyframe));
        let does_not: [&[u8]; 6] = [
            &[],
            &[0x10],
            // A frame that depends on others, the middle of a frame, a second partition.
            &[0x10, 0x51],
            &[0x00, 0x50],
            &[0x11, 0x50],
            &[0x90, 0xf0, 0x80],
        ];
        assert!(!does_not.into_iter().any(begins_keyframe));
    }
}
