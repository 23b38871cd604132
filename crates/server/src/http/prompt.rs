//! The first three bytes of a connection, after TLS: they must come soon, and must not be HTTP/2's. Knows no
//! request.
//!
//! Of HTTP/1 every idle moment is bounded by the time for a head, which begins with the first byte of a
//! request. Before that byte nothing is bounded, and of HTTP/2 nothing is afterwards: both are held here.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// What only a connection of HTTP/2 begins with; no method of HTTP/1 does.
const HTTP2: &[u8; 3] = b"PRI";

/// Hands on what another acceptor has accepted, with an eye on its first bytes.
#[derive(Clone)]
pub(super) struct Prompt<A> {
    inner: A,
    limit: Duration,
}

impl<A> Prompt<A> {
    /// The first bytes must come within `limit`.
    pub fn new(inner: A, limit: Duration) -> Prompt<A> {
        Prompt { inner, limit }
    }
}

impl<A, I, S> Accept<I, S> for Prompt<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
{
    type Stream = Prompted<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let (accepted, limit) = (self.inner.accept(stream, service), self.limit);
        Box::pin(async move {
            let (stream, service) = accepted.await?;
            Ok((Prompted { stream, first: Some(First::new(limit)) }, service))
        })
    }
}

/// A connection whose first bytes are waited for.
pub(super) struct Prompted<S> {
    stream: S,
    /// None once they have come.
    first: Option<First>,
}

struct First {
    limit: Pin<Box<Sleep>>,
    seen: Vec<u8>,
}

impl First {
    fn new(limit: Duration) -> First {
        First { limit: Box::pin(tokio::time::sleep(limit)), seen: Vec::with_capacity(HTTP2.len()) }
    }

    /// Takes a look at what came. True: it was enough, and it is HTTP/1.
    fn take(&mut self, bytes: &[u8]) -> io::Result<bool> {
        let missing = HTTP2.len() - self.seen.len();
        self.seen.extend(bytes.iter().take(missing));
        if self.seen == HTTP2 {
            return Err(io::Error::new(io::ErrorKind::Unsupported, "HTTP/2 is not spoken here"));
        }
        Ok(self.seen.len() == HTTP2.len())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Prompted<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        let read = Pin::new(&mut this.stream).poll_read(context, buffer);
        let Some(first) = &mut this.first else { return read };
        match read {
            Poll::Ready(Ok(())) => {
                if first.take(&buffer.filled()[before..])? {
                    this.first = None;
                }
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Err(fault)) => Poll::Ready(Err(fault)),
            Poll::Pending => first
                .limit
                .as_mut()
                .poll(context)
                .map(|()| Err(io::Error::new(io::ErrorKind::TimedOut, "nothing was asked"))),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Prompted<S> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn http_2_is_told_by_its_first_bytes_however_they_come() {
        let mut first = First::new(Duration::from_secs(1));
        assert!(!first.take(b"P").unwrap() && !first.take(b"R").unwrap());
        assert!(first.take(b"I * HTTP/2.0").is_err());
        for method in ["GET /", "POST /", "PROPFIND /", "PUT /"] {
            assert!(First::new(Duration::from_secs(1)).take(method.as_bytes()).unwrap(), "{method}");
        }
    }
}
