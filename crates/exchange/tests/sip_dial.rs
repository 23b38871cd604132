//! Calls that we make, against real SIPp as the carrier and the telephone behind it.

mod phone;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use desk::centre::CallOver;
use exchange::sip::numbers::Forbidden;
use exchange::sip::{DialFailure, DialNews, DialRefused};
use peer::Codec;
use phone::dialling::{NUMBER, dialling_house, trunk};
use phone::sipp;
use phone::sound::packet;
use phone::wire::answer;
use tokio::net::UdpSocket;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_number_is_called_answered_and_both_sides_hear_each_other() {
    const PACKETS: usize = 100;
    let far = sipp::wait("answers.xml", &["-rtp_echo"]);
    let mut house = dialling_house("", &[trunk("main", far.at, "")]).await;
    let (call, leg) = house.dial("０４８－７８２－９９２２").await.expect("it is called");
    assert_eq!(house.dialled(call).await, DialNews::Ringing);
    assert_eq!(house.dialled(call).await, DialNews::Answered);
    assert_eq!(leg.codec(), Codec::Pcmu);
    let heard: Arc<Mutex<Vec<u8>>> = Arc::default();
    let kept = Arc::clone(&heard);
    leg.on_rtp(Box::new(move |rtp| kept.lock().expect("nobody panicked").push(rtp.payload[0])));
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    for number in 0..PACKETS {
        ticks.tick().await;
        assert!(leg.send(packet(Codec::Pcmu, number as u16, number as u8)));
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let heard = heard.lock().unwrap().clone();
    println!("{PACKETS} packets sent, {} came back", heard.len());
    assert!(heard.len() * 100 >= PACKETS * 98);
    assert!(heard.windows(2).all(|pair| pair[0] < pair[1]), "what we said, in our order");
    assert_eq!(house.stack.calls(), 1);
    leg.hang_up();
    far.succeeds().await;
    house.empty().await;
    house.silent(Duration::from_millis(100)).await;
}

#[tokio::test]
async fn a_far_side_that_hangs_up_at_once_ends_the_call() {
    const CALLS: usize = 20;
    let far = sipp::wait("answers-then-leaves.xml", &["-m", "20"]);
    let mut house = dialling_house("", &[trunk("main", far.at, "")]).await;
    for _ in 0..CALLS {
        let (call, _leg) = house.dial(NUMBER).await.expect("it is called");
        assert_eq!(house.dialled(call).await, DialNews::Ringing);
        assert_eq!(house.dialled(call).await, DialNews::Answered);
        assert_eq!(house.over(call).await, CallOver::HungUp);
        house.empty().await;
    }
    far.succeeds().await;
}

#[tokio::test]
async fn an_engaged_line_a_wrong_number_and_a_useless_answer_say_so() {
    let table = [
        ("engaged.xml", None, DialFailure::Busy),
        ("early-media.xml", Some(DialNews::Ringing), DialFailure::NotFound),
        ("odd-codec.xml", Some(DialNews::Ringing), DialFailure::CarrierTrouble),
        ("trouble.xml", None, DialFailure::CarrierTrouble),
    ];
    for (scenario, before, why) in table {
        let far = sipp::wait(scenario, &[]);
        let mut house = dialling_house("", &[trunk("main", far.at, "")]).await;
        let (call, leg) = house.dial(NUMBER).await.expect("it is called");
        if let Some(before) = before {
            assert_eq!(house.dialled(call).await, before, "{scenario}");
        }
        assert_eq!(house.dialled(call).await, DialNews::Failed(why), "{scenario}");
        far.succeeds().await;
        house.empty().await;
        assert!(!leg.send(packet(Codec::Pcmu, 0, 0xff)), "its sockets are gone");
        house.silent(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_carrier_in_trouble_is_left_for_the_next_trunk() {
    let (first, second) = (sipp::wait("trouble.xml", &[]), sipp::wait("answers.xml", &[]));
    let trunks = [trunk("second", second.at, ""), trunk("main", first.at, "")];
    let mut house = dialling_house("", &trunks).await;
    let (call, leg) = house.dial(NUMBER).await.expect("it is called");
    assert_eq!(house.dialled(call).await, DialNews::Ringing);
    assert_eq!(house.dialled(call).await, DialNews::Answered);
    first.succeeds().await;
    leg.hang_up();
    second.succeeds().await;
    house.empty().await;
}

#[tokio::test]
async fn a_call_that_nobody_wants_any_more_stops_ringing() {
    let far = sipp::wait("rings-on.xml", &[]);
    let mut house = dialling_house("", &[trunk("main", far.at, "")]).await;
    let (call, leg) = house.dial(NUMBER).await.expect("it is called");
    assert_eq!(house.dialled(call).await, DialNews::Ringing);
    leg.hang_up();
    far.succeeds().await;
    house.empty().await;
    house.silent(Duration::from_millis(50)).await;
}

/// A trunk that registers at a registrar who never answers, and whose calls go to a carrier that asks for a digest.
async fn with_password(password: &str) -> (phone::House, sipp::Sipp, UdpSocket) {
    let far = sipp::wait("asks-digest.xml", &[]);
    let registrar = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let at = registrar.local_addr().expect("a socket");
    let register =
        format!("register = {{ registrar = 'sip:{at}', user = 'kenmu', password = '{password}' }}");
    (dialling_house("", &[trunk("main", far.at, &register)]).await, far, registrar)
}

#[tokio::test]
async fn a_carrier_that_asks_for_a_digest_gets_it() {
    let (mut house, far, _registrar) = with_password("open sesame").await;
    let (call, leg) = house.dial(NUMBER).await.expect("it is called");
    assert_eq!(house.dialled(call).await, DialNews::Ringing);
    assert_eq!(house.dialled(call).await, DialNews::Answered);
    leg.hang_up();
    far.succeeds().await;
    house.empty().await;
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let (mut house, far, _registrar) = with_password("close sesame").await;
    let (call, _leg) = house.dial(NUMBER).await.expect("it is called");
    assert_eq!(house.dialled(call).await, DialNews::Failed(DialFailure::Refused));
    far.succeeds().await;
    house.empty().await;
}

/// A carrier that writes its answers by hand.
async fn by_hand(outbound: &str) -> (phone::House, UdpSocket, SocketAddr) {
    let carrier = UdpSocket::bind("127.0.0.1:0").await.expect("a socket");
    let at = carrier.local_addr().expect("a socket");
    let house = dialling_house(outbound, &[trunk("main", at, "")]).await;
    let to = house.at;
    (house, carrier, to)
}

async fn hear(carrier: &UdpSocket) -> String {
    let mut datagram = [0; 4_096];
    let came = tokio::time::timeout(phone::PATIENCE, carrier.recv(&mut datagram)).await;
    let length = came.expect("a message in time").expect("it comes");
    String::from_utf8_lossy(&datagram[..length]).into_owned()
}

#[tokio::test]
async fn a_proxy_that_asks_for_a_digest_gets_it_and_the_second_invite_is_the_one_that_is_cancelled() {
    let carrier = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let registrar = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let at = registrar.local_addr().unwrap();
    let register = format!("register = {{ registrar = 'sip:{at}', user = 'kenmu', password = 'p' }}");
    let trunks = [trunk("main", carrier.local_addr().unwrap(), &register)];
    let mut house = dialling_house("", &trunks).await;
    let to = house.at;
    let (call, leg) = house.dial(NUMBER).await.expect("it is called");
    let first = hear(&carrier).await;
    let asked = "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n1\", algorithm=MD5, qop=\"auth\"\r\n";
    let challenge = answer(&first, "407 Proxy Authentication Required", asked);
    carrier.send_to(challenge.as_bytes(), to).await.unwrap();
    assert!(hear(&carrier).await.starts_with("ACK "));
    let second = hear(&carrier).await;
    assert!(second.contains("Proxy-Authorization: Digest") && second.contains("CSeq: 2 INVITE"), "{second}");
    carrier.send_to(answer(&second, "183 Session Progress", "").as_bytes(), to).await.unwrap();
    assert_eq!(house.dialled(call).await, DialNews::Ringing);
    leg.hang_up();
    let cancel = hear(&carrier).await;
    assert!(cancel.starts_with("CANCEL ") && cancel.contains("CSeq: 2 CANCEL"), "{cancel}");
    carrier.send_to(answer(&cancel, "200 OK", "").as_bytes(), to).await.unwrap();
    carrier.send_to(answer(&second, "487 Request Terminated", "").as_bytes(), to).await.unwrap();
    house.empty().await;
    house.silent(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn a_refused_number_never_reaches_the_wire() {
    let (mut house, carrier, _) = by_hand("refuse = ['0487']").await;
    let table = [
        ("", Forbidden::NoNumber),
        ("0487829922@192.0.2.66", Forbidden::OtherCharacters),
        ("+12125550123", Forbidden::Foreign),
        ("01012125550123", Forbidden::Foreign),
        ("00330312345678", Forbidden::CarrierCode),
        ("119", Forbidden::Emergency),
        ("117", Forbidden::Service),
        ("0990123456", Forbidden::Special),
        ("0570123456", Forbidden::Special),
        ("7829922", Forbidden::Incomplete),
        ("031234567", Forbidden::WrongLength),
        (NUMBER, Forbidden::RefusedHere),
    ];
    for (number, why) in table {
        assert_eq!(house.dial(number).await.err(), Some(DialRefused::Number(why)), "{number}");
    }
    let mut datagram = [0; 2_048];
    let heard = tokio::time::timeout(Duration::from_millis(300), carrier.recv(&mut datagram)).await;
    assert!(heard.is_err(), "nothing was sent");
    assert_eq!(house.stack.calls(), 0);
    house.silent(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn without_settings_no_call_is_made() {
    let mut house = phone::house("").await;
    assert_eq!(house.dial(NUMBER).await.err(), Some(DialRefused::NotSetUp));
}

#[tokio::test]
async fn calls_are_bounded_at_a_time_and_on_a_day() {
    let far = sipp::wait("answers.xml", &["-m", "3"]);
    let mut house = dialling_house("max_calls = 2\nmax_calls_a_day = 3", &[trunk("main", far.at, "")]).await;
    let mut legs = Vec::new();
    for _ in 0..2 {
        let (call, leg) = house.dial(NUMBER).await.expect("it is called");
        assert_eq!(house.dialled(call).await, DialNews::Ringing);
        assert_eq!(house.dialled(call).await, DialNews::Answered);
        legs.push(leg);
    }
    assert_eq!(house.dial(NUMBER).await.err(), Some(DialRefused::TooManyAtOnce));
    legs.iter().for_each(|leg| leg.hang_up());
    house.empty().await;
    let (call, leg) = house.dial(NUMBER).await.expect("there is room again");
    assert_eq!(house.dialled(call).await, DialNews::Ringing);
    assert_eq!(house.dialled(call).await, DialNews::Answered);
    leg.hang_up();
    house.empty().await;
    assert_eq!(house.dial(NUMBER).await.err(), Some(DialRefused::TooManyToday));
    far.succeeds().await;
}

#[tokio::test]
async fn a_trunk_without_a_free_line_makes_no_call() {
    let far = sipp::wait("answers.xml", &[]);
    let mut house = dialling_house("", &[trunk("main", far.at, "max_calls = 1")]).await;
    let (call, leg) = house.dial(NUMBER).await.expect("it is called");
    assert_eq!(house.dialled(call).await, DialNews::Ringing);
    assert_eq!(house.dial(NUMBER).await.err(), Some(DialRefused::NoLine));
    assert_eq!(house.dialled(call).await, DialNews::Answered);
    leg.hang_up();
    far.succeeds().await;
}

#[tokio::test]
async fn a_call_ends_when_it_lasted_for_as_long_as_it_may() {
    let far = sipp::wait("answers.xml", &[]);
    let mut house = dialling_house("max_seconds = 1", &[trunk("main", far.at, "")]).await;
    let (call, _leg) = house.dial(NUMBER).await.expect("it is called");
    assert_eq!(house.dialled(call).await, DialNews::Ringing);
    assert_eq!(house.dialled(call).await, DialNews::Answered);
    let began = Instant::now();
    assert_eq!(house.over(call).await, CallOver::HungUp);
    println!("a call of at most 1 s ended after {} ms", began.elapsed().as_millis());
    assert!(began.elapsed() >= Duration::from_millis(900));
    far.succeeds().await;
    house.empty().await;
}

#[tokio::test]
async fn a_call_that_was_given_up_before_the_carrier_spoke_is_cancelled_when_it_speaks() {
    let (mut house, carrier, to) = by_hand("").await;
    let (_, leg) = house.dial(NUMBER).await.expect("it is called");
    let invite = hear(&carrier).await;
    assert!(invite.starts_with("INVITE sip:0487829922@127.0.0.1"), "{invite}");
    leg.hang_up();
    let again = hear(&carrier).await;
    assert_eq!(again, invite, "only repeated: a CANCEL may not go first");
    carrier.send_to(answer(&invite, "180 Ringing", "").as_bytes(), to).await.unwrap();
    let cancel = loop {
        let text = hear(&carrier).await;
        if !text.starts_with("INVITE ") {
            break text;
        }
    };
    assert!(cancel.starts_with("CANCEL sip:0487829922@127.0.0.1"), "{cancel}");
    assert!(cancel.contains("CSeq: 1 CANCEL"), "{cancel}");
    let line = |text: &str, name: &str| {
        text.lines().find(|line| line.starts_with(name)).map(str::to_owned).expect("a header")
    };
    for name in ["Via:", "From:", "To:", "Call-ID:"] {
        assert_eq!(line(&cancel, name), line(&invite, name), "RFC 3261, 9.1");
    }
    let repeated = hear(&carrier).await;
    assert_eq!(repeated, cancel, "until it is answered");
    carrier.send_to(answer(&cancel, "200 OK", "").as_bytes(), to).await.unwrap();
    carrier.send_to(answer(&invite, "487 Request Terminated", "").as_bytes(), to).await.unwrap();
    assert!(hear(&carrier).await.starts_with("ACK "));
    house.empty().await;
    house.silent(Duration::from_millis(50)).await;
}

#[tokio::test]
async fn an_answer_that_crossed_the_cancel_is_hung_up() {
    let (mut house, carrier, to) = by_hand("").await;
    let (call, leg) = house.dial(NUMBER).await.expect("it is called");
    let invite = hear(&carrier).await;
    carrier.send_to(answer(&invite, "180 Ringing", "").as_bytes(), to).await.unwrap();
    assert_eq!(house.dialled(call).await, DialNews::Ringing);
    leg.hang_up();
    assert!(hear(&carrier).await.starts_with("CANCEL "));
    let at = carrier.local_addr().unwrap();
    let lifted = answer(&invite, "200 OK", &format!("Contact: <sip:far@{at}>\r\n"));
    let lifted = lifted.replacen("\r\nCall-ID:", ";tag=far\r\nCall-ID:", 1);
    carrier.send_to(lifted.as_bytes(), to).await.unwrap();
    let (mut acked, mut left) = (false, false);
    while !acked || !left {
        let text = hear(&carrier).await;
        acked |= text.starts_with("ACK ");
        if text.starts_with("BYE sip:far@") {
            assert!(text.contains(";tag=far"), "{text}");
            left = true;
            carrier.send_to(answer(&text, "200 OK", "").as_bytes(), to).await.unwrap();
        }
    }
    house.empty().await;
    house.silent(Duration::from_millis(50)).await;
}

#[tokio::test]
#[ignore = "RFC 3261 gives up a request after 32 s"]
async fn a_silent_carrier_is_left_after_32_seconds() {
    let (mut house, _carrier, _) = by_hand("").await;
    let began = Instant::now();
    let (call, _leg) = house.dial(NUMBER).await.expect("it is called");
    tokio::time::sleep(Duration::from_secs(25)).await;
    assert_eq!(house.dialled(call).await, DialNews::Failed(DialFailure::CarrierTrouble));
    println!("a silent carrier was left after {} ms", began.elapsed().as_millis());
    house.empty().await;
}
