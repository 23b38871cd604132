//! What the leg brings of a talk, one talk after the other: each has a jitter buffer of its own, so that no
//! talk begins with the remainder of the last one, and its own count of pictures. Refuses to know who talks
//! and how it is played.

use media::coded::Coded;
use media::jitter::{JitterBuffer, JitterStats, Pull};

/// The voice of the present talk and the counters of all of them.
#[derive(Default)]
pub(super) struct Heard {
    talk: u64,
    jitter: JitterBuffer,
    before: JitterStats,
    picture_packets: u32,
}

impl Heard {
    /// Begins a talk; gives its number, which is never 0.
    pub(super) fn begin(&mut self) -> u64 {
        self.before = self.stats();
        self.jitter = JitterBuffer::new();
        self.picture_packets = 0;
        self.talk += 1;
        self.talk
    }

    /// Takes a packet.
    pub(super) fn push(&mut self, now_ms: u64, sequence: u16, timestamp: u32, packet: Coded) {
        self.jitter.push(now_ms, sequence, timestamp, packet);
    }

    /// A packet of one of the pictures came; gives the number of the talk.
    pub(super) fn saw(&mut self) -> u64 {
        self.picture_packets = self.picture_packets.saturating_add(1);
        self.talk
    }

    /// The number of the present talk, and the packets of pictures that came in it over all legs.
    pub(super) fn seen(&self) -> (u64, u32) {
        (self.talk, self.picture_packets)
    }

    /// What to play next, and of which talk it is.
    pub(super) fn pull(&mut self, now_ms: u64) -> (u64, Pull) {
        (self.talk, self.jitter.pull(now_ms))
    }

    /// Counters since the beginning, over all talks.
    pub(super) fn stats(&self) -> JitterStats {
        let (before, now) = (self.before, self.jitter.stats());
        JitterStats {
            received: before.received + now.received,
            lost: before.lost + now.lost,
            repaired: before.repaired + now.repaired,
            late: before.late + now.late,
            doubled: before.doubled + now.doubled,
            concealed: before.concealed + now.concealed,
            dropped: before.dropped + now.dropped,
            resyncs: before.resyncs + now.resyncs,
        }
    }
}
