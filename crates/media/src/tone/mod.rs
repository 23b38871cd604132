//! Tones: a sine with a continuous phase, and an ear that finds it again.
//! Refuses to know how a tone travelled; levels and gaps are all that it tells.
//!
//! [`wav`] reads and writes the small sound files of tests and announcements, [`chime`] is what
//! a waiting person and a called operator hear.

pub mod chime;
pub mod wav;

use std::f64::consts::TAU;

use crate::pcm::{FRAME, Frame, RATE_HZ, SILENCE_DBFS};

/// An endless sine. Its phase goes on when the frequency changes, so that nothing clicks.
#[derive(Debug, Clone)]
pub struct Sine {
    hz: f64,
    amplitude: f64,
    /// In turns, 0..1.
    phase: f64,
}

impl Sine {
    /// A sine of `hz` with `amplitude` 0..1 of full scale.
    pub fn new(hz: f64, amplitude: f64) -> Self {
        let amplitude = amplitude.clamp(0.0, 1.0);
        Self { hz, amplitude, phase: 0.0 }
    }

    /// Changes the frequency without a jump.
    pub fn set_hz(&mut self, hz: f64) {
        self.hz = hz;
    }

    /// The next sample.
    pub fn sample(&mut self) -> i16 {
        let value = (self.phase * TAU).sin() * self.amplitude * 32_767.0;
        self.phase = (self.phase + self.hz / f64::from(RATE_HZ)).fract();
        value.round() as i16
    }

    /// The next 10 ms.
    pub fn frame(&mut self) -> Frame {
        std::array::from_fn::<i16, FRAME, _>(|_| self.sample())
    }

    /// The next `ms` milliseconds.
    pub fn take_ms(&mut self, ms: u32) -> Vec<i16> {
        let samples = ms as usize * RATE_HZ as usize / 1_000;
        (0..samples).map(|_| self.sample()).collect()
    }
}

/// 呼出音: one round of the ringing tone that a Japanese exchange plays to who calls: 400 Hz, swelling 16 times a
/// second, for one second, and two seconds of silence.
pub fn ringback() -> Vec<i16> {
    /// As loud as the hold melody, well below speech.
    const AMPLITUDE: f64 = 0.12;
    let (second, rate) = (RATE_HZ as usize, f64::from(RATE_HZ));
    let swell = |at: f64| 0.5 - 0.5 * (at * 16.0 * TAU).cos();
    let sample = |at: usize| {
        let at = at as f64 / rate;
        ((at * 400.0 * TAU).sin() * swell(at) * AMPLITUDE * 32_767.0).round() as i16
    };
    let mut round: Vec<i16> = (0..second).map(sample).collect();
    round.resize(3 * second, 0);
    round
}

/// The amplitude (0..1 of full scale) of the part of `samples` that swings at `hz`: Goertzel's
/// algorithm, at 48 kHz.
pub fn goertzel(samples: &[i16], hz: f64) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    let coefficient = 2.0 * (TAU * hz / f64::from(RATE_HZ)).cos();
    let (mut before, mut last) = (0.0_f64, 0.0_f64);
    for &sample in samples {
        let now = f64::from(sample) / 32_768.0 + coefficient * last - before;
        before = last;
        last = now;
    }
    let power = last * last + before * before - coefficient * last * before;
    2.0 * power.max(0.0).sqrt() / samples.len() as f64
}

/// A frequency that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Its frequency in Hz, to the nearest hertz.
    pub hz: f64,
    /// Its level in dBFS (a full-scale sine is −3.01, as [`crate::pcm::rms_dbfs`] would say).
    pub dbfs: f32,
}

/// Most samples that [`strongest_near`] looks at (one second): enough for one hertz.
const PEAK_WINDOW: usize = RATE_HZ as usize;

/// The strongest frequency within `span_hz` of `hz`. Looks at the first second; the longer the
/// sound, the sharper the answer (0.1 s: about 5 Hz).
pub fn strongest_near(samples: &[i16], hz: f64, span_hz: f64) -> Peak {
    let heard = &samples[..samples.len().min(PEAK_WINDOW)];
    let mut best = (hz, 0.0);
    let mut candidate = (hz - span_hz).max(1.0).round();
    while candidate <= hz + span_hz {
        let amplitude = goertzel(heard, candidate);
        if amplitude > best.1 {
            best = (candidate, amplitude);
        }
        candidate += 1.0;
    }
    Peak { hz: best.0, dbfs: sine_dbfs(best.1) }
}

fn sine_dbfs(amplitude: f64) -> f32 {
    let rms = amplitude / std::f64::consts::SQRT_2;
    (20.0 * rms.max(1e-9).log10()).max(f64::from(SILENCE_DBFS)) as f32
}

/// A stretch in which a tone was missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// When it began, in ms from the first sample.
    pub start_ms: u32,
    /// How long it was, in ms (±2).
    pub len_ms: u32,
}

/// What [`gaps`] looks at in one glance: 5 ms, so that tones from 400 Hz up are told from silence.
const GAP_WINDOW: usize = FRAME / 2;
/// The step between glances: 1 ms.
const GAP_STEP: usize = RATE_HZ as usize / 1_000;
/// Shorter dips are not called a gap, in ms: an ear hardly hears them and codecs make them.
const GAP_MIN_MS: u32 = 3;
/// Below this level the whole recording is taken for silence (−60 dBFS).
const GAP_FLOOR: f64 = 0.001;

/// Where the tone at `tone_hz` fell under half of its usual amplitude. A recording that never
/// has the tone is one long gap.
pub fn gaps(samples: &[i16], tone_hz: f64) -> Vec<Gap> {
    let levels: Vec<f64> =
        samples.windows(GAP_WINDOW).step_by(GAP_STEP).map(|window| goertzel(window, tone_hz)).collect();
    let mut sorted = levels.clone();
    sorted.sort_by(f64::total_cmp);
    // The upper quartile: the tone's own level even when half of the recording is missing.
    let usual = sorted.get(sorted.len() * 3 / 4).copied().unwrap_or(0.0);
    let threshold = (usual / 2.0).max(GAP_FLOOR);
    let mut found = Vec::new();
    let mut start = None;
    for (ms, level) in levels.iter().copied().chain([f64::MAX]).enumerate() {
        match (level < threshold, start) {
            (true, None) => start = Some(ms),
            (false, Some(from)) => {
                found.push(Gap { start_ms: from as u32 + 2, len_ms: (ms - from) as u32 });
                start = None;
            }
            (true, Some(_)) | (false, None) => {}
        }
    }
    found.retain(|gap| gap.len_ms >= GAP_MIN_MS);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phase_goes_on_over_frames_and_changes_of_pitch() {
        let mut sine = Sine::new(440.0, 0.5);
        let mut all = Vec::new();
        for n in 0..50 {
            sine.set_hz(if n % 2 == 0 { 440.0 } else { 523.0 });
            all.extend(sine.frame());
        }
        let steepest = all.windows(2).map(|w| (w[1] - w[0]).abs()).max().unwrap();
        assert!(steepest < 1_150, "a jump of {steepest} would click");
    }

    #[test]
    fn the_ear_tells_frequency_and_level_among_noise_and_other_tones() {
        let mut sum = Sine::new(1_234.0, 0.25).take_ms(1_000);
        let other = Sine::new(700.0, 0.5).take_ms(1_000);
        crate::pcm::mix_into(&mut sum, &other);
        let peak = strongest_near(&sum, 1_200.0, 100.0);
        assert_eq!(peak.hz, 1_234.0);
        assert!((peak.dbfs + 15.05).abs() < 0.2, "{peak:?}");
        assert!(strongest_near(&sum, 2_000.0, 50.0).dbfs < -60.0);
    }

    #[test]
    fn gaps_are_found_with_their_place_and_length() {
        let mut sound = Sine::new(600.0, 0.3).take_ms(1_000);
        sound[200 * 48..220 * 48].fill(0);
        sound[700 * 48..760 * 48].fill(0);
        let found = gaps(&sound, 600.0);
        assert_eq!(found.len(), 2, "{found:?}");
        for (gap, (start, len)) in found.iter().zip([(200_i64, 20_i64), (700, 60)]) {
            assert!((i64::from(gap.start_ms) - start).abs() <= 2, "{found:?}");
            assert!((i64::from(gap.len_ms) - len).abs() <= 2, "{found:?}");
        }
    }

    #[test]
    fn silence_and_a_wrong_tone_are_one_long_gap() {
        for sound in [vec![0; 48_000], Sine::new(2_000.0, 0.3).take_ms(1_000)] {
            let found = gaps(&sound, 600.0);
            assert!(sound.iter().any(|&s| s != 0) || found[0].len_ms > 900, "{found:?}");
            assert!(found.iter().map(|gap| gap.len_ms).sum::<u32>() > 200, "{found:?}");
        }
        assert_eq!(gaps(&Sine::new(600.0, 0.3).take_ms(1_000), 600.0), vec![]);
        assert_eq!(gaps(&[], 600.0), vec![]);
    }
}
