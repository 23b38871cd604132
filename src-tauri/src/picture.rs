//! The door through which encoded pictures reach the page: a WebSocket on this machine alone. One ticket lets one
//! page in, once. Refuses to know what is on a picture and who talks.

use std::io;
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use client::view::PictureDoor;
use client::{EncodedPicture, PictureTap, Pictures, Views};
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
/// Before the picture: which one, key flag and timestamp.
const HEADER: usize = 10;

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
    pub async fn serve(self, views: Views) {
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
            let (tickets, views) = (self.tickets.clone(), views.clone());
            tokio::spawn(async move {
                if let Err(why) = attend(stream, tickets, views).await {
                    tracing::debug!(why, "a picture socket ended");
                }
                drop(place);
            });
        }
    }
}

/// The pictures by their number on the socket (`PictureDoor` in client's view).
fn by_number(views: Views) -> [Pictures; 3] {
    let Views { face, screen, own } = views;
    [face, screen, own]
}

/// The next picture of any, with its number; none when the desk has ended.
async fn next_of(taps: &mut [PictureTap; 3]) -> Option<(u8, EncodedPicture)> {
    let [face, screen, own] = taps;
    let (number, picture) = tokio::select! {
        picture = face.next() => (0, picture),
        picture = screen.next() => (1, picture),
        picture = own.next() => (2, picture),
    };
    picture.map(|picture| (number, picture))
}

async fn attend(stream: TcpStream, tickets: Tickets, views: Views) -> Result<(), &'static str> {
    let mut page = timeout(GREETING, admit(stream, &tickets)).await.map_err(|_| "no greeting in time")??;
    let pictures = by_number(views);
    let mut taps = pictures.each_ref().map(Pictures::subscribe);
    loop {
        tokio::select! {
            picture = next_of(&mut taps) => {
                let Some((number, picture)) = picture else { return Ok(()) };
                let sent = timeout(STUCK, page.send(Message::Binary(frame(number, &picture)))).await;
                sent.map_err(|_| "the page does not read")?.map_err(|_| "the page has gone")?;
            }
            word = page.next() => match word {
                Some(Ok(Message::Text(word))) => wanted(word.as_str(), &pictures).iter().for_each(Pictures::want_keyframe),
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

/// Which key frames a page asks for: `key` all of them, `key 1` the one of that number.
fn wanted<'a>(word: &str, pictures: &'a [Pictures; 3]) -> &'a [Pictures] {
    match word {
        "key" => pictures,
        "key 0" => &pictures[..1],
        "key 1" => &pictures[1..2],
        "key 2" => &pictures[2..],
        _ => &[],
    }
}

/// 1 byte number, 1 byte key flag, 8 bytes timestamp in µs (little endian), then VP8.
fn frame(number: u8, picture: &EncodedPicture) -> Bytes {
    let mut frame = Vec::with_capacity(HEADER + picture.data.len());
    frame.push(number);
    frame.push(u8::from(picture.key));
    frame.extend_from_slice(&picture.timestamp_us.to_le_bytes());
    frame.extend_from_slice(&picture.data);
    frame.into()
}

#[cfg(test)]
mod tests;
