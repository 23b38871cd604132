//! What a waiting visitor, a called operator and a held caller hear: soft bells, made and not recorded, so that
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

/// The melody of whoever is held or waits at a telephone (保留音), composed for this and nobody else's: a
/// calm line over broken chords (C, Am, F, G, C, F, G, C), eight bars of four beats, 15 s a round. All of it
/// lies between 130 and 800 Hz, where a telephone's band is, and it never pauses, so that nobody thinks
/// that the line is dead.
const HOLD: [Note; 64] = hold();
const HOLD_PERIOD_MS: u32 = 15_000;
/// Half a beat: 64 of them make the round, less one to let the last chord ring.
const HALF_BEAT_MS: u32 = 234;

/// The broken chords and the line over them, in Hz; 0 is a rest of the line.
const CHORDS: [[f64; 4]; 8] = [
    [261.63, 329.63, 392.0, 329.63],
    [220.0, 261.63, 329.63, 261.63],
    [174.61, 220.0, 261.63, 220.0],
    [196.0, 246.94, 293.66, 246.94],
    [261.63, 329.63, 392.0, 329.63],
    [174.61, 261.63, 349.23, 261.63],
    [196.0, 246.94, 293.66, 246.94],
    [261.63, 329.63, 392.0, 329.63],
];
const LINE: [[f64; 4]; 8] = [
    [659.26, 0.0, 587.33, 523.25],
    [523.25, 0.0, 659.26, 0.0],
    [698.46, 0.0, 659.26, 587.33],
    [587.33, 0.0, 493.88, 0.0],
    [523.25, 587.33, 659.26, 783.99],
    [698.46, 0.0, 659.26, 0.0],
    [587.33, 0.0, 659.26, 587.33],
    [523.25, 0.0, 0.0, 0.0],
];
const CHORD_LOUDNESS: f64 = 0.07;
const LINE_LOUDNESS: f64 = 0.12;

/// On each beat a note of the line, and a note of the chord half a beat later.
const fn hold() -> [Note; 64] {
    let mut notes = [Note { at_ms: 0, hz: 0.0, loudness: 0.0 }; 64];
    let mut beat = 0;
    while beat < 32 {
        let at_ms = beat as u32 * 2 * HALF_BEAT_MS;
        let hz = LINE[beat / 4][beat % 4];
        let chord = CHORDS[beat / 4][beat % 4];
        // Where the line rests, the chord's note comes on the beat, and its octave half a beat later.
        notes[2 * beat] = match hz > 0.0 {
            true => Note { at_ms, hz, loudness: LINE_LOUDNESS },
            false => Note { at_ms, hz: chord, loudness: CHORD_LOUDNESS },
        };
        let hz = if hz > 0.0 { chord } else { chord * 2.0 };
        // The last one is left out: a round ends as softly as another sound may begin.
        let loudness = if beat == 31 { 0.0 } else { CHORD_LOUDNESS };
        notes[2 * beat + 1] = Note { at_ms: at_ms + HALF_BEAT_MS, hz, loudness };
        beat += 1;
    }
    notes
}

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

    /// The calm melody of whoever is held, or waits at a telephone.
    pub fn hold() -> Self {
        Self::new(&HOLD, HOLD_PERIOD_MS)
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

    /// How many frames one round has.
    pub fn period_frames(&self) -> usize {
        self.period / FRAME
    }

    /// Starts from the first stroke again.
    pub fn restart(&mut self) {
        self.at = 0;
    }

    fn sample(&mut self) -> i16 {
        // A bell that was struck at the end of the round rings into the next one.
        let sum: f64 = self.notes.iter().map(|note| note.at(self.at) + note.at(self.at + self.period)).sum();
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
    fn the_melody_never_pauses_and_is_another_sound_than_the_chime() {
        let sound = listen(Chime::hold(), 32_000);
        let steady = &sound[15_000 * 48..30_000 * 48];
        for (place, second) in steady.chunks(24_000).enumerate() {
            let level = rms_dbfs(second);
            assert!((-32.0..-14.0).contains(&level), "half second {place}: {level} dBFS");
        }
        assert_eq!(sound[15_000 * 48..16_000 * 48], sound[30_000 * 48..31_000 * 48], "it comes again");
        let (chime, melody) = (listen(Chime::waiting(), 15_000), steady);
        // Only the melody's first chord has a G, only the chime is silent for seconds.
        assert!(goertzel(&melody[..90_000], 392.0) > 10.0 * goertzel(&chime[..90_000], 392.0));
        assert!(rms_dbfs(&chime[3_000 * 48..4_500 * 48]) < -80.0);
    }

    #[test]
    fn nothing_clips_or_clicks_and_the_ring_is_louder_than_the_chime() {
        for chime in [Chime::waiting(), Chime::ring(), Chime::hold()] {
            let sound = listen(chime, 16_000);
            assert!(sound.iter().all(|s| s.unsigned_abs() < 30_000));
            let steepest = sound.windows(2).map(|w| (i32::from(w[1]) - i32::from(w[0])).abs()).max();
            assert!(steepest < Some(5_000), "{steepest:?}");
        }
        let loud = |chime| rms_dbfs(&listen(chime, 1_000));
        assert!(loud(Chime::ring()) > loud(Chime::waiting()) + 3.0);
    }
}
