//! A telephone that writes its messages by hand, for what SIPp does not do.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::UdpSocket;

use super::PATIENCE;

/// A telephone's SIP socket, in one call.
pub struct Wire {
    pub socket: UdpSocket,
    to: SocketAddr,
    /// The stack's tag, once it told it.
    tag: String,
}

impl Wire {
    pub async fn new(to: SocketAddr) -> Wire {
        Wire { socket: UdpSocket::bind("127.0.0.1:0").await.expect("a socket"), to, tag: String::new() }
    }

    pub fn at(&self) -> SocketAddr {
        self.socket.local_addr().expect("bound")
    }

    /// A request of this call. Its Via names a port where nobody listens: the answer has to come to where the
    /// request came from.
    pub fn request(&self, method: &str, number: u32, headers: &str, body: &str) -> String {
        let (to, at) = (self.to, self.at());
        let tag = if self.tag.is_empty() { String::new() } else { format!(";tag={}", self.tag) };
        let name = if method == "CANCEL" || method == "ACK" { "INVITE" } else { method };
        let kind = if body.is_empty() { "" } else { "Content-Type: application/sdp\r\n" };
        format!(
            "{method} sip:0120@{to} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK{name}{number}{};rport\r\n\
             From: <sip:0312345678@{at}>;tag=theirs\r\nTo: <sip:0120@{to}>{tag}\r\nCall-ID: call-{}\r\n\
             CSeq: {number} {method}\r\nContact: <sip:0312345678@{at}>\r\nMax-Forwards: 70\r\n{headers}{kind}\
             Content-Length: {}\r\n\r\n{body}",
            at.port(),
            at.port(),
            body.len()
        )
    }

    /// An offer of μ-law and keys, at an address where nobody listens.
    pub fn offer() -> String {
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0 101\r\n\
         a=rtpmap:101 telephone-event/8000\r\n"
            .to_owned()
    }

    pub async fn send(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.to).await.expect("sent");
    }

    /// The next message; its tag is kept.
    pub async fn hear(&mut self) -> String {
        self.hear_within(PATIENCE).await.expect("a message in time")
    }

    /// The next message, if one comes in time.
    pub async fn hear_within(&mut self, length: Duration) -> Option<String> {
        let mut datagram = [0; 8_192];
        let came = tokio::time::timeout(length, self.socket.recv(&mut datagram)).await.ok()?;
        let text = String::from_utf8_lossy(&datagram[..came.expect("it comes")]).into_owned();
        self.learn(&text);
        Some(text)
    }

    /// Keeps the stack's tag.
    pub fn learn(&mut self, text: &str) {
        let to = text.lines().find(|line| line.starts_with("To:"));
        if let (true, Some((_, tag))) =
            (text.starts_with("SIP/2.0"), to.and_then(|to| to.split_once(";tag=")))
        {
            self.tag = tag.to_owned();
        }
    }

    /// The next final answer to a request of this method.
    pub async fn answer(&mut self, method: &str) -> String {
        loop {
            let text = self.hear().await;
            if is_final(&text, method) {
                return text;
            }
        }
    }
}

/// Whether a message is the final answer to a request of this method.
pub fn is_final(text: &str, method: &str) -> bool {
    let is_final = text.starts_with("SIP/2.0 ") && !text.starts_with("SIP/2.0 1");
    is_final && text.lines().any(|line| line.starts_with("CSeq:") && line.ends_with(method))
}

/// An answer that repeats what has to be repeated.
pub fn answer(question: &str, status: &str, headers: &str) -> String {
    let kept =
        |line: &&str| ["Via:", "From:", "To:", "Call-ID:", "CSeq:"].iter().any(|name| line.starts_with(name));
    let head: Vec<&str> = question.lines().filter(kept).collect();
    format!("SIP/2.0 {status}\r\n{}\r\n{headers}Content-Length: 0\r\n\r\n", head.join("\r\n"))
}
