//! The doors: sign-in, the socket, health, the booth's page. Knows who may come in and how much they
//! may say; refuses to know what the words mean (that is the hub).

mod booth_page;
mod failures;
mod health;
mod line;
mod link;
mod listen;
mod rate;
mod sign_in;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::response::Redirect;
use axum::routing::{get, post};
use tokio::sync::{Semaphore, watch};
use tower_http::timeout::TimeoutLayer;

use crate::clock::Clock;
use crate::config::Config;
use crate::hub::{Inbox, Status};
use crate::secret::Checker;
use crate::store::Store;

pub(crate) use booth_page::missing as booth_page_missing;
pub use listen::ListenError;
pub(crate) use listen::Listening;

/// The largest body of a request: a name, a password and a version.
const MAX_BODY_BYTES: usize = 4 * 1024;
/// A request takes at most this long; the longest is a sign-in behind [`crate::secret`]'s waiting line.
const REQUEST_LIMIT: Duration = Duration::from_secs(15);
/// Sockets at once: one centre has tens; a flood of idle ones is held here, at some 20 KiB each.
const MAX_SOCKETS: usize = 8192;

/// What the doors share.
pub struct Door {
    pub(crate) inbox: Inbox,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<Clock>,
    pub(crate) status: watch::Receiver<Status>,
    checker: Checker,
    failures: failures::Failures,
    places: Arc<Semaphore>,
    origins: Vec<String>,
    next_line: AtomicU64,
}

impl Door {
    /// Doors onto a hub.
    pub(crate) fn new(
        config: &Config,
        inbox: Inbox,
        store: Arc<dyn Store>,
        clock: Arc<Clock>,
        status: watch::Receiver<Status>,
        checker: Checker,
    ) -> Door {
        Door {
            inbox,
            store,
            clock,
            status,
            checker,
            failures: failures::Failures::default(),
            places: Arc::new(Semaphore::new(MAX_SOCKETS)),
            origins: config.origins.clone(),
            next_line: AtomicU64::new(1),
        }
    }
}

/// Every route.
pub(crate) fn router(config: &Config, door: Arc<Door>) -> Router {
    let limit = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_LIMIT);
    let api = Router::new()
        .route("/api/sign-in", post(sign_in::sign_in))
        .route("/api/sign-out", post(sign_in::sign_out))
        .route("/health", get(health::health))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(limit);
    Router::new()
        .merge(api)
        .route("/link", get(link::link))
        .with_state(door)
        .route("/", get(|| async { Redirect::temporary("/booth/") }))
        .route("/booth", get(|| async { Redirect::permanent("/booth/") }))
        .nest_service("/booth/", booth_page::service(&config.booth_page))
}
