//! An operator's vault as whoever has the disk and the password sees it: sound or not, and what stands in it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use client::vault::Vault;
use client::vault::keys::{KeyFile, SignIn};
use desk::note::{NoteId, Record};
use desk::time::Time;

use crate::centre::PASSWORD;
use crate::sound::now_ms;

/// The account whose vault is looked at.
pub struct Looked {
    folder: PathBuf,
    account: String,
}

impl Looked {
    /// The vault of an account below a desk's data folder.
    pub fn at(folder: &Path, account: &str) -> Looked {
        Looked { folder: folder.to_owned(), account: account.to_owned() }
    }

    /// Opens it with the password of the demo's accounts.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(&self) -> Result<Vault> {
        let file = KeyFile::load(&self.path("keys"))?.context("there is a key file")?;
        let key = file.open_with_password(PASSWORD, SignIn::Online, Time(now_ms() as u64))?;
        Ok(Vault::open(&self.path("vault"), &key, file.stream()).await?)
    }

    fn path(&self, ending: &str) -> PathBuf {
        let hex: String = self.account.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{hex}.{ending}"))
    }

    /// What stands in 案内内容 of a record: its draft's words, else its head's.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn text(vault: &Vault, note: NoteId) -> Result<Option<String>> {
        let drafts = vault.drafts().await?;
        let draft = drafts.into_iter().find(|draft| draft.note == note).map(|draft| draft.record);
        let kept = vault.read(note).await?.and_then(|kept| kept.heads.into_iter().next());
        let record = draft.or(kept.map(|(_, _, _, record)| record));
        Ok(record.and_then(|record| match record {
            Record::Note(note) => Some(note.written.text),
            Record::Sheet(_) | Record::Handover(_) => None,
        }))
    }

    /// The file is sound.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn is_sound(vault: &Vault) -> Result<()> {
        let faults = vault.faults().await?;
        ensure!(faults.is_empty(), "the vault is broken: {faults:?}");
        Ok(())
    }

    /// Every word in it, decrypted: the strings of JSON apart, numbers left out, since a time may look like anything.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn words(vault: &Vault) -> Result<Vec<String>> {
        let mut words = Vec::new();
        for text in vault.everything().await? {
            match serde_json::from_str(&text) {
                Ok(json) => strings(&json, &mut words),
                Err(_) => words.push(text),
            }
        }
        Ok(words)
    }

    /// The bytes of every file below the data folder, as they lie on the disk.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn raw(&self) -> Result<Vec<(PathBuf, Vec<u8>)>> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let path = entry?.path();
            if path.is_file() {
                found.push((path.clone(), std::fs::read(path)?));
            }
        }
        Ok(found)
    }
}

fn strings(json: &serde_json::Value, words: &mut Vec<String>) {
    match json {
        serde_json::Value::String(text) => words.push(text.clone()),
        serde_json::Value::Array(parts) => parts.iter().for_each(|part| strings(part, words)),
        serde_json::Value::Object(parts) => parts.values().for_each(|part| strings(part, words)),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => {}
    }
}
