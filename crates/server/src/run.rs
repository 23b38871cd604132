//! A server from its start to its stop. Knows every room of the house and nothing of what they do.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use desk::time::Time;
use hyper_util::rt::TokioTimer;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::http::{self, Door};
use crate::hub::{self, Hub, HubError, Inbox, Setup, Status};
use crate::secret::{Checker, HashFailed};
use crate::store::{self, Store, StoreError};

/// Connections that are in the middle of something get this long at a stop.
const STOP_LIMIT: Duration = Duration::from_secs(3);
/// A connection must send its request's head within this time.
const HEAD_LIMIT: Duration = Duration::from_secs(10);

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
    /// The address is taken, or not ours.
    #[error("cannot listen on {listen}: {fault}")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why.
        fault: std::io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("the certificate or its key cannot be used: {0}")]
    Certificate(std::io::Error),
    /// No memory for sign-ins.
    #[error(transparent)]
    Checker(#[from] HashFailed),
    /// A task of the server broke off.
    #[error("the server broke off")]
    Broken,
}

/// A server at work.
pub struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    handle: Handle<SocketAddr>,
    hub: JoinHandle<Result<(), HubError>>,
    watch: JoinHandle<()>,
    doors: JoinHandle<std::io::Result<()>>,
    store: Arc<dyn Store>,
}

impl Running {
    /// Where it listens; useful when the configuration said port 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Works until the hub stops by itself, which is always a fault.
    ///
    /// # Errors
    /// Why it stopped.
    pub async fn wait(&mut self) -> Result<(), StartError> {
        tokio::select! {
            end = &mut self.hub => Ok(end.map_err(|_| StartError::Broken)??),
            _ = &mut self.doors => Err(StartError::Broken),
        }
    }

    /// Stops in good order: no new connections, the turn at hand is stored, the lines close.
    pub async fn stop(mut self) {
        // Nobody listens any more when the hub has already ended.
        let _ = self.stop.send(true);
        self.handle.graceful_shutdown(Some(STOP_LIMIT));
        self.watch.abort();
        if !self.hub.is_finished() {
            let _ = (&mut self.hub).await;
        }
        if !self.doors.is_finished() {
            let _ = (&mut self.doors).await;
        }
        self.store.close().await;
        tracing::info!("stopped");
    }

    /// Drops everything where it stands, as a power cut would. For tests.
    pub async fn kill(mut self) {
        self.hub.abort();
        self.watch.abort();
        self.handle.shutdown();
        let _ = (&mut self.hub).await;
        let _ = (&mut self.doors).await;
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
    let store = store::open(&config.database, config.database_key_file.as_deref()).await?;
    let clock = Arc::new(Clock::start(Time(0)));
    let (status, shown) = watch::channel(Status { store_up: false, exchange_up: false });
    let (inbox, items) = Inbox::new();
    let hub = Hub::begin(Setup {
        settings: config.desk,
        city: config.city.clone(),
        phone_number: config.phone_number.clone(),
        store: Arc::clone(&store),
        clock: Arc::clone(&clock),
        status,
    })
    .await?;
    let checker = Checker::new()?;
    let door = Door::new(&config, inbox.clone(), Arc::clone(&store), Arc::clone(&clock), shown, checker);
    let router = http::router(&config, Arc::new(door));

    let (listener, address) = listen(config.listen)?;
    let handle = Handle::new();
    let doors = open_doors(&config, listener, handle.clone(), router).await?;
    let (stop, stopped) = watch::channel(false);
    let watch = tokio::spawn(hub::watch(Arc::clone(&store), clock, inbox));
    let hub = tokio::spawn(hub.run(items, stopped));
    tracing::info!(%address, tls = config.tls.is_some(), "listening");
    Ok(Running { address, stop, handle, hub, watch, doors, store })
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

fn listen(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |fault| StartError::Listen { listen, fault };
    let listener = TcpListener::bind(listen).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

async fn open_doors(
    config: &Config,
    listener: TcpListener,
    handle: Handle<SocketAddr>,
    router: Router,
) -> Result<JoinHandle<std::io::Result<()>>, StartError> {
    let service = router.into_make_service();
    let failed = |fault| StartError::Listen { listen: config.listen, fault };
    let mut plain = axum_server::from_tcp(listener).map_err(failed)?;
    plain.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT);
    let server = plain.handle(handle);
    Ok(match &config.tls {
        Some(tls) => {
            let tls = RustlsConfig::from_pem_file(&tls.certificate, &tls.key).await;
            let tls = tls.map_err(StartError::Certificate)?;
            let acceptor = RustlsAcceptor::new(tls).acceptor(NoDelayAcceptor);
            tokio::spawn(server.acceptor(acceptor).serve(service))
        }
        None => tokio::spawn(server.acceptor(NoDelayAcceptor).serve(service)),
    })
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
