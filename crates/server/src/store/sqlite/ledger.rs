//! The ledger: written fact by fact in one transaction, read back from where it still matters.

use desk::centre::Fact;
use desk::day::Day;
use desk::ids::Session;
use desk::time::Time;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::row::{VERSION, subject};
use super::super::{Batch, Entry, Loaded, Ownership, Page, Standing, StoreError};
use super::project::project;
use super::{callbacks, int, uint};

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

    // Receipt numbers count up within a day of Japan, so that days are loaded whole.
    let from = Day::of(oldest_needed(&mut turn).await?.unwrap_or(now).min(now)).began();
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
                 from operator o)
             or seq in (
                 select (select l.seq from ledger l
                         where l.contact_id is null and l.operator_id = o.operator_id and l.seq < ?1
                           and l.kind = 'hand_raised'
                         order by l.seq desc limit 1)
                 from operator o)
             or seq = (select max(seq) from ledger where kind = 'phone_suspended'))",
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
    for caller in batch.callers {
        super::callers::keep(&mut turn, caller).await?;
    }
    // A callback is owed to a caller, and settled by what comes after the call.
    for row in batch.audit {
        super::audit::keep(&mut turn, row).await?;
    }
    for owed in batch.owed {
        callbacks::owe(&mut turn, owed).await?;
    }
    for entry in batch.entries {
        callbacks::project(&mut turn, entry).await?;
    }
    sqlx::query("update counter set value = ?1 where name = 'session' and value < ?1")
        .bind(int(batch.session.0))
        .execute(&mut *turn)
        .await?;
    for sign_in in batch.revoked {
        sqlx::query("delete from sign_in where sign_in_hash = ?")
            .bind(sign_in.0.as_slice())
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

/// One read transaction: a write-ahead log shows it one moment, whatever a server writes meanwhile.
pub(super) async fn audit(pool: &SqlitePool, take: &mut Page<'_>) -> Result<Standing, StoreError> {
    let mut turn = pool.begin().await?;
    let mut last = 0;
    loop {
        let rows = sqlx::query(
            "select seq, at_ms, kind, version, body from ledger where seq > ? order by seq limit ?",
        )
        .bind(last)
        .bind(PAGE)
        .fetch_all(&mut *turn)
        .await?;
        let Some(newest) = rows.last() else { break };
        last = newest.get(0);
        take(rows.iter().map(read).collect::<Result<_, _>>()?);
    }
    standing(&mut turn).await
}

async fn standing(turn: &mut SqliteConnection) -> Result<Standing, StoreError> {
    let row = sqlx::query(
        "select coalesce(sum(state = 'waiting'), 0), coalesce(sum(state in ('connecting', 'live')), 0),
                coalesce(sum(state = 'wrapping'), 0), coalesce(sum(state = 'closed'), 0) from contact",
    )
    .fetch_one(turn)
    .await?;
    Ok(Standing {
        waiting: uint(row.get(0)),
        active: uint(row.get(1)),
        wrapping: uint(row.get(2)),
        closed: uint(row.get(3)),
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::{Batch, Entry, Store, open};
    use super::*;
    use desk::centre::{Centre, Settings};
    use desk::contact::{Channel, Phase};
    use desk::end::EndReason;
    use desk::ids::{BoothId, ContactId};
    use desk::presence::{AwayWhy, Presence};

    const DAY_MS: u64 = 24 * 3_600_000;
    /// 2026-04-06 12:00 in Japan.
    const NOON: u64 = 1_775_401_200_000 + DAY_MS / 2;

    async fn store_facts(store: &dyn Store, first_seq: u64, facts: &[(u64, Fact)]) {
        let ownership = store.take_over(Time(NOON)).await.unwrap().ownership;
        let entries: Vec<Entry> = (facts.iter())
            .map(|(at, fact)| {
                let number = matches!(fact, Fact::Arrived { .. }).then(|| format!("W-{at}"));
                Entry { at: Time(*at), fact: *fact, number }
            })
            .collect();
        let batch = Batch {
            ownership,
            first_seq,
            entries: &entries,
            session: Session(1),
            revoked: &[],
            callers: &[],
            owed: &[],
            audit: &[],
        };
        store.commit(batch).await.unwrap();
    }

    fn life(contact: u64, at: u64, over: bool) -> Vec<(u64, Fact)> {
        let contact = ContactId(contact);
        let arrived = Fact::Arrived { contact, channel: Channel::Booth, booth: Some(BoothId(1)), call: None };
        let ended = Fact::Ended { contact, end: EndReason::AbandonedWaiting };
        [(at, arrived)].into_iter().chain(over.then_some((at + 1000, ended))).collect()
    }

    #[tokio::test]
    async fn only_the_days_that_matter_are_loaded_and_no_number_is_given_twice() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let store = open(&url, None).await.unwrap();
        let operator = store.add_operator("op01", "オペレーター01", "hash", Time(1)).await.unwrap();
        let away = Presence::Away { why: AwayWhy::Chosen };
        let signed_in = (NOON, Fact::SignedIn { operator, session: Session(1) });
        let presence = (NOON, Fact::PresenceSet { operator, presence: away, next: away });
        store_facts(&*store, 1, &[vec![signed_in, presence], life(1, NOON, true)].concat()).await;

        // The newest contact is days old and over: it is loaded, so that its number is known.
        let later = NOON + 3 * DAY_MS;
        let loaded = store.take_over(Time(later)).await.unwrap();
        assert_eq!(loaded.facts.len(), 4);

        // With a newer one the old day stays where it is; the operator's session is still known.
        store_facts(&*store, 5, &[life(2, later, true), life(3, later + 5000, false)].concat()).await;
        let loaded = store.take_over(Time(later + 9000)).await.unwrap();
        assert_eq!(loaded.facts.len(), 5, "{:?}", loaded.facts);
        let centre = Centre::rebuild(Settings::default(), Time(later + 9000), loaded.facts);
        centre.check().unwrap();
        assert_eq!(centre.operator(operator).unwrap().session, Some(Session(1)));
        let waiting = centre.contact(ContactId(3)).unwrap();
        assert_eq!((waiting.phase, waiting.serial), (Phase::Waiting, 2));
        assert!(centre.contact(ContactId(1)).is_none());
    }

    #[tokio::test]
    async fn the_books_and_the_tables_are_read_as_of_one_moment() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let store = open(&url, None).await.unwrap();
        store_facts(&*store, 1, &life(1, NOON, true)).await;
        // Between the ledger and the tables somebody else writes a contact into them.
        let mut read = Vec::new();
        let mut take = |page: Vec<(u64, Time, Fact)>| {
            read.extend(page.iter().map(|(place, _, _)| *place));
            let url = url.clone();
            std::thread::spawn(move || write_a_contact(&url)).join().unwrap();
        };
        let closed = store.audit(&mut take).await.unwrap().closed;
        assert_eq!((read, closed), (vec![1, 2], 1));
        assert_eq!(store.audit(&mut |_| {}).await.unwrap().closed, 2, "the next look sees it");
    }

    fn write_a_contact(url: &str) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let other = SqlitePool::connect(url).await.unwrap();
            let insert = "insert into contact (contact_id, number, channel, state, arrived_ms)
                          values (2, 'W-2', 'booth', 'closed', 1)";
            sqlx::raw_sql(insert).execute(&other).await.unwrap();
            other.close().await;
        });
    }
}
