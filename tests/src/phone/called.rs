//! A telephone at the carrier's end that is called: it answers, is engaged, or lets it ring. One call after the other.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::voice::Voice;
use super::words::{self, Answering, Heard};
use super::{LARGEST, Over, PATIENCE};
use crate::sound::Clip;
use crate::wait::until;

/// A person needs a moment to the telephone; long enough that the ringing tone, one second on and two off, is heard
/// also where the first second of it is lost on a busy machine.
const TO_THE_PHONE: Duration = Duration::from_millis(4_000);

/// What it does when it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Answers after a while.
    Answers,
    /// 486.
    Engaged,
    /// 503: the carrier is in trouble.
    Trouble,
    /// Rings until the caller gives up.
    RingsOn,
}

/// A telephone that waits to be called.
pub struct Called {
    known: Arc<Mutex<Known>>,
    voice: Voice,
    wishes: mpsc::Sender<()>,
    task: JoinHandle<()>,
}

#[derive(Default)]
struct Known {
    calls: u32,
    answered: bool,
    over: Option<Over>,
    number: String,
}

impl Called {
    /// Waits at this address, and speaks a tone when it has answered.
    ///
    /// # Errors
    /// When the system does not give the port.
    pub async fn wait(at: SocketAddr, hz: f64, manner: Manner) -> Result<Called> {
        let socket = UdpSocket::bind(at).await.context("the called telephone's port")?;
        let voice = Voice::start(at.ip(), hz).await?;
        let known: Arc<Mutex<Known>> = Arc::default();
        let (wishes, wished) = mpsc::channel(1);
        let line = Line { socket, at, manner, known: known.clone(), voice: voice.clone(), talk: None };
        let task = tokio::spawn(line.run(wished));
        Ok(Called { known, voice, wishes, task })
    }

    /// How often it was called so far.
    pub fn calls(&self) -> u32 {
        self.lock(|known| known.calls)
    }

    /// The number that was called last.
    pub fn number(&self) -> String {
        self.lock(|known| known.number.clone())
    }

    /// Waits until it has answered.
    ///
    /// # Errors
    /// When nobody calls.
    pub async fn answered(&self) -> Result<()> {
        until("the called telephone has answered", PATIENCE, || async {
            self.lock(|known| known.answered).then_some(())
        })
        .await
    }

    /// Waits until the caller has ended the call, or has given it up.
    ///
    /// # Errors
    /// When it goes on.
    pub async fn over(&self) -> Result<Over> {
        until("the call is ended by the other side", PATIENCE, || async { self.lock(|known| known.over) })
            .await
    }

    /// Hangs up.
    ///
    /// # Errors
    /// When the telephone is gone.
    pub async fn hang_up(&self) -> Result<()> {
        self.wishes.send(()).await.context("the called telephone has ended")
    }

    /// Goes away, so that another telephone can stand at its address.
    pub async fn leave(mut self) {
        self.task.abort();
        // Its end is the abort itself.
        let _ = (&mut self.task).await;
    }

    /// Everything that was heard so far.
    pub fn clip(&self) -> Clip {
        self.voice.clip()
    }

    fn lock<T>(&self, look: impl FnOnce(&Known) -> T) -> T {
        look(&self.known.lock().expect("what is known is never left broken"))
    }
}

impl Drop for Called {
    fn drop(&mut self) {
        self.voice.stop();
        self.task.abort();
    }
}

struct Line {
    socket: UdpSocket,
    at: SocketAddr,
    manner: Manner,
    known: Arc<Mutex<Known>>,
    voice: Voice,
    /// The call, and when it is answered.
    talk: Option<(Answering, SocketAddr, Option<tokio::time::Instant>)>,
}

impl Line {
    async fn run(mut self, mut wishes: mpsc::Receiver<()>) {
        let mut buffer = vec![0; LARGEST];
        loop {
            let due = self.talk.as_ref().and_then(|(_, _, due)| *due);
            tokio::select! {
                () = async { tokio::time::sleep_until(due.unwrap_or_else(tokio::time::Instant::now)).await },
                    if due.is_some() => self.answer().await,
                Some(()) = wishes.recv() => {
                    if let Some((call, far, _)) = &self.talk {
                        let (words, far) = (call.bye(), *far);
                        self.send(&words, far).await;
                    }
                }
                Ok((length, far)) = self.socket.recv_from(&mut buffer) => {
                    if let Some(Heard::Request { method, text }) = words::read(&buffer[..length]) {
                        self.hear(&method, &text, far).await;
                    }
                }
            }
        }
    }

    async fn hear(&mut self, method: &str, text: &str, far: SocketAddr) {
        match method {
            "INVITE" => self.rings(text, far).await,
            "ACK" => {
                if let Some((call, _, None)) = &self.talk
                    && let Some(media) = call.media
                {
                    self.voice.speak_to(media);
                }
            }
            "CANCEL" => {
                self.send(&words::answer(text, "200 OK", "", ""), far).await;
                if let Some((call, _, _)) = self.talk.take() {
                    self.send(&call.refuse("487 Request Terminated"), far).await;
                    self.know(|known| known.over = Some(Over::Refused(487)));
                }
            }
            "BYE" => {
                self.send(&words::answer(text, "200 OK", "", ""), far).await;
                self.talk = None;
                self.know(|known| known.over = Some(Over::Bye));
            }
            _ => self.send(&words::answer(text, "200 OK", "", ""), far).await,
        }
    }

    async fn rings(&mut self, text: &str, far: SocketAddr) {
        if self.talk.as_ref().is_some_and(|(call, _, _)| call.is_of(text)) {
            return;
        }
        let call = Answering::new(self.at, text, self.voice.port());
        let number = call.number.clone();
        self.know(|known| {
            known.calls += 1;
            (known.answered, known.over, known.number) = (false, None, number);
        });
        let refusal = match self.manner {
            Manner::Answers | Manner::RingsOn => None,
            Manner::Engaged => Some("486 Busy Here"),
            Manner::Trouble => Some("503 Service Unavailable"),
        };
        if let Some(status) = refusal {
            self.send(&call.refuse(status), far).await;
            return;
        }
        self.send(&call.ringing(), far).await;
        let due = (self.manner == Manner::Answers).then(|| tokio::time::Instant::now() + TO_THE_PHONE);
        self.talk = Some((call, far, due));
    }

    async fn answer(&mut self) {
        let Some((call, far, due)) = &mut self.talk else { return };
        *due = None;
        let (words, far) = (call.accept(), *far);
        self.know(|known| known.answered = true);
        self.send(&words, far).await;
    }

    fn know(&self, learn: impl FnOnce(&mut Known)) {
        learn(&mut self.known.lock().expect("what is known is never left broken"));
    }

    async fn send(&self, words: &str, far: SocketAddr) {
        // What is lost is said again, as on any network.
        let _ = self.socket.send_to(words.as_bytes(), far).await;
    }
}
