//! The token's place, asked one thing at a time on a thread that may wait: a store and a clear must not
//! overtake each other.

use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::controller::{Input, Secret};
use crate::shell::Shell;
use crate::view::Trouble;

/// Jobs that may wait; a sign-in makes one.
const MAX_JOBS: usize = 8;

enum Job {
    Read,
    Store(Secret),
    Clear,
}

/// The queue before the keyring.
pub(super) struct Keyring {
    jobs: mpsc::Sender<Job>,
    worker: JoinHandle<()>,
}

impl Keyring {
    pub(super) fn start(shell: Arc<dyn Shell>, results: mpsc::Sender<Input>) -> Keyring {
        let (jobs, mut waiting) = mpsc::channel(MAX_JOBS);
        let worker = tokio::task::spawn_blocking(move || {
            while let Some(job) = waiting.blocking_recv() {
                if let Some(input) = work(shell.as_ref(), job) {
                    // The desk may have ended meanwhile.
                    let _ = results.blocking_send(input);
                }
            }
        });
        Keyring { jobs, worker }
    }

    pub(super) fn read(&self) {
        self.put(Job::Read);
    }

    pub(super) fn store(&self, token: Secret) {
        self.put(Job::Store(token));
    }

    pub(super) fn clear(&self) {
        self.put(Job::Clear);
    }

    /// Waits for what was asked last.
    pub(super) async fn end(self) {
        drop(self.jobs);
        let limit = super::END_LIMIT;
        if tokio::time::timeout(limit, self.worker).await.is_err() {
            tracing::warn!("the system's keyring does not answer");
        }
    }

    fn put(&self, job: Job) {
        if self.jobs.try_send(job).is_err() {
            tracing::warn!("the system's keyring is far behind");
        }
    }
}

fn work(shell: &dyn Shell, job: Job) -> Option<Input> {
    match job {
        Job::Read => Some(Input::Start { token: shell.token().map(Secret) }),
        Job::Store(token) => {
            let present = shell.store_token(&token.0).is_err();
            Some(Input::Device { trouble: Trouble::NoKeyring, present })
        }
        Job::Clear => {
            shell.clear_token();
            None
        }
    }
}
