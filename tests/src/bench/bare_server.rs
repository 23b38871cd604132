//! The server's end of the exchange's line and nothing behind it: orders go down as they are handed in,
//! what the exchange says comes out. No queue, no store, no desk.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use axum::{Router, serve};
use desk::ids::Session;
use desk::time::Time;
use link::message::{Down, ExchangeOrder, ExchangeSays, ToExchange, Up, VERSION};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

/// Words under way in one direction; fifty calls that are set up one after the other are never so many.
const WORDS: usize = 256;
/// How long an exchange may take to say something.
const PATIENCE: Duration = Duration::from_secs(20);

/// The ends of the words, until the exchange has come for them.
type Ends = Arc<Mutex<Option<(mpsc::Receiver<ExchangeOrder>, mpsc::Sender<ExchangeSays>)>>>;

/// A server for one exchange.
pub struct BareServer {
    /// Where it listens on 127.0.0.1.
    pub port: u16,
    orders: mpsc::Sender<ExchangeOrder>,
    said: mpsc::Receiver<ExchangeSays>,
    task: AbortHandle,
}

impl Drop for BareServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl BareServer {
    /// Waits for an exchange, whatever its key.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn open() -> Result<BareServer> {
        let door = TcpListener::bind("127.0.0.1:0").await.context("a port for the server")?;
        let port = door.local_addr()?.port();
        let ((orders, ordered), (says, said)) = (mpsc::channel(WORDS), mpsc::channel(WORDS));
        let ends: Ends = Arc::new(Mutex::new(Some((ordered, says))));
        let app = Router::new().route("/link", get(upgrade)).with_state(ends);
        let task = tokio::spawn(async move { serve(door, app).await }).abort_handle();
        Ok(BareServer { port, orders, said, task })
    }

    /// Gives an order.
    ///
    /// # Errors
    /// When the exchange is gone.
    pub async fn order(&self, order: ExchangeOrder) -> Result<()> {
        self.orders.send(order).await.context("the exchange is gone")
    }

    /// Waits until the exchange says something of this kind; what it says before is left out.
    ///
    /// # Errors
    /// When it does not say it.
    pub async fn hear<T>(&mut self, what: &str, wanted: impl Fn(&ExchangeSays) -> Option<T>) -> Result<T> {
        let heard = async {
            loop {
                let said = self.said.recv().await.context("the exchange is gone")?;
                if let Some(found) = wanted(&said) {
                    return Ok(found);
                }
            }
        };
        tokio::time::timeout(PATIENCE, heard).await.with_context(|| format!("the exchange says {what}"))?
    }
}

async fn upgrade(State(ends): State<Ends>, upgrade: WebSocketUpgrade) -> Response {
    let ends = ends.lock().expect("the ends are never left broken").take();
    upgrade.on_upgrade(async move |socket| {
        if let Some((orders, says)) = ends {
            // The end of the line is seen at its other end.
            let _ = talk(socket, orders, says).await;
        }
    })
}

async fn talk(
    mut socket: WebSocket,
    mut orders: mpsc::Receiver<ExchangeOrder>,
    says: mpsc::Sender<ExchangeSays>,
) -> Result<()> {
    socket.recv().await.context("a hello")??;
    let (version, stream, session) = (VERSION, 1, Session(0));
    down(&mut socket, &Down::Welcome { version, stream, session, resumed: false, now: now() }).await?;
    down(&mut socket, &Down::Snapshot { event: 0, state: (), now: now() }).await?;
    loop {
        tokio::select! {
            frame = socket.recv() => {
                let Message::Text(text) = frame.context("the line ends")?? else { continue };
                match link::json::decode::<Up<ExchangeSays>>(&text)? {
                    Up::Say { request, body } => {
                        down(&mut socket, &Down::Answer { request, refused: None }).await?;
                        says.send(body).await?;
                    }
                    Up::Ping => down(&mut socket, &Down::Pong { now: now() }).await?,
                    Up::Hello { .. } => {}
                }
            }
            order = orders.recv() => {
                let signal = order.context("the server ends")?;
                down(&mut socket, &Down::Signal { signal }).await?;
            }
        }
    }
}

async fn down(socket: &mut WebSocket, word: &ToExchange) -> Result<()> {
    socket.send(Message::Text(link::json::encode(word).into())).await.context("the line ends")
}

fn now() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
