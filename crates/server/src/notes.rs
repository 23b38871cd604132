//! What may come into the notes and what may not: the guard again, who may write what, and whether a revision is
//! what it says it is; and the books of what came in. Pure; knows no table and no socket.

use std::collections::{BTreeMap, BTreeSet};

use desk::code::Code;
use desk::ids::OperatorId;
use desk::note::revision::{NoteId, RevId, RevKind, Revision};
use desk::note::{Record, Sheet, SheetStatus, chain, four_eyes, join};
use link::message::notes::{MAX_PUSH, Push};

/// The longest body of a revision, bytes: a note full of text has some 10 KiB.
const MAX_BODY_BYTES: usize = 64 * 1024;
/// Heads that one revision can put together at most: each stands for somebody who wrote at the same time.
const MAX_PARENTS: usize = 64;

/// A revision with what can be said of it alone.
#[derive(Debug)]
pub struct Judged<'a> {
    /// As it came.
    pub revision: &'a Revision,
    /// What it holds; none without a body or when it is refused.
    pub record: Option<Record>,
    /// Why it is refused, whatever else there is.
    pub refused: Option<Code>,
}

/// Looks at each revision of a push.
///
/// # Errors
/// Why the push as a whole is refused: too many, or not all of them of its stream.
pub fn looked_at(push: &Push, author: OperatorId) -> Result<Vec<Judged<'_>>, Code> {
    if push.revisions.len() > MAX_PUSH {
        return Err(Code::TooLarge);
    }
    if push.revisions.iter().any(|revision| revision.stream != push.stream || revision.dseq == 0) {
        return Err(Code::Malformed);
    }
    Ok(push.revisions.iter().map(|revision| judge(revision, author)).collect())
}

/// Looks at a revision alone: its form, its author and its texts.
fn judge(revision: &Revision, author: OperatorId) -> Judged<'_> {
    let refuse = |code| Judged { revision, record: None, refused: Some(code) };
    if revision.author != author {
        return refuse(Code::Unauthorised);
    }
    let large = revision.body.as_ref().is_some_and(|body| body.len() > MAX_BODY_BYTES);
    let bodiless = matches!(revision.kind, RevKind::Tombstone | RevKind::Redact) && revision.body.is_some();
    if large || bodiless || revision.parents.len() > MAX_PARENTS || !chain::commits(revision) {
        return refuse(Code::Malformed);
    }
    let Some(body) = &revision.body else { return Judged { revision, record: None, refused: None } };
    let Ok(record) = link::json::decode::<Record>(body) else { return refuse(Code::Malformed) };
    match join::refusal(&[], &record) {
        Some(code) => refuse(code),
        None => Judged { revision, record: Some(record), refused: None },
    }
}

/// Why a revision is refused beside what is there: `previous` are the records that it follows or stands beside.
pub fn refusal_beside(
    judged: &Judged<'_>,
    previous: &[Record],
    author: OperatorId,
    lead: bool,
) -> Option<Code> {
    if judged.revision.kind == RevKind::Redact && !lead {
        return Some(Code::Unauthorised);
    }
    let record = judged.record.as_ref()?;
    let previous: Vec<&Record> = previous.iter().collect();
    let joined = if previous.is_empty() { None } else { join::refusal(&previous, record) };
    let first = judged.revision.parents.is_empty();
    joined.or_else(|| sheet_refusal(&previous, record, author, lead, first))
}

/// A sheet goes nowhere before a second pair of eyes has seen it.
fn sheet_refusal(
    previous: &[&Record],
    next: &Record,
    author: OperatorId,
    lead: bool,
    first: bool,
) -> Option<Code> {
    let next = sheet(next)?;
    let previous: Vec<&Sheet> = previous.iter().filter_map(|record| sheet(record)).collect();
    four_eyes::refusal(four_eyes::Step { previous: &previous, next, author, lead, first })
}

fn sheet(record: &Record) -> Option<&Sheet> {
    match record {
        Record::Sheet(sheet) => Some(sheet),
        Record::Note(_) | Record::Handover(_) => None,
    }
}

/// Somebody has work with it, so that every desk keeps it however old it is: a promise, a sheet that the city has
/// not dealt with, a word for the next shift.
pub fn is_owed(record: &Record) -> bool {
    match record {
        Record::Note(note) => {
            let promise = &note.written.promise;
            promise.due.is_some() && promise.result.is_empty()
        }
        Record::Sheet(sheet) => sheet.status != SheetStatus::Done,
        Record::Handover(handover) => handover.settled.is_none(),
    }
}

/// What the tables say beside the revisions.
#[derive(Debug, Default)]
pub struct NoteStanding {
    /// The newest revision by the counter.
    pub seq: u64,
    /// Up to here a verified backup has them.
    pub durable: u64,
    /// The heads.
    pub heads: BTreeSet<(NoteId, RevId)>,
    /// Which records were redacted, and where.
    pub redacted: BTreeMap<NoteId, u64>,
}

/// What is wrong with the notes. The text is for the administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// A revision is missing.
    #[error("the notes have a gap: revision {0} is missing")]
    Gap(u64),
    /// A revision is not the one that was stored.
    #[error("the notes' chain is broken at revision {0}: it was altered")]
    Altered(u64),
    /// A redacted record has text.
    #[error("revision {0} belongs to a redacted record and still has its text")]
    NotRedacted(u64),
    /// The heads are not those of the revisions.
    #[error("the notes' heads differ from what the revisions say")]
    Heads,
}

/// Adds the revisions up, one after the other.
pub struct NoteKeeper {
    chain: String,
    last: u64,
    heads: BTreeMap<RevId, NoteId>,
    parents: BTreeSet<RevId>,
    /// The newest revision with a text, by record; of a redacted one it must be newer than the redaction.
    texts: BTreeMap<NoteId, Vec<u64>>,
    fault: Option<NoteFault>,
}

impl Default for NoteKeeper {
    fn default() -> NoteKeeper {
        let (heads, parents, texts) = Default::default();
        NoteKeeper { chain: chain::GENESIS.to_owned(), last: 0, heads, parents, texts, fault: None }
    }
}

impl NoteKeeper {
    /// Takes the next revision with the chain's state that is stored beside it.
    pub fn take(&mut self, seq: u64, revision: &Revision, chain: &str) {
        if seq != self.last + 1 {
            self.fault.get_or_insert(NoteFault::Gap(self.last + 1));
        }
        let linked = chain::link(&self.chain, seq, revision);
        if linked != chain || !chain::commits(revision) {
            self.fault.get_or_insert(NoteFault::Altered(seq));
        }
        (self.last, self.chain) = (seq, linked);
        for parent in &revision.parents {
            if self.heads.get(parent) == Some(&revision.note) {
                self.heads.remove(parent);
            }
            self.parents.insert(*parent);
        }
        if !self.parents.contains(&revision.rev) {
            self.heads.insert(revision.rev, revision.note);
        }
        if revision.body.is_some() {
            self.texts.entry(revision.note).or_default().push(seq);
        }
    }

    /// Compares with what the tables say.
    ///
    /// # Errors
    /// The first fault that was found.
    pub fn close(self, standing: &NoteStanding) -> Result<(), NoteFault> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        if self.last != standing.seq {
            return Err(NoteFault::Gap(self.last + 1));
        }
        for (note, since) in &standing.redacted {
            let texts = self.texts.get(note).map_or(&[][..], Vec::as_slice);
            if let Some(seq) = texts.iter().find(|seq| *seq < since) {
                return Err(NoteFault::NotRedacted(*seq));
            }
        }
        let heads: BTreeSet<(NoteId, RevId)> = self.heads.iter().map(|(rev, note)| (*note, *rev)).collect();
        if heads == standing.heads { Ok(()) } else { Err(NoteFault::Heads) }
    }
}
