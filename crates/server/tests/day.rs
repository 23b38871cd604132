//! A whole day through the real server: callers and booths at random moments, six operators who accept,
//! decline, hold and end, an exchange that is cut off, a server that is killed. `KENMU_SEED` plays another
//! day; the one that was played is printed.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;
mod town;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use town::Town;

const CONTACTS: u32 = 300;
/// The day that is played unless another one is wished for.
const SEED: u64 = 20_261_124;
/// A day takes about 25 s; one that is not over by then hangs.
const LIMIT: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_three_hundred_contacts_is_accounted_for_to_the_last() {
    let seed = std::env::var("KENMU_SEED").map_or(SEED, |text| text.parse().unwrap());
    println!("seed\t{seed}");
    let began = Instant::now();
    let mut town = Town::open(seed, CONTACTS).await;
    tokio::time::timeout(LIMIT, town.live()).await.unwrap_or_else(|_| panic!("it never ends: {town}"));
    println!("seconds\t{:.1}\n{town}", began.elapsed().as_secs_f64());

    let told = town.house.command(&["verify"], "").unwrap();
    print!("{told}");
    let figures: BTreeMap<&str, i64> = told
        .lines()
        .map(|line| line.split_once('\t').unwrap())
        .map(|(name, value)| (name, value.parse().unwrap()))
        .collect();
    assert_eq!(town.house.verified("conservation_difference"), 0);
    assert_eq!(figures["violations"], 0);
    for open in ["waiting", "offered", "active", "wrapping"] {
        assert_eq!(figures[open], 0, "{open} after the day");
    }
    assert!(figures["arrived"] >= i64::from(CONTACTS));
    assert_eq!(figures["arrived"], town.contacts(), "every call and every ring is one contact");
    let ends: i64 = figures.iter().filter(|(name, _)| name.starts_with("end_")).map(|(_, count)| count).sum();
    assert_eq!(ends, figures["arrived"], "every contact has one end");
    for usual in ["end_operator_ended", "end_visitor_ended", "end_abandoned_waiting", "end_media_failed"] {
        assert!(figures[usual] > 0, "{usual} never happened: the day was too quiet");
    }
}
