//! One job of the vault: what is asked, in the vault's own calls, and what came of it. Knows no key.

use std::path::Path;

use super::open::trouble;
use super::sheets;
use crate::controller::{Kept, KeptHead, VaultJob, VaultNews, Writing};
use crate::vault::{self, NewRevision, Vault, VaultError};
use crate::view::notes::VaultTrouble;
use desk::note::revision::NoteId;

/// Earlier notes of a caller that are shown beside the pane.
const MOST_EARLIER: u32 = 5;

/// Does the job; what the desk should hear of it.
/// `exports`: where files for the city go.
pub(super) async fn done(vault: &Vault, exports: &Path, job: VaultJob) -> Option<VaultNews> {
    match job {
        VaultJob::Draft(draft) => {
            let note = draft.note;
            let kept = vault.draft(*draft).await;
            Some(VaultNews::Drafted { note, failed: kept.err().map(|fault| trouble(&fault)) })
        }
        VaultJob::Forget(note) => told(vault.forget_draft(note).await),
        VaultJob::Write(writing) => {
            let note = writing.note;
            let rev = vault.write(revision(*writing)).await;
            Some(VaultNews::Wrote {
                note,
                rev: rev.map(|stored| stored.rev).map_err(|fault| trouble(&fault)),
            })
        }
        VaultJob::Read(note) => match read(vault, note).await {
            Ok(kept) => Some(VaultNews::Read { note, kept: kept.map(Box::new) }),
            Err(fault) => told(Err(fault)),
        },
        VaultJob::Lists => match vault.lists().await {
            Ok(lists) => Some(VaultNews::Lists(Box::new(lists))),
            Err(fault) => told(Err(fault)),
        },
        VaultJob::Earlier { note, key } => match vault.earlier(&key, note, MOST_EARLIER).await {
            Ok(hits) => Some(VaultNews::Earlier { note, hits }),
            Err(fault) => told(Err(fault)),
        },
        VaultJob::Search { serial, words, filter, most } => match vault.search(&words, filter, most).await {
            Ok(hits) => Some(VaultNews::Found { serial, hits }),
            Err(fault) => told(Err(fault)),
        },
        VaultJob::Viewed { note, at } => told(vault.viewed(note, at).await),
        VaultJob::Articles(words) => match vault.articles(&words).await {
            Ok(found) => Some(VaultNews::Articles { words, found }),
            Err(fault) => told(Err(fault)),
        },
        VaultJob::Article(code) => match vault.article(&code).await {
            Ok(text) => Some(VaultNews::Article(text)),
            Err(fault) => told(Err(fault)),
        },
        VaultJob::Export { format, columns } => {
            Some(VaultNews::Told(sheets::export(vault, exports, format, &columns).await))
        }
        VaultJob::Import { name, data, columns, author } => {
            Some(VaultNews::Told(sheets::import(vault, &name, &data, &columns, author).await))
        }
        // The session's own.
        VaultJob::Keep(_) | VaultJob::Check(_) | VaultJob::Older { .. } => None,
    }
}

/// What the desk hears of a job that could not even be taken.
pub(super) fn not_done(job: &VaultJob, failed: VaultTrouble) -> Option<VaultNews> {
    match job {
        VaultJob::Draft(draft) => Some(VaultNews::Drafted { note: draft.note, failed: Some(failed) }),
        VaultJob::Write(writing) => Some(VaultNews::Wrote { note: writing.note, rev: Err(failed) }),
        VaultJob::Check(_) => Some(VaultNews::Checked(false)),
        VaultJob::Older { .. } => Some(VaultNews::Older(None)),
        VaultJob::Forget(_)
        | VaultJob::Read(_)
        | VaultJob::Lists
        | VaultJob::Earlier { .. }
        | VaultJob::Search { .. }
        | VaultJob::Viewed { .. }
        | VaultJob::Keep(_)
        | VaultJob::Articles(_)
        | VaultJob::Article(_)
        | VaultJob::Export { .. }
        | VaultJob::Import { .. } => None,
    }
}

fn told(done: Result<(), VaultError>) -> Option<VaultNews> {
    done.err().map(|fault| VaultNews::Trouble(Some(trouble(&fault))))
}

fn revision(writing: Writing) -> NewRevision {
    let Writing { note, parents, author, kind, record, at } = writing;
    NewRevision { note, parents, author, kind, record, at }
}

/// A record with its draft; a record that is a draft only has no heads.
async fn read(vault: &Vault, note: NoteId) -> Result<Option<Kept>, VaultError> {
    let draft = vault.drafts().await?.into_iter().find(|draft| draft.note == note);
    let kept = match (vault.read(note).await?, &draft) {
        (Some(kept), _) => kept,
        (None, Some(_)) => vault::Kept { heads: Vec::new(), refused: None, redacted: false, synced: false },
        (None, None) => return Ok(None),
    };
    let vault::Kept { heads, refused, redacted, synced } = kept;
    let head = |(rev, author, at, record)| KeptHead { rev, author, at, record };
    let heads = heads.into_iter().map(head).collect();
    Ok(Some(Kept { note, heads, refused, redacted, synced, draft }))
}
