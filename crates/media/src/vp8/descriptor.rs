//! The few bytes in front of each piece of a VP8 frame (RFC 7741, section 4.2).
//! Refuses to know the frame behind them.
//!
//! ```text
//!       0 1 2 3 4 5 6 7
//!      |X|R|N|S|R| PID |   required
//! X:   |I|L|T|K| RSV   |
//! I:   |M| PictureID   |   7 bits, or with M one byte more and 15 bits
//! L:   |   TL0PICIDX   |
//! T/K: |TID|Y| KEYIDX  |
//! ```

/// A picture's number, in one of its two widths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureId {
    /// 7 bits.
    Short(u8),
    /// 15 bits.
    Long(u16),
}

impl PictureId {
    /// The number itself.
    pub fn number(self) -> u16 {
        match self {
            Self::Short(id) => u16::from(id),
            Self::Long(id) => id,
        }
    }
}

/// What stands in a payload descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// N: no other frame refers to this one.
    pub non_reference: bool,
    /// S: a partition starts here.
    pub start: bool,
    /// PID: which partition.
    pub partition: u8,
    /// I.
    pub picture_id: Option<PictureId>,
    /// L: the running number of base-layer frames.
    pub tl0_index: Option<u8>,
    /// T: temporal layer 0..3, and Y: depends on layer 0 only.
    pub temporal: Option<(u8, bool)>,
    /// K: the number of the last key frame, 5 bits.
    pub key_index: Option<u8>,
    /// Bytes of the descriptor; the frame's bytes follow.
    pub len: usize,
}

/// A payload that ends inside its own descriptor, or has no byte of a frame behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed VP8 payload descriptor")]
pub struct Malformed;

impl Descriptor {
    /// Reads the descriptor at the head of an RTP payload.
    ///
    /// # Errors
    /// [`Malformed`].
    pub fn parse(payload: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader { payload, at: 0 };
        let first = reader.byte()?;
        let flags = if first & 0x80 != 0 { reader.byte()? } else { 0 };
        let picture_id = (flags & 0x80 != 0).then(|| reader.picture_id()).transpose()?;
        let tl0_index = (flags & 0x40 != 0).then(|| reader.byte()).transpose()?;
        let layers = (flags & 0x30 != 0).then(|| reader.byte()).transpose()?;
        if reader.at >= payload.len() {
            return Err(Malformed);
        }
        Ok(Self {
            non_reference: first & 0x20 != 0,
            start: first & 0x10 != 0,
            partition: first & 0x07,
            picture_id,
            tl0_index,
            temporal: layers.filter(|_| flags & 0x20 != 0).map(|b| (b >> 6, b & 0x20 != 0)),
            key_index: layers.filter(|_| flags & 0x10 != 0).map(|b| b & 0x1f),
            len: reader.at,
        })
    }
}

struct Reader<'a> {
    payload: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn byte(&mut self) -> Result<u8, Malformed> {
        let byte = *self.payload.get(self.at).ok_or(Malformed)?;
        self.at += 1;
        Ok(byte)
    }

    fn picture_id(&mut self) -> Result<PictureId, Malformed> {
        let high = self.byte()?;
        if high & 0x80 == 0 {
            return Ok(PictureId::Short(high));
        }
        Ok(PictureId::Long(u16::from_be_bytes([high & 0x7f, self.byte()?])))
    }
}

/// Writes other numbers over picture id and TL0PICIDX, in place: a field that is not there stays
/// away, and a 7-bit id takes the low 7 bits.
///
/// # Errors
/// [`Malformed`]; the payload is untouched then.
pub fn rewrite_ids(payload: &mut [u8], picture_id: u16, tl0_index: u8) -> Result<(), Malformed> {
    let descriptor = Descriptor::parse(payload)?;
    // Both optional fields stand behind the two bytes of flags.
    let mut at = 2;
    match descriptor.picture_id {
        Some(PictureId::Short(_)) => {
            payload[at] = (picture_id & 0x7f) as u8;
            at += 1;
        }
        Some(PictureId::Long(_)) => {
            let [high, low] = (picture_id & 0x7fff).to_be_bytes();
            payload[at] = 0x80 | high;
            payload[at + 1] = low;
            at += 2;
        }
        None => {}
    }
    if descriptor.tl0_index.is_some() {
        payload[at] = tl0_index;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Dice;
    use crate::vp8::is_keyframe_start;

    fn plain(start: bool, len: usize) -> Descriptor {
        Descriptor {
            non_reference: false,
            start,
            partition: 0,
            picture_id: None,
            tl0_index: None,
            temporal: None,
            key_index: None,
            len,
        }
    }

    #[test]
    fn the_vectors_of_the_rfc_are_read() {
        let long = Some(PictureId::Long(0x1234));
        let full = Descriptor {
            non_reference: true,
            partition: 5,
            picture_id: long,
            tl0_index: Some(0x77),
            temporal: Some((2, true)),
            key_index: Some(9),
            ..plain(false, 6)
        };
        let table: [(&[u8], Result<Descriptor, Malformed>); 9] = [
            (&[0x10, 0x00], Ok(plain(true, 1))),
            (&[0x90, 0x00, 0x01], Ok(plain(true, 2))),
            (
                &[0x90, 0x80, 0x11, 0x00],
                Ok(Descriptor { picture_id: Some(PictureId::Short(0x11)), ..plain(true, 3) }),
            ),
            (&[0x80, 0x80, 0x92, 0x34, 0x00], Ok(Descriptor { picture_id: long, ..plain(false, 4) })),
            (&[0x80, 0x20, 0x40, 0x00], Ok(Descriptor { temporal: Some((1, false)), ..plain(false, 3) })),
            (&[0xa5, 0xf0, 0x92, 0x34, 0x77, 0xa9, 0x01], Ok(full)),
            (&[], Err(Malformed)),
            (&[0x90, 0x80, 0x80], Err(Malformed)),
            (&[0x10], Err(Malformed)),
        ];
        for (bytes, wanted) in table {
            assert_eq!(Descriptor::parse(bytes), wanted, "{bytes:02x?}");
        }
    }

    #[test]
    fn a_key_frame_starts_only_with_start_bit_first_partition_and_key_bit() {
        let table: [(&[u8], bool); 6] = [
            (&[0x10, 0x00], true),
            (&[0x10, 0x01], false),
            (&[0x00, 0x00], false),
            (&[0x11, 0x00], false),
            (&[0x90, 0x80, 0x92, 0x34, 0x50], true),
            (&[0x90, 0x80, 0x92, 0x34, 0x51], false),
        ];
        for (bytes, wanted) in table {
            assert_eq!(is_keyframe_start(bytes), wanted, "{bytes:02x?}");
        }
    }

    #[test]
    fn ids_are_rewritten_in_place_and_nothing_else_is() {
        let mut long = [0xb0, 0xe0, 0xff, 0xff, 0x10, 0x40, 0xaa];
        rewrite_ids(&mut long, 0x8005, 0x22).unwrap();
        assert_eq!(long, [0xb0, 0xe0, 0x80, 0x05, 0x22, 0x40, 0xaa]);
        let mut short = [0x90, 0x80, 0x7f, 0xaa];
        rewrite_ids(&mut short, 0x0181, 9).unwrap();
        assert_eq!(short, [0x90, 0x80, 0x01, 0xaa]);
        let mut tl0_only = [0x90, 0x40, 0x7f, 0xaa];
        rewrite_ids(&mut tl0_only, 3, 9).unwrap();
        assert_eq!(tl0_only, [0x90, 0x40, 0x09, 0xaa]);
        let mut none = [0x10, 0xaa];
        rewrite_ids(&mut none, 3, 9).unwrap();
        assert_eq!(none, [0x10, 0xaa]);
    }

    #[test]
    fn random_bytes_never_panic_and_rewriting_keeps_the_shape() {
        let mut dice = Dice::new(11);
        for _ in 0..20_000 {
            let mut bytes: Vec<u8> = (0..dice.below(12)).map(|_| dice.next() as u8).collect();
            let before = Descriptor::parse(&bytes);
            let done = rewrite_ids(&mut bytes, dice.next() as u16, dice.next() as u8);
            let after = Descriptor::parse(&bytes);
            assert_eq!(done.is_ok(), before.is_ok());
            assert_eq!(before.map(|d| (d.len, d.start)), after.map(|d| (d.len, d.start)));
        }
    }
}
