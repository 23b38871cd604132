//! A page in a real, headless Chromium as a visitor: it is served here, hands its offer in here, and asks
//! here whether it should show its second window.

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

const PAGE: &str = include_str!("../chromium/page.html");

/// An offer, and where its answer goes.
pub struct Handed {
    pub offer: String,
    answer: tokio::sync::oneshot::Sender<String>,
}

impl Handed {
    pub fn answer(self, sdp: String) {
        self.answer.send(sdp).unwrap();
    }
}

pub struct Page {
    show: Arc<AtomicBool>,
    server: JoinHandle<()>,
    profile: PathBuf,
    chromium: Child,
}

impl Drop for Page {
    fn drop(&mut self) {
        self.server.abort();
        // It may have ended by itself.
        let _ = self.chromium.start_kill();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

impl Page {
    /// Opens the page; its offer comes out of the other end.
    pub async fn open() -> (Page, mpsc::Receiver<Handed>) {
        let door = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = format!("http://127.0.0.1:{}/", door.local_addr().unwrap().port());
        let (hand_in, handed) = mpsc::channel(1);
        let show = Arc::new(AtomicBool::new(false));
        let server = tokio::spawn(serve(door, Arc::clone(&show), hand_in));
        let profile = std::env::temp_dir().join(format!("kenmu-page-{}", std::process::id()));
        let chromium = Command::new("chromium")
            .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-quic"])
            .args(["--allow-loopback-in-peer-connection", "--autoplay-policy=no-user-gesture-required"])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("this test needs Chromium");
        (Page { show, server, profile, chromium }, handed)
    }

    /// Ends the browser and takes its profile away, once its last process has let go of it.
    pub async fn close(mut self) {
        self.chromium.kill().await.unwrap();
        let gone = async {
            while std::fs::remove_dir_all(&self.profile).is_ok() || self.profile.exists() {
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(super::PATIENCE, gone).await.expect("the browser ends");
    }

    pub fn show(&self, on: bool) {
        self.show.store(on, Ordering::Relaxed);
    }
}

async fn serve(door: TcpListener, show: Arc<AtomicBool>, hand_in: mpsc::Sender<Handed>) {
    loop {
        let (stream, _) = door.accept().await.unwrap();
        tokio::spawn(attend(stream, Arc::clone(&show), hand_in.clone()));
    }
}

/// One request and its answer; none when the browser thinks better of it.
async fn attend(stream: TcpStream, show: Arc<AtomicBool>, hand_in: mpsc::Sender<Handed>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut request = String::new();
    stream.read_line(&mut request).await.ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        if line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    let (kind, answer) = if request.starts_with("POST /offer") {
        let (answer, answered) = tokio::sync::oneshot::channel();
        hand_in.send(Handed { offer: String::from_utf8(body).ok()?, answer }).await.ok()?;
        ("text/plain", answered.await.ok()?)
    } else if request.starts_with("GET /wish") {
        ("text/plain", if show.load(Ordering::Relaxed) { "show" } else { "hide" }.to_owned())
    } else {
        ("text/html", PAGE.to_owned())
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        answer.len()
    );
    stream.write_all((head + &answer).as_bytes()).await.ok()?;
    stream.flush().await.ok()
}
