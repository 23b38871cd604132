//! Callbacks: rows beside the ledger, one for each lost call whose caller's number is known. A number's open
//! ones are settled together, by an operator or by a talk with that number.

use desk::centre::Fact;
use desk::contact::CallbackResult;
use desk::ids::{ContactId, OperatorId};
use desk::time::Time;
use link::state::Caller;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::row::{callback_word, end_of_word};
use super::super::{CallbackRow, Entry, Owed, StoreError};
use super::{int, uint};

/// Numbers that are read at most, those that called last: many times what a shift can call back.
const MOST: i64 = 200;

/// Owes a callback to whoever called, unless no number is known.
pub(super) async fn owe(turn: &mut SqliteConnection, owed: &Owed) -> Result<(), StoreError> {
    sqlx::query(
        "insert into callback (contact_id, due_ms)
         select contact_id, ? from caller where contact_id = ? and number is not null",
    )
    .bind(int(owed.due.0))
    .bind(int(owed.contact.0))
    .execute(turn)
    .await?;
    Ok(())
}

/// What a fact does to the open callbacks.
pub(super) async fn project(turn: &mut SqliteConnection, entry: &Entry) -> Result<(), StoreError> {
    match entry.fact {
        Fact::Live { contact } => settle(turn, contact, "answered", None, entry.at).await,
        Fact::CallbackSettled { contact, operator, result } => match result {
            CallbackResult::NotReached => count_try(turn, contact).await,
            CallbackResult::Reached | CallbackResult::NotNeeded => {
                settle(turn, contact, callback_word(result), Some(operator), entry.at).await
            }
        },
        Fact::Ended { contact, end } if end.is_vain_try() => count_vain_try(turn, contact).await,
        Fact::SignedIn { .. }
        | Fact::SignedOut { .. }
        | Fact::PresenceSet { .. }
        | Fact::HandRaised { .. }
        | Fact::PhoneSuspended { .. }
        | Fact::Arrived { .. }
        | Fact::Offered { .. }
        | Fact::OfferEnded { .. }
        | Fact::Accepted { .. }
        | Fact::HeldSet { .. }
        | Fact::MaskSet { .. }
        | Fact::Rejoined { .. }
        | Fact::Interrupted { .. }
        | Fact::Returned { .. }
        | Fact::Dialled { .. }
        | Fact::Answered { .. }
        | Fact::ConsultBegan { .. }
        | Fact::ConsultLive { .. }
        | Fact::ConsultJoined { .. }
        | Fact::ConsultOver { .. }
        | Fact::HandedOver { .. }
        | Fact::Ended { .. }
        | Fact::Finished { .. } => Ok(()),
    }
}

async fn settle(
    turn: &mut SqliteConnection,
    contact: ContactId,
    result: &'static str,
    operator: Option<OperatorId>,
    at: Time,
) -> Result<(), StoreError> {
    sqlx::query(
        "update callback set settled_ms = ?, result = ?, operator_id = ?
         where settled_ms is null and contact_id in (
             select same.contact_id from caller mine join caller same on same.number = mine.number
             where mine.contact_id = ?)",
    )
    .bind(int(at.0))
    .bind(result)
    .bind(operator.map(|operator| i64::from(operator.0)))
    .bind(int(contact.0))
    .execute(turn)
    .await?;
    Ok(())
}

async fn count_try(turn: &mut SqliteConnection, contact: ContactId) -> Result<(), StoreError> {
    sqlx::query("update callback set tries = tries + 1 where settled_ms is null and contact_id = ?")
        .bind(int(contact.0))
        .execute(turn)
        .await?;
    Ok(())
}

/// We called this number, and nobody was spoken to: its line of the list counts one try.
async fn count_vain_try(turn: &mut SqliteConnection, contact: ContactId) -> Result<(), StoreError> {
    sqlx::query(
        "update callback set tries = tries + 1 where contact_id = (
             select min(callback.contact_id) from caller mine
             join caller same on same.number = mine.number
             join callback on callback.contact_id = same.contact_id
             where mine.contact_id = ? and callback.settled_ms is null)",
    )
    .bind(int(contact.0))
    .execute(turn)
    .await?;
    Ok(())
}

/// One row for each number that is owed a callback, those that are due first.
pub(super) async fn open(pool: &SqlitePool) -> Result<Vec<CallbackRow>, StoreError> {
    let rows = sqlx::query(
        "select line.oldest, contact.number, line.number, contact.arrived_ms, contact.end_reason,
                line.due_ms, line.tries, line.calls
         from (select min(callback.contact_id) as oldest, max(callback.contact_id) as newest, caller.number,
                      min(due_ms) as due_ms, sum(tries) as tries, count(*) as calls
               from callback join caller using (contact_id)
               where settled_ms is null and caller.number is not null
               group by caller.number order by newest desc limit ?) as line
         join contact on contact.contact_id = line.oldest
         order by line.due_ms, line.oldest",
    )
    .bind(MOST)
    .fetch_all(pool)
    .await?;
    let count = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    let read = |row: &sqlx::sqlite::SqliteRow| -> Result<CallbackRow, StoreError> {
        let word: String = row.get(4);
        Ok(CallbackRow {
            contact: ContactId(uint(row.get(0))),
            number: row.get(1),
            caller: Caller::Number { number: row.get(2) },
            arrived: Time(uint(row.get(3))),
            end: end_of_word(&word).ok_or(StoreError::UnknownEnd(word))?,
            due: Time(uint(row.get(5))),
            tries: count(row.get(6)),
            calls: count(row.get(7)),
        })
    };
    rows.iter().map(read).collect()
}
