//! What to play where telephone sound is missing: the last pitch period again and again, fading, and a
//! soft step back into the true sound (after ITU-T G.711 Appendix I, simplified).
//! Refuses to know packets and laws: 8 kHz samples come in, 8 kHz samples go out.

/// Pitch periods looked for, in samples: 5 to 15 ms, which is 66 to 200 Hz.
const SHORTEST: usize = 40;
const LONGEST: usize = 120;
/// What is compared to find the period: 20 ms.
const COMPARED: usize = 160;
/// The past that is kept.
const KEPT: usize = LONGEST + COMPARED;
/// Steps between two sounds are blended over this many samples (4 ms).
const BLEND: usize = 32;
/// The first 10 ms are repeated as they were, then the level falls to nothing until 60 ms.
const FULL: usize = 80;
const FADED: usize = 480;

/// The ear's short memory of one telephone.
#[derive(Debug, Clone, Default)]
pub struct Concealer {
    past: Vec<i16>,
    /// Samples made up since the last true one.
    made: usize,
    /// The period that is repeated, while something is missing.
    period: Vec<i16>,
}

impl Concealer {
    /// Has heard nothing yet.
    pub fn new() -> Concealer {
        Concealer::default()
    }

    /// Takes a block that came, and gives it as it is to be played.
    pub fn heard(&mut self, mut block: Vec<i16>) -> Vec<i16> {
        if self.made > 0 {
            let made_up = self.make(BLEND.min(block.len()));
            blend(&mut block, &made_up);
            self.made = 0;
            self.period.clear();
        }
        self.past.extend(&block);
        let old = self.past.len().saturating_sub(KEPT);
        self.past.drain(..old);
        block
    }

    /// So many samples in place of those that did not come.
    pub fn missing(&mut self, samples: usize) -> Vec<i16> {
        if self.period.is_empty() {
            self.period = self.last_period();
        }
        self.make(samples)
    }

    fn make(&mut self, samples: usize) -> Vec<i16> {
        let made = (self.made..self.made + samples)
            .map(|at| match self.period.len() {
                0 => 0,
                period => (f32::from(self.period[at % period]) * level(at)) as i16,
            })
            .collect();
        self.made += samples;
        made
    }

    /// The last period, its end blended into what came before its start, so that it joins with itself.
    fn last_period(&self) -> Vec<i16> {
        if self.past.len() < KEPT {
            return Vec::new();
        }
        let length = self.pitch();
        let end = self.past.len();
        let mut period = self.past[end - length..].to_vec();
        let seam = (length / 4).min(BLEND);
        let before = &self.past[end - length - seam..end - length];
        for (n, (sample, before)) in period[length - seam..].iter_mut().zip(before).enumerate() {
            let share = (n + 1) as f32 / (seam + 1) as f32;
            *sample = mixed(*sample, *before, share);
        }
        period
    }

    /// The distance at which the last 20 ms resemble what came before them most.
    fn pitch(&self) -> usize {
        let end = self.past.len();
        let last = &self.past[end - COMPARED..];
        let likeness = |lag: usize| {
            let before = &self.past[end - COMPARED - lag..end - lag];
            let product = |a: &[i16], b: &[i16]| {
                a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>()
            };
            product(last, before) / product(before, before).max(1.0).sqrt()
        };
        (SHORTEST..=LONGEST).max_by(|a, b| likeness(*a).total_cmp(&likeness(*b))).unwrap_or(LONGEST)
    }
}

/// Turns from `from` to the block's own sound over the length of `from`.
pub(crate) fn blend(block: &mut [i16], from: &[i16]) {
    let length = from.len() as f32 + 1.0;
    for (n, (sample, from)) in block.iter_mut().zip(from).enumerate() {
        *sample = mixed(*from, *sample, (n + 1) as f32 / length);
    }
}

fn mixed(from: i16, to: i16, share: f32) -> i16 {
    (f32::from(from) * (1.0 - share) + f32::from(to) * share).round() as i16
}

fn level(at: usize) -> f32 {
    match at {
        0..FULL => 1.0,
        FULL..FADED => (FADED - at) as f32 / (FADED - FULL) as f32,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::pcm::rms_dbfs;

    fn voice(from: usize, samples: usize) -> Vec<i16> {
        // 125 Hz with overtones, as a calm voice has them.
        let partial = |n: usize, k: f64| (TAU * 125.0 * k * n as f64 / 8_000.0).sin() / k;
        (from..from + samples)
            .map(|n| ((1..8).map(|k| partial(n, f64::from(k))).sum::<f64>() * 6_000.0) as i16)
            .collect()
    }

    fn steepest(sound: &[i16]) -> i32 {
        sound.windows(2).map(|w| (i32::from(w[1]) - i32::from(w[0])).abs()).max().unwrap()
    }

    #[test]
    fn a_lost_packet_of_a_voice_is_hardly_heard() {
        let mut concealer = Concealer::new();
        let mut played = Vec::new();
        for n in 0..10 {
            let block = voice(n * 160, 160);
            match n {
                6 => played.extend(concealer.missing(160)),
                _ => played.extend(concealer.heard(block)),
            }
        }
        let clean = voice(0, 1_600);
        assert_eq!(played.len(), clean.len());
        assert_eq!(played[..960], clean[..960], "what came is played as it is");
        assert_eq!(played[1_152..], clean[1_152..]);
        assert!(
            steepest(&played) <= steepest(&clean) + 200,
            "{} for {}",
            steepest(&played),
            steepest(&clean)
        );
        let lost = rms_dbfs(&played[960..1_120]) - rms_dbfs(&clean[960..1_120]);
        assert!((-3.0..1.0).contains(&lost), "{lost} dB");
    }

    #[test]
    fn a_long_hole_fades_to_silence_and_ends_softly() {
        let mut concealer = Concealer::new();
        concealer.heard(voice(0, 800));
        let hole: Vec<i16> = (0..5).flat_map(|_| concealer.missing(160)).collect();
        assert!(rms_dbfs(&hole[..80]) > -25.0);
        assert!(hole[FADED..].iter().all(|sample| *sample == 0));
        let back = concealer.heard(voice(1_600, 160));
        assert!(back[0].abs() < 1_000 && steepest(&back) < 6_000);
        assert_eq!(back[BLEND..], voice(1_600, 160)[BLEND..]);
    }

    #[test]
    fn before_anything_was_heard_there_is_silence() {
        let mut concealer = Concealer::new();
        assert_eq!(concealer.missing(80), [0; 80]);
        concealer.heard(vec![500; 80]);
        assert_eq!(concealer.missing(80), [0; 80]);
    }
}
