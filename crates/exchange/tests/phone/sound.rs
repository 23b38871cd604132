//! The sound of a telephone: RTP written and read by hand, so that the stack does not check itself.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use peer::{Codec, Rtp, Track};
use tokio::net::UdpSocket;

/// A telephone's RTP socket.
pub struct Phone {
    socket: UdpSocket,
    ssrc: u32,
}

/// What a telephone reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub marker: bool,
    pub payload_type: u8,
    pub sequence: u16,
    pub timestamp: u32,
    pub ssrc: u32,
    pub payload: Vec<u8>,
}

impl Phone {
    pub async fn new(address: &str) -> Phone {
        Phone { socket: UdpSocket::bind((address, 0)).await.expect("a socket"), ssrc: rand::random() }
    }

    pub fn port(&self) -> u16 {
        self.socket.local_addr().expect("bound").port()
    }

    pub async fn send(
        &self,
        to: SocketAddr,
        payload_type: u8,
        sequence: u16,
        timestamp: u32,
        payload: &[u8],
    ) {
        let mut datagram = vec![0x80, payload_type];
        datagram.extend(sequence.to_be_bytes());
        datagram.extend(timestamp.to_be_bytes());
        datagram.extend(self.ssrc.to_be_bytes());
        datagram.extend(payload);
        self.socket.send_to(&datagram, to).await.expect("sent");
    }

    /// The next packet, and from where.
    pub async fn hear(&self) -> Option<(Heard, SocketAddr)> {
        let mut datagram = [0; 2_048];
        let came = tokio::time::timeout(Duration::from_secs(5), self.socket.recv_from(&mut datagram)).await;
        let (length, from) = came.ok()?.ok()?;
        let word = |at: usize| u32::from_be_bytes(datagram[at..at + 4].try_into().expect("four bytes"));
        let heard = Heard {
            marker: datagram[1] & 0x80 != 0,
            payload_type: datagram[1] & 0x7f,
            sequence: u16::from_be_bytes([datagram[2], datagram[3]]),
            timestamp: word(4),
            ssrc: word(8),
            payload: datagram[12..length].to_vec(),
        };
        Some((heard, from))
    }
}

/// A packet of 20 ms as the engine hands it in.
pub fn packet(codec: Codec, number: u16, byte: u8) -> Rtp {
    Rtp {
        track: Track::Audio,
        codec,
        marker: false,
        sequence: number,
        timestamp: u32::from(number) * 960,
        payload: Bytes::from(vec![byte; 160]),
    }
}
