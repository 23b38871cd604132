//! What a recording tells: when a tone is first heard, and how long it is missing.

use media::tone;

use crate::sound::{Clip, RATE};

/// When a tone is first heard after `from_ms`, on the wall clock.
pub fn first_tone_ms(clip: &Clip, hz: f64, from_ms: f64) -> Option<f64> {
    const STEP: usize = RATE as usize / 100;
    let part = clip.part(from_ms, 10_000.0);
    let found = part.samples.chunks_exact(STEP).position(|chunk| tone::goertzel(chunk, hz) > 0.01)?;
    Some(part.began_ms + found as f64 * 10.0)
}

/// The longest time that a tone is missing, ms.
pub fn longest_gap_ms(clip: &Clip, hz: f64) -> u32 {
    tone::gaps(&clip.levelled(), hz).iter().map(|gap| gap.len_ms).max().unwrap_or(0)
}

/// When a tone was last heard before `to_ms`, on the wall clock.
pub fn last_tone_ms(clip: &Clip, hz: f64, to_ms: f64) -> Option<f64> {
    const STEP: usize = RATE as usize / 100;
    let part = clip.part(clip.began_ms, to_ms - clip.began_ms);
    let found = part.samples.chunks_exact(STEP).rposition(|chunk| tone::goertzel(chunk, hz) > 0.01)?;
    Some(part.began_ms + (found + 1) as f64 * 10.0)
}
