//! The audit's anchor: a small file away from the database that says how the log stood. Whoever rewrites the log
//! would have to reach both. Knows no rule about what the log says.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;

use crate::audit::Anchor;
use crate::store::{Store, StoreError};

/// How often the anchor follows the log: what is written in between can be cut off unnoticed only together with the
/// database's own count.
const EVERY: Duration = Duration::from_secs(2);
/// The largest file that is read as an anchor.
const MAX_BYTES: u64 = 256;

/// Reads an anchor; none: there is no file, or it is no anchor.
pub fn read(path: &Path) -> Option<Anchor> {
    let fits = std::fs::metadata(path).is_ok_and(|file| file.len() <= MAX_BYTES);
    let text = fits.then(|| std::fs::read_to_string(path).ok()).flatten()?;
    let (line, chain) = text.trim().split_once(' ')?;
    Some(Anchor { line: line.parse().ok()?, chain: chain.to_owned() })
}

/// Writes an anchor in the place of an older one, whole or not at all.
///
/// # Errors
/// The folder is not there or cannot be written to.
pub fn write(path: &Path, anchor: &Anchor) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    std::fs::write(&draft, format!("{} {}\n", anchor.line, anchor.chain))?;
    std::fs::File::open(&draft)?.sync_all()?;
    std::fs::rename(draft, path)
}

/// Whether the anchor could follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Followed {
    /// It says how the log stands.
    Yes,
    /// The log does not lead on from it: it was tampered with, or belongs to another database.
    Doubted,
    /// It could not be written.
    Unwritten,
}

/// Lets the anchor follow the log, when the log leads on from it.
///
/// # Errors
/// The store does not answer.
pub async fn follow(store: &dyn Store, path: &Path) -> Result<Followed, StoreError> {
    let Some(head) = store.audit_head().await? else { return Ok(Followed::Yes) };
    if let Some(kept) = read(path) {
        if kept == head {
            return Ok(Followed::Yes);
        }
        if store.audit_chain(kept.line).await?.as_ref() != Some(&kept.chain) {
            return Ok(Followed::Doubted);
        }
    }
    Ok(if write(path, &head).is_ok() { Followed::Yes } else { Followed::Unwritten })
}

/// Follows for ever; says once what hinders it.
pub async fn keep(store: Arc<dyn Store>, path: PathBuf) {
    let mut every = tokio::time::interval(EVERY);
    every.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut told = Followed::Yes;
    loop {
        every.tick().await;
        // A store that does not answer is the hub's business.
        let Ok(followed) = follow(&*store, &path).await else { continue };
        if followed != told {
            match followed {
                Followed::Yes => tracing::info!("the audit's anchor follows again"),
                Followed::Doubted => {
                    tracing::error!(
                        "the audit log does not lead on from its anchor: run kenmu-server verify"
                    );
                }
                Followed::Unwritten => tracing::warn!("the audit's anchor cannot be written (audit_anchor)"),
            }
            told = followed;
        }
    }
}
