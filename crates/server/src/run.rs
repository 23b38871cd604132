//! A server from its start to its stop. Knows every room of the house and nothing of what they do.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use desk::time::Time;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::anchor;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::http::{self, Door, ListenError, Listening};
use crate::hub::{self, Hub, HubError, Inbox, Setup, Status};
use crate::lock::{self, Hold};
use crate::secret::{Checker, HashFailed};
use crate::store::{self, Store, StoreError};

/// How long a stop waits for the turn at hand, and for the files to close. A healthy disk needs far less,
/// and whoever started the server (systemd: 90 s) kills it in the end.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Why a server did not start, or stopped by itself.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration is not taken.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The hub cannot begin or has stopped by itself.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// The address or the certificate cannot be used.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// No memory for sign-ins.
    #[error(transparent)]
    Checker(#[from] HashFailed),
    /// The database is being restored, or its folder cannot be written to.
    #[error("the database cannot be held: {0}")]
    Lock(std::io::Error),
    /// A task of the server broke off.
    #[error("the server broke off")]
    Broken,
}

/// A server at work.
pub struct Running {
    stop: watch::Sender<bool>,
    listening: Listening,
    hub: JoinHandle<Result<(), HubError>>,
    watch: JoinHandle<()>,
    anchor: Option<(JoinHandle<()>, PathBuf)>,
    store: Arc<dyn Store>,
    _hold: Hold,
}

impl Running {
    /// Where it listens; useful when the configuration said port 0.
    pub fn address(&self) -> SocketAddr {
        self.listening.address
    }

    /// Where Prometheus finds `/metrics` alone, when it has an address of its own.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.listening.metrics
    }

    /// Works until the hub stops by itself, which is always a fault.
    ///
    /// # Errors
    /// Why it stopped.
    pub async fn wait(&mut self) -> Result<(), StartError> {
        tokio::select! {
            end = &mut self.hub => Ok(end.map_err(|_| StartError::Broken)??),
            () = self.listening.ended() => Err(StartError::Broken),
        }
    }

    /// Stops in good order: no new connections, the turn at hand is stored, the lines close. A store that
    /// does not answer cannot hold it up: what it did not take has not happened.
    pub async fn stop(mut self) {
        // Nobody listens any more when the hub has already ended.
        let _ = self.stop.send(true);
        self.watch.abort();
        if let Some((keeper, path)) = self.anchor.take() {
            keeper.abort();
            // Whoever reads the log next finds the anchor where it ended.
            let _ = timeout(STOP_LIMIT, anchor::follow(&*self.store, &path)).await;
        }
        if !self.hub.is_finished() && timeout(STOP_LIMIT, &mut self.hub).await.is_err() {
            tracing::warn!("the store does not answer; the turn at hand is given up");
            self.hub.abort();
        }
        self.listening.stop().await;
        if timeout(STOP_LIMIT, self.store.close()).await.is_err() {
            tracing::warn!("the database did not close; the next start puts it in order");
        }
        tracing::info!("stopped");
    }

    /// Drops everything where it stands, as a power cut would. For tests.
    pub async fn kill(mut self) {
        self.hub.abort();
        self.watch.abort();
        if let Some((keeper, _)) = &self.anchor {
            keeper.abort();
        }
        let _ = (&mut self.hub).await;
        self.listening.kill().await;
        self.store.close().await;
    }
}

/// Starts a server.
///
/// # Errors
/// [`StartError`]; its text says what to do.
pub async fn start(config: Config) -> Result<Running, StartError> {
    config.check()?;
    // A second installation in the same process is refused, and the first one is the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let hold = lock::share(&store::file_of(&config.database)?).map_err(StartError::Lock)?;
    let store = store::open(&config.database, config.database_key_file.as_deref()).await?;
    if config.database_key_file.is_none() {
        tracing::warn!(
            "THE DATABASE IS NOT ENCRYPTED: whoever takes the disk reads every name in the notes. Make a new one with \
             database_key_file before the first real citizen is served."
        );
    }
    let clock = Arc::new(config.clock.map_or_else(|| Clock::start(Time(0)), Clock::start_at));
    let (status, shown) = watch::channel(Status::default());
    let (inbox, items) = Inbox::new();
    let checker = Checker::new()?;
    let door = Door::new(&config, inbox.clone(), Arc::clone(&store), Arc::clone(&clock), shown, checker);
    // The address comes before the ledger: a server that is started twice by mistake fails here, and does
    // not take the ledger away from the one at work. Whoever knocks meanwhile waits in the inbox.
    let mut listening = Listening::open(&config, Arc::new(door)).await?;
    let hub = Hub::begin(Setup {
        settings: config.desk,
        calendar: Arc::new(config.calendar.clone()),
        signs: config.signs(),
        store: Arc::clone(&store),
        clock: Arc::clone(&clock),
        status,
    });
    let hub = match hub.await {
        Ok(hub) => hub,
        Err(fault) => {
            listening.kill().await;
            return Err(fault.into());
        }
    };
    if let Some(words) = http::booth_page_missing(&config.booth_page) {
        tracing::warn!("{words}");
    }
    let (stop, stopped) = watch::channel(false);
    let tls = config.tls.is_some();
    let watch = tokio::spawn(hub::watch(Arc::clone(&store), clock, inbox));
    let hub = tokio::spawn(hub.run(items, stopped));
    tracing::info!(address = %listening.address, tls, "listening");
    let anchor = config.anchor();
    let anchor = anchor.map(|path| (tokio::spawn(anchor::keep(Arc::clone(&store), path.clone())), path));
    Ok(Running { stop, listening, hub, watch, anchor, store, _hold: hold })
}

/// Takes as many open files as the system grants: each socket is one, and the usual 1,024 would be used up
/// by a flood long before our own limits hold it.
pub fn raise_file_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if let Err(fault) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
            tracing::warn!(%fault, ?current, "the limit of open files stays as it is");
        }
    }
}

/// Starts a server and works until SIGTERM or SIGINT (Ctrl-C on Windows).
///
/// # Errors
/// [`StartError`]: it did not start, or it stopped by itself.
pub async fn run(config: Config) -> Result<(), StartError> {
    let mut running = start(config).await?;
    let end = tokio::select! {
        end = running.wait() => end,
        () = stop_signal() => Ok(()),
    };
    running.stop().await;
    end
}

#[cfg(unix)]
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut term = match signal(SignalKind::terminate()) {
        Ok(term) => term,
        Err(fault) => {
            tracing::error!(%fault, "no SIGTERM here; only SIGINT stops this server");
            return ctrl_c().await;
        }
    };
    tokio::select! {
        _ = term.recv() => {}
        () = ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn stop_signal() {
    ctrl_c().await;
}

async fn ctrl_c() {
    if let Err(fault) = tokio::signal::ctrl_c().await {
        tracing::error!(%fault, "no SIGINT here; this server must be killed");
        std::future::pending::<()>().await;
    }
}
