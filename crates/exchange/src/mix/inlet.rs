//! One leg's sound on its way into sums: a jitter buffer, decoders, and 20 ms for each tick, decoded once for
//! all who hear them. Refuses to know who hears them.
//!
//! The buffer is the desktop's (`media::jitter`): it plays a first packet after 20 to 40 ms, then follows the
//! line's jitter up to 200 ms, and holds a second of packets at most.

use std::collections::VecDeque;
use std::sync::Mutex;

use media::coded::Coded;
use media::g711::Law;
use media::jitter::JitterBuffer;
use media::opus::OpusError;
use media::pcm::OPUS_FRAME;
use media::playout::Playout;
use peer::{Codec, Rtp};

use super::Tick;
use crate::flow::lock;

/// Most packets that make up 20 ms: those of 2.5 ms, the shortest that any codec here knows. Whoever sends
/// shorter ones is heard in part.
const MOST_PULLS: usize = 8;

/// 20 ms of sound.
pub(super) type Block = [i16; OPUS_FRAME];

/// The way of one leg's sound into sums.
pub(crate) struct Inlet {
    jitter: Mutex<JitterBuffer>,
    sound: Mutex<Sound>,
}

struct Sound {
    playout: Playout,
    /// Decoded and not yet taken: less than one block and one packet.
    waiting: VecDeque<i16>,
    /// The tick of the block.
    tick: Option<Tick>,
    block: Block,
}

impl Inlet {
    pub(crate) fn new() -> Result<Inlet, OpusError> {
        let sound =
            Sound { playout: Playout::new()?, waiting: VecDeque::new(), tick: None, block: [0; OPUS_FRAME] };
        Ok(Inlet { jitter: Mutex::default(), sound: Mutex::new(sound) })
    }

    /// Takes a packet that came, whatever its codec.
    pub(crate) fn push(&self, now_ms: u64, rtp: &Rtp) {
        let payload = rtp.payload.clone();
        let packet = match rtp.codec {
            Codec::Opus => Coded::opus(payload),
            Codec::Pcmu => Coded::g711(Law::Mu, payload),
            Codec::Pcma => Coded::g711(Law::A, payload),
            Codec::Vp8 => return,
        };
        lock(&self.jitter).push(now_ms, rtp.sequence, rtp.timestamp, packet);
    }

    /// Its sound of this tick, the same for everybody; silence when nothing comes.
    pub(super) fn block(&self, now_ms: u64, tick: Tick) -> Block {
        let mut sound = lock(&self.sound);
        if sound.tick.replace(tick) != Some(tick) {
            sound.advance(now_ms, &self.jitter);
        }
        sound.block
    }
}

impl Sound {
    fn advance(&mut self, now_ms: u64, jitter: &Mutex<JitterBuffer>) {
        for _ in 0..MOST_PULLS {
            if self.waiting.len() >= OPUS_FRAME {
                break;
            }
            // Packets come in while the last one is decoded.
            let pull = lock(jitter).pull(now_ms);
            self.waiting.extend(self.playout.play(pull));
        }
        let there = self.waiting.len().min(OPUS_FRAME);
        self.block = [0; OPUS_FRAME];
        for (slot, sample) in self.block.iter_mut().zip(self.waiting.drain(..there)) {
            *slot = sample;
        }
    }
}
