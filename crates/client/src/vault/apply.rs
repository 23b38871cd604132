//! Revisions into the file, a thousand as quickly as one. Refuses to know whether they were made here or came.

use desk::note::revision::Revision;
use desk::time::Time;
use sqlx::QueryBuilder;
use sqlx::sqlite::SqliteConnection;

use super::fault::VaultError;
use super::row;

/// Rows in one insert: as many words to the database's thread less, and 14 columns of each stay far below SQLite's
/// 32,766 parameters.
const ROWS: usize = 125;

/// A revision and where it stands.
pub(super) struct Incoming<'a> {
    pub(super) revision: &'a Revision,
    /// The server's place, once it has one.
    pub(super) seq: Option<u64>,
}

/// Puts revisions and their parents in. One that is there already learns its place and loses what the server has
/// redacted; what was emptied here stays empty.
pub(super) async fn insert(
    conn: &mut SqliteConnection,
    incoming: &[Incoming<'_>],
    own: bool,
    now: Time,
) -> Result<(), VaultError> {
    for chunk in incoming.chunks(ROWS) {
        let mut insert = QueryBuilder::new(
            "insert into revision (rev_id, note_id, parents, stream_id, dseq, author, kind, client_ms, body, salt,
             commitment, own, seq, stored_ms) ",
        );
        insert.push_values(chunk, |mut values, one| {
            let revision = one.revision;
            values.push_bind(row::name(revision.rev.0)).push_bind(row::name(revision.note.0));
            values.push_bind(row::parents_text(&revision.parents));
            values.push_bind(row::name(revision.stream.0)).push_bind(row::int(revision.dseq));
            values.push_bind(revision.author.0).push_bind(row::kind_word(revision.kind));
            values.push_bind(row::int(revision.client_ms.0));
            values.push_bind(revision.body.as_deref()).push_bind(revision.salt.as_deref());
            values.push_bind(revision.commitment.as_str()).push_bind(own);
            values.push_bind(one.seq.map(row::int)).push_bind(row::int(now.0));
        });
        insert.push(
            " on conflict (rev_id) do update set seq = excluded.seq, body = iif(excluded.body is null, null, body),
              salt = iif(excluded.body is null, null, salt)",
        );
        insert.build().persistent(chunk.len() == ROWS).execute(&mut *conn).await?;
    }
    parents(conn, incoming).await
}

async fn parents(conn: &mut SqliteConnection, incoming: &[Incoming<'_>]) -> Result<(), VaultError> {
    let pair = |one: &Incoming<'_>| {
        let child = row::name(one.revision.rev.0);
        one.revision.parents.iter().map(|parent| (row::name(parent.0), child.clone())).collect::<Vec<_>>()
    };
    let pairs: Vec<(String, String)> = incoming.iter().flat_map(pair).collect();
    if pairs.is_empty() {
        return Ok(());
    }
    let insert = "insert into parent (parent_id, rev_id)
                  select value ->> 0, value ->> 1 from json_each(?) where true on conflict do nothing";
    sqlx::query(insert).bind(row::list(&pairs)).execute(conn).await?;
    Ok(())
}
