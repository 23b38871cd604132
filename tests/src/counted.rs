//! A way to a server on this machine that counts what passes: bytes both ways, and requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// As much is carried at once.
const PIECE: usize = 64 * 1024;
/// How a request over HTTP/1.1 begins.
const POST: &[u8] = b"POST /";

/// The way.
pub struct Counted {
    /// Where it begins.
    pub port: u16,
    count: Arc<Count>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Count {
    bytes: AtomicU64,
    requests: AtomicU64,
}

impl Counted {
    /// Lays it to a port of this machine.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn open(to: u16) -> Result<Counted> {
        let door = TcpListener::bind("127.0.0.1:0").await?;
        let port = door.local_addr()?.port();
        let count = Arc::new(Count::default());
        let counted = Arc::clone(&count);
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = door.accept().await {
                let Ok(far) = TcpStream::connect(("127.0.0.1", to)).await else { return };
                let (from, back) = near.into_split();
                let (answers, out) = far.into_split();
                tokio::spawn(carry(from, out, Arc::clone(&counted)));
                tokio::spawn(carry(answers, back, Arc::clone(&counted)));
            }
        });
        Ok(Counted { port, count, task })
    }

    /// Bytes both ways, and requests that post something, so far.
    pub fn so_far(&self) -> (u64, u64) {
        (self.count.bytes.load(Ordering::SeqCst), self.count.requests.load(Ordering::SeqCst))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, count: Arc<Count>) {
    let mut piece = vec![0; PIECE];
    while let Ok(length) = from.read(&mut piece).await {
        count.bytes.fetch_add(length as u64, Ordering::SeqCst);
        count.requests.fetch_add(u64::from(piece[..length].starts_with(POST)), Ordering::SeqCst);
        if length == 0 || to.write_all(&piece[..length]).await.is_err() {
            break;
        }
    }
    // Whoever has closed already needs no word.
    let _ = to.shutdown().await;
}
