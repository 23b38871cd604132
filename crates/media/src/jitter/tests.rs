//! The jitter buffer against late, doubled and lost packets.

use super::*;
use crate::g711::Law;
use crate::testing::Dice;
use bytes::Bytes;
use proptest::prelude::*;

/// One line of packets through a network into a buffer, played every 20 ms.
struct Line {
    buffer: JitterBuffer,
    /// Arrival time, number.
    under_way: Vec<(u64, i64)>,
    first: u16,
}

/// What came out, and the delay of each played packet from its sending.
#[derive(Default)]
struct Heard {
    pulls: Vec<Pull>,
    numbers: Vec<i64>,
    delays: Vec<i64>,
}

impl Heard {
    fn count(&self, wanted: fn(&Pull) -> bool) -> usize {
        self.pulls.iter().filter(|pull| wanted(pull)).count()
    }

    fn concealed(&self) -> usize {
        self.count(|pull| *pull == Pull::Conceal)
    }

    fn repaired(&self) -> usize {
        self.count(|pull| matches!(pull, Pull::Fec(_)))
    }
}

fn payload(number: i64) -> Bytes {
    Bytes::copy_from_slice(&number.to_be_bytes())
}

fn number(payload: &Bytes) -> i64 {
    i64::from_be_bytes(payload[..].try_into().unwrap())
}

impl Line {
    /// `packets` sent every `step_us`; `way` says the delay in ms or that one is lost.
    fn new(packets: i64, step_us: u64, mut way: impl FnMut(i64) -> Option<u64>) -> Self {
        let sent = |n: i64| n as u64 * step_us / 1_000;
        let mut under_way: Vec<(u64, i64)> =
            (0..packets).filter_map(|n| way(n).map(|delay| (1_000 + sent(n) + delay, n))).collect();
        under_way.sort_unstable();
        Self { buffer: JitterBuffer::new(), under_way, first: 65_000 }
    }

    fn play(&mut self, from_ms: u64, until_ms: u64) -> Heard {
        let mut heard = Heard::default();
        for now in (from_ms..until_ms).step_by(20) {
            let here = self.under_way.partition_point(|(at, _)| *at <= now);
            for (at, n) in self.under_way.drain(..here) {
                let (sequence, timestamp) = (self.first.wrapping_add(n as u16), (n * 960) as u32);
                self.buffer.push(at, sequence, timestamp.wrapping_sub(5_000), Coded::opus(payload(n)));
            }
            let pull = self.buffer.pull(now);
            if let Pull::Packet(Coded { payload, .. }) = &pull {
                heard.numbers.push(number(payload));
                heard.delays.push(now as i64 - 1_000 - number(payload) * 20);
            }
            heard.pulls.push(pull);
        }
        heard
    }
}

#[test]
fn the_first_packet_is_heard_within_40_ms_and_a_calm_line_stays_there() {
    for phase in 0..20 {
        let mut line = Line::new(500, 20_000, |_| Some(30));
        let heard = line.play(900 + phase, 11_400);
        let start = heard.delays[0] - 30;
        assert!((20..=40).contains(&start), "phase {phase}: {start} ms");
        assert_eq!(heard.concealed(), MAX_STARVED as usize, "only at the end");
        assert!(heard.delays.iter().all(|d| *d == heard.delays[0]));
        assert_eq!(heard.numbers, (0..500).collect::<Vec<_>>());
    }
}

#[test]
fn the_first_packet_after_a_silence_is_heard_at_once_even_on_a_line_known_to_be_bad() {
    let mut dice = Dice::new(4);
    // Ten bad seconds, ten seconds of nothing, then a warm start: numbers go on, time has passed.
    let way = |n| {
        if (500..1_000).contains(&n) { None } else { Some(20 + dice.below(150)) }
    };
    let mut line = Line::new(1_500, 20_000, way);
    line.play(1_000, 12_000);
    assert!(line.buffer.target_ms() > 100);
    assert_eq!(line.buffer.pull(12_000), Pull::Empty);
    let first_in = line.under_way[0].0;
    let heard = line.play(12_020, first_in + 60);
    assert!(heard.pulls.iter().any(|pull| matches!(pull, Pull::Packet(_))), "{:?}", heard.pulls.len());
}

#[test]
fn bad_wifi_is_played_in_order_with_few_holes_and_bounded_delay() {
    for seed in 0..20 {
        let mut dice = Dice::new(seed);
        let mut line = Line::new(3_000, 20_000, |_| (!dice.chance(3)).then(|| 20 + dice.below(80)));
        let heard = line.play(1_000, 60_900);
        assert!(heard.numbers.windows(2).all(|w| w[0] < w[1]), "seed {seed}: order");
        let (repaired, concealed) = (heard.repaired(), heard.concealed());
        let settled = &heard.delays[500..];
        let mean = settled.iter().sum::<i64>() / settled.len() as i64;
        let stats = line.buffer.stats();
        assert!(concealed < 90, "seed {seed}: {concealed} of 3000 concealed, {stats:?}");
        assert!(repaired > 50, "seed {seed}: {repaired} of about 90 repaired, {stats:?}");
        assert!(mean < 160, "seed {seed}: {mean} ms");
    }
}

#[test]
fn a_lost_packet_is_repaired_from_the_next_and_two_lost_cost_one_concealment() {
    let mut line = Line::new(100, 20_000, |n| (![20, 50, 51].contains(&n)).then_some(5));
    // A second packet in the buffer makes the follower visible in time.
    line.under_way.iter_mut().skip(1).for_each(|(at, _)| *at -= 20);
    let heard = line.play(1_000, 2_900);
    assert_eq!((heard.repaired(), heard.concealed()), (2, 1));
    assert!(heard.pulls.iter().any(|p| matches!(p, Pull::Fec(next) if number(next) == 21)));
    assert_eq!(line.buffer.stats().lost, 3);
}

#[test]
fn packets_that_take_a_longer_way_are_waited_for_once_that_is_seen() {
    let mut dice = Dice::new(6);
    let mut line = Line::new(1_500, 20_000, |_| Some(if dice.chance(20) { 90 } else { 20 }));
    let heard = line.play(1_000, 30_900);
    let stats = line.buffer.stats();
    assert!(stats.late < 20, "about 300 came by the long way: {stats:?}");
    assert!(heard.concealed() < 15, "{}", heard.concealed());
}

#[test]
fn what_was_concealed_while_nothing_came_is_not_concealed_again() {
    let way = |n| match n {
        20 => None,
        // Too late for 20's turn, in time for its own.
        21 => Some(35),
        _ => Some(5),
    };
    let mut line = Line::new(100, 20_000, way);
    let heard = line.play(1_000, 2_980);
    assert_eq!((heard.repaired(), heard.concealed()), (0, 1));
    assert!(heard.delays.iter().all(|d| *d == heard.delays[0]), "{:?}", heard.delays);
}

#[test]
fn a_clock_that_runs_half_a_percent_fast_or_slow_is_followed() {
    for step_us in [19_900, 20_100] {
        let mut dice = Dice::new(8);
        let mut line = Line::new(9_000, step_us, |_| Some(20 + dice.below(10)));
        let heard = line.play(1_000, 175_000);
        let drops = line.buffer.stats().dropped as usize;
        let late = heard.numbers.iter().zip(&heard.delays);
        // Delay by the sender's own clock.
        let delays: Vec<i64> = late.map(|(n, d)| d + n * 20 - n * step_us as i64 / 1_000).collect();
        assert!(delays.iter().all(|d| (20..130).contains(d)), "{step_us}: {:?}", delays.iter().max());
        assert!(heard.numbers.windows(2).all(|w| w[0] < w[1]));
        let expected = if step_us < 20_000 { 30..60 } else { 0..5 };
        assert!(expected.contains(&drops), "{step_us}: {drops} dropped");
        assert!(heard.concealed() < 60, "{step_us}: {}", heard.concealed());
    }
}

#[test]
fn the_burst_after_an_outage_is_not_played_late() {
    // Nothing for 600 ms, then everything at once.
    let held_up = |n: i64| {
        if (100..130).contains(&n) { 620 - (n as u64 - 100) * 20 } else { 20 }
    };
    let mut line = Line::new(400, 20_000, |n| Some(held_up(n)));
    let heard = line.play(1_000, 8_900);
    let after: Vec<i64> = heard.delays[heard.delays.len() - 150..].to_vec();
    assert!(after.iter().all(|d| *d < 250), "{:?}", after.iter().max());
    assert!(heard.count(|p| *p == Pull::Empty) > 20, "silence while nothing came");
    assert!(line.buffer.stats().dropped > 10);
}

#[test]
fn a_new_source_takes_over_with_its_second_packet_and_a_single_stray_does_not() {
    let mut buffer = JitterBuffer::new();
    let mut heard = Vec::new();
    for n in 0..100_u64 {
        let now = 1_000 + n * 20;
        if n == 30 {
            buffer.push(now, 9, 77, Coded::opus(payload(-1)));
        }
        if n < 60 {
            buffer.push(now, 1_000 + n as u16, n as u32 * 960, Coded::opus(payload(n as i64)));
        } else {
            buffer.push(now, 40_000 + n as u16, 1_234_567 + n as u32 * 960, Coded::opus(payload(n as i64)));
        }
        if let Pull::Packet(Coded { payload, .. }) = buffer.pull(now + 1) {
            heard.push(number(&payload));
        }
    }
    assert!(!heard.contains(&-1));
    assert!(heard.contains(&60) && heard.contains(&98), "{heard:?}");
    assert!(heard.windows(2).all(|w| w[0] < w[1]));
    assert_eq!(buffer.stats().resyncs, 1);
}

#[test]
fn doubled_and_late_packets_are_told_apart_and_never_played() {
    let mut buffer = JitterBuffer::new();
    for n in 0..50_u64 {
        let now = 1_000 + n * 20;
        for copy in 0..2 {
            if n != 25 {
                buffer.push(now + copy, n as u16, n as u32 * 960, Coded::opus(payload(n as i64)));
            }
        }
        if n == 35 {
            buffer.push(now, 25, 25 * 960, Coded::opus(payload(25)));
        }
        if let Pull::Packet(Coded { payload, .. }) = buffer.pull(now + 5) {
            assert_ne!(number(&payload), 25);
        }
    }
    let stats = buffer.stats();
    assert_eq!((stats.received, stats.doubled, stats.late, stats.lost), (49, 49, 1, 1));
}

proptest! {
    #[test]
    fn anything_may_arrive_at_any_time(
        steps in prop::collection::vec((any::<u16>(), any::<u32>(), 0_u64..200, 0_u8..4), 1..400),
        start in any::<u64>(),
    ) {
        let mut buffer = JitterBuffer::new();
        let (mut now, mut sequence, mut timestamp) = (start, 0_u16, 0_u32);
        for (wild, wilder, pause, kind) in steps {
            now = now.saturating_add(pause);
            sequence = if kind == 0 { wild } else { sequence.wrapping_add(wild % 4) };
            timestamp = if kind == 1 { wilder } else { timestamp.wrapping_add(960) };
            buffer.push(now, sequence, timestamp, Coded::opus(vec![kind; usize::from(wild) % 1_600]));
            let pull = if kind > 1 { buffer.pull(now) } else { Pull::Empty };
            if let Pull::Packet(Coded { payload, .. }) | Pull::Fec(payload) = pull {
                prop_assert!(!payload.is_empty() && payload.len() <= MAX_PAYLOAD);
            }
            prop_assert!(buffer.len() <= MAX_HELD);
            prop_assert!((20..=200).contains(&buffer.target_ms()));
        }
    }

    #[test]
    fn every_packet_is_played_once_and_in_order_whatever_the_way(
        delays in prop::collection::vec(prop::option::weighted(0.95, 0_u64..250), 50..400),
        phase in 0_u64..20,
    ) {
        let mut line = Line::new(delays.len() as i64, 20_000, |n| delays[n as usize]);
        let heard = line.play(1_000 + phase, 2_000 + delays.len() as u64 * 20);
        prop_assert!(heard.numbers.windows(2).all(|w| w[0] < w[1]));
        let stats = line.buffer.stats();
        let played = heard.numbers.len() as u64 + stats.dropped;
        prop_assert_eq!(played, stats.received);
        prop_assert!(line.buffer.is_empty());
    }
}

/// What a telephone sends, in packets of so many ms, `lost` not arriving; pulled as it is played.
fn telephone(ms: u64, lost: &[u64]) -> Vec<Pull> {
    let mut buffer = JitterBuffer::new();
    let (mut due, mut pulls) = (1_000, Vec::new());
    for now in 1_000..3_000_u64 {
        let sent = now - 1_000;
        if sent.is_multiple_of(ms) && !lost.contains(&(sent / ms)) {
            let n = sent / ms;
            let packet = Coded::g711(Law::Mu, vec![n as u8; ms as usize * 8]);
            buffer.push(now, n as u16, (sent * 48) as u32, packet);
        }
        if now >= due {
            let pull = buffer.pull(now);
            due = now + if pull == Pull::Empty { 20 } else { ms };
            pulls.push(pull);
        }
    }
    pulls
}

#[test]
fn a_telephones_packets_of_any_length_are_played_in_order_and_without_a_break() {
    for ms in [10, 20, 30] {
        let pulls = telephone(ms, &[]);
        let played = pulls.iter().skip_while(|pull| **pull == Pull::Empty);
        let mut numbers = 0u64..;
        for pull in played {
            let packet = Coded::g711(Law::Mu, vec![numbers.next().unwrap() as u8; ms as usize * 8]);
            assert_eq!(*pull, Pull::Packet(packet), "{ms} ms");
        }
        assert!(numbers.next().unwrap() >= 1_900 / ms, "{ms} ms");
    }
}

#[test]
fn a_lost_packet_of_a_telephone_is_concealed_and_not_repaired() {
    for ms in [10, 20, 30] {
        let pulls = telephone(ms, &[20, 30, 31]);
        let concealed = pulls.iter().filter(|pull| **pull == Pull::Conceal).count();
        assert_eq!(concealed, 3, "{ms} ms");
        assert!(!pulls.iter().any(|pull| matches!(pull, Pull::Fec(_))), "{ms} ms");
    }
}

#[test]
fn opus_and_a_telephone_follow_each_other_in_one_stream() {
    let mut buffer = JitterBuffer::new();
    let mut pulls = Vec::new();
    for n in 0..100u64 {
        let now = 1_000 + n * 20;
        let packet = match n / 25 % 2 {
            0 => Coded::opus(payload(n as i64)),
            _ => Coded::g711(Law::A, vec![7; 160]),
        };
        // One packet is lost right before each change: that one cannot be repaired from a telephone's.
        if n % 25 != 24 {
            buffer.push(now, n as u16, n as u32 * 960, packet);
        }
        pulls.push(buffer.pull(now + 5));
    }
    assert_eq!(buffer.stats().resyncs, 0);
    assert_eq!((buffer.stats().lost, buffer.stats().repaired), (3, 1), "{:?}", buffer.stats());
    let telephones =
        pulls.iter().filter(|pull| matches!(pull, Pull::Packet(Coded { coding: Coding::G711(Law::A), .. })));
    assert!(telephones.count() >= 46);
}
