//! What a database gets once, after its tables: the name of its life, its secret, and the chain of an older audit.

use rand::RngCore;
use sqlx::SqlitePool;

use super::super::StoreError;
use super::{audit, int};
use crate::secret::new_stream;

/// Bytes of the secret under which callers' numbers are named: as many as the HMAC's hash has.
const SECRET_BYTES: usize = 32;
/// The name of that secret.
const CALLER_KEY: &str = "caller_key";

/// Brings what is missing; a database that has it all is not written to.
pub(super) async fn prepare(pool: &SqlitePool) -> Result<(), StoreError> {
    let whole: bool = sqlx::query_scalar(
        "select (select value from counter where name = 'epoch') <> 0
             and exists (select 1 from secret where name = ?)
             and not exists (select 1 from audit where chain is null)",
    )
    .bind(CALLER_KEY)
    .fetch_one(pool)
    .await?;
    if whole {
        return Ok(());
    }
    let mut secret = [0; SECRET_BYTES];
    rand::rng().fill_bytes(&mut secret);
    let mut turn = pool.begin_with("begin immediate").await?;
    // Random, so that two databases that never met do not share one.
    sqlx::query("update counter set value = ? where name = 'epoch' and value = 0")
        .bind(int(new_stream().max(1)))
        .execute(&mut *turn)
        .await?;
    sqlx::query("insert into secret (name, value) values (?, ?) on conflict (name) do nothing")
        .bind(CALLER_KEY)
        .bind(secret.as_slice())
        .execute(&mut *turn)
        .await?;
    audit::chain_older(&mut turn).await?;
    Ok(turn.commit().await?)
}

pub(super) async fn caller_secret(pool: &SqlitePool) -> Result<Vec<u8>, StoreError> {
    let secret = sqlx::query_scalar("select value from secret where name = ?").bind(CALLER_KEY);
    Ok(secret.fetch_one(pool).await?)
}
