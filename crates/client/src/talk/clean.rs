//! Makes a voice from a shared room fit to be heard: less noise, an even level, no rumble. Refuses to know
//! where the voice comes from. An echo is not treated: operators wear headsets.

use media::pcm::{FRAME, Frame, RATE_HZ};
use sonora::config::{AdaptiveDigital, GainController2, HighPassFilter, NoiseSuppression};
use sonora::{AudioProcessing, Config, StreamConfig};

/// The treatment of one voice; the same object for one unbroken stretch of sound.
pub(super) struct Clean(Option<Box<AudioProcessing>>);

impl Clean {
    /// `on` false: the sound passes untouched.
    pub(super) fn new(on: bool) -> Clean {
        Clean(on.then(|| Box::new(treatment())))
    }

    /// The next sound is not the sequel of the last one.
    pub(super) fn renew(&mut self) {
        if let Some(treatment) = &mut self.0 {
            let stream = stream();
            treatment.initialize(stream, stream, stream, stream);
        }
    }

    /// Treats 10 ms in place.
    pub(super) fn frame(&mut self, frame: &mut Frame) {
        let Some(treatment) = &mut self.0 else { return };
        let mut treated = [0; FRAME];
        match treatment.process_capture_i16(frame, &mut treated) {
            Ok(()) => *frame = treated,
            // An untreated voice is better than none.
            Err(fault) => tracing::debug!(?fault, "a voice was left as it is"),
        }
    }
}

fn stream() -> StreamConfig {
    StreamConfig::new(RATE_HZ, 1)
}

fn treatment() -> AudioProcessing {
    let config = Config {
        high_pass_filter: Some(HighPassFilter::default()),
        noise_suppression: Some(NoiseSuppression::default()),
        gain_controller2: Some(GainController2 {
            adaptive_digital: Some(AdaptiveDigital::default()),
            ..GainController2::default()
        }),
        ..Config::default()
    };
    AudioProcessing::builder().config(config).capture_config(stream()).render_config(stream()).build()
}

#[cfg(test)]
mod tests {
    use media::pcm;

    use super::*;

    const SECONDS: usize = 6;

    fn noise(seed: &mut u32) -> f32 {
        *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (*seed >> 8) as f32 / (1 << 23) as f32 - 1.0
    }

    /// Syllables: a rich tone of a wandering pitch, four a second, with pauses between them.
    fn voice(n: usize) -> f32 {
        let t = n as f32 / RATE_HZ as f32;
        let envelope = (t * 4.0 * std::f32::consts::PI).sin().max(0.0).powi(2);
        let pitch = 140.0 + 20.0 * (t * 2.3).sin();
        let partial = |k: u32| (t * pitch * k as f32 * std::f32::consts::TAU).sin() / k as f32;
        envelope * (1..12).map(partial).sum::<f32>() * 0.15
    }

    fn treated(mut sample: impl FnMut(usize) -> f32) -> (f32, f32) {
        let (mut clean, mut before, mut after) = (Clean::new(true), Vec::new(), Vec::new());
        for start in (0..SECONDS * RATE_HZ as usize).step_by(FRAME) {
            let mut frame: Frame = std::array::from_fn(|n| pcm::from_f32(sample(start + n)));
            before.extend_from_slice(&frame);
            clean.frame(&mut frame);
            after.extend_from_slice(&frame);
        }
        let late = before.len() / 2;
        (pcm::rms_dbfs(&before[late..]), pcm::rms_dbfs(&after[late..]))
    }

    #[test]
    fn the_noise_of_a_room_goes_down() {
        let mut seed = 1;
        let (before, after) = treated(|_| noise(&mut seed) * 0.02);
        assert!(after < before - 6.0, "from {before} to {after} dBFS");
    }

    #[test]
    fn a_voice_stays_and_a_quiet_one_is_lifted() {
        let mut seed = 1;
        let (before, after) = treated(|n| voice(n) + noise(&mut seed) * 0.002);
        assert!(after > before - 4.0, "from {before} to {after} dBFS");
        let (before, after) = treated(|n| voice(n) * 0.1);
        assert!(after > before + 3.0, "from {before} to {after} dBFS");
    }

    #[test]
    fn switched_off_it_touches_nothing() {
        let mut frame: Frame = std::array::from_fn(|n| n as i16);
        let before = frame;
        Clean::new(false).frame(&mut frame);
        assert_eq!(frame, before);
    }
}
