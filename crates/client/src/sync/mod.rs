//! Carries revisions between a vault and the server: when something was written, when the server hints at news, after
//! a fault, and now and then; and the manual's texts to the vault. Refuses to decide what becomes of them: the vault and
//! the server do.

mod door;
mod round;

use std::future::Future;
use std::time::{Duration, SystemTime};

use desk::note::Article;
use desk::note::revision::StreamId;
use desk::time::Time;
use link::message::notes::{Manual, ManualArticle, NotesMark, Search};
use tokio::sync::{mpsc, watch};
use tokio::time;

use crate::controller::Secret;
use crate::vault::{Vault, VaultError};
use crate::view::notes::{ManualText, VaultTrouble};

pub use door::{Door, DoorFault, SyncDoor};
pub use round::{Fault, round};

use door::HttpDoor;

/// The first pause after a fault: a lost packet's worth.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest pause: a server that comes back has everything of everybody well within a minute.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// The longest pause of a vault that cannot write: room on the disk is noticed soon.
const DISK_PAUSE: Duration = Duration::from_secs(2);
/// How long a search waits for a new token: a renewal is one request.
const RENEWED_WITHIN: Duration = Duration::from_secs(10);
/// With neither a word of the desk nor a hint: hints are not promised.
const NOW_AND_THEN: Duration = Duration::from_secs(300);
/// Under what name the vault keeps the tag of the manual's texts that it has.
const MANUAL: &str = "manual";

/// What the desk learns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncNews {
    /// The lists may have changed.
    Moved,
    /// The token is not taken (any more): another one is wanted.
    Unauthorised,
    /// The vault cannot write.
    Trouble(VaultTrouble),
    /// It can again, or the first round went well.
    Well,
    /// A new stream began: its name is to be kept outside the vault too.
    Stream(StreamId),
}

/// What the desk has asked for.
#[derive(Clone, Debug, Default)]
struct Wishes {
    token: Option<Secret>,
    mark: NotesMark,
    /// The articles that the server has, as its state says.
    articles: Vec<Article>,
    /// Counts what needs a round at once.
    wakes: u64,
    closed: bool,
}

/// Begins the carrying; it goes on until the handle says so or is dropped.
pub struct Sync;

/// The desk's end.
pub struct SyncHandle {
    wishes: watch::Sender<Wishes>,
    door: SyncDoor,
    vault: Vault,
    news: mpsc::Sender<SyncNews>,
    task: tokio::task::JoinHandle<()>,
}

impl Sync {
    /// Starts; nothing travels before there is a token. `news` should have room for some dozens: what does not fit
    /// waits.
    pub fn start(door: SyncDoor, vault: Vault, news: mpsc::Sender<SyncNews>) -> SyncHandle {
        let (wishes, seen) = watch::channel(Wishes::default());
        let carrier = Carrier {
            door: HttpDoor::new(door.clone()),
            vault: vault.clone(),
            news: news.clone(),
            wishes: seen,
            well: false,
            read: None,
        };
        SyncHandle { wishes, door, vault, news, task: tokio::spawn(carrier.run()) }
    }
}

impl SyncHandle {
    /// A token that the server takes.
    pub fn token(&self, token: Secret) {
        self.wishes.send_modify(|wishes| {
            wishes.token = Some(token);
            wishes.wakes += 1;
        });
    }

    /// Nobody is signed in.
    pub fn no_token(&self) {
        self.wishes.send_modify(|wishes| wishes.token = None);
    }

    /// Something was written.
    pub fn wake(&self) {
        self.wishes.send_modify(|wishes| wishes.wakes += 1);
    }

    /// The server's notes have moved on.
    pub fn hint(&self, mark: NotesMark) {
        self.wishes.send_if_modified(|wishes| {
            let news = wishes.mark != mark;
            wishes.mark = mark;
            news
        });
    }

    /// Brings what fits of the notes that no desk keeps into the vault; gives whether there may be more. None: the server
    /// did not answer. A token that has died is asked for anew, once.
    pub fn older(&self, search: Search) -> impl Future<Output = Option<bool>> + Send + 'static {
        let (door, vault, news) = (HttpDoor::new(self.door.clone()), self.vault.clone(), self.news.clone());
        let mut wishes = self.wishes.subscribe();
        async move {
            let mut token = wishes.borrow_and_update().token.clone();
            for _ in 0..2 {
                door.token(token.clone());
                match door.search(&search).await {
                    Ok(searched) => {
                        let kept = vault.older(&searched, now()).await.ok()?;
                        return kept.then_some(searched.more);
                    }
                    Err(DoorFault::Unauthorised) => {
                        let _ = news.try_send(SyncNews::Unauthorised);
                        let renewed = wishes.wait_for(|wishes| wishes.closed || wishes.token != token);
                        token = time::timeout(RENEWED_WITHIN, renewed).await.ok()?.ok()?.token.clone();
                    }
                    Err(DoorFault::Away | DoorFault::Refused(_)) => return None,
                }
            }
            None
        }
    }

    /// Which articles the server has: their texts are read when the list is another one.
    pub fn articles(&self, articles: &[Article]) {
        self.wishes.send_if_modified(|wishes| {
            let news = wishes.articles != articles;
            if news {
                wishes.articles = articles.to_vec();
            }
            news
        });
    }

    /// Ends the carrying. What is under way either counts or does not.
    pub async fn close(self) {
        self.wishes.send_modify(|wishes| wishes.closed = true);
        // It ends at its next step; a panic of it is nobody's concern any more.
        let _ = self.task.await;
    }
}

struct Carrier {
    door: HttpDoor,
    vault: Vault,
    news: mpsc::Sender<SyncNews>,
    wishes: watch::Receiver<Wishes>,
    /// What the desk was told last about the vault.
    well: bool,
    /// The list of articles whose texts are in the vault; none: nobody has asked yet.
    read: Option<Vec<Article>>,
}

impl Carrier {
    async fn run(mut self) {
        let mut pause = FIRST_PAUSE;
        while self.has_token().await {
            let begun = self.wishes.borrow_and_update().clone();
            let mut wishes = self.wishes.clone();
            let result = tokio::select! {
                result = self.round(&begun) => result,
                () = closed(&mut wishes) => return,
            };
            let rest = match result {
                Ok(()) => {
                    pause = FIRST_PAUSE;
                    self.tell_well().await;
                    NOW_AND_THEN
                }
                Err(fault) => self.fault(fault, &mut pause).await,
            };
            if !self.rest(&begun, rest).await {
                return;
            }
        }
    }

    /// Waits until somebody is signed in; false when it is all over.
    async fn has_token(&mut self) -> bool {
        let ready = self.wishes.wait_for(|wishes| wishes.closed || wishes.token.is_some()).await;
        let Ok(wishes) = ready else { return false };
        self.door.token(wishes.token.clone());
        !wishes.closed
    }

    async fn round(&mut self, begun: &Wishes) -> Result<(), Fault> {
        let before = self.vault.stream();
        let news = self.news.clone();
        // A full channel has a Moved in it already.
        let result = round(&self.door, &self.vault, now(), &|| drop(news.try_send(SyncNews::Moved))).await;
        let after = self.vault.stream();
        if before != after {
            self.tell(SyncNews::Stream(after)).await;
        }
        result?;
        self.texts(begun).await
    }

    /// The manual's texts, after the notes: once, and whenever the list of articles has changed.
    async fn texts(&mut self, begun: &Wishes) -> Result<(), Fault> {
        if self.read.as_ref() == Some(&begun.articles) {
            return Ok(());
        }
        let etag = self.vault.kept(MANUAL).await?;
        if let Manual::Texts { etag, articles } = self.door.manual(etag.as_deref()).await? {
            let text = |one: ManualArticle| {
                let Article { code, title, version } = one.article;
                ManualText { code, title, version, text: one.text }
            };
            let texts: Vec<ManualText> = articles.into_iter().map(text).collect();
            self.vault.keep_articles(&texts).await?;
            // After the texts: what is read twice does no harm.
            self.vault.keep(MANUAL, &etag).await?;
        }
        self.read = Some(begun.articles.clone());
        Ok(())
    }

    async fn tell(&self, news: SyncNews) {
        // The desk may have ended meanwhile.
        let _ = self.news.send(news).await;
    }

    async fn tell_well(&mut self) {
        if !self.well {
            self.well = true;
            self.tell(SyncNews::Well).await;
        }
    }

    /// Says what is wrong, and how long to rest.
    async fn fault(&mut self, fault: Fault, pause: &mut Duration) -> Duration {
        let rest = *pause;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        match fault {
            Fault::Door(DoorFault::Unauthorised) => {
                self.door.token(None);
                self.tell(SyncNews::Unauthorised).await;
                NOW_AND_THEN
            }
            Fault::Door(DoorFault::Away | DoorFault::Refused(_)) => rest,
            Fault::Restless => LONGEST_PAUSE,
            Fault::Vault(fault) => {
                self.well = false;
                self.tell(SyncNews::Trouble(trouble(&fault))).await;
                rest.min(DISK_PAUSE)
            }
        }
    }

    /// Rests until something is wanted that was not when the last round began, or so long; false when it is all over.
    /// A hint from before that round cuts no pause short: it may be wrong, or the server in trouble.
    async fn rest(&mut self, begun: &Wishes, rest: Duration) -> bool {
        let until = time::sleep(rest);
        tokio::pin!(until);
        loop {
            {
                let wishes = self.wishes.borrow_and_update().clone();
                if wishes.closed {
                    return false;
                }
                let hinted = wishes.mark != begun.mark && self.is_news(wishes.mark).await;
                if wishes.wakes != begun.wakes || wishes.articles != begun.articles || hinted {
                    return true;
                }
            }
            tokio::select! {
                () = &mut until => return true,
                changed = self.wishes.changed() => if changed.is_err() { return false },
            }
        }
    }

    /// Whether a hint tells of something that this vault has not read. A vault that cannot be read finds out soon.
    async fn is_news(&self, mark: NotesMark) -> bool {
        if mark.seq == 0 {
            return false;
        }
        match self.vault.cursor().await {
            Ok(Some(cursor)) => cursor.epoch != mark.epoch || cursor.seq < mark.seq,
            Ok(None) | Err(_) => false,
        }
    }
}

async fn closed(wishes: &mut watch::Receiver<Wishes>) {
    // A dropped handle is a close too.
    let _ = wishes.wait_for(|wishes| wishes.closed).await;
}

fn trouble(fault: &VaultError) -> VaultTrouble {
    match fault {
        VaultError::DiskFull => VaultTrouble::DiskFull,
        VaultError::Newer => VaultTrouble::Newer,
        VaultError::WrongKey => VaultTrouble::Locked,
        VaultError::Broken(_) => VaultTrouble::Broken,
    }
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
