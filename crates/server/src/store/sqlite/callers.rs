//! Who called: rows beside the ledger that can be erased.

use desk::ids::ContactId;
use desk::time::Time;
use link::state::Caller;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::{CallerRow, StoreError};
use super::{int, uint};

/// Callers that are read at most: many times what six seats can talk to in the longest span.
const MOST: i64 = 20_000;

pub(super) async fn keep(turn: &mut SqliteConnection, row: &CallerRow) -> Result<(), StoreError> {
    let (kind, number) = match &row.caller {
        Caller::Number { number } => ("number", Some(number.as_str())),
        Caller::Withheld => ("withheld", None),
        Caller::Payphone => ("payphone", None),
        Caller::OutOfArea => ("out_of_area", None),
    };
    sqlx::query("insert into caller (contact_id, kind, number, called_ms) values (?, ?, ?, ?)")
        .bind(int(row.contact.0))
        .bind(kind)
        .bind(number)
        .bind(int(row.called.0))
        .execute(turn)
        .await?;
    Ok(())
}

pub(super) async fn since(pool: &SqlitePool, since: Time) -> Result<Vec<CallerRow>, StoreError> {
    let rows = sqlx::query(
        "select contact_id, kind, caller.number, called_ms, outgoing from (
             select contact_id, kind, number, called_ms from caller where called_ms >= ?
             order by called_ms desc, contact_id desc limit ?) as caller
         join contact using (contact_id)
         order by called_ms, contact_id",
    )
    .bind(int(since.0))
    .bind(MOST)
    .fetch_all(pool)
    .await?;
    let read = |row: &sqlx::sqlite::SqliteRow| {
        let number: Option<String> = row.get(2);
        let caller = match (row.get::<&str, _>(1), number) {
            ("number", Some(number)) => Caller::Number { number },
            ("payphone", _) => Caller::Payphone,
            ("out_of_area", _) => Caller::OutOfArea,
            // The table allows no fourth kind; an erased number is one that is not told.
            (_, _) => Caller::Withheld,
        };
        let ours = row.get::<i64, _>(4) != 0;
        CallerRow { contact: ContactId(uint(row.get(0))), caller, called: Time(uint(row.get(3))), ours }
    };
    Ok(rows.iter().map(read).collect())
}
