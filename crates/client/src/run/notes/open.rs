//! Where a vault and its key are, and how they are opened: by the password, by the system's keyring, for the first
//! time. Refuses to know what stands in the vault.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use desk::note::revision::StreamId;
use uuid::Uuid;

use super::now;
use crate::controller::{NotOpened, Secret};
use crate::shell::Shell;
use crate::vault::keys::{KeyError, KeyFile, KeyringKey, SignIn};
use crate::vault::{DataKey, Vault, VaultError};
use crate::view::notes::VaultTrouble;

/// How long a desk may do without its server until the server's settings have said it.
const OFFLINE_DAYS: u32 = 7;
/// Where the name of the account stands that was signed in last.
const LAST: &str = "account";
/// The longest account name that is read from there, bytes.
const MAX_NAME: usize = 256;

/// Who was signed in last.
pub(super) fn last_account(folder: &Path) -> Option<String> {
    let name = std::fs::read_to_string(folder.join(LAST)).ok()?;
    Some(name).filter(|name| !name.is_empty() && name.len() <= MAX_NAME)
}

/// The way to one account's vault.
#[derive(Clone)]
pub(super) struct Keys {
    folder: Option<PathBuf>,
    account: String,
    shell: Arc<dyn Shell>,
}

/// An opened key.
#[derive(Clone)]
pub(super) struct Unlocked {
    pub(super) file: KeyFile,
    pub(super) key: DataKey,
    stream: Option<StreamId>,
}

impl Keys {
    pub(super) fn new(folder: Option<PathBuf>, account: String, shell: Arc<dyn Shell>) -> Keys {
        Keys { folder, account, shell }
    }

    /// Takes the key out, or makes it after a sign-in with a password. Waits for the keyring and for a password's
    /// check: on a thread that may wait.
    pub(super) fn unlock(&self, password: Option<&Secret>, online: bool) -> Result<Unlocked, NotOpened> {
        let folder = self.folder.as_deref().ok_or(NotOpened::NoFolder)?;
        make_private(folder).map_err(|_| NotOpened::Trouble(VaultTrouble::Broken))?;
        let keyring = Keyring::read(self);
        let unlocked = match (KeyFile::load(&self.path("keys")).map_err(refusal)?, password, online) {
            (Some(file), password, online) => self.known(file, &keyring, password, online)?,
            (None, Some(Secret(password)), true) => self.first(&keyring, password)?,
            (None, None, true) => return Err(NotOpened::Locked),
            (None, Some(_) | None, false) => return Err(NotOpened::NeverHere),
        };
        if online && std::fs::write(folder.join(LAST), &self.account).is_err() {
            tracing::warn!("the last account cannot be kept");
        }
        Ok(unlocked)
    }

    fn first(&self, keyring: &Keyring, password: &str) -> Result<Unlocked, NotOpened> {
        let made = keyring.key.clone().or_else(|| self.new_keyring());
        let path = self.path("keys");
        let created = KeyFile::create(&path, password, made.as_ref(), OFFLINE_DAYS, now());
        let (file, key) = created.map_err(refusal)?;
        Ok(Unlocked { file, key, stream: keyring.stream })
    }

    fn known(
        &self,
        mut file: KeyFile,
        keyring: &Keyring,
        password: Option<&Secret>,
        online: bool,
    ) -> Result<Unlocked, NotOpened> {
        let sign_in = if online { SignIn::Online } else { SignIn::Offline };
        let stream = keyring.stream.or_else(|| file.stream());
        let by_password = password.map(|Secret(password)| file.open_with_password(password, sign_in, now()));
        let key = match by_password {
            Some(Ok(key)) => key,
            // The password was changed at the server: what the keyring opens is locked away with the new one.
            Some(Err(KeyError::WrongKey)) if online => keyring.open(&file, sign_in).map_err(locked)?,
            Some(Err(fault)) => return Err(refusal(fault)),
            None => keyring.open(&file, sign_in).map_err(locked)?,
        };
        if let (Some(Secret(password)), true) = (password, online) {
            let keyring = keyring.key.clone().or_else(|| self.new_keyring());
            file.rewrap(&key, password, keyring.as_ref()).map_err(refusal)?;
        }
        Ok(Unlocked { file, key, stream })
    }

    /// Whether this is the operator's password; waits as long as a check takes.
    pub(super) fn is_password(file: &KeyFile, Secret(password): &Secret) -> bool {
        file.open_with_password(password, SignIn::Online, now()).is_ok()
    }

    pub(super) async fn open(&self, unlocked: &Unlocked) -> Result<Vault, NotOpened> {
        let vault = Vault::open(&self.path("vault"), &unlocked.key, unlocked.stream).await;
        vault.map_err(|fault| NotOpened::Trouble(trouble(&fault)))
    }

    /// Remembers the vault's stream outside it, so that a copied disk is noticed.
    pub(super) fn remember(&self, unlocked: &mut Unlocked, stream: StreamId) {
        if unlocked.file.keep_stream(&unlocked.key, stream).is_err() {
            tracing::warn!("the vault's stream cannot be kept");
        }
        if let Some(text) = self.shell.vault_key(&self.account) {
            let key = text.split_whitespace().next().unwrap_or_default();
            let text = format!("{key} {}", stream.0);
            // Without it the key file alone knows the stream.
            let _ = self.shell.store_vault_key(&self.account, &text);
        }
    }

    fn new_keyring(&self) -> Option<KeyringKey> {
        let key = KeyringKey::random().ok()?;
        self.shell.store_vault_key(&self.account, &key.to_text()).ok()?;
        Some(key)
    }

    fn path(&self, ending: &str) -> PathBuf {
        let hex: String = self.account.bytes().map(|byte| format!("{byte:02x}")).collect();
        let folder = self.folder.clone().unwrap_or_default();
        folder.join(format!("{hex}.{ending}"))
    }
}

/// What the system's keyring has for a vault: a key, and the stream that it saw last.
struct Keyring {
    key: Option<KeyringKey>,
    stream: Option<StreamId>,
}

impl Keyring {
    fn read(keys: &Keys) -> Keyring {
        let text = keys.shell.vault_key(&keys.account).unwrap_or_default();
        let mut parts = text.split_whitespace();
        let key = parts.next().and_then(KeyringKey::from_text);
        let stream = parts.next().and_then(|part| part.parse::<Uuid>().ok()).map(StreamId);
        Keyring { key, stream }
    }

    fn open(&self, file: &KeyFile, sign_in: SignIn) -> Result<DataKey, KeyError> {
        let key = self.key.as_ref().ok_or(KeyError::WrongKey)?;
        file.open_with_keyring(key, sign_in, now())
    }
}

impl Unlocked {
    /// The server was there just now. `offline_days`: how long one may do without it.
    pub(super) fn online(&mut self, offline_days: u32) {
        if self.file.online(&self.key, offline_days, now()).is_err() {
            tracing::warn!("the key file cannot be written");
        }
    }
}

/// The folder is nobody else's.
fn make_private(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn locked(fault: KeyError) -> NotOpened {
    match fault {
        KeyError::WrongKey => NotOpened::Locked,
        KeyError::Expired | KeyError::Newer | KeyError::DiskFull | KeyError::Broken(_) => refusal(fault),
    }
}

fn refusal(fault: KeyError) -> NotOpened {
    match fault {
        KeyError::WrongKey => NotOpened::WrongPassword,
        KeyError::Expired => NotOpened::TooLong,
        KeyError::Newer => NotOpened::Trouble(VaultTrouble::Newer),
        KeyError::DiskFull => NotOpened::Trouble(VaultTrouble::DiskFull),
        KeyError::Broken(fault) => {
            tracing::warn!(%fault, "the key file");
            NotOpened::Trouble(VaultTrouble::Broken)
        }
    }
}

/// What the window is told of a vault's fault.
pub(super) fn trouble(fault: &VaultError) -> VaultTrouble {
    match fault {
        VaultError::DiskFull => VaultTrouble::DiskFull,
        VaultError::Newer => VaultTrouble::Newer,
        VaultError::WrongKey => VaultTrouble::Locked,
        VaultError::Broken(_) => {
            tracing::warn!(%fault, "the vault");
            VaultTrouble::Broken
        }
    }
}
