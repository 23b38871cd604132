//! Names for new records: UUIDv7 of the time handed in and a random seed handed in. Knows no source of randomness.

use desk::note::NoteId;
use desk::time::Time;
use uuid::Builder;

/// Gives each record its name; two desks differ by their seeds.
#[derive(Debug, Default)]
pub(super) struct Names {
    seed: (u64, u64),
    given: u64,
}

impl Names {
    /// Names that come out of 128 random bits.
    pub(super) fn new(seed: (u64, u64)) -> Names {
        Names { seed, given: 0 }
    }

    /// The next one.
    pub(super) fn next(&mut self, now: Time) -> NoteId {
        self.given += 1;
        let (one, two) = (mixed(self.seed.0 ^ self.given), mixed(self.seed.1.wrapping_add(self.given)));
        let mut random = [0; 10];
        random[..8].copy_from_slice(&one.to_be_bytes());
        random[8..].copy_from_slice(&two.to_be_bytes()[..2]);
        NoteId(Builder::from_unix_timestamp_millis(now.0, &random).into_uuid())
    }
}

/// Steele, Lea and Flood's SplitMix64: neighbouring inputs give unrelated outputs.
fn mixed(input: u64) -> u64 {
    let a = input.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let b = (a ^ (a >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let c = (b ^ (b >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    c ^ (c >> 31)
}
