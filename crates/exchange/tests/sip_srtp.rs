//! Sound that is encrypted under keys of the description: what a telephone that asks for it hears and is heard of.

mod phone;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use desk::centre::CallOver;
use peer::srtp::{MASTER, MasterKey, Opener, Sealer, Suite};
use peer::{Codec, Rtp};
use phone::sound::packet;
use phone::wire::Wire;
use phone::{House, PATIENCE, Ringing, house, house_with};
use tokio::net::UdpSocket;

const SUITES: [(Suite, &str); 2] =
    [(Suite::Tag80, "AES_CM_128_HMAC_SHA1_80"), (Suite::Tag32, "AES_CM_128_HMAC_SHA1_32")];

fn key(byte: u8) -> MasterKey {
    MasterKey([byte; MASTER])
}

fn attribute(tag: u32, suite: &str, key: &MasterKey) -> String {
    format!("a=crypto:{tag} {suite} inline:{}\r\n", BASE64_STANDARD.encode(key.0))
}

fn offer(port: u16, profile: &str, attributes: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} {profile} 0 101\r\n\
         a=rtpmap:101 telephone-event/8000\r\n{attributes}"
    )
}

/// The key that an answer tells under this attribute.
fn told(answer: &str, tag: u32, suite: &str) -> MasterKey {
    let start = format!("a=crypto:{tag} {suite} inline:");
    let line = answer.lines().find_map(|line| line.strip_prefix(start.as_str()));
    let bytes =
        BASE64_STANDARD.decode(line.unwrap_or_else(|| panic!("{start} in {answer}"))).expect("base64");
    MasterKey(bytes.try_into().expect("a key and its salt"))
}

/// A telephone's sound.
struct Line {
    socket: UdpSocket,
    to: SocketAddr,
    ssrc: u32,
    sequence: u16,
}

impl Line {
    async fn new() -> Line {
        let socket = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
        Line { socket, to: SocketAddr::from(([127, 0, 0, 1], 9)), ssrc: 77, sequence: 65_000 }
    }

    fn port(&self) -> u16 {
        self.socket.local_addr().expect("bound").port()
    }

    /// Where an answer wants to be spoken to.
    fn listen_to(&mut self, answer: &str) {
        let line = answer.lines().find_map(|line| line.strip_prefix("m=audio ")).expect("sound");
        let port = line.split(' ').next().and_then(|port| port.parse().ok()).expect("a port");
        self.to.set_port(port);
    }

    /// The next packet, of this byte alone.
    fn packet(&mut self, byte: u8) -> Vec<u8> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut packet = vec![0x80, 0];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend((u32::from(self.sequence) * 160).to_be_bytes());
        packet.extend(self.ssrc.to_be_bytes());
        packet.extend([byte; 160]);
        packet
    }

    async fn send(&self, datagram: &[u8]) {
        self.socket.send_to(datagram, self.to).await.expect("sent");
    }

    async fn hear(&self) -> Vec<u8> {
        let mut datagram = [0; 2_048];
        let came =
            tokio::time::timeout(PATIENCE, self.socket.recv(&mut datagram)).await.expect("a packet in time");
        datagram[..came.expect("it comes")].to_vec()
    }
}

struct Call {
    wire: Wire,
    line: Line,
    ringing: Ringing,
    answer: String,
    heard: Arc<Mutex<Vec<Rtp>>>,
}

/// A call with this offer behind its port, answered.
async fn call(house: &mut House, profile: &str, attributes: &str) -> Call {
    let mut line = Line::new().await;
    let mut wire = Wire::new(house.at).await;
    wire.send(&wire.request("INVITE", 1, "", &offer(line.port(), profile, attributes))).await;
    let answer = wire.answer("INVITE").await;
    assert!(answer.starts_with("SIP/2.0 200 "), "{answer}");
    wire.send(&wire.request("ACK", 1, "", "")).await;
    line.listen_to(&answer);
    let ringing = house.call().await;
    let heard: Arc<Mutex<Vec<Rtp>>> = Arc::default();
    let kept = Arc::clone(&heard);
    ringing.leg.on_rtp(Box::new(move |rtp| kept.lock().expect("nobody panicked").push(rtp)));
    Call { wire, line, ringing, answer, heard }
}

impl Call {
    /// Waits until so many packets were heard in all, and tells their first octets.
    async fn hears(&self, count: usize) -> Vec<u8> {
        let wait = async {
            while self.heard.lock().expect("nobody panicked").len() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("it is heard in time");
        tokio::time::sleep(Duration::from_millis(50)).await;
        self.heard.lock().expect("nobody panicked").iter().map(|rtp| rtp.payload[0]).collect()
    }

    /// What we send next, as it comes.
    async fn sent(&self, number: u16) -> Vec<u8> {
        assert!(self.ringing.leg.send(packet(Codec::Pcmu, number, 0x7f)));
        self.line.hear().await
    }
}

#[tokio::test]
async fn both_ways_are_sealed_and_nothing_else_is_heard() {
    for (suite, name) in SUITES {
        let mut house = house("").await;
        let attributes =
            format!("{}{}", attribute(1, "F8_128_HMAC_SHA1_80", &key(9)), attribute(2, name, &key(1)));
        let mut call = call(&mut house, "RTP/SAVP", &attributes).await;
        assert!(call.answer.contains(" RTP/SAVP 0 101\r\n"), "{}", call.answer);
        let ours = told(&call.answer, 2, name);
        let (mut sealer, mut opener) =
            (Sealer::new(suite, &key(1)).unwrap(), Opener::new(suite, &ours, 0).unwrap());
        let mut stranger = Sealer::new(suite, &key(8)).unwrap();
        let open = call.line.packet(1);
        call.line.send(&open).await;
        let forged = stranger.rtp(&call.line.packet(2)).unwrap();
        call.line.send(&forged).await;
        let good = sealer.rtp(&call.line.packet(3)).unwrap();
        call.line.send(&good).await;
        call.line.send(&good).await;
        assert_eq!(call.hears(1).await, [3], "{name}");
        // Another source, as a menu of the carrier brings it.
        (call.line.ssrc, call.line.sequence) = (78, 10);
        let other = sealer.rtp(&call.line.packet(4)).unwrap();
        call.line.send(&other).await;
        call.line.send(&good).await;
        assert_eq!(call.hears(2).await, [3, 4], "{name}");
        let sent = call.sent(1).await;
        assert_ne!(sent[12..40], [0x7f; 28], "sealed");
        assert_eq!(opener.rtp(&sent).expect("with the key of the answer")[12..], [0x7f; 160]);
        call.ringing.leg.hang_up();
        assert!(call.wire.hear().await.starts_with("BYE "));
    }
}

#[tokio::test]
async fn a_change_in_the_call_brings_new_keys_and_never_none() {
    let (suite, name) = SUITES[0];
    let mut house = house("").await;
    let mut call = call(&mut house, "RTP/SAVP", &attribute(1, name, &key(1))).await;
    let first = told(&call.answer, 1, name);
    let mut sealer = Sealer::new(suite, &key(1)).unwrap();
    let sealed = sealer.rtp(&call.line.packet(1)).unwrap();
    call.line.send(&sealed).await;
    assert_eq!(call.hears(1).await, [1]);
    let before = call.sent(1).await;
    assert!(Opener::new(suite, &first, 0).unwrap().rtp(&before).is_some());

    // The same again, as a refresh of the session does it.
    let body = offer(call.line.port(), "RTP/SAVP", &attribute(1, name, &key(1)));
    call.wire.send(&call.wire.request("INVITE", 2, "", &body)).await;
    let answer = call.wire.answer("INVITE").await;
    assert_eq!(told(&answer, 1, name).0, first.0, "the same key");
    call.wire.send(&call.wire.request("ACK", 2, "", "")).await;
    call.line.send(&sealed).await;
    let sealed = sealer.rtp(&call.line.packet(2)).unwrap();
    call.line.send(&sealed).await;
    assert_eq!(call.hears(2).await, [1, 2], "what came before does not come again");

    let body = offer(call.line.port(), "RTP/SAVP", &attribute(5, name, &key(2)));
    call.wire.send(&call.wire.request("INVITE", 3, "", &body)).await;
    let answer = call.wire.answer("INVITE").await;
    let second = told(&answer, 5, name);
    assert_ne!(second.0, first.0);
    call.wire.send(&call.wire.request("ACK", 3, "", "")).await;
    let late = sealer.rtp(&call.line.packet(3)).unwrap();
    call.line.send(&late).await;
    let sealed = Sealer::new(suite, &key(2)).unwrap().rtp(&call.line.packet(4)).unwrap();
    call.line.send(&sealed).await;
    assert_eq!(call.hears(4).await, [1, 2, 3, 4], "the old key until the new one is heard");
    let after = call.sent(2).await;
    assert_ne!(after[8..12], before[8..12], "a source of its own, so that nobody counts on from the old one");
    assert!(Opener::new(suite, &second, 0).unwrap().rtp(&after).is_some());

    let body = offer(call.line.port(), "RTP/AVP", "");
    call.wire.send(&call.wire.request("INVITE", 4, "", &body)).await;
    let answer = call.wire.answer("INVITE").await;
    assert!(answer.starts_with("SIP/2.0 488 "), "{answer}");
    call.wire.send(&call.wire.request("ACK", 4, "", "")).await;
    let still = call.sent(3).await;
    assert!(Opener::new(suite, &second, 0).unwrap().rtp(&still).is_some());
    call.wire.send(&call.wire.request("BYE", 5, "", "")).await;
    assert_eq!(house.over(call.ringing.call).await, CallOver::HungUp);
}

#[tokio::test]
async fn an_offer_whose_encryption_we_do_not_speak_is_refused() {
    let mut house = house("").await;
    for attributes in [
        String::new(),
        attribute(1, "AES_256_CM_HMAC_SHA1_80", &key(1)),
        attribute(1, "AES_CM_128_HMAC_SHA1_80", &key(1)).replace("\r\n", " UNENCRYPTED_SRTP\r\n"),
    ] {
        let mut wire = Wire::new(house.at).await;
        wire.send(&wire.request("INVITE", 1, "", &offer(9_000, "RTP/SAVP", &attributes))).await;
        let answer = wire.answer("INVITE").await;
        assert!(answer.starts_with("SIP/2.0 488 "), "{attributes}: {answer}");
        wire.send(&wire.request("ACK", 1, "", "")).await;
    }
    house.silent(Duration::from_millis(100)).await;
    house.empty().await;
}

#[tokio::test]
async fn an_offer_in_the_open_is_answered_in_the_open() {
    let mut house = house("").await;
    let mut call = call(&mut house, "RTP/AVP", &attribute(1, SUITES[0].1, &key(1))).await;
    assert!(call.answer.contains(" RTP/AVP 0 101\r\n") && !call.answer.contains("crypto"), "{}", call.answer);
    let open = call.line.packet(1);
    call.line.send(&open).await;
    assert_eq!(call.hears(1).await, [1]);
    assert_eq!(call.sent(1).await[12..], [0x7f; 160]);
}

#[tokio::test]
async fn a_trunk_that_insists_takes_no_keys_that_came_in_the_open() {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
    let folder = tempfile::tempdir().expect("a folder");
    let (certificate, key_file) = (folder.path().join("c.pem"), folder.path().join("k.pem"));
    std::fs::write(&certificate, own.cert.pem()).expect("written");
    std::fs::write(&key_file, own.signing_key.serialize_pem()).expect("written");
    let doors = format!(
        "listen = ['udp:127.0.0.1:0', 'tls:127.0.0.1:0']\ntls = {{ certificate = '{}', key = '{}' }}",
        certificate.display(),
        key_file.display()
    );
    let mut house = house_with(&doors, "addresses = ['127.0.0.1']\nsrtp = 'required'").await;
    for (profile, attributes) in
        [("RTP/SAVP", attribute(1, SUITES[0].1, &key(1))), ("RTP/AVP", String::new())]
    {
        let mut wire = Wire::new(house.at).await;
        wire.send(&wire.request("INVITE", 1, "", &offer(9_000, profile, &attributes))).await;
        let answer = wire.answer("INVITE").await;
        assert!(answer.starts_with("SIP/2.0 488 ") && !answer.contains("inline"), "{profile}: {answer}");
        wire.send(&wire.request("ACK", 1, "", "")).await;
    }
    house.silent(Duration::from_millis(100)).await;
}
