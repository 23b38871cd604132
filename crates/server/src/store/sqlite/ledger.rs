//! The ledger: written fact by fact in one transaction, read back from where it still matters.

use desk::centre::Fact;
use desk::ids::Session;
use desk::time::Time;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::row::{VERSION, subject};
use super::super::{Batch, Entry, LedgerPage, Loaded, Ownership, Standing, StoreError};
use super::project::project;
use super::{int, uint};

/// Rows of the ledger that are read at once when its books are checked.
const PAGE: i64 = 4096;

pub(super) async fn take_over(pool: &SqlitePool, now: Time) -> Result<Loaded, StoreError> {
    let mut turn = pool.begin_with("begin immediate").await?;
    let ownership: i64 =
        sqlx::query_scalar("update counter set value = value + 1 where name = 'hub' returning value")
            .fetch_one(&mut *turn)
            .await?;
    let session: i64 =
        sqlx::query_scalar("select value from counter where name = 'session'").fetch_one(&mut *turn).await?;
    let last = sqlx::query("select seq, at_ms from ledger order by seq desc limit 1")
        .fetch_optional(&mut *turn)
        .await?;
    let (last_seq, last_at) = last.map_or((0, Time(0)), |row| (uint(row.get(0)), Time(uint(row.get(1)))));

    let from = day_began(oldest_needed(&mut turn).await?.unwrap_or(now).min(now));
    let mut rows: Vec<SqliteRow> = sqlx::query(
        "select seq, at_ms, kind, version, body from ledger
         where contact_id in (select contact_id from contact where arrived_ms >= ?)",
    )
    .bind(int(from.0))
    .fetch_all(&mut *turn)
    .await?;
    let since = rows.iter().map(|row| row.get::<i64, _>(0)).min().unwrap_or(int(last_seq + 1));
    rows.extend(operators_since(&mut turn, since).await?);
    rows.sort_by_key(|row| row.get::<i64, _>(0));
    turn.commit().await?;
    Ok(Loaded {
        ownership: Ownership(uint(ownership)),
        facts: rows.iter().map(|row| read(row).map(|(_, at, fact)| (at, fact))).collect::<Result<_, _>>()?,
        last_seq,
        last_at,
        session: Session(uint(session)),
    })
}

/// When the oldest contact arrived that is still open, or that is the newest, or had the newest ring.
async fn oldest_needed(turn: &mut SqliteConnection) -> Result<Option<Time>, StoreError> {
    let oldest: Option<i64> = sqlx::query_scalar(
        "select min(arrived_ms) from contact where contact_id in (
             select contact_id from contact where state <> 'closed'
             union select max(contact_id) from contact
             union select contact_id from offer where offer_id = (select max(offer_id) from offer))",
    )
    .fetch_one(turn)
    .await?;
    Ok(oldest.map(|ms| Time(uint(ms))))
}

/// The Japanese midnight before `at`: receipt numbers count up within a day, so that days are loaded whole.
fn day_began(at: Time) -> Time {
    const JAPAN_MS: u64 = 9 * 3_600_000;
    const DAY_MS: u64 = 24 * 3_600_000;
    Time(((at.0 + JAPAN_MS) / DAY_MS * DAY_MS).saturating_sub(JAPAN_MS))
}

/// The operators' own facts from `since` on, and of each operator the last ones from before.
async fn operators_since(turn: &mut SqliteConnection, since: i64) -> Result<Vec<SqliteRow>, StoreError> {
    Ok(sqlx::query(
        "select seq, at_ms, kind, version, body from ledger where contact_id is null and (
             seq >= ?1
             or seq in (
                 select (select l.seq from ledger l
                         where l.contact_id is null and l.operator_id = o.operator_id and l.seq < ?1
                           and l.kind in ('signed_in', 'signed_out')
                         order by l.seq desc limit 1)
                 from operator o)
             or seq in (
                 select (select l.seq from ledger l
                         where l.contact_id is null and l.operator_id = o.operator_id and l.seq < ?1
                           and l.kind = 'presence_set'
                         order by l.seq desc limit 1)
                 from operator o))",
    )
    .bind(since)
    .fetch_all(turn)
    .await?)
}

/// A row `seq, at_ms, kind, version, body` as a fact.
fn read(row: &SqliteRow) -> Result<(u64, Time, Fact), StoreError> {
    let (seq, at, version) = (uint(row.get(0)), Time(uint(row.get(1))), uint(row.get(3)));
    let unknown = || StoreError::UnknownFact { seq, kind: row.get(2), version };
    if version != VERSION {
        return Err(unknown());
    }
    let fact = link::json::decode(row.get::<&str, _>(4)).map_err(|_| unknown())?;
    Ok((seq, at, fact))
}

pub(super) async fn commit(pool: &SqlitePool, batch: Batch<'_>) -> Result<(), StoreError> {
    let mut turn = pool.begin_with("begin immediate").await?;
    let mine = sqlx::query("update counter set value = value where name = 'hub' and value = ?")
        .bind(int(batch.ownership.0))
        .execute(&mut *turn)
        .await?;
    if mine.rows_affected() != 1 {
        return Err(StoreError::Superseded);
    }
    for (seq, entry) in (batch.first_seq..).zip(batch.entries) {
        append(&mut turn, seq, entry).await?;
        project(&mut turn, entry).await?;
    }
    sqlx::query("update counter set value = ?1 where name = 'session' and value < ?1")
        .bind(int(batch.session.0))
        .execute(&mut *turn)
        .await?;
    for token in batch.revoked {
        sqlx::query("delete from operator_token where token_hash = ?")
            .bind(token.0.as_slice())
            .execute(&mut *turn)
            .await?;
    }
    Ok(turn.commit().await?)
}

async fn append(turn: &mut SqliteConnection, seq: u64, entry: &Entry) -> Result<(), StoreError> {
    let about = subject(&entry.fact);
    sqlx::query(
        "insert into ledger (seq, at_ms, kind, version, contact_id, operator_id, body)
         values (?1, ?2, ?3, ?4, coalesce(?5, (select contact_id from offer where offer_id = ?6)), ?7, ?8)",
    )
    .bind(int(seq))
    .bind(int(entry.at.0))
    .bind(about.kind)
    .bind(int(VERSION))
    .bind(about.contact.map(|contact| int(contact.0)))
    .bind(about.offer.map(|offer| int(offer.0)))
    .bind(about.operator.map(|operator| i64::from(operator.0)))
    .bind(link::json::encode(&entry.fact))
    .execute(turn)
    .await?;
    Ok(())
}

pub(super) async fn after(pool: &SqlitePool, seq: u64) -> Result<LedgerPage, StoreError> {
    let rows =
        sqlx::query("select seq, at_ms, kind, version, body from ledger where seq > ? order by seq limit ?")
            .bind(int(seq))
            .bind(PAGE)
            .fetch_all(pool)
            .await?;
    Ok(LedgerPage { facts: rows.iter().map(read).collect::<Result<_, _>>()? })
}

pub(super) async fn standing(pool: &SqlitePool) -> Result<Standing, StoreError> {
    let row = sqlx::query(
        "select coalesce(sum(state = 'waiting'), 0), coalesce(sum(state in ('connecting', 'live')), 0),
                coalesce(sum(state = 'wrapping'), 0), coalesce(sum(state = 'closed'), 0) from contact",
    )
    .fetch_one(pool)
    .await?;
    Ok(Standing {
        waiting: uint(row.get(0)),
        active: uint(row.get(1)),
        wrapping: uint(row.get(2)),
        closed: uint(row.get(3)),
    })
}
