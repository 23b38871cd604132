//! Sound files: RIFF/WAVE, mono, any rate; 16-bit PCM, and read only: a telephone's μ-law and A-law.
//! Refuses every other format and knows no file system.

use crate::g711::{self, Law};

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
    /// Neither 16-bit PCM nor G.711, or not mono.
    #[error("neither 16-bit PCM nor G.711 in mono")]
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
    let mut format = None;
    while let Some((name, length, body)) = chunk(rest) {
        match name {
            b"fmt " => format = Some(read_format(body)?),
            b"data" => return data(format.ok_or(WavError::NotWav)?, body),
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

/// What the data chunk is written in.
#[derive(Clone, Copy)]
struct Format {
    rate_hz: u32,
    /// None: 16-bit PCM.
    law: Option<Law>,
}

fn read_format(body: &[u8]) -> Result<Format, WavError> {
    let word = |at: usize| body.get(at..at + 2).map(|b| u16::from_le_bytes([b[0], b[1]]));
    let rate = body.get(4..8).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    let Some(rate_hz) = rate.filter(|rate| *rate > 0 && word(2) == Some(1)) else {
        return Err(WavError::Format);
    };
    // The numbers of RFC 2361.
    let law = match (word(0), word(14)) {
        (Some(1), Some(16)) => None,
        (Some(6), Some(8)) => Some(Law::A),
        (Some(7), Some(8)) => Some(Law::Mu),
        (Some(_) | None, Some(_) | None) => return Err(WavError::Format),
    };
    Ok(Format { rate_hz, law })
}

fn data(format: Format, body: &[u8]) -> Result<Wav, WavError> {
    let (pairs, _) = body.as_chunks::<2>();
    if pairs.len() > MAX_SAMPLES || format.law.is_some() && body.len() > MAX_SAMPLES {
        return Err(WavError::TooLong);
    }
    let samples = match format.law {
        None => pairs.iter().map(|pair| i16::from_le_bytes(*pair)).collect(),
        Some(law) => g711::decode(law, body),
    };
    Ok(Wav { rate_hz: format.rate_hz, samples })
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
    fn a_telephones_file_is_read() {
        for (number, law) in [(7, Law::Mu), (6, Law::A)] {
            let mut bytes = write(8_000, &[0; 5]);
            bytes[20] = number;
            bytes[34] = 8;
            let body = [0x80, 0x10, 0xff, 0xd5, 0x55, 0x00, 1, 2, 3, 4];
            bytes[44..].copy_from_slice(&body);
            assert_eq!(read(&bytes), Ok(Wav { rate_hz: 8_000, samples: g711::decode(law, &body) }));
        }
        let mut bytes = write(8_000, &[0; 5]);
        bytes[34] = 8;
        assert_eq!(read(&bytes), Err(WavError::Format), "8-bit PCM");
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
