//! The jitter buffer for sound over RTP at a clock of 48 kHz: packets come in when the network likes,
//! sound goes out in packets. Refuses to know the codecs themselves, clocks and threads; Opus and a
//! telephone's packets may follow each other in one stream. A packet is 20 ms of sound, unless a
//! telephone sends longer or shorter ones: then that is what each pull gives.
//!
//! - A first packet is played after 20 to 40 ms, whatever the line was like before: accepting an
//!   offer must be heard at once. The delay then follows the jitter, 20 to 200 ms.
//! - Growing costs one concealed packet, shrinking one dropped packet, each rarely.
//! - A lost packet is repaired from the next one when that is here, otherwise concealed.
//! - After 100 ms without anything the buffer is [`Pull::Empty`] and starts afresh.

mod arrivals;

use std::collections::BTreeMap;

use arrivals::Arrivals;

use crate::coded::{Coded, Coding};

/// RTP ticks in a millisecond: every codec counts at 48 kHz here.
const TICKS_PER_MS: i64 = 48;
/// RTP ticks of one packet before any came.
const TICKS_PER_PACKET: i64 = 960;

/// The first packet waits this long, in ms; with playout every 20 ms it is heard 20 to 40 ms
/// after it came, and one delayed follower does no harm yet.
const START_HOLD_MS: i64 = 20;
/// Most packets kept (one second): a longer burst is not worth hearing.
const MAX_HELD: usize = 50;
/// Largest payload taken, in bytes: what fits into one datagram.
const MAX_PAYLOAD: usize = 1_500;
/// A step of more packets than this, or a timestamp further off than [`MAX_SKEW`], is another
/// source (two seconds and one second).
const MAX_STEP: i64 = 100;
const MAX_SKEW: i64 = 48_000;
/// Concealed packets in a row before the buffer calls itself empty (100 ms): Opus has faded out.
const MAX_STARVED: i64 = 5;
/// Lost packets in a row that are concealed one by one; a longer hole is jumped over.
const MAX_HOLE: i64 = 10;

/// The delay grows when it is this much under the target, at most once in [`GROW_EVERY_MS`].
const GROW_UNDER_MS: i64 = 10;
const GROW_EVERY_MS: i64 = 200;
/// The delay shrinks when it has been this much above the target for [`SHRINK_AFTER_MS`] ...
const SHRINK_ABOVE_MS: i64 = 30;
const SHRINK_AFTER_MS: i64 = 600;
/// ... and at once when it is this much above: the burst after an outage is not played late.
const FLUSH_ABOVE_MS: i64 = 120;

/// What to play next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pull {
    /// Decode this.
    Packet(Coded),
    /// The packet is lost, but this is the one after it, in Opus: decode its repair data now; the packet
    /// itself comes with the next pull.
    Fec(bytes::Bytes),
    /// Conceal as much as the last packet was long.
    Conceal,
    /// Nothing to play: 20 ms of silence.
    Empty,
}

/// What happened so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JitterStats {
    /// Packets taken, late and doubled ones not counted.
    pub received: u64,
    /// Packets that never came in time (repaired or concealed).
    pub lost: u64,
    /// Of the lost ones, repaired from the next packet.
    pub repaired: u64,
    /// Packets that came after their turn.
    pub late: u64,
    /// Packets that came twice.
    pub doubled: u64,
    /// Pulls answered by concealment, for whatever reason.
    pub concealed: u64,
    /// Packets dropped to shorten the delay.
    pub dropped: u64,
    /// Changes of source.
    pub resyncs: u64,
}

struct Held {
    arrived_ms: i64,
    timestamp: i64,
    packet: Coded,
}

/// The newest packet of the present source, on an endless line.
#[derive(Clone, Copy)]
struct Newest {
    number: i64,
    timestamp: i64,
}

/// A packet that does not fit the present source; a second one behind it means a new source.
struct Stray {
    now_ms: i64,
    sequence: u16,
    timestamp: u32,
    packet: Coded,
}

#[derive(Clone, Copy)]
struct Playing {
    /// Pulls in a row for which nothing at all was here.
    starved: i64,
    grown_ms: i64,
    above_since_ms: Option<i64>,
}

/// The buffer of one stream.
pub struct JitterBuffer {
    newest: Option<Newest>,
    /// How long the newest packet is, in RTP ticks.
    ticks: i64,
    held: BTreeMap<i64, Held>,
    /// The next packet to play; everything before it is over.
    next: Option<i64>,
    /// Which of the 64 packets before `next` came in time (bit 0 is the last one).
    came: u64,
    playing: Option<Playing>,
    arrivals: Arrivals,
    stray: Option<Stray>,
    stats: JitterStats,
}

impl Default for JitterBuffer {
    fn default() -> Self {
        Self::new()
    }
}

impl JitterBuffer {
    /// An empty buffer.
    pub fn new() -> Self {
        Self {
            newest: None,
            ticks: TICKS_PER_PACKET,
            held: BTreeMap::new(),
            next: None,
            came: 0,
            playing: None,
            arrivals: Arrivals::new(),
            stray: None,
            stats: JitterStats::default(),
        }
    }

    /// Takes one RTP packet. Empty and oversized payloads are ignored.
    pub fn push(&mut self, now_ms: u64, sequence: u16, timestamp: u32, packet: Coded) {
        let now_ms = ms(now_ms);
        if packet.payload.is_empty() || packet.payload.len() > MAX_PAYLOAD {
            return;
        }
        if self.fits(sequence, timestamp) {
            return self.accept(now_ms, sequence, timestamp, packet);
        }
        if self.playing.is_none() && self.held.is_empty() {
            self.resync();
            return self.accept(now_ms, sequence, timestamp, packet);
        }
        let stray = Stray { now_ms, sequence, timestamp, packet };
        match self.stray.take() {
            Some(first) if first.sequence.wrapping_add(1) == sequence => {
                self.resync();
                self.accept(first.now_ms, first.sequence, first.timestamp, first.packet);
                if self.fits(sequence, timestamp) {
                    self.accept(now_ms, sequence, timestamp, stray.packet);
                }
            }
            Some(_) | None => self.stray = Some(stray),
        }
    }

    /// What to play next. Call it whenever what the last pull gave has been played: every 20 ms as a rule.
    pub fn pull(&mut self, now_ms: u64) -> Pull {
        let now_ms = ms(now_ms);
        let Some(mut playing) = self.playing.or_else(|| self.start(now_ms)) else {
            return Pull::Empty;
        };
        self.shrink(now_ms, &mut playing);
        let pull = self.play(now_ms, &mut playing);
        self.playing = (pull != Pull::Empty).then_some(playing);
        self.stats.concealed += u64::from(pull == Pull::Conceal);
        pull
    }

    /// Counters since the beginning.
    pub fn stats(&self) -> JitterStats {
        self.stats
    }

    /// The delay aimed at, in ms.
    pub fn target_ms(&self) -> u32 {
        self.arrivals.target_ms() as u32
    }

    /// The delay that a packet played now would have, in ms, counted from the quickest packet's
    /// arrival; `None` while nothing plays.
    pub fn delay_ms(&self, now_ms: u64) -> Option<u32> {
        self.playing.and_then(|_| u32::try_from(self.delay(ms(now_ms))).ok())
    }

    /// Packets waiting.
    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// True when no packet waits.
    pub fn is_empty(&self) -> bool {
        self.held.is_empty()
    }

    fn fits(&self, sequence: u16, timestamp: u32) -> bool {
        let Some(newest) = self.newest else {
            return true;
        };
        let step = step(newest.number, sequence);
        let skew = i64::from(timestamp.wrapping_sub(newest.timestamp as u32) as i32) - step * self.ticks;
        step.abs() <= MAX_STEP && skew.abs() <= MAX_SKEW
    }

    /// Forgets the old source; counters stay.
    fn resync(&mut self) {
        let stats =
            JitterStats { resyncs: self.stats.resyncs + u64::from(self.newest.is_some()), ..self.stats };
        *self = Self { stats, ..Self::new() };
    }

    fn accept(&mut self, now_ms: i64, sequence: u16, timestamp: u32, packet: Coded) {
        let newest = self.newest.unwrap_or(Newest { number: sequence.into(), timestamp: timestamp.into() });
        let number = newest.number + step(newest.number, sequence);
        let timestamp = newest.timestamp + i64::from(timestamp.wrapping_sub(newest.timestamp as u32) as i32);
        if number >= newest.number {
            self.newest = Some(Newest { number, timestamp });
            self.ticks = packet.samples() as i64;
        }
        let behind = self.next.map_or(0, |next| next - number);
        if self.held.contains_key(&number) || (1..=64).contains(&behind) && self.came >> (behind - 1) & 1 == 1
        {
            self.stats.doubled += 1;
            return;
        }
        self.arrivals.record(now_ms, timestamp);
        if behind > 0 {
            self.stats.late += 1;
            return;
        }
        self.stats.received += 1;
        self.held.insert(number, Held { arrived_ms: now_ms, timestamp, packet });
        if self.held.len() > MAX_HELD
            && let Some((first, _)) = self.held.pop_first()
        {
            self.stats.dropped += 1;
            self.next = self.next.map(|next| next.max(first + 1));
        }
    }

    /// Starts when the first packet has waited long enough.
    fn start(&mut self, now_ms: i64) -> Option<Playing> {
        let (first, held) = self.held.first_key_value()?;
        if now_ms.saturating_sub(held.arrived_ms) < START_HOLD_MS {
            return None;
        }
        if self.next != Some(*first) {
            self.next = Some(*first);
            self.came = 0;
        }
        Some(Playing { starved: 0, grown_ms: now_ms, above_since_ms: None })
    }

    /// The delay of the next packet, were it played now.
    fn delay(&self, now_ms: i64) -> i64 {
        let (Some(next), Some(newest)) = (self.next, self.newest) else {
            return 0;
        };
        // The packet itself or its nearest follower tells the media time best.
        let (number, timestamp) = self
            .held
            .first_key_value()
            .map_or((newest.number, newest.timestamp), |(number, held)| (*number, held.timestamp));
        self.arrivals.delay_ms(now_ms, timestamp - (number - next) * self.ticks)
    }

    /// Drops packets while the delay is far above its target, one when it stays a little above.
    fn shrink(&mut self, now_ms: i64, playing: &mut Playing) {
        let target_ms = self.arrivals.target_ms();
        while self.held.len() > 1 && self.delay(now_ms) > target_ms + FLUSH_ABOVE_MS {
            // Down to the target in one go, so that there is one jump and not many.
            while self.held.len() > 1 && self.delay(now_ms) > target_ms + self.ticks / TICKS_PER_MS {
                self.skip();
            }
        }
        if self.delay(now_ms) <= target_ms + SHRINK_ABOVE_MS || self.held.len() < 2 {
            playing.above_since_ms = None;
            return;
        }
        let since = *playing.above_since_ms.get_or_insert(now_ms);
        if now_ms - since >= SHRINK_AFTER_MS {
            playing.above_since_ms = None;
            self.skip();
        }
    }

    /// Leaves the next packet out, here or not.
    fn skip(&mut self) {
        let Some(next) = self.next else { return };
        let here = self.held.remove(&next).is_some();
        self.stats.dropped += u64::from(here);
        self.stats.lost += u64::from(!here);
        self.advance(here);
    }

    fn advance(&mut self, here: bool) {
        self.next = self.next.map(|next| next + 1);
        self.came = self.came << 1 | u64::from(here);
    }

    fn play(&mut self, now_ms: i64, playing: &mut Playing) -> Pull {
        let Some(next) = self.next else {
            return Pull::Empty;
        };
        let short = self.delay(now_ms) + GROW_UNDER_MS < self.arrivals.target_ms();
        if short && !self.held.is_empty() && now_ms - playing.grown_ms >= GROW_EVERY_MS {
            playing.grown_ms = now_ms;
            return Pull::Conceal;
        }
        let Some((&first, _)) = self.held.first_key_value() else {
            playing.starved += 1;
            return if playing.starved > MAX_STARVED { Pull::Empty } else { Pull::Conceal };
        };
        self.pass_hole(first - next, playing);
        self.take(first)
    }

    /// What was concealed while nothing came is not concealed again, and a long hole not at all.
    fn pass_hole(&mut self, hole: i64, playing: &mut Playing) {
        let over = if hole > MAX_HOLE { hole } else { playing.starved.min(hole) };
        playing.starved = 0;
        self.stats.lost += over as u64;
        self.next = self.next.map(|next| next + over);
        self.came = u32::try_from(over).ok().and_then(|over| self.came.checked_shl(over)).unwrap_or(0);
    }

    fn take(&mut self, first: i64) -> Pull {
        let hole = self.next.map_or(0, |next| first - next);
        if hole == 0 {
            self.advance(true);
            return self.held.remove(&first).map_or(Pull::Conceal, |held| Pull::Packet(held.packet));
        }
        self.stats.lost += 1;
        self.advance(false);
        if hole > 1 {
            return Pull::Conceal;
        }
        match self.held.get(&first).map(|held| &held.packet) {
            Some(Coded { coding: Coding::Opus, payload }) => {
                self.stats.repaired += 1;
                Pull::Fec(payload.clone())
            }
            // A telephone's packet says nothing about the one before it.
            Some(Coded { coding: Coding::G711(_), .. }) | None => Pull::Conceal,
        }
    }
}

/// How far `sequence` is from the newest number, over the wrap.
fn step(newest: i64, sequence: u16) -> i64 {
    i64::from(sequence.wrapping_sub(newest as u16) as i16)
}

/// Time as a signed number, so that differences need no care.
fn ms(now_ms: u64) -> i64 {
    // Half of the range: no difference of two such values overflows.
    i64::try_from(now_ms).unwrap_or(i64::MAX).min(i64::MAX / 2)
}

#[cfg(test)]
mod tests;
