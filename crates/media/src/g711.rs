//! G.711, the sound of telephones: 8,000 samples a second, one byte each.
//! Refuses to know RTP, packets and how the 8 kHz are reached.

use audio_codec_algorithms as lib;

/// Samples, and bytes, a second.
pub const RATE_HZ: u32 = 8_000;

/// How a sample becomes a byte (ITU-T G.711): the two laws of the world's telephones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Law {
    /// μ-law: Japan and North America (PCMU).
    Mu,
    /// A-law: elsewhere (PCMA).
    A,
}

/// One byte for each sample.
pub fn encode(law: Law, samples: &[i16]) -> Vec<u8> {
    let byte = match law {
        Law::Mu => lib::encode_ulaw,
        Law::A => lib::encode_alaw,
    };
    samples.iter().map(|sample| byte(*sample)).collect()
}

/// One sample for each byte.
pub fn decode(law: Law, bytes: &[u8]) -> Vec<i16> {
    let sample = match law {
        Law::Mu => lib::decode_ulaw,
        Law::A => lib::decode_alaw,
    };
    bytes.iter().map(|byte| sample(*byte)).collect()
}

/// The μ-law byte as an A-law byte, by the recommendation's own table: better than through samples.
pub fn to_a(mu: u8) -> u8 {
    lib::convert_ulaw_to_alaw(mu)
}

/// The A-law byte as a μ-law byte.
pub fn to_mu(a: u8) -> u8 {
    lib::convert_alaw_to_ulaw(a)
}

/// The byte of silence.
pub fn silence(law: Law) -> u8 {
    match law {
        Law::Mu => 0xff,
        Law::A => 0xd5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAWS: [Law; 2] = [Law::Mu, Law::A];

    fn all() -> Vec<u8> {
        (0..=u8::MAX).collect()
    }

    /// Signal to noise in dB of a sine of this amplitude, there and back.
    fn snr_db(law: Law, amplitude: f64) -> f64 {
        let turn = std::f64::consts::TAU * 440.0 / f64::from(RATE_HZ);
        let clean: Vec<i16> = (0..8_000).map(|n| ((turn * f64::from(n)).sin() * amplitude) as i16).collect();
        let back = decode(law, &encode(law, &clean));
        let power = |samples: &mut dyn Iterator<Item = f64>| samples.map(|s| s * s).sum::<f64>();
        let signal = power(&mut clean.iter().map(|s| f64::from(*s)));
        let noise = power(&mut clean.iter().zip(&back).map(|(a, b)| f64::from(*a) - f64::from(*b)));
        10.0 * (signal / noise).log10()
    }

    #[test]
    fn the_recommendations_corner_values_come_out() {
        // G.711, tables 1a to 2b, as 16-bit samples: smallest, largest and a middle segment.
        let mu = [(0xff, 0), (0x7f, 0), (0x80, 32_124), (0x00, -32_124), (0xfe, 8), (0xf0, 120), (0xef, 132)];
        let a = [(0xd5, 8), (0x55, -8), (0xaa, 32_256), (0x2a, -32_256), (0xd4, 24), (0xc5, 264)];
        for (law, pairs) in [(Law::Mu, &mu[..]), (Law::A, &a[..])] {
            for (byte, sample) in pairs {
                assert_eq!(decode(law, &[*byte]), [*sample], "{law:?} {byte:#x}");
            }
        }
        assert_eq!(encode(Law::Mu, &[0, i16::MAX, i16::MIN]), [0xff, 0x80, 0x00]);
        assert_eq!(encode(Law::A, &[0, i16::MAX, i16::MIN]), [0xd5, 0xaa, 0x2a]);
        for law in LAWS {
            assert_eq!(encode(law, &[0]), [silence(law)]);
        }
    }

    #[test]
    fn a_second_round_changes_nothing() {
        for law in LAWS {
            let once = decode(law, &all());
            assert_eq!(decode(law, &encode(law, &once)), once, "{law:?}");
        }
    }

    #[test]
    fn a_voice_keeps_its_quality_over_forty_decibels() {
        for law in LAWS {
            for amplitude in [320.0, 3_200.0, 32_000.0] {
                let snr = snr_db(law, amplitude);
                assert!(snr > 31.0, "{law:?} at {amplitude}: {snr} dB");
            }
        }
    }

    #[test]
    fn law_to_law_is_near_to_the_sample_and_stays_after_one_round() {
        for mu in all() {
            let (there, here) = (decode(Law::A, &[to_a(mu)])[0], decode(Law::Mu, &[mu])[0]);
            let far = i32::from(there).abs_diff(i32::from(here));
            assert!(far <= 8 + u32::from(here.unsigned_abs()) / 16, "{mu:#x}: {here} became {there}");
            // A μ-A-μ way may lose the lowest bit once and nothing more.
            let back = to_mu(to_a(mu));
            assert_eq!(to_mu(to_a(back)), back, "{mu:#x}");
        }
    }
}
