//! The audit log's chain: each line is bound to the one before, so that nothing in it changes unnoticed. Pure.

use sha2::{Digest, Sha256};

use crate::store::AuditRow;

/// The chain's state before the first line.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The chain's state after a line, hexadecimal: SHA-256 over the state before and each field with its length.
pub fn link(before: &str, id: u64, row: &AuditRow) -> String {
    let contact = row.contact.map(|contact| contact.0.to_string()).unwrap_or_default();
    let operator = row.operator.map(|operator| operator.0.to_string()).unwrap_or_default();
    let (line, at) = (id.to_string(), row.at.0.to_string());
    let fields = [before, &line, &at, &operator, &contact, &row.kind, &row.detail];
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A line of the audit and the chain's state after it, kept where the log is not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Which line, from 1.
    pub line: u64,
    /// The chain's state, hexadecimal.
    pub chain: String,
}

/// What is wrong with the log. The text is for the administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Verdict {
    /// A line says something else than when it was written.
    #[error("the audit log was altered: line {0} is not the one that was written")]
    Altered(u64),
    /// A line is gone from the middle or the beginning.
    #[error("the audit log was thinned: line {0} was deleted")]
    Deleted(u64),
    /// The newest lines are gone.
    #[error("the audit log's tail was cut off: it ends before line {0}")]
    CutTail(u64),
    /// The log fits itself, and not the anchor that was kept elsewhere: it was written anew.
    #[error("the audit log does not fit its anchor: everything up to line {0} was written anew")]
    AnchorMismatch(u64),
}

/// Reads the log line by line.
pub struct Checker {
    anchor: Option<Anchor>,
    chain: String,
    last: u64,
    verdict: Option<Verdict>,
}

impl Checker {
    /// Nothing read yet.
    pub fn new(anchor: Option<Anchor>) -> Checker {
        Checker { anchor, chain: GENESIS.to_owned(), last: 0, verdict: None }
    }

    /// Takes the next line with the chain's state that is stored beside it.
    pub fn take(&mut self, line: u64, row: &AuditRow, chain: Option<&str>) {
        if line != self.last + 1 {
            self.verdict.get_or_insert(Verdict::Deleted(self.last + 1));
        }
        let linked = link(&self.chain, line, row);
        if chain != Some(&linked) {
            self.verdict.get_or_insert(Verdict::Altered(line));
        }
        if self.anchor.as_ref().is_some_and(|anchor| anchor.line == line && anchor.chain != linked) {
            self.verdict.get_or_insert(Verdict::AnchorMismatch(line));
        }
        (self.last, self.chain) = (line, linked);
    }

    /// The log is over; so many lines were ever counted. Gives how many there are.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn close(self, counted: u64) -> Result<u64, Verdict> {
        let anchored = self.anchor.map_or(0, |anchor| anchor.line);
        match self.verdict {
            Some(verdict) => Err(verdict),
            None if self.last < counted.max(anchored) => Err(Verdict::CutTail(self.last + 1)),
            None => Ok(self.last),
        }
    }
}
