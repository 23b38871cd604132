//! Sign-ins and what they hand out. A sign-in is one row; its tokens go with it.

use desk::ids::OperatorId;
use desk::time::Time;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::super::{Bearer, Handed, OperatorRow, Refreshed, StoreError};
use super::operators::operator;
use super::people::{begin, hash, told};
use super::{int, small, uint};
use crate::secret::TokenHash;

pub(super) async fn begin_sign_in(
    pool: &SqlitePool,
    bearer: Bearer,
    handed: Handed,
    now: Time,
) -> Result<(), StoreError> {
    let mut turn = begin(pool).await?;
    sqlx::query("delete from sign_in where expires_ms <= ?").bind(int(now.0)).execute(&mut *turn).await?;
    sqlx::query("insert into sign_in (sign_in_hash, operator_id, expires_ms) values (?, ?, ?)")
        .bind(bearer.sign_in.0.as_slice())
        .bind(i64::from(bearer.operator.0))
        .bind(int(bearer.expires.0))
        .execute(&mut *turn)
        .await?;
    hand_out(&mut turn, bearer.sign_in, handed).await?;
    sqlx::query("insert into refresh_token (refresh_hash, sign_in_hash) values (?, ?)")
        .bind(handed.refresh.0.as_slice())
        .bind(bearer.sign_in.0.as_slice())
        .execute(&mut *turn)
        .await?;
    sqlx::query("update operator set failures = 0 where operator_id = ?")
        .bind(i64::from(bearer.operator.0))
        .execute(&mut *turn)
        .await?;
    Ok(turn.commit().await?)
}

/// The short-lived token.
async fn hand_out(turn: &mut SqliteConnection, sign_in: TokenHash, handed: Handed) -> Result<(), StoreError> {
    sqlx::query("insert into access_token (token_hash, sign_in_hash, expires_ms) values (?, ?, ?)")
        .bind(handed.token.0.as_slice())
        .bind(sign_in.0.as_slice())
        .bind(int(handed.token_expires.0))
        .execute(turn)
        .await?;
    Ok(())
}

pub(super) async fn bearer(
    pool: &SqlitePool,
    token: TokenHash,
    now: Time,
) -> Result<Option<Bearer>, StoreError> {
    let row = sqlx::query(
        "select operator_id, sign_in_hash, sign_in.expires_ms
         from access_token join sign_in using (sign_in_hash)
         where token_hash = ?1 and access_token.expires_ms > ?2 and sign_in.expires_ms > ?2",
    )
    .bind(token.0.as_slice())
    .bind(int(now.0))
    .fetch_optional(pool)
    .await?;
    Ok(row.and_then(|row| {
        Some(Bearer {
            operator: OperatorId(small(row.get(0))),
            sign_in: hash(row.get(1))?,
            expires: Time(uint(row.get(2))),
        })
    }))
}

/// A refresh token as it is kept.
struct Kept {
    row: OperatorRow,
    sign_in: TokenHash,
    used: bool,
    attempt: Option<TokenHash>,
}

pub(super) async fn refresh(
    readers: &SqlitePool,
    writer: &SqlitePool,
    refresh: TokenHash,
    attempt: Option<TokenHash>,
    handed: Handed,
    now: Time,
) -> Result<Refreshed, StoreError> {
    // A made-up token is found out by a reader: the hub's writer never waits for a stranger.
    if kept(&mut *readers.acquire().await?, refresh, now).await?.is_none() {
        return Ok(Refreshed::Unknown);
    }
    let mut turn = begin(writer).await?;
    let Some(kept) = kept(&mut turn, refresh, now).await? else { return Ok(Refreshed::Unknown) };
    if kept.used {
        let same_attempt = attempt.is_some() && attempt == kept.attempt;
        if !same_attempt || !is_unused(&mut turn, handed.refresh).await? {
            delete(&mut turn, kept.sign_in).await?;
            told(turn).await?;
            return Ok(Refreshed::Reused { operator: kept.row.operator, sign_in: kept.sign_in });
        }
    } else {
        sqlx::query("update refresh_token set used_ms = ?, attempt_hash = ? where refresh_hash = ?")
            .bind(int(now.0))
            .bind(attempt.map(|attempt| attempt.0.to_vec()))
            .bind(refresh.0.as_slice())
            .execute(&mut *turn)
            .await?;
        sqlx::query("insert into refresh_token (refresh_hash, sign_in_hash) values (?, ?)")
            .bind(handed.refresh.0.as_slice())
            .bind(kept.sign_in.0.as_slice())
            .execute(&mut *turn)
            .await?;
    }
    sqlx::query("delete from access_token where sign_in_hash = ? and expires_ms <= ?")
        .bind(kept.sign_in.0.as_slice())
        .bind(int(now.0))
        .execute(&mut *turn)
        .await?;
    hand_out(&mut turn, kept.sign_in, handed).await?;
    turn.commit().await?;
    Ok(Refreshed::Good(kept.row))
}

async fn kept(
    turn: &mut SqliteConnection,
    refresh: TokenHash,
    now: Time,
) -> Result<Option<Kept>, StoreError> {
    let row = sqlx::query(
        "select operator_id, name, display, locked_ms is not null, removed_ms is not null, lead,
             sign_in_hash, used_ms is not null, attempt_hash
         from refresh_token join sign_in using (sign_in_hash) join operator using (operator_id)
         where refresh_hash = ? and expires_ms > ?",
    )
    .bind(refresh.0.as_slice())
    .bind(int(now.0))
    .fetch_optional(turn)
    .await?;
    Ok(row.and_then(|row| {
        Some(Kept {
            row: operator(&row),
            sign_in: hash(row.get(6))?,
            used: row.get::<i64, _>(7) != 0,
            attempt: row.get::<Option<Vec<u8>>, _>(8).and_then(hash),
        })
    }))
}

async fn is_unused(turn: &mut SqliteConnection, refresh: TokenHash) -> Result<bool, StoreError> {
    let found: Option<i64> =
        sqlx::query_scalar("select 1 from refresh_token where refresh_hash = ? and used_ms is null")
            .bind(refresh.0.as_slice())
            .fetch_optional(turn)
            .await?;
    Ok(found.is_some())
}

async fn delete(turn: &mut SqliteConnection, sign_in: TokenHash) -> Result<u64, StoreError> {
    let gone = sqlx::query("delete from sign_in where sign_in_hash = ?")
        .bind(sign_in.0.as_slice())
        .execute(turn)
        .await?;
    Ok(gone.rows_affected())
}

pub(super) async fn end(
    readers: &SqlitePool,
    writer: &SqlitePool,
    token: TokenHash,
) -> Result<Option<TokenHash>, StoreError> {
    let found: Option<Vec<u8>> = sqlx::query_scalar(
        "select sign_in_hash from access_token where token_hash = ?1
         union select sign_in_hash from refresh_token where refresh_hash = ?1",
    )
    .bind(token.0.as_slice())
    .fetch_optional(readers)
    .await?;
    // A made-up token is found out by a reader: the hub's writer never waits for a stranger.
    let Some(sign_in) = found.and_then(hash) else { return Ok(None) };
    let mut turn = begin(writer).await?;
    // Signed out twice at the same moment: nothing is written, and the directory is as it was.
    if delete(&mut turn, sign_in).await? == 0 {
        return Ok(None);
    }
    told(turn).await?;
    Ok(Some(sign_in))
}

#[cfg(test)]
mod tests {
    use super::super::super::{Store, open};
    use super::*;
    use crate::secret::hash_token;
    use std::sync::Arc;

    async fn house(folder: &tempfile::TempDir) -> (Arc<dyn Store>, String, OperatorId) {
        let url = format!("sqlite:{}", folder.path().join("k.db").display());
        let store = open(&url, None).await.unwrap();
        let operator = store.add_operator("op01", "オペレーター01", "hash", Time(1)).await.unwrap();
        let bearer = Bearer { operator, sign_in: hash_token("sign-in"), expires: Time(1000) };
        store.begin_sign_in(bearer, handed("a1", "r1"), Time(1)).await.unwrap();
        (store, url, operator)
    }

    fn handed(token: &str, refresh: &str) -> Handed {
        Handed { token: hash_token(token), token_expires: Time(100), refresh: hash_token(refresh) }
    }

    #[tokio::test]
    async fn a_sign_out_with_a_made_up_token_changes_nothing_and_waits_for_no_writer() {
        let folder = tempfile::tempdir().unwrap();
        let (store, url, _) = house(&folder).await;
        let before = store.directory_change().await.unwrap();

        // Somebody writes: a stranger's sign-out and refresh are answered all the same.
        let other = SqlitePool::connect(&url).await.unwrap();
        let writing = other.begin_with("begin immediate").await.unwrap();
        assert_eq!(store.end_sign_in(hash_token("made up")).await.unwrap(), None);
        let made_up = store.refresh(hash_token("made up"), None, handed("a", "r"), Time(2)).await.unwrap();
        assert_eq!(made_up, Refreshed::Unknown);
        drop(writing);
        other.close().await;
        assert_eq!(store.directory_change().await.unwrap(), before);

        assert_eq!(store.end_sign_in(hash_token("a1")).await.unwrap(), Some(hash_token("sign-in")));
        assert_eq!(store.directory_change().await.unwrap(), before + 1);
        assert_eq!(store.end_sign_in(hash_token("a1")).await.unwrap(), None);
        assert_eq!(store.directory_change().await.unwrap(), before + 1);
    }

    #[tokio::test]
    async fn a_refresh_token_that_comes_again_ends_everything_of_its_sign_in() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _, operator) = house(&folder).await;
        let good = store.refresh(hash_token("r1"), None, handed("a2", "r2"), Time(2)).await.unwrap();
        assert!(matches!(good, Refreshed::Good(row) if row.operator == operator));
        assert!(store.bearer(hash_token("a2"), Time(3)).await.unwrap().is_some());

        let again = store.refresh(hash_token("r1"), None, handed("a3", "r3"), Time(4)).await.unwrap();
        assert_eq!(again, Refreshed::Reused { operator, sign_in: hash_token("sign-in") });
        for token in ["a1", "a2", "a3"] {
            assert_eq!(store.bearer(hash_token(token), Time(5)).await.unwrap(), None, "{token}");
        }
        let heir = store.refresh(hash_token("r2"), None, handed("a4", "r4"), Time(6)).await.unwrap();
        assert_eq!(heir, Refreshed::Unknown);
        assert!(store.directory(Time(7)).await.unwrap().tokens.is_empty());
    }

    #[tokio::test]
    async fn an_answer_that_was_lost_is_given_again_to_the_same_attempt_alone() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _, operator) = house(&folder).await;
        let mine = Some(hash_token("my attempt"));
        let first = store.refresh(hash_token("r1"), mine, handed("a2", "r2"), Time(2)).await.unwrap();
        let again = store.refresh(hash_token("r1"), mine, handed("a3", "r2"), Time(3)).await.unwrap();
        assert_eq!(first, again);
        assert!(store.bearer(hash_token("a3"), Time(4)).await.unwrap().is_some());

        // What it was handed has been used: the answer had come, and this is somebody else.
        store.refresh(hash_token("r2"), None, handed("a4", "r3"), Time(5)).await.unwrap();
        let thief = store.refresh(hash_token("r1"), mine, handed("a5", "r2"), Time(6)).await.unwrap();
        assert_eq!(thief, Refreshed::Reused { operator, sign_in: hash_token("sign-in") });
    }

    #[tokio::test]
    async fn a_token_dies_early_and_its_sign_in_at_the_end_of_the_shift() {
        let folder = tempfile::tempdir().unwrap();
        let (store, _, _) = house(&folder).await;
        assert!(store.bearer(hash_token("a1"), Time(99)).await.unwrap().is_some());
        assert!(store.bearer(hash_token("a1"), Time(100)).await.unwrap().is_none());
        let late = store.refresh(hash_token("r1"), None, handed("a2", "r2"), Time(1000)).await.unwrap();
        assert_eq!(late, Refreshed::Unknown);
        assert_eq!(store.revoke_operator("op01").await.unwrap(), Some(1));
        assert_eq!(store.revoke_operator("nobody").await.unwrap(), None);
    }
}
