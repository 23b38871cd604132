//! The asynchronous runtime that one leg's WebRTC stack is given: tokio for everything, except that
//! "a UDP socket" is the leg's end of the shared port.
//!
//! It refuses to bind, to listen and to connect on its own.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::AbortHandle;
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, Runtime, TokioRuntime,
};

use crate::lock;
use crate::port::Shared;
use crate::port::socket::{LegSocket, Mailbox};

/// Called when the stack's task has ended, whatever the reason.
pub(crate) type Ended = Arc<dyn Fn() + Send + Sync>;
type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One leg's runtime. As long as it lives the leg counts as live: the stack's own task holds it.
pub(crate) struct LegRuntime {
    mailbox: Arc<Mailbox>,
    shared: Arc<Shared>,
    tasks: Mutex<Vec<AbortHandle>>,
    ended: Ended,
}

impl LegRuntime {
    pub(crate) fn new(mailbox: Arc<Mailbox>, shared: Arc<Shared>, ended: Ended) -> Self {
        shared.live.fetch_add(1, Ordering::Relaxed);
        LegRuntime { mailbox, shared, tasks: Mutex::new(Vec::new()), ended }
    }

    /// What arrives for the leg.
    pub(crate) fn mailbox(&self) -> Arc<Mailbox> {
        Arc::clone(&self.mailbox)
    }

    /// Ends the stack's tasks where it did not end them itself.
    pub(crate) fn abort_all(&self) {
        for task in lock(&self.tasks).drain(..) {
            task.abort();
        }
    }
}

impl Drop for LegRuntime {
    fn drop(&mut self) {
        self.shared.live.fetch_sub(1, Ordering::Relaxed);
    }
}

impl fmt::Debug for LegRuntime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LegRuntime")
    }
}

/// A task of the stack. Dropping it lets the task run on, as the trait wants.
struct Task(tokio::task::JoinHandle<()>);

impl JoinHandle for Task {
    fn detach(&self) {}

    fn abort(&self) {
        self.0.abort();
    }

    fn is_finished(&self) -> bool {
        self.0.is_finished()
    }
}

impl Runtime for LegRuntime {
    fn spawn(&self, future: Boxed<'static, ()>) -> Box<dyn JoinHandle> {
        let ended = Arc::clone(&self.ended);
        let task = tokio::spawn(async move {
            future.await;
            ended();
        });
        let mut tasks = lock(&self.tasks);
        tasks.retain(|task| !task.is_finished());
        tasks.push(task.abort_handle());
        Box::new(Task(task))
    }

    fn wrap_udp_socket(&self, socket: std::net::UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        // The socket is only good for its address, which labels the leg's candidate inside the
        // stack; it is closed here.
        let label = socket.local_addr()?;
        let (mailbox, shared) = (Arc::clone(&self.mailbox), Arc::clone(&self.shared));
        Ok(Arc::new(LegSocket::new(label, mailbox, shared)))
    }

    fn wrap_tcp_listener(&self, _: std::net::TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn connect_tcp<'a>(&'a self, _: SocketAddr) -> Boxed<'a, io::Result<Arc<dyn AsyncTcpStream>>> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    fn resolve_host<'a>(&'a self, host: &'a str) -> Boxed<'a, io::Result<Vec<SocketAddr>>> {
        TokioRuntime.resolve_host(host)
    }

    fn sleep(&self, duration: Duration) -> Boxed<'static, ()> {
        TokioRuntime.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        TokioRuntime.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        TokioRuntime.block_on(future);
    }

    fn yield_now(&self) -> Boxed<'static, ()> {
        TokioRuntime.yield_now()
    }

    fn name(&self) -> &'static str {
        "one shared port"
    }
}
