//! The doors: sign-in, enrolment, the socket, health and metrics, the booth's page. Knows who may come in
//! and how much they may say; refuses to know what the words mean (that is the hub).
//!
//! What a stranger can use up, and where it ends: connections (`listen`: all together, and per address), a
//! request's head (16 KiB, 100 lines, 10 s), its body (4 KiB, of notes 1 MiB, 15 s), requests per address
//! (`address`: 20 a second, 200 at once; of notes 100 a second, 1,000 at once), codes (10, then one a minute), wrong passwords (10 per account, 100 per address,
//! within 15 min), the hello (5 s), frames and messages (64 KiB), messages per line (`rate`: 50 a second,
//! 100 at once), silence on a line (15 s), a slow reader (256 messages, 10 s a write).

mod address;
mod answer;
mod booth_page;
mod challenges;
mod enrol;
mod guard;
mod health;
mod hours;
mod line;
mod link;
mod listen;
mod manual;
mod metrics;
mod notes;
mod prompt;
mod rate;
mod refresh;
mod sign_in;
mod strangers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, Instant};

use ::link::message::notes::MAX_PUSH_BYTES;
use axum::Router;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use desk::calendar::Calendar;
use desk::code::Code;
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
/// The largest body of a push or pull: what a push may hold, and room for what stands around it.
const MAX_NOTES_BYTES: usize = MAX_PUSH_BYTES + 64 * 1024;
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
    strangers: strangers::Strangers,
    challenges: challenges::Challenges,
    addresses: Arc<address::Addresses>,
    city: String,
    calendar: Calendar,
    places: Arc<Semaphore>,
    origins: Vec<String>,
    next_line: AtomicU64,
    notes: notes::Turns,
    keep_days: u32,
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
            strangers: strangers::Strangers::default(),
            challenges: challenges::Challenges::default(),
            addresses: Arc::new(address::Addresses::new(config)),
            city: config.city.clone(),
            calendar: config.calendar.clone(),
            places: Arc::new(Semaphore::new(MAX_SOCKETS)),
            origins: config.origins.clone(),
            next_line: AtomicU64::new(1),
            notes: notes::Turns::default(),
            keep_days: config.notes.keep_days,
        }
    }
}

impl Door {
    /// WebSockets that are open.
    fn sockets(&self) -> u32 {
        u32::try_from(MAX_SOCKETS - self.places.available_permits()).unwrap_or(u32::MAX)
    }
}

/// Every route.
fn router(config: &Config, door: Arc<Door>) -> Router {
    let limit = TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_LIMIT);
    let api = Router::new()
        .route("/api/sign-in", post(sign_in::sign_in))
        .route("/api/refresh", post(refresh::refresh))
        .route("/api/sign-out", post(refresh::sign_out))
        .route("/api/hours", get(hours::hours))
        .route("/api/booth/enrol", post(enrol::enrol))
        .route("/api/booth/challenge", get(enrol::challenge))
        .route("/health", get(health::health))
        .route("/metrics", get(metrics::local_metrics))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(limit);
    let notes = Router::new()
        .route("/api/notes/push", post(notes::push))
        .route("/api/notes/pull", post(notes::pull))
        .route("/api/notes/search", post(notes::search))
        .route("/api/manual", get(manual::manual))
        .layer(DefaultBodyLimit::max(MAX_NOTES_BYTES))
        .layer(limit)
        .layer(from_fn_with_state(Arc::clone(&door), who_syncs));
    Router::new()
        .merge(api)
        .route("/link", get(link::link))
        .layer(from_fn_with_state(Arc::clone(&door), who_asks))
        .merge(notes)
        .with_state(door)
        .route("/", get(|| async { Redirect::temporary("/booth/") }))
        .route("/booth", get(|| async { Redirect::permanent("/booth/") }))
        .nest_service("/booth/", booth_page::service(&config.booth_page, config.tls.is_some()))
}

/// What stands on `metrics_listen`.
fn metrics_router(door: Arc<Door>) -> Router {
    Router::new()
        .route("/metrics", get(metrics::metrics))
        .route("/health", get(health::health))
        .with_state(door)
}

/// As [`who_asks`], for notes: a first sync alone is some hundred pages.
async fn who_syncs(
    State(door): State<Arc<Door>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let client = door.addresses.client(peer, request.headers());
    if !door.addresses.may_sync(client, Instant::now()) {
        return answer::refuse(Code::TooMany);
    }
    next.run(request).await
}

/// Finds out who asks, and turns away whoever asks too much.
async fn who_asks(
    State(door): State<Arc<Door>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    let client = door.addresses.client(peer, request.headers());
    if !door.addresses.may_ask(client, Instant::now()) {
        return answer::refuse(Code::TooMany);
    }
    request.extensions_mut().insert(client);
    next.run(request).await
}
