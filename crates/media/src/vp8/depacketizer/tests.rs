//! The depacketizer against lost and reordered packets.

use super::*;
use crate::testing::Dice;
use crate::vp8::Packetizer;

/// One packet as it travels.
#[derive(Clone)]
struct Rtp(u16, u32, bool, Bytes);

/// A stream of frames, key frames where `keys` says so, each of three to six packets.
fn stream(frames: usize, first_sequence: u16, keys: &[usize]) -> (Vec<Vec<Rtp>>, Vec<Frame>) {
    let mut packetizer = Packetizer::new(0x7ff0);
    let mut sequence = first_sequence;
    let (mut packets, mut wanted) = (Vec::new(), Vec::new());
    for n in 0..frames {
        let key = keys.contains(&n);
        let mut data = vec![n as u8; 3_000 + n % 4 * 1_000];
        data[0] = u8::from(!key);
        let timestamp = (n as u32).wrapping_mul(3_000).wrapping_sub(9_000);
        let payloads = packetizer.packetize(&data);
        let last = payloads.len() - 1;
        let rtp = |(i, payload)| {
            let packet = Rtp(sequence, timestamp, i == last, payload);
            sequence = sequence.wrapping_add(1);
            packet
        };
        packets.push(payloads.into_iter().enumerate().map(rtp).collect());
        wanted.push(Frame { key, timestamp, data });
    }
    (packets, wanted)
}

fn push_all(depacketizer: &mut Depacketizer, packets: &[Rtp]) -> Vec<Depacketized> {
    let push = |Rtp(s, t, m, p): &Rtp| depacketizer.push(*s, *t, *m, p.clone());
    packets.iter().flat_map(push).collect()
}

fn frames(out: &[Depacketized]) -> Vec<&Frame> {
    let mut frames = Vec::new();
    for event in out {
        match event {
            Depacketized::Frame(frame) => frames.push(frame),
            Depacketized::KeyframeNeeded => {}
        }
    }
    frames
}

fn asks(out: &[Depacketized]) -> usize {
    out.iter().filter(|o| **o == Depacketized::KeyframeNeeded).count()
}

#[test]
fn whole_frames_come_out_in_order_over_the_wrap_of_the_sequence() {
    let (packets, wanted) = stream(50, 65_500, &[0]);
    let out = push_all(&mut Depacketizer::new(), &packets.concat());
    assert_eq!(frames(&out), wanted.iter().collect::<Vec<_>>());
    assert_eq!(asks(&out), 0);
}

#[test]
fn a_stream_joined_in_the_middle_asks_once_and_starts_at_the_key_frame() {
    let (packets, wanted) = stream(20, 10, &[0, 12]);
    let mut depacketizer = Depacketizer::new();
    let out = push_all(&mut depacketizer, &packets[5..12].concat());
    assert_eq!((asks(&out), frames(&out).len()), (1, 0));
    assert!(depacketizer.waits_for_keyframe());
    let out = push_all(&mut depacketizer, &packets[12..].concat());
    assert_eq!(asks(&out), 0);
    assert_eq!(frames(&out), wanted[12..].iter().collect::<Vec<_>>());
}

#[test]
fn a_repaired_hole_releases_every_frame_that_waited() {
    let (packets, wanted) = stream(10, 10, &[0]);
    let mut all = packets.concat();
    let lost = all.remove(6);
    all.insert(14, lost);
    let out = push_all(&mut Depacketizer::new(), &all);
    assert_eq!(frames(&out), wanted.iter().collect::<Vec<_>>());
    assert_eq!(asks(&out), 0);
}

#[test]
fn a_lost_packet_asks_once_after_150_ms_and_nothing_broken_is_shown() {
    let (mut packets, wanted) = stream(30, 10, &[0, 20]);
    packets[3].remove(1);
    let mut depacketizer = Depacketizer::new();
    let early = push_all(&mut depacketizer, &packets[..7].concat());
    assert_eq!((frames(&early).len(), asks(&early)), (3, 0));
    let late = push_all(&mut depacketizer, &packets[7..20].concat());
    assert_eq!((frames(&late).len(), asks(&late)), (0, 1));
    let healed = push_all(&mut depacketizer, &packets[20..].concat());
    assert_eq!(frames(&healed), wanted[20..].iter().collect::<Vec<_>>());
    assert_eq!(asks(&healed), 0);
}

#[test]
fn a_whole_key_frame_ends_the_wait_at_once() {
    let (mut packets, wanted) = stream(8, 10, &[0, 4]);
    packets[3].remove(0);
    let out = push_all(&mut Depacketizer::new(), &packets.concat());
    let shown: Vec<&Frame> = wanted[..3].iter().chain(&wanted[4..]).collect();
    assert_eq!(frames(&out), shown);
    assert_eq!(asks(&out), 0);
}

#[test]
fn a_jump_of_the_sequence_is_a_new_source_that_needs_its_key_frame() {
    let (first, _) = stream(5, 10, &[0]);
    let (second, wanted) = stream(8, 40_000, &[2]);
    let mut depacketizer = Depacketizer::new();
    push_all(&mut depacketizer, &first.concat());
    let out = push_all(&mut depacketizer, &second.concat());
    assert_eq!(asks(&out), 1);
    assert_eq!(frames(&out), wanted[2..].iter().collect::<Vec<_>>());
}

#[test]
fn an_old_key_frame_that_comes_doubled_is_not_shown_again() {
    let (mut packets, _) = stream(20, 10, &[0]);
    packets[3].remove(1);
    let mut depacketizer = Depacketizer::new();
    let out = push_all(&mut depacketizer, &packets.concat());
    assert_eq!((frames(&out).len(), asks(&out)), (3, 1));
    let again = push_all(&mut depacketizer, &packets[0]);
    assert_eq!(again, vec![]);
    assert!(depacketizer.waits_for_keyframe());
}

#[test]
fn a_frame_without_its_start_bit_is_broken_and_asks() {
    let (mut packets, _) = stream(3, 10, &[0]);
    let mut bytes = packets[1][0].3.to_vec();
    bytes[0] &= !0x10;
    packets[1][0].3 = bytes.into();
    let out = push_all(&mut Depacketizer::new(), &packets.concat());
    assert_eq!((frames(&out).len(), asks(&out)), (1, 1));
}

#[test]
fn padding_between_frames_and_doubled_packets_change_nothing() {
    let mut depacketizer = Depacketizer::new();
    let (packets, wanted) = stream(2, 10, &[0]);
    let mut out = push_all(&mut depacketizer, &packets[0]);
    out.extend(push_all(&mut depacketizer, &packets[0]));
    let next = packets[1][0].0;
    out.extend(depacketizer.push(next, packets[1][0].1, false, Bytes::new()));
    for Rtp(s, t, m, p) in &packets[1] {
        out.extend(depacketizer.push(s + 1, *t, *m, p.clone()));
    }
    assert_eq!(frames(&out), wanted.iter().collect::<Vec<_>>());
}

#[test]
fn under_any_loss_doubling_and_reordering_each_shown_frame_is_whole_and_has_its_predecessor() {
    for seed in 0..60 {
        let mut dice = Dice::new(seed);
        let keys: Vec<usize> = (0..300).step_by(25).collect();
        let (packets, wanted) = stream(300, dice.next() as u16, &keys);
        let mut travelled: Vec<(usize, Rtp)> = Vec::new();
        for (at, packet) in packets.concat().into_iter().enumerate() {
            let copies = if dice.chance(3) { 0 } else { 1 + usize::from(dice.chance(3)) };
            for _ in 0..copies {
                let delay = if dice.chance(10) { dice.below(12) as usize } else { 0 };
                travelled.push((at + delay, packet.clone()));
            }
        }
        travelled.sort_by_key(|(at, _)| *at);
        let order: Vec<Rtp> = travelled.into_iter().map(|(_, packet)| packet).collect();
        let out = push_all(&mut Depacketizer::new(), &order);
        let shown = frames(&out);
        assert!(shown.len() > 30, "seed {seed}: {}", shown.len());
        let place = |f: &Frame| wanted.iter().position(|w| w == f).expect("a frame as it was sent");
        let mut last = None;
        for frame in shown {
            let here = place(frame);
            assert!(frame.key || last == Some(here - 1), "seed {seed}: frame {here} after {last:?}");
            assert!(last < Some(here), "seed {seed}: order");
            last = Some(here);
        }
    }
}

#[test]
fn random_bytes_never_panic_and_never_pile_up() {
    let mut dice = Dice::new(99);
    let mut depacketizer = Depacketizer::new();
    for _ in 0..60_000 {
        let mut bytes: Vec<u8> = (0..dice.below(9)).map(|_| dice.next() as u8).collect();
        if let (true, Some(first)) = (dice.chance(50), bytes.first_mut()) {
            *first = 0x10;
        }
        let sequence = if dice.chance(90) { dice.below(600) } else { dice.next() };
        let timestamp = if dice.chance(90) { dice.below(40_000) } else { dice.next() };
        depacketizer.push(sequence as u16, timestamp as u32, dice.chance(30), bytes.into());
        assert!(depacketizer.held.len() <= MAX_HELD);
    }
}
