//! The listening socket, with or without TLS. Knows no route.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper_util::rt::TokioTimer;
use tokio::task::JoinHandle;

use crate::config::{Config, Tls};

/// Connections that are in the middle of something get this long at a stop.
const STOP_LIMIT: Duration = Duration::from_secs(3);
/// A connection must send its request's head within this time.
const HEAD_LIMIT: Duration = Duration::from_secs(10);

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
    #[error("the certificate or its key cannot be used: {0}")]
    Certificate(std::io::Error),
}

/// An open listener with everything behind it.
pub(crate) struct Listening {
    pub address: SocketAddr,
    handle: Handle<SocketAddr>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Listening {
    /// Opens the doors of a router.
    pub async fn open(config: &Config, router: Router) -> Result<Listening, ListenError> {
        let failed = |fault| ListenError::Address { listen: config.listen, fault };
        let listener = TcpListener::bind(config.listen).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let handle = Handle::new();
        let mut plain = axum_server::from_tcp(listener).map_err(failed)?;
        plain.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEAD_LIMIT);
        let server = plain.handle(handle.clone());
        let service = router.into_make_service();
        let task = match &config.tls {
            Some(Tls { certificate, key }) => {
                let tls = RustlsConfig::from_pem_file(certificate, key).await;
                let tls = RustlsAcceptor::new(tls.map_err(ListenError::Certificate)?);
                tokio::spawn(server.acceptor(tls.acceptor(NoDelayAcceptor)).serve(service))
            }
            None => tokio::spawn(server.acceptor(NoDelayAcceptor).serve(service)),
        };
        Ok(Listening { address, handle, task })
    }

    /// Waits until it has ended, which it does by itself only on a fault.
    pub async fn ended(&mut self) {
        if !self.task.is_finished() {
            let _ = (&mut self.task).await;
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
