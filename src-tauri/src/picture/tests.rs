//! The picture door: who gets in, and what a slow page gets.
#![allow(clippy::unwrap_used)]
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

async fn show(page: &mut Page, token: &str) {
    page.send(Message::text(token)).await.unwrap();
}

fn key(data: &'static [u8]) -> EncodedPicture {
    EncodedPicture { key: true, timestamp_us: 1_000_000, data: data.to_vec().into() }
}

/// Publishes until the page sees something: its greeting and our picture meet at an unknown moment.
async fn first(page: &mut Page, pictures: &Pictures) -> Option<Message> {
    let waiting = async {
        loop {
            pictures.publish(key(b"vp8"));
            if let Ok(word) = timeout(Duration::from_millis(20), page.next()).await {
                return word.and_then(Result::ok);
            }
        }
    };
    timeout(GREETING * 2, waiting).await.unwrap()
}

#[tokio::test]
async fn our_page_gets_a_picture_with_its_header() {
    let (tickets, views) = open();
    let door = tickets.issue();
    let mut page = come(door.port, Some("tauri://localhost")).await.unwrap();
    show(&mut page, &door.token).await;
    let Some(Message::Binary(frame)) = first(&mut page, &views.face).await else { panic!("no picture") };
    assert_eq!(frame[..HEADER], [0, 1, 0x40, 0x42, 0x0f, 0, 0, 0, 0, 0]);
    assert_eq!(&frame[HEADER..], b"vp8");
    for (number, place) in [(1, &views.screen), (2, &views.own)] {
        place.publish(key(b"other"));
        // More of the first picture may be on its way.
        let frame = loop {
            match page.next().await {
                Some(Ok(Message::Binary(frame))) if frame[0] != 0 => break frame,
                Some(Ok(_)) => {}
                end => panic!("no picture: {end:?}"),
            }
        };
        assert_eq!((frame[0], &frame[HEADER..]), (number, &b"other"[..]));
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
    show(&mut page, &door.token).await;
    assert!(matches!(first(&mut page, &views.face).await, Some(Message::Binary(_))));
    for token in [door.token.as_str(), "", "00000000000000000000000000000000"] {
        let mut late = come(door.port, Some("tauri://localhost")).await.unwrap();
        show(&mut late, token).await;
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
