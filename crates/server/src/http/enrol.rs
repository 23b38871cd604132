//! `POST /api/booth/enrol` and `GET /api/booth/challenge`: how a page becomes a booth, and how a booth
//! shows that it is itself. Its private key never leaves its browser.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::Response;
use desk::code::Code;
use desk::ids::BoothId;
use desk::time::Millis;
use link::message::{Challenge, Enrol, EnrolCode};
use serde::Deserialize;

use super::Door;
use super::address::Client;
use super::answer::{answer, read, store_down};
use crate::clock::wall_now;
use crate::secret::{hash_code, is_signed, new_code, new_token, parse_public_key};
use crate::store::Enrolled;

/// How long a code is good. By the wall clock: the administrator's command has no other.
const CODE_LIFE: Millis = Millis::seconds(10 * 60);
/// Pages that may wait at once: a city has a handful of booths, and each page shows one code.
const MAX_PENDING: u32 = 32;

pub(super) async fn enrol(
    State(door): State<Arc<Door>>,
    Extension(client): Extension<Client>,
    body: Bytes,
) -> Response {
    answer(try_enrol(&door, client, &body).await)
}

async fn try_enrol(door: &Door, client: Client, body: &[u8]) -> Result<EnrolCode, Code> {
    let asked: Enrol = read(body)?;
    let key = parse_public_key(&asked.public_key).ok_or(Code::Malformed)?;
    if !door.addresses.may_enrol(client, Instant::now()) {
        return Err(Code::TooMany);
    }
    let (code, now) = (new_code(), wall_now());
    let enrolled = door.store.enrol(&key, hash_code(&code), now + CODE_LIFE, MAX_PENDING, now).await;
    match enrolled.map_err(store_down)? {
        Enrolled::Pending => {
            tracing::info!("a page waits for `kenmu-server booth approve`");
            Ok(EnrolCode { code, valid_ms: CODE_LIFE.0 })
        }
        Enrolled::Booth(_) => Err(Code::Taken),
        Enrolled::Full => Err(Code::TooMany),
    }
}

/// Whose challenge.
#[derive(Deserialize)]
pub(super) struct Asked {
    key: String,
}

pub(super) async fn challenge(State(door): State<Arc<Door>>, Query(asked): Query<Asked>) -> Response {
    answer(try_challenge(&door, &asked.key).await)
}

/// A key that is no booth's gets a challenge that opens nothing, and nothing is kept of it.
async fn try_challenge(door: &Door, key: &str) -> Result<Challenge, Code> {
    let key = parse_public_key(key).ok_or(Code::Malformed)?;
    let booth = door.store.booth_of_key(&key).await.map_err(store_down)?;
    let challenge = new_token();
    if let Some(booth) = booth {
        door.challenges.open(booth, challenge.clone(), door.clock.now());
    }
    Ok(Challenge { challenge, booth })
}

/// Whether a booth's hello proves it.
///
/// # Errors
/// [`Code::Unauthorised`]: no such booth, revoked, or not its signature; [`Code::Expired`]: the challenge.
pub(super) async fn prove(door: &Door, booth: BoothId, challenge: &str, signature: &str) -> Result<(), Code> {
    let key = door.store.booth_key(booth).await.map_err(store_down)?.ok_or(Code::Unauthorised)?;
    if !door.challenges.take(booth, challenge, door.clock.now()) {
        return Err(Code::Expired);
    }
    if is_signed(&key, challenge, signature) { Ok(()) } else { Err(Code::Unauthorised) }
}
