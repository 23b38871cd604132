//! Secrets: how they are made, how they are kept, how they are compared. Knows no account and no table.
//!
//! What we make ourselves has 256 bits of randomness; a plain SHA-256 of it cannot be guessed back, so
//! that a reconnect costs nothing. What a person chose is kept as Argon2id, on a bounded pool.

use std::sync::Arc;

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

/// Bytes of randomness in a token or key.
const TOKEN_BYTES: usize = 32;
/// The most bytes that are hashed: longer input is refused before any work.
pub const MAX_SECRET_BYTES: usize = 256;
/// Argon2id as the security page fixes it: 19 MiB, two passes, one lane.
const ARGON2_KIB: u32 = 19 * 1024;
const ARGON2_PASSES: u32 = 2;
/// Two at once: 38 MiB and two cores at most for sign-ins, whatever knocks.
const ARGON2_AT_ONCE: usize = 2;
/// How many may wait for their turn; at 50 ms each the last one waits under two seconds.
const ARGON2_WAITING: usize = 64;

/// The SHA-256 of a token or key, as the store keeps it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TokenHash(pub [u8; 32]);

impl std::fmt::Debug for TokenHash {
    /// Even a hash has no business in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

/// Makes a token: 32 random bytes in base64url. To be shown or sent once, never stored or logged.
pub fn new_token() -> String {
    let mut bytes = [0; TOKEN_BYTES];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A number for a new stream of events, unlike any before; below 2^53, so that a page can hold it.
pub fn new_stream() -> u64 {
    rand::rng().next_u64() >> 11
}

/// The hash under which a token is found.
pub fn hash_token(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}

/// Whether a text looks like one of our own tokens, so that its plain hash is safe to keep.
pub fn is_own_token(text: &str) -> bool {
    URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == TOKEN_BYTES)
}

/// A kept booth secret as text: `sha256:…` for one that we made, Argon2id for one that a person chose.
pub fn keep_secret(secret: &str) -> Result<String, HashFailed> {
    if is_own_token(secret) {
        return Ok(format!("{OWN}{}", URL_SAFE_NO_PAD.encode(hash_token(secret).0)));
    }
    argon2id(secret)
}

/// Why no hash came out.
#[derive(Debug, thiserror::Error)]
pub enum HashFailed {
    /// The hasher refused (out of memory, over-long input).
    #[error("the password could not be hashed")]
    Hasher,
    /// Too many wait already.
    #[error("too many sign-ins at once")]
    Busy,
}

const OWN: &str = "sha256:";

/// The bounded pool for slow comparisons.
#[derive(Clone)]
pub struct Checker {
    working: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// Compared against when the account is unknown, so that both cost the same.
    decoy: Arc<str>,
}

impl Checker {
    /// A pool.
    ///
    /// # Errors
    /// When the decoy cannot be hashed: no memory for a single sign-in.
    pub fn new() -> Result<Checker, HashFailed> {
        Ok(Checker {
            working: Arc::new(Semaphore::new(ARGON2_AT_ONCE)),
            waiting: Arc::new(Semaphore::new(ARGON2_WAITING)),
            decoy: argon2id(&new_token())?.into(),
        })
    }

    /// Compares a secret with what was kept of it; `None` (nobody of that name) costs as much and is false.
    ///
    /// # Errors
    /// [`HashFailed::Busy`] when too many wait already.
    pub async fn matches(&self, secret: &str, kept: Option<&str>) -> Result<bool, HashFailed> {
        if let Some(own) = kept.and_then(|kept| kept.strip_prefix(OWN)) {
            return Ok(same(own.as_bytes(), URL_SAFE_NO_PAD.encode(hash_token(secret).0).as_bytes()));
        }
        if secret.len() > MAX_SECRET_BYTES {
            return Ok(false);
        }
        let _place = self.waiting.try_acquire().map_err(|_| HashFailed::Busy)?;
        let turn = Arc::clone(&self.working).acquire_owned().await.map_err(|_| HashFailed::Busy)?;
        let known = kept.is_some();
        let kept = kept.unwrap_or(&self.decoy).to_owned();
        let secret = secret.to_owned();
        let good = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            PasswordHash::new(&kept)
                .is_ok_and(|hash| hasher().verify_password(secret.as_bytes(), &hash).is_ok())
        })
        .await
        .map_err(|_| HashFailed::Hasher)?;
        Ok(good && known)
    }
}

/// The Argon2id hash of a password, with its salt and parameters, as text. Takes about 50 ms.
///
/// # Errors
/// [`HashFailed::Hasher`] for over-long input or when memory is short.
pub fn argon2id(password: &str) -> Result<String, HashFailed> {
    if password.len() > MAX_SECRET_BYTES {
        return Err(HashFailed::Hasher);
    }
    let mut salt = [0; 16];
    rand::rng().fill_bytes(&mut salt);
    let salt = SaltString::encode_b64(&salt).map_err(|_| HashFailed::Hasher)?;
    let hash = hasher().hash_password(password.as_bytes(), &salt).map_err(|_| HashFailed::Hasher)?;
    Ok(hash.to_string())
}

fn hasher() -> Argon2<'static> {
    let params =
        Params::new(ARGON2_KIB, ARGON2_PASSES, 1, None).expect("the constants are within Argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Compares without telling by its duration where the difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |seen, (x, y)| seen | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_made_secret_and_a_chosen_one_are_kept_differently_and_both_open() {
        let checker = Checker::new().unwrap();
        let made = new_token();
        for (secret, prefix) in
            [(made.as_str(), OWN), ("kiosk-no-himitsu", "$argon2id$v=19$m=19456,t=2,p=1$")]
        {
            let kept = keep_secret(secret).unwrap();
            assert!(kept.starts_with(prefix), "{kept}");
            assert!(!kept.contains(secret));
            assert!(checker.matches(secret, Some(&kept)).await.unwrap());
            assert!(!checker.matches("another", Some(&kept)).await.unwrap());
        }
        assert!(!checker.matches("anything", None).await.unwrap());
    }

    #[test]
    fn two_tokens_differ_and_a_stream_fits_into_a_page() {
        assert_ne!(new_token(), new_token());
        assert!(new_stream() < 1 << 53);
    }
}
