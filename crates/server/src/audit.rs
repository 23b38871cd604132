//! The audit log's chain: each line is bound to the one before, so that nothing in it changes unnoticed. Pure.

use sha2::{Digest, Sha256};

use crate::store::AuditRow;

/// The chain's state before the first line.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The chain's state after a line, hexadecimal: SHA-256 over the state before and each field with its length.
pub fn link(before: &str, id: u64, row: &AuditRow) -> String {
    let contact = row.contact.map(|contact| contact.0.to_string()).unwrap_or_default();
    let numbers = [id.to_string(), row.at.0.to_string(), row.operator.0.to_string()];
    let fields = [before, &numbers[0], &numbers[1], &numbers[2], &contact, &row.kind, &row.detail];
    let mut hasher = Sha256::new();
    for field in fields {
        hasher.update((field.len() as u64).to_be_bytes());
        hasher.update(field.as_bytes());
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
