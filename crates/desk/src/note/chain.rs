//! What binds revisions: a commitment to each body, and the server's chain over the commitments. The chain never covers
//! body or salt, so that what was redacted still verifies. Knows no sequence and no disk.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::revision::{RevKind, Revision};

/// The chain's state before the first revision.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Keeps these hashes apart from any others over the same bytes; a change of what is covered changes its number.
const LABEL: &[u8] = b"kenmu note chain 1";
/// Signs of a SHA-256 in hexadecimal.
const HASH_LENGTH: usize = 64;

/// HMAC-SHA256 of a body under its salt (32 bytes in hexadecimal), hexadecimal. A revision that is made without a body
/// (tombstone, redaction) commits to the empty body under an empty salt.
pub fn commitment(body: &str, salt_hex: &str) -> String {
    // A salt that is no hexadecimal is one of its own: the answer is always there, and differs from all others.
    let salt = hex::decode(salt_hex).unwrap_or_else(|_| salt_hex.as_bytes().to_vec());
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&salt).expect("HMAC takes a key of any length");
    mac.update(body.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// Whether a revision's commitment is that of its body. One whose body was redacted can no longer be told from its
/// commitment, which only has to be one.
pub fn commits(revision: &Revision) -> bool {
    match (&revision.body, &revision.salt) {
        (Some(body), Some(salt)) => {
            salt.len() == HASH_LENGTH && is_hash(salt) && revision.commitment == commitment(body, salt)
        }
        (None, None) => match revision.kind {
            RevKind::Tombstone | RevKind::Redact => revision.commitment == commitment("", ""),
            RevKind::Edit | RevKind::Resolve => is_hash(&revision.commitment),
        },
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// The chain's state at `seq`, hexadecimal, from the state before it and the revision that stands there.
pub fn link(chain_hex: &str, seq: u64, revision: &Revision) -> String {
    let mut hash = Sha256::new();
    let mut text = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    };
    // Each part stands behind its length, so that no two revisions read the same.
    text(LABEL);
    text(chain_hex.as_bytes());
    text(&seq.to_be_bytes());
    text(revision.rev.0.as_bytes());
    text(revision.note.0.as_bytes());
    text(&revision.parents.iter().flat_map(|parent| *parent.0.as_bytes()).collect::<Vec<u8>>());
    text(revision.stream.0.as_bytes());
    text(&revision.dseq.to_be_bytes());
    text(&revision.author.0.to_be_bytes());
    text(&[kind(revision.kind)]);
    text(revision.commitment.as_bytes());
    hex::encode(hash.finalize())
}

/// A kind in the chain; never renumbered.
fn kind(kind: RevKind) -> u8 {
    match kind {
        RevKind::Edit => 1,
        RevKind::Resolve => 2,
        RevKind::Tombstone => 3,
        RevKind::Redact => 4,
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH_LENGTH && text.bytes().all(|sign| matches!(sign, b'0'..=b'9' | b'a'..=b'f'))
}
