//! One socket as one line of the hub: frames in become items, messages out become frames. Everything is
//! bounded: the queue out, the rate in, the silence, the time of a write.

use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use desk::code::Code;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use link::message::{Down, Up};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::rate::{Allowance, Bucket};
use crate::hub::{Inbox, Item, LineId, Words};

/// Every client says something each 5 s; three misses and the line counts as cut.
const SILENCE_LIMIT: Duration = Duration::from_secs(15);
/// A frame that the other side does not take in this time ends the line; it may come back and resume.
const WRITE_LIMIT: Duration = Duration::from_secs(10);
/// The other side may take this long to hear the goodbye.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

type Writing = SplitSink<WebSocket, Message>;
type Reading = SplitStream<WebSocket>;

/// Carries a line from its hello until either side ends it, and tells the hub that it is gone.
pub(super) async fn carry<T, S, C, G>(
    socket: WebSocket,
    inbox: &Inbox,
    line: LineId,
    hello: Item,
    mut queue: mpsc::Receiver<Down<S, C, G>>,
    wrap: impl Fn(Words<T>) -> Item,
    allowance: Allowance,
) where
    T: DeserializeOwned,
    S: Serialize,
    C: Serialize,
    G: Serialize,
{
    if !inbox.put(hello).await {
        return;
    }
    let (mut writing, mut reading) = socket.split();
    let said_goodbye = tokio::select! {
        code = hear(&mut reading, inbox, &wrap, Bucket::new(allowance, Instant::now())) => code,
        () = speak(&mut writing, &mut queue) => None,
    };
    inbox.put(Item::Gone(line)).await;
    let farewell = async {
        if let Some(code) = said_goodbye {
            tracing::debug!(line = line.0, ?code, "the line was closed");
            let goodbye = link::json::encode(&Down::<(), (), ()>::Goodbye { code });
            let _ = writing.send(Message::text(goodbye)).await;
        }
        let end = CloseFrame { code: close_code::NORMAL, reason: "".into() };
        let _ = writing.send(Message::Close(Some(end))).await;
    };
    // Whoever does not listen any more hears nothing, and is not waited for.
    let _ = timeout(CLOSE_LIMIT, farewell).await;
}

/// Reads until the line is cut (none) or must be closed (why).
async fn hear<T: DeserializeOwned>(
    reading: &mut Reading,
    inbox: &Inbox,
    wrap: &impl Fn(Words<T>) -> Item,
    mut bucket: Bucket,
) -> Option<Code> {
    loop {
        let message = match timeout(SILENCE_LIMIT, reading.next()).await {
            Ok(Some(Ok(message))) => message,
            // Too long, not a WebSocket frame, or torn off: in the last case the word reaches nobody.
            Ok(Some(Err(_))) => return Some(Code::Malformed),
            Ok(None) | Err(_) => return None,
        };
        if !bucket.take(Instant::now()) {
            return Some(Code::TooMany);
        }
        let words = match message {
            Message::Text(text) => match link::json::decode::<Up<T>>(text.as_str()) {
                Ok(Up::Say { request, body }) => Words::Say { request, body },
                Ok(Up::Ping) => Words::Ping,
                Ok(Up::Hello { .. }) | Err(_) => return Some(Code::Malformed),
            },
            Message::Binary(_) => return Some(Code::Malformed),
            Message::Ping(_) | Message::Pong(_) => continue,
            Message::Close(_) => return None,
        };
        if !inbox.put(wrap(words)).await {
            return None;
        }
    }
}

/// Writes until the hub has nothing more to say on this line, or the other side does not take it.
async fn speak<S: Serialize, C: Serialize, G: Serialize>(
    writing: &mut Writing,
    queue: &mut mpsc::Receiver<Down<S, C, G>>,
) {
    while let Some(message) = queue.recv().await {
        let frame = Message::text(link::json::encode(&message));
        match timeout(WRITE_LIMIT, writing.send(frame)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
        }
    }
}
