//! A carrier's edge as a trunk sees it: it answers REGISTER and OPTIONS, refuses them, or is not there. It takes
//! no calls; telephones that call by this trunk call from its address.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result};
use tokio::net::UdpSocket;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::phone::words::{Heard, answer, header, read};

/// For how long a registration is granted, s: the next one comes after three quarters of it.
const GRANTED_S: u32 = 4;
/// The largest SIP message that is looked at, bytes.
const LARGEST: usize = 65_536;

/// How it meets what it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// With 200.
    Answers,
    /// With 503.
    Refuses,
    /// Not at all.
    Silent,
}

/// An edge that runs until it is dropped.
pub struct Carrier {
    /// Where it is asked.
    pub at: SocketAddr,
    mood: watch::Sender<Mood>,
    asked: Arc<AtomicU32>,
    task: JoinHandle<()>,
}

impl Carrier {
    /// Opens one at this address; it answers.
    ///
    /// # Errors
    /// When this machine does not have the address.
    pub async fn open(ip: IpAddr) -> Result<Carrier> {
        let socket = UdpSocket::bind((ip, 0)).await.context("a port for the carrier")?;
        let at = socket.local_addr().context("the carrier's port")?;
        let mood = watch::Sender::new(Mood::Answers);
        let asked = Arc::default();
        let task = tokio::spawn(run(socket, mood.subscribe(), Arc::clone(&asked)));
        Ok(Carrier { at, mood, asked, task })
    }

    /// Changes how it meets what it is asked.
    pub fn turn(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// How often it was asked something so far, in whatever mood.
    pub fn asked(&self) -> u32 {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(socket: UdpSocket, mood: watch::Receiver<Mood>, asked: Arc<AtomicU32>) {
    let mut buffer = vec![0; LARGEST];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else { continue };
        let Some(Heard::Request { text, .. }) = read(&buffer[..length]) else { continue };
        asked.fetch_add(1, Ordering::Relaxed);
        let words = match *mood.borrow() {
            Mood::Answers => answer(&text, "200 OK", &granted(&text), ""),
            Mood::Refuses => answer(&text, "503 Service Unavailable", "", ""),
            Mood::Silent => continue,
        };
        // What is lost is asked again, as on any network.
        let _ = socket.send_to(words.as_bytes(), from).await;
    }
}

/// What a registrar says of the binding; nothing to a question that is none.
fn granted(text: &str) -> String {
    match header(text, "Contact") {
        Some(contact) if text.starts_with("REGISTER ") => {
            let contact = contact.split(';').next().unwrap_or(contact).trim_end_matches('>');
            format!("Contact: {contact}>;expires={GRANTED_S}\r\nExpires: {GRANTED_S}\r\n")
        }
        Some(_) | None => String::new(),
    }
}
