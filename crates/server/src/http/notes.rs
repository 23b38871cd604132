//! `POST /api/notes/push`, `…/pull` and `…/search`: revisions in, pages and old notes out. An answer is given after the commit:
//! the store is the truth, and the hub is told a hint.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;
use desk::code::Code;
use desk::note::sought::Sought;
use desk::time::Time;
use link::message::notes::{MAX_SOUGHT, Pull, Pulled, Push, Pushed, Search, Searched};
use tokio::sync::Semaphore;

use super::Door;
use super::answer::{answer, fits, read, store_down};
use crate::hub::Item;
use crate::notes::looked_at;
use crate::secret::{MAX_SECRET_BYTES, hash_token};
use crate::store::{Bearer, Pulling, Pushing, Searching};

/// One push at a time: the hub shares the writer, and waits behind one of them at most.
const PUSHES_AT_ONCE: usize = 1;
/// Pages at once: half of the store's readers, so that sign-ins find one.
const PULLS_AT_ONCE: usize = 2;
/// One search at a time: it may keep one of the store's readers for seconds.
const SEARCHES_AT_ONCE: usize = 1;
/// A day.
const DAY_MS: u64 = 24 * 3_600_000;

/// Turns at the notes. Whoever waits longer than a request may take is sent away and comes again.
pub(super) struct Turns {
    pushes: Semaphore,
    pulls: Semaphore,
    searches: Semaphore,
}

impl Default for Turns {
    fn default() -> Turns {
        let turns = Semaphore::new;
        Turns {
            pushes: turns(PUSHES_AT_ONCE),
            pulls: turns(PULLS_AT_ONCE),
            searches: turns(SEARCHES_AT_ONCE),
        }
    }
}

pub(super) async fn push(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(try_push(&door, &headers, &body).await)
}

async fn try_push(door: &Door, headers: &HeaderMap, body: &[u8]) -> Result<Pushed, Code> {
    let bearer = bearer(door, headers).await?;
    let push: Push = read(body)?;
    fits(push.version)?;
    let items = looked_at(&push, bearer.operator)?;
    let pushing = Pushing {
        operator: bearer.operator,
        device: push.device,
        stream: push.stream,
        items: &items,
        views: &push.views,
        now: door.clock.now(),
    };
    let turn = door.notes.pushes.acquire().await.map_err(|_| Code::StoreDown)?;
    let pushed = door.store.push(pushing).await.map_err(store_down)?.ok_or(Code::Taken)?;
    drop(turn);
    if !push.revisions.is_empty() {
        let mark = door.store.notes_mark().await.map_err(store_down)?;
        door.inbox.put(Item::Notes(mark)).await;
    }
    Ok(pushed)
}

pub(super) async fn pull(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(try_pull(&door, &headers, &body).await)
}

async fn try_pull(door: &Door, headers: &HeaderMap, body: &[u8]) -> Result<Pulled, Code> {
    bearer(door, headers).await?;
    let Pull { version, cursor, stream, most } = read(body)?;
    fits(version)?;
    let since = kept_since(door);
    let pulling = Pulling { cursor: cursor.as_ref(), stream, most: most.max(1), since };
    let _turn = door.notes.pulls.acquire().await.map_err(|_| Code::StoreDown)?;
    door.store.pull(pulling).await.map_err(store_down)
}

pub(super) async fn search(State(door): State<Arc<Door>>, headers: HeaderMap, body: Bytes) -> Response {
    answer(try_search(&door, &headers, &body).await)
}

async fn try_search(door: &Door, headers: &HeaderMap, body: &[u8]) -> Result<Searched, Code> {
    bearer(door, headers).await?;
    let Search { version, words, filter, most } = read(body)?;
    fits(version)?;
    if words.chars().count() > MAX_SOUGHT {
        return Err(Code::BadLength);
    }
    let sought = Sought::new(&words, filter);
    let _turn = door.notes.searches.acquire().await.map_err(|_| Code::StoreDown)?;
    door.store.search(Searching { sought: &sought, before: kept_since(door), most }).await.map_err(store_down)
}

/// Since when desks keep what came.
fn kept_since(door: &Door) -> Time {
    Time(door.clock.now().0.saturating_sub(u64::from(door.keep_days) * DAY_MS))
}

/// Who came with `Authorization: Bearer …`.
pub(super) async fn bearer(door: &Door, headers: &HeaderMap) -> Result<Bearer, Code> {
    let token = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer ")).ok_or(Code::Unauthorised)?;
    if token.len() > MAX_SECRET_BYTES {
        return Err(Code::Unauthorised);
    }
    let bearer = door.store.bearer(hash_token(token), door.clock.now()).await.map_err(store_down)?;
    bearer.ok_or(Code::Unauthorised)
}
