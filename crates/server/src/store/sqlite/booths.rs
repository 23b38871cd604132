//! Booths and the pages that want to be one. A page's code is kept as a hash and lives ten minutes.

use desk::ids::BoothId;
use desk::time::{Millis, Time};
use link::state::BoothDevice;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::{Approval, Enrolled, NewBooth, StoreError};
use super::people::{begin, taken, told};
use super::{int, small, uint};
use crate::secret::TokenHash;

/// An expired code is known for an hour, so that an administrator who is late is told so.
const REMEMBERED: Millis = Millis::seconds(3600);

pub(super) fn device(word: &str) -> BoothDevice {
    if word == "tablet" { BoothDevice::Tablet } else { BoothDevice::Pc }
}

fn word(device: BoothDevice) -> &'static str {
    match device {
        BoothDevice::Pc => "pc",
        BoothDevice::Tablet => "tablet",
    }
}

pub(super) async fn enrol(
    pool: &SqlitePool,
    key: &str,
    code: TokenHash,
    expires: Time,
    most: u32,
    now: Time,
) -> Result<Enrolled, StoreError> {
    let mut turn = begin(pool).await?;
    if let Some(booth) = of_key(&mut turn, key).await? {
        return Ok(Enrolled::Booth(booth));
    }
    sqlx::query("delete from booth_enrolment where expires_ms <= ? or public_key = ?")
        .bind(int(now.0.saturating_sub(REMEMBERED.0)))
        .bind(key)
        .execute(&mut *turn)
        .await?;
    let waiting: i64 = sqlx::query_scalar("select count(*) from booth_enrolment where expires_ms > ?")
        .bind(int(now.0))
        .fetch_one(&mut *turn)
        .await?;
    if waiting >= i64::from(most) {
        return Ok(Enrolled::Full);
    }
    sqlx::query("insert into booth_enrolment (public_key, code_hash, expires_ms) values (?, ?, ?)")
        .bind(key)
        .bind(code.0.as_slice())
        .bind(int(expires.0))
        .execute(&mut *turn)
        .await?;
    turn.commit().await?;
    Ok(Enrolled::Pending)
}

pub(super) async fn approve(
    pool: &SqlitePool,
    code: TokenHash,
    booth: NewBooth<'_>,
    most: u32,
    window: Millis,
    now: Time,
) -> Result<Approval, StoreError> {
    let mut turn = begin(pool).await?;
    let row = sqlx::query("select public_key, expires_ms from booth_enrolment where code_hash = ?")
        .bind(code.0.as_slice())
        .fetch_optional(&mut *turn)
        .await?;
    let Some(row) = row else {
        let answer = missed(&mut turn, most, window, now).await?;
        turn.commit().await?;
        return Ok(answer);
    };
    if uint(row.get(1)) <= now.0 {
        return Ok(Approval::Expired);
    }
    let key: String = row.get(0);
    let id: i64 = sqlx::query_scalar(
        "insert into booth (booth_id, name, place, device, public_key, added_ms)
         values ((select coalesce(max(booth_id), 0) + 1 from booth), ?, ?, ?, ?, ?) returning booth_id",
    )
    .bind(booth.name)
    .bind(booth.place)
    .bind(word(booth.device))
    .bind(&key)
    .bind(int(now.0))
    .fetch_one(&mut *turn)
    .await
    .map_err(taken(booth.name))?;
    sqlx::query("delete from booth_enrolment where public_key = ?").bind(&key).execute(&mut *turn).await?;
    sqlx::query("delete from booth_enrolment_miss").execute(&mut *turn).await?;
    told(turn).await?;
    Ok(Approval::Booth(BoothId(small(id))))
}

/// A code that no page shows.
async fn missed(
    turn: &mut SqliteConnection,
    most: u32,
    window: Millis,
    now: Time,
) -> Result<Approval, StoreError> {
    sqlx::query("delete from booth_enrolment_miss where at_ms <= ?")
        .bind(int(now.0.saturating_sub(window.0)))
        .execute(&mut *turn)
        .await?;
    sqlx::query("insert into booth_enrolment_miss (at_ms) values (?)")
        .bind(int(now.0))
        .execute(&mut *turn)
        .await?;
    let missed: i64 =
        sqlx::query_scalar("select count(*) from booth_enrolment_miss").fetch_one(&mut *turn).await?;
    match u32::try_from(i64::from(most) - missed) {
        Ok(left) if left > 0 => Ok(Approval::Unknown { left }),
        Ok(_) | Err(_) => {
            sqlx::query("delete from booth_enrolment").execute(&mut *turn).await?;
            sqlx::query("delete from booth_enrolment_miss").execute(&mut *turn).await?;
            Ok(Approval::Voided)
        }
    }
}

pub(super) async fn of_key(turn: &mut SqliteConnection, key: &str) -> Result<Option<BoothId>, StoreError> {
    let id: Option<i64> =
        sqlx::query_scalar("select booth_id from booth where public_key = ? and revoked_ms is null")
            .bind(key)
            .fetch_optional(turn)
            .await?;
    Ok(id.map(|id| BoothId(small(id))))
}

pub(super) async fn key(pool: &SqlitePool, booth: BoothId) -> Result<Option<String>, StoreError> {
    let key: Option<Option<String>> =
        sqlx::query_scalar("select public_key from booth where booth_id = ? and revoked_ms is null")
            .bind(i64::from(booth.0))
            .fetch_optional(pool)
            .await?;
    Ok(key.flatten())
}

pub(super) async fn revoke(pool: &SqlitePool, booth: BoothId, now: Time) -> Result<bool, StoreError> {
    let mut turn = begin(pool).await?;
    let gone = sqlx::query("update booth set revoked_ms = ? where booth_id = ? and revoked_ms is null")
        .bind(int(now.0))
        .bind(i64::from(booth.0))
        .execute(&mut *turn)
        .await?;
    if gone.rows_affected() == 0 {
        return Ok(false);
    }
    told(turn).await?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::super::super::{Store, open};
    use super::*;
    use crate::secret::hash_token;

    const WINDOW: Millis = Millis(600);
    const ONE: NewBooth<'static> = NewBooth { name: "ブース1", place: None, device: BoothDevice::Tablet };

    async fn approve(store: &dyn Store, code: &str, at: u64) -> Result<Approval, StoreError> {
        store.approve_booth(hash_token(code), ONE, 5, WINDOW, Time(at)).await
    }

    #[tokio::test]
    async fn a_code_makes_one_booth_and_none_after_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let store = open(&url, None).await.unwrap();
        let pending = store.enrol("key-1", hash_token("A"), Time(700), 2, Time(100)).await.unwrap();
        assert_eq!(pending, Enrolled::Pending);
        // Loaded again, the page shows another code, and the old one is dead.
        store.enrol("key-1", hash_token("B"), Time(700), 2, Time(100)).await.unwrap();
        assert_eq!(approve(&*store, "A", 200).await.unwrap(), Approval::Unknown { left: 4 });
        let Approval::Booth(booth) = approve(&*store, "B", 200).await.unwrap() else { panic!("a booth") };
        assert_eq!(store.booth_of_key("key-1").await.unwrap(), Some(booth));
        assert_eq!(store.booth_key(booth).await.unwrap().as_deref(), Some("key-1"));
        assert_eq!(approve(&*store, "B", 200).await.unwrap(), Approval::Unknown { left: 4 });
        let known = store.enrol("key-1", hash_token("C"), Time(900), 2, Time(300)).await.unwrap();
        assert_eq!(known, Enrolled::Booth(booth));
        let row = store.directory(Time(300)).await.unwrap().booths.remove(0);
        assert_eq!((row.device, row.revoked), (BoothDevice::Tablet, false));

        store.enrol("key-2", hash_token("D"), Time(700), 2, Time(100)).await.unwrap();
        assert_eq!(approve(&*store, "D", 700).await.unwrap(), Approval::Expired);
        assert!(matches!(approve(&*store, "D", 699).await, Err(StoreError::NameTaken(_))));
        assert!(store.revoke_booth(booth, Time(800)).await.unwrap());
        assert_eq!(
            (store.booth_key(booth).await.unwrap(), store.booth_of_key("key-1").await.unwrap()),
            (None, None)
        );
    }

    #[tokio::test]
    async fn five_wrong_codes_void_every_pending_one() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let store = open(&url, None).await.unwrap();
        store.enrol("key-1", hash_token("A"), Time(9000), 9, Time(1)).await.unwrap();
        for (at, left) in [(1, 4), (2, 3), (3, 2), (4, 1)] {
            assert_eq!(approve(&*store, "guess", at).await.unwrap(), Approval::Unknown { left });
        }
        // The guesses of long ago do not count.
        assert_eq!(approve(&*store, "guess", 602).await.unwrap(), Approval::Unknown { left: 2 });
        assert_eq!(approve(&*store, "guess", 602).await.unwrap(), Approval::Unknown { left: 1 });
        assert_eq!(approve(&*store, "guess", 602).await.unwrap(), Approval::Voided);
        assert_eq!(approve(&*store, "A", 603).await.unwrap(), Approval::Unknown { left: 4 });
    }

    #[tokio::test]
    async fn only_so_many_pages_wait_for_an_administrator() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let store = open(&url, None).await.unwrap();
        for (key, code, at, expected) in [
            ("key-1", "A", 1, Enrolled::Pending),
            ("key-2", "B", 1, Enrolled::Pending),
            ("key-3", "C", 1, Enrolled::Full),
            ("key-2", "D", 1, Enrolled::Pending),
            ("key-3", "C", 100, Enrolled::Pending),
        ] {
            let enrolled = store.enrol(key, hash_token(code), Time(at + 50), 2, Time(at)).await.unwrap();
            assert_eq!(enrolled, expected, "{key}");
        }
    }
}
