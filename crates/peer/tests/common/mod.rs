//! What the tests of this room share: ports on loopback, connected pairs, packets to count.
#![allow(dead_code, reason = "each test program uses its own part of this")]

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use peer::{Event, Events, Leg, Port, Rtp, Track};

/// Far more than a loopback connection takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct End {
    pub leg: Leg,
    pub events: Events,
}

pub async fn port() -> Port {
    let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    Port::bind(any, Vec::new()).await.unwrap()
}

/// A leg offered on one port, answered on the other, both connected.
pub async fn connect(offering: &Port, answering: &Port) -> (End, End) {
    connect_through(offering, answering, |answer| answer).await
}

/// The same, with the answer changed on its way.
pub async fn connect_through(
    offering: &Port,
    answering: &Port,
    way: impl Fn(String) -> String,
) -> (End, End) {
    let (leg, offer, events) = Leg::offer(offering).await.unwrap();
    let mut near = End { leg, events };
    let (leg, answer, events) = Leg::answer(answering, &offer).await.unwrap();
    let mut far = End { leg, events };
    near.leg.take_answer(&way(answer)).await.unwrap();
    connected(&mut near).await;
    connected(&mut far).await;
    (near, far)
}

pub async fn connected(end: &mut End) {
    let connected = async {
        while let Some(event) = end.events.next().await {
            if event == Event::Connected {
                return;
            }
        }
        panic!("the leg ended before it was connected");
    };
    tokio::time::timeout(PATIENCE, connected)
        .await
        .expect("not connected in time");
}

pub async fn fill(leg: &Leg, track: Track, count: u16, pace: Duration) {
    fill_from(leg, track, 0, count, pace).await;
}

/// Sends numbered packets.
pub async fn fill_from(leg: &Leg, track: Track, first: u16, count: u16, pace: Duration) {
    for sequence in first..first + count {
        let payload = Bytes::from(vec![0x10; 500]);
        let timestamp = u32::from(sequence) * 960;
        assert!(leg.send(Rtp {
            track,
            marker: true,
            sequence,
            timestamp,
            payload
        }));
        tokio::time::sleep(pace).await;
    }
}

/// The sequence numbers of at least so many packets of each kind, in the order that they came.
pub async fn take_packets(
    events: &mut Events,
    sounds: usize,
    pictures: usize,
) -> (Vec<u16>, Vec<u16>) {
    let (mut sound, mut picture) = (Vec::new(), Vec::new());
    let all = async {
        while sound.len() < sounds || picture.len() < pictures {
            match events.next().await {
                Some(Event::Rtp(packet)) if packet.track == Track::Audio => {
                    sound.push(packet.sequence)
                }
                Some(Event::Rtp(packet)) => picture.push(packet.sequence),
                Some(_) => {}
                None => panic!("the leg ended"),
            }
        }
    };
    let came = tokio::time::timeout(PATIENCE, all).await;
    assert!(
        came.is_ok(),
        "{} sounds and {} pictures came",
        sound.len(),
        picture.len()
    );
    (sound, picture)
}

/// Waits until something is so.
pub async fn until(so: impl Fn() -> bool) {
    let waited = async {
        while !so() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited)
        .await
        .expect("it did not come about");
}
