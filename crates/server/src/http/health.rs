//! How the server is, for whoever watches it. Tells nothing about people.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Door;

#[derive(Serialize)]
struct Health {
    /// `ok`, or `store_down` while facts cannot be stored.
    status: &'static str,
    exchange_up: bool,
    version: &'static str,
}

pub(super) async fn health(State(door): State<Arc<Door>>) -> Response {
    let now = door.status.borrow().clone();
    let (code, status) =
        if now.store_up { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "store_down") };
    let health = Health { status, exchange_up: now.exchange_up, version: env!("CARGO_PKG_VERSION") };
    (code, [(CONTENT_TYPE, "application/json")], link::json::encode(&health)).into_response()
}
