//! The server's door for notes, over HTTP. Refuses to follow redirects, so that notes go to one place only; and to know
//! what stands in them.

use std::future::Future;
use std::sync::RwLock;
use std::time::Duration;

use desk::code::Code;
use link::json;
use link::message::Refusal;
use link::message::notes::{Manual, Pull, Pulled, Push, Pushed, Search, Searched};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::controller::Secret;

/// How long a request may take: a page of a megabyte through a bad network.
const LIMIT: Duration = Duration::from_secs(30);
/// The largest answer, bytes: ten times a full page, twice the largest manual.
const MAX_ANSWER: usize = 16 * 1024 * 1024;

/// Where pushes and pulls go.
pub trait Door: Send + Sync {
    /// Carries a push.
    fn push(&self, push: &Push) -> impl Future<Output = Result<Pushed, DoorFault>> + Send;
    /// Carries a pull.
    fn pull(&self, pull: &Pull) -> impl Future<Output = Result<Pulled, DoorFault>> + Send;
}

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DoorFault {
    /// The token is missing, unknown or revoked.
    #[error("not signed in")]
    Unauthorised,
    /// Nobody answered, or not in our language.
    #[error("no answer")]
    Away,
    /// The server takes no such request now.
    #[error("refused: {0:?}")]
    Refused(Code),
}

/// What a door is made of.
#[derive(Clone)]
pub struct SyncDoor {
    /// A client that follows no redirects and believes only the server's certificate.
    pub http: Client,
    /// The address of `/api/notes/push`.
    pub push: String,
    /// The address of `/api/notes/pull`.
    pub pull: String,
    /// The address of `/api/notes/search`.
    pub search: String,
    /// The address of `/api/manual`.
    pub manual: String,
}

/// The door with the token that is shown at it.
pub(super) struct HttpDoor {
    door: SyncDoor,
    token: RwLock<Option<Secret>>,
}

impl HttpDoor {
    pub(super) fn new(door: SyncDoor) -> HttpDoor {
        HttpDoor { door, token: RwLock::new(None) }
    }

    /// From now on this one is shown; none: nobody knocks.
    pub(super) fn token(&self, token: Option<Secret>) {
        *self.token.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = token;
    }

    /// Looks for what no desk keeps.
    pub(super) async fn search(&self, search: &Search) -> Result<Searched, DoorFault> {
        self.post(&self.door.search, search).await
    }

    /// The texts of マニュアル・FAQ, unless they are those of this tag.
    pub(super) async fn manual(&self, etag: Option<&str>) -> Result<Manual, DoorFault> {
        let url = &self.door.manual;
        let url = etag.map_or_else(|| url.clone(), |etag| format!("{url}?etag={etag}"));
        self.send(self.door.http.get(url)).await
    }

    async fn post<T: DeserializeOwned>(&self, url: &str, body: &impl Serialize) -> Result<T, DoorFault> {
        let request = self.door.http.post(url).header(CONTENT_TYPE, "application/json");
        self.send(request.body(json::encode(body))).await
    }

    async fn send<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, DoorFault> {
        let token = self.token.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
        let Some(token) = token.map(|token| token.0.clone()) else { return Err(DoorFault::Unauthorised) };
        let request = request.timeout(LIMIT).header(AUTHORIZATION, format!("Bearer {token}"));
        let mut response = request.send().await.map_err(|_| DoorFault::Away)?;
        let status = response.status();
        let mut answer = Vec::new();
        while let Some(part) = response.chunk().await.map_err(|_| DoorFault::Away)? {
            if answer.len() + part.len() > MAX_ANSWER {
                return Err(DoorFault::Away);
            }
            answer.extend_from_slice(&part);
        }
        let answer = std::str::from_utf8(&answer).map_err(|_| DoorFault::Away)?;
        if status.is_success() {
            return json::decode(answer).map_err(|_| DoorFault::Away);
        }
        Err(refusal(status, answer))
    }
}

/// Something between us and the server may answer in its own way: then nobody of ours was reached.
fn refusal(status: StatusCode, answer: &str) -> DoorFault {
    match json::decode::<Refusal>(answer) {
        Ok(Refusal { code: Code::Unauthorised | Code::NotSignedIn }) => DoorFault::Unauthorised,
        Ok(Refusal { code }) => DoorFault::Refused(code),
        Err(_) if status == StatusCode::UNAUTHORIZED => DoorFault::Unauthorised,
        Err(_) => DoorFault::Away,
    }
}

impl Door for HttpDoor {
    async fn push(&self, push: &Push) -> Result<Pushed, DoorFault> {
        self.post(&self.door.push, push).await
    }

    async fn pull(&self, pull: &Pull) -> Result<Pulled, DoorFault> {
        self.post(&self.door.pull, pull).await
    }
}
