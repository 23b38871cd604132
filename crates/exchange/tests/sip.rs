//! The telephone side against real SIPp and real sockets: what a carrier and a caller see of it.

mod phone;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use desk::centre::CallOver;
use link::state::{Caller, Digit};
use peer::{Codec, Rtp};
use phone::sound::{Phone, packet};
use phone::wire::answer;
use phone::{House, Ringing, house, house_with, sipp};
use tokio::net::UdpSocket;

#[tokio::test]
async fn a_call_rings_is_answered_held_in_every_way_and_hung_up() {
    let mut house = house("").await;
    let sipp = sipp::call("hold.xml", house.at, &[]);
    let Ringing { call, caller, leg } = house.call().await;
    assert!(caller == Caller::Number { number: "0487829922".into() });
    assert_eq!(leg.codec(), Codec::Pcmu);
    assert_eq!(house.over(call).await, CallOver::HungUp);
    sipp.succeeds().await;
    assert_eq!(leg.codec(), Codec::Pcma, "the caller changed it in the call");
    house.empty().await;
}

#[tokio::test]
async fn a_caller_who_gives_up_before_the_answer_is_let_go() {
    let mut house = house("answer = 'at_accept'").await;
    let sipp = sipp::call("cancel.xml", house.at, &["-m", "20", "-r", "20"]);
    for _ in 0..20 {
        house.next().await;
    }
    sipp.succeeds().await;
    house.empty().await;
}

#[tokio::test]
async fn an_offer_without_a_codec_of_ours_is_refused() {
    let mut house = house("").await;
    sipp::call("refused.xml", house.at, &[]).succeeds().await;
    house.silent(Duration::from_millis(100)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_calls_talk_at_once() {
    const CALLS: usize = 50;
    const PACKETS: usize = 100;
    let mut house = house("").await;
    let flags = ["-m", "50", "-l", "50", "-r", "50", "-d", "4000", "-rtp_echo"];
    let sipp = sipp::call("call.xml", house.at, &flags);
    let came = Arc::new(AtomicUsize::new(0));
    let mut legs = Vec::new();
    while legs.len() < CALLS {
        let Ringing { leg, .. } = house.call().await;
        let counted = Arc::clone(&came);
        leg.on_rtp(Box::new(move |_| {
            counted.fetch_add(1, Ordering::Relaxed);
        }));
        legs.push(leg);
    }
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let mut sent = 0;
    for number in 0..PACKETS {
        ticks.tick().await;
        for leg in &legs {
            sent += usize::from(leg.send(packet(Codec::Pcmu, number as u16, 0x7f)));
        }
    }
    sipp.succeeds().await;
    let came = came.load(Ordering::Relaxed);
    println!("{CALLS} calls at once: {sent} packets sent, {came} came back");
    assert_eq!(sent, CALLS * PACKETS);
    assert!(came * 100 >= sent * 98, "{came} of {sent} came back through one socket of SIPp");
    house.empty().await;
}

/// A call whose sound is this telephone's, and what our side hears of it.
async fn talk(
    house: &mut House,
    phone: &Phone,
) -> (Ringing, std::net::SocketAddr, Arc<Mutex<Vec<Rtp>>>, sipp::Sipp) {
    let port = phone.port().to_string();
    let sipp = sipp::call("served.xml", house.at, &["-key", "rtp_port", &port]);
    let ringing = house.call().await;
    let heard: Arc<Mutex<Vec<Rtp>>> = Arc::default();
    let kept = Arc::clone(&heard);
    ringing.leg.on_rtp(Box::new(move |rtp| kept.lock().expect("nobody panicked").push(rtp)));
    ringing.leg.answer();
    // Our first packet tells where to send.
    let deadline = Instant::now() + phone::PATIENCE;
    let mut number = 0;
    loop {
        ringing.leg.send(packet(Codec::Pcmu, number, 0xff));
        number += 1;
        if let Some((_, from)) = phone.hear().await {
            return (ringing, from, heard, sipp);
        }
        assert!(Instant::now() < deadline, "nothing is heard");
    }
}

async fn until(what: impl Fn() -> bool) {
    let wait = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(phone::PATIENCE, wait).await.expect("it happens in time");
}

#[tokio::test]
async fn sound_of_a_third_address_is_never_heard() {
    let mut house = house("").await;
    let (phone, stranger, neighbour) =
        (Phone::new("127.0.0.1").await, Phone::new("127.0.0.2").await, Phone::new("127.0.0.1").await);
    let (Ringing { caller, leg, .. }, to, heard, sipp) = talk(&mut house, &phone).await;
    assert!(caller == Caller::Number { number: "09012345678".into() }, "asserted beats From");
    for number in 0..50 {
        stranger.send(to, 0, number, 0, &[1; 160]).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(heard.lock().unwrap().is_empty(), "a stranger who speaks first");
    for number in 0..50u16 {
        phone.send(to, 0, number.wrapping_sub(20), u32::from(number) * 160, &[2; 160]).await;
        stranger.send(to, 0, number.wrapping_sub(20), u32::from(number) * 160, &[1; 160]).await;
        neighbour.send(to, 0, number.wrapping_sub(20), u32::from(number) * 160, &[3; 160]).await;
    }
    until(|| heard.lock().unwrap().len() == 50).await;
    let packets = heard.lock().unwrap().clone();
    assert!(packets.iter().all(|rtp| rtp.payload[..] == [2; 160] && rtp.codec == Codec::Pcmu));
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(960), "at 48 kHz");
    }
    assert_eq!((leg.arrivals().sent, leg.arrivals().came), (50, 50));
    assert!(leg.heard().is_some());
    leg.hang_up();
    sipp.succeeds().await;
    house.empty().await;
    house.silent(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn a_call_may_ring_until_an_operator_accepts_it() {
    let mut house = house("answer = 'at_accept'").await;
    let phone = Phone::new("127.0.0.1").await;
    let sipp = sipp::call("served.xml", house.at, &["-key", "rtp_port", &phone.port().to_string()]);
    let Ringing { leg, .. } = house.call().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!leg.send(packet(Codec::Pcmu, 0, 0xff)), "nothing is sent before the answer");
    leg.answer();
    leg.answer();
    until(|| leg.send(packet(Codec::Pcmu, 1, 0xff))).await;
    assert!(phone.hear().await.is_some());
    leg.hang_up();
    sipp.succeeds().await;
    house.empty().await;
    house.silent(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn keys_are_told_once_and_typed_as_telephones_type() {
    let mut house = house("").await;
    let phone = Phone::new("127.0.0.1").await;
    let (Ringing { leg, .. }, to, _, sipp) = talk(&mut house, &phone).await;
    // A press of 5, every packet of it twice, its end three times; then one of # of which only an end arrives.
    for (at, length) in [(0, 160u16), (1, 320), (2, 480)] {
        let payload = [5, 10, length.to_be_bytes()[0], length.to_be_bytes()[1]];
        phone.send(to, 101, at, 8_000, &payload).await;
        phone.send(to, 101, at, 8_000, &payload).await;
    }
    for at in 3..6 {
        phone.send(to, 101, at, 8_000, &[5, 0x8a, 1, 0xe0]).await;
    }
    phone.send(to, 101, 9, 16_000, &[11, 0x8a, 1, 0xe0]).await;
    assert_eq!((house.digit().await, house.digit().await), (Digit::D5, Digit::Hash));

    leg.digit(Digit::D1);
    leg.digit(Digit::Star);
    let mut events = Vec::new();
    while events.len() < 16 {
        let (packet, _) = phone.hear().await.expect("a key's packet");
        if packet.payload_type == 101 {
            events.push(packet);
        }
    }
    let first = events[0].clone();
    assert!(first.marker && events[1..8].iter().all(|packet| !packet.marker));
    assert!(events[..8].iter().all(|packet| packet.timestamp == first.timestamp && packet.payload[0] == 1));
    assert!(events[8..].iter().all(|packet| packet.timestamp != first.timestamp && packet.payload[0] == 10));
    assert!(events[8].marker);
    let ends: Vec<bool> = events.iter().map(|packet| packet.payload[1] & 0x80 != 0).collect();
    assert_eq!(ends[..8], [false, false, false, false, false, true, true, true]);
    assert_eq!(events[7].payload[2..], 800u16.to_be_bytes(), "100 ms");
    for pair in events.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1), "one numbering");
    }
    assert_eq!(Codec::ALL.map(|codec| leg.takes(codec)), [false, true, true, false]);
    leg.send(packet(Codec::Pcma, 1_000, 0x55));
    let (after, _) = phone.hear().await.expect("sound again");
    assert_eq!((after.payload_type, after.ssrc), (0, first.ssrc));
    assert_eq!(after.sequence, events[15].sequence.wrapping_add(1));
    assert_eq!(after.payload, [media::g711::to_mu(0x55); 160], "in the law of the line");
    leg.hang_up();
    sipp.succeeds().await;
    house.silent(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn a_bye_that_never_reached_us_frees_the_call() {
    let mut house = house("silence_ms = 600").await;
    let phone = Phone::new("127.0.0.1").await;
    let sipp = sipp::call("vanish.xml", house.at, &["-key", "rtp_port", &phone.port().to_string()]);
    let Ringing { call, leg, .. } = house.call().await;
    let began = Instant::now();
    assert_eq!(house.over(call).await, CallOver::LineLost);
    println!("a call whose BYE was lost ended after {} ms; 600 were set", began.elapsed().as_millis());
    assert!(began.elapsed() < Duration::from_secs(5));
    sipp.succeeds().await;
    house.empty().await;
    assert!(!leg.send(packet(Codec::Pcmu, 0, 0xff)), "its sockets are gone already");
}

#[tokio::test]
async fn a_late_offer_is_made_by_us() {
    let mut house = house("").await;
    let phone = Phone::new("127.0.0.1").await;
    let port = phone.port().to_string();
    let sipp = sipp::call("late.xml", house.at, &["-d", "1000", "-key", "rtp_port", &port]);
    let Ringing { call, leg, .. } = house.call().await;
    assert_eq!(leg.codec(), Codec::Pcmu);
    until(|| leg.send(packet(Codec::Pcmu, 1, 0x7f))).await;
    assert!(phone.hear().await.is_some());
    assert_eq!(house.over(call).await, CallOver::HungUp);
    sipp.succeeds().await;
}

fn options(to: std::net::SocketAddr, from: std::net::SocketAddr, number: u32) -> String {
    format!(
        "OPTIONS sip:x@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bK{number};rport\r\n\
         From: <sip:y@{from}>;tag={number}\r\nTo: <sip:x@{to}>\r\nCall-ID: {number}@{from}\r\nCSeq: 1 OPTIONS\r\n\
         Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
}

#[tokio::test]
async fn a_stranger_gets_no_answer_at_all() {
    let house = house("").await;
    let guest = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let stranger = UdpSocket::bind("127.0.0.2:0").await.unwrap();
    let from = stranger.local_addr().unwrap();
    for number in 0..10_000 {
        stranger.send_to(options(house.at, from, number).as_bytes(), house.at).await.unwrap();
        if number % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let mut answer = [0; 2_048];
    guest.send_to(options(house.at, guest.local_addr().unwrap(), 1).as_bytes(), house.at).await.unwrap();
    let length = tokio::time::timeout(phone::PATIENCE, guest.recv(&mut answer)).await.unwrap().unwrap();
    assert!(answer[..length].starts_with(b"SIP/2.0 200 "));
    let heard = tokio::time::timeout(Duration::from_millis(300), stranger.recv(&mut answer)).await;
    assert!(heard.is_err(), "10,000 questions, 0 answers");
}

fn registering(at: std::net::SocketAddr, password: &str) -> String {
    format!("register = {{ registrar = 'sip:{at}', user = 'kenmu', password = '{password}' }}")
}

#[tokio::test]
async fn a_trunk_registers_with_a_digest_and_calls_come_by_it() {
    let carrier = sipp::wait("registrar.xml", &["-key", "algorithm", "MD5"]);
    let trunk = registering(carrier.at, "open sesame");
    let mut house = house_with("listen = ['udp:127.0.0.1:0']", &trunk).await;
    house.trunk(true).await;
    carrier.succeeds().await;
    // No address is listed: the registrar's own counts.
    sipp::call("refused.xml", house.at, &[]).succeeds().await;
}

#[tokio::test]
async fn a_wrong_password_leaves_the_trunk_down() {
    let carrier = sipp::wait("registrar.xml", &["-key", "algorithm", "MD5"]);
    let trunk = registering(carrier.at, "close sesame");
    let mut house = house_with("listen = ['udp:127.0.0.1:0']", &trunk).await;
    carrier.succeeds().await;
    house.silent(Duration::from_millis(200)).await;
}

/// SIPp checks MD5 only, so this carrier reckons for itself.
#[tokio::test]
async fn a_digest_with_sha_256_is_right_too() {
    use sha2::{Digest, Sha256};
    let hex =
        |text: String| -> String { Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect() };
    let carrier = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = carrier.local_addr().unwrap();
    let house = house_with("listen = ['udp:127.0.0.1:0']", &registering(at, "open sesame")).await;
    let mut datagram = [0; 4_096];
    let (length, from) = carrier.recv_from(&mut datagram).await.unwrap();
    let first = String::from_utf8_lossy(&datagram[..length]).into_owned();
    let asked =
        "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", algorithm=SHA-256, qop=\"auth\"\r\n";
    carrier.send_to(answer(&first, "401 Unauthorized", asked).as_bytes(), from).await.unwrap();
    let (length, _) = carrier.recv_from(&mut datagram).await.unwrap();
    let second = String::from_utf8_lossy(&datagram[..length]).into_owned();
    let part = |name: &str| {
        let (_, rest) =
            second.split_once(&format!("{name}=")).unwrap_or_else(|| panic!("{name} in {second}"));
        rest.trim_start_matches('"').split(['"', ',', '\r']).next().unwrap_or_default().to_owned()
    };
    let (own, asked) = (hex("kenmu:carrier:open sesame".into()), hex(format!("REGISTER:{}", part("uri"))));
    let expected = hex(format!("{own}:n1:{}:{}:auth:{asked}", part("nc"), part("cnonce")));
    assert_eq!(part(" response"), expected);
    drop(house);
}

#[tokio::test]
async fn a_trunk_is_up_while_it_answers() {
    let carrier = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let target = carrier.local_addr().unwrap();
    let mut house = house(&format!("keep_alive = 'sip:{target}'\nkeep_alive_s = 1")).await;
    house.trunk(false).await;
    let mut datagram = [0; 2_048];
    let answering = async {
        loop {
            let (length, from) = carrier.recv_from(&mut datagram).await.unwrap();
            let question = String::from_utf8_lossy(&datagram[..length]).into_owned();
            assert!(question.starts_with("OPTIONS sip:127.0.0.1"), "{question}");
            carrier.send_to(answer(&question, "404 Not Found", "").as_bytes(), from).await.unwrap();
        }
    };
    tokio::select! {
        () = house.trunk(true) => {}
        () = answering => {}
    }
    house.trunk(false).await;
}

#[tokio::test]
async fn calls_come_over_tcp_too() {
    let mut house = house_with("listen = ['tcp:127.0.0.1:0']", "addresses = ['127.0.0.1']").await;
    let sipp = sipp::call("hold.xml", house.at, &["-t", "t1"]);
    let Ringing { call, .. } = house.call().await;
    assert_eq!(house.over(call).await, CallOver::HungUp);
    sipp.succeeds().await;
}

#[tokio::test]
async fn tls_is_spoken_with_the_certificate_of_the_settings() {
    use std::io::{Read, Write};
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    std::fs::write(&certificate, own.cert.pem()).unwrap();
    std::fs::write(&key, own.signing_key.serialize_pem()).unwrap();
    let doors = format!(
        "listen = ['tls:127.0.0.1:0']\ntls = {{ certificate = '{}', key = '{}' }}",
        certificate.display(),
        key.display()
    );
    let house = house_with(&doors, "addresses = ['127.0.0.1']").await;
    let mut roots = rustls::RootCertStore::empty();
    roots.add(own.cert.der().clone()).unwrap();
    let config = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let (at, name) = (house.at, "127.0.0.1".try_into().unwrap());
    let said = tokio::task::spawn_blocking(move || {
        let mut session = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
        let mut socket = std::net::TcpStream::connect(at).unwrap();
        socket.set_read_timeout(Some(phone::PATIENCE)).unwrap();
        let question = options(at, socket.local_addr().unwrap(), 1).replace("SIP/2.0/UDP", "SIP/2.0/TLS");
        let mut line = rustls::Stream::new(&mut session, &mut socket);
        line.write_all(question.as_bytes()).unwrap();
        let mut answer = [0; 16];
        line.read_exact(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    });
    assert_eq!(said.await.unwrap(), "SIP/2.0 200 OK\r\n");
}

#[tokio::test]
async fn more_calls_than_the_trunk_has_lines_are_told_that_it_is_busy() {
    let mut house = house("max_calls = 1").await;
    let first = sipp::call("call.xml", house.at, &["-d", "1500"]);
    house.call().await;
    sipp::call("busy.xml", house.at, &[]).succeeds().await;
    first.succeeds().await;
}
