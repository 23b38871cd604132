//! From narrow band to 48 kHz and back: a windowed-sinc low-pass, one branch of it for each phase.
//! Refuses to know codecs; it keeps the last samples, so that blocks join without a seam.

use std::f64::consts::PI;

use crate::pcm::RATE_HZ;

/// Samples of the narrow band that one output sample looks at. The more, the steeper the filter: 24 let
/// 3.4 of 4 kHz pass and keep what is above 4.6 kHz 60 dB down.
const REACH: usize = 24;
/// How many products are added side by side; divides [`REACH`], so that none is left over.
const LANES: usize = 8;
const _: () = assert!(REACH.is_multiple_of(LANES));
/// Kaiser's window for 60 dB (Oppenheim and Schafer, 7.5.3: 0.1102 (A - 8.7)).
const BETA: f64 = 5.65;

/// From a narrow band up to 48 kHz.
#[derive(Debug, Clone)]
pub struct Up {
    /// One row of taps for each sample at 48 kHz that follows one of the narrow band.
    branches: Vec<Vec<f32>>,
    past: Vec<f32>,
}

impl Up {
    /// From a rate that divides 48 kHz: 8,000 or 16,000 a second.
    pub fn from(rate_hz: u32) -> Up {
        let factor = factor(rate_hz);
        let taps = low_pass(factor);
        // Of the samples between those that were put in, all but every `factor`-th are zero.
        let branch = |phase: usize| {
            let row = taps[phase..].iter().step_by(factor).rev();
            row.map(|tap| tap * factor as f32).collect()
        };
        Up { branches: (0..factor).map(branch).collect(), past: vec![0.0; REACH - 1] }
    }

    /// The block at 48 kHz, late by half of the filter (1.5 ms from 8 kHz).
    pub fn push(&mut self, block: &[i16]) -> Vec<i16> {
        let mut wide = Vec::with_capacity(block.len() * self.branches.len());
        self.past.extend(block.iter().map(|sample| f32::from(*sample)));
        for window in self.past.windows(REACH) {
            wide.extend(self.branches.iter().map(|taps| filtered(window, taps)));
        }
        self.past.drain(..block.len());
        wide
    }
}

/// From 48 kHz down to a narrow band.
#[derive(Debug, Clone)]
pub struct Down {
    factor: usize,
    taps: Vec<f32>,
    past: Vec<f32>,
}

impl Down {
    /// To a rate that divides 48 kHz: 8,000 or 16,000 a second.
    pub fn to(rate_hz: u32) -> Down {
        let factor = factor(rate_hz);
        let taps = low_pass(factor);
        let past = vec![0.0; taps.len() - factor];
        Down { factor, taps, past }
    }

    /// The block in the narrow band, late by half of the filter. What does not fill a sample waits.
    pub fn push(&mut self, block: &[i16]) -> Vec<i16> {
        self.past.extend(block.iter().map(|sample| f32::from(*sample)));
        let narrow: Vec<i16> = self
            .past
            .windows(self.taps.len())
            .step_by(self.factor)
            .map(|window| filtered(window, &self.taps))
            .collect();
        self.past.drain(..narrow.len() * self.factor);
        narrow
    }
}

/// One output sample. Eight sums side by side, so that the processor can add them at once.
fn filtered(window: &[f32], taps: &[f32]) -> i16 {
    let mut sums = [0.0_f32; LANES];
    for (samples, taps) in window.as_chunks::<LANES>().0.iter().zip(taps.as_chunks::<LANES>().0) {
        for lane in 0..LANES {
            sums[lane] += samples[lane] * taps[lane];
        }
    }
    sums.iter().sum::<f32>().round() as i16
}

fn factor(rate_hz: u32) -> usize {
    (RATE_HZ / rate_hz.max(1)).max(1) as usize
}

/// A symmetrical low-pass at 48 kHz that ends where the narrow band does, and passes 1.
fn low_pass(factor: usize) -> Vec<f32> {
    let taps = REACH * factor;
    let middle = (taps as f64 - 1.0) / 2.0;
    let raw: Vec<f64> = (0..taps)
        .map(|n| {
            let x = (n as f64 - middle) / factor as f64;
            let edge = (n as f64 - middle) / middle;
            // No tap stands on the middle: their number is even.
            (PI * x).sin() / (PI * x) * bessel(BETA * (1.0 - edge * edge).max(0.0).sqrt())
        })
        .collect();
    let sum: f64 = raw.iter().sum();
    raw.into_iter().map(|tap| (tap / sum) as f32).collect()
}

/// The modified Bessel function of order 0, as its series; 20 terms are exact to the last bit of an `f32`.
fn bessel(x: f64) -> f64 {
    let mut term = 1.0;
    let mut sum = 1.0;
    for k in 1..20 {
        term *= (x / (2.0 * f64::from(k))).powi(2);
        sum += term;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pcm::rms_dbfs;
    use crate::tone::{Sine, goertzel};

    /// How much of a tone at 48 kHz is there after both ways, in dB.
    fn there_and_back(hz: f64) -> f32 {
        let (mut down, mut up) = (Down::to(8_000), Up::from(8_000));
        let before = Sine::new(hz, 0.3).take_ms(400);
        let after: Vec<i16> = before.chunks(960).flat_map(|block| up.push(&down.push(block))).collect();
        assert_eq!(after.len(), before.len());
        rms_dbfs(&after[4_800..]) - rms_dbfs(&before[4_800..])
    }

    #[test]
    fn a_voice_passes_and_what_a_telephone_cannot_carry_does_not() {
        for hz in [100.0, 440.0, 1_000.0, 3_000.0, 3_400.0] {
            let level = there_and_back(hz);
            assert!(level.abs() < 0.6, "{hz} Hz: {level} dB");
        }
        for hz in [4_700.0, 6_000.0, 7_560.0, 12_000.0] {
            let level = there_and_back(hz);
            assert!(level < -50.0, "{hz} Hz: {level} dB");
        }
    }

    #[test]
    fn no_image_is_left_above_the_band() {
        let mut up = Up::from(8_000);
        let narrow: Vec<i16> = (0..3_200)
            .map(|n| ((f64::from(n) * PI * 2.0 * 1_000.0 / 8_000.0).sin() * 9_000.0) as i16)
            .collect();
        let wide: Vec<i16> = narrow.chunks(160).flat_map(|block| up.push(block)).collect();
        let wide = &wide[4_800..];
        assert!((goertzel(wide, 1_000.0) - 9_000.0 / 32_768.0).abs() < 0.01);
        for image in [7_000.0, 9_000.0, 15_000.0, 17_000.0] {
            assert!(goertzel(wide, image) < 0.000_5, "{image}");
        }
    }

    #[test]
    fn odd_blocks_come_out_as_one_sound() {
        let sound = Sine::new(700.0, 0.4).take_ms(100);
        let whole = Down::to(8_000).push(&sound);
        let mut down = Down::to(8_000);
        let parts: Vec<i16> = sound.chunks(7).flat_map(|block| down.push(block)).collect();
        assert_eq!(parts, whole);
        assert_eq!(whole.len(), 800);
        let mut up = Up::from(16_000);
        let parts: Vec<i16> = whole.chunks(11).flat_map(|block| up.push(block)).collect();
        assert_eq!(parts, Up::from(16_000).push(&whole));
        assert_eq!(parts.len(), 2_400);
    }
}
