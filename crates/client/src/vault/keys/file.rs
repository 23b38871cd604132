//! The file beside a vault: its key, locked away twice, and how long one may sign in without the server. Every change
//! is a new file in the old one's place. Refuses to know the time: it is told.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use desk::note::revision::StreamId;
use desk::time::Time;
use link::json;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::seal::{self, Cost, Sealed};
use super::{DataKey, KeyError, KeyringKey, LENGTH};

/// This program's form of the file.
const FORM: u32 = 1;
/// Bytes of the password's salt.
const SALT: usize = 16;
const DAY_MS: u64 = 86_400_000;

const BY_PASSWORD: &str = "kenmu data key, by password, 1";
const BY_KEYRING: &str = "kenmu data key, by keyring, 1";
/// Keeps the marks' binding apart from any other use of the data key.
const MARKS: &str = "kenmu key file marks, 1";

/// How the operator was recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn {
    /// The server agreed just now.
    Online,
    /// Nobody but this file can tell.
    Offline,
}

/// The file beside a vault. All of it may be read by anybody who has the disk: it holds no secret in the clear.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
    saved: Saved,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Saved {
    form: u32,
    salt: String,
    cost: Cost,
    by_password: Sealed,
    by_keyring: Option<Sealed>,
    marks: Marks,
    /// Binds the marks to the data key.
    tag: String,
}

/// What is not secret and must not be changed by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Marks {
    /// When the server agreed last.
    last_online: Time,
    /// The latest time ever seen since then: a clock that is set back gains nothing.
    latest: Time,
    /// How long one may do without the server.
    max_days: u32,
    /// The vault's stream, as it was told last.
    stream: Option<StreamId>,
}

impl KeyFile {
    /// Makes the file, and the key that it keeps, after a sign-in to which the server agreed. Takes some 40 ms of a
    /// core, like everything here that is given a password.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn create(
        path: &Path,
        password: &str,
        keyring: Option<&KeyringKey>,
        max_days: u32,
        now: Time,
    ) -> Result<(KeyFile, DataKey), KeyError> {
        let key = DataKey::random()?;
        let (salt, by_password) = by_password(&key, password)?;
        let marks = Marks { last_online: now, latest: now, max_days, stream: None };
        let by_keyring = by_keyring(&key, keyring)?;
        let saved =
            Saved { form: FORM, salt, cost: Cost::NOW, by_password, by_keyring, marks, tag: String::new() };
        let mut file = KeyFile { path: path.to_owned(), saved };
        file.write(&key)?;
        Ok((file, key))
    }

    /// Reads the file; none when there is none.
    ///
    /// # Errors
    /// [`KeyError::Newer`], or when it cannot be read.
    pub fn load(path: &Path) -> Result<Option<KeyFile>, KeyError> {
        /// What every form begins with.
        #[derive(Deserialize)]
        struct Form {
            form: u32,
        }
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(fault) => return Err(fault.into()),
        };
        let broken = |fault: json::Malformed| KeyError::Broken(fault.to_string());
        if json::decode::<Form>(&text).map_err(broken)?.form > FORM {
            return Err(KeyError::Newer);
        }
        Ok(Some(KeyFile { path: path.to_owned(), saved: json::decode(&text).map_err(broken)? }))
    }

    /// Takes the key out with the password.
    ///
    /// # Errors
    /// [`KeyError::WrongKey`]; [`KeyError::Expired`] when the server agreed too long ago.
    pub fn open_with_password(
        &self,
        password: &str,
        sign_in: SignIn,
        now: Time,
    ) -> Result<DataKey, KeyError> {
        let by = seal::of_password(password, &seal::bytes(&self.saved.salt)?, self.saved.cost)?;
        let key = DataKey(seal::unseal(&by, BY_PASSWORD, &self.saved.by_password)?);
        self.checked(key, sign_in, now)
    }

    /// Takes the key out with what the system's keyring keeps.
    ///
    /// # Errors
    /// As [`KeyFile::open_with_password`]; [`KeyError::WrongKey`] too when no keyring was there so far.
    pub fn open_with_keyring(
        &self,
        keyring: &KeyringKey,
        sign_in: SignIn,
        now: Time,
    ) -> Result<DataKey, KeyError> {
        let sealed = self.saved.by_keyring.as_ref().ok_or(KeyError::WrongKey)?;
        self.checked(DataKey(seal::unseal(&keyring.0, BY_KEYRING, sealed)?), sign_in, now)
    }

    /// Locks the same key away anew: the password was changed, or a keyring came.
    ///
    /// # Errors
    /// When the file cannot be written; the old one stays then.
    pub fn rewrap(
        &mut self,
        key: &DataKey,
        password: &str,
        keyring: Option<&KeyringKey>,
    ) -> Result<(), KeyError> {
        let (salt, by_password) = by_password(key, password)?;
        let by_keyring = by_keyring(key, keyring)?;
        self.changed(key, |saved| {
            *saved = Saved { salt, cost: Cost::NOW, by_password, by_keyring, ..saved.clone() }
        })
    }

    /// The server agreed just now, and says how many days one may do without it.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn online(&mut self, key: &DataKey, max_days: u32, now: Time) -> Result<(), KeyError> {
        self.changed(key, |saved| {
            saved.marks = Marks { last_online: now, latest: now, max_days, ..saved.marks };
        })
    }

    /// Time has passed; to be told after each sign-in and every few minutes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn seen(&mut self, key: &DataKey, now: Time) -> Result<(), KeyError> {
        if now <= self.saved.marks.latest {
            return Ok(());
        }
        self.changed(key, |saved| saved.marks.latest = now)
    }

    /// The vault's stream as it was told last: one of its two places outside the vault.
    pub fn stream(&self) -> Option<StreamId> {
        self.saved.marks.stream
    }

    /// Remembers the vault's stream.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_stream(&mut self, key: &DataKey, stream: StreamId) -> Result<(), KeyError> {
        if self.saved.marks.stream == Some(stream) {
            return Ok(());
        }
        self.changed(key, |saved| saved.marks.stream = Some(stream))
    }

    /// The marks are those that this key bound, and the time is not over.
    fn checked(&self, key: DataKey, sign_in: SignIn, now: Time) -> Result<DataKey, KeyError> {
        let marks = self.saved.marks;
        if !seal::is_tag(&marks_key(&key), &json::encode(&marks), &self.saved.tag)? {
            return Err(KeyError::WrongKey);
        }
        let alone = now.max(marks.latest).since(marks.last_online);
        match sign_in {
            SignIn::Offline if alone.0 > u64::from(marks.max_days) * DAY_MS => Err(KeyError::Expired),
            SignIn::Offline | SignIn::Online => Ok(key),
        }
    }

    fn changed(&mut self, key: &DataKey, change: impl FnOnce(&mut Saved)) -> Result<(), KeyError> {
        let before = self.saved.clone();
        change(&mut self.saved);
        let written = self.write(key);
        if written.is_err() {
            self.saved = before;
        }
        written
    }

    /// A new file, on the disk before it takes the old one's place.
    fn write(&mut self, key: &DataKey) -> Result<(), KeyError> {
        self.saved.tag = seal::tag(&marks_key(key), &json::encode(&self.saved.marks));
        let beside = self.path.with_extension("keys.new");
        let mut file = private(&beside)?;
        file.write_all(json::encode(&self.saved).as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, &self.path)?;
        // The rename itself is on the disk only when its folder is.
        #[cfg(unix)]
        File::open(self.path.parent().unwrap_or(Path::new(".")))?.sync_all()?;
        Ok(())
    }
}

/// An empty file that nobody else may read.
fn private(path: &Path) -> Result<File, KeyError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?)
}

fn by_password(key: &DataKey, password: &str) -> Result<(String, Sealed), KeyError> {
    let salt = seal::random::<SALT>()?;
    let by = seal::of_password(password, &salt[..], Cost::NOW)?;
    Ok((seal::base64(&salt[..]), seal::seal(&by, BY_PASSWORD, &key.0)?))
}

fn by_keyring(key: &DataKey, keyring: Option<&KeyringKey>) -> Result<Option<Sealed>, KeyError> {
    keyring.map(|keyring| seal::seal(&keyring.0, BY_KEYRING, &key.0)).transpose()
}

/// The key of the marks' binding: not the data key itself.
fn marks_key(key: &DataKey) -> Zeroizing<[u8; LENGTH]> {
    let derived =
        ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key.0[..]), MARKS.as_bytes());
    let mut bytes = Zeroizing::new([0; LENGTH]);
    bytes.copy_from_slice(derived.as_ref());
    bytes
}
