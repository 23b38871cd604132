//! A desk's vault with its sync and without the rest: for tests that want many of them. The files and the way to the
//! server are the product's own.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use client::controller::Secret;
use client::sync::{Sync, SyncDoor, SyncHandle, SyncNews};
use client::vault::{DataKey, NewRevision, Vault};
use desk::contact::Disposition;
use desk::ids::OperatorId;
use desk::note::revision::{NoteId, RevKind};
use desk::note::sought::Filter;
use desk::note::{CategoryCode, Facts, Note, NoteChannel, Party, Record, Written, own_number};
use desk::time::{Millis, Time};
use link::message::{SignIn, SignedIn, VERSION};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::centre::{Centre, PASSWORD};
use crate::wait::until;

/// News that may wait while a test looks elsewhere.
const MAX_NEWS: usize = 256;

/// One operator's vault, which is synced.
pub struct Writer {
    /// The vault.
    pub vault: Vault,
    operator: OperatorId,
    account: String,
    sync: SyncHandle,
    news: tokio::task::JoinHandle<()>,
}

impl Writer {
    /// Makes or opens the vault of op0N in a folder, and signs in.
    ///
    /// # Errors
    /// When the vault cannot be opened or the server refuses.
    pub async fn open(centre: &Centre, number: u32, folder: &Path) -> Result<Writer> {
        Writer::open_by(centre, &centre.address(), number, folder).await
    }

    /// The same over another way to the server's door for notes.
    ///
    /// # Errors
    /// As [`Writer::open`].
    pub async fn open_by(centre: &Centre, base: &str, number: u32, folder: &Path) -> Result<Writer> {
        let account = format!("op{number:02}");
        let key = DataKey::random()?;
        let vault = Vault::open(&file(folder, &account), &key, None).await?;
        let (told, mut news) = mpsc::channel(MAX_NEWS);
        let door = SyncDoor {
            http: centre.http()?,
            push: format!("{base}/api/notes/push"),
            pull: format!("{base}/api/notes/pull"),
            search: format!("{base}/api/notes/search"),
            manual: format!("{base}/api/manual"),
        };
        let sync = Sync::start(door, vault.clone(), told);
        let news = tokio::spawn(async move {
            while let Some(news) = news.recv().await {
                if news == SyncNews::Unauthorised {
                    tracing::debug!("a token is no longer taken");
                }
            }
        });
        let writer = Writer { vault, operator: OperatorId(number), account, sync, news };
        writer.sign_in(centre).await?;
        Ok(writer)
    }

    /// Gets a token, as after each restart of the server that has forgotten it.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn sign_in(&self, centre: &Centre) -> Result<()> {
        self.sync.token(Secret(token(centre, &self.account).await?));
        Ok(())
    }

    /// Writes a note and gives its name once it is on this disk.
    ///
    /// # Errors
    /// When the vault cannot write.
    pub async fn write(&self, text: &str) -> Result<NoteId> {
        let at = now();
        let note = NoteId(Uuid::now_v7());
        let record = finished(self.operator, note, text, at);
        let new = NewRevision {
            note,
            parents: Vec::new(),
            author: self.operator,
            kind: RevKind::Edit,
            record: Some(record),
            at,
        };
        self.vault.write(new).await?;
        self.sync.wake();
        Ok(note)
    }

    /// Tries at once what waits.
    pub fn hurry(&self) {
        self.sync.wake();
    }

    /// Revisions that the server does not have.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn unsynced(&self) -> Result<u32> {
        Ok(self.vault.lists().await?.unsynced)
    }

    /// Waits until the server has everything of this writer.
    ///
    /// # Errors
    /// When `limit` passes first.
    pub async fn synced_within(&self, limit: Duration) -> Result<()> {
        until(&format!("{} has nothing unsent", self.account), limit, || async {
            (self.unsynced().await.ok()? == 0).then_some(())
        })
        .await
    }

    /// Every note here whose text holds the word.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn found(&self, word: &str, most: u32) -> Result<BTreeSet<NoteId>> {
        let hits = self.vault.search(word, Filter::default(), most).await?;
        let names: BTreeSet<NoteId> = hits.iter().map(|hit| hit.note).collect();
        ensure!(names.len() == hits.len(), "a note is found twice");
        Ok(names)
    }

    /// Ends the sync and closes the file.
    pub async fn close(self) {
        self.sync.close().await;
        self.news.abort();
        self.vault.close().await;
    }
}

/// A token for an account.
///
/// # Errors
/// When the server refuses.
pub async fn token(centre: &Centre, account: &str) -> Result<String> {
    let body =
        SignIn { name: account.to_owned(), password: PASSWORD.to_owned(), version: VERSION, take_over: true };
    let request = centre.http()?.post(format!("{}/api/sign-in", centre.address()));
    let answer = request.header("Content-Type", "application/json").body(link::json::encode(&body));
    let text = answer.send().await?.error_for_status().context("the sign-in is good")?.text().await?;
    let SignedIn { token, .. } = link::json::decode(&text)?;
    Ok(token)
}

/// A finished note without a contact.
pub fn finished(operator: OperatorId, note: NoteId, text: &str, at: Time) -> Record {
    let facts = Facts {
        number: own_number('M', at, note),
        contact: None,
        channel: NoteChannel::Aside,
        booth: None,
        caller: None,
        caller_key: None,
        calls_before: 0,
        opened: at,
        answered: None,
        ended: None,
        closed: Some(at),
        holds: 0,
        held_ms: Millis(0),
        interruptions: 0,
        operator,
        operator_name: format!("オペレーター{:02}", operator.0),
        combined: false,
    };
    let written = Written {
        categories: vec![CategoryCode(104)],
        party: Some(Party::Self_),
        disposition: Some(Disposition::Guided),
        text: text.to_owned(),
        ..Written::default()
    };
    Record::Note(Note { facts, written, finished: true })
}

fn file(folder: &Path, account: &str) -> PathBuf {
    folder.join(format!("{account}.vault"))
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(since.as_millis() as u64)
}
