//! The door through which pictures reach the page: a WebSocket on this machine alone. One ticket lets one page in,
//! once; the page says where it shows which picture, and gets it in that size. Refuses to know what is on a picture and
//! who talks.

use std::io;
use std::net::{Ipv4Addr, TcpListener as StdListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use client::view::PictureDoor;
use client::{Frame, FrameTap, Room, Views};
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
/// Before the planes: which picture, its size, and the size in which it came.
const HEADER: usize = 10;
/// The longest side of a place, pixels: no picture is larger (full HD), and a page that says more is wrong.
const MAX_SIDE: u16 = 1_920;

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
fn by_number(views: &Views) -> [FrameTap; 3] {
    [&views.face, &views.screen, &views.own].map(|pictures| FrameTap::new(pictures, HEADER))
}

/// The next picture of any, with its number; none when the desk has ended.
async fn next_of(taps: &mut [FrameTap; 3]) -> Option<(u8, Frame)> {
    let [face, screen, own] = taps;
    let (number, frame) = tokio::select! {
        frame = face.next() => (0, frame),
        frame = screen.next() => (1, frame),
        frame = own.next() => (2, frame),
    };
    frame.map(|frame| (number, frame))
}

async fn attend(stream: TcpStream, tickets: Tickets, views: Views) -> Result<(), &'static str> {
    let mut page = timeout(GREETING, admit(stream, &tickets)).await.map_err(|_| "no greeting in time")??;
    let mut taps = by_number(&views);
    loop {
        tokio::select! {
            frame = next_of(&mut taps) => {
                let Some((number, frame)) = frame else { return Ok(()) };
                let sent = timeout(STUCK, page.send(Message::Binary(message(number, frame)))).await;
                sent.map_err(|_| "the page does not read")?.map_err(|_| "the page has gone")?;
            }
            word = page.next() => match word {
                Some(Ok(Message::Text(word))) => {
                    let (number, room) = place(word.as_str()).ok_or("not our page's words")?;
                    taps[number].show(room);
                }
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

/// What a page says of a picture's place: `show 0 694 390`, the number and the sides in pixels, or `hide 0`.
fn place(word: &str) -> Option<(usize, Option<Room>)> {
    let mut words = word.split(' ');
    let (verb, number) = (words.next()?, words.next()?.parse::<usize>().ok().filter(|number| *number < 3)?);
    let mut side = || words.next()?.parse().ok().filter(|side| (1..=MAX_SIDE).contains(side));
    let room = match verb {
        "show" => Some(Room { width: side()?, height: side()? }),
        "hide" => None,
        _ => return None,
    };
    words.next().is_none().then_some((number, room))
}

/// 1 byte number, 1 byte empty; width and height, then those of the picture as it came, 2 bytes each (little endian);
/// then the planes.
fn message(number: u8, frame: Frame) -> Bytes {
    let Frame { size, source, mut bytes } = frame;
    bytes[0] = number;
    let sides = [size.width, size.height, source.width, source.height];
    for (place, side) in bytes[2..HEADER].chunks_exact_mut(2).zip(sides) {
        place.copy_from_slice(&side.to_le_bytes());
    }
    bytes.into()
}

#[cfg(test)]
mod tests;
