//! The peers' page and their signalling: a page server and a relay that hands each message to everybody
//! else. One hop on loopback, as our own server is.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Html;
use axum::routing::get;
use futures_util::{SinkExt, StreamExt};
use tokio::sync::broadcast;

/// How many messages a slow page may be behind; a call set-up has four.
const KEPT: usize = 64;

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Serves until the handle is dropped (the runtime ends); gives the port.
///
/// # Errors
/// When no port can be had.
pub async fn serve() -> Result<u16> {
    let (say, _) = broadcast::channel::<(u64, String)>(KEPT);
    let relay = move |socket: WebSocketUpgrade| {
        let say = say.clone();
        async move { socket.on_upgrade(move |socket| carry(socket, say)) }
    };
    let app = Router::new()
        .route("/", get(|| async { Html(include_str!("peer.html")) }))
        .route("/relay", get(relay));
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.context("a port for the peers")?;
    let port = door.local_addr()?.port();
    tokio::spawn(async move { axum::serve(door, app).await });
    Ok(port)
}

async fn carry(socket: WebSocket, say: broadcast::Sender<(u64, String)>) {
    let own = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut heard = say.subscribe();
    let (mut out, mut inn) = socket.split();
    loop {
        tokio::select! {
            said = inn.next() => match said {
                Some(Ok(Message::Text(text))) => {
                    // Nobody else there yet: the word is lost, as on any relay.
                    let _ = say.send((own, text.to_string()));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
            word = heard.recv() => match word {
                Ok((from, text)) if from != own => {
                    if out.send(Message::text(text)).await.is_err() {
                        return;
                    }
                }
                Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            },
        }
    }
}
