//! The door through which encoded pictures reach the page: a WebSocket on this machine alone. One ticket lets one
//! page in, once. Refuses to know what is on a picture and who talks.

use std::io;
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use client::view::PictureDoor;
use client::{EncodedPicture, Pictures};
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Message};

/// The pages that may come: ours, as Linux and as Windows name it.
const ORIGINS: [&str; 2] = ["tauri://localhost", "http://tauri.localhost"];
/// Tickets that wait to be used: a page asks for one at a time, a reload leaves one behind.
const MAX_TICKETS: usize = 4;
/// How long a ticket is good: a page uses it within milliseconds.
const TICKET_LIFE: Duration = Duration::from_secs(30);
/// Connections at once: the page, the one that it replaces, and strangers that will be refused.
const MAX_CONNECTIONS: usize = 8;
/// How long a stranger may take over greeting and ticket.
const GREETING: Duration = Duration::from_secs(3);
/// How long a page may refuse to read before it is cut off; it asks again when it lives.
const STUCK: Duration = Duration::from_secs(10);
/// After a failed accept: the system is out of something, and asking without a pause would not give it back.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// The longest word of a page: a ticket.
const MAX_WORD: usize = 128;
/// Before the picture: key flag and timestamp.
const HEADER: usize = 9;

/// The tickets that are out.
#[derive(Clone)]
pub struct Tickets {
    port: u16,
    out: Arc<Mutex<Vec<(String, Instant)>>>,
}

/// The listening door.
pub struct Entrance {
    listener: StdListener,
    tickets: Tickets,
}

impl Tickets {
    /// A new ticket; the oldest is void when there are too many.
    pub fn issue(&self) -> PictureDoor {
        let token = uuid::Uuid::new_v4().simple().to_string();
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if out.len() == MAX_TICKETS {
            out.remove(0);
        }
        out.push((token.clone(), Instant::now()));
        PictureDoor { port: self.port, token }
    }

    /// True once for each ticket, while it is fresh.
    fn take(&self, token: &str) -> bool {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.retain(|(_, since)| since.elapsed() < TICKET_LIFE);
        let Some(place) = out.iter().position(|(known, _)| known == token) else { return false };
        out.remove(place);
        true
    }
}

impl Entrance {
    /// Takes a free port on this machine.
    ///
    /// # Errors
    /// When there is none.
    pub fn bind() -> io::Result<(Entrance, Tickets)> {
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let tickets = Tickets { port: listener.local_addr()?.port(), out: Arc::default() };
        Ok((Entrance { listener, tickets: tickets.clone() }, tickets))
    }

    /// Lets pages in for ever.
    pub async fn serve(self, pictures: Pictures) {
        let listener = match TcpListener::from_std(self.listener) {
            Ok(listener) => listener,
            Err(fault) => return tracing::error!(%fault, "no pictures: the door does not open"),
        };
        let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let stream = match listener.accept().await {
                Ok((stream, _)) => stream,
                Err(fault) => {
                    tracing::warn!(%fault, "a page could not be let in");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
            let (tickets, pictures) = (self.tickets.clone(), pictures.clone());
            tokio::spawn(async move {
                if let Err(why) = attend(stream, tickets, pictures).await {
                    tracing::debug!(why, "a picture socket ended");
                }
                drop(place);
            });
        }
    }
}

async fn attend(stream: TcpStream, tickets: Tickets, pictures: Pictures) -> Result<(), &'static str> {
    let mut page = timeout(GREETING, admit(stream, &tickets)).await.map_err(|_| "no greeting in time")??;
    let mut tap = pictures.subscribe();
    loop {
        tokio::select! {
            picture = tap.next() => {
                let Some(picture) = picture else { return Ok(()) };
                let sent = timeout(STUCK, page.send(Message::Binary(frame(&picture)))).await;
                sent.map_err(|_| "the page does not read")?.map_err(|_| "the page has gone")?;
            }
            word = page.next() => match word {
                Some(Ok(Message::Text(word))) if word.as_str() == "key" => pictures.want_keyframe(),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Ok(()),
            },
        }
    }
}

async fn admit(stream: TcpStream, tickets: &Tickets) -> Result<WebSocketStream<TcpStream>, &'static str> {
    stream.set_nodelay(true).map_err(|_| "no socket")?;
    let config = WebSocketConfig::default().max_message_size(Some(MAX_WORD)).max_frame_size(Some(MAX_WORD));
    let mut page = tokio_tungstenite::accept_hdr_async_with_config(stream, ours_only, Some(config))
        .await
        .map_err(|_| "not our page")?;
    match page.next().await {
        Some(Ok(Message::Text(token))) if tickets.take(token.as_str()) => Ok(page),
        Some(_) | None => Err("no good ticket"),
    }
}

// The shape is the handshake's: a refusal carries a whole answer.
#[allow(clippy::result_large_err)]
fn ours_only(request: &Request, response: Response) -> Result<Response, ErrorResponse> {
    let origin = request.headers().get("origin").and_then(|origin| origin.to_str().ok());
    if origin.is_some_and(|origin| ORIGINS.contains(&origin)) {
        return Ok(response);
    }
    let mut refusal = ErrorResponse::new(None);
    *refusal.status_mut() = StatusCode::FORBIDDEN;
    Err(refusal)
}

/// 1 byte key flag, 8 bytes timestamp in µs (little endian), then VP8.
fn frame(picture: &EncodedPicture) -> Bytes {
    let mut frame = Vec::with_capacity(HEADER + picture.data.len());
    frame.push(u8::from(picture.key));
    frame.extend_from_slice(&picture.timestamp_us.to_le_bytes());
    frame.extend_from_slice(&picture.data);
    frame.into()
}

#[cfg(test)]
mod tests;
