//! `GET /api/manual`: マニュアル・FAQ for a desk, whole, or the word that it has it all.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use desk::code::Code;
use link::message::notes::{Manual, ManualAsked};
use sha2::{Digest, Sha256};

use super::Door;
use super::answer::{answer, store_down};
use super::notes::bearer;

pub(super) async fn manual(
    State(door): State<Arc<Door>>,
    Query(asked): Query<ManualAsked>,
    headers: HeaderMap,
) -> Response {
    answer(try_manual(&door, &asked, &headers).await)
}

async fn try_manual(door: &Door, asked: &ManualAsked, headers: &HeaderMap) -> Result<Manual, Code> {
    bearer(door, headers).await?;
    let articles = door.store.manual().await.map_err(store_down)?;
    let etag = URL_SAFE_NO_PAD.encode(Sha256::digest(link::json::encode(&articles)));
    if asked.etag.as_ref() == Some(&etag) {
        return Ok(Manual::Unchanged);
    }
    Ok(Manual::Texts { etag, articles })
}
