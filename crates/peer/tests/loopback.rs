//! Two legs in one process, over real sockets on loopback.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use common::{connect, connect_showing, fill, fill_from, port, take_packets, told};
use peer::{Codec, Event, Leg, Port, Rtp, Track};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_and_picture_pass_both_ways_in_order() {
    let (near, far) = (port().await, port().await);
    let (mut booth, mut exchange) = connect(&near, &far).await;
    for (from, to) in [(0, 1), (1, 0)] {
        let ends = [&mut booth, &mut exchange];
        fill(&ends[from].leg, Track::Audio, 100, Duration::from_millis(2)).await;
        fill(&ends[from].leg, Track::Video, 30, Duration::from_millis(2)).await;
        let [booth, exchange] = ends;
        let receiver = if to == 0 { booth } else { exchange };
        let (sound, picture) = take_packets(&mut receiver.events, 100, 30).await;
        assert_eq!(sound, (0..100).collect::<Vec<u16>>());
        assert_eq!(picture, (0..30).collect::<Vec<u16>>());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_shown_screen_passes_beside_the_face_and_is_asked_for_apart() {
    let (near, far) = (port().await, port().await);
    let (mut booth, mut exchange) = connect_showing(&near, &far).await;
    let (face, screen) = (booth.leg.clone(), booth.leg.clone());
    tokio::join!(
        fill(&face, Track::Video, 30, Duration::from_millis(2)),
        fill_from(&screen, Track::Screen, 7000, 30, Duration::from_millis(2)),
    );
    let (mut faces, mut screens) = (Vec::new(), Vec::new());
    while faces.len() < 30 || screens.len() < 30 {
        match exchange.events.next().await {
            Some(Event::Rtp(packet)) if packet.track == Track::Video => faces.push(packet.sequence),
            Some(Event::Rtp(packet)) if packet.track == Track::Screen => screens.push(packet.sequence),
            Some(_) => {}
            None => panic!("the leg ended"),
        }
    }
    assert_eq!(faces, (0..30).collect::<Vec<u16>>());
    assert_eq!(screens, (7000..7030).collect::<Vec<u16>>());
    // Both were asked for when the connection came up, and neither has begun with a key frame.
    told(&mut booth, Event::KeyframeWanted(Track::Screen)).await;
    told(&mut booth, Event::KeyframeWanted(Track::Video)).await;
    assert!(!exchange.leg.send(packet(Track::Screen)), "a screen went back to the booth");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_offers_to_look_at_a_screen_is_sent_one_and_sends_none() {
    let (near, far) = (port().await, port().await);
    let (mut desk, exchange) = connect(&near, &far).await;
    assert!(!desk.leg.send(packet(Track::Screen)));
    fill(&exchange.leg, Track::Screen, 20, Duration::from_millis(2)).await;
    let mut screens = 0;
    while screens < 20 {
        match desk.events.next().await {
            Some(Event::Rtp(packet)) => {
                assert_eq!(packet.track, Track::Screen);
                screens += 1;
            }
            Some(_) => {}
            None => panic!("the leg ended"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_of_two_tracks_is_answered_with_two_and_sent_no_screen() {
    let (near, far) = (port().await, port().await);
    let (leg, offer, events) = Leg::offer_showing(&near).await.unwrap();
    // As a peer writes it that knows nothing of a second picture.
    let (two, _) = offer.rsplit_once("m=video").unwrap();
    let two = two.replace("BUNDLE 0 1 2", "BUNDLE 0 1");
    let (answering, answer, _there) = Leg::answer(&far, &two).await.unwrap();
    assert_eq!(answer.matches("m=").count(), 2);
    assert!(answer.contains("m=audio") && answer.matches("a=sendrecv").count() == 2, "{answer}");
    assert!(!answering.send(packet(Track::Screen)));
    drop((leg, events));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ice_restart_leaves_face_and_screen_where_they_were() {
    let (near, far) = (port().await, port().await);
    let (booth, mut exchange) = connect_showing(&near, &far).await;
    fill(&booth.leg, Track::Screen, 5, Duration::from_millis(2)).await;
    let offer = booth.leg.offer_restart().await.unwrap();
    let answer = exchange.leg.answer_restart(&offer).await.unwrap();
    booth.leg.take_answer(&answer).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    fill_from(&booth.leg, Track::Screen, 100, 10, Duration::from_millis(2)).await;
    fill_from(&booth.leg, Track::Video, 200, 10, Duration::from_millis(2)).await;
    let (mut faces, mut screens) = (0, 0);
    while faces < 10 || screens < 15 {
        match exchange.events.next().await {
            Some(Event::Rtp(packet)) => match packet.track {
                Track::Video => {
                    assert!(packet.sequence >= 200);
                    faces += 1;
                }
                Track::Screen => {
                    assert!(packet.sequence < 200);
                    screens += 1;
                }
                Track::Audio => panic!("nobody spoke"),
            },
            Some(_) => {}
            None => panic!("the leg ended"),
        }
    }
    assert!(!exchange.leg.send(packet(Track::Screen)), "a screen went back to the booth");
}

fn packet(track: Track) -> Rtp {
    let payload = bytes::Bytes::from_static(&[0x10, 0x51]);
    Rtp { track, codec: common::codec_of(track), marker: true, sequence: 1, timestamp: 1, payload }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_legs_on_one_port_do_not_mix() {
    let exchange = port().await;
    let (one, two) = (port().await, port().await);
    let (first, mut first_there) = connect(&one, &exchange).await;
    let (second, mut second_there) = connect(&two, &exchange).await;
    fill(&first.leg, Track::Audio, 40, Duration::from_millis(2)).await;
    fill_from(&second.leg, Track::Audio, 5000, 40, Duration::from_millis(2)).await;
    let (sound, _) = take_packets(&mut first_there.events, 40, 0).await;
    assert_eq!(sound, (0..40).collect::<Vec<u16>>());
    let (sound, _) = take_packets(&mut second_there.events, 40, 0).await;
    assert_eq!(sound, (5000..5040).collect::<Vec<u16>>());
    assert_eq!(exchange.live_legs(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_offering_leg_to_the_same_address_is_refused() {
    let (near, far) = (port().await, port().await);
    let (_first, _there) = connect(&near, &far).await;
    let (leg, offer, _events) = Leg::offer(&near).await.unwrap();
    let (_answering, answer, _) = Leg::answer(&far, &offer).await.unwrap();
    assert!(leg.take_answer(&answer).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ice_restart_keeps_the_flow() {
    let (near, far) = (port().await, port().await);
    let (desktop, mut exchange) = connect(&near, &far).await;
    let sender = desktop.leg.clone();
    let flow = tokio::spawn(async move {
        fill(&sender, Track::Audio, 250, Duration::from_millis(10)).await;
    });
    let reading = tokio::spawn(async move { take_packets(&mut exchange.events, 240, 0).await.0 });
    tokio::time::sleep(Duration::from_millis(300)).await;
    // The first restart's offer is lost on its way; the second one must not care.
    desktop.leg.offer_restart().await.unwrap();
    let offer = desktop.leg.offer_restart().await.unwrap();
    let answer = exchange.leg.answer_restart(&offer).await.unwrap();
    desktop.leg.take_answer(&answer).await.unwrap();
    flow.await.unwrap();
    let sound = reading.await.unwrap();
    assert!(sound.is_sorted());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_frame_asked_for_before_the_connection_is_asked_for_after_it() {
    let (near, far) = (port().await, port().await);
    let (mut desktop, exchange) = connect(&near, &far).await;
    fill(&desktop.leg, Track::Video, 5, Duration::from_millis(5)).await;
    let wanted = async {
        while let Some(event) = desktop.events.next().await {
            if event == Event::KeyframeWanted(Track::Video) {
                return;
            }
        }
        panic!("the leg ended");
    };
    tokio::time::timeout(Duration::from_secs(3), wanted).await.unwrap();
    drop(exchange);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_port_bound_to_every_address_answers_from_the_one_that_was_asked() {
    let any = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let wide = Port::bind(any, vec![Ipv4Addr::new(127, 0, 0, 2).into()]).await.unwrap();
    let near = port().await;
    let (desktop, mut exchange) = connect(&near, &wide).await;
    fill(&desktop.leg, Track::Audio, 10, Duration::from_millis(1)).await;
    take_packets(&mut exchange.events, 10, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leg_whose_far_side_falls_silent_is_disconnected_after_three_seconds() {
    let (near, far) = (port().await, port().await);
    let (desktop, mut exchange) = connect(&near, &far).await;
    desktop.leg.close().await;
    let told = async {
        loop {
            match exchange.events.next().await {
                Some(Event::Disconnected | Event::Closed) => return,
                Some(_) => {}
                None => panic!("the leg ended without a word"),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(6), told).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_says_closed_once_and_then_nothing() {
    let (near, far) = (port().await, port().await);
    let (mut desktop, _exchange) = connect(&near, &far).await;
    desktop.leg.close().await;
    let mut told = Vec::new();
    while let Some(event) = desktop.events.next().await {
        told.push(event);
    }
    assert_eq!(told.last(), Some(&Event::Closed));
    assert_eq!(told.iter().filter(|event| **event == Event::Closed).count(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_calls_leave_no_leg_behind() {
    let (near, far) = (port().await, port().await);
    for round in 0..50 {
        let (desktop, exchange) = connect(&near, &far).await;
        if round % 2 == 0 {
            desktop.leg.clone().close().await;
        }
        drop((desktop, exchange));
        common::until(|| near.live_legs() == 0 && far.live_legs() == 0).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_codec_changes_within_the_stream_both_ways_and_no_packet_is_lost() {
    let (near, far) = (port().await, port().await);
    let (mut desk, mut exchange) = connect(&near, &far).await;
    assert!(Codec::SOUNDS.into_iter().all(|codec| exchange.leg.takes(Track::Audio, codec)));
    let order = [Codec::Opus, Codec::Pcmu, Codec::Pcma, Codec::Opus, Codec::Pcma, Codec::Pcmu];
    for there in [true, false] {
        let (from, to) = if there { (&desk, &mut exchange) } else { (&exchange, &mut desk) };
        let sender = from.leg.clone();
        for sequence in 0..60u16 {
            let packet = sound(order[usize::from(sequence / 10)], sequence);
            assert!(sender.send(packet));
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let mut came = Vec::new();
        while came.len() < 60 {
            match to.events.next().await {
                Some(Event::Rtp(packet)) => came.push(packet),
                Some(_) => {}
                None => panic!("the leg ended"),
            }
        }
        for (sequence, packet) in (0..).zip(came) {
            assert_eq!(packet, sound(order[usize::from(sequence / 10)], sequence));
        }
    }
}

/// A leg whose first packet is a telephone's is no other leg.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_begins_with_a_telephone_goes_on_with_opus() {
    let (near, far) = (port().await, port().await);
    let (mut desk, exchange) = connect(&near, &far).await;
    for (sequence, codec) in [(1, Codec::Pcma), (2, Codec::Opus), (3, Codec::Pcmu)] {
        assert!(exchange.leg.send(sound(codec, sequence)));
        let came = loop {
            match desk.events.next().await {
                Some(Event::Rtp(packet)) => break packet,
                Some(_) => {}
                None => panic!("the leg ended"),
            }
        };
        assert_eq!(came, sound(codec, sequence));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_offers_g711_too_is_answered_with_opus_and_sent_nothing_else() {
    let (near, far) = (port().await, port().await);
    let (leg, offer, _events) = Leg::offer(&near).await.unwrap();
    // As a browser writes it: the same codecs, without our agreement about their clock.
    let browsers: String =
        offer.lines().filter(|line| !line.contains("x-clock")).map(|line| format!("{line}\r\n")).collect();
    assert!(browsers.contains("PCMU/8000"), "{browsers}");
    let (answering, answer, mut events) = Leg::answer(&far, &browsers).await.unwrap();
    assert!(answer.contains("opus/48000") && !answer.contains("PCM"), "{answer}");
    leg.take_answer(&answer).await.unwrap();
    let up = async { while events.next().await != Some(Event::Connected) {} };
    tokio::time::timeout(common::PATIENCE, up).await.unwrap();
    let taken = |leg: &Leg| Codec::ALL.map(|codec| leg.takes(Track::Audio, codec));
    assert_eq!((taken(&answering), taken(&leg)), ([true, false, false, false], [true, false, false, false]));
    assert!(!answering.send(sound(Codec::Pcmu, 1)) && !answering.send(sound(Codec::Pcma, 1)));
    assert!(answering.send(sound(Codec::Opus, 1)));
    assert!(!leg.send(sound(Codec::Pcmu, 1)), "what was not agreed is not sent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_offer_names_opus_first() {
    let (_leg, offer, _events) = Leg::offer(&port().await).await.unwrap();
    let sound = offer.lines().find(|line| line.starts_with("m=audio")).unwrap();
    assert!(sound.trim_end().ends_with(" 111 0 8"), "{sound}");
}

fn sound(codec: Codec, sequence: u16) -> Rtp {
    let payload = vec![sequence as u8; 160].into();
    let timestamp = u32::from(sequence) * 960;
    Rtp { track: Track::Audio, codec, marker: false, sequence, timestamp, payload }
}
