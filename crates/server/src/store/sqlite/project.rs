//! What a fact does to the tables: it moves one contact or offer. A move that finds no row to move, or
//! that would make a double, fails the whole turn.

use desk::centre::{Fact, OfferOutcome};
use desk::contact::Channel;
use desk::end::EndReason;
use desk::ids::{BoothId, CallId, ContactId, Fence, OfferId, OperatorId};
use desk::time::Time;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, SqliteConnection};

use super::super::row::{channel_word, disposition_word, end_word, outcome_word};
use super::super::{Entry, StoreError};
use super::int;

type Query = sqlx::query::Query<'static, Sqlite, SqliteArguments>;

/// Runs an update that must move exactly one row.
async fn move_one(turn: &mut SqliteConnection, query: Query) -> Result<(), StoreError> {
    match query.execute(turn).await?.rows_affected() {
        1 => Ok(()),
        _ => Err(StoreError::Database(sqlx::Error::RowNotFound)),
    }
}

pub(super) async fn project(turn: &mut SqliteConnection, entry: &Entry) -> Result<(), StoreError> {
    let at = int(entry.at.0);
    match entry.fact {
        Fact::SignedIn { .. }
        | Fact::SignedOut { .. }
        | Fact::PresenceSet { .. }
        | Fact::HandRaised { .. }
        | Fact::PhoneSuspended { .. }
        | Fact::CallbackSettled { .. } => Ok(()),
        Fact::HeldSet { .. } | Fact::MaskSet { .. } | Fact::Rejoined { .. } | Fact::Interrupted { .. } => {
            Ok(())
        }
        Fact::Answered { .. }
        | Fact::ConsultBegan { .. }
        | Fact::ConsultLive { .. }
        | Fact::ConsultJoined { .. }
        | Fact::ConsultOver { .. } => Ok(()),
        Fact::Dialled { contact, call, operator, offer, fence } => {
            move_one(turn, dialled(contact, entry.number.clone(), call, at)).await?;
            move_one(turn, offered(offer, contact, operator, fence, entry.at, at)).await?;
            move_one(turn, take(offer, fence)).await
        }
        Fact::HandedOver { contact, offer, fence, .. } => {
            release(turn, contact, at).await?;
            move_one(turn, take(offer, fence)).await
        }
        Fact::Arrived { contact, channel, booth, call } => {
            move_one(turn, arrived(contact, entry.number.clone(), channel, booth, call, at)).await
        }
        Fact::Offered { offer, contact, operator, fence, expires, why: _, asked_by: _ } => {
            move_one(turn, offered(offer, contact, operator, fence, expires, at)).await
        }
        Fact::OfferEnded { offer, outcome } => move_one(turn, offer_ended(offer, outcome, at)).await,
        Fact::Accepted { offer, contact, fence, .. } => {
            move_one(turn, take(offer, fence)).await?;
            let answer = sqlx::query(
                "update contact set state = 'connecting', answered_ms = coalesce(answered_ms, ?)
                 where contact_id = ? and state = 'waiting'",
            )
            .bind(at)
            .bind(int(contact.0));
            move_one(turn, answer).await
        }
        Fact::Live { contact } => move_one(turn, live(contact)).await,
        Fact::Returned { contact, .. } => {
            release(turn, contact, at).await?;
            let back = sqlx::query(
                "update contact set state = 'waiting' where contact_id = ? and state in ('connecting', 'live')",
            )
            .bind(int(contact.0));
            move_one(turn, back).await
        }
        Fact::Ended { contact, end } => ended(turn, contact, end, at).await,
        Fact::Finished { contact, disposition, .. } => {
            release(turn, contact, at).await?;
            let close = sqlx::query(
                "update contact set state = 'closed', closed_ms = ?, disposition = ?
                 where contact_id = ? and state = 'wrapping'",
            )
            .bind(at)
            .bind(disposition_word(disposition))
            .bind(int(contact.0));
            move_one(turn, close).await
        }
    }
}

fn arrived(
    contact: ContactId,
    number: Option<String>,
    channel: Channel,
    booth: Option<BoothId>,
    call: Option<CallId>,
    at: i64,
) -> Query {
    sqlx::query(
        "insert into contact (contact_id, number, channel, booth_id, call_id, state, arrived_ms)
         values (?, ?, ?, ?, ?, 'waiting', ?)",
    )
    .bind(int(contact.0))
    .bind(number)
    .bind(channel_word(channel))
    .bind(booth.map(|booth| i64::from(booth.0)))
    .bind(call.map(|call| int(call.0)))
    .bind(at)
}

/// A call that we make is in its operator's hands from the start.
fn dialled(contact: ContactId, number: Option<String>, call: CallId, at: i64) -> Query {
    sqlx::query(
        "insert into contact (contact_id, number, channel, call_id, state, arrived_ms, answered_ms, outgoing)
         values (?, ?, 'phone', ?, 'connecting', ?, ?, 1)",
    )
    .bind(int(contact.0))
    .bind(number)
    .bind(int(call.0))
    .bind(at)
    .bind(at)
}

/// The two hear each other.
fn live(contact: ContactId) -> Query {
    sqlx::query("update contact set state = 'live' where contact_id = ? and state in ('connecting', 'live')")
        .bind(int(contact.0))
}

/// The contact of a ring is in that operator's hands.
fn take(offer: OfferId, fence: Fence) -> Query {
    sqlx::query(
        "update offer set state = 'active', outcome = 'answered', ended_ms = null, fence = ? where offer_id = ?",
    )
    .bind(int(fence.0))
    .bind(int(offer.0))
}

fn offered(
    offer: OfferId,
    contact: ContactId,
    operator: OperatorId,
    fence: Fence,
    expires: Time,
    at: i64,
) -> Query {
    sqlx::query(
        "insert into offer (offer_id, contact_id, operator_id, fence, state, offered_ms, expires_ms)
         values (?, ?, ?, ?, 'offered', ?, ?)",
    )
    .bind(int(offer.0))
    .bind(int(contact.0))
    .bind(i64::from(operator.0))
    .bind(int(fence.0))
    .bind(at)
    .bind(int(expires.0))
}

/// A contact that was heard is wrapped up by its operator; any other is closed, and nobody holds it.
async fn ended(
    turn: &mut SqliteConnection,
    contact: ContactId,
    end: EndReason,
    at: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "update offer set state = 'ended', ended_ms = ?1 where contact_id = ?2 and state = 'active'
             and (select state from contact where contact_id = ?2) = 'connecting'",
    )
    .bind(at)
    .bind(int(contact.0))
    .execute(&mut *turn)
    .await?;
    let over = sqlx::query(
        "update contact set ended_ms = ?1, end_reason = ?2,
             closed_ms = case state when 'live' then null else ?1 end,
             state = case state when 'live' then 'wrapping' else 'closed' end
         where contact_id = ?3 and state in ('waiting', 'connecting', 'live')",
    )
    .bind(at)
    .bind(end_word(end))
    .bind(int(contact.0));
    move_one(turn, over).await
}

/// A ring is over; one that was taken stays active.
fn offer_ended(offer: OfferId, outcome: OfferOutcome, at: i64) -> Query {
    sqlx::query(
        "update offer set outcome = ?, ended_ms = ?, state = case state when 'active' then 'active' else 'ended' end
         where offer_id = ?",
    )
    .bind(outcome_word(outcome))
    .bind(at)
    .bind(int(offer.0))
}

/// The operator's hands are free of this contact.
async fn release(turn: &mut SqliteConnection, contact: ContactId, at: i64) -> Result<(), StoreError> {
    let free = sqlx::query(
        "update offer set state = 'ended', ended_ms = ? where contact_id = ? and state = 'active'",
    )
    .bind(at)
    .bind(int(contact.0));
    move_one(turn, free).await
}
