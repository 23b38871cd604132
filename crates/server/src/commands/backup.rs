//! `kenmu-server backup` and `kenmu-server restore`: copies of the whole database, each looked through before it
//! counts.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use desk::time::Time;

use super::{run_by, say, verify};
use crate::config::Config;
use crate::secret::new_stream;
use crate::{anchor, lock, store};

pub(super) async fn backup(config: &Config, file: &Path, now: Time) -> anyhow::Result<()> {
    let seq = copy(config, file, now).await?;
    if config.database_key_file.is_none() {
        eprintln!(
            "The database has no key, so the backup is not encrypted either: keep it where nobody else reads."
        );
    }
    say(&format!("notes\t{seq}"))
}

pub(super) async fn restore(config: &Config, file: &Path, force: bool, now: Time) -> anyhow::Result<()> {
    let seq = put_back(config, file, force, now).await?;
    say(&format!("notes\t{seq}"))
}

/// What `backup` does without its words: a verified copy in a new file, which counts as durable from now on. Gives
/// how far its notes are.
///
/// # Errors
/// The file is there already, the database cannot be read, or the copy is wrong.
pub async fn copy(config: &Config, file: &Path, now: Time) -> anyhow::Result<u64> {
    if file.exists() {
        bail!("{} is there already; a backup never overwrites one", file.display());
    }
    let key = config.database_key_file.as_deref();
    let live = store::open_existing(&config.database, key).await?;
    let draft = beside(file, ".draft");
    if draft.exists() {
        std::fs::remove_file(&draft).with_context(|| format!("cannot remove {}", draft.display()))?;
    }
    let mark = live.notes_mark().await?;
    live.copy_to(&draft).await.with_context(|| format!("cannot write {}", draft.display()))?;
    keep_private(&draft)?;
    let copy = store::look(&draft, key).await.context("the copy cannot be read")?;
    let seq = verify::check_copy(&*copy).await?;
    copy.close().await;
    File::open(&draft)?.sync_all()?;
    std::fs::rename(&draft, file)?;
    sync_folder(file)?;
    let bytes = std::fs::metadata(file)?.len();
    let line = run_by::line(now, "backup", &format!("notes {seq}, {bytes} bytes, epoch {}", mark.epoch));
    live.raise_durable(mark.epoch, seq, &line).await?;
    if let Some(path) = config.anchor() {
        anchor::follow(&*live, &path).await?;
    }
    live.close().await;
    Ok(seq)
}

/// What `restore` does without its words: a backup in the place of the database, which begins another life. Gives how
/// far its notes are.
///
/// # Errors
/// A server works, a database is there and `force` is not given, or the backup is wrong. Then nothing has changed.
pub async fn put_back(config: &Config, file: &Path, force: bool, now: Time) -> anyhow::Result<u64> {
    let database = store::file_of(&config.database)?;
    let hold = lock::alone(&database).context("the database's folder cannot be written to")?;
    if hold.is_none() {
        bail!("a server works on {}; stop it first", database.display());
    }
    if database.exists() && !force {
        bail!(
            "there is a database {}; --force puts it aside and the backup in its place",
            database.display()
        );
    }
    let key = config.database_key_file.as_deref();
    let copy = store::look(file, key).await?;
    verify::check_copy(&*copy).await?;
    copy.close().await;
    let draft = beside(&database, ".restoring");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(beside(&draft, end));
    }
    std::fs::copy(file, &draft).with_context(|| format!("cannot write {}", draft.display()))?;
    keep_private(&draft)?;
    let url = format!("sqlite:{}", draft.display());
    let next = store::open_existing(&url, key).await?;
    let (mark, epoch) = (next.notes_mark().await?, new_stream().max(1));
    let line = run_by::line(now, "restore", &format!("notes {}, epoch {} -> {epoch}", mark.seq, mark.epoch));
    next.begin_life(epoch, &line).await?;
    let head = next.audit_head().await?;
    next.close().await;
    File::open(&draft)?.sync_all()?;
    put_aside(&database, now)?;
    for end in ["", "-wal", "-shm"] {
        let from = beside(&draft, end);
        if from.exists() {
            std::fs::rename(from, beside(&database, end))?;
        }
    }
    sync_folder(&database)?;
    // The log is the backup's now, and its anchor with it.
    if let (Some(path), Some(head)) = (config.anchor(), head) {
        anchor::write(&path, &head).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(mark.seq)
}

/// The database that was there keeps its contents under another name; its log goes with it.
fn put_aside(database: &Path, now: Time) -> std::io::Result<()> {
    let aside = beside(database, &format!(".before-{}", now.0));
    for end in ["", "-wal", "-shm"] {
        let from = beside(database, end);
        if from.exists() {
            std::fs::rename(from, beside(&aside, end))?;
        }
    }
    Ok(())
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(end);
    PathBuf::from(name)
}

/// Nobody but the owner reads it.
#[cfg(unix)]
fn keep_private(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_private(_file: &Path) -> std::io::Result<()> {
    Ok(())
}

/// The new name itself is on the disk.
fn sync_folder(file: &Path) -> std::io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if cfg!(unix) { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}
