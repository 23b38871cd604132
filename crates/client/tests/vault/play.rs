//! One random history: several desks, copies of their disks, and a server that is restored and emptied, over a line
//! that loses, doubles and reorders. After it everything heals, and nothing may be missing. Refuses to know which server
//! it is: the model here, and the real store in the tests of the whole (`tests/tests/histories`).

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use client::sync::{Door, DoorFault, round};
use client::vault::{DataKey, NewRevision, Vault};
use desk::ids::OperatorId;
use desk::note::revision::{NoteId, RevId, RevKind, Revision, StreamId};
use desk::time::Time;
use link::message::notes::{Outcome, Pull, Pulled, Push, Pushed};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use uuid::Uuid;

use super::samples::{NOW, POISON, id, open, record};

const DAY: u64 = 86_400_000;
const TEN_YEARS: u64 = 10 * 365 * DAY;
/// Rounds in a row that everything is given to heal: a copy that finds out about itself and a server that was emptied
/// need a few each.
const HEALING: usize = 12;

/// Histories at the same time: each waits for its database's thread.
const AT_ONCE: u64 = 4;

/// A server of notes. What it cannot do is a failure of the test.
pub trait Server: Send + Sync + 'static {
    /// An empty one, with its files below this folder; so many revisions a page.
    fn begin(folder: &Path, page: usize) -> impl Future<Output = Self> + Send;
    /// Takes a push of an operator who may redact, by a clock that may show anything.
    fn push(&self, push: &Push, at: Time) -> impl Future<Output = Pushed> + Send;
    /// Gives a page.
    fn pull(&self, pull: &Pull) -> impl Future<Output = Pulled> + Send;
    /// Makes a verified backup, from which desks learn what they may forget; `alone`: older ones are thrown away.
    fn back_up(&self, alone: bool) -> impl Future<Output = ()> + Send;
    /// Backups that there are.
    fn backups(&self) -> usize;
    /// Goes on from a backup, or from nothing, in another life.
    fn put_back(&self, backup: Option<usize>) -> impl Future<Output = ()> + Send;
    /// Which life this is, and everything that it holds, in order. Its books are looked through on the way.
    fn log(&self) -> impl Future<Output = (u64, Vec<Revision>)> + Send;
}

/// The line, with the server behind it.
struct Line<S> {
    server: S,
    dice: Mutex<StdRng>,
    faults: Mutex<bool>,
    /// What answers said, in whichever life: at this place stands this revision.
    told: Mutex<BTreeMap<(u64, u64), RevId>>,
    /// Pushes that are still on their way.
    late: Mutex<Vec<Push>>,
    /// An answer that comes once more, to the same desk and to the same kind of question: HTTP mixes up no others.
    stale: Mutex<Option<(Pull, Pulled)>>,
}

impl<S: Server> Line<S> {
    fn odds(&self, of_hundred: u32) -> bool {
        *lock(&self.faults) && lock(&self.dice).random_range(0..100) < of_hundred
    }

    /// The server takes a push, and what it answers never contradicts what it has answered before.
    async fn told(&self, push: &Push) -> Pushed {
        let at = some_time(&mut lock(&self.dice));
        let answer = self.server.push(push, at).await;
        for outcome in &answer.outcomes {
            if let Outcome::Stored { dseq, seq } = outcome {
                let sent = push.revisions.iter().find(|revision| revision.dseq == *dseq);
                let rev = sent.expect("an outcome is of what was sent").rev;
                let known = *lock(&self.told).entry((answer.epoch, *seq)).or_insert(rev);
                assert_eq!(known, rev, "place {seq} was given twice");
            }
        }
        answer
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap()
}

fn some_time(dice: &mut StdRng) -> Time {
    Time(NOW.0 + dice.random_range(0..2 * TEN_YEARS) - TEN_YEARS)
}

impl<S: Server> Door for Line<S> {
    async fn push(&self, push: &Push) -> Result<Pushed, DoorFault> {
        if self.odds(10) {
            lock(&self.late).push(push.clone());
            return Err(DoorFault::Away);
        }
        if self.odds(15) {
            let late = std::mem::take(&mut *lock(&self.late));
            for push in &late {
                self.told(push).await;
            }
        }
        let mut answer = self.told(push).await;
        if self.odds(15) {
            answer = self.told(push).await;
        }
        if self.odds(15) { Err(DoorFault::Away) } else { Ok(answer) }
    }

    async fn pull(&self, pull: &Pull) -> Result<Pulled, DoorFault> {
        if self.odds(15) {
            return Err(DoorFault::Away);
        }
        let mut answer = self.server.pull(pull).await;
        let stale = lock(&self.stale).take();
        match stale {
            Some((old, late))
                if old.stream == pull.stream
                    && old.cursor.is_none() == pull.cursor.is_none()
                    && self.odds(10) =>
            {
                answer = late;
            }
            Some(_) | None => *lock(&self.stale) = Some((pull.clone(), answer.clone())),
        }
        if self.odds(10) { Err(DoorFault::Away) } else { Ok(answer) }
    }
}

/// What a desk's file must hold: every revision of its own, with its text.
type Own = BTreeMap<RevId, (NoteId, Option<String>)>;

struct Seat {
    path: PathBuf,
    vault: Option<Vault>,
    clock: u64,
    own: Own,
    /// An older state of the disk.
    backup: Option<(PathBuf, Own)>,
}

impl Seat {
    fn vault(&self) -> &Vault {
        self.vault.as_ref().expect("a seat's file is open between two steps")
    }
}

struct Play<'a, S> {
    folder: &'a Path,
    template: &'a Path,
    key: &'a DataKey,
    dice: StdRng,
    line: Line<S>,
    seats: Vec<Seat>,
    notes: Vec<NoteId>,
    /// Desks forget what is in a verified backup; then the server never comes back older than that.
    purging: bool,
    /// The server came back older than it was.
    restored: bool,
    /// A desk's disk came back older than it was.
    rolled_back: bool,
    /// Records that somebody redacted in some life of the server.
    redacted: BTreeSet<NoteId>,
    written: u32,
}

/// Plays the histories of these seeds, some at the same time.
pub async fn play_all<S: Server>(seeds: Range<u64>) {
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
    let mut hands = tokio::task::JoinSet::new();
    for hand in 0..AT_ONCE {
        let (seeds, top) = (seeds.clone(), folder.path().to_owned());
        let (template, key) = (template.clone(), key.clone());
        hands.spawn(async move {
            for seed in seeds.filter(|seed| seed % AT_ONCE == hand) {
                let folder = tempfile::tempdir_in(&top).unwrap();
                play::<S>(seed, folder.path(), &template, &key).await;
            }
        });
    }
    while let Some(hand) = hands.join_next().await {
        hand.expect("a history holds");
    }
}

/// Plays the history of a seed.
async fn play<S: Server>(seed: u64, folder: &Path, template: &Path, key: &DataKey) {
    let mut dice = StdRng::seed_from_u64(seed);
    let page = dice.random_range(1..6);
    let line = Line {
        server: S::begin(folder, page).await,
        dice: Mutex::new(StdRng::seed_from_u64(seed ^ 1)),
        faults: Mutex::new(true),
        told: Mutex::default(),
        late: Mutex::default(),
        stale: Mutex::default(),
    };
    let purging = dice.random_bool(0.3);
    let (seats, notes, redacted) = (Vec::new(), Vec::new(), BTreeSet::new());
    let (restored, rolled_back, written) = (false, false, 0);
    let mut play = Play {
        folder,
        template,
        key,
        dice,
        line,
        seats,
        notes,
        purging,
        restored,
        rolled_back,
        redacted,
        written,
    };
    for _ in 0..play.dice.random_range(2..4) {
        play.sit_down().await;
    }
    for _ in 0..play.dice.random_range(10..40) {
        play.step().await;
    }
    play.heal().await;
    play.judge(seed).await;
    for seat in play.seats {
        seat.vault.expect("open").close().await;
    }
}

impl<S: Server> Play<'_, S> {
    fn file(&self) -> PathBuf {
        self.folder.join(Uuid::new_v4().simple().to_string())
    }

    async fn sit_down(&mut self) {
        let path = self.file();
        std::fs::copy(self.template, &path).unwrap();
        // The template is somebody else's disk: a new stream begins.
        let other = Some(StreamId(Uuid::new_v4()));
        let durability = client::vault::Durability::None;
        let vault = Vault::open_with(&path, self.key, other, durability).await.unwrap();
        let clock = some_time(&mut self.dice).0;
        self.seats.push(Seat { path, vault: Some(vault), clock, own: Own::new(), backup: None });
    }

    async fn step(&mut self) {
        let seat = self.dice.random_range(0..self.seats.len());
        match self.dice.random_range(0..100) {
            0..40 => self.write(seat).await,
            40..75 => self.sync(seat).await,
            75..79 => self.copy(seat).await,
            79..82 => self.keep_disk(seat).await,
            82..85 => self.restore_disk(seat).await,
            85..90 => self.line.server.back_up(self.purging).await,
            90..94 => self.restore_server().await,
            94..97 => self.seats[seat].clock = some_time(&mut self.dice).0,
            _ => self.purge(seat).await,
        }
    }

    async fn write(&mut self, seat: usize) {
        if self.notes.is_empty() || self.dice.random_bool(0.3) {
            self.notes.push(id());
        }
        let note = self.notes[self.dice.random_range(0..self.notes.len())];
        self.seats[seat].clock += self.dice.random_range(0..1000);
        let kept = self.seats[seat].vault().read(note).await.unwrap();
        let heads: Vec<RevId> = kept.iter().flat_map(|kept| &kept.heads).map(|head| head.0).collect();
        let kind = match self.dice.random_range(0..100) {
            0..5 if !heads.is_empty() => RevKind::Tombstone,
            5..8 if !heads.is_empty() => RevKind::Redact,
            _ if heads.len() > 1 => RevKind::Resolve,
            _ => RevKind::Edit,
        };
        let bare = matches!(kind, RevKind::Tombstone | RevKind::Redact);
        self.written += 1;
        if kind == RevKind::Redact {
            self.redacted.insert(note);
        }
        let poison = if self.dice.random_bool(0.08) { POISON } else { "" };
        let text = (!bare).then(|| format!("文{}号{poison}", self.written));
        let seat = &mut self.seats[seat];
        let new = NewRevision {
            note,
            parents: heads,
            author: OperatorId(1),
            kind,
            record: text.as_deref().map(record),
            at: Time(seat.clock),
        };
        let stored = seat.vault().write(new).await.unwrap();
        seat.own.insert(stored.rev, (note, text));
    }

    async fn sync(&mut self, seat: usize) {
        // A lost answer ends a round; the next one goes on.
        let _ = round(&self.line, self.seats[seat].vault(), Time(self.seats[seat].clock), &|| ()).await;
        if self.dice.random_bool(0.3) {
            self.purge(seat).await;
        }
    }

    /// Somebody copies the disk and works on with both; now and then the keyring tells.
    async fn copy(&mut self, seat: usize) {
        if self.seats.len() > 4 {
            return;
        }
        let path = self.file();
        self.copied(seat, &path).await;
        let told = self.dice.random_bool(0.3).then(|| StreamId(Uuid::new_v4()));
        let durability = client::vault::Durability::None;
        let vault = Vault::open_with(&path, self.key, told, durability).await.unwrap();
        let (clock, own) = (self.seats[seat].clock, self.seats[seat].own.clone());
        self.seats.push(Seat { path, vault: Some(vault), clock, own, backup: None });
    }

    async fn copied(&mut self, seat: usize, to: &Path) {
        let seat = &mut self.seats[seat];
        seat.vault.take().expect("open").close().await;
        std::fs::copy(&seat.path, to).unwrap();
        seat.vault = Some(open(&seat.path, self.key).await);
    }

    async fn keep_disk(&mut self, seat: usize) {
        let path = self.file();
        self.copied(seat, &path).await;
        self.seats[seat].backup = Some((path, self.seats[seat].own.clone()));
    }

    async fn restore_disk(&mut self, seat: usize) {
        let Some((path, own)) = self.seats[seat].backup.take() else { return };
        self.rolled_back = true;
        let seat = &mut self.seats[seat];
        seat.vault.take().expect("open").close().await;
        std::fs::copy(path, &seat.path).unwrap();
        seat.vault = Some(open(&seat.path, self.key).await);
        seat.own = own;
    }

    async fn restore_server(&mut self) {
        self.restored = true;
        // An answer belongs to its question: none outlives the server that gave it.
        *lock(&self.line.stale) = None;
        let backup = match self.line.server.backups() {
            0 => None,
            many => Some(self.dice.random_range(0..many)),
        };
        let emptied = !self.purging && self.dice.random_bool(0.3);
        self.line.server.put_back(backup.filter(|_| !emptied)).await;
    }

    async fn purge(&mut self, seat: usize) {
        if self.purging {
            let seat = &self.seats[seat];
            // Three days later, whatever the clock shows: everything that a backup has may go.
            seat.vault().purge(Time(seat.clock + 3 * DAY), 1).await.unwrap();
        }
    }

    async fn heal(&mut self) {
        *lock(&self.line.faults) = false;
        for _ in 0..HEALING {
            for seat in &self.seats {
                round(&self.line, seat.vault(), Time(seat.clock), &|| ()).await.expect("a good line");
            }
        }
    }

    async fn judge(&self, seed: u64) {
        let (life, all) = self.line.server.log().await;
        let log: BTreeMap<RevId, &str> =
            all.iter().map(|one| (one.rev, one.body.as_deref().unwrap_or_default())).collect();
        assert_eq!(log.len(), all.len(), "seed {seed}: each revision is there once");
        for ((told_in, seq), rev) in lock(&self.line.told).iter().filter(|((told_in, _), _)| *told_in == life)
        {
            let place = all.get(*seq as usize - 1).map(|one| one.rev);
            assert_eq!(place, Some(*rev), "seed {seed}: {seq} of life {told_in} was answered");
        }
        let heads = heads(&all);
        let redacted = &self.redacted;
        for (nth, seat) in self.seats.iter().enumerate() {
            let lists = seat.vault().lists().await.unwrap();
            assert_eq!(lists.unsynced, 0, "seed {seed}: desk {nth} has sent everything");
            for (rev, (note, text)) in &seat.own {
                if text.as_ref().is_some_and(|text| text.contains(POISON)) {
                    assert!(!log.contains_key(rev), "seed {seed}: a refused text is nowhere");
                    continue;
                }
                let Some(body) = log.get(rev) else {
                    assert!(redacted.contains(note), "seed {seed}: desk {nth} has lost {}", rev.0);
                    continue;
                };
                let text = text.as_deref().unwrap_or_default();
                assert!(
                    body.contains(text) || redacted.contains(note),
                    "seed {seed}: {} was overwritten",
                    rev.0
                );
            }
            self.compare(seed, nth, &heads).await;
        }
    }

    /// A desk shows the heads that the log has, no more and no fewer; save what it has forgotten.
    async fn compare(&self, seed: u64, nth: usize, heads: &BTreeMap<NoteId, BTreeSet<RevId>>) {
        // What server and author both lost lives on where it was read, and nobody may send what another one wrote.
        if self.restored && self.rolled_back {
            return;
        }
        for note in &self.notes {
            // A server that forgot a redaction may get the text from a desk that never heard of it.
            if self.restored && self.redacted.contains(note) {
                continue;
            }
            let kept = self.seats[nth].vault().read(*note).await.unwrap();
            if kept.as_ref().is_some_and(|kept| kept.refused.is_some()) {
                continue;
            }
            let shown: BTreeSet<RevId> =
                kept.iter().flat_map(|kept| &kept.heads).map(|head| head.0).collect();
            let expected = heads.get(note).cloned().unwrap_or_default();
            // What was forgotten does not come back when somebody follows an older revision of it.
            let holds = if self.purging { shown.is_subset(&expected) } else { shown == expected };
            assert!(holds, "seed {seed}: desk {nth}, record {}: {shown:?} for {expected:?}", note.0);
        }
    }
}

/// The heads of every record, from the log alone.
fn heads(log: &[Revision]) -> BTreeMap<NoteId, BTreeSet<RevId>> {
    let followed: BTreeSet<RevId> = log.iter().flat_map(|one| one.parents.iter().copied()).collect();
    let mut heads: BTreeMap<NoteId, BTreeSet<RevId>> = BTreeMap::new();
    for one in log.iter().filter(|one| !followed.contains(&one.rev) && one.body.is_some()) {
        heads.entry(one.note).or_default().insert(one.rev);
    }
    heads
}
