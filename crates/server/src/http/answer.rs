//! What the doors answer over HTTP: JSON, and refusals with a code. Knows no route.

use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use desk::code::Code;
use link::message::{OLDEST, Refusal, VERSION};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::StoreError;

/// A good answer or a refusal.
pub(super) fn answer<T: Serialize>(result: Result<T, Code>) -> Response {
    match result {
        Ok(body) => json(StatusCode::OK, link::json::encode(&body)),
        Err(code) => refuse(code),
    }
}

/// A body that must be JSON of this shape.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Code> {
    let text = std::str::from_utf8(body).map_err(|_| Code::Malformed)?;
    link::json::decode(text).map_err(|_| Code::Malformed)
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

pub(super) fn refuse(code: Code) -> Response {
    let status = match code {
        Code::WrongPassword | Code::Unauthorised | Code::Expired => StatusCode::UNAUTHORIZED,
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
        | Code::NoKeyring
        | Code::InTalkElsewhere
        | Code::IndividualNumber
        | Code::SecretText
        | Code::NotReady
        | Code::BadLength
        | Code::NeverHere
        | Code::OfflineTooLong
        | Code::NoNumber
        | Code::NotChecked => StatusCode::CONFLICT,
    };
    json(status, link::json::encode(&Refusal { code }))
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response()
}
