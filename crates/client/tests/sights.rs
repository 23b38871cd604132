//! The visitor's two pictures at the desk's media engine: each goes to its own viewers, both are counted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::Duration;

use client::PictureTap;
use client::config::{CameraChoice, Config, ServerUrl};
use client::controller::{LegNews, Sound};
use client::talk::{Engine, TalkNews, Views};
use media::vp8::Packetizer;
use media::vpx;
use peer::{Codec, Leg, Port, Rtp, Track};
use tokio::sync::mpsc::Receiver;

const PATIENCE: Duration = Duration::from_secs(20);
const LIVE: Sound = Sound { microphone: false, camera: false, speaker: true };

/// Films at 25 a second, a key frame each time, as long as it is wanted.
async fn film(leg: Leg, track: Track, width: usize) {
    let scene = media::scene::Scene::new(media::scene::Person::Visitor, width, 240).unwrap();
    let mut encoder = vpx::Encoder::new(width, 240, 25, 300).unwrap();
    let (mut packetizer, mut sequence) = (Packetizer::new(0), 0u16);
    for n in 0..u32::MAX {
        for frame in encoder.encode(&scene.frame(n), true).unwrap() {
            let payloads = packetizer.packetize(&frame.data);
            let last = payloads.len() - 1;
            for (place, payload) in payloads.into_iter().enumerate() {
                let (marker, timestamp) = (place == last, n.wrapping_mul(3_600));
                leg.send(Rtp { track, codec: Codec::Vp8, marker, sequence, timestamp, payload });
                sequence = sequence.wrapping_add(1);
            }
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

async fn width_of(tap: &mut PictureTap) -> usize {
    let picture = tokio::time::timeout(PATIENCE, tap.next()).await.unwrap().unwrap();
    assert!(picture.key, "a viewer begins with a key frame");
    vpx::Decoder::new().unwrap().decode(&picture.data).unwrap().expect("a picture").width()
}

/// The next word about the pictures that is as wanted.
async fn told(news: &mut Receiver<TalkNews>, wanted: impl Fn(u32, bool) -> bool) -> u32 {
    let told = async {
        loop {
            let TalkNews::Leg { news, .. } = news.recv().await.unwrap() else { continue };
            if let LegNews::Pictures { packets, screen } = news
                && wanted(packets, screen)
            {
                return packets;
            }
        }
    };
    tokio::time::timeout(PATIENCE, told).await.expect("it is told")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn face_and_window_reach_their_own_viewers_and_are_counted_together() {
    let config = Config {
        camera: CameraChoice::Synthetic,
        microphone: Some("tone:440".into()),
        speaker: Some("none".into()),
        ringer: Some("none".into()),
        ..Config::new(ServerUrl::parse("http://127.0.0.1:1").unwrap())
    };
    let views = Views::new();
    let (engine, mut news) = Engine::start(&config, views.clone()).unwrap();
    let port = Port::bind("127.0.0.1:0".parse().unwrap(), Vec::new()).await.unwrap();
    engine.open_leg(1);
    let Some(TalkNews::Leg { news: LegNews::Offer { sdp, .. }, .. }) = news.recv().await else {
        panic!("an offer comes first")
    };
    let (leg, answer, _events) = Leg::answer(&port, &sdp).await.unwrap();
    engine.take_answer(1, answer);
    engine.sound(LIVE);
    let (mut face, mut screen) = (views.face.subscribe(), views.screen.subscribe());
    let filmed = tokio::spawn(film(leg.clone(), Track::Video, 320));
    assert_eq!(width_of(&mut face).await, 320);
    let faces = told(&mut news, |packets, screen| packets > 0 && !screen).await;
    let shown = tokio::spawn(film(leg.clone(), Track::Screen, 640));
    assert_eq!(width_of(&mut screen).await, 640);
    assert!(told(&mut news, |_, screen| screen).await > faces);

    shown.abort();
    let before = told(&mut news, |_, screen| !screen).await;
    assert!(told(&mut news, |packets, _| packets > before).await > before, "the face goes on");
    filmed.abort();
    tokio::time::sleep(Duration::from_millis(700)).await;
    engine.sound(Sound::default());
    engine.sound(LIVE);
    assert_eq!(told(&mut news, |packets, _| packets == 0).await, 0, "each talk is counted anew");
    drop(leg);
    engine.close().await;
}
