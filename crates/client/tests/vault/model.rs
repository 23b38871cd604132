//! A small model of the server: the protocol's promises and nothing else. Numbers are given in order, a number is used
//! once, a revision is kept once, and a restored copy turns the epoch.

use std::collections::{BTreeMap, BTreeSet};

use desk::code::Code;
use desk::note::chain;
use desk::note::revision::{Cursor, NoteId, RevId, RevKind, Revision, StreamId};
use link::message::notes::{Outcome, Page, Placed, Pull, Pulled, Push, Pushed};

use super::samples::POISON;

#[derive(Clone)]
enum Slot {
    Stored { rev: RevId, seq: u64 },
    Refused { rev: RevId },
}

#[derive(Clone)]
pub struct Model {
    pub epoch: u64,
    pub log: Vec<Revision>,
    chain: Vec<String>,
    streams: BTreeMap<StreamId, Vec<Slot>>,
    by_rev: BTreeMap<RevId, u64>,
    viewed: BTreeMap<StreamId, u64>,
    pub durable: u64,
    /// Revisions in a page at most: small, so that there are many.
    pub page: usize,
}

impl Model {
    pub fn new(epoch: u64, page: usize) -> Model {
        Model {
            epoch,
            log: Vec::new(),
            chain: vec![chain::GENESIS.into()],
            streams: BTreeMap::new(),
            by_rev: BTreeMap::new(),
            viewed: BTreeMap::new(),
            durable: 0,
            page,
        }
    }

    fn high(&self, stream: StreamId) -> u64 {
        self.streams.get(&stream).map_or(0, |slots| slots.len() as u64)
    }

    pub fn push(&mut self, push: &Push) -> Pushed {
        let mut outcomes = Vec::new();
        let mut gap = None;
        for revision in &push.revisions {
            let high = self.high(push.stream);
            if revision.dseq > high + 1 {
                gap = Some(high + 1);
                break;
            }
            outcomes.push(match revision.dseq <= high {
                true => self.again(push.stream, revision),
                false => self.store(push.stream, revision),
            });
        }
        let viewed = self.viewed.entry(push.stream).or_default();
        *viewed = push.views.iter().map(|view| view.vseq).fold(*viewed, u64::max);
        let viewed = *viewed;
        let (epoch, durable_seq, high) = (self.epoch, self.durable, self.high(push.stream));
        Pushed { epoch, high, viewed, durable_seq, outcomes, gap }
    }

    fn again(&self, stream: StreamId, revision: &Revision) -> Outcome {
        let dseq = revision.dseq;
        match &self.streams[&stream][dseq as usize - 1] {
            Slot::Stored { rev, seq } if *rev == revision.rev => Outcome::Stored { dseq, seq: *seq },
            Slot::Refused { rev } if *rev == revision.rev => {
                Outcome::Refused { dseq, code: Code::SecretText }
            }
            Slot::Stored { .. } | Slot::Refused { .. } => Outcome::Divergent { dseq },
        }
    }

    fn store(&mut self, stream: StreamId, revision: &Revision) -> Outcome {
        let (rev, dseq) = (revision.rev, revision.dseq);
        assert!(chain::commits(revision), "a client sends what it committed to");
        if revision.body.as_ref().is_some_and(|body| body.contains(POISON)) {
            self.streams.entry(stream).or_default().push(Slot::Refused { rev });
            return Outcome::Refused { dseq, code: Code::SecretText };
        }
        let seq = match self.by_rev.get(&rev) {
            Some(seq) => *seq,
            None => self.append(revision),
        };
        self.streams.entry(stream).or_default().push(Slot::Stored { rev, seq });
        Outcome::Stored { dseq, seq }
    }

    fn append(&mut self, revision: &Revision) -> u64 {
        let seq = self.log.len() as u64 + 1;
        if revision.kind == RevKind::Redact {
            for earlier in self.log.iter_mut().filter(|earlier| earlier.note == revision.note) {
                (earlier.body, earlier.salt) = (None, None);
            }
        }
        let link = chain::link(self.chain.last().expect("it begins somewhere"), seq, revision);
        self.chain.push(link);
        self.by_rev.insert(revision.rev, seq);
        let mut kept = revision.clone();
        if self.is_redacted(revision) {
            (kept.body, kept.salt) = (None, None);
        }
        self.log.push(kept);
        seq
    }

    /// The record was redacted, and whoever wrote this had not seen it.
    fn is_redacted(&self, revision: &Revision) -> bool {
        let redacts = |one: &Revision| one.kind == RevKind::Redact && one.note == revision.note;
        let Some(since) = self.log.iter().rposition(redacts) else { return false };
        let seen = |parent: &RevId| self.by_rev.get(parent).is_some_and(|seq| *seq as usize > since);
        !revision.parents.iter().any(seen)
    }

    pub fn pull(&self, pull: &Pull) -> Pulled {
        let high = self.high(pull.stream);
        let from = pull
            .cursor
            .as_ref()
            .map_or((0, chain::GENESIS.to_owned()), |cursor| (cursor.seq as usize, cursor.chain.clone()));
        if self.chain.get(from.0) != Some(&from.1) {
            return Pulled::MustResync { epoch: self.epoch, high };
        }
        let to = self.log.len().min(from.0 + self.page);
        let placed = |seq: usize| Placed { seq: seq as u64 + 1, revision: self.log[seq].clone() };
        let cursor =
            |seq: usize| Cursor { epoch: self.epoch, seq: seq as u64, chain: self.chain[seq].clone() };
        Pulled::Page(Page {
            from: cursor(from.0),
            revisions: (from.0..to).map(placed).collect(),
            cursor: cursor(to),
            more: to < self.log.len(),
            durable_seq: self.durable,
            high,
            redacted: self.redacted().into_iter().collect(),
        })
    }

    pub fn redacted(&self) -> BTreeSet<NoteId> {
        self.log.iter().filter(|one| one.kind == RevKind::Redact).map(|one| one.note).collect()
    }
}
