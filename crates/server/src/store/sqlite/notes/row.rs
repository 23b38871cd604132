//! How a revision lies in its row.

use desk::ids::OperatorId;
use desk::note::revision::{NoteId, RevId, RevKind, Revision, StreamId};
use desk::time::Time;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use super::super::super::StoreError;
use super::super::{small, uint};

/// Bytes of a name.
const NAME_BYTES: usize = 16;

macro_rules! columns {
    () => {
        "select seq, rev_id, note_id, stream_id, dseq, parents, author, kind, client_ms, body,
             salt, commitment, chain
         from note_revision where "
    };
}

/// So many revisions after a place, as [`revision`] and [`chain`] read them.
pub(super) const AFTER: &str = concat!(columns!(), "seq > ? order by seq limit ?");
/// A record's heads that say something, as [`revision`] reads them.
pub(super) const HEADS: &str =
    concat!(columns!(), "seq in (select seq from note_head where note_id = ?) and body is not null");

/// The chain's state after a row of [`AFTER`].
pub(super) fn chain(row: &SqliteRow) -> &str {
    row.get(12)
}

/// A row of [`AFTER`]: its place and what it holds.
pub(super) fn revision(row: &SqliteRow) -> Result<(u64, Revision), StoreError> {
    let seq = uint(row.get(0));
    let damaged = || StoreError::DamagedRevision(seq);
    let name = |place: usize| Uuid::from_slice(row.get(place)).map_err(|_| damaged());
    let parents: &[u8] = row.get(5);
    let parents = parents.chunks(NAME_BYTES).map(|bytes| Uuid::from_slice(bytes).map(RevId));
    Ok((
        seq,
        Revision {
            rev: RevId(name(1)?),
            note: NoteId(name(2)?),
            parents: parents.collect::<Result<_, _>>().map_err(|_| damaged())?,
            stream: StreamId(name(3)?),
            dseq: uint(row.get(4)),
            author: OperatorId(small(row.get(6))),
            kind: kind_of_word(row.get(7)).ok_or_else(damaged)?,
            client_ms: Time(uint(row.get(8))),
            body: row.get(9),
            salt: row.get(10),
            commitment: row.get(11),
        },
    ))
}

/// The names of the parents in one value.
pub(super) fn parents(revision: &Revision) -> Vec<u8> {
    revision.parents.iter().flat_map(|parent| *parent.0.as_bytes()).collect()
}

/// A kind as the table keeps it.
pub(super) fn kind_word(kind: RevKind) -> &'static str {
    match kind {
        RevKind::Edit => "edit",
        RevKind::Resolve => "resolve",
        RevKind::Tombstone => "tombstone",
        RevKind::Redact => "redact",
    }
}

fn kind_of_word(word: &str) -> Option<RevKind> {
    let kinds = [RevKind::Edit, RevKind::Resolve, RevKind::Tombstone, RevKind::Redact];
    kinds.into_iter().find(|kind| kind_word(*kind) == word)
}
