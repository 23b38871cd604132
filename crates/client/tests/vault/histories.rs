//! Random histories with the model of a server; `KENMU_LONG=1` plays all ten thousand, `KENMU_SEED` one.

use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use desk::note::revision::Revision;
use desk::time::Time;
use link::message::notes::{Pull, Pulled, Push, Pushed};

use super::model::Model;
use super::play::{Server, play_all};

/// In an ordinary run: some ten seconds.
const SOME: u64 = 300;
const ALL: u64 = 10_000;

/// The model as it stands, and as it stood.
struct Lives(Mutex<(Model, Vec<Model>)>);

impl Lives {
    fn both(&self) -> MutexGuard<'_, (Model, Vec<Model>)> {
        self.0.lock().unwrap()
    }
}

impl Server for Lives {
    async fn begin(_folder: &Path, page: usize) -> Lives {
        Lives(Mutex::new((Model::new(1, page), Vec::new())))
    }

    async fn push(&self, push: &Push, _at: Time) -> Pushed {
        self.both().0.push(push)
    }

    async fn pull(&self, pull: &Pull) -> Pulled {
        self.both().0.pull(pull)
    }

    async fn back_up(&self, alone: bool) {
        let (now, kept) = &mut *self.both();
        now.durable = now.log.len() as u64;
        if alone {
            kept.clear();
        }
        kept.push(now.clone());
    }

    fn backups(&self) -> usize {
        self.both().1.len()
    }

    async fn put_back(&self, backup: Option<usize>) {
        let (now, kept) = &mut *self.both();
        let epoch = now.epoch + 1;
        *now = backup.map_or_else(|| Model::new(epoch, now.page), |nth| kept[nth].clone());
        now.epoch = epoch;
    }

    async fn log(&self) -> (u64, Vec<Revision>) {
        let (now, _) = &*self.both();
        (now.epoch, now.log.clone())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_any_history_every_desk_has_the_same_records_and_none_is_lost() {
    let seeds = match (std::env::var("KENMU_SEED"), std::env::var("KENMU_LONG")) {
        (Ok(seed), _) => seed.parse().map(|seed| seed..seed + 1).unwrap(),
        (Err(_), Ok(_)) => 0..ALL,
        (Err(_), Err(_)) => 0..SOME,
    };
    play_all::<Lives>(seeds).await;
}
