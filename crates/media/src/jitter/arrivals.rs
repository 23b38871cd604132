//! How regularly packets arrive: the base from which delay is counted, and the delay that is
//! needed. Refuses to know what is played.

use std::collections::VecDeque;

use super::TICKS_PER_MS;

/// Packets looked back at: five seconds, so that a changed route or a drifting clock is forgotten.
const WINDOW: usize = 256;
/// Share of packets that may come too late: one in twenty-five is left to FEC and concealment,
/// because waiting for the very last packet costs everybody delay.
const LATE_ONE_IN: usize = 25;
/// Delay added to what was observed, in ms: playout looks only every 20 ms.
const MARGIN_MS: i64 = 10;
/// Shortest and longest target, in ms.
pub(super) const MIN_TARGET_MS: i64 = 20;
pub(super) const MAX_TARGET_MS: i64 = 200;
/// The target falls by 1 ms with every second packet (25 ms a second): jitter comes in waves.
const FALL_EVERY: u64 = 2;

#[derive(Debug)]
pub(super) struct Arrivals {
    /// Arrival time minus media time, in ms, of the last packets.
    transits: VecDeque<i64>,
    target_ms: i64,
    count: u64,
}

impl Arrivals {
    pub(super) fn new() -> Self {
        Self { transits: VecDeque::with_capacity(WINDOW), target_ms: MIN_TARGET_MS, count: 0 }
    }

    pub(super) fn record(&mut self, now_ms: i64, timestamp: i64) {
        if self.transits.len() == WINDOW {
            self.transits.pop_front();
        }
        self.transits.push_back(now_ms.saturating_sub(timestamp / TICKS_PER_MS));
        self.count += 1;
        let needed = (self.usual_lateness_ms() + MARGIN_MS).clamp(MIN_TARGET_MS, MAX_TARGET_MS);
        if needed >= self.target_ms {
            self.target_ms = needed;
        } else if self.count.is_multiple_of(FALL_EVERY) {
            self.target_ms -= 1;
        }
    }

    /// How long a sample should lie between its earliest possible arrival and its playing.
    pub(super) fn target_ms(&self) -> i64 {
        self.target_ms
    }

    /// How long after its earliest possible arrival the sample at `timestamp` is at `now_ms`.
    pub(super) fn delay_ms(&self, now_ms: i64, timestamp: i64) -> i64 {
        now_ms.saturating_sub(timestamp / TICKS_PER_MS).saturating_sub(self.base_ms())
    }

    /// The quickest way that a packet made lately.
    fn base_ms(&self) -> i64 {
        self.transits.iter().copied().min().unwrap_or(0)
    }

    /// The lateness that all but one in [`LATE_ONE_IN`] packets keep to.
    fn usual_lateness_ms(&self) -> i64 {
        let mut sorted: Vec<i64> = self.transits.iter().copied().collect();
        let place = sorted.len().saturating_sub(1 + sorted.len() / LATE_ONE_IN);
        let base = self.base_ms();
        if sorted.is_empty() {
            return 0;
        }
        let (_, late, _) = sorted.select_nth_unstable(place);
        late.saturating_sub(base)
    }
}
