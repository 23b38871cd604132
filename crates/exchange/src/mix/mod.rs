//! What one leg hears of several, or of one that speaks another codec: their sound is decoded, added up and
//! encoded once in the codec that the listener takes. One ticker does it for all sums.
//!
//! Refuses to know who is summed for whom and why. While nothing is summed, no timer runs; who hears one leg
//! in its own codec costs nothing here.

mod inlet;
mod outlet;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use media::opus::OpusError;
use media::pcm::OPUS_FRAME;
use tokio::sync::Notify;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::flow::{LiveLeg, lock};
pub(crate) use inlet::Inlet;
use outlet::Outlet;

/// One packet, whatever its codec.
const PACKET: Duration = Duration::from_millis(20);

/// All sums: each leg hears one at most, so that there are never more than legs.
#[derive(Default)]
pub(crate) struct Mixer {
    outlets: Mutex<Vec<Arc<Outlet>>>,
    wake: Notify,
}

/// One round of the ticker.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Tick {
    /// Its number, without a gap.
    number: u64,
    /// 48 kHz ticks since the mixer began. They jump where the ticker stood still.
    timestamp: u32,
}

impl Mixer {
    /// From now on the leg hears these legs and nobody else of what is summed.
    pub(crate) fn listen(&self, leg: &Arc<LiveLeg>, sources: &[&Arc<LiveLeg>]) {
        let inlets: Result<Vec<_>, OpusError> = sources.iter().map(|source| source.inlet()).collect();
        let inlets = inlets.unwrap_or_else(|fault| {
            tracing::error!(%fault, "a sum of legs cannot be decoded: it stays silent");
            Vec::new()
        });
        let mut outlets = lock(&self.outlets);
        match outlets.iter().find(|outlet| outlet.is_of(leg)) {
            Some(outlet) => outlet.hear(inlets),
            None => outlets.push(Arc::new(Outlet::new(leg, inlets))),
        }
        self.wake.notify_one();
    }

    /// The leg hears no sum any more: nothing of it is delivered once this returns.
    pub(crate) fn leave(&self, leg: &Arc<LiveLeg>) {
        let mut outlets = lock(&self.outlets);
        let left = outlets.iter().position(|outlet| outlet.is_of(leg)).map(|at| outlets.swap_remove(at));
        drop(outlets);
        if let Some(left) = left {
            // A tick may be at it just now: this waits for it, which takes less than a millisecond.
            left.hear(Vec::new());
        }
    }

    /// Adds up for ever.
    pub(crate) async fn play(self: Arc<Mixer>) {
        let began = Instant::now();
        let mut number = 0;
        loop {
            self.wake.notified().await;
            let mut ticks = interval(PACKET);
            // After a stall the sound goes on where the clock is instead of catching up in a burst.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                let at = ticks.tick().await.duration_since(began);
                if !self.tick(number, at) {
                    break;
                }
                number += 1;
            }
        }
    }

    /// One packet to everybody. Gives whether anybody hears a sum still.
    fn tick(&self, number: u64, at: Duration) -> bool {
        // An RTP timestamp wraps.
        let timestamp = ((at.as_millis() / PACKET.as_millis()) as u32).wrapping_mul(OPUS_FRAME as u32);
        let tick = Tick { number, timestamp };
        // Whoever joins or leaves waits for one packet at most, not for those of all.
        let outlets = lock(&self.outlets).clone();
        outlets.iter().for_each(|outlet| outlet.tick(tick));
        let mut outlets = lock(&self.outlets);
        outlets.retain(|outlet| outlet.is_wanted());
        !outlets.is_empty()
    }
}

#[cfg(test)]
mod tests;
