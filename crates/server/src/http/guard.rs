//! The first look at a connection, before TLS and before a byte is read: is there a place for it? Knows no
//! request.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::address::{Addresses, Place};

/// Whoever has no place is closed at once.
#[derive(Clone)]
pub(super) struct Guard {
    places: Arc<Semaphore>,
    addresses: Option<Arc<Addresses>>,
}

impl Guard {
    /// A guard over so many places, and over those of each address when it is to look at them.
    pub fn new(places: usize, addresses: Option<Arc<Addresses>>) -> Guard {
        Guard { places: Arc::new(Semaphore::new(places)), addresses }
    }

    fn let_in(&self, stream: TcpStream) -> io::Result<Held> {
        let full = |why| io::Error::new(io::ErrorKind::ConnectionRefused, why);
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| full("every place is taken"))?;
        let own = match &self.addresses {
            Some(addresses) => {
                let own = addresses.connect(stream.peer_addr()?.ip());
                Some(own.ok_or_else(|| full("the address holds too many"))?)
            }
            None => None,
        };
        // An offer is one small frame: it must not wait for a second one.
        stream.set_nodelay(true)?;
        Ok(Held { stream, _place: place, _own: own })
    }
}

impl<S> Accept<TcpStream, S> for Guard {
    type Stream = Held;
    type Service = S;
    type Future = std::future::Ready<io::Result<(Held, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        std::future::ready(self.let_in(stream).map(|held| (held, service)))
    }
}

/// A connection with its places, which are free again when it is gone; a WebSocket keeps them.
pub(super) struct Held {
    stream: TcpStream,
    _place: OwnedSemaphorePermit,
    _own: Option<Place>,
}

impl AsyncRead for Held {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Held {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }
}
