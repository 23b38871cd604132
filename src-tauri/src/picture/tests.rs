//! The picture door: who gets in, and what a slow page gets.
#![allow(clippy::unwrap_used)]
use client::{EncodedPicture, Pictures};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{MaybeTlsStream, connect_async};

use super::*;

type Page = WebSocketStream<MaybeTlsStream<TcpStream>>;

fn open() -> (Tickets, Views) {
    let (entrance, tickets) = Entrance::bind().unwrap();
    let views = Views::new();
    tokio::spawn(entrance.serve(views.clone()));
    (tickets, views)
}

async fn come(port: u16, origin: Option<&'static str>) -> Option<Page> {
    let mut request = format!("ws://127.0.0.1:{port}/").into_client_request().unwrap();
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", HeaderValue::from_static(origin));
    }
    connect_async(request).await.ok().map(|(page, _)| page)
}

async fn say(page: &mut Page, token: &str) {
    page.send(Message::text(token)).await.unwrap();
}

/// A key frame of VP8: 32 by 16 pixels of one red.
const RED: &[u8] = &[
    48, 3, 0, 157, 1, 42, 32, 0, 16, 0, 57, 3, 0, 0, 28, 34, 22, 22, 34, 102, 18, 32, 4, 144, 64, 78, 181,
    64, 127, 0, 65, 56, 73, 188, 0, 254, 252, 184, 75, 255, 186, 122, 246, 158, 189, 167, 175, 230, 15, 255,
    237, 154, 63, 182, 104, 254, 217, 163, 255, 182, 8, 0,
];

fn red() -> EncodedPicture {
    EncodedPicture { key: true, timestamp_us: 1_000_000, data: RED.into() }
}

/// Publishes until the page sees something: its words and our picture meet at an unknown moment.
async fn first(page: &mut Page, pictures: &Pictures) -> Option<Message> {
    let waiting = async {
        loop {
            pictures.publish(red());
            if let Ok(word) = timeout(Duration::from_millis(20), page.next()).await {
                return word.and_then(Result::ok);
            }
        }
    };
    timeout(GREETING * 2, waiting).await.unwrap()
}

#[tokio::test]
async fn our_page_gets_each_picture_in_the_size_of_its_place() {
    let (tickets, views) = open();
    let door = tickets.issue();
    let mut page = come(door.port, Some("tauri://localhost")).await.unwrap();
    say(&mut page, &door.token).await;
    for (number, pictures) in [(0, &views.face), (1, &views.screen), (2, &views.own)] {
        say(&mut page, &format!("show {number} 16 100")).await;
        let Some(Message::Binary(frame)) = first(&mut page, pictures).await else { panic!("no picture") };
        assert_eq!(frame[..HEADER], [number, 0, 16, 0, 8, 0, 32, 0, 16, 0]);
        let (luma, chroma) = frame[HEADER..].split_at(16 * 8);
        assert_eq!(chroma.len(), 2 * 8 * 4);
        assert!(luma.iter().all(|y| (50..130).contains(y)) && chroma[32..].iter().all(|v| *v > 150));
        say(&mut page, &format!("hide {number}")).await;
        // More of it may be on its way.
        while timeout(Duration::from_millis(200), page.next()).await.is_ok() {}
    }
}

#[tokio::test]
async fn what_no_page_of_ours_says_ends_the_socket() {
    let (tickets, _views) = open();
    for word in [
        "show 3 10 10",
        "show 0 0 10",
        "show 0 10",
        "show 0 10 10 10",
        "show 0 1921 10",
        "hide",
        "open 0",
        "",
    ] {
        let door = tickets.issue();
        let mut page = come(door.port, Some("tauri://localhost")).await.unwrap();
        say(&mut page, &door.token).await;
        say(&mut page, word).await;
        let end = timeout(GREETING, page.next()).await.unwrap();
        assert!(!matches!(end, Some(Ok(Message::Binary(_)))), "{word}: {end:?}");
    }
}

#[tokio::test]
async fn a_foreign_page_is_turned_away_before_its_ticket() {
    let (tickets, _views) = open();
    let door = tickets.issue();
    for origin in [None, Some("http://127.0.0.1"), Some("https://tauri.localhost.example.jp"), Some("null")] {
        assert!(come(door.port, origin).await.is_none(), "{origin:?}");
    }
}

#[tokio::test]
async fn a_ticket_lets_in_once_and_a_guess_never() {
    let (tickets, views) = open();
    let door = tickets.issue();
    let mut page = come(door.port, Some("http://tauri.localhost")).await.unwrap();
    say(&mut page, &door.token).await;
    say(&mut page, "show 0 32 16").await;
    assert!(matches!(first(&mut page, &views.face).await, Some(Message::Binary(_))));
    for token in [door.token.as_str(), "", "00000000000000000000000000000000"] {
        let mut late = come(door.port, Some("tauri://localhost")).await.unwrap();
        say(&mut late, token).await;
        // A closed socket may take no further word.
        let _ = late.send(Message::text("show 0 32 16")).await;
        assert!(!matches!(first(&mut late, &views.face).await, Some(Message::Binary(_))));
    }
}

#[test]
fn old_tickets_make_room() {
    let tickets = Tickets { port: 1, out: Arc::default() };
    let first = tickets.issue();
    let later: Vec<_> = (0..MAX_TICKETS).map(|_| tickets.issue()).collect();
    assert!(!tickets.take(&first.token));
    assert!(later.iter().all(|door| tickets.take(&door.token)));
}
