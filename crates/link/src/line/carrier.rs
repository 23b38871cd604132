//! The socket under a line: the one file of this room that knows the WebSocket library.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config};

use super::Config;
use crate::message::MAX_FRAME_BYTES;

/// The connection is gone.
#[derive(Debug)]
pub(super) struct Broken;

/// One connection.
pub(super) struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// Connects; Nagle's delay is off, because an offer is one small frame.
pub(super) async fn connect(config: &Config) -> Result<Socket, Broken> {
    let limits = WebSocketConfig::default()
        .max_message_size(Some(MAX_FRAME_BYTES))
        .max_frame_size(Some(MAX_FRAME_BYTES));
    let connector = config.tls.clone().map(Connector::Rustls);
    let (stream, _) =
        connect_async_tls_with_config(&config.url, Some(limits), true, connector).await.map_err(|fault| {
            tracing::debug!(%fault, "no connection to the server yet");
            Broken
        })?;
    Ok(Socket(stream))
}

impl Socket {
    /// The next text; none when the connection is over. Control frames are answered by the library.
    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => return Some(text.as_str().to_owned()),
                Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_)) => {}
                Ok(Message::Close(_)) | Err(_) => return None,
            }
        }
    }

    /// Sends a text.
    pub(super) async fn send(&mut self, text: String) -> Result<(), Broken> {
        self.0.send(Message::text(text)).await.map_err(|_| Broken)
    }

    /// Says goodbye as far as the other side still listens.
    pub(super) async fn close(&mut self) {
        let _ = self.0.close(None).await;
    }
}
