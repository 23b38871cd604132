//! Joins RTP payloads to whole VP8 frames, in order.
//! Refuses to give a frame whose predecessor is missing: a decoder would show rubbish.
//!
//! It waits for a late or repeated packet (NACK) as long as [`GAP_WAIT_TICKS`] by the stream's
//! own clock; then it gives up, says [`Depacketized::KeyframeNeeded`] once, and is silent until
//! a key frame is whole. A whole key frame ends every wait at once.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::{CLOCK_HZ, Descriptor, is_keyframe, is_keyframe_start};

/// How long a hole is waited for: 150 ms, one NACK round trip on bad Wi-Fi; longer and a new key
/// frame is quicker.
const GAP_WAIT_TICKS: i32 = CLOCK_HZ as i32 * 150 / 1_000;
/// Most packets kept: a key frame of 720p is about 60, so this is several frames and a hole.
const MAX_HELD: usize = 512;
/// Longest frame that is joined, in bytes.
const MAX_FRAME: usize = 1 << 20;
/// A sequence number this far away belongs to another source.
const MAX_JUMP: i64 = 2_000;

/// A whole encoded frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Decodable without any other frame.
    pub key: bool,
    /// RTP timestamp, 90 kHz.
    pub timestamp: u32,
    /// What a VP8 decoder takes.
    pub data: Vec<u8>,
}

/// What came of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Depacketized {
    /// The next frame.
    Frame(Frame),
    /// Send a PLI: nothing can be shown before the next key frame. Said once for each loss; repeat
    /// the PLI yourself while [`Depacketizer::waits_for_keyframe`].
    KeyframeNeeded,
}

struct Held {
    timestamp: u32,
    marker: bool,
    payload: Bytes,
}

enum State {
    /// Nothing to show before a key frame; `told` once the caller knows.
    NeedKey { told: bool },
    /// `next` is the first packet of the next frame.
    Flowing { next: i64 },
}

/// Joins the packets of one stream.
pub struct Depacketizer {
    state: State,
    held: BTreeMap<i64, Held>,
    newest: Option<i64>,
    /// Everything before this number was shown or given up; late copies of it are dropped.
    floor: i64,
}

impl Default for Depacketizer {
    fn default() -> Self {
        Self::new()
    }
}

impl Depacketizer {
    /// Waits for a key frame, and asks for one when the first packet is none.
    pub fn new() -> Self {
        let state = State::NeedKey { told: false };
        Self { state, held: BTreeMap::new(), newest: None, floor: i64::MIN }
    }

    /// True while only a key frame can help.
    pub fn waits_for_keyframe(&self) -> bool {
        matches!(self.state, State::NeedKey { .. })
    }

    /// Takes one packet; gives the frames that it completes (usually none or one; more when it
    /// fills a hole).
    pub fn push(&mut self, sequence: u16, timestamp: u32, marker: bool, payload: Bytes) -> Vec<Depacketized> {
        let mut out = Vec::new();
        let number = self.number(sequence);
        if number < self.floor || self.held.contains_key(&number) {
            return out;
        }
        let starts_key = is_keyframe_start(&payload);
        self.held.insert(number, Held { timestamp, marker, payload });
        match self.state {
            State::NeedKey { .. } if starts_key => self.start_at(number),
            State::NeedKey { told: false } => self.need_key(&mut out),
            State::NeedKey { told: true } | State::Flowing { .. } => {}
        }
        self.release(&mut out);
        self.give_up_on_old_holes(timestamp, &mut out);
        while self.held.len() > MAX_HELD {
            self.held.pop_first();
        }
        out
    }

    /// The packet's place on an endless line. A far jump is a new source: it starts afresh.
    fn number(&mut self, sequence: u16) -> i64 {
        let newest = *self.newest.get_or_insert(i64::from(sequence));
        let step = i64::from(sequence.wrapping_sub(newest as u16) as i16);
        if step.abs() <= MAX_JUMP {
            self.newest = Some(newest.max(newest + step));
            return newest + step;
        }
        let number = newest + (1 << 16) + step;
        *self = Self { newest: Some(number), ..Self::new() };
        number
    }

    fn start_at(&mut self, number: i64) {
        self.held = self.held.split_off(&number);
        self.floor = number;
        self.state = State::Flowing { next: number };
    }

    fn need_key(&mut self, out: &mut Vec<Depacketized>) {
        if !matches!(self.state, State::NeedKey { told: true }) {
            out.push(Depacketized::KeyframeNeeded);
        }
        self.state = State::NeedKey { told: true };
    }

    fn release(&mut self, out: &mut Vec<Depacketized>) {
        while let State::Flowing { next } = self.state {
            match self.join(next) {
                Join::Whole { frame, after } => {
                    self.start_at(after);
                    out.extend(frame.map(Depacketized::Frame));
                }
                Join::Hole => match self.whole_key_after(next) {
                    Some(number) => self.start_at(number),
                    None => return,
                },
                Join::Broken => self.go_on_at_key_after(next, out),
            }
        }
    }

    /// A key frame that is whole ends the wait for whatever is missing before it.
    fn whole_key_after(&self, next: i64) -> Option<i64> {
        let mut starts = self.key_starts_after(next);
        starts.find(|number| matches!(self.join(*number), Join::Whole { .. }))
    }

    fn key_starts_after(&self, number: i64) -> impl Iterator<Item = i64> {
        let later = self.held.range(number + 1..);
        later.filter(|(_, held)| is_keyframe_start(&held.payload)).map(|(number, _)| *number)
    }

    /// What is at `next` can no longer be shown: go on at a key frame that has begun, or ask.
    fn go_on_at_key_after(&mut self, next: i64, out: &mut Vec<Depacketized>) {
        let key = self.key_starts_after(next).next();
        if let Some(number) = key {
            return self.start_at(number);
        }
        self.floor = next + 1;
        self.held.clear();
        self.need_key(out);
    }

    fn give_up_on_old_holes(&mut self, now: u32, out: &mut Vec<Depacketized>) {
        let age = |held: &Held| now.wrapping_sub(held.timestamp) as i32;
        match self.state {
            // Kept only for a key frame whose first packet comes late.
            State::NeedKey { .. } => self.held.retain(|_, held| age(held) <= GAP_WAIT_TICKS),
            State::Flowing { next } => {
                let oldest = self.held.first_key_value();
                if oldest.is_some_and(|(_, held)| age(held) > GAP_WAIT_TICKS) {
                    self.go_on_at_key_after(next, out);
                }
            }
        }
    }

    /// Looks for one frame that begins at `start`.
    fn join(&self, start: i64) -> Join {
        let mut data = Vec::new();
        let mut timestamp = None;
        for number in start.. {
            let Some(held) = self.held.get(&number) else {
                return Join::Hole;
            };
            if held.payload.is_empty() && data.is_empty() {
                // Padding between frames fills a number and carries nothing.
                return Join::Whole { frame: None, after: number + 1 };
            }
            let first = *timestamp.get_or_insert(held.timestamp);
            let Ok(descriptor) = Descriptor::parse(&held.payload) else {
                return Join::Broken;
            };
            let begins = descriptor.start && descriptor.partition == 0;
            if held.timestamp != first || begins != data.is_empty() {
                return Join::Broken;
            }
            data.extend_from_slice(&held.payload[descriptor.len..]);
            if data.len() > MAX_FRAME {
                return Join::Broken;
            }
            if held.marker {
                let frame = Frame { key: is_keyframe(&data), timestamp: first, data };
                return Join::Whole { frame: Some(frame), after: number + 1 };
            }
        }
        Join::Hole
    }
}

enum Join {
    Whole { frame: Option<Frame>, after: i64 },
    Hole,
    Broken,
}

#[cfg(test)]
mod tests;
