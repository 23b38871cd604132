//! What comes from a trunk's own address and is broken: the messages of RFC 4475, rubbish, and what is known to bring
//! the stack's reading down. A call that stands is not touched, and the next good one works.

#[path = "../src/fuzz.rs"]
mod fuzz;
mod phone;

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use desk::centre::CallOver;
use phone::stream::Stream;
use phone::wire::Wire;
use phone::{House, Ringing, house_of, sipp};
use rand::Rng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};

/// What is right for a message that is no call of anybody comes at once, when it comes.
const AT_ONCE: Duration = Duration::from_millis(120);
/// Between two tries of a question that a full socket may have dropped.
const AGAIN: Duration = Duration::from_millis(500);

/// Calls that are good come by one trunk, and everything else by the other one.
async fn house() -> House {
    let trunks = "[[trunk]]\nname = 'main'\naddresses = ['127.0.0.1']\nsilence_ms = 600000\n\
                  [[trunk]]\nname = 'broken'\naddresses = ['127.0.0.2']\nmax_calls = 40\n";
    house_of("listen = ['udp:127.0.0.1:0', 'tcp:127.0.0.1:0']", trunks).await
}

/// A call that stands for the whole test.
struct Standing {
    wire: Wire,
    ringing: Ringing,
}

impl Standing {
    async fn begin(house: &mut House) -> Standing {
        let mut wire = Wire::new(house.at).await;
        wire.send(&wire.request("INVITE", 1, "", &Wire::offer())).await;
        assert!(wire.answer("INVITE").await.starts_with("SIP/2.0 200 "));
        wire.send(&wire.request("ACK", 1, "", "")).await;
        Standing { wire, ringing: house.call().await }
    }

    /// It is still known, and its end is taken.
    async fn end(mut self, house: &mut House) {
        self.wire.send(&self.wire.request("BYE", 2, "", "")).await;
        let bye = self.wire.answer("BYE").await;
        assert!(bye.starts_with("SIP/2.0 200 "), "the call was lost: {bye}");
        assert_eq!(house.over_among_others(self.ringing.call).await, CallOver::HungUp);
    }
}

/// A good question gets its answer.
async fn is_well(house: &House, number: u32) {
    let guest = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let from = guest.local_addr().expect("bound");
    let to = house.at;
    let question = format!(
        "OPTIONS sip:x@{to} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bKwell{number};rport\r\n\
         From: <sip:y@{from}>;tag={number}\r\nTo: <sip:x@{to}>\r\nCall-ID: well-{number}@{from}\r\n\
         CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    );
    let mut said = [0; 2_048];
    let end = Instant::now() + phone::PATIENCE;
    while Instant::now() < end {
        guest.send_to(question.as_bytes(), to).await.expect("sent");
        if let Ok(Ok(length)) = tokio::time::timeout(AGAIN, guest.recv(&mut said)).await {
            assert!(said[..length].starts_with(b"SIP/2.0 200 "));
            return;
        }
    }
    panic!("the exchange is deaf");
}

/// A message of the file, and which answers are right.
struct Torture {
    name: &'static str,
    right: Vec<u16>,
    /// The stack drops it, although an answer would be right.
    unread: bool,
    text: &'static str,
}

fn torture() -> Vec<Torture> {
    let blocks = include_str!("torture.txt").split("\n=== ").skip(1);
    let read = blocks.map(|block| {
        let (head, text) = block.split_once('\n').expect("a head and a message");
        let mut words = head.split(" — ").next().expect("a name").split(' ');
        let name = words.next().expect("a name");
        let words: Vec<&str> = words.collect();
        let right = words.iter().filter_map(|word| word.parse().ok()).collect();
        Torture { name, right, unread: words.contains(&"unread"), text }
    });
    read.collect()
}

impl Torture {
    fn datagram(&self, at: SocketAddr) -> Vec<u8> {
        let whole = self.text.replace("\\\n", "");
        // A block's own end is no part of a description.
        let sdp = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 127.0.0.2\nt=0 0\nm=audio 9 RTP/AVP 0 12\n";
        let whole = format!("{whole}\n").replace("{sdp}\n\n", sdp).replace("{sdp}\n", sdp);
        let bytes = unescaped(&whole.replace('\n', "\r\n").replace("{at}", &at.to_string()));
        let body = bytes.windows(4).position(|end| end == b"\r\n\r\n").expect("an end of the headers") + 4;
        let length = format!(": {}", bytes.len() - body);
        replaced(&bytes, b": CL", length.as_bytes())
    }
}

/// Puts the bytes of `\xNN` there.
fn unescaped(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).expect("two digits"));
        bytes.extend(&part.as_bytes()[2..]);
    }
    bytes
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match bytes.windows(from.len()).position(|part| part == from) {
        Some(at) => [&bytes[..at], to, &bytes[at + from.len()..]].concat(),
        None => bytes.to_vec(),
    }
}

/// The status of the first final answer that names the call, if one comes in time.
async fn status(socket: &UdpSocket, call_id: &str, within: Duration) -> Option<u16> {
    let mut said = [0; 8_192];
    let end = tokio::time::Instant::now() + within;
    loop {
        let came = tokio::time::timeout_at(end, socket.recv(&mut said)).await.ok()?;
        let text = String::from_utf8_lossy(&said[..came.expect("it comes")]).into_owned();
        let is_it = text.lines().any(|line| {
            let named = line.strip_prefix("Call-ID: ").or(line.strip_prefix("i: "));
            named == Some(call_id)
        });
        let status: Option<u16> = text.strip_prefix("SIP/2.0 ").and_then(|rest| rest.get(..3)?.parse().ok());
        if is_it && status.is_some_and(|status| status >= 200) {
            return status;
        }
    }
}

#[tokio::test]
async fn the_torture_of_rfc_4475_is_met_as_it_says_and_ends_no_call() {
    let mut house = house().await;
    let standing = Standing::begin(&mut house).await;
    let carrier = UdpSocket::bind("127.0.0.2:0").await.expect("a socket");
    let at = carrier.local_addr().expect("bound");
    let messages = torture();
    assert_eq!(messages.len(), 49, "those of the RFC");
    let mut wrong = Vec::new();
    for (number, message) in (1..).zip(&messages) {
        carrier.send_to(&message.datagram(at), house.at).await.expect("sent");
        let silent = message.unread || message.right.is_empty();
        let within = if silent { AT_ONCE } else { phone::PATIENCE };
        let status = status(&carrier, message.name, within).await;
        println!("{}\t{status:?}", message.name);
        let fits = status.map_or(silent, |status| !silent && message.right.contains(&status));
        if !fits {
            wrong.push(format!("{}: {status:?}, right are {:?}", message.name, message.right));
        }
        is_well(&house, number).await;
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    standing.end(&mut house).await;
    sipp::call("call.xml", house.at, &["-d", "200"]).succeeds().await;
}

#[tokio::test]
async fn rubbish_brings_nothing_down_and_ends_no_call() {
    const AT_A_TIME: u32 = 200;
    let mut house = house().await;
    let standing = Standing::begin(&mut house).await;
    let carrier = UdpSocket::bind("127.0.0.2:0").await.expect("a socket");
    let at = carrier.local_addr().expect("bound");
    let whole: Vec<Vec<u8>> = torture().iter().map(|message| message.datagram(at)).collect();
    let mut sent = 0;
    for mut round in fuzz::rounds() {
        let chance = &mut round.chance;
        for turn in 1..=AT_A_TIME {
            let mut datagram = whole[chance.random_range(0..whole.len())].clone();
            fuzz::mutate(chance, &mut datagram);
            carrier.send_to(&datagram, house.at).await.expect("sent");
            if turn % 50 == 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        sent += AT_A_TIME;
        is_well(&house, sent).await;
    }
    println!("{sent} broken messages");
    standing.end(&mut house).await;
    sipp::call("call.xml", house.at, &["-d", "200"]).succeeds().await;
}

/// A length that no number of the machine holds together with the head's. Builds that check their sums panic in the
/// stack's reading of a stream; others refuse the message.
fn endless() -> String {
    format!("OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nContent-Length: {}\r\n\r\n", u64::MAX)
}

#[tokio::test]
async fn a_panic_in_the_stacks_reading_ends_no_call() {
    let mut house = house().await;
    let standing = Standing::begin(&mut house).await;
    let door = house.stack.doors()[1];
    let mut good = Stream::call(door).await;
    let over_tcp = house.call().await;
    let mut broken = TcpStream::connect(door).await.expect("connected");
    broken.write_all(endless().as_bytes()).await.expect("sent");
    // The call's own connection, too: its carrier comes back by another one.
    good.write(&endless()).await;
    is_well(&house, 1).await;
    tokio::time::sleep(AT_ONCE).await;
    assert_eq!(house.stack.calls(), 2, "both calls stand");
    good.reconnect().await;
    assert!(good.ask("BYE", 2).await.starts_with("SIP/2.0 200 "), "its end is taken");
    assert_eq!(house.over(over_tcp.call).await, CallOver::HungUp);
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(AT_ONCE, broken.read_to_end(&mut rest)).await;
    println!("the broken connection was closed: {}", closed.is_ok());
    standing.end(&mut house).await;
    sipp::call("call.xml", door, &["-d", "200", "-t", "t1"]).succeeds().await;
}
