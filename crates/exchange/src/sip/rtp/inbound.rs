//! What comes in: each packet once, numbered without a break over changes of the source, at a clock of 48 kHz.
//! Pure. Knows no sockets, and of the codec only its clock.

use peer::Arrivals;

use super::packet::Packet;

/// The clock of everything that leaves the room.
const CLOCK_HZ: u32 = 48_000;
/// How far a packet may be out of order: a jitter buffer plays nothing that is later.
const WINDOW: i32 = 64;
/// A jump beyond this is a new stream under an old name: a minute of speech.
const JUMP: i32 = 3_000;

/// The place of a packet in the stream that goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its sequence number.
    pub sequence: u16,
    /// Its timestamp at 48 kHz.
    pub timestamp: u32,
    /// It comes from another source than the packet before.
    pub is_new: bool,
}

/// The state of one stream.
#[derive(Clone, Debug)]
pub struct Inbound {
    source: Option<Source>,
    arrivals: Arrivals,
    /// The next sequence number for a new source.
    next_sequence: u16,
    /// The newest timestamp that went out, at 48 kHz, and when.
    latest: (u32, u64),
}

#[derive(Clone, Debug)]
struct Source {
    ssrc: u32,
    /// The highest sequence number.
    highest: u16,
    /// Bit n: `highest - n` came.
    seen: u64,
    /// Ours minus theirs.
    sequence_offset: u16,
    /// Their first timestamp and what it became.
    origin: (u32, u32),
    multiply: u32,
}

impl Inbound {
    /// A stream that begins anywhere.
    pub fn new(sequence: u16, timestamp: u32) -> Inbound {
        let (source, arrivals) = (None, Arrivals::default());
        Inbound { source, arrivals, next_sequence: sequence, latest: (timestamp, 0) }
    }

    /// Takes a packet; nothing when it came before or comes too late.
    pub fn take(&mut self, now_ms: u64, packet: &Packet, clock_hz: u32) -> Option<Place> {
        let multiply = CLOCK_HZ / clock_hz.clamp(1, CLOCK_HZ);
        let same = |source: &&Source| source.ssrc == packet.ssrc && source.multiply == multiply;
        let step = self.source.as_ref().filter(same).map(|source| source.distance(packet.sequence));
        let step = step.filter(|step| step.abs() <= JUMP);
        if step.is_none() {
            self.begin(now_ms, packet, multiply);
        }
        let source = self.source.as_mut()?;
        if let Some(step) = step {
            self.arrivals.sent += source.step(step)?;
        }
        self.arrivals.came += 1;
        let sequence = packet.sequence.wrapping_add(source.sequence_offset);
        let passed = packet.timestamp.wrapping_sub(source.origin.0).wrapping_mul(multiply);
        let timestamp = source.origin.1.wrapping_add(passed);
        if step.is_none_or(|step| step > 0) {
            self.next_sequence = sequence.wrapping_add(1);
            self.latest = (timestamp, now_ms);
        }
        Some(Place { sequence, timestamp, is_new: step.is_none() })
    }

    /// What came so far.
    pub fn arrivals(&self) -> Arrivals {
        self.arrivals
    }

    /// The source whose packets come in, and its highest sequence number.
    pub fn source(&self) -> Option<(u32, u16)> {
        self.source.as_ref().map(|source| (source.ssrc, source.highest))
    }

    fn begin(&mut self, now_ms: u64, packet: &Packet, multiply: u32) {
        let (latest, at_ms) = self.latest;
        let passed_ms = if self.source.is_some() { now_ms.saturating_sub(at_ms) } else { 0 };
        // A clock of 48 kHz wraps after a day; so does the time that passed.
        let timestamp = latest.wrapping_add((passed_ms as u32).wrapping_mul(CLOCK_HZ / 1_000));
        self.arrivals.sent += 1;
        self.source = Some(Source {
            ssrc: packet.ssrc,
            highest: packet.sequence,
            seen: 1,
            sequence_offset: self.next_sequence.wrapping_sub(packet.sequence),
            origin: (packet.timestamp, timestamp),
            multiply,
        });
    }
}

impl Source {
    /// How far a sequence number is ahead of the highest one.
    fn distance(&self, sequence: u16) -> i32 {
        i32::from(sequence.wrapping_sub(self.highest) as i16)
    }

    /// How many packets were sent since the highest so far; nothing for one that came before or comes too late.
    fn step(&mut self, step: i32) -> Option<u64> {
        let length = step.unsigned_abs();
        if step > 0 {
            self.seen = self.seen.checked_shl(length).unwrap_or(0) | 1;
            // At most JUMP.
            self.highest = self.highest.wrapping_add(step as u16);
            return Some(u64::from(length));
        }
        let bit = 1u64.checked_shl(length).filter(|_| step > -WINDOW)?;
        let is_first = self.seen & bit == 0;
        self.seen |= bit;
        is_first.then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn packet(ssrc: u32, sequence: u16, timestamp: u32) -> Packet {
        Packet { marker: false, payload_type: 0, sequence, timestamp, ssrc, payload: Bytes::new() }
    }

    fn place(inbound: &mut Inbound, now_ms: u64, packet: &Packet) -> Option<(u16, u32, bool)> {
        inbound.take(now_ms, packet, 8_000).map(|place| (place.sequence, place.timestamp, place.is_new))
    }

    #[test]
    fn time_is_told_at_48_khz_and_wraps() {
        let mut inbound = Inbound::new(10, 1_000);
        assert_eq!(place(&mut inbound, 0, &packet(1, 65_535, u32::MAX - 79)), Some((10, 1_000, true)));
        assert_eq!(place(&mut inbound, 20, &packet(1, 0, 80)), Some((11, 1_960, false)));
        assert_eq!(place(&mut inbound, 40, &packet(1, 2, 400)), Some((13, 3_880, false)));
        assert_eq!(place(&mut inbound, 41, &packet(1, 1, 240)), Some((12, 2_920, false)));
        assert_eq!(inbound.arrivals(), Arrivals { sent: 4, came: 4 });
    }

    #[test]
    fn a_packet_counts_once_and_a_late_one_not_at_all() {
        let mut inbound = Inbound::new(0, 0);
        for sequence in [100, 101, 102, 103] {
            assert!(place(&mut inbound, 0, &packet(1, sequence, 0)).is_some());
        }
        assert_eq!(place(&mut inbound, 0, &packet(1, 102, 0)), None);
        assert!(place(&mut inbound, 0, &packet(1, 200, 0)).is_some());
        assert_eq!(place(&mut inbound, 0, &packet(1, 110, 0)), None, "90 packets late");
        assert_eq!(inbound.arrivals(), Arrivals { sent: 101, came: 5 });
    }

    #[test]
    fn another_source_goes_on_where_the_first_one_was() {
        let mut inbound = Inbound::new(0, 0);
        place(&mut inbound, 0, &packet(1, 500, 8_000));
        place(&mut inbound, 20, &packet(1, 501, 8_160));
        assert_eq!(place(&mut inbound, 120, &packet(2, 9, 77)), Some((2, 960 + 4_800, true)));
        assert_eq!(place(&mut inbound, 140, &packet(2, 10, 237)), Some((3, 960 + 5_760, false)));
        let jumped = place(&mut inbound, 160, &packet(2, 30_000, 5));
        assert_eq!(jumped, Some((4, 960 + 6_720, true)), "a jump is a new stream");
    }
}
