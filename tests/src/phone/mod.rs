//! A telephone of the tests' own at the carrier's end of a trunk: it calls, speaks a tone, presses keys,
//! and remembers what it heard and when. SIP over UDP and G.711 μ-law, as little of both as a call takes.
//!
//! Refuses to know the exchange: what it sends and expects is what the standards say.

mod called;
pub mod voice;
pub(crate) mod words;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::sound::{Clip, now_ms};
use crate::wait::until;
pub use called::{Called, Manner};
use voice::{Packets, Voice};
use words::{Dialog, Heard};

/// RFC 3261's T1: an INVITE without an answer is said again after it, then after twice as long.
const T1: Duration = Duration::from_millis(500);
/// The largest SIP message that is looked at, bytes.
const LARGEST: usize = 65_536;
/// How long a step of a call may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// A call that this telephone makes.
pub struct Phone {
    wishes: mpsc::Sender<Wish>,
    call: Arc<Mutex<Call>>,
    voice: Voice,
    task: JoinHandle<()>,
}

/// What the telephone knows of its call; times on the wall clock, ms since 1970.
#[derive(Clone, Debug, Default)]
pub struct Call {
    /// The INVITE went out.
    pub invited_ms: f64,
    /// 180.
    pub ringing_ms: Option<f64>,
    /// 200.
    pub answered_ms: Option<f64>,
    /// The other side ended it, or refused it with this status.
    pub over: Option<Over>,
}

/// How a call ended that this telephone did not end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// BYE came.
    Bye,
    /// A refusal came.
    Refused(u16),
}

/// What the telephone is to do.
enum Wish {
    HangUp,
}

impl Phone {
    /// Calls the trunk at `to` as `number`, and speaks a tone once there is somebody to speak to.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn call(to: SocketAddr, number: &str, hz: f64) -> Result<Phone> {
        Phone::call_from(Ipv4Addr::LOCALHOST.into(), to, number, hz).await
    }

    /// The same from another address of this machine: by which trunk a call comes is seen by where it comes from.
    ///
    /// # Errors
    /// When the system gives no port.
    pub async fn call_from(ip: IpAddr, to: SocketAddr, number: &str, hz: f64) -> Result<Phone> {
        let socket = UdpSocket::bind((ip, 0)).await.context("a port for the telephone")?;
        let own = socket.local_addr().context("the telephone's port")?;
        let voice = Voice::start(ip, hz).await?;
        let call = Arc::new(Mutex::new(Call { invited_ms: now_ms(), ..Call::default() }));
        let (wishes, wished) = mpsc::channel(4);
        let line =
            Line { socket, to, dialog: Dialog::new(own, to, number, voice.port()), call: call.clone() };
        let task = tokio::spawn(line.run(wished, voice.clone()));
        Ok(Phone { wishes, call, voice, task })
    }

    /// What is known of the call now.
    pub fn now(&self) -> Call {
        self.call.lock().expect("what is known is never left broken").clone()
    }

    /// Waits for the 180 and gives how long it took, ms.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn ringing(&self) -> Result<f64> {
        let began = self.now().invited_ms;
        until("the call rings", PATIENCE, || async { Some(self.now().ringing_ms? - began) }).await
    }

    /// Waits for the 200.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn answered(&self) -> Result<()> {
        until("the call is answered", PATIENCE, || async { self.now().answered_ms.map(drop) }).await
    }

    /// Waits until the other side has ended or refused the call.
    ///
    /// # Errors
    /// When it does not.
    pub async fn over(&self) -> Result<Over> {
        until("the other side ends the call", PATIENCE, || async { self.now().over }).await
    }

    /// Everything that was heard so far, silence where nothing came.
    pub fn clip(&self) -> Clip {
        self.voice.clip()
    }

    /// The packets of its sound.
    pub fn packets(&self) -> Packets {
        self.voice.packets()
    }

    /// The keys that the other side pressed.
    pub fn keys(&self) -> String {
        self.voice.keys()
    }

    /// Presses keys, one after the other.
    pub async fn press(&self, keys: &str) {
        self.voice.press(keys).await;
    }

    /// Hangs up: CANCEL before the answer, BYE after it.
    ///
    /// # Errors
    /// When the call had ended in another way, or the other side does not agree.
    pub async fn hang_up(self) -> Result<()> {
        if let Some(over) = self.now().over {
            bail!("the call was over already: {over:?}");
        }
        self.wishes.send(Wish::HangUp).await.context("the telephone's line has ended")?;
        tokio::time::timeout(PATIENCE, self.task).await.context("the hang-up is not confirmed")??;
        Ok(())
    }
}

/// The telephone's signalling.
struct Line {
    socket: UdpSocket,
    to: SocketAddr,
    dialog: Dialog,
    call: Arc<Mutex<Call>>,
}

impl Line {
    async fn run(mut self, mut wishes: mpsc::Receiver<Wish>, voice: Voice) {
        let invite = self.dialog.invite();
        let mut again = T1;
        let mut due = tokio::time::Instant::now();
        let (mut provisional, mut leaving) = (false, false);
        let mut buffer = vec![0; LARGEST];
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(due), if !provisional => {
                    self.send(&invite).await;
                    due = tokio::time::Instant::now() + again;
                    again *= 2;
                }
                Some(Wish::HangUp) = wishes.recv(), if !leaving => {
                    leaving = true;
                    let words = self.dialog.hang_up();
                    self.send(&words).await;
                }
                Ok((length, _)) = self.socket.recv_from(&mut buffer) => {
                    let Some(heard) = words::read(&buffer[..length]) else { continue };
                    provisional |= matches!(heard, Heard::Response { .. });
                    if self.hear(heard, &voice).await {
                        return;
                    }
                }
            }
        }
    }

    /// True when the call is over and confirmed.
    async fn hear(&mut self, heard: Heard, voice: &Voice) -> bool {
        match heard {
            Heard::Response { status, method, text } => {
                self.dialog.learn(status, &method, &text);
                match (method.as_str(), status) {
                    ("INVITE", 180) => self.know(|call| _ = call.ringing_ms.get_or_insert_with(now_ms)),
                    ("INVITE", 200) => {
                        self.know(|call| _ = call.answered_ms.get_or_insert_with(now_ms));
                        if let Some(far) = words::media_address(&text) {
                            voice.speak_to(far);
                        }
                        let words = self.dialog.ack();
                        self.send(&words).await;
                    }
                    ("INVITE", 300..) => {
                        let words = self.dialog.ack();
                        self.send(&words).await;
                        self.know(|call| _ = call.over.get_or_insert(Over::Refused(status)));
                        voice.stop();
                        return true;
                    }
                    ("BYE", 200..) => {
                        voice.stop();
                        return true;
                    }
                    (_, _) => {}
                }
                false
            }
            Heard::Request { method, text } => {
                if method != "ACK" {
                    let words = self.dialog.agree(&method, &text);
                    self.send(&words).await;
                }
                let bye = method == "BYE";
                if bye {
                    self.know(|call| _ = call.over.get_or_insert(Over::Bye));
                    voice.stop();
                }
                bye
            }
        }
    }

    fn know(&self, learn: impl FnOnce(&mut Call)) {
        learn(&mut self.call.lock().expect("what is known is never left broken"));
    }

    async fn send(&self, words: &str) {
        // What is lost is said again, as on any network.
        let _ = self.socket.send_to(words.as_bytes(), self.to).await;
    }
}
