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
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
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

/// The refresh token that follows another one for one attempt of its owner: whoever does not know both
/// cannot make it. With 256 bits in the first one its plain hash cannot be guessed.
pub fn heir_of(refresh: &str, attempt: &str) -> String {
    let mut hasher = Sha256::new();
    for part in ["kenmu refresh", refresh, attempt] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    URL_SAFE_NO_PAD.encode(hasher.finalize())
}

/// The signs of a code that somebody reads off a screen: Crockford's 32, without I, L, O and U.
const CODE_SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Half of a code's length. 30 bits: five guesses in ten minutes find nothing.
const CODE_HALF: usize = 3;

/// Makes a code such as `7K3-QF9`. To be shown once, never stored or logged.
pub fn new_code() -> String {
    let mut bytes = [0; 2 * CODE_HALF];
    rand::rng().fill_bytes(&mut bytes);
    let sign = |byte: &u8| char::from(CODE_SIGNS[usize::from(*byte) % CODE_SIGNS.len()]);
    let (first, last) = bytes.split_at(CODE_HALF);
    first.iter().map(sign).chain(['-']).chain(last.iter().map(sign)).collect()
}

/// The hash of a code as a person types it: small letters, spaces and the signs that look alike are fine.
pub fn hash_code(typed: &str) -> TokenHash {
    let signs = typed.chars().filter(|sign| sign.is_ascii_alphanumeric()).map(|sign| match sign {
        'o' | 'O' => '0',
        'i' | 'I' | 'l' | 'L' => '1',
        other => other.to_ascii_uppercase(),
    });
    hash_token(&signs.collect::<String>())
}

/// An uncompressed point of P-256: 0x04, x, y.
const POINT_BYTES: usize = 65;

/// A booth's public key in the one form in which it is kept; none when it is no point of P-256.
pub fn parse_public_key(text: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    (bytes.len() == POINT_BYTES && bytes[0] == 4).then(|| URL_SAFE_NO_PAD.encode(bytes))
}

/// Whether a text was signed with the private half of a kept public key (ECDSA P-256 with SHA-256, r and s
/// in 64 bytes, base64url: what WebCrypto makes).
pub fn is_signed(key: &str, text: &str, signature: &str) -> bool {
    let (Ok(key), Ok(signature)) =
        (URL_SAFE_NO_PAD.decode(key), URL_SAFE_NO_PAD.decode(signature.trim_end_matches('=')))
    else {
        return false;
    };
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key).verify(text.as_bytes(), &signature).is_ok()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_opens_what_was_kept_of_it_and_nothing_else() {
        let checker = Checker::new().unwrap();
        let kept = argon2id("uketsuke-no-himitsu").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(checker.matches("uketsuke-no-himitsu", Some(&kept)).await.unwrap());
        assert!(!checker.matches("another", Some(&kept)).await.unwrap());
        assert!(!checker.matches("anything", None).await.unwrap());
        assert!(!checker.matches("", Some("")).await.unwrap(), "a removed account has no password");
    }

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        let code = new_code();
        assert_eq!((code.len(), &code[3..4]), (7, "-"));
        assert!(hash_code(&code) == hash_code(&format!(" {} ", code.to_lowercase().replace('-', " "))));
        assert!(hash_code("O1I-LQF") == hash_code("011-1qf"));
        assert!(hash_code("7K3-QF9") != hash_code("7K3-QF8"));
    }

    #[test]
    fn a_signature_opens_for_its_own_text_and_key_alone() {
        use ring::rand::SystemRandom;
        use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
        let random = SystemRandom::new();
        let pair = || {
            let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).unwrap()
        };
        let (own, other) = (pair(), pair());
        let key = |pair: &EcdsaKeyPair| URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let signature = URL_SAFE_NO_PAD.encode(own.sign(&random, b"challenge").unwrap());
        assert!(is_signed(&key(&own), "challenge", &signature));
        assert!(!is_signed(&key(&own), "challenges", &signature));
        assert!(!is_signed(&key(&other), "challenge", &signature));
        assert!(!is_signed("", "challenge", &signature) && !is_signed(&key(&own), "challenge", "%"));
        assert_eq!(parse_public_key(&format!("{}=", key(&own))).as_deref(), Some(&*key(&own)));
        assert_eq!(parse_public_key("BAAA"), None);
    }

    #[test]
    fn an_heir_needs_both_the_token_and_the_attempt() {
        assert_eq!(heir_of("a", "b"), heir_of("a", "b"));
        assert_ne!(heir_of("a", "b"), heir_of("a", "c"));
        assert_ne!(heir_of("ab", ""), heir_of("a", "b"));
    }

    #[test]
    fn two_tokens_differ_and_a_stream_fits_into_a_page() {
        assert_ne!(new_token(), new_token());
        assert!(new_stream() < 1 << 53);
    }
}
