//! A telephone whose carrier speaks SIP over TCP, and comes back by another connection when one is lost.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::PATIENCE;
use super::wire::{Wire, is_final};

/// A call by a stream.
pub struct Stream {
    wire: Wire,
    to: SocketAddr,
    tcp: TcpStream,
    /// What came and is not read yet.
    came: Vec<u8>,
}

impl Stream {
    /// Calls, and has its answer.
    pub async fn call(to: SocketAddr) -> Stream {
        let tcp = TcpStream::connect(to).await.expect("connected");
        let mut stream = Stream { wire: Wire::new(to).await, to, tcp, came: Vec::new() };
        let invite = stream.wire.request("INVITE", 1, "", &Wire::offer());
        assert!(stream.asked(&invite, "INVITE").await.starts_with("SIP/2.0 200 "));
        let ack = stream.wire.request("ACK", 1, "", "");
        stream.write(&over_tcp(&ack)).await;
        stream
    }

    /// Says what it is told to.
    pub async fn write(&mut self, text: &str) {
        self.tcp.write_all(text.as_bytes()).await.expect("sent");
    }

    /// Comes by another connection from now on.
    pub async fn reconnect(&mut self) {
        self.tcp = TcpStream::connect(self.to).await.expect("connected");
        self.came.clear();
    }

    /// Asks something in the call and gives the answer.
    pub async fn ask(&mut self, method: &str, number: u32) -> String {
        let request = self.wire.request(method, number, "", "");
        self.asked(&request, method).await
    }

    async fn asked(&mut self, request: &str, method: &str) -> String {
        self.write(&over_tcp(request)).await;
        loop {
            let text = tokio::time::timeout(PATIENCE, self.hear()).await.expect("a message in time");
            self.wire.learn(&text);
            if is_final(&text, method) {
                return text;
            }
        }
    }

    /// The next message, of which the body may be left behind for the next one: its head tells all.
    async fn hear(&mut self) -> String {
        loop {
            let whole = self.came.windows(4).position(|end| end == b"\r\n\r\n");
            if let Some(end) = whole {
                let rest = self.came.split_off(end + 4);
                let head = std::mem::replace(&mut self.came, rest);
                let text = String::from_utf8_lossy(&head).into_owned();
                return match text.find("SIP/2.0 ") {
                    Some(at) => text[at..].to_owned(),
                    None => text,
                };
            }
            assert!(self.tcp.read_buf(&mut self.came).await.expect("it comes") > 0, "it was closed");
        }
    }
}

fn over_tcp(text: &str) -> String {
    text.replace("SIP/2.0/UDP", "SIP/2.0/TCP")
}
