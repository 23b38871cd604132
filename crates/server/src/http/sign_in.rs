//! `POST /api/sign-in` and `POST /api/sign-out`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk::code::Code;
use desk::time::Millis;
use link::message::{OLDEST, Refusal, SignIn, SignedIn, VERSION};

use super::Door;
use crate::hub::Item;
use crate::secret::{HashFailed, MAX_SECRET_BYTES, hash_token, new_token};
use crate::store::{Bearer, OperatorRow, StoreError};

/// A token lives for a long shift with its handovers.
const TOKEN_LIFE: Millis = Millis::seconds(14 * 3600);
/// The longest account name that is looked up.
const MAX_NAME_BYTES: usize = 64;

pub(super) async fn sign_in(State(door): State<Arc<Door>>, body: Bytes) -> Response {
    match try_sign_in(&door, &body).await {
        Ok(signed_in) => json(StatusCode::OK, link::json::encode(&signed_in)),
        Err(code) => refuse(code),
    }
}

async fn try_sign_in(door: &Door, body: &[u8]) -> Result<SignedIn, Code> {
    let text = std::str::from_utf8(body).map_err(|_| Code::Malformed)?;
    let asked: SignIn = link::json::decode(text).map_err(|_| Code::Malformed)?;
    fits(asked.version)?;
    if asked.name.len() > MAX_NAME_BYTES || asked.password.len() > MAX_SECRET_BYTES {
        return Err(Code::WrongPassword);
    }
    let account = door.store.operator_by_name(&asked.name).await.map_err(store_down)?;
    if !door.failures.may_try(&asked.name, account.is_some(), door.clock.now()) {
        if let Some((row, _)) = &account {
            tracing::warn!(operator = %row.operator, "sign-in refused: locked");
        }
        return Err(Code::Locked);
    }
    let kept = account.as_ref().map(|(_, hash)| hash.as_str());
    let good = door.checker.matches(&asked.password, kept).await.map_err(|fault| {
        door.failures.take_back(&asked.name);
        match fault {
            HashFailed::Busy => Code::TooMany,
            HashFailed::Hasher => Code::StoreDown,
        }
    })?;
    match account {
        Some((row, _)) if good => {
            door.failures.forgive(&asked.name);
            give_token(door, row).await
        }
        Some((row, _)) => {
            tracing::info!(operator = %row.operator, "sign-in failed");
            Err(Code::WrongPassword)
        }
        None => Err(Code::WrongPassword),
    }
}

async fn give_token(door: &Door, row: OperatorRow) -> Result<SignedIn, Code> {
    let token = new_token();
    let now = door.clock.now();
    let bearer = Bearer { operator: row.operator, expires: now + TOKEN_LIFE };
    door.store.add_token(hash_token(&token), bearer, now).await.map_err(store_down)?;
    tracing::info!(operator = %row.operator, "token given");
    Ok(SignedIn { token, name: row.display })
}

/// Takes the token in `Authorization: Bearer …`; it is dead afterwards, whether or not it ever lived.
pub(super) async fn sign_out(State(door): State<Arc<Door>>, headers: HeaderMap) -> Response {
    let token = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(token) = token else { return refuse(Code::Unauthorised) };
    let token = hash_token(token);
    match door.store.remove_token(token).await {
        Ok(true) => {
            door.inbox.put(Item::TokenRevoked(token)).await;
            StatusCode::NO_CONTENT.into_response()
        }
        Ok(false) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => refuse(store_down(fault)),
    }
}

/// Whether we speak a client's version of the protocol.
pub(super) fn fits(version: u16) -> Result<(), Code> {
    if version > VERSION {
        return Err(Code::ServerTooOld);
    }
    if version < OLDEST {
        return Err(Code::ClientTooOld);
    }
    Ok(())
}

pub(super) fn store_down(fault: StoreError) -> Code {
    tracing::error!(%fault, "the store did not answer");
    Code::StoreDown
}

fn refuse(code: Code) -> Response {
    let status = match code {
        Code::WrongPassword | Code::Unauthorised => StatusCode::UNAUTHORIZED,
        Code::Locked => StatusCode::LOCKED,
        Code::ServerTooOld | Code::ClientTooOld => StatusCode::UPGRADE_REQUIRED,
        Code::TooMany => StatusCode::TOO_MANY_REQUESTS,
        Code::Malformed => StatusCode::BAD_REQUEST,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::StoreDown | Code::NoExchange | Code::Unreachable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Gone
        | Code::Taken
        | Code::TooLate
        | Code::StaleFence
        | Code::WrongState
        | Code::NotSignedIn
        | Code::Replaced
        | Code::NoMedia
        | Code::AlreadyWaiting
        | Code::QueueFull
        | Code::Closed
        | Code::NoKeyring => StatusCode::CONFLICT,
    };
    json(status, link::json::encode(&Refusal { code }))
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response()
}
