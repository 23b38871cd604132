//! Uncompressed sound: 48 kHz, mono, 16 bit, in frames of 10 ms.
//! Refuses to know where the samples come from and what is heard in them.

use std::collections::VecDeque;

/// Samples per second everywhere inside the desk.
pub const RATE_HZ: u32 = 48_000;

/// Samples in one frame (10 ms): what devices, echo canceller and meters work on.
pub const FRAME: usize = 480;

/// Samples in one Opus packet (20 ms): two frames.
pub const OPUS_FRAME: usize = 2 * FRAME;

/// One frame of 10 ms.
pub type Frame = [i16; FRAME];

/// The level reported for digital silence, in dBFS: the floor of 16 bits.
pub const SILENCE_DBFS: f32 = -96.0;

/// Most samples that a [`Reframer`] keeps (200 ms): more means that nobody reads, and old sound
/// is worth less than new sound.
const MAX_WAITING: usize = 20 * FRAME;

/// Takes samples in whatever sizes a device delivers and gives frames of 10 ms.
#[derive(Debug, Default)]
pub struct Reframer {
    waiting: VecDeque<i16>,
    dropped: u64,
}

impl Reframer {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds 16-bit mono samples. Beyond 200 ms the oldest are dropped and counted.
    pub fn push_i16(&mut self, samples: &[i16]) {
        self.waiting.extend(samples);
        self.bound();
    }

    /// Adds float mono samples in −1..1; louder ones saturate, NaN is silence.
    pub fn push_f32(&mut self, samples: &[f32]) {
        self.waiting.extend(samples.iter().copied().map(from_f32));
        self.bound();
    }

    /// The next frame of 10 ms, when a whole one is there.
    pub fn pop(&mut self) -> Option<Frame> {
        if self.waiting.len() < FRAME {
            return None;
        }
        let mut frame = [0; FRAME];
        for (slot, sample) in frame.iter_mut().zip(self.waiting.drain(..FRAME)) {
            *slot = sample;
        }
        Some(frame)
    }

    /// Samples waiting.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// True when no sample waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Samples dropped so far because nobody read them.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Forgets what waits, for instance after a device was reopened.
    pub fn clear(&mut self) {
        self.waiting.clear();
    }

    fn bound(&mut self) {
        let excess = self.waiting.len().saturating_sub(MAX_WAITING);
        self.waiting.drain(..excess);
        self.dropped += excess as u64;
    }
}

/// One float sample (−1..1) as 16 bit; saturates.
pub fn from_f32(sample: f32) -> i16 {
    // A cast from float saturates and turns NaN into 0.
    (sample * 32_767.0).round() as i16
}

/// One 16-bit sample as float in −1..1.
pub fn to_f32(sample: i16) -> f32 {
    f32::from(sample) / 32_768.0
}

/// The mean of interleaved channels: what a stereo microphone gives as mono.
pub fn downmix(interleaved: &[f32], channels: usize) -> Vec<f32> {
    let channels = channels.max(1);
    let mean = |frame: &[f32]| frame.iter().sum::<f32>() / channels as f32;
    interleaved.chunks_exact(channels).map(mean).collect()
}

/// Two frames as the 20 ms that [`crate::opus::Encoder`] takes.
pub fn join(first: &Frame, second: &Frame) -> [i16; OPUS_FRAME] {
    let mut both = [0; OPUS_FRAME];
    both[..FRAME].copy_from_slice(first);
    both[FRAME..].copy_from_slice(second);
    both
}

/// The root-mean-square level in dBFS, where 0 is a full-scale square wave (a full-scale sine is
/// −3.01). Nothing or silence is [`SILENCE_DBFS`].
pub fn rms_dbfs(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return SILENCE_DBFS;
    }
    let power: f64 = samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>();
    let rms = (power / samples.len() as f64).sqrt() / 32_768.0;
    (20.0 * rms.max(1e-9).log10()).max(f64::from(SILENCE_DBFS)) as f32
}

/// A level meter that rises at once and falls gently, so that an eye can follow it.
#[derive(Debug, Clone)]
pub struct LevelMeter {
    dbfs: f32,
}

/// How fast a meter falls, in dB per frame of 10 ms: 40 dB a second.
const METER_FALL_DB: f32 = 0.4;

impl Default for LevelMeter {
    fn default() -> Self {
        Self { dbfs: SILENCE_DBFS }
    }
}

impl LevelMeter {
    /// A meter at silence.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one frame and says the level now, in dBFS.
    pub fn push(&mut self, frame: &[i16]) -> f32 {
        self.dbfs = rms_dbfs(frame).max(self.dbfs - METER_FALL_DB).max(SILENCE_DBFS);
        self.dbfs
    }

    /// The level after the last frame, in dBFS.
    pub fn dbfs(&self) -> f32 {
        self.dbfs
    }
}

/// Makes samples louder or softer by `db`; saturates.
pub fn gain(samples: &mut [i16], db: f32) {
    let factor = 10_f32.powf(db / 20.0);
    for sample in samples {
        *sample = (f32::from(*sample) * factor).round() as i16;
    }
}

/// Adds `source` to `target`, sample by sample; saturates. The shorter one decides.
pub fn mix_into(target: &mut [i16], source: &[i16]) {
    for (sum, &sample) in target.iter_mut().zip(source) {
        *sum = sum.saturating_add(sample);
    }
}

/// The sum of all frames. Added in 32 bits, so that the order of the frames does not matter.
pub fn mix(frames: &[&Frame]) -> Frame {
    std::array::from_fn(|i| {
        let sum: i32 = frames.iter().map(|frame| i32::from(frame[i])).sum();
        sum.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_sizes_come_out_as_whole_frames_in_order() {
        let mut reframer = Reframer::new();
        let mut sent = 0_i16;
        let mut got = Vec::new();
        for size in [2, 4, 186, 480, 7, 1000, 1].iter().cycle().take(60) {
            let chunk: Vec<i16> = (0..*size).map(|i| sent.wrapping_add(i)).collect();
            sent = sent.wrapping_add(*size);
            reframer.push_i16(&chunk);
            got.extend(std::iter::from_fn(|| reframer.pop()).flatten());
        }
        assert!(got.len() > 10_000);
        assert!(got.iter().enumerate().all(|(i, &s)| s == i as i16));
        assert_eq!(reframer.dropped(), 0);
    }

    #[test]
    fn a_reframer_that_nobody_reads_keeps_the_newest_200_ms() {
        let mut reframer = Reframer::new();
        for n in 0..100_i16 {
            reframer.push_i16(&[n; FRAME]);
        }
        assert_eq!(reframer.len(), 20 * FRAME);
        assert_eq!(reframer.dropped(), 80 * FRAME as u64);
        assert_eq!(reframer.pop().unwrap()[0], 80);
    }

    #[test]
    fn floats_saturate_and_nan_is_silence() {
        let mut reframer = Reframer::new();
        reframer.push_f32(&[2.0, -2.0, f32::NAN, 0.5]);
        reframer.push_f32(&[0.0; FRAME - 4]);
        let frame = reframer.pop().unwrap();
        assert_eq!(frame[..4], [i16::MAX, i16::MIN, 0, 16_384]);
        assert_eq!(downmix(&[1.0, 0.0, 0.5, 0.5], 2), vec![0.5, 0.5]);
    }

    #[test]
    fn the_level_of_known_signals_is_right() {
        assert_eq!(rms_dbfs(&[]), SILENCE_DBFS);
        assert_eq!(rms_dbfs(&[0; 480]), SILENCE_DBFS);
        assert!((rms_dbfs(&[i16::MIN; 480]) - 0.0).abs() < 0.01);
        assert!((rms_dbfs(&[3_277; 480]) + 20.0).abs() < 0.01);
        let mut meter = LevelMeter::new();
        meter.push(&[3_277; FRAME]);
        (0..10).for_each(|_| _ = meter.push(&[0; FRAME]));
        assert!((meter.dbfs() + 24.0).abs() < 0.1, "falls 0.4 dB a frame: {}", meter.dbfs());
    }

    #[test]
    fn gain_and_mix_saturate_instead_of_wrapping() {
        let mut loud = [20_000, -20_000];
        gain(&mut loud, 6.02);
        assert_eq!(loud, [i16::MAX, i16::MIN]);
        let (a, b, c) = ([30_000; FRAME], [30_000; FRAME], [-30_000; FRAME]);
        assert_eq!(mix(&[&a, &b, &c])[0], 30_000);
        let mut sum = a;
        mix_into(&mut sum, &b);
        assert_eq!(sum[479], i16::MAX);
    }
}
