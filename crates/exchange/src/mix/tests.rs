//! People who speak in tones, and what others hear of their sums: everything on a clock of its own.
#![allow(clippy::unwrap_used)]

use std::sync::atomic::{AtomicU64, Ordering};

use media::band::Down;
use media::coded::Coded;
use media::g711::{self, Law};
use media::jitter::Pull;
use media::opus::Encoder;
use media::playout::Playout;
use media::tone::{Gap, Sine, gaps, goertzel};
use peer::{Codec, Rtp, Track};

use super::*;
use crate::flow::tests::{Notes, live_at};
use crate::flow::{Clock, Feed};

/// How loud everybody speaks, 1 being full scale.
const LOUD: f64 = 0.25;
/// What is heard in the first second is not judged: codecs and buffers find their feet.
const SETTLED: usize = 48_000;

/// A mixer and its clock.
struct Room {
    mixer: Arc<Mixer>,
    now_ms: Arc<AtomicU64>,
    ticks: u64,
}

impl Room {
    fn new() -> Room {
        Room { mixer: Arc::default(), now_ms: Arc::default(), ticks: 0 }
    }

    fn enter(&self, number: u32, codec: Codec, hz: f64) -> Person {
        let (leg, notes) = live_at(number, codec, Clock::ByHand(Arc::clone(&self.now_ms)));
        Person {
            leg,
            notes,
            codec,
            sine: Sine::new(hz, LOUD),
            encoder: Encoder::new(32_000).unwrap(),
            down: Down::to(8_000),
            // The numbers wrap in the middle of a test.
            sequence: u16::MAX - 60 - number as u16,
            timestamp: 7_000 * number,
        }
    }

    /// So many times 20 ms: everybody speaks, then the sums are sent.
    fn run(&mut self, packets: u64, speakers: &mut [&mut Person]) {
        for _ in 0..packets {
            for speaker in &mut *speakers {
                let packet = speaker.packet();
                speaker.leg.pass_on(&packet);
            }
            self.tick();
        }
    }

    fn tick(&mut self) -> bool {
        let at = PACKET * u32::try_from(self.ticks).unwrap();
        let heard = self.mixer.tick(self.ticks, at);
        self.ticks += 1;
        self.now_ms.fetch_add(20, Ordering::Relaxed);
        heard
    }
}

/// Somebody who speaks a tone for ever.
struct Person {
    leg: Arc<LiveLeg>,
    notes: Notes,
    codec: Codec,
    sine: Sine,
    encoder: Encoder,
    down: Down,
    sequence: u16,
    timestamp: u32,
}

impl Person {
    fn packet(&mut self) -> Rtp {
        let samples = self.sine.take_ms(20);
        let payload = match self.codec {
            Codec::Opus => self.encoder.encode(&samples.try_into().unwrap()),
            Codec::Pcmu => g711::encode(Law::Mu, &self.down.push(&samples)),
            Codec::Pcma => g711::encode(Law::A, &self.down.push(&samples)),
            Codec::Vp8 => panic!("no sound"),
        };
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(960);
        let (sequence, timestamp, marker) = (self.sequence, self.timestamp, false);
        Rtp { track: Track::Audio, codec: self.codec, marker, sequence, timestamp, payload: payload.into() }
    }

    fn change(&mut self, codec: Codec) {
        self.codec = codec;
        self.notes.change(codec);
    }

    /// What was sent to this person, in samples.
    fn heard(&self) -> Vec<i16> {
        let mut playout = Playout::new().unwrap();
        self.unbroken().into_iter().flat_map(|packet| playout.play(Pull::Packet(coded(packet)))).collect()
    }

    /// What was sent, without a gap in numbers and times.
    fn unbroken(&self) -> Vec<Rtp> {
        let sent = self.notes.sent();
        for (at, pair) in sent.windows(2).enumerate() {
            assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1), "packet {at}");
            assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(960), "packet {at}");
        }
        sent
    }
}

fn coded(packet: Rtp) -> Coded {
    match packet.codec {
        Codec::Opus => Coded::opus(packet.payload),
        Codec::Pcmu => Coded::g711(Law::Mu, packet.payload),
        Codec::Pcma => Coded::g711(Law::A, packet.payload),
        Codec::Vp8 => panic!("no sound"),
    }
}

/// How much louder or softer than spoken, in dB.
fn level_db(heard: &[i16], hz: f64) -> f64 {
    20.0 * (goertzel(heard, hz).max(1e-6) / LOUD).log10()
}

fn longest(gaps: &[Gap]) -> u32 {
    gaps.iter().map(|gap| gap.len_ms).max().unwrap_or(0)
}

#[test]
fn three_with_three_codecs_hear_the_other_two_at_their_level_and_never_themselves() {
    let mut room = Room::new();
    let mut desk = room.enter(0, Codec::Opus, 440.0);
    let mut caller = room.enter(1, Codec::Pcmu, 1_000.0);
    let mut third = room.enter(2, Codec::Pcma, 1_700.0);
    desk.leg.tune(Feed::Both(&room.mixer, &caller.leg, &third.leg));
    caller.leg.tune(Feed::Both(&room.mixer, &desk.leg, &third.leg));
    third.leg.tune(Feed::Both(&room.mixer, &desk.leg, &caller.leg));
    room.run(150, &mut [&mut desk, &mut caller, &mut third]);
    let tones = [440.0, 1_000.0, 1_700.0];
    for (own, person) in [&desk, &caller, &third].into_iter().enumerate() {
        assert!(person.notes.sent().iter().all(|packet| packet.codec == person.codec));
        let heard = person.heard();
        assert_eq!(heard.len(), 150 * OPUS_FRAME);
        for (tone, hz) in tones.into_iter().enumerate() {
            let level = level_db(&heard[SETTLED..], hz);
            println!("{:?} hears {hz} Hz at {level:.1} dB", person.codec);
            match tone == own {
                true => assert!(level < -45.0, "hears itself: {level}"),
                // Opus takes tones for a voice.
                false => assert!(level.abs() < 1.5, "{hz} Hz: {level}"),
            }
        }
    }
}

#[test]
fn who_is_silent_or_away_adds_nothing_and_takes_nothing() {
    let mut room = Room::new();
    let desk = room.enter(0, Codec::Opus, 300.0);
    let mut caller = room.enter(1, Codec::Pcmu, 440.0);
    let mut silent = room.enter(2, Codec::Opus, 1_000.0);
    desk.leg.tune(Feed::Both(&room.mixer, &caller.leg, &silent.leg));
    room.run(100, &mut [&mut caller]);
    room.run(50, &mut [&mut caller, &mut silent]);
    // Its leg is gone in the middle of the talk.
    drop(silent);
    room.run(100, &mut [&mut caller]);
    let heard = desk.heard();
    let (before, with, after) = (&heard[SETTLED..96_000], &heard[110_000..144_000], &heard[160_000..]);
    for alone in [before, after] {
        assert!(level_db(alone, 440.0).abs() < 1.0);
        assert!(level_db(alone, 1_000.0) < -45.0, "{}", level_db(alone, 1_000.0));
    }
    assert!(level_db(with, 440.0).abs() < 1.0 && level_db(with, 1_000.0).abs() < 1.0);
    assert_eq!(gaps(&heard[SETTLED..96_000], 440.0), []);
    room.run(10, &mut []);
    let end = &desk.heard()[257 * OPUS_FRAME..];
    assert!(end.iter().all(|sample| sample.abs() < 600), "nobody speaks: the packets go on in silence");
}

#[test]
fn two_telephones_of_different_codecs_understand_each_other() {
    let mut room = Room::new();
    let mut wide = room.enter(1, Codec::Opus, 440.0);
    let mut narrow = room.enter(2, Codec::Pcmu, 1_000.0);
    assert!(!crate::flow::leg::passes(wide.codec, narrow.leg.leg()));
    wide.leg.tune(Feed::Recoded(&room.mixer, &narrow.leg));
    narrow.leg.tune(Feed::Recoded(&room.mixer, &wide.leg));
    room.run(150, &mut [&mut wide, &mut narrow]);
    for (listener, hz) in [(&wide, 1_000.0), (&narrow, 440.0)] {
        assert!(listener.notes.sent().iter().all(|packet| packet.codec == listener.codec));
        let heard = listener.heard();
        let level = level_db(&heard[SETTLED..], hz);
        let began = heard.iter().position(|sample| sample.abs() > 800).unwrap() / 48;
        println!("{:?}: {level:.1} dB, heard after {began} ms", listener.codec);
        assert!(level.abs() < 1.0, "{level}");
        assert_eq!(gaps(&heard[SETTLED..], hz), []);
        assert!(began <= 60, "{began} ms");
    }
}

#[test]
fn one_in_twenty_packets_lost_is_hardly_heard() {
    for codec in Codec::SOUNDS {
        let mut room = Room::new();
        let desk = room.enter(0, Codec::Opus, 300.0);
        let mut lossy = room.enter(1, codec, 440.0);
        let mut clean = room.enter(2, Codec::Pcmu, 1_000.0);
        lossy.encoder.set_loss(5).unwrap();
        desk.leg.tune(Feed::Both(&room.mixer, &lossy.leg, &clean.leg));
        let mut lost = 0;
        for n in 0..300u32 {
            let packet = lossy.packet();
            // Scattered, five in a hundred; the first second is left whole.
            match n > 50 && (n * 37 + n / 100 * 13) % 100 < 5 {
                true => lost += 1,
                false => lossy.leg.pass_on(&packet),
            }
            room.run(1, &mut [&mut clean]);
        }
        let heard = desk.heard();
        let (bad, good) = (&heard[SETTLED..], gaps(&heard[SETTLED..], 1_000.0));
        let (level, gaps) = (level_db(bad, 440.0), gaps(bad, 440.0));
        println!("{codec:?}: {lost} of 300 lost, {level:.1} dB, longest gap {} ms", longest(&gaps));
        assert!((10..=20).contains(&lost), "{lost}");
        assert!(level.abs() < 1.5, "{codec:?} {level}");
        // The packet behind a lost one of Opus leans on it, and repair data are coarse: a tone is soft in both.
        let bound = if codec == Codec::Opus { 45 } else { 15 };
        assert!(longest(&gaps) <= bound, "{codec:?} {gaps:?}");
        // Beside it Opus has a few bits less for the other one.
        assert!(longest(&good) <= 10, "the other one hardly suffers: {good:?}");
    }
}

#[test]
fn a_codec_may_change_on_both_ends_in_the_middle() {
    let mut room = Room::new();
    let mut listener = room.enter(1, Codec::Opus, 300.0);
    let mut speaker = room.enter(2, Codec::Opus, 440.0);
    listener.leg.tune(Feed::Recoded(&room.mixer, &speaker.leg));
    room.run(75, &mut [&mut speaker]);
    for codec in [Codec::Pcmu, Codec::Pcma, Codec::Opus] {
        speaker.change(codec);
        room.run(40, &mut [&mut speaker]);
        listener.change(codec);
        room.run(40, &mut [&mut speaker]);
    }
    let sent = listener.unbroken();
    assert_eq!(
        [74, 120, 200, 280].map(|at| sent[at].codec),
        [Codec::Opus, Codec::Pcmu, Codec::Pcma, Codec::Opus]
    );
    let heard = listener.heard();
    let gaps = gaps(&heard[SETTLED..], 440.0);
    println!("longest gap over six changes {} ms", longest(&gaps));
    // Opus needs a packet to find its feet.
    assert!(longest(&gaps) < 25, "{gaps:?}");
    for change in (75..315).step_by(40) {
        // The codecs are not equally late, so that each piece has a phase of its own.
        let level = level_db(&heard[(change + 10) * OPUS_FRAME..(change + 40) * OPUS_FRAME], 440.0);
        assert!(level.abs() < 1.0, "after packet {change}: {level}");
    }
}

#[test]
fn from_a_leg_to_a_sum_to_another_sum_and_back_it_is_one_stream() {
    let mut room = Room::new();
    let listener = room.enter(0, Codec::Opus, 300.0);
    let mut one = room.enter(1, Codec::Opus, 440.0);
    let mut other = room.enter(2, Codec::Pcmu, 1_000.0);
    let mut third = room.enter(3, Codec::Pcma, 1_700.0);
    let mixer = Arc::clone(&room.mixer);
    let [first, second, last] = [&one, &other, &third].map(|person| Arc::clone(&person.leg));
    let steps = [
        (Feed::Leg(&first), 50),
        (Feed::Both(&mixer, &first, &second), 100),
        (Feed::Both(&mixer, &first, &last), 100),
        (Feed::Voice(&first), 50),
        (Feed::Recoded(&mixer, &second), 50),
        (Feed::Leg(&first), 50),
    ];
    for (feed, packets) in steps {
        listener.leg.tune(feed);
        room.run(packets, &mut [&mut one, &mut other, &mut third]);
    }
    assert_eq!(listener.unbroken().len(), 400);
    let heard = listener.heard();
    let heard = |from: usize, to: usize, hz| level_db(&heard[from * OPUS_FRAME..to * OPUS_FRAME], hz);
    for (from, to, present) in [
        (10, 50, [true, false, false]),
        (60, 150, [true, true, false]),
        (160, 250, [true, false, true]),
        (260, 300, [true, false, false]),
        (310, 350, [false, true, false]),
        (360, 400, [true, false, false]),
    ] {
        for (hz, present) in [440.0, 1_000.0, 1_700.0].into_iter().zip(present) {
            let level = heard(from, to, hz);
            assert!(if present { level.abs() < 1.5 } else { level < -40.0 }, "{from}: {hz} Hz {level}");
        }
    }
    assert!(!room.tick(), "nobody hears a sum any more");
    assert!(one.leg.inlet().is_ok_and(|inlet| Arc::strong_count(&inlet) == 1), "and nothing is kept");
}

#[test]
fn a_sum_of_two_loud_voices_saturates() {
    let mut room = Room::new();
    let desk = room.enter(0, Codec::Pcmu, 300.0);
    let mut people = [room.enter(1, Codec::Pcmu, 440.0), room.enter(2, Codec::Pcmu, 440.0)];
    people.iter_mut().for_each(|person| person.sine = Sine::new(440.0, 0.9));
    desk.leg.tune(Feed::Both(&room.mixer, &people[0].leg, &people[1].leg));
    let [one, other] = &mut people;
    room.run(100, &mut [one, other]);
    let heard = desk.heard();
    // Where a sum wrapped, a tone would be full of steps, and most of its power elsewhere.
    assert!(level_db(&heard[SETTLED..], 440.0) > 11.0, "{}", level_db(&heard[SETTLED..], 440.0));
}

#[tokio::test]
async fn the_ticker_runs_while_there_is_a_sum_and_no_longer() {
    let room = Room::new();
    let (one, other) = (room.enter(1, Codec::Opus, 440.0), room.enter(2, Codec::Pcmu, 1_000.0));
    let playing = tokio::spawn(Arc::clone(&room.mixer).play());
    for round in 1..=2 {
        let before = other.notes.sent().len();
        other.leg.tune(Feed::Recoded(&room.mixer, &one.leg));
        tokio::time::timeout(Duration::from_secs(10), async {
            while other.notes.sent().len() < before + 10 {
                tokio::time::sleep(PACKET).await;
            }
        })
        .await
        .unwrap();
        other.leg.tune(Feed::Nothing);
        let sent = other.notes.sent().len();
        tokio::time::sleep(PACKET * 5).await;
        assert_eq!(other.notes.sent().len(), sent, "round {round}");
    }
    let sent = other.notes.sent();
    assert!(sent.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    playing.abort();
}

/// How long this thread has had a core: whatever else runs on the machine does not count.
fn on_core() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split_whitespace().next().unwrap().parse().unwrap())
}

/// Prints what a talk of three costs; a bound that only a fault can reach.
#[test]
fn a_talk_of_three_costs_little() {
    for codecs in
        [[Codec::Opus; 3], [Codec::Opus, Codec::Opus, Codec::Pcmu], [Codec::Opus, Codec::Pcmu, Codec::Pcmu]]
    {
        let mut room = Room::new();
        let mut people: Vec<Person> =
            (0..3u32).map(|n| room.enter(n, codecs[n as usize], 440.0 + 300.0 * f64::from(n))).collect();
        for n in 0..3 {
            let (one, other) = (&people[(n + 1) % 3].leg, &people[(n + 2) % 3].leg);
            people[n].leg.tune(Feed::Both(&room.mixer, one, other));
        }
        let mut busy = Duration::ZERO;
        for _ in 0..250 {
            for person in &mut people {
                let packet = person.packet();
                person.leg.pass_on(&packet);
            }
            let before = on_core();
            room.tick();
            busy += on_core() - before;
        }
        let core = busy.as_secs_f64() / (PACKET * 250).as_secs_f64();
        println!("three_way_percent_of_a_core\t{codecs:?}\t{:.2}", core * 100.0);
        assert!(core < 0.1, "{core}");
    }
}
