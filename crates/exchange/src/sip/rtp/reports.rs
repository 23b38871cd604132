//! RTCP: what we tell of our stream, and what the far side tells of it (RFC 3550, 6). Pure. Knows no sockets.

use bytes::{BufMut, Bytes, BytesMut};
use peer::Arrivals;

const SENDER: u8 = 200;
const RECEIVER: u8 = 201;
const DESCRIPTION: u8 = 202;
/// The parts of one datagram that are read; real ones have two or three.
const MAX_PARTS: usize = 16;
/// From 1900, when NTP's time begins, to 1970.
const NTP_OFFSET_S: u64 = 2_208_988_800;

/// What a report says of us, and of them.
#[derive(Clone, Debug)]
pub struct Reports {
    ours: u32,
    name: String,
    /// The middle of the NTP time in the far side's latest report, and when it came.
    their_report: Option<(u32, u64)>,
    counted: Arrivals,
    round_trip_ms: Option<u32>,
}

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The wall clock, ms since 1970.
    pub wall_ms: u64,
    /// The stream's timestamp of this moment.
    pub timestamp: u32,
    /// Packets and octets that we sent.
    pub sent: (u32, u32),
    /// The far side's SSRC and its highest sequence number.
    pub source: Option<(u32, u16)>,
    /// What came.
    pub arrivals: Arrivals,
}

impl Reports {
    /// For our SSRC, under a random name.
    pub fn new(ours: u32, name: String) -> Reports {
        Reports { ours, name, their_report: None, counted: Arrivals::default(), round_trip_ms: None }
    }

    /// The latest measured round trip.
    pub fn round_trip_ms(&self) -> Option<u32> {
        self.round_trip_ms
    }

    /// Our report.
    pub fn write(&mut self, facts: &Facts) -> Bytes {
        let mut report = BytesMut::new();
        let block = facts.source.map(|source| self.block(source, facts));
        let blocks = u8::from(block.is_some());
        let length = if facts.sent.0 > 0 { 6 } else { 1 } + 6 * u16::from(blocks);
        report.put_u8(0x80 | blocks);
        report.put_u8(if facts.sent.0 > 0 { SENDER } else { RECEIVER });
        report.put_u16(length);
        report.put_u32(self.ours);
        if facts.sent.0 > 0 {
            report.put_u64(ntp(facts.wall_ms));
            report.put_u32(facts.timestamp);
            report.put_u32(facts.sent.0);
            report.put_u32(facts.sent.1);
        }
        report.extend(block.into_iter().flatten());
        self.counted = facts.arrivals;
        self.describe(&mut report);
        report.freeze()
    }

    fn block(&self, (ssrc, highest): (u32, u16), facts: &Facts) -> Vec<u8> {
        let lost = |since: Arrivals| {
            let sent = facts.arrivals.sent.saturating_sub(since.sent);
            (sent, sent.saturating_sub(facts.arrivals.came.saturating_sub(since.came)))
        };
        let (sent, missed) = lost(self.counted);
        // At most 255.
        let fraction = (255 * missed / sent.max(1)) as u8;
        let total = lost(Arrivals::default()).1.min(0x7f_ffff) as u32;
        let mut block = Vec::with_capacity(24);
        block.put_u32(ssrc);
        block.put_u32(u32::from(fraction) << 24 | total);
        block.put_u32(u32::from(highest));
        block.put_u32(0);
        let (middle, at_ms) = self.their_report.unwrap_or((0, facts.wall_ms));
        block.put_u32(middle);
        // In 65,536ths of a second; it is seconds old.
        block.put_u32((facts.wall_ms.saturating_sub(at_ms) * 65_536 / 1_000) as u32);
        block
    }

    /// A compound report has to name its source (RFC 3550, 6.1).
    fn describe(&self, report: &mut BytesMut) {
        let name = self.name.as_bytes();
        let mut chunk = BytesMut::new();
        chunk.put_u32(self.ours);
        chunk.put_u8(1);
        // A random name of ours, a few letters long.
        chunk.put_u8(name.len() as u8);
        chunk.put_slice(name);
        chunk.put_u8(0);
        while !chunk.len().is_multiple_of(4) {
            chunk.put_u8(0);
        }
        report.put_u8(0x81);
        report.put_u8(DESCRIPTION);
        report.put_u16((chunk.len() / 4) as u16);
        report.put_slice(&chunk);
    }

    /// Takes the far side's report.
    pub fn read(&mut self, wall_ms: u64, datagram: &[u8]) {
        let mut rest = datagram;
        for _ in 0..MAX_PARTS {
            let [first, kind, high, low] = match rest.first_chunk::<4>() {
                Some(head) if head[0] >> 6 == 2 => *head,
                Some(_) | None => return,
            };
            let end = 4 + 4 * usize::from(u16::from_be_bytes([high, low]));
            let Some(part) = rest.get(4..end) else { return };
            let blocks = match kind {
                SENDER => {
                    if let Some(middle) = word(part, 6) {
                        self.their_report = Some((middle, wall_ms));
                    }
                    part.get(24..)
                }
                RECEIVER => part.get(4..),
                _ => None,
            };
            let blocks = blocks.unwrap_or_default().chunks_exact(24).take(usize::from(first & 0x1f));
            let ours = self.ours;
            for block in blocks.filter(|block| word(block, 0) == Some(ours)) {
                self.measure(wall_ms, block);
            }
            rest = &rest[end..];
        }
    }

    fn measure(&mut self, wall_ms: u64, block: &[u8]) {
        let (Some(middle), Some(kept)) = (word(block, 16), word(block, 20)) else { return };
        if middle != 0 {
            let way = middle_of(ntp(wall_ms)).wrapping_sub(middle).wrapping_sub(kept);
            // A clock that was set back makes it huge: no such way exists.
            let way_ms = u64::from(way) * 1_000 / 65_536;
            self.round_trip_ms = u32::try_from(way_ms).ok().filter(|ms| *ms < 30_000).or(self.round_trip_ms);
        }
    }
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|word| u32::from_be_bytes(*word))
}

/// NTP's 64 bits: seconds since 1900 and their fraction.
fn ntp(wall_ms: u64) -> u64 {
    let seconds = wall_ms / 1_000 + NTP_OFFSET_S;
    (seconds << 32) | (((wall_ms % 1_000) << 32) / 1_000)
}

fn middle_of(ntp: u64) -> u32 {
    (ntp >> 16) as u32
}

#[cfg(test)]
mod tests {
    use rand::Rng;

    use super::*;
    use crate::fuzz;

    const WALL_MS: u64 = 1_800_000_000_000;

    fn facts(wall_ms: u64, sent: u32, source: u32) -> Facts {
        let arrivals = Arrivals { sent: 100, came: 75 };
        Facts { wall_ms, timestamp: 5, sent: (sent, sent * 160), source: Some((source, 9)), arrivals }
    }

    #[test]
    fn two_sides_measure_the_way_between_them() {
        let (mut here, mut there) = (Reports::new(1, "here".into()), Reports::new(2, "there".into()));
        let report = here.write(&facts(WALL_MS, 50, 2));
        there.read(WALL_MS + 30, &report);
        let answer = there.write(&facts(WALL_MS + 1_030, 0, 1));
        here.read(WALL_MS + 1_070, &answer);
        let way = here.round_trip_ms().unwrap();
        assert!((69..=71).contains(&way), "{way}: 30 ms there, 40 back");
    }

    #[test]
    fn a_report_is_whole_words_and_tells_the_loss() {
        let mut here = Reports::new(1, "a name".into());
        for sent in [0, 7] {
            let report = here.write(&facts(WALL_MS, sent, 2));
            let head = usize::from(u16::from_be_bytes([report[2], report[3]])) * 4 + 4;
            let rest = usize::from(u16::from_be_bytes([report[head + 2], report[head + 3]])) * 4 + 4;
            assert_eq!(head + rest, report.len());
            let block = head - 24;
            assert_eq!(&report[block + 5..block + 8], [0, 0, 25]);
            // All lost before the first report, nothing new at the second.
            assert_eq!(report[block + 4], if sent == 0 { 63 } else { 0 });
        }
    }

    #[test]
    fn no_datagram_brings_it_down() {
        for mut round in fuzz::rounds() {
            let chance = &mut round.chance;
            let mut here = Reports::new(1, "here".into());
            for _ in 0..100 {
                let mut datagram = [0; 64];
                chance.fill(&mut datagram[..]);
                (datagram[0], datagram[1]) = (0x80 | datagram[0] & 0x1f, chance.random_range(200..204));
                (datagram[2], datagram[3]) = (0, chance.random_range(0..18));
                let length = chance.random_range(0..=datagram.len());
                here.read(WALL_MS, &datagram[..length]);
            }
        }
    }
}
