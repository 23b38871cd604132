//! The device check beside a leg: levels, size and own picture are told, and nothing leaves the machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::time::Duration;

use client::config::{CameraChoice, Config, ServerUrl};
use client::controller::{CheckNews, LegNews, Sound};
use client::talk::{Engine, TalkNews, Views};
use client::view::{DeviceKind, Trouble};
use media::vpx;
use peer::{Event, Events, Leg, Port};
use tokio::sync::mpsc::Receiver;
use tokio::time::timeout;

const PATIENCE: Duration = Duration::from_secs(20);

/// The next word of the devices that is as wanted.
async fn told<T>(news: &mut Receiver<TalkNews>, wanted: impl Fn(&TalkNews) -> Option<T>) -> T {
    let told = async {
        loop {
            if let Some(found) = wanted(&news.recv().await.unwrap()) {
                return found;
            }
        }
    };
    timeout(PATIENCE, told).await.expect("it is told")
}

fn level(news: &TalkNews) -> Option<f32> {
    if let TalkNews::Check(CheckNews::Level(level)) = news { *level } else { None }
}

fn size(news: &TalkNews) -> Option<Option<(u32, u32)>> {
    if let TalkNews::Check(CheckNews::Camera(size)) = news { Some(*size) } else { None }
}

fn sounding(news: &TalkNews) -> Option<Option<DeviceKind>> {
    if let TalkNews::Check(CheckNews::Sounding(device)) = news { Some(*device) } else { None }
}

/// How many packets the far side gets within a time.
async fn packets(events: &mut Events, long: Duration) -> usize {
    let end = tokio::time::Instant::now() + long;
    let mut count = 0;
    while let Ok(Some(event)) = tokio::time::timeout_at(end, events.next()).await {
        count += usize::from(matches!(event, Event::Rtp(_)));
    }
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_check_shows_microphone_and_camera_and_sends_nothing_until_a_talk_begins() {
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
    let offer = |news: &TalkNews| match news {
        TalkNews::Leg { news: LegNews::Offer { sdp, .. }, .. } => Some(sdp.clone()),
        _ => None,
    };
    let sdp = told(&mut news, offer).await;
    let (_leg, answer, mut events) = Leg::answer(&port, &sdp).await.unwrap();
    engine.take_answer(1, answer);
    let connected =
        |news: &TalkNews| matches!(news, TalkNews::Leg { news: LegNews::Connected, .. }).then_some(());
    told(&mut news, connected).await;

    let mut own = views.own.subscribe();
    engine.check(true);
    assert_eq!(told(&mut news, size).await, Some((640, 480)));
    assert_eq!(told(&mut news, level).await, -12.0, "the tone's own level");
    let first = timeout(PATIENCE, own.next()).await.unwrap().unwrap();
    assert!(first.key, "a viewer begins with a whole picture");
    let picture = vpx::Decoder::new().unwrap().decode(&first.data).unwrap().unwrap();
    assert_eq!((picture.width(), picture.height()), (640, 480));
    assert_eq!(packets(&mut events, Duration::from_millis(500)).await, 0, "nothing of it leaves the machine");

    engine.try_device(DeviceKind::Ringer);
    engine.try_device(DeviceKind::Ringer);
    assert_eq!(told(&mut news, sounding).await, Some(DeviceKind::Ringer));
    assert_eq!(told(&mut news, sounding).await, None, "a second press while it sounds begins nothing");

    // A camera that is not there, and the drawn one again.
    engine.use_device(DeviceKind::Camera, "no such camera");
    let missing = |missing| {
        move |news: &TalkNews| {
            (*news == TalkNews::Device { trouble: Trouble::Camera, present: missing }).then_some(())
        }
    };
    told(&mut news, missing(true)).await;
    engine.use_device(DeviceKind::Camera, "synthetic");
    told(&mut news, missing(false)).await;

    engine.check(false);
    engine.sound(Sound { microphone: true, camera: true, speaker: true, phone: false });
    assert!(packets(&mut events, Duration::from_secs(1)).await > 20, "the talk has both");
    assert!(timeout(PATIENCE, own.next()).await.unwrap().is_some(), "one's own picture goes on in the talk");
    engine.sound(Sound::default());
    engine.close().await;
}
