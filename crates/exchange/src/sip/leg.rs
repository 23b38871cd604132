//! A caller's telephone as the engine holds it. Knows no SIP: what it is asked goes to the call that owns it.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use link::state::Digit;
use peer::{Arrivals, Codec, Rtp};
use tokio::sync::Notify;

use super::rtp::Stream;
use crate::flow::lock;

/// The leg of a telephone call.
pub struct PhoneLeg {
    stream: Arc<Stream>,
    wants: Mutex<Wants>,
    wake: Notify,
}

/// What the engine asks of the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wants {
    pub(super) answer: bool,
    pub(super) hang_up: bool,
}

impl PhoneLeg {
    pub(super) fn new(stream: Arc<Stream>) -> PhoneLeg {
        PhoneLeg { stream, wants: Mutex::default(), wake: Notify::new() }
    }

    /// Answers the call (200), if it is not answered yet.
    pub fn answer(&self) {
        lock(&self.wants).answer = true;
        self.wake.notify_one();
    }

    /// Ends the call: BYE, or before the answer a refusal. Nothing is told of its end.
    pub fn hang_up(&self) {
        lock(&self.wants).hang_up = true;
        self.wake.notify_one();
    }

    /// Sends a packet, its timestamp at 48 kHz; false when it cannot be sent: another codec, the caller holds, a
    /// key sounds, or the socket is full. Never waits. G.711 of the other law is converted.
    pub fn send(&self, packet: Rtp) -> bool {
        self.stream.send(&packet)
    }

    /// Sends a key, after those that wait: 100 ms each.
    pub fn digit(&self, digit: Digit) {
        if !self.stream.digit(digit) {
            tracing::warn!("a key cannot be sent: the far side understands none, or too many wait");
        }
    }

    /// What it speaks. A caller may change it in the call.
    pub fn codec(&self) -> Codec {
        self.stream.codec()
    }

    /// Whether packets in this codec can be sent to it.
    pub fn takes(&self, codec: Codec) -> bool {
        self.stream.takes(codec)
    }

    /// Where received packets go, timestamps at 48 kHz. They come straight from the reader: it must not wait.
    pub fn on_rtp(&self, sink: Box<dyn Fn(Rtp) + Send + Sync>) {
        self.stream.on_rtp(Arc::from(sink));
    }

    /// What came so far.
    pub fn arrivals(&self) -> Arrivals {
        self.stream.arrivals()
    }

    /// When anything was heard last.
    pub fn heard(&self) -> Option<Instant> {
        self.stream.heard()
    }

    /// The latest round trip.
    pub fn round_trip_ms(&self) -> Option<u32> {
        self.stream.round_trip_ms()
    }

    /// What is asked anew.
    pub(super) async fn wanted(&self) -> Wants {
        self.wake.notified().await;
        std::mem::take(&mut lock(&self.wants))
    }
}
