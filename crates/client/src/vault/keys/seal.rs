//! Locking a key away with another one: Argon2id of the password, AES-256-GCM, HMAC-SHA256 of the marks. Refuses to
//! know files.

use argon2::{Algorithm, Argon2, Params, Version};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{KeyError, LENGTH};

/// How dear a guess of the password is (OWASP's figure for Argon2id: 19 MiB, two passes, one lane).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cost {
    pub(super) memory_kib: u32,
    pub(super) passes: u32,
    pub(super) lanes: u32,
}

impl Cost {
    pub(super) const NOW: Cost = Cost { memory_kib: 19 * 1024, passes: 2, lanes: 1 };
}

/// More than any version of this program asks for: a file that somebody changed must not eat the memory.
const MOST_MEMORY_KIB: u32 = 256 * 1024;
const MOST_PASSES: u32 = 16;

/// A key, locked away: nonce and ciphertext with its tag, base64.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sealed {
    nonce: String,
    text: String,
}

/// Fresh bytes for a key.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, KeyError> {
    let mut bytes = Zeroizing::new([0; N]);
    let drawn = SystemRandom::new().fill(&mut bytes[..]);
    drawn.map_err(|_| KeyError::Broken("the system has no randomness".into()))?;
    Ok(bytes)
}

/// The key that a password makes; some 40 ms of a core.
pub(super) fn of_password(
    password: &str,
    salt: &[u8],
    cost: Cost,
) -> Result<Zeroizing<[u8; LENGTH]>, KeyError> {
    if cost.memory_kib > MOST_MEMORY_KIB || cost.passes > MOST_PASSES {
        return Err(KeyError::Broken("the file asks for too much memory".into()));
    }
    let broken = |_| KeyError::Broken("the file's Argon2 parameters make no sense".into());
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(LENGTH)).map_err(broken)?;
    let mut key = Zeroizing::new([0; LENGTH]);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(password.as_bytes(), salt, &mut key[..]).map_err(broken)?;
    Ok(key)
}

/// Locks `key` away; `purpose` must be said again to get it back.
pub(super) fn seal(by: &[u8; LENGTH], purpose: &str, key: &[u8; LENGTH]) -> Result<Sealed, KeyError> {
    let nonce = random::<NONCE_LEN>()?;
    let mut text = Zeroizing::new(key.to_vec());
    let sealed = cipher(by)?.seal_in_place_separate_tag(
        Nonce::assume_unique_for_key(*nonce),
        Aad::from(purpose),
        &mut text[..],
    );
    let tag = sealed.map_err(|_| KeyError::Broken("the cipher failed".into()))?;
    Ok(Sealed { nonce: base64(&nonce[..]), text: base64(&[&text[..], tag.as_ref()].concat()) })
}

/// Takes a key out again.
pub(super) fn unseal(
    by: &[u8; LENGTH],
    purpose: &str,
    sealed: &Sealed,
) -> Result<Zeroizing<[u8; LENGTH]>, KeyError> {
    let nonce = bytes(&sealed.nonce)?;
    let nonce = Nonce::try_assume_unique_for_key(&nonce).map_err(|_| KeyError::WrongKey)?;
    let mut text = Zeroizing::new(bytes(&sealed.text)?);
    let opened = cipher(by)?.open_in_place(nonce, Aad::from(purpose), &mut text[..]);
    let opened = opened.map_err(|_| KeyError::WrongKey)?;
    let mut key = Zeroizing::new([0; LENGTH]);
    if opened.len() != LENGTH {
        return Err(KeyError::WrongKey);
    }
    key.copy_from_slice(opened);
    Ok(key)
}

/// Binds marks to a key, so that nobody without it changes them.
pub(super) fn tag(by: &[u8; LENGTH], marks: &str) -> String {
    base64(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, by), marks.as_bytes()).as_ref())
}

/// Whether marks are those that were bound.
pub(super) fn is_tag(by: &[u8; LENGTH], marks: &str, tag: &str) -> Result<bool, KeyError> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, by);
    Ok(hmac::verify(&key, marks.as_bytes(), &bytes(tag)?).is_ok())
}

fn cipher(by: &[u8; LENGTH]) -> Result<LessSafeKey, KeyError> {
    let key = UnboundKey::new(&AES_256_GCM, by);
    key.map(LessSafeKey::new).map_err(|_| KeyError::Broken("the cipher takes no such key".into()))
}

pub(super) fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

pub(super) fn bytes(text: &str) -> Result<Vec<u8>, KeyError> {
    use base64::Engine;
    let read = base64::engine::general_purpose::STANDARD.decode(text);
    read.map_err(|_| KeyError::Broken("the file's base64 makes no sense".into()))
}
