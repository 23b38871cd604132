//! マニュアル・FAQ as rows. A change is told to a running server like one of who may come in.

use desk::note::Article;
use desk::time::Time;
use link::message::notes::ManualArticle;
use sqlx::{Row, SqlitePool};

use super::super::StoreError;
use super::int;
use super::people::{begin, told};

pub(super) async fn put(pool: &SqlitePool, new: &ManualArticle, now: Time) -> Result<(), StoreError> {
    let mut turn = begin(pool).await?;
    sqlx::query(
        "insert into article (code, title, version, body, imported_ms) values (?, ?, ?, ?, ?)
         on conflict (code) do update set title = excluded.title, version = excluded.version,
             body = excluded.body, imported_ms = excluded.imported_ms",
    )
    .bind(&new.article.code)
    .bind(&new.article.title)
    .bind(&new.article.version)
    .bind(&new.text)
    .bind(int(now.0))
    .execute(&mut *turn)
    .await?;
    told(turn).await
}

pub(super) async fn remove(pool: &SqlitePool, code: &str) -> Result<bool, StoreError> {
    let mut turn = begin(pool).await?;
    let gone = sqlx::query("delete from article where code = ?").bind(code).execute(&mut *turn).await?;
    told(turn).await?;
    Ok(gone.rows_affected() == 1)
}

pub(super) async fn all(pool: &SqlitePool) -> Result<Vec<ManualArticle>, StoreError> {
    let rows =
        sqlx::query("select code, title, version, body from article order by code").fetch_all(pool).await?;
    let read = |row: &sqlx::sqlite::SqliteRow| ManualArticle {
        article: Article { code: row.get(0), title: row.get(1), version: row.get(2) },
        text: row.get(3),
    };
    Ok(rows.iter().map(read).collect())
}
