//! What several tests share: a seeded source of numbers and a voice-like signal.

/// xorshift64*: the same seed gives the same run on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number in 0..limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }

    /// True in `percent` of the throws.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Something that Opus takes for a voice: harmonics over a gliding pitch, swelling in syllables.
pub fn voice(samples: usize) -> Vec<i16> {
    let mut phase = 0.0_f64;
    (0..samples)
        .map(|i| {
            let t = i as f64 / f64::from(crate::pcm::RATE_HZ);
            let pitch = 140.0 + 40.0 * (t * 2.0 * std::f64::consts::PI * 1.3).sin();
            phase += pitch / f64::from(crate::pcm::RATE_HZ);
            let swell = 0.35 + 0.3 * (t * 2.0 * std::f64::consts::PI * 3.1).sin();
            let wave: f64 = (1..=12)
                .map(|k| (phase * f64::from(k) * 2.0 * std::f64::consts::PI).sin() / f64::from(k))
                .sum();
            (wave * swell * 9_000.0) as i16
        })
        .collect()
}
