//! `kenmu-server verify`: the books added up from the ledger, the notes and the audit log, and compared with the
//! tables and the audit's anchor.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::bail;
use desk::centre::Fact;
use desk::end::EndReason;
use desk::time::Time;

use super::{run_by, say};
use crate::audit::Checker;
use crate::books::Bookkeeper;
use crate::notes::NoteKeeper;
use crate::store::{Standing, Store};

pub(super) async fn verify(store: &dyn Store, anchor: Option<&Path>, now: Time) -> anyhow::Result<()> {
    let books = ledger(store).await.and(notes(store).await);
    let audit = audit(store, anchor).await;
    // A log that was tampered with is evidence, and stays as it is.
    if audit.is_ok() {
        let found = if books.is_ok() { "the books are right" } else { "the books are wrong" };
        store.keep_audit(&run_by::line(now, "verify", found)).await?;
        // One that is missing was told above, and is made by the server alone.
        if let Some(path) = anchor.filter(|path| crate::anchor::read(path).is_some()) {
            crate::anchor::follow(store, path).await?;
        }
    }
    books.and(audit)
}

/// How far a database's notes are, when its pages, its audit and its notes are right.
///
/// # Errors
/// What is wrong.
pub async fn check_copy(store: &dyn Store) -> anyhow::Result<u64> {
    let faults = store.page_faults().await?;
    if let Some(fault) = faults.first() {
        bail!("the copy is damaged: {fault}");
    }
    let mut checker = Checker::new(None);
    let counted = store.read_audit(&mut |line, row, chain| checker.take(line, row, chain)).await?;
    checker.close(counted)?;
    let mut keeper = NoteKeeper::default();
    let standing = store.read_notes(&mut |seq, revision, chain| keeper.take(seq, revision, chain)).await?;
    keeper.close(&standing)?;
    Ok(standing.seq)
}

/// The notes: gapless, chained, with the right heads, and nothing left of what was redacted.
async fn notes(store: &dyn Store) -> anyhow::Result<()> {
    let mut keeper = NoteKeeper::default();
    let standing = store.read_notes(&mut |seq, revision, chain| keeper.take(seq, revision, chain)).await?;
    let mut heads = BTreeMap::new();
    for (note, _) in &standing.heads {
        *heads.entry(note).or_insert(0) += 1;
    }
    let split = heads.values().filter(|heads| **heads > 1).count();
    for (name, value) in [
        ("notes", standing.seq),
        ("note_records", heads.len() as u64),
        ("notes_with_two_heads", split as u64),
        ("notes_redacted", standing.redacted.len() as u64),
        ("notes_durable", standing.durable),
    ] {
        say(&format!("{name}\t{value}"))?;
    }
    Ok(keeper.close(&standing)?)
}

/// The audit log against itself and its anchor.
async fn audit(store: &dyn Store, path: Option<&Path>) -> anyhow::Result<()> {
    let anchor = path.and_then(crate::anchor::read);
    let anchored = u64::from(anchor.is_some());
    if let (Some(path), None) = (path, &anchor) {
        eprintln!(
            "there is no anchor of the audit log at {}: a log that was written anew is not noticed",
            path.display()
        );
    }
    let mut checker = Checker::new(anchor);
    let counted = store.read_audit(&mut |line, row, chain| checker.take(line, row, chain)).await?;
    let lines = checker.close(counted)?;
    say(&format!("audit_lines\t{lines}\naudit_anchored\t{anchored}"))
}

/// The ledger: its sums, and the tables beside it.
async fn ledger(store: &dyn Store) -> anyhow::Result<()> {
    let mut keeper = Bookkeeper::default();
    let (mut last, mut missing) = (0, None);
    let mut take = |page: Vec<(u64, Time, Fact)>| {
        for (place, _, fact) in page {
            if place != last + 1 {
                missing.get_or_insert(last + 1);
            }
            keeper.take(&fact);
            last = place;
        }
    };
    let tables = store.audit(&mut take).await?;
    if let Some(place) = missing {
        bail!("the ledger has a gap: {place} is missing");
    }
    let books = keeper.books();
    let expected = Standing {
        waiting: books.waiting + books.offered,
        active: books.active,
        wrapping: books.wrapping,
        closed: books.arrived - books.waiting - books.offered - books.active - books.wrapping,
    };
    for (name, value) in [
        ("facts", last),
        ("arrived", books.arrived),
        ("waiting", books.waiting),
        ("offered", books.offered),
        ("active", books.active),
        ("answered", books.answered),
        ("abandoned", books.abandoned),
        ("overflowed", books.overflowed),
        ("out_of_hours", books.out_of_hours),
        ("lost_with_callback", books.lost_with_callback),
        ("wrapping", books.wrapping),
        ("violations", books.violations),
        ("tables_differ", u64::from(expected != tables)),
    ] {
        say(&format!("{name}\t{value}"))?;
    }
    for end in EndReason::ALL {
        say(&format!("end_{}\t{}", link::json::encode(&end).trim_matches('"'), keeper.ends(end)))?;
    }
    say(&format!("conservation_difference\t{}", books.conservation_difference()))?;
    if books.conservation_difference() != 0 || books.violations != 0 || expected != tables {
        bail!("the books are wrong");
    }
    Ok(())
}
