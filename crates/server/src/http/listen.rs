//! The listening socket, with or without TLS. Knows no route.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use hyper_util::rt::TokioTimer;
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::task::JoinHandle;

use super::Door;
use super::guard::Guard;
use super::prompt::Prompt;
use crate::config::{Config, Tls};

/// Connections that are in the middle of something get this long at a stop.
const STOP_LIMIT: Duration = Duration::from_secs(3);
/// A connection must send its request's head within this time, and so may not sit idle between two either.
const HEAD_LIMIT: Duration = Duration::from_secs(10);
/// TLS must be agreed on within this time.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);
/// The largest head: ours are under 2 KiB, and cookies of other services on the same host come along.
const MAX_HEAD_BYTES: usize = 16 * 1024;
/// The most lines of a head: a browser sends some twenty.
const MAX_HEAD_LINES: usize = 100;
/// Connections at once, whatever they do: the sockets of [`super::MAX_SOCKETS`] and some requests beside.
const MAX_CONNECTIONS: usize = super::MAX_SOCKETS + 1024;
/// Connections to the metrics' own address: one Prometheus, and somebody who looks.
const MAX_METRICS_CONNECTIONS: usize = 16;

/// Why a server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {listen}: {fault}")]
    Address {
        /// The address.
        listen: SocketAddr,
        /// Why.
        fault: std::io::Error,
    },
    /// The certificate or its key cannot be used.
    #[error("the certificate or its key cannot be used: {path}: {fault}")]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// Why.
        fault: String,
    },
}

/// Open listeners with everything behind them.
pub(crate) struct Listening {
    pub address: SocketAddr,
    /// Of the metrics' own listener, when there is one.
    pub metrics: Option<SocketAddr>,
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
    metrics_task: Option<JoinHandle<std::io::Result<()>>>,
}

impl Listening {
    /// Opens the doors.
    pub async fn open(config: &Config, door: Arc<Door>) -> Result<Listening, ListenError> {
        let handle = Handle::new();
        let (address, server) = bind(config.listen)?;
        let guard = Guard::new(MAX_CONNECTIONS, Some(Arc::clone(&door.addresses)));
        let metrics_door = Arc::clone(&door);
        let service = super::router(config, door).into_make_service_with_connect_info::<SocketAddr>();
        let server = server.handle(handle.clone());
        let task = match &config.tls {
            Some(tls) => {
                let tls = RustlsConfig::from_config(Arc::new(read(tls)?));
                let tls = RustlsAcceptor::new(tls).handshake_timeout(HANDSHAKE_LIMIT);
                tokio::spawn(server.acceptor(Prompt::new(tls.acceptor(guard), HEAD_LIMIT)).serve(service))
            }
            None => tokio::spawn(server.acceptor(Prompt::new(guard, HEAD_LIMIT)).serve(service)),
        };
        let mut listening = Listening { address, metrics: None, handle, task, metrics_task: None };
        if let Some(listen) = config.metrics_listen
            && let Err(fault) = listening.open_metrics(listen, metrics_door)
        {
            listening.kill().await;
            return Err(fault);
        }
        Ok(listening)
    }

    fn open_metrics(&mut self, listen: SocketAddr, door: Arc<Door>) -> Result<(), ListenError> {
        let (address, server) = bind(listen)?;
        let service = super::metrics_router(door).into_make_service();
        let guard = Guard::new(MAX_METRICS_CONNECTIONS, None);
        let server = server.handle(self.handle.clone()).acceptor(Prompt::new(guard, HEAD_LIMIT));
        self.metrics = Some(address);
        self.metrics_task = Some(tokio::spawn(server.serve(service)));
        Ok(())
    }

    /// Waits until it has ended, which it does by itself only on a fault.
    pub async fn ended(&mut self) {
        if !self.task.is_finished() {
            let _ = (&mut self.task).await;
        }
        if let Some(task) = self.metrics_task.take() {
            task.abort();
        }
    }

    /// No new connections; those at hand end soon.
    pub async fn stop(&mut self) {
        self.handle.graceful_shutdown(Some(STOP_LIMIT));
        self.ended().await;
    }

    /// Drops every connection where it stands.
    pub async fn kill(&mut self) {
        self.handle.shutdown();
        self.ended().await;
    }
}

fn bind(listen: SocketAddr) -> Result<(SocketAddr, Server<SocketAddr>), ListenError> {
    let failed = |fault| ListenError::Address { listen, fault };
    let listener = TcpListener::bind(listen).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    let mut server = axum_server::from_tcp(listener).map_err(failed)?;
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(MAX_HEAD_BYTES)
        .max_headers(MAX_HEAD_LINES);
    Ok((address, server))
}

fn read(Tls { certificate, key }: &Tls) -> Result<ServerConfig, ListenError> {
    let unreadable = |path: &Path, fault: pem::Error| ListenError::Certificate {
        path: path.to_owned(),
        fault: fault.to_string(),
    };
    let chain = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain = chain.map_err(|fault| unreadable(certificate, fault))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|fault| unreadable(key, fault))?;
    let unusable = |fault: rustls::Error| ListenError::Certificate {
        path: certificate.clone(),
        fault: fault.to_string(),
    };
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(unusable)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(unusable)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
