//! Values as columns, and back. Refuses to know which statement they stand in.

use desk::code::Code;
use desk::ids::OperatorId;
use desk::note::revision::{NoteId, RevId, RevKind, Revision, StreamId};
use desk::time::Time;
use link::json;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::fault::VaultError;

/// What [`revision`] reads, in its order.
macro_rules! revision_columns {
    () => {
        "r.rev_id, r.note_id, r.parents, r.stream_id, r.dseq, r.author, r.kind, r.client_ms, r.body, r.salt, \
         r.commitment"
    };
}
pub(super) use revision_columns;

/// A revision of a row of [`revision_columns`].
pub(super) fn revision(row: &SqliteRow) -> Result<Revision, VaultError> {
    Ok(Revision {
        rev: RevId(uuid(row.try_get(0)?)?),
        note: NoteId(uuid(row.try_get(1)?)?),
        parents: parents(row.try_get(2)?)?,
        stream: StreamId(uuid(row.try_get(3)?)?),
        dseq: uint(row.try_get(4)?),
        author: OperatorId(row.try_get(5)?),
        kind: kind(row.try_get(6)?)?,
        client_ms: Time(uint(row.try_get(7)?)),
        body: row.try_get(8)?,
        salt: row.try_get(9)?,
        commitment: row.try_get(10)?,
    })
}

/// A UUID as its 32 digits.
pub(super) fn name(uuid: Uuid) -> String {
    uuid.simple().to_string()
}

/// 32 digits as their UUID.
pub(super) fn uuid(name: &str) -> Result<Uuid, VaultError> {
    Uuid::try_parse(name).map_err(|_| VaultError::Broken("a name in the file is none".into()))
}

/// Several names as one text.
pub(super) fn parents_text(parents: &[RevId]) -> String {
    parents.iter().map(|parent| name(parent.0)).collect::<Vec<_>>().join(" ")
}

/// The names of such a text.
pub(super) fn parents(text: &str) -> Result<Vec<RevId>, VaultError> {
    text.split_whitespace().map(|name| uuid(name).map(RevId)).collect()
}

pub(super) fn kind_word(kind: RevKind) -> &'static str {
    match kind {
        RevKind::Edit => "edit",
        RevKind::Resolve => "resolve",
        RevKind::Tombstone => "tombstone",
        RevKind::Redact => "redact",
    }
}

pub(super) fn kind(word: &str) -> Result<RevKind, VaultError> {
    let kinds = [RevKind::Edit, RevKind::Resolve, RevKind::Tombstone, RevKind::Redact];
    let found = kinds.into_iter().find(|kind| kind_word(*kind) == word);
    found.ok_or_else(|| VaultError::Broken("a kind in the file is none".into()))
}

/// A code as the file keeps it.
pub(super) fn code_text(code: Code) -> String {
    json::encode(&code)
}

/// The code again; one that this program does not know is still a refusal.
pub(super) fn code(text: &str) -> Code {
    json::decode(text).unwrap_or(Code::Malformed)
}

/// SQLite's integers are signed; ours are counters and instants far below the limit.
pub(super) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// A list for `json_each`: one statement text serves a list of any length.
pub(super) fn list<T: serde::Serialize>(values: &[T]) -> String {
    json::encode(&values)
}
