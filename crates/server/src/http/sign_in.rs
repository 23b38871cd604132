//! `POST /api/sign-in`: a password opens a sign-in, which lasts a shift.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use desk::code::Code;
use desk::ids::OperatorId;
use desk::time::Millis;
use link::message::{SignIn, SignedIn};

use super::Door;
use super::address::Client;
use super::answer::{answer, fits, read, store_down};
use super::refresh::{ACCESS_LIFE, hand_out};
use crate::secret::{HashFailed, MAX_SECRET_BYTES, hash_token, new_token};
use crate::store::{Account, Bearer};

/// A sign-in lasts for a long shift with its handovers, however often it is refreshed.
const SIGN_IN_LIFE: Millis = Millis::seconds(14 * 3600);
/// The longest account name that is looked up.
const MAX_NAME_BYTES: usize = 64;
/// Ten failures lock an account for a quarter of an hour.
pub(super) const MAX_FAILURES: u32 = 10;
pub(super) const LOCK: Millis = Millis::seconds(15 * 60);

pub(super) async fn sign_in(
    State(door): State<Arc<Door>>,
    Extension(client): Extension<Client>,
    body: Bytes,
) -> Response {
    answer(try_sign_in(&door, client, &body).await)
}

async fn try_sign_in(door: &Door, client: Client, body: &[u8]) -> Result<SignedIn, Code> {
    let asked: SignIn = read(body)?;
    fits(asked.version)?;
    if asked.name.len() > MAX_NAME_BYTES || asked.password.len() > MAX_SECRET_BYTES {
        return Err(Code::WrongPassword);
    }
    if door.addresses.is_shut(client, door.clock.now()) {
        return Err(Code::TooMany);
    }
    let account = door.store.account(&asked.name).await.map_err(store_down)?;
    if !may_try(door, &asked.name, account.as_ref()).await? {
        return Err(Code::Locked);
    }
    let kept = account.as_ref().map(|account| account.hash.as_str());
    let good = match door.checker.matches(&asked.password, kept).await {
        Ok(good) => good,
        Err(fault) => return Err(not_looked_at(door, &asked.name, account.as_ref(), &fault).await),
    };
    match account {
        Some(Account { row, .. }) if good => {
            if row.locked {
                tracing::warn!(operator = %row.operator, "sign-in refused: locked by the administrator");
                return Err(Code::Locked);
            }
            if !asked.take_over && door.inbox.is_in_talk(row.operator).await {
                // The password was right: the next try is a fresh one.
                forget_try(door, row.operator).await?;
                return Err(Code::InTalkElsewhere);
            }
            begin(door, row.operator, row.display).await
        }
        Some(Account { row, .. }) => {
            tracing::info!(operator = %row.operator, "sign-in failed");
            door.addresses.failed(client, door.clock.now());
            Err(Code::WrongPassword)
        }
        None => {
            door.addresses.failed(client, door.clock.now());
            Err(Code::WrongPassword)
        }
    }
}

/// Counts the try. Names that are no accounts are locked like accounts, so that a lock tells nothing.
async fn may_try(door: &Door, name: &str, account: Option<&Account>) -> Result<bool, Code> {
    let now = door.clock.now();
    let Some(Account { row, .. }) = account else { return Ok(door.strangers.may_try(name, now)) };
    let may = door.store.count_try(row.operator, MAX_FAILURES, LOCK, now).await.map_err(store_down)?;
    if !may {
        tracing::warn!(operator = %row.operator, "sign-in refused: locked");
    }
    Ok(may)
}

async fn not_looked_at(door: &Door, name: &str, account: Option<&Account>, fault: &HashFailed) -> Code {
    match account {
        Some(Account { row, .. }) => {
            if let Err(code) = forget_try(door, row.operator).await {
                return code;
            }
        }
        None => door.strangers.take_back(name),
    }
    match fault {
        HashFailed::Busy => Code::TooMany,
        HashFailed::Hasher => Code::StoreDown,
    }
}

async fn forget_try(door: &Door, operator: OperatorId) -> Result<(), Code> {
    door.store.take_back_try(operator).await.map_err(store_down)
}

async fn begin(door: &Door, operator: OperatorId, display: String) -> Result<SignedIn, Code> {
    let now = door.clock.now();
    let bearer = Bearer { operator, sign_in: hash_token(&new_token()), expires: now + SIGN_IN_LIFE };
    let (token, refresh) = (new_token(), new_token());
    let handed = hand_out(&token, &refresh, now);
    door.store.begin_sign_in(bearer, handed, now).await.map_err(store_down)?;
    tracing::info!(%operator, "signed in");
    Ok(SignedIn { token, token_ms: ACCESS_LIFE.0, refresh, name: display })
}
