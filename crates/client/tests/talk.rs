//! The desk's media engine against a leg of the exchange's kind, over loopback and without devices.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::{Duration, Instant};

use client::config::{CameraChoice, Config, ServerUrl};
use client::controller::{LegNews, Sound};
use client::talk::{Engine, TalkNews, Views};
use media::opus::Decoder;
use media::tone::goertzel;
use media::vp8::{Depacketized, Depacketizer, Packetizer};
use media::{barcode, vpx};
use peer::{Codec, Event, Events, Leg, Port, Rtp, Track};
use tokio::sync::mpsc::Receiver;

const TONE_HZ: f64 = 440.0;
const PATIENCE: Duration = Duration::from_secs(20);
const LIVE: Sound = Sound { microphone: true, camera: true, speaker: true };

fn config() -> Config {
    Config {
        camera: CameraChoice::Synthetic,
        microphone: Some(format!("tone:{TONE_HZ}")),
        speaker: Some("none".into()),
        ringer: Some("none".into()),
        ..Config::new(ServerUrl::parse("http://127.0.0.1:1").unwrap())
    }
}

async fn leg_news(news: &mut Receiver<TalkNews>, number: u64) -> LegNews {
    match tokio::time::timeout(PATIENCE, news.recv()).await.expect("news in time").unwrap() {
        TalkNews::Leg { leg, news } => {
            assert_eq!(leg, number);
            news
        }
        TalkNews::Device { .. } | TalkNews::Check(_) => panic!("no device was asked for"),
    }
}

/// The far side: everything that comes within a time.
async fn packets(events: &mut Events, long: Duration) -> Vec<Rtp> {
    let end = Instant::now() + long;
    let mut packets = Vec::new();
    while let Ok(Some(event)) = tokio::time::timeout_at(end.into(), events.next()).await {
        if let Event::Rtp(packet) = event {
            packets.push(packet);
        }
    }
    packets
}

async fn connected(
    engine: &Engine,
    news: &mut Receiver<TalkNews>,
    port: &Port,
    number: u64,
) -> (Leg, Events) {
    engine.open_leg(number);
    let LegNews::Offer { restart: false, sdp } = leg_news(news, number).await else {
        panic!("an offer comes first")
    };
    let (leg, answer, mut events) = Leg::answer(port, &sdp).await.unwrap();
    engine.take_answer(number, answer);
    // The way may be measured before its state is told.
    loop {
        match leg_news(news, number).await {
            LegNews::RoundTrip(_) => {}
            other => break assert_eq!(other, LegNews::Connected),
        }
    }
    while events.next().await.unwrap() != Event::Connected {}
    (leg, events)
}

fn tone_of(packets: &[Rtp]) -> f64 {
    let mut decoder = Decoder::new().unwrap();
    let audio = packets.iter().filter(|packet| packet.track == Track::Audio);
    let samples: Vec<i16> = audio.flat_map(|packet| decoder.decode(&packet.payload).unwrap()).collect();
    goertzel(&samples[samples.len() / 2..], TONE_HZ)
}

fn counters_of(packets: &[Rtp]) -> Vec<u16> {
    let (mut joiner, mut decoder) = (Depacketizer::new(), vpx::Decoder::new().unwrap());
    let mut counters = Vec::new();
    for packet in packets.iter().filter(|packet| packet.track == Track::Video) {
        let joined = joiner.push(packet.sequence, packet.timestamp, packet.marker, packet.payload.clone());
        for frame in joined {
            let Depacketized::Frame(frame) = frame else { continue };
            let picture = decoder.decode(&frame.data).unwrap().expect("a picture");
            counters.push(barcode::read(&picture).expect("a barcode"));
        }
    }
    counters
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_talk_is_sent_and_seen_only_while_it_is_live_and_a_new_leg_goes_on() {
    let (engine, mut news) = Engine::start(&config(), Views::new()).unwrap();
    let port = Port::bind("127.0.0.1:0".parse().unwrap(), Vec::new()).await.unwrap();
    let (leg, mut events) = connected(&engine, &mut news, &port, 7).await;
    let before = packets(&mut events, Duration::from_millis(400)).await;
    assert_eq!(before.len(), 0, "nothing leaves the desk outside a talk");

    engine.sound(LIVE);
    let sent = packets(&mut events, Duration::from_secs(2)).await;
    let audio = sent.iter().filter(|packet| packet.track == Track::Audio).count();
    assert!((80..=105).contains(&audio), "50 packets a second: {audio} in two");
    assert!(tone_of(&sent) > 0.15, "the far side hears the tone");
    let counters = counters_of(&sent);
    assert!(counters.len() >= 20, "about 15 pictures a second: {counters:?}");
    assert!(counters.is_sorted());

    engine.sound(Sound::default());
    packets(&mut events, Duration::from_millis(200)).await;
    assert_eq!(packets(&mut events, Duration::from_millis(300)).await.len(), 0, "and nothing after it");

    engine.close_leg(7);
    drop((leg, events));
    while leg_news(&mut news, 7).await != LegNews::Over {}
    let (_leg, mut events) = connected(&engine, &mut news, &port, 8).await;
    engine.sound(LIVE);
    let sent = packets(&mut events, Duration::from_secs(1)).await;
    assert!(tone_of(&sent) > 0.15 && counters_of(&sent).len() > 5, "a new leg starts with a key frame");
    engine.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_visitors_pictures_reach_a_viewer_who_comes_late() {
    let pictures = Views::new();
    let (engine, mut news) = Engine::start(&config(), pictures.clone()).unwrap();
    let port = Port::bind("127.0.0.1:0".parse().unwrap(), Vec::new()).await.unwrap();
    let (leg, mut events) = connected(&engine, &mut news, &port, 1).await;
    engine.sound(LIVE);
    let camera = tokio::spawn(async move {
        let scene = media::scene::Scene::new(media::scene::Person::Visitor, 320, 240).unwrap();
        let mut encoder = vpx::Encoder::new(320, 240, 15, 300).unwrap();
        let (mut packetizer, mut sequence, mut keys) = (Packetizer::new(0), 0u16, 0);
        for n in 0..150u32 {
            let mut key = false;
            while let Ok(Some(event)) = tokio::time::timeout(Duration::from_millis(1), events.next()).await {
                key |= event == Event::KeyframeWanted(Track::Video);
            }
            keys += u32::from(key);
            for frame in encoder.encode(&scene.frame(n), key).unwrap() {
                let payloads = packetizer.packetize(&frame.data);
                let last = payloads.len() - 1;
                for (place, payload) in payloads.into_iter().enumerate() {
                    let (track, marker, timestamp) = (Track::Video, place == last, n * 6_000);
                    leg.send(Rtp { track, codec: Codec::Vp8, marker, sequence, timestamp, payload });
                    sequence = sequence.wrapping_add(1);
                }
            }
            tokio::time::sleep(Duration::from_millis(40)).await;
        }
        keys
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut tap = pictures.face.subscribe();
    let asked = Instant::now();
    let first = tokio::time::timeout(PATIENCE, tap.next()).await.unwrap().unwrap();
    println!("first_picture_ms\t{}", asked.elapsed().as_millis());
    assert!(first.key, "a viewer begins with a key frame");
    let mut decoder = vpx::Decoder::new().unwrap();
    decoder.decode(&first.data).unwrap().expect("a picture");
    let mut before = first.timestamp_us;
    for _ in 0..20 {
        let next = tokio::time::timeout(PATIENCE, tap.next()).await.unwrap().unwrap();
        assert!(next.timestamp_us > before);
        before = next.timestamp_us;
        decoder.decode(&next.data).unwrap().expect("a picture");
    }
    assert!(camera.await.unwrap() >= 1, "the key frame was asked for");
    engine.close().await;
    assert_eq!(tap.next().await, None, "the tap ends with the desk");
}
