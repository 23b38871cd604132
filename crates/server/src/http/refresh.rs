//! `POST /api/refresh` and `POST /api/sign-out`. A refresh token is good once; one that comes again is a
//! sign of theft, and ends everything that came of the same password.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk::code::Code;
use desk::time::{Millis, Time};
use link::message::{Refresh, SignedIn};

use super::Door;
use super::answer::{answer, read, refuse, store_down};
use crate::hub::Item;
use crate::secret::{MAX_SECRET_BYTES, hash_token, heir_of, new_token};
use crate::store::{Handed, Refreshed};

/// A token is for the next hello only, so that a stolen one is soon worthless.
pub(super) const ACCESS_LIFE: Millis = Millis::seconds(5 * 60);

/// Tokens as they are kept.
pub(super) fn hand_out(token: &str, refresh: &str, now: Time) -> Handed {
    Handed { token: hash_token(token), token_expires: now + ACCESS_LIFE, refresh: hash_token(refresh) }
}

pub(super) async fn refresh(State(door): State<Arc<Door>>, body: Bytes) -> Response {
    answer(try_refresh(&door, &body).await)
}

async fn try_refresh(door: &Door, body: &[u8]) -> Result<SignedIn, Code> {
    let asked: Refresh = read(body)?;
    if asked.refresh.len() > MAX_SECRET_BYTES {
        return Err(Code::Unauthorised);
    }
    let attempt = asked.attempt.map(|attempt| attempt.to_string());
    let token = new_token();
    // The same attempt is handed the same refresh token again: its answer may have been lost.
    let next = attempt.as_ref().map_or_else(new_token, |attempt| heir_of(&asked.refresh, attempt));
    let now = door.clock.now();
    let (used, handed) = (hash_token(&asked.refresh), hand_out(&token, &next, now));
    let attempt = attempt.as_deref().map(hash_token);
    match door.store.refresh(used, attempt, handed, now).await.map_err(store_down)? {
        Refreshed::Good(row) => {
            tracing::debug!(operator = %row.operator, "refreshed");
            Ok(SignedIn { token, token_ms: ACCESS_LIFE.0, refresh: next, name: row.display })
        }
        Refreshed::Unknown => Err(Code::Unauthorised),
        Refreshed::Reused { operator, sign_in } => {
            tracing::warn!(%operator, "a used refresh token came again: the sign-in is revoked");
            door.inbox.put(Item::TokenRevoked(sign_in)).await;
            Err(Code::Unauthorised)
        }
    }
}

/// Takes a token or refresh token in `Authorization: Bearer …`; its whole sign-in is dead afterwards,
/// whether or not it ever lived.
pub(super) async fn sign_out(State(door): State<Arc<Door>>, headers: HeaderMap) -> Response {
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else { return refuse(Code::Unauthorised) };
    match door.store.end_sign_in(hash_token(token)).await {
        Ok(Some(sign_in)) => {
            door.inbox.put(Item::TokenRevoked(sign_in)).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Ok(None) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => refuse(store_down(fault)),
    }
}
