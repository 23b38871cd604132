//! Known packets, replays, forgeries, and sources that come and go.

use super::*;

/// Master key and salt of RFC 3711, B.3.
const RFC: [u8; MASTER] = [
    0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0, 0xd6, 0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41, 0x39, 0x0e,
    0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe, 0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6,
];

fn key(byte: u8) -> MasterKey {
    MasterKey([byte; MASTER])
}

fn packet(ssrc: u32, sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x80, 0];
    packet.extend(sequence.to_be_bytes());
    packet.extend([0; 4]);
    packet.extend(ssrc.to_be_bytes());
    packet.extend(*b"spoken words");
    packet
}

fn report(ssrc: u32) -> Vec<u8> {
    let mut report = vec![0x80, 201, 0, 1];
    report.extend(ssrc.to_be_bytes());
    report.extend([0x81, 202, 0, 1, 0, 0, 0, 0]);
    report
}

fn pair(suite: Suite) -> (Sealer, Opener) {
    (Sealer::new(suite, &key(7)).unwrap(), Opener::new(suite, &key(7), 0).unwrap())
}

/// The packets that libsrtp checks itself with, under the key of RFC 3711.
#[test]
fn a_known_packet_is_sealed_as_others_seal_it() {
    let mut plain = vec![0x80, 0x0f, 0x12, 0x34, 0xde, 0xca, 0xfb, 0xad, 0xca, 0xfe, 0xba, 0xbe];
    plain.extend([0xab; 16]);
    let sealed = [
        0x80, 0x0f, 0x12, 0x34, 0xde, 0xca, 0xfb, 0xad, 0xca, 0xfe, 0xba, 0xbe, 0x4e, 0x55, 0xdc, 0x4c, 0xe7,
        0x99, 0x78, 0xd8, 0x8c, 0xa4, 0xd2, 0x15, 0x94, 0x9d, 0x24, 0x02, 0xb7, 0x8d, 0x6a, 0xcc, 0x99, 0xea,
        0x17, 0x9b, 0x8d, 0xbb,
    ];
    let key = MasterKey(RFC);
    let short = Sealer::new(Suite::Tag32, &key).unwrap().rtp(&plain).unwrap();
    assert_eq!(Sealer::new(Suite::Tag80, &key).unwrap().rtp(&plain).unwrap(), sealed[..]);
    assert_eq!(short, sealed[..32], "the same, with the tag cut off");
    assert_eq!(Opener::new(Suite::Tag80, &key, 0).unwrap().rtp(&sealed).unwrap(), plain);
    assert_eq!(Opener::new(Suite::Tag32, &key, 0).unwrap().rtp(&short).unwrap(), plain);
}

#[test]
fn a_known_report_is_sealed_as_others_seal_it() {
    let mut plain = vec![0x81, 0xc8, 0x00, 0x0b, 0xca, 0xfe, 0xba, 0xbe];
    plain.extend([0xab; 16]);
    let sealed = [
        0x81, 0xc8, 0x00, 0x0b, 0xca, 0xfe, 0xba, 0xbe, 0x71, 0x28, 0x03, 0x5b, 0xe4, 0x87, 0xb9, 0xbd, 0xbe,
        0xf8, 0x90, 0x41, 0xf9, 0x77, 0xa5, 0xa8, 0x80, 0x00, 0x00, 0x01, 0x99, 0x3e, 0x08, 0xcd, 0x54, 0xd6,
        0xc1, 0x23, 0x07, 0x98,
    ];
    let key = MasterKey(RFC);
    for suite in [Suite::Tag80, Suite::Tag32] {
        assert_eq!(Sealer::new(suite, &key).unwrap().rtcp(&plain).unwrap(), sealed[..]);
        assert_eq!(Opener::new(suite, &key, 0).unwrap().rtcp(&sealed).unwrap(), plain);
    }
}

#[test]
fn a_packet_and_a_report_open_once() {
    for suite in [Suite::Tag80, Suite::Tag32] {
        let (mut sealer, mut opener) = pair(suite);
        let sent: Vec<Bytes> =
            (65_530..65_545u32).map(|n| sealer.rtp(&packet(1, n as u16)).unwrap()).collect();
        for (n, sealed) in sent.iter().enumerate().filter(|(n, _)| *n != 3) {
            assert_eq!(opener.rtp(sealed).unwrap(), packet(1, 65_530u16.wrapping_add(n as u16)));
        }
        assert!(opener.rtp(&sent[3]).is_some(), "late, over the turn of the numbers");
        assert!(sent.iter().all(|sealed| opener.rtp(sealed).is_none()), "played again");
        assert_eq!(opener.position(), Some(Position { ssrc: 1, rollover: 1, sequence: 8 }));
        let reports: Vec<Bytes> = (0..5).map(|_| sealer.rtcp(&report(1)).unwrap()).collect();
        assert!(reports.iter().all(|sealed| opener.rtcp(sealed).is_some()));
        assert!(reports.iter().all(|sealed| opener.rtcp(sealed).is_none()), "played again");
    }
}

#[test]
fn what_was_changed_on_the_way_does_not_open() {
    let (mut sealer, mut opener) = pair(Suite::Tag80);
    let (sound, told) = (sealer.rtp(&packet(1, 5)).unwrap(), sealer.rtcp(&report(1)).unwrap());
    for at in 0..sound.len() {
        let mut forged = sound.to_vec();
        forged[at] ^= 1;
        assert!(opener.rtp(&forged).is_none(), "octet {at}");
    }
    for at in 0..told.len() {
        for bit in [1, 0x80] {
            let mut forged = told.to_vec();
            forged[at] ^= bit;
            assert!(opener.rtcp(&forged).is_none(), "octet {at}");
        }
    }
    assert!(opener.rtcp(&[&report(1)[..], &[0; 14]].concat()).is_none(), "not encrypted, and not signed");
    assert!((0..sound.len()).all(|length| opener.rtp(&sound[..length]).is_none()));
    assert!((0..told.len()).all(|length| opener.rtcp(&told[..length]).is_none()));
    assert!(opener.rtp(&packet(1, 5)).is_none(), "in the open");
    assert!(opener.rtp(&sound).is_some() && opener.rtcp(&told).is_some(), "and nothing of that harmed them");
}

#[test]
fn sources_may_change_and_forged_ones_leave_nothing() {
    let (mut sealer, mut opener) = pair(Suite::Tag80);
    for ssrc in 0..40 {
        let sealed = sealer.rtp(&packet(ssrc, 60_000)).unwrap();
        assert!(opener.rtp(&sealed).is_some() && opener.rtp(&sealed).is_none(), "source {ssrc}");
    }
    let mut stranger = Sealer::new(Suite::Tag80, &key(8)).unwrap();
    for ssrc in 100..1_000 {
        assert!(opener.rtp(&stranger.rtp(&packet(ssrc, 1)).unwrap()).is_none());
        assert!(opener.rtcp(&stranger.rtcp(&report(ssrc)).unwrap()).is_none());
    }
    assert_eq!((opener.sources.len(), opener.reporters.len()), (40, 0));
    assert!(opener.trial.as_ref().is_some_and(|(_, used)| *used <= MAX_TRIALS));
    assert!(opener.rtp(&sealer.rtp(&packet(500, 1)).unwrap()).is_some(), "a forged name is not spent");
    assert!(opener.rtp(&sealer.rtp(&packet(0, 60_001)).unwrap()).is_some(), "an old one comes back");
}

#[test]
fn a_counter_that_goes_on_under_a_new_key_is_followed() {
    for (rollover, sequence) in [(0, 9), (1, 40_000), (2, 65_535), (7, 0)] {
        let at = Position { ssrc: 3, rollover, sequence };
        let mut sealer = Sealer::new(Suite::Tag80, &key(7)).unwrap();
        // A sender that comes there by walking.
        for round in 0..=rollover {
            for step in (0..=65_535).step_by(0x2000).chain([65_535]) {
                if (round, step) < (rollover, sequence) {
                    sealer.rtp(&packet(3, step)).unwrap();
                }
            }
        }
        let next = sealer.rtp(&packet(3, sequence.wrapping_add(1))).unwrap();
        let mut opener = Opener::from_position(Suite::Tag80, &key(7), 0, at).unwrap();
        assert!(opener.rtp(&next).is_some(), "{at:?}");
        assert!(opener.rtp(&next).is_none(), "{at:?}: again");
    }
    let far = Position { ssrc: 3, rollover: MAX_ROLLOVER + 1, sequence: 0 };
    assert!(Opener::from_position(Suite::Tag80, &key(7), 0, far).is_none());
}

#[test]
fn a_keys_name_in_the_packets_is_left_out() {
    let mut sealer = Sealer::new(Suite::Tag32, &key(7)).unwrap();
    let mut opener = Opener::new(Suite::Tag32, &key(7), 3).unwrap();
    let named = |sealed: Bytes, tag: usize| {
        let at = sealed.len() - tag;
        [&sealed[..at], &[0, 0, 1], &sealed[at..]].concat()
    };
    let (sound, told) = (sealer.rtp(&packet(1, 5)).unwrap(), sealer.rtcp(&report(1)).unwrap());
    assert!(opener.rtp(&sound).is_none());
    assert_eq!(opener.rtp(&named(sound, 4)).unwrap(), packet(1, 5));
    assert_eq!(opener.rtcp(&named(told, 10)).unwrap(), report(1));
}

#[test]
fn extensions_stay_in_the_open_whatever_is_written_in_them() {
    let (mut sealer, mut opener) = pair(Suite::Tag80);
    let mut plain = packet(1, 5);
    plain[0] = 0x91;
    // A source, and an extension of two words whose parts no library would write like this.
    plain.splice(12..12, [0, 0, 0, 9, 0xbe, 0xde, 0, 2, 0xf0, 1, 2, 3, 0, 0, 0, 0]);
    let sealed = sealer.rtp(&plain).unwrap();
    assert_eq!(sealed[..28], plain[..28]);
    assert_ne!(sealed[28..40], plain[28..40]);
    assert_eq!(opener.rtp(&sealed).unwrap(), plain);
}

#[test]
fn no_datagram_brings_it_down() {
    // As good as random and always the same.
    let mut state = 11u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    for mki in [0, 4, 128] {
        let mut opener = Opener::new(Suite::Tag80, &key(7), mki).unwrap();
        for _ in 0..30_000 {
            let length = next() % 96;
            let mut datagram: Vec<u8> = (0..length).map(|_| next() as u8).collect();
            if let Some(first) = datagram.first_mut() {
                *first = *first & 0x3f | 0x80;
            }
            assert!(opener.rtp(&datagram).is_none() && opener.rtcp(&datagram).is_none());
        }
    }
}

#[test]
fn a_key_does_not_print() {
    assert_eq!(format!("{:?}", MasterKey(RFC)), "…");
}
