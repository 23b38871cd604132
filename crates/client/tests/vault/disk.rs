//! The disk: stolen, full, and written by a newer program.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use client::vault::keys::{KeyFile, KeyringKey};
use client::vault::{DataKey, Draft, Vault, VaultError};
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

use super::samples::{NOW, at, edit, id, record};

/// How long a write may take to say that the disk is full.
const QUICKLY: Duration = Duration::from_secs(1);

/// Every place in the folder's files where one of these words stands, in UTF-8 or UTF-16.
fn found(folder: &Path, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for word in words {
            let wide = |bytes: fn(u16) -> [u8; 2]| word.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
            let forms = [word.as_bytes().to_vec(), wide(u16::to_le_bytes), wide(u16::to_be_bytes)];
            if forms.iter().any(|form| bytes.windows(form.len()).any(|window| window == form)) {
                found.push(format!("{word} in {}", path.display()));
            }
        }
    }
    found
}

#[tokio::test]
async fn a_stolen_disk_shows_no_word_of_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let keyring = KeyringKey::random().unwrap();
    let path = folder.path().join("61.keys");
    let (_, key) = KeyFile::create(&path, "ひらけごま", Some(&keyring), 7, NOW).unwrap();
    let vault = Vault::open(&folder.path().join("61.vault"), &key, None).await.unwrap();
    for nth in 0..300 {
        let note = id();
        let text = format!("目印の文章 marker-text {nth}");
        vault.draft(Draft { note, parents: Vec::new(), record: record(&text), at: NOW }).await.unwrap();
        if nth % 2 == 0 {
            vault.write(edit(note, Vec::new(), record(&text), at(nth))).await.unwrap();
        }
    }
    vault.keep("forms", "目印の文章").await.unwrap();
    let words = [
        "目印の文章",
        "目印ノ文章",
        "marker-text",
        "オペレーター",
        "ひらけごま",
        "SQLite format",
        "create table",
    ];
    let names: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names.len(), 4, "key file, database, log and shared memory: {names:?}");
    assert_eq!(found(folder.path(), &words), Vec::<String>::new());
    vault.close().await;
    assert_eq!(found(folder.path(), &words), Vec::<String>::new());
    std::fs::write(folder.path().join("control"), "目印の文章").unwrap();
    assert_eq!(found(folder.path(), &words).len(), 1, "the search finds what is there");
}

#[tokio::test]
async fn an_older_program_refuses_a_newer_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("v");
    let key = DataKey::random().unwrap();
    Vault::open(&path, &key, None).await.unwrap().close().await;
    let options = SqliteConnectOptions::new().filename(&path).pragma("key", key.pragma());
    let mut raw = SqliteConnection::connect_with(&options).await.unwrap();
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                 values (9999, 'of a newer program', 1, x'00', 0)";
    sqlx::query(newer).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    assert!(matches!(Vault::open(&path, &key, None).await, Err(VaultError::Newer)));
}

/// A small disk of its own; none where this user may not mount one.
struct Disk(tempfile::TempDir);

impl Disk {
    fn new() -> Option<Disk> {
        let folder = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=2m", "tmpfs"]).arg(folder.path());
        mount.status().is_ok_and(|status| status.success()).then_some(Disk(folder))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// Fills the disk to the last byte.
fn fill(path: &Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(path).unwrap();
    let mut size = 65_536;
    while size > 0 {
        if file.write_all(&vec![0; size]).is_err() {
            size /= 2;
        }
    }
}

#[tokio::test]
async fn a_full_disk_is_said_at_once_and_writing_goes_on_by_itself() {
    let Some(disk) = Disk::new() else {
        eprintln!("not tried: a small disk can be mounted by the administrator only");
        return;
    };
    let top = disk.0.path();
    let vault = Vault::open(&top.join("v"), &DataKey::random().unwrap(), None).await.unwrap();
    let (mut good, mut full) = (Vec::new(), 0);
    for turn in 0..3 {
        fill(&top.join("filler"));
        let mut nth = 0;
        while full < 5 * (turn + 1) {
            nth += 1;
            assert!(nth < 3_000, "it must be full some time");
            let (note, began) = (id(), Instant::now());
            let text = format!("{turn} {nth} {}", "長い文".repeat(100));
            let draft = Draft { note, parents: Vec::new(), record: record(&text), at: NOW };
            let drafted = vault.draft(draft).await;
            let written = vault.write(edit(note, Vec::new(), record(&text), NOW)).await;
            assert!(began.elapsed() < QUICKLY, "{:?}", began.elapsed());
            for result in [drafted, written.map(|stored| good.push((note, stored.rev)))] {
                match result {
                    Ok(()) => {}
                    Err(VaultError::DiskFull) => full += 1,
                    Err(other) => panic!("{other}"),
                }
            }
        }
        std::fs::remove_file(top.join("filler")).unwrap();
        let note = id();
        let stored = vault.write(edit(note, Vec::new(), record("また書ける"), NOW)).await.unwrap();
        good.push((note, stored.rev));
    }
    for (note, rev) in &good {
        assert_eq!(vault.read(*note).await.unwrap().expect("what was saved is there").heads[0].0, *rev);
    }
    let unsynced = vault.lists().await.unwrap().unsynced;
    assert_eq!(unsynced as usize, good.len(), "and nothing of what was not");
    let numbers: Vec<u64> = vault.outbox().await.unwrap().revisions.iter().map(|one| one.dseq).collect();
    assert!(numbers.iter().zip(1..).all(|(number, nth)| *number == nth), "no number was used up in vain");
    vault.close().await;
}
