//! One operator's session with the vault: opened once, then job after job. The sync runs beside it and tells through
//! it. Refuses to know the line.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use desk::note::Forms;
use desk::note::revision::StreamId;
use link::json;
use link::message::VERSION;
use link::message::notes::{MAX_FOUND, Search};
use link::state::DeskState;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::open::{Keys, Unlocked};
use super::{Job, jobs, now};
use crate::controller::{NotOpened, Opened, Secret, VaultJob, VaultNews};
use crate::sync::{Sync, SyncDoor, SyncHandle, SyncNews};
use crate::vault::Vault;
use crate::view::notes::VaultTrouble;

/// Under what name the vault keeps what an offline start shows.
const DESK: &str = "desk";
/// The sync's words that may wait.
const MAX_SYNC_NEWS: usize = 32;
/// Between two looks for what has been kept long enough: a day's notes do not matter by the hour.
const PURGE_EVERY: Duration = Duration::from_secs(3_600);

/// The session's task.
pub(super) struct Session {
    keys: Keys,
    door: SyncDoor,
    /// Where files for the city go.
    exports: PathBuf,
    news: mpsc::Sender<VaultNews>,
    open: Option<OpenVault>,
    /// The access token that came before the vault was open.
    token: Option<Secret>,
    purged: Option<Instant>,
}

struct OpenVault {
    vault: Vault,
    unlocked: Unlocked,
    sync: SyncHandle,
    heard: mpsc::Receiver<SyncNews>,
}

impl Session {
    pub(super) fn new(
        keys: Keys,
        door: SyncDoor,
        exports: PathBuf,
        news: mpsc::Sender<VaultNews>,
    ) -> Session {
        Session { keys, door, exports, news, open: None, token: None, purged: None }
    }

    /// Until nobody gives jobs any more; those that were given are done.
    pub(super) async fn run(mut self, mut orders: mpsc::Receiver<Job>) {
        loop {
            tokio::select! {
                biased;
                job = orders.recv() => match job {
                    Some(job) => self.order(job).await,
                    None => break,
                },
                heard = sync_news(&mut self.open) => self.synced(heard).await,
            }
        }
        if let Some(open) = self.open.take() {
            open.sync.close().await;
            open.vault.close().await;
        }
    }

    async fn order(&mut self, job: Job) {
        match job {
            Job::Open { password, online } => self.open(password, online).await,
            Job::Do(job) => self.work(job).await,
            Job::Token(token) => match &self.open {
                Some(open) => open.sync.token(token),
                None => self.token = Some(token),
            },
            Job::Hint(mark) => {
                if let Some(open) = &self.open {
                    open.sync.hint(mark);
                }
            }
        }
    }

    async fn open(&mut self, password: Option<Secret>, online: bool) {
        let keys = self.keys.clone();
        let unlocked = blocking(move || keys.unlock(password.as_ref(), online)).await;
        let opened = match unlocked {
            Some(Ok(unlocked)) => self.opened(unlocked).await,
            Some(Err(why)) => Err(why),
            None => Err(NotOpened::Trouble(VaultTrouble::Broken)),
        };
        self.tell(match opened {
            Ok(opened) => VaultNews::Opened(Box::new(opened)),
            Err(why) => VaultNews::NotOpened(why),
        })
        .await;
    }

    async fn opened(&mut self, unlocked: Unlocked) -> Result<Opened, NotOpened> {
        let vault = match self.open.take() {
            // The server is there again: only the keys have changed.
            Some(open) => {
                let vault = open.vault.clone();
                self.open = Some(OpenVault { unlocked, ..open });
                vault
            }
            None => self.begin(unlocked).await?,
        };
        let drafts =
            vault.drafts().await.map_err(|fault| NotOpened::Trouble(super::open::trouble(&fault)))?;
        let kept = vault.kept(DESK).await.ok().flatten();
        let kept = kept.and_then(|text| json::decode::<DeskState>(&text).ok()).map(Box::new);
        let seed = Uuid::new_v4().as_u64_pair();
        Ok(Opened { seed, drafts, kept })
    }

    async fn begin(&mut self, unlocked: Unlocked) -> Result<Vault, NotOpened> {
        let vault = self.keys.open(&unlocked).await?;
        let (tell, heard) = mpsc::channel(MAX_SYNC_NEWS);
        let sync = Sync::start(self.door.clone(), vault.clone(), tell);
        if let Some(token) = self.token.take() {
            sync.token(token);
        }
        self.open = Some(OpenVault { vault: vault.clone(), unlocked, sync, heard });
        self.remember(vault.stream()).await;
        Ok(vault)
    }

    /// Keeps the stream's name outside the vault: the keyring may let one wait.
    async fn remember(&mut self, stream: StreamId) {
        let Some(open) = &mut self.open else { return };
        let (keys, mut unlocked) = (self.keys.clone(), open.unlocked.clone());
        let remembered = blocking(move || {
            keys.remember(&mut unlocked, stream);
            unlocked
        });
        if let Some(unlocked) = remembered.await {
            open.unlocked = unlocked;
        }
    }

    async fn work(&mut self, job: VaultJob) {
        let Some(open) = &mut self.open else {
            let trouble = VaultTrouble::Locked;
            if let Some(news) = jobs::not_done(&job, trouble) {
                self.tell(news).await;
            }
            return;
        };
        let news = match job {
            VaultJob::Keep(state) => {
                let forms = state.forms.clone();
                let kept = open.vault.keep(DESK, &json::encode(&*state)).await;
                open.unlocked.online(forms.offline_days);
                open.sync.articles(&forms.articles);
                self.purge(&forms).await;
                kept.err().map(|fault| VaultNews::Trouble(Some(super::open::trouble(&fault))))
            }
            VaultJob::Check(password) => {
                let file = open.unlocked.file.clone();
                let good = blocking(move || Keys::is_password(&file, &password)).await;
                Some(VaultNews::Checked(good.unwrap_or(false)))
            }
            VaultJob::Older { words, filter } => {
                let search = Search { version: VERSION, words, filter, most: MAX_FOUND };
                let (older, news) = (open.sync.older(search), self.news.clone());
                // It may take seconds, and typing must not wait for it. The desk may have left meanwhile.
                tokio::spawn(async move { drop(news.send(VaultNews::Older(older.await)).await) });
                None
            }
            job => {
                let writes =
                    matches!(job, VaultJob::Write(_) | VaultJob::Viewed { .. } | VaultJob::Import { .. });
                let news = jobs::done(&open.vault, &self.exports, job).await;
                if writes {
                    open.sync.wake();
                }
                news
            }
        };
        if let Some(news) = news {
            self.tell(news).await;
        }
    }

    async fn purge(&mut self, forms: &Forms) {
        let Some(open) = self.open.as_ref().filter(|_| forms.keep_days > 0) else { return };
        if self.purged.is_some_and(|at| at.elapsed() < PURGE_EVERY) {
            return;
        }
        self.purged = Some(Instant::now());
        if let Err(fault) = open.vault.purge(now(), forms.keep_days).await {
            tracing::warn!(%fault, "old notes were not removed");
        }
    }

    async fn synced(&mut self, news: SyncNews) {
        let news = match news {
            SyncNews::Moved => VaultNews::Moved,
            SyncNews::Unauthorised => VaultNews::Unauthorised,
            SyncNews::Trouble(trouble) => VaultNews::Trouble(Some(trouble)),
            SyncNews::Well => VaultNews::Trouble(None),
            SyncNews::Stream(stream) => return self.remember(stream).await,
        };
        self.tell(news).await;
    }

    async fn tell(&self, news: VaultNews) {
        // The desk may have left meanwhile.
        let _ = self.news.send(news).await;
    }
}

/// The sync's next word; waits for ever while there is none.
async fn sync_news(open: &mut Option<OpenVault>) -> SyncNews {
    let news = match open {
        Some(open) => open.heard.recv().await,
        None => None,
    };
    match news {
        Some(news) => news,
        None => std::future::pending().await,
    }
}

/// What waits for a keyring or a password's check; none: it panicked.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(work).await.ok()
}
