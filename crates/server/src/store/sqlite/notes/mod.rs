//! Revisions as rows. Knows no rule about what may come in; see `crate::notes`.

mod pull;
mod push;
mod read;
mod row;
mod search;

use link::message::notes::NotesMark;
use sqlx::{Row, SqliteConnection};

use super::super::StoreError;
use super::uint;

pub(super) use pull::pull;
pub(super) use push::{Log, push};
pub(super) use read::read_all;
pub(super) use search::search;

/// The counters of the notes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    pub epoch: u64,
    /// The newest revision.
    pub seq: u64,
    /// Up to here a verified backup has them.
    pub durable: u64,
}

impl Marks {
    pub fn mark(self) -> NotesMark {
        NotesMark { epoch: self.epoch, seq: self.seq }
    }
}

pub(super) async fn marks(turn: &mut SqliteConnection) -> Result<Marks, StoreError> {
    let rows =
        sqlx::query("select name, value from counter where name in ('epoch', 'note_seq', 'durable_seq')")
            .fetch_all(turn)
            .await?;
    let mut marks = Marks::default();
    for row in rows {
        let value = uint(row.get(1));
        match row.get::<&str, _>(0) {
            "epoch" => marks.epoch = value,
            "note_seq" => marks.seq = value,
            _ => marks.durable = value,
        }
    }
    Ok(marks)
}

/// The chain's state after this revision; none: there is no such one.
async fn chain_at(turn: &mut SqliteConnection, seq: u64) -> Result<Option<String>, StoreError> {
    if seq == 0 {
        return Ok(Some(desk::note::chain::GENESIS.to_owned()));
    }
    let chain = sqlx::query_scalar("select chain from note_revision where seq = ?").bind(super::int(seq));
    Ok(chain.fetch_optional(turn).await?)
}
