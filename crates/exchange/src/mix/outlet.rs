//! One leg that hears a sum: adds up, encodes, delivers. Refuses to know where the sound comes from.

use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use media::band::Down;
use media::g711::{self, Law};
use media::opus::Encoder;
use media::pcm::{OPUS_FRAME, mix_into};
use peer::{Codec, Rtp, Track};

use super::Tick;
use super::inlet::{Block, Inlet};
use crate::flow::{LiveLeg, MIX_SOURCE, is, lock};

/// A voice's bitrate, as the desktop sends it: 24-40 kbit/s.
const BITRATE: u32 = 32_000;
/// The loss, in percent, for which each packet describes the one before it. A booth's Wi-Fi loses in bursts,
/// sooner than its reports can tell.
const EXPECTED_LOSS: u8 = 5;
/// How hard the encoder works: libopus' own 9 takes half as long again, which a sum of coded voices is not
/// worth.
const COMPLEXITY: u8 = 5;

/// A leg that hears a sum.
pub(super) struct Outlet {
    leg: Weak<LiveLeg>,
    sum: Mutex<Sum>,
}

struct Sum {
    /// None: it hears no sum any more.
    inlets: Vec<Arc<Inlet>>,
    /// Made when it is first needed: most telephones never need it.
    opus: Option<Encoder>,
    down: Down,
}

impl Outlet {
    pub(super) fn new(leg: &Arc<LiveLeg>, inlets: Vec<Arc<Inlet>>) -> Outlet {
        let sum = Sum { inlets, opus: None, down: Down::to(g711::RATE_HZ) };
        Outlet { leg: Arc::downgrade(leg), sum: Mutex::new(sum) }
    }

    pub(super) fn is_of(&self, leg: &Arc<LiveLeg>) -> bool {
        is(&self.leg, leg)
    }

    /// Whether there is still somebody who hears something.
    pub(super) fn is_wanted(&self) -> bool {
        self.leg.strong_count() > 0 && !lock(&self.sum).inlets.is_empty()
    }

    /// From now on these, and what was heard before stops before this returns.
    pub(super) fn hear(&self, inlets: Vec<Arc<Inlet>>) {
        lock(&self.sum).inlets = inlets;
    }

    /// Sends its packet of this tick.
    pub(super) fn tick(&self, tick: Tick) {
        let Some(leg) = self.leg.upgrade() else { return };
        let mut sum = lock(&self.sum);
        if sum.inlets.is_empty() {
            return;
        }
        let (codec, block) = (leg.leg().codec(), sum.block(leg.now_ms(), tick));
        let Some(payload) = sum.encode(codec, &block) else { return };
        let (track, marker) = (Track::Audio, false);
        // A sequence number wraps.
        let (sequence, timestamp) = (tick.number as u16, tick.timestamp);
        leg.deliver(MIX_SOURCE, &Rtp { track, codec, marker, sequence, timestamp, payload });
    }
}

impl Sum {
    fn block(&self, now_ms: u64, tick: Tick) -> Block {
        let mut block = [0; OPUS_FRAME];
        self.inlets.iter().for_each(|inlet| mix_into(&mut block, &inlet.block(now_ms, tick)));
        block
    }

    fn encode(&mut self, codec: Codec, block: &Block) -> Option<Bytes> {
        let law = match codec {
            Codec::Opus => return self.encode_opus(block),
            Codec::Pcmu => Law::Mu,
            Codec::Pcma => Law::A,
            Codec::Vp8 => return None,
        };
        Some(g711::encode(law, &self.down.push(block)).into())
    }

    fn encode_opus(&mut self, block: &Block) -> Option<Bytes> {
        if self.opus.is_none() {
            let encoder = Encoder::new(BITRATE).and_then(|mut encoder| {
                encoder.set_loss(EXPECTED_LOSS)?;
                encoder.set_complexity(COMPLEXITY)?;
                Ok(encoder)
            });
            match encoder {
                Ok(encoder) => self.opus = Some(encoder),
                Err(fault) => tracing::error!(%fault, "a sum of legs cannot be encoded"),
            }
        }
        self.opus.as_mut().map(|encoder| encoder.encode(block).into())
    }
}
