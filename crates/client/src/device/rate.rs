//! From a device's own rate to ours and back. Refuses to know devices. Allocates nothing after the start.

use std::collections::VecDeque;

use media::pcm::{self, FRAME, RATE_HZ};
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};

use super::sound::Absent;

/// Portions a second: 10 ms each.
const PORTIONS: u32 = 100;
/// Most samples that one portion becomes: 10 ms at 192 kHz and what the resampler kept back.
const MOST: usize = 4_096;

/// A resampler that turns portions of one rate into another.
struct Turn {
    inner: Fft<f32>,
    out: Vec<f32>,
}

impl Turn {
    fn new(from_hz: u32, to_hz: u32) -> Result<Turn, Absent> {
        let portion = (from_hz / PORTIONS).max(1) as usize;
        let inner =
            Fft::new(from_hz as usize, to_hz as usize, portion, 1, FixedSync::Input).map_err(|fault| {
                tracing::debug!(%fault, from_hz, to_hz, "no way between two rates");
                Absent
            })?;
        if inner.output_frames_max() > MOST {
            return Err(Absent);
        }
        Ok(Turn { inner, out: vec![0.0; MOST] })
    }

    fn portion(&self) -> usize {
        self.inner.input_frames_next()
    }

    /// Turns exactly one portion. A fault, which only wrong sizes could bring, gives silence.
    fn turn(&mut self, portion: &[f32]) -> &[f32] {
        let from = InterleavedSlice::new(portion, 1, portion.len());
        let to = InterleavedSlice::new_mut(&mut self.out, 1, MOST);
        let written = match (from, to) {
            (Ok(from), Ok(mut to)) => self.inner.process_into_buffer(&from, &mut to, None).map(|(_, n)| n),
            (Err(_), _) | (_, Err(_)) => Ok(0),
        };
        &self.out[..written.unwrap_or(0)]
    }
}

/// What a microphone gives, at our rate.
pub(super) struct Pushed {
    turn: Option<Turn>,
    waiting: Vec<f32>,
    samples: [i16; FRAME],
}

impl Pushed {
    /// # Errors
    /// [`Absent`] for a rate that cannot be turned.
    pub(super) fn new(from_hz: u32) -> Result<Pushed, Absent> {
        let turn = (from_hz != RATE_HZ).then(|| Turn::new(from_hz, RATE_HZ)).transpose()?;
        Ok(Pushed { turn, waiting: Vec::with_capacity(2 * MOST), samples: [0; FRAME] })
    }

    /// Takes at most a few portions at once; gives what became of them.
    pub(super) fn push(&mut self, samples: &[f32], take: &mut impl FnMut(&[i16])) {
        let Some(turn) = &mut self.turn else { return give(samples, &mut self.samples, take) };
        self.waiting.extend_from_slice(samples);
        let mut used = 0;
        while self.waiting.len() - used >= turn.portion() {
            let portion = turn.portion();
            give(turn.turn(&self.waiting[used..used + portion]), &mut self.samples, take);
            used += portion;
        }
        self.waiting.drain(..used);
    }
}

fn give(samples: &[f32], room: &mut [i16; FRAME], take: &mut impl FnMut(&[i16])) {
    for part in samples.chunks(FRAME) {
        for (slot, sample) in room.iter_mut().zip(part) {
            *slot = pcm::from_f32(*sample);
        }
        take(&room[..part.len()]);
    }
}

/// What a loudspeaker asks for, from our rate.
pub(super) struct Drawn {
    turn: Option<Turn>,
    ready: VecDeque<f32>,
    samples: [i16; FRAME],
    portion: Vec<f32>,
}

impl Drawn {
    /// # Errors
    /// [`Absent`] for a rate that cannot be turned.
    pub(super) fn new(to_hz: u32) -> Result<Drawn, Absent> {
        let turn = (to_hz != RATE_HZ).then(|| Turn::new(RATE_HZ, to_hz)).transpose()?;
        let portion = Vec::with_capacity(MOST);
        Ok(Drawn { turn, ready: VecDeque::with_capacity(2 * MOST), samples: [0; FRAME], portion })
    }

    /// Fills all of `out`, asking `fill` for as much as that takes. `out` is at most one frame of ours.
    pub(super) fn draw(&mut self, out: &mut [f32], fill: &mut impl FnMut(&mut [i16])) {
        let Some(turn) = &mut self.turn else {
            let samples = &mut self.samples[..out.len()];
            fill(samples);
            out.iter_mut().zip(samples).for_each(|(slot, sample)| *slot = pcm::to_f32(*sample));
            return;
        };
        while self.ready.len() < out.len() {
            self.portion.clear();
            while self.portion.len() < turn.portion() {
                let count = (turn.portion() - self.portion.len()).min(FRAME);
                let samples = &mut self.samples[..count];
                fill(samples);
                self.portion.extend(samples.iter().map(|sample| pcm::to_f32(*sample)));
            }
            self.ready.extend(turn.turn(&self.portion));
        }
        let count = out.len();
        out.iter_mut().zip(self.ready.drain(..count)).for_each(|(slot, sample)| *slot = sample);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use media::tone::{Sine, strongest_near};

    use super::*;

    fn tone_at(rate_hz: u32, seconds: usize) -> Vec<f32> {
        let sample = |n: usize| (n as f32 * 1_000.0 * std::f32::consts::TAU / rate_hz as f32).sin() * 0.5;
        (0..rate_hz as usize * seconds).map(sample).collect()
    }

    #[test]
    fn a_microphone_of_another_rate_keeps_pitch_level_and_length() {
        for rate_hz in [44_100, 16_000, 32_000, 48_000, 96_000] {
            let mut rate = Pushed::new(rate_hz).unwrap();
            let mut heard = Vec::new();
            for part in tone_at(rate_hz, 2).chunks(187) {
                rate.push(part, &mut |samples| heard.extend_from_slice(samples));
            }
            let peak = strongest_near(&heard[48_000..], 1_000.0, 50.0);
            assert!((peak.hz - 1_000.0).abs() < 1.5, "{rate_hz}: {} Hz", peak.hz);
            let loud = pcm::rms_dbfs(&heard[48_000..]);
            assert!((loud + 9.0).abs() < 0.5, "{rate_hz}: {loud} dBFS");
            assert!((95_000..=96_000).contains(&heard.len()), "{rate_hz}: {}", heard.len());
        }
    }

    #[test]
    fn a_loudspeaker_of_another_rate_keeps_the_pitch_and_is_never_left_without() {
        for rate_hz in [44_100, 48_000, 96_000] {
            let mut rate = Drawn::new(rate_hz).unwrap();
            let mut sine = Sine::new(1_000.0, 0.5);
            let mut played = Vec::new();
            let mut portion = [0.0; 133];
            while played.len() < 2 * rate_hz as usize {
                rate.draw(&mut portion, &mut |samples| {
                    samples.iter_mut().for_each(|sample| *sample = sine.sample());
                });
                played.extend_from_slice(&portion);
            }
            let crossings = played[rate_hz as usize..2 * rate_hz as usize]
                .windows(2)
                .filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0)
                .count();
            assert!((998..=1_002).contains(&crossings), "{rate_hz}: {crossings}");
        }
    }
}
