//! A million random interleavings of accept, abandon, expire, decline, disconnect and sign-out
//! (reliability bar 10). `KENMU_SEED` and `KENMU_RACES` give other runs; the same seed gives the same.

mod race {
    pub mod dice;
    pub mod play;
    pub mod watch;
}

use race::dice::Dice;
use race::play::{MOST_SEATS, Play, open_centre};
use race::watch::Figures;

const INTERLEAVINGS: u64 = 1_000_000;
const SEED: u64 = 20_260_406;

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text}")),
        Err(_) => default,
    }
}

/// The seed of one interleaving, so that a single one can be played again.
fn seed_of(seed: u64, race: u64) -> u64 {
    Dice::new(seed ^ race.wrapping_mul(0x2545_f491_4f6c_dd1d)).next()
}

fn play_range(seed: u64, races: std::ops::Range<u64>) -> (Figures, Option<String>) {
    let open: Vec<_> = (0..=MOST_SEATS).map(open_centre).collect();
    let mut sum = Figures::default();
    let mut fault = None;
    for race in races {
        let watch = Play::new(seed_of(seed, race), &open).run();
        sum.add(&watch.figures);
        if let Some(text) = watch.first_fault {
            fault.get_or_insert(format!("race {race}: {text}"));
        }
    }
    (sum, fault)
}

#[test]
fn whoever_races_exactly_one_wins_and_nobody_is_stuck() {
    let (seed, races) = (setting("KENMU_SEED", SEED), setting("KENMU_RACES", INTERLEAVINGS));
    let workers = std::thread::available_parallelism().map_or(1, |n| n.get() as u64).min(8);
    let parts: Vec<_> = (0..workers)
        .map(|worker| (races * worker / workers)..(races * (worker + 1) / workers))
        .map(|part| std::thread::spawn(move || play_range(seed, part)))
        .collect();
    let mut sum = Figures::default();
    let mut fault = None;
    for part in parts {
        let (figures, text) = part.join().expect("an interleaving does not panic");
        sum.add(&figures);
        fault = fault.or(text);
    }
    println!("seed {seed}");
    println!("interleavings {races}");
    println!("steps {}", sum.steps);
    println!("accepts {}", sum.accepts);
    println!("masks {}", sum.masks);
    println!("refusals {}", sum.refusals);
    println!("double_winners {}", sum.double_winners);
    println!("join_faults {}", sum.join_faults);
    println!("stuck {}", sum.stuck);
    println!("broken_invariants {}", sum.broken);
    println!("conservation_difference {}", sum.conservation_difference);
    assert_eq!(fault, None, "seed {seed}");
    assert_eq!((sum.double_winners, sum.join_faults, sum.stuck, sum.broken), (0, 0, 0, 0));
    assert_eq!(sum.conservation_difference, 0);
    assert!(sum.accepts > races / 2 && sum.masks > races / 10, "the races must be about something");
}
