//! A line over real sockets that a server cuts.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::Duration;

use desk::ids::{BoothId, Session};
use desk::time::Time;
use futures_util::{SinkExt, StreamExt};
use link::line::{Config, LineEvent, open};
use link::message::{Down, RequestId, Resume, Up, VERSION, Who};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

const LIMIT: Duration = Duration::from_secs(10);

type Told = Down<String, String, String>;

/// The server's end of one connection.
struct End(WebSocketStream<TcpStream>);

impl End {
    async fn accept(listener: &TcpListener) -> End {
        let (stream, _) = timeout(LIMIT, listener.accept()).await.expect("the line comes").unwrap();
        End(tokio_tungstenite::accept_async(stream).await.unwrap())
    }

    async fn hear(&mut self) -> Up<String> {
        loop {
            match timeout(LIMIT, self.0.next()).await.expect("the line speaks").unwrap().unwrap() {
                Message::Text(text) => return link::json::decode(text.as_str()).unwrap(),
                other => assert!(other.is_ping() || other.is_pong(), "{other:?}"),
            }
        }
    }

    async fn place(&mut self) -> Option<Resume> {
        match self.hear().await {
            Up::Hello { resume, .. } => resume,
            Up::Say { .. } | Up::Ping => panic!("a hello comes first"),
        }
    }

    async fn request(&mut self) -> (RequestId, String) {
        loop {
            match self.hear().await {
                Up::Say { request, body } => return (request, body),
                Up::Ping => {}
                Up::Hello { .. } => panic!("one hello is enough"),
            }
        }
    }

    async fn tell(&mut self, message: Told) {
        self.0.send(Message::text(link::json::encode(&message))).await.unwrap();
    }

    async fn welcome(&mut self, resumed: bool) {
        let (version, session, now) = (VERSION, Session(0), Time(1));
        self.tell(Down::Welcome { version, stream: 9, session, resumed, now }).await;
    }
}

#[tokio::test]
async fn a_cut_line_goes_on_where_it_was_and_says_what_was_not_answered_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/link", listener.local_addr().unwrap());
    let who = Who::Booth { booth: BoothId(2), challenge: "c".into(), signature: "s".into() };
    let (line, mut events) = open::<String, String, String, String>(Config { url, who, tls: None });

    let mut first = End::accept(&listener).await;
    assert_eq!(first.place().await, None);
    first.welcome(false).await;
    first.tell(Down::Snapshot { event: 4, state: "all".into(), now: Time(2) }).await;
    let (ring, leave) = (line.say("ring".into()).unwrap(), line.say("leave".into()).unwrap());
    assert_eq!(first.request().await, (ring, "ring".into()));
    assert_eq!(first.request().await, (leave, "leave".into()));
    first.tell(Down::Answer { request: ring, refused: None }).await;
    first.tell(Down::Event { event: 5, change: "five".into(), now: Time(3) }).await;
    for _ in ["up", "snapshot", "answer", "change"] {
        timeout(LIMIT, events.recv()).await.unwrap().unwrap();
    }
    drop(first);

    // A busy moment: this try is turned away, and nothing is forgotten.
    let mut second = End::accept(&listener).await;
    assert_eq!(second.place().await, Some(Resume { stream: 9, event: 5 }));
    second.tell(Down::Goodbye { code: desk::code::Code::TooLate }).await;
    drop(second);

    let mut third = End::accept(&listener).await;
    assert_eq!(third.place().await, Some(Resume { stream: 9, event: 5 }));
    third.welcome(true).await;
    assert_eq!(third.request().await, (leave, "leave".into()));
    third.tell(Down::Answer { request: leave, refused: None }).await;
    let mut told = Vec::new();
    for _ in 0..3 {
        told.push(timeout(LIMIT, events.recv()).await.unwrap().unwrap());
    }
    let up = LineEvent::Up { session: Session(0), resumed: true, now: Time(1) };
    let answer = LineEvent::Answer { request: leave, refused: None };
    assert_eq!(told, [LineEvent::Down, up, answer]);
}

#[tokio::test]
async fn a_refused_line_goes_on_where_it_was_when_another_proof_is_shown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/link", listener.local_addr().unwrap());
    let who = |token: &str| Who::Operator { token: token.to_owned() };
    let config = Config { url, who: who("old"), tls: None };
    let (line, mut events) = open::<String, String, String, String>(config);
    assert!(!line.prove(who("unasked")), "nobody has refused it");

    let mut first = End::accept(&listener).await;
    assert_eq!(first.place().await, None);
    first.welcome(false).await;
    let hold = line.say("hold".into()).unwrap();
    first.request().await;
    first.tell(Down::Goodbye { code: desk::code::Code::Unauthorised }).await;
    loop {
        match timeout(LIMIT, events.recv()).await.unwrap().unwrap() {
            LineEvent::Refused(code) => break assert_eq!(code, desk::code::Code::Unauthorised),
            LineEvent::Up { .. } | LineEvent::Down => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(timeout(Duration::from_millis(500), listener.accept()).await.is_err(), "it rests");

    assert!(line.prove(who("new")));
    let mut second = End::accept(&listener).await;
    match second.hear().await {
        Up::Hello { who: Who::Operator { token }, resume, .. } => {
            assert_eq!((token.as_str(), resume), ("new", Some(Resume { stream: 9, event: 0 })));
        }
        _ => panic!("a hello comes first"),
    }
    second.welcome(true).await;
    assert_eq!(second.request().await, (hold, "hold".into()));
}
