//! The switch over many changes of source.

use super::*;
use crate::testing::Dice;
use crate::vp8::{Depacketized, Depacketizer, Packetizer, PictureId};

fn audio(sequence: u16, timestamp: u32) -> Packet {
    Packet { marker: false, sequence, timestamp, payload: Bytes::from_static(b"voice") }
}

/// A booth that sends video: key frame first, then one every `every` frames.
struct Booth {
    packetizer: Packetizer,
    sequence: u16,
    timestamp: u32,
    frame: usize,
}

impl Booth {
    fn new(sequence: u16, picture_id: u16) -> Self {
        let timestamp = u32::from(sequence).wrapping_mul(77_777);
        Self { packetizer: Packetizer::new(picture_id), sequence, timestamp, frame: 0 }
    }

    fn next(&mut self, key: bool) -> Vec<Packet> {
        self.frame += 1;
        self.timestamp = self.timestamp.wrapping_add(3_000);
        let mut data = vec![self.frame as u8; 2_500];
        data[0] = u8::from(!key);
        let payloads = self.packetizer.packetize(&data);
        let last = payloads.len() - 1;
        let packet = |(i, payload)| {
            self.sequence = self.sequence.wrapping_add(1);
            Packet { marker: i == last, sequence: self.sequence, timestamp: self.timestamp, payload }
        };
        payloads.into_iter().enumerate().map(packet).collect()
    }
}

#[test]
fn the_first_packet_of_a_new_voice_follows_without_a_gap_and_with_the_marker() {
    let mut switch = Switch::audio(48_000, 100, 5_000);
    switch.select(0, Some(1));
    let first = switch.forward(1_000, 1, audio(65_535, 7)).unwrap();
    assert_eq!((first.sequence, first.timestamp, first.marker), (100, 5_000, true));
    let second = switch.forward(1_020, 1, audio(0, 967)).unwrap();
    assert_eq!((second.sequence, second.timestamp, second.marker), (101, 5_960, false));
    switch.select(1_500, Some(2));
    assert_eq!(switch.forward(1_510, 1, audio(1, 1_927)), None);
    let other = switch.forward(2_020, 2, audio(40_000, 123_456_789)).unwrap();
    assert_eq!((other.sequence, other.timestamp, other.marker), (102, 5_960 + 48_000, true));
    assert_eq!(other.payload, audio(0, 0).payload);
}

#[test]
fn nothing_is_forwarded_from_nobody_or_from_a_stranger() {
    let mut switch = Switch::audio(8_000, 0, 0);
    assert_eq!(switch.forward(0, 1, audio(1, 1)), None);
    switch.select(0, Some(1));
    assert_eq!(switch.forward(0, 2, audio(1, 1)), None);
    switch.select(0, None);
    assert_eq!(switch.source(), None);
    assert_eq!(switch.forward(0, 1, audio(1, 1)), None);
}

#[test]
fn a_lost_packet_stays_a_hole_its_repair_passes_and_a_double_does_not() {
    let mut switch = Switch::audio(48_000, 10, 0);
    switch.select(0, Some(1));
    let mut forward = |sequence| switch.forward(0, 1, audio(sequence, 0)).map(|p| p.sequence);
    assert_eq!(forward(500), Some(10));
    assert_eq!(forward(502), Some(12));
    assert_eq!(forward(501), Some(11));
    assert_eq!(forward(501), None);
    assert_eq!(forward(500), None);
    assert_eq!(forward(1_900), Some(1_410));
    assert_eq!(forward(600), None, "too old to tell from a doubled one");
    assert_eq!(forward(499), None, "older than the first packet: it would be another's number");
}

#[test]
fn a_source_that_starts_anew_under_its_id_goes_on_without_a_gap() {
    let mut switch = Switch::audio(48_000, 10, 0);
    switch.select(0, Some(1));
    switch.forward(0, 1, audio(500, 0)).unwrap();
    let again = switch.forward(100, 1, audio(30_000, 9)).unwrap();
    assert_eq!((again.sequence, again.timestamp, again.marker), (11, 4_800, true));
}

#[test]
fn video_is_held_back_until_the_key_frame() {
    let mut switch = Switch::video(100, 0);
    let mut booth = Booth::new(7_000, 3);
    assert!(switch.select(0, Some(1)));
    for packet in booth.next(false) {
        assert_eq!(switch.forward(0, 1, packet), None);
    }
    assert!(switch.waits_for_keyframe());
    let out: Vec<Packet> = booth.next(true).into_iter().filter_map(|p| switch.forward(33, 1, p)).collect();
    assert_eq!(out.iter().map(|p| p.sequence).collect::<Vec<_>>(), [100, 101, 102]);
    assert!(out[2].marker && !out[0].marker);
    assert!(!switch.waits_for_keyframe());
    assert!(!switch.select(40, Some(1)), "selecting it again changes nothing");
}

#[test]
fn ten_switches_between_booths_leave_no_gap_in_sequence_ids_or_frames() {
    let mut switch = Switch::video(65_500, u32::MAX - 100_000);
    let mut booths = [Booth::new(9, 0x7ff0), Booth::new(60_000, 5), Booth::new(33_333, 0x3000)];
    let mut viewer = Depacketizer::new();
    let (mut out, mut frames, mut asked) = (Vec::new(), Vec::new(), 0);
    for turn in 0..11_u64 {
        switch.select(turn * 500, Some((turn % 3) as u32));
        for n in 0..15 {
            let now = turn * 500 + n * 33;
            // All booths send all the time; the selected one's key frame comes a little later.
            for (id, booth) in booths.iter_mut().enumerate() {
                for packet in booth.next(n == 3) {
                    out.extend(switch.forward(now, id as u32, packet));
                }
            }
        }
    }
    for pair in out.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert!((pair[1].timestamp.wrapping_sub(pair[0].timestamp) as i32) < 90_000);
        assert!((pair[1].timestamp.wrapping_sub(pair[0].timestamp) as i32) >= 0);
    }
    for packet in &out {
        let id = Descriptor::parse(&packet.payload).unwrap().picture_id;
        for event in viewer.push(packet.sequence, packet.timestamp, packet.marker, packet.payload.clone()) {
            match event {
                Depacketized::Frame(frame) => frames.push((frame, id)),
                Depacketized::KeyframeNeeded => asked += 1,
            }
        }
    }
    assert_eq!((frames.len(), asked), (11 * 12, 0));
    for (n, (frame, id)) in frames.iter().enumerate() {
        assert_eq!(frame.key, n % 12 == 0);
        let wanted = (65_500 + 1 + n as u32) & 0x7fff;
        assert_eq!(*id, Some(PictureId::Long(wanted as u16)));
    }
}

#[test]
fn seven_bit_picture_ids_and_layer_numbers_run_on_over_switches() {
    let payload = |id: u8, tl0: u8| Bytes::copy_from_slice(&[0x90, 0xc0, id & 0x7f, tl0, 0]);
    let mut switch = Switch::video(0, 0);
    let (mut ids, mut layers) = (Vec::new(), Vec::new());
    for turn in 0..4_u8 {
        switch.select(0, Some(u32::from(turn)));
        for n in 0..100_u8 {
            let (sequence, payload) =
                (u16::from(n), payload(n.wrapping_mul(1).wrapping_add(turn * 31), n + turn));
            let packet = Packet { marker: true, sequence, timestamp: 0, payload };
            let out = switch.forward(0, u32::from(turn), packet).unwrap();
            ids.push(out.payload[2]);
            layers.push(out.payload[3]);
        }
    }
    assert!(ids.windows(2).all(|w| w[1] == (w[0] + 1) & 0x7f), "{ids:?}");
    assert!(layers.windows(2).all(|w| w[1] == w[0].wrapping_add(1)));
}

#[test]
fn whatever_arrives_no_number_is_sent_twice_and_time_never_runs_back() {
    for seed in 0..40 {
        let mut dice = Dice::new(seed);
        let mut switch = Switch::audio(48_000, dice.next() as u16, dice.next() as u32);
        let mut base = [dice.next() as u16, dice.next() as u16, dice.next() as u16];
        let mut sent = std::collections::BTreeSet::new();
        let (mut newest, mut extended) = (None::<u16>, 0_i64);
        for now in 0..4_000_u64 {
            if dice.chance(2) {
                switch.select(now, (!dice.chance(20)).then(|| dice.below(3) as u32));
            }
            let id = dice.below(3) as usize;
            base[id] = base[id].wrapping_add(u16::from(!dice.chance(5)));
            let sequence = base[id].wrapping_sub(if dice.chance(10) { dice.below(30) as u16 } else { 0 });
            let Some(out) = switch.forward(now * 20, id as u32, audio(sequence, u32::from(sequence) * 960))
            else {
                continue;
            };
            let step = i64::from(out.sequence.wrapping_sub(newest.unwrap_or(out.sequence)) as i16);
            assert!(sent.insert(extended + step), "seed {seed}: {} sent twice", out.sequence);
            if step >= 0 {
                newest = Some(out.sequence);
                extended += step;
            }
        }
        assert!(sent.len() > 500, "seed {seed}");
    }
}
