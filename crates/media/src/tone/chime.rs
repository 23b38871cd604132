//! What a waiting visitor and a called operator hear: soft bells, made and not recorded, so that
//! nobody owns them. Refuses to know when to start and stop.

use std::f64::consts::TAU;

use crate::pcm::{FRAME, Frame, RATE_HZ};

/// One struck bell.
#[derive(Debug, Clone, Copy)]
struct Note {
    at_ms: u32,
    hz: f64,
    /// 0..1 of full scale.
    loudness: f64,
}

/// How long one bell sounds, in ms: by then it is 50 dB down.
const NOTE_MS: u32 = 1_400;
/// How fast a bell dies away: the time in which it falls to 1/e, in seconds.
const DECAY_S: f64 = 0.24;
/// The stroke: a rise this long, in seconds, does not click.
const ATTACK_S: f64 = 0.008;

/// A waiting chime: two falling tones (E5, C5), then quiet; once every five seconds.
const WAITING: [Note; 2] =
    [Note { at_ms: 0, hz: 659.26, loudness: 0.16 }, Note { at_ms: 650, hz: 523.25, loudness: 0.16 }];
const WAITING_PERIOD_MS: u32 = 5_000;

/// A ring: three rising tones twice (G5, C6, E6), heard through an office but not sharp.
const RING: [Note; 6] = [
    Note { at_ms: 0, hz: 783.99, loudness: 0.28 },
    Note { at_ms: 140, hz: 1_046.5, loudness: 0.28 },
    Note { at_ms: 280, hz: 1_318.51, loudness: 0.3 },
    Note { at_ms: 700, hz: 783.99, loudness: 0.28 },
    Note { at_ms: 840, hz: 1_046.5, loudness: 0.28 },
    Note { at_ms: 980, hz: 1_318.51, loudness: 0.3 },
];
const RING_PERIOD_MS: u32 = 3_000;

/// An endless row of bells, in frames of 10 ms.
#[derive(Debug, Clone)]
pub struct Chime {
    notes: &'static [Note],
    period: usize,
    /// The next sample's place in the period.
    at: usize,
}

impl Chime {
    /// The gentle two-tone chime that says "we have not forgotten you".
    pub fn waiting() -> Self {
        Self::new(&WAITING, WAITING_PERIOD_MS)
    }

    /// The soft ring of an offer.
    pub fn ring() -> Self {
        Self::new(&RING, RING_PERIOD_MS)
    }

    fn new(notes: &'static [Note], period_ms: u32) -> Self {
        Self { notes, period: samples(period_ms), at: 0 }
    }

    /// The next 10 ms.
    pub fn frame(&mut self) -> Frame {
        std::array::from_fn::<i16, FRAME, _>(|_| self.sample())
    }

    /// Starts from the first stroke again.
    pub fn restart(&mut self) {
        self.at = 0;
    }

    fn sample(&mut self) -> i16 {
        let sum: f64 = self.notes.iter().map(|note| note.at(self.at)).sum();
        self.at = (self.at + 1) % self.period;
        (sum * 32_767.0) as i16
    }
}

impl Note {
    /// The bell at a place in the period: ground tone, a soft octave and a short bright partial.
    fn at(self, place: usize) -> f64 {
        let Some(since) = place.checked_sub(samples(self.at_ms)) else {
            return 0.0;
        };
        if since >= samples(NOTE_MS) {
            return 0.0;
        }
        let t = since as f64 / f64::from(RATE_HZ);
        let turn = TAU * self.hz * t;
        let rise = (t / ATTACK_S).min(1.0);
        let fall = (-t / DECAY_S).exp();
        let body = turn.sin() + 0.25 * (2.0 * turn).sin() * fall + 0.1 * (4.0 * turn).sin() * fall.powi(4);
        self.loudness * rise * fall * body
    }
}

fn samples(ms: u32) -> usize {
    ms as usize * RATE_HZ as usize / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pcm::rms_dbfs;
    use crate::tone::goertzel;

    fn listen(mut chime: Chime, ms: usize) -> Vec<i16> {
        (0..ms / 10).flat_map(|_| chime.frame()).collect()
    }

    #[test]
    fn the_waiting_chime_is_two_tones_and_then_quiet_and_comes_again() {
        let sound = listen(Chime::waiting(), 10_000);
        let at = |ms: usize| &sound[ms * 48..(ms + 200) * 48];
        assert!(goertzel(at(50), 659.26) > 4.0 * goertzel(at(50), 523.25));
        assert!(goertzel(at(750), 523.25) > 4.0 * goertzel(at(750), 784.0));
        assert!(rms_dbfs(at(3_000)) < -80.0);
        assert_eq!(at(50), at(5_050));
    }

    #[test]
    fn nothing_clips_or_clicks_and_the_ring_is_louder_than_the_chime() {
        for chime in [Chime::waiting(), Chime::ring()] {
            let sound = listen(chime, 6_000);
            assert!(sound.iter().all(|s| s.unsigned_abs() < 30_000));
            let steepest = sound.windows(2).map(|w| (i32::from(w[1]) - i32::from(w[0])).abs()).max();
            assert!(steepest < Some(5_000), "{steepest:?}");
        }
        let loud = |chime| rms_dbfs(&listen(chime, 1_000));
        assert!(loud(Chime::ring()) > loud(Chime::waiting()) + 3.0);
    }
}
