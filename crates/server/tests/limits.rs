//! What one address can use up, and what is told to whoever watches.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use common::{House, request};
use link::message::{BoothSays, Up};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

async fn proxied() -> House {
    let mut house = House::build();
    house.config.behind_proxy = true;
    house.config.sockets_per_address = 2;
    house.start().await;
    house
}

/// How many of `tries` requests are answered with 200.
async fn answered(address: SocketAddr, forwarded: &str, tries: usize) -> usize {
    let mut good = 0;
    for _ in 0..tries {
        let headers = format!("X-Forwarded-For: {forwarded}\r\n");
        match request(address, "GET /api/hours", &headers, "").await {
            (200, _) => good += 1,
            (status, body) => assert_eq!((status, body.as_str()), (429, r#"{"code":"too_many"}"#)),
        }
    }
    good
}

#[tokio::test]
async fn a_flood_through_the_proxy_ends_at_its_own_address() {
    let house = proxied().await;
    let flood = answered(house.address(), "198.51.100.1", 400).await;
    assert!((200..400).contains(&flood), "{flood}");
    assert_eq!(answered(house.address(), "192.0.2.66, 198.51.100.2", 20).await, 20);
    // What the client itself claims is not believed: it is still the same address.
    assert!(answered(house.address(), "198.51.100.9, 198.51.100.1", 20).await < 20);
}

#[tokio::test]
async fn without_a_proxy_nobody_says_who_he_is() {
    let mut house = House::build();
    house.start().await;
    assert_eq!(answered(house.address(), "198.51.100.1", 400).await, 400);
}

#[tokio::test]
async fn one_address_holds_only_so_many_sockets() {
    let house = proxied().await;
    let open = |forwarded: &'static str| {
        let mut upgrade = format!("ws://{}/link", house.address()).into_client_request().unwrap();
        upgrade.headers_mut().insert("x-forwarded-for", forwarded.parse().unwrap());
        connect_async(upgrade)
    };
    let first = open("198.51.100.1").await.unwrap();
    let _second = open("198.51.100.1").await.unwrap();
    let Err(Error::Http(refused)) = open("198.51.100.1").await else { panic!("a third one") };
    assert_eq!(refused.status(), 429);
    open("198.51.100.2").await.unwrap();
    drop(first);
    let began = Instant::now();
    while open("198.51.100.1").await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(5), "its place is never free");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_and_a_huge_one_refused() {
    let mut house = House::build();
    house.start().await;
    let mut slow = Vec::new();
    // Nothing at all, something that may become HTTP/2, half a head, and silence after a good request.
    let (half, good) =
        ("GET /health HTTP/1.1\r\nHost: kenmu\r\nX-Slow: ", "GET /health HTTP/1.1\r\nHost: x\r\n\r\n");
    for words in ["", "P", half, good].repeat(10) {
        let mut stream = TcpStream::connect(house.address()).await.unwrap();
        stream.write_all(words.as_bytes()).await.unwrap();
        slow.push(stream);
    }
    assert_eq!(house.get("/health").await.0, 200);
    let huge = format!("X-Huge: {}\r\n", "x".repeat(20 * 1024));
    assert_eq!(request(house.address(), "GET /health", &huge, "").await.0, 431);
    let many = "X-Many: 1\r\n".repeat(120);
    assert_eq!(request(house.address(), "GET /health", &many, "").await.0, 431);
    let mut preface = TcpStream::connect(house.address()).await.unwrap();
    preface.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // Cut at once, cleanly or not.
    let _ = timeout(Duration::from_secs(2), preface.read_to_end(&mut answer)).await.expect("it is cut");
    assert!(answer.is_empty(), "HTTP/2 is not spoken");

    let began = Instant::now();
    for (number, mut stream) in slow.into_iter().enumerate() {
        let mut rest = Vec::new();
        let cut = timeout(Duration::from_secs(15), stream.read_to_end(&mut rest)).await;
        assert!(cut.is_ok(), "{number} is still open after {:?}", began.elapsed());
    }
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[tokio::test]
async fn the_metrics_count_and_name_nobody() {
    let mut house = House::build();
    house.add_operator("op01", "オペレーター01");
    house.config.metrics_listen = Some((Ipv4Addr::LOCALHOST, 0).into());
    house.start().await;
    let booth = house.add_booth("ブース1").await;
    let token = house.token("op01").await;
    let _desk = house.operator(&token, None).await;
    let _page = house.booth(&booth).await;
    let own = house.server.as_ref().unwrap().metrics_address().unwrap();
    let (status, page) = request(own, "GET /metrics", "", "").await;
    assert_eq!(status, 200);
    for line in [
        "kenmu_store_up 1",
        "kenmu_exchange_up 0",
        "kenmu_queue_waiting 0",
        "kenmu_sockets 2",
        r#"kenmu_contacts_ended_total{reason="visitor_ended"} 0"#,
        "# TYPE kenmu_store_commit_seconds histogram",
        "# EOF",
    ] {
        assert!(page.lines().any(|found| found == line), "no {line} in:\n{page}");
    }
    assert!(page.contains("kenmu_operators{state="), "{page}");
    assert!(!page.contains("op01") && !page.contains("オペレーター") && !page.contains("ブース"), "{page}");
    // Programs of this machine find it beside the doors too, but nobody else's do.
    assert_eq!(house.get("/metrics").await.0, 200);
    assert_eq!(request(own, "GET /booth/", "", "").await.0, 404);
    let proxied = proxied().await;
    assert_eq!(proxied.get("/metrics").await.0, 404);
}

/// The memory of a process, KiB.
fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn five_thousand_idle_sockets_cost_little_and_harm_nobody() {
    const IDLE: usize = 5000;
    // 64 KiB each: a connection's buffers, however it is filled.
    const MOST_KIB: u64 = IDLE as u64 * 64;
    server::raise_file_limit();
    let house = House::build();
    let (mut child, address) = house.spawn();
    let booth = house.add_booth_at(address, "ブース1").await;
    let mut page = common::Booth::at(address, &booth).await;
    let before = resident(child.id());
    let mut idle = Vec::new();
    for number in 0..IDLE {
        idle.push(TcpStream::connect(address).await.unwrap());
        if number % 500 == 0 {
            // A page says something every few seconds, however busy this machine is.
            page.wire.text(link::json::encode(&Up::<BoothSays>::Ping)).await;
        }
    }
    let began = Instant::now();
    assert_eq!(page.ask(BoothSays::Ring).await, None);
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let grown = resident(child.id()).saturating_sub(before);
    assert!(grown < MOST_KIB, "{grown} KiB");
    drop(idle);
    child.kill().unwrap();
    child.wait().unwrap();
}
