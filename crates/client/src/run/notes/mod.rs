//! Carries what the controller asks of the vault: opens it, does one job after another on a task, and keeps the sync
//! beside it. Decides nothing. One session at a time; what an older one still had to write is written first.

mod jobs;
mod open;
mod session;
mod sheets;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use desk::time::Time;
use link::message::notes::NotesMark;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::controller::{Secret, VaultJob, VaultNews};
use crate::shell::Shell;
use crate::sync::SyncDoor;
use crate::view::notes::VaultTrouble;
use open::Keys;
use session::Session;

/// Jobs that may wait: the controller has one write on its way at a time, and a person asks for little more.
const MAX_JOBS: usize = 64;
/// News that may wait for the desk.
const MAX_NEWS: usize = 64;
/// Files for the city, where nobody has said otherwise: below the folder for data.
const EXPORTS: &str = "exports";
/// How long the last jobs may take when the desk ends: a write waits for the disk alone.
const LAST_JOBS: Duration = Duration::from_secs(3);

/// One thing to be done by a session's task.
enum Job {
    Open { password: Option<Secret>, online: bool },
    Do(VaultJob),
    Token(Secret),
    Hint(NotesMark),
}

/// The desk's notes, as far as outputs reach them.
pub(super) struct Notes {
    folder: Option<PathBuf>,
    exports: PathBuf,
    shell: Arc<dyn Shell>,
    door: SyncDoor,
    open: Option<Open>,
    /// An older session that still writes.
    leaving: Option<JoinHandle<()>>,
}

struct Open {
    name: String,
    jobs: mpsc::Sender<Job>,
    heard: mpsc::Receiver<VaultNews>,
    task: JoinHandle<()>,
}

impl Notes {
    /// Nothing is open yet. Without a folder for data nothing ever is.
    pub(super) fn new(config: &Config, shell: Arc<dyn Shell>, door: SyncDoor) -> Notes {
        let folder = config.data.clone();
        let beside = folder.as_ref().map(|folder| folder.join(EXPORTS));
        let exports = config.exports.clone().or(beside).unwrap_or_default();
        Notes { folder, exports, shell, door, open: None, leaving: None }
    }

    /// Who was signed in here last.
    pub(super) fn last_account(&self) -> Option<String> {
        open::last_account(self.folder.as_deref()?)
    }

    /// Opens an account's vault, or tells an open one that the server was there.
    pub(super) fn open(&mut self, name: String, password: Option<Secret>, online: bool) -> Option<VaultNews> {
        if self.open.as_ref().is_some_and(|open| open.name != name || open.task.is_finished()) {
            self.close();
        }
        if self.open.is_none() {
            self.begin(name);
        }
        self.put(Job::Open { password, online })
    }

    fn begin(&mut self, name: String) {
        let (jobs, orders) = mpsc::channel(MAX_JOBS);
        let (news, heard) = mpsc::channel(MAX_NEWS);
        let keys = Keys::new(self.folder.clone(), name.clone(), Arc::clone(&self.shell));
        let (door, exports, before) = (self.door.clone(), self.exports.clone(), self.leaving.take());
        let task = tokio::spawn(async move {
            if let Some(before) = before {
                // An older session's end; a panic of it is in the log.
                let _ = before.await;
            }
            Session::new(keys, door, exports, news).run(orders).await;
        });
        self.open = Some(Open { name, jobs, heard, task });
    }

    /// Gives the vault a job; what comes of it at once.
    pub(super) fn job(&mut self, job: VaultJob) -> Option<VaultNews> {
        self.put(Job::Do(job))
    }

    pub(super) fn token(&mut self, token: Secret) {
        self.put(Job::Token(token));
    }

    pub(super) fn hint(&mut self, mark: NotesMark) {
        self.put(Job::Hint(mark));
    }

    fn put(&mut self, job: Job) -> Option<VaultNews> {
        let Some(open) = &self.open else { return None };
        let Err(back) = open.jobs.try_send(job) else { return None };
        tracing::warn!("the vault is far behind");
        match back.into_inner() {
            Job::Do(job) => jobs::not_done(&job, VaultTrouble::Broken),
            Job::Open { .. } | Job::Token(_) | Job::Hint(_) => None,
        }
    }

    /// No more jobs: those that were given are still done.
    pub(super) fn close(&mut self) {
        if let Some(open) = self.open.take() {
            self.leaving = Some(open.task);
        }
    }

    /// The next word of the vault; waits for ever where there is none.
    pub(super) async fn next(&mut self) -> VaultNews {
        let news = match &mut self.open {
            Some(open) => open.heard.recv().await,
            None => None,
        };
        match news {
            Some(news) => news,
            None => std::future::pending().await,
        }
    }

    /// Waits until everything that was given is written.
    pub(super) async fn end(mut self) {
        self.close();
        if let Some(leaving) = self.leaving.take()
            && tokio::time::timeout(LAST_JOBS, leaving).await.is_err()
        {
            tracing::warn!("the vault did not close in time");
        }
    }
}

/// This machine's time.
fn now() -> Time {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(wall.as_millis() as u64)
}
