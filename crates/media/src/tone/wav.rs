//! Sound files: RIFF/WAVE, 16-bit mono, any rate.
//! Refuses every other format and knows no file system.

/// Longest sound that is read, in samples: ten minutes at 48 kHz.
const MAX_SAMPLES: usize = 600 * 48_000;

/// A sound and its rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wav {
    /// Samples per second.
    pub rate_hz: u32,
    /// 16-bit mono samples.
    pub samples: Vec<i16>,
}

/// Why bytes were not taken for a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// The RIFF/WAVE frame or a part of it is missing.
    #[error("not a RIFF/WAVE file")]
    NotWav,
    /// Only uncompressed 16-bit mono is read.
    #[error("not 16-bit mono PCM")]
    Format,
    /// Longer than ten minutes.
    #[error("too long")]
    TooLong,
}

/// The whole file as bytes.
pub fn write(rate_hz: u32, samples: &[i16]) -> Vec<u8> {
    let data_len = (samples.len() * 2) as u32;
    let mut out = Vec::with_capacity(44 + samples.len() * 2);
    out.extend(b"RIFF");
    out.extend((36 + data_len).to_le_bytes());
    out.extend(b"WAVEfmt ");
    out.extend(16_u32.to_le_bytes());
    out.extend(1_u16.to_le_bytes()); // PCM
    out.extend(1_u16.to_le_bytes()); // one channel
    out.extend(rate_hz.to_le_bytes());
    out.extend((rate_hz * 2).to_le_bytes()); // bytes a second
    out.extend(2_u16.to_le_bytes()); // bytes a sample
    out.extend(16_u16.to_le_bytes()); // bits
    out.extend(b"data");
    out.extend(data_len.to_le_bytes());
    out.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    out
}

/// Reads a whole file. A data length that lies (recorders that were killed write 0 or the
/// largest number) is cut to what is there.
///
/// # Errors
/// See [`WavError`].
pub fn read(bytes: &[u8]) -> Result<Wav, WavError> {
    if bytes.get(..4) != Some(b"RIFF".as_slice()) || bytes.get(8..12) != Some(b"WAVE".as_slice()) {
        return Err(WavError::NotWav);
    }
    let mut rest = &bytes[12..];
    let mut rate_hz = None;
    while let Some((name, length, body)) = chunk(rest) {
        match name {
            b"fmt " => rate_hz = Some(format(body)?),
            b"data" => return data(rate_hz.ok_or(WavError::NotWav)?, body),
            _ => {}
        }
        // Chunks are padded to even lengths.
        rest = rest.get(8 + length + length % 2..).unwrap_or(&[]);
    }
    Err(WavError::NotWav)
}

/// The next chunk: its name, the length that it claims, and what of it is there.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], usize, &[u8])> {
    let (name, rest) = bytes.split_first_chunk::<4>()?;
    let (length, body) = rest.split_first_chunk::<4>()?;
    let length = u32::from_le_bytes(*length) as usize;
    Some((name, length, &body[..length.min(body.len())]))
}

fn format(body: &[u8]) -> Result<u32, WavError> {
    let word = |at: usize| body.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    let rate = body.get(4..8).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    match (word(0), word(2), rate, word(14)) {
        (Some(1), Some(1), Some(rate), Some(16)) if rate > 0 => Ok(rate),
        _ => Err(WavError::Format),
    }
}

fn data(rate_hz: u32, body: &[u8]) -> Result<Wav, WavError> {
    let (pairs, _) = body.as_chunks::<2>();
    if pairs.len() > MAX_SAMPLES {
        return Err(WavError::TooLong);
    }
    let samples = pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect();
    Ok(Wav { rate_hz, samples })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Dice;

    #[test]
    fn what_was_written_is_read_back() {
        let samples: Vec<i16> = (-500..500).map(|n| n * 60).collect();
        let bytes = write(8_000, &samples);
        assert_eq!(read(&bytes), Ok(Wav { rate_hz: 8_000, samples }));
    }

    #[test]
    fn an_extra_chunk_is_skipped_and_a_lying_length_is_cut() {
        let mut bytes = write(48_000, &[1, 2, 3]);
        bytes.splice(12..12, *b"LIST\x03\0\0\0abc\0");
        assert_eq!(read(&bytes).unwrap().samples, [1, 2, 3]);
        let mut bytes = write(48_000, &[1, 2, 3]);
        bytes[40..44].fill(0xff);
        assert_eq!(read(&bytes).unwrap().samples, [1, 2, 3]);
    }

    #[test]
    fn stereo_and_garbage_are_refused_without_a_panic() {
        let mut bytes = write(48_000, &[1, 2, 3]);
        bytes[22] = 2;
        assert_eq!(read(&bytes), Err(WavError::Format));
        assert_eq!(read(b"RIFFxxxxWAVE"), Err(WavError::NotWav));
        let mut dice = Dice::new(3);
        for _ in 0..3_000 {
            let mut bytes = write(48_000, &[5; 20]);
            for _ in 0..4 {
                let at = dice.below(bytes.len() as u64) as usize;
                bytes[at] = dice.next() as u8;
            }
            bytes.truncate(dice.below(90) as usize);
            _ = read(&bytes);
        }
    }
}
