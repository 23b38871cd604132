//! Random histories; `KENMU_LONG=1` plays all ten thousand, `KENMU_SEED` one.

use std::path::Path;

use client::vault::{DataKey, Vault};

use super::play::play;

/// In an ordinary run: some ten seconds.
const SOME: u64 = 300;
const ALL: u64 = 10_000;
/// Histories at the same time: each waits for its database's thread.
const AT_ONCE: u64 = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_any_history_every_desk_has_the_same_records_and_none_is_lost() {
    // In memory where the system offers it: thousands of files are made.
    let memory = Path::new("/dev/shm");
    let folder = match memory.is_dir() {
        true => tempfile::tempdir_in(memory),
        false => tempfile::tempdir(),
    };
    let folder = folder.unwrap();
    let key = DataKey::random().unwrap();
    let template = folder.path().join("template");
    Vault::open(&template, &key, None).await.unwrap().close().await;
    let seeds = match (std::env::var("KENMU_SEED"), std::env::var("KENMU_LONG")) {
        (Ok(seed), _) => seed.parse().map(|seed| seed..seed + 1).unwrap(),
        (Err(_), Ok(_)) => 0..ALL,
        (Err(_), Err(_)) => 0..SOME,
    };
    let mut hands = tokio::task::JoinSet::new();
    for hand in 0..AT_ONCE {
        let (seeds, top) = (seeds.clone(), folder.path().to_owned());
        let (template, key) = (template.clone(), key.clone());
        hands.spawn(async move {
            for seed in seeds.filter(|seed| seed % AT_ONCE == hand) {
                let folder = tempfile::tempdir_in(&top).unwrap();
                play(seed, folder.path(), &template, &key).await;
            }
        });
    }
    while let Some(hand) = hands.join_next().await {
        hand.expect("a history holds");
    }
}
