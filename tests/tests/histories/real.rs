//! The server's store as the door of the notes uses it, without sockets; its copies are those of `kenmu-server backup`
//! and `restore`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use desk::ids::OperatorId;
use desk::note::revision::Revision;
use desk::time::Time;
use link::message::notes::{Pull, Pulled, Push, Pushed};
use server::notes::looked_at;
use server::store::{Pulling, Pushing, Store, open};
use server::{Config, commands};
use tokio::sync::{OnceCell, RwLock};

use super::play::{Server, play_all};
use super::samples::NOW;

/// In an ordinary run: under twenty seconds.
const SOME: u64 = 200;
/// With `KENMU_LONG=1`: as many as the product's bar asks for, some eight minutes on two cores.
const ALL: u64 = 10_000;
/// The player's only account, who may redact.
const OPERATOR: OperatorId = OperatorId(1);

/// A database with that account, as bytes: made once, since its tables take longer than a history.
static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();

struct Real {
    store: RwLock<Arc<dyn Store>>,
    config: Config,
    folder: PathBuf,
    page: u32,
    /// The first backup that is still there, and how many were made.
    kept: (AtomicUsize, AtomicUsize),
}

/// An account in a fresh database, which nobody has open afterwards.
async fn found(url: &str) {
    let store = open(url, None).await.unwrap();
    assert_eq!(store.add_operator("op01", "オペレーター01", "hash", NOW).await.unwrap(), OPERATOR);
    assert!(store.set_lead("op01", true).await.unwrap());
    store.close().await;
}

async fn template() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("template.db");
    found(&format!("sqlite:{}", file.display())).await;
    std::fs::read(file).unwrap()
}

impl Real {
    fn file(&self) -> PathBuf {
        self.folder.join("server.db")
    }

    fn copy(&self, nth: usize) -> PathBuf {
        self.folder.join(format!("backup-{nth}.db"))
    }
}

impl Server for Real {
    async fn begin(folder: &Path, page: usize) -> Real {
        let file = folder.join("server.db");
        std::fs::write(&file, TEMPLATE.get_or_init(template).await).unwrap();
        let database = format!("sqlite:{}", file.display());
        let store = RwLock::new(open(&database, None).await.unwrap());
        let audit_anchor = Some(folder.join("server.audit"));
        let config = Config { database, audit_anchor, ..Config::default() };
        let (folder, page) = (folder.to_owned(), u32::try_from(page).unwrap());
        Real { store, config, folder, page, kept: Default::default() }
    }

    async fn push(&self, push: &Push, now: Time) -> Pushed {
        let items = looked_at(push, OPERATOR).unwrap();
        let (operator, device, stream) = (OPERATOR, push.device, push.stream);
        let pushing = Pushing { operator, device, stream, items: &items, views: &push.views, now };
        self.store.read().await.push(pushing).await.unwrap().expect("nobody else has a stream")
    }

    async fn pull(&self, pull: &Pull) -> Pulled {
        // A new reader begins at the first revision, so that everybody can be compared.
        let since = Time(0);
        let most = pull.most.min(self.page);
        let pulling = Pulling { cursor: pull.cursor.as_ref(), stream: pull.stream, most, since };
        self.store.read().await.pull(pulling).await.unwrap()
    }

    async fn back_up(&self, alone: bool) {
        let nth = self.kept.1.fetch_add(1, Ordering::SeqCst);
        if alone {
            self.kept.0.store(nth, Ordering::SeqCst);
        }
        commands::copy(&self.config, &self.copy(nth), NOW).await.unwrap();
    }

    fn backups(&self) -> usize {
        self.kept.1.load(Ordering::SeqCst) - self.kept.0.load(Ordering::SeqCst)
    }

    async fn put_back(&self, backup: Option<usize>) {
        let mut store = self.store.write().await;
        store.close().await;
        match backup {
            Some(nth) => {
                let file = self.copy(self.kept.0.load(Ordering::SeqCst) + nth);
                commands::put_back(&self.config, &file, true, NOW).await.unwrap();
            }
            None => {
                std::fs::remove_file(self.file()).unwrap();
                found(&self.config.database).await;
            }
        }
        *store = open(&self.config.database, None).await.unwrap();
    }

    async fn log(&self) -> (u64, Vec<Revision>) {
        let store = self.store.read().await;
        commands::check_copy(&**store).await.unwrap();
        let mut log = Vec::new();
        let mut take = |seq: u64, revision: &Revision, _: &str| {
            log.push(revision.clone());
            assert_eq!(log.len() as u64, seq, "the sequence has no gap");
        };
        store.read_notes(&mut take).await.unwrap();
        (store.notes_mark().await.unwrap().epoch, log)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_any_history_the_store_has_everything_once_and_every_desk_has_the_same() {
    let size = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seeds = match (size("KENMU_SEED"), size("KENMU_STORE_HISTORIES"), std::env::var("KENMU_LONG")) {
        (Some(seed), _, _) => seed..seed + 1,
        (None, Some(many), _) => 0..many,
        (None, None, Ok(_)) => 0..ALL,
        (None, None, Err(_)) => 0..SOME,
    };
    let (began, many) = (std::time::Instant::now(), seeds.end - seeds.start);
    play_all::<Real>(seeds).await;
    println!("store_histories\t{many}\t{} s", began.elapsed().as_secs());
}
