//! `GET /link`: a socket opens, says who it is, and becomes a line of the hub. Proofs are looked at
//! here and go no further.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use desk::code::Code;
use link::message::{Down, MAX_FRAME_BYTES, OperatorSays, Resume, Up, Who};
use serde::Deserialize;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::address::Client;
use super::answer::{fits, store_down};
use super::{Door, enrol, line, rate};
use crate::hub::{EXCHANGE_QUEUE, Hello, Item, LineId, PERSON_QUEUE};
use crate::secret::hash_token;

/// A socket must say who it is within this time.
const HELLO_LIMIT: Duration = Duration::from_secs(5);
/// What a socket reads at once. The library's 128 KiB would let 5,000 idle sockets hold 650 MiB.
const READ_BUFFER: usize = 4 * 1024;
/// What the socket itself may buffer on top of a line's queue.
const WRITE_BUFFER: usize = 2 * MAX_FRAME_BYTES;

pub(super) async fn link(
    State(door): State<Arc<Door>>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    if !origin_is_good(&headers, &door.origins) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(own) = door.addresses.socket(client) else {
        return StatusCode::TOO_MANY_REQUESTS.into_response();
    };
    let Ok(place) = Arc::clone(&door.places).try_acquire_owned() else {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    upgrade
        .max_message_size(MAX_FRAME_BYTES)
        .max_frame_size(MAX_FRAME_BYTES)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER)
        .on_upgrade(move |socket| async move {
            meet(socket, &door).await;
            drop((place, own));
        })
}

/// Programs send no origin; a page must come from this server or from a listed one.
fn origin_is_good(headers: &HeaderMap, listed: &[String]) -> bool {
    let Some(origin) = headers.get(ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let own = headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    (host.is_some() && host == own) || listed.iter().any(|good| good == origin)
}

async fn meet(mut socket: WebSocket, door: &Arc<Door>) {
    let admitted = match first_words(&mut socket).await {
        Ok((who, resume)) => admit(door, who, resume).await,
        Err(code) => Err(code),
    };
    let line = LineId(door.next_line.fetch_add(1, Ordering::Relaxed));
    match admitted {
        Ok(Admitted::Operator { bearer, resume }) => {
            let (out, queue) = mpsc::channel(PERSON_QUEUE);
            let hello = Item::Hello(line, Hello::Operator { bearer, resume, out });
            let wrap = |words| Item::Operator(line, words);
            line::carry(socket, &door.inbox, line, hello, queue, wrap, rate::PERSON).await;
        }
        Ok(Admitted::Booth { booth, resume }) => {
            let (out, queue) = mpsc::channel(PERSON_QUEUE);
            let hello = Item::Hello(line, Hello::Booth { booth, resume, out });
            let wrap = |words| Item::Booth(line, words);
            line::carry(socket, &door.inbox, line, hello, queue, wrap, rate::PERSON).await;
        }
        Ok(Admitted::Exchange { key }) => {
            let (out, queue) = mpsc::channel(EXCHANGE_QUEUE);
            let hello = Item::Hello(line, Hello::Exchange { key, out });
            let wrap = |words| Item::Exchange(line, words);
            line::carry(socket, &door.inbox, line, hello, queue, wrap, rate::EXCHANGE).await;
        }
        Err(code) => turn_away(socket, code).await,
    }
}

/// Somebody whose proof was good.
enum Admitted {
    Operator { bearer: crate::store::Bearer, resume: Option<Resume> },
    Booth { booth: desk::ids::BoothId, resume: Option<Resume> },
    Exchange { key: crate::secret::TokenHash },
}

async fn first_words(socket: &mut WebSocket) -> Result<(Who, Option<Resume>), Code> {
    let first = timeout(HELLO_LIMIT, socket.recv()).await.map_err(|_| Code::TooLate)?;
    match first {
        Some(Ok(Message::Text(text))) => read_hello(text.as_str()),
        Some(Ok(Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Close(_))) => {
            Err(Code::Malformed)
        }
        Some(Err(_)) => Err(Code::TooLarge),
        None => Err(Code::Malformed),
    }
}

/// Just enough of a hello to tell a newer client what is wrong, whatever else it has changed.
#[derive(Deserialize)]
struct Peek {
    version: Option<u16>,
}

fn read_hello(text: &str) -> Result<(Who, Option<Resume>), Code> {
    let peek: Peek = link::json::decode(text).map_err(|_| Code::Malformed)?;
    fits(peek.version.ok_or(Code::Malformed)?)?;
    match link::json::decode::<Up<OperatorSays>>(text) {
        Ok(Up::Hello { version: _, who, resume }) => Ok((who, resume)),
        Ok(Up::Say { .. } | Up::Ping) | Err(_) => Err(Code::Malformed),
    }
}

async fn admit(door: &Door, who: Who, resume: Option<Resume>) -> Result<Admitted, Code> {
    match who {
        Who::Operator { token } => {
            let token = hash_token(&token);
            let bearer = door.store.bearer(token, door.clock.now()).await.map_err(store_down)?;
            let bearer = bearer.ok_or(Code::Unauthorised)?;
            Ok(Admitted::Operator { bearer, resume })
        }
        Who::Booth { booth, challenge, signature } => {
            enrol::prove(door, booth, &challenge, &signature).await?;
            Ok(Admitted::Booth { booth, resume })
        }
        Who::Exchange { key } => {
            let key = hash_token(&key);
            if door.store.is_exchange_key(key).await.map_err(store_down)? {
                Ok(Admitted::Exchange { key })
            } else {
                Err(Code::Unauthorised)
            }
        }
    }
}

async fn turn_away(mut socket: WebSocket, code: Code) {
    if code == Code::Unauthorised {
        tracing::info!("a socket was turned away: its proof was wrong");
    } else {
        // Noise from whoever knocks must not fill the disk.
        tracing::debug!(?code, "a socket was turned away");
    }
    let goodbye = link::json::encode(&Down::<(), (), ()>::Goodbye { code });
    let farewell = async {
        // The other side may be gone already; then nobody needs the word.
        let _ = socket.send(Message::text(goodbye)).await;
        let end = CloseFrame { code: close_code::POLICY, reason: "".into() };
        let _ = socket.send(Message::Close(Some(end))).await;
    };
    let _ = timeout(HELLO_LIMIT, farewell).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_page_from_elsewhere_opens_no_socket() {
        let listed = ["https://desk.example.jp".to_owned()];
        let own = ("host", "kenmu.example.jp:8443");
        assert!(origin_is_good(&headers(&[own]), &listed));
        assert!(origin_is_good(&headers(&[own, ("origin", "https://kenmu.example.jp:8443")]), &listed));
        assert!(origin_is_good(&headers(&[own, ("origin", "https://desk.example.jp")]), &listed));
        for bad in ["https://evil.example", "null", "https://kenmu.example.jp:8443.evil.example", "file://"] {
            assert!(!origin_is_good(&headers(&[own, ("origin", bad)]), &listed), "{bad}");
        }
    }

    #[test]
    fn a_newer_hello_is_understood_enough_to_be_refused_rightly() {
        let newer = r#"{"kind":"greeting","version":99,"badge":{"colour":"red"}}"#;
        assert_eq!(read_hello(newer).err(), Some(Code::ServerTooOld));
        assert_eq!(read_hello(r#"{"kind":"hello","version":0}"#).err(), Some(Code::ClientTooOld));
        assert_eq!(read_hello(r#"{"kind":"ping"}"#).err(), Some(Code::Malformed));
        assert_eq!(read_hello("[1").err(), Some(Code::Malformed));
    }
}
