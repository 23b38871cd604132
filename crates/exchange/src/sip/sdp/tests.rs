//! Offers of real telephones and carriers, what is taken of them, and what the answer says.

use peer::srtp::{MASTER, MasterKey, Suite};
use rand::Rng;

use super::*;
use crate::fuzz;

const CARRIER: &str = "v=0\r\no=- 1 1 IN IP4 192.0.2.5\r\ns=-\r\nc=IN IP4 192.0.2.5\r\nt=0 0\r\n\
    m=audio 20000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
    a=fmtp:101 0-15\r\na=ptime:20\r\n";

fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn own() -> Own {
    Own { rtp: at("198.51.100.1:40002"), id: 7, version: 1, key: MasterKey([0; MASTER]) }
}

fn agree(text: &str) -> Result<Agreed, SdpError> {
    read(text.as_bytes())?.agree(None, Protection::AsAsked)
}

#[test]
fn a_carriers_offer_is_answered_with_one_codec_and_the_keys() {
    let offer = read(CARRIER.as_bytes()).unwrap();
    let agreed = offer.agree(None, Protection::AsAsked).unwrap();
    assert_eq!((agreed.codec, agreed.payload, agreed.event), (Codec::Pcmu, 0, Some(101)));
    assert_eq!(agreed.rtp, at("192.0.2.5:20000"));
    assert_eq!(agreed.rtcp, at("192.0.2.5:20001"));
    assert_eq!(
        answer(&offer, &agreed, &own()),
        "v=0\r\no=- 7 1 IN IP4 198.51.100.1\r\ns=-\r\nc=IN IP4 198.51.100.1\r\nt=0 0\r\n\
         m=audio 40002 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n\
         a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    );
}

#[test]
fn the_far_sides_order_decides_and_a_running_codec_is_kept() {
    let table = [
        ("0 8", None, Codec::Pcmu),
        ("8 0", None, Codec::Pcma),
        ("18 3 8 0", None, Codec::Pcma),
        ("8 0", Some(Codec::Pcmu), Codec::Pcmu),
        ("8", Some(Codec::Pcmu), Codec::Pcma),
        ("96 0", None, Codec::Opus),
    ];
    for (formats, keep, codec) in table {
        let text =
            format!("v=0\nc=IN IP4 192.0.2.5\nm=audio 9 RTP/AVP {formats}\na=rtpmap:96 opus/48000/2\n");
        let agreed = read(text.as_bytes()).unwrap().agree(keep, Protection::AsAsked).unwrap();
        assert_eq!(agreed.codec, codec, "{formats} {keep:?}");
    }
}

#[test]
fn hold_is_answered_with_its_mirror() {
    let table = [
        ("sendrecv", "192.0.2.5", Direction::Both, "a=sendrecv\r\n"),
        ("sendonly", "192.0.2.5", Direction::Sends, "a=recvonly\r\n"),
        ("recvonly", "192.0.2.5", Direction::Receives, "a=sendonly\r\n"),
        ("inactive", "192.0.2.5", Direction::Neither, "a=inactive\r\n"),
        ("sendrecv", "0.0.0.0", Direction::Neither, "a=inactive\r\n"),
        ("inactive", "0.0.0.0", Direction::Neither, "a=inactive\r\n"),
    ];
    for (attribute, address, theirs, ours) in table {
        let in_media = format!("v=0\nc=IN IP4 {address}\nm=audio 9 RTP/AVP 0\na={attribute}\n");
        let in_session = format!("v=0\nc=IN IP4 {address}\na={attribute}\nm=audio 9 RTP/AVP 0\n");
        for text in [in_media, in_session] {
            let offer = read(text.as_bytes()).unwrap();
            let agreed = offer.agree(None, Protection::AsAsked).unwrap();
            assert_eq!(agreed.theirs, theirs, "{text}");
            assert!(answer(&offer, &agreed, &own()).contains(ours), "{text}");
        }
    }
}

#[test]
fn what_is_not_sound_of_ours_is_refused_line_by_line() {
    let text = "v=0\nm=audio 30 RTP/SAVP 0\nm=audio 40 RTP/AVP 8\nc=IN IP6 2001:db8::1\na=rtcp-mux\nm=video 9 RTP/AVP 96\n";
    let offer = read(text.as_bytes()).unwrap();
    let agreed = offer.agree(None, Protection::AsAsked).unwrap();
    assert_eq!(agreed.rtcp, at("[2001:db8::1]:40"));
    let said = answer(&offer, &agreed, &own());
    let lines: Vec<&str> = said.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(lines, ["m=audio 0 RTP/SAVP 0", "m=audio 40002 RTP/AVP 8", "m=video 0 RTP/AVP 96"]);
    assert!(said.contains("a=rtcp-mux"));
}

#[test]
fn rtcp_goes_where_it_is_wanted() {
    let with = |attribute: &str| format!("v=0\nc=IN IP4 192.0.2.5\nm=audio 20 RTP/AVP 0\n{attribute}\n");
    for (attribute, expected) in [
        ("a=x", "192.0.2.5:21"),
        ("a=rtcp:77", "192.0.2.5:77"),
        ("a=rtcp:77 IN IP4 192.0.2.9", "192.0.2.9:77"),
        ("a=rtcp:0", "192.0.2.5:21"),
        ("a=rtcp-mux", "192.0.2.5:20"),
    ] {
        assert_eq!(agree(&with(attribute)).unwrap().rtcp, at(expected), "{attribute}");
    }
}

#[test]
fn useless_descriptions_say_why() {
    let long = format!("v=0\n{}", "a=x\n".repeat(4_000));
    let sections = format!("v=0\n{}", "m=audio 9 RTP/AVP 0\n".repeat(9));
    let formats = format!("v=0\nm=audio 9 RTP/AVP{}\n", " 0".repeat(49));
    let table = [
        ("", SdpError::Malformed),
        ("v=1\n", SdpError::Malformed),
        ("v=0\nrubbish\n", SdpError::Malformed),
        ("v=0\nm=audio\n", SdpError::Malformed),
        ("v=0\nm=audio 9 RTP/AVP\n", SdpError::Malformed),
        ("v=0\nm=audio 99999 RTP/AVP 0\n", SdpError::Malformed),
        ("v=0\nc=IN IP4 phone.example\nm=audio 9 RTP/AVP 0\n", SdpError::Malformed),
        ("v=0\n", SdpError::NothingInCommon),
        ("v=0\nm=audio 9 RTP/AVP 0\n", SdpError::NothingInCommon),
        ("v=0\nc=IN IP4 192.0.2.5\nm=audio 0 RTP/AVP 0\n", SdpError::NothingInCommon),
        ("v=0\nc=IN IP4 192.0.2.5\nm=audio 9 RTP/AVP 18 101\n", SdpError::NothingInCommon),
        (
            "v=0\nc=IN IP4 192.0.2.5\nm=audio 9 RTP/AVP 96\na=rtpmap:96 PCMU/16000\n",
            SdpError::NothingInCommon,
        ),
        ("v=0\nc=IN IP4 192.0.2.5\nm=audio 9 RTP/AVP 0\nm=audio 0 RTP/AVP \u{b}\n", SdpError::Malformed),
        ("v=0\nc=IN IP4 192.0.2.5\nm=audio 9 RTP/AVP 0\nm=audio 0 RTP/AVP \u{e9}\n", SdpError::Malformed),
        (long.as_str(), SdpError::TooLarge),
        (sections.as_str(), SdpError::TooLarge),
        (formats.as_str(), SdpError::TooLarge),
    ];
    for (text, why) in table {
        assert_eq!(agree(text), Err(why), "{:?}", &text[..text.len().min(60)]);
    }
}

#[test]
fn our_own_offer_is_one_that_we_would_take() {
    let text = offer(Codec::Pcmu, false, &own());
    let agreed = agree(&text).unwrap();
    assert_eq!((agreed.codec, agreed.event, agreed.rtp), (Codec::Pcmu, Some(101), own().rtp));
}

#[test]
fn no_description_brings_it_down() {
    let lines = [
        "v=0",
        "c=IN IP4 192.0.2.5",
        "c=IN IP6 ::",
        "c=",
        "m=audio 9 RTP/AVP 0 8 101",
        "m=audio 65535 RTP/AVP 0",
        "m=video 9 RTP/AVP 96",
        "a=rtpmap:96 opus/48000/2",
        "a=rtpmap:101 telephone-event/8000",
        "a=rtpmap:",
        "a=rtcp:1 IN IP4",
        "a=rtcp:",
        "a=sendonly",
        "a=inactive",
        "a=rtcp-mux",
        "a=",
        "=",
        "\u{e9}",
        "t=0 0",
        "m=audio 9/2 RTP/AVP 8",
        "a=rtpmap:0 PCMU/8000",
        "m=audio 9 RTP/SAVP 0 8",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz",
        "a=crypto:2 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj|2^20|1:4",
        "a=crypto:",
    ];
    for mut round in fuzz::rounds() {
        let chance = &mut round.chance;
        let count = chance.random_range(0..14);
        let mut text = String::from("v=0\r\n");
        for _ in 0..count {
            text.push_str(lines[chance.random_range(0..lines.len())]);
            text.push_str("\r\n");
        }
        let mut bytes = text.into_bytes();
        if chance.random_bool(0.7) {
            fuzz::mutate(chance, &mut bytes);
        }
        if let Ok(description) = read(&bytes)
            && let Ok(agreed) = description.agree(None, Protection::AsAsked)
        {
            let said = answer(&description, &agreed, &own());
            assert_eq!(said.lines().filter(|line| line.starts_with("m=")).count(), description.media.len());
            let told = agree(&said).expect(&said);
            let asked = agreed.crypto.map(|crypto| (crypto.tag, crypto.suite));
            assert_eq!(told.crypto.map(|crypto| (crypto.tag, crypto.suite)), asked, "{said}");
        }
    }
}

const ONE: &str = "a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj\n";
const OTHER: &str = "a=crypto:1 AES_256_CM_HMAC_SHA1_80 inline:NzB4d1BINUAvLEw6UzF3WSJ+PSdFcGdUJShpX1Zj\n";

fn sealed(attributes: &str) -> String {
    format!("v=0\nc=IN IP4 192.0.2.5\nm=audio 30 RTP/SAVP 0\n{attributes}")
}

#[test]
fn what_asks_to_be_sealed_is_answered_with_its_attribute_and_a_key_of_ours() {
    let offer = read(sealed(&format!("{OTHER}{ONE}")).as_bytes()).unwrap();
    let agreed = offer.agree(None, Protection::AsAsked).unwrap();
    assert_eq!(agreed.crypto.map(|crypto| (crypto.tag, crypto.suite)), Some((4, Suite::Tag32)));
    let said = answer(&offer, &agreed, &own());
    assert!(said.contains("m=audio 40002 RTP/SAVP 0\r\n"), "{said}");
    let attribute = format!("a=crypto:4 AES_CM_128_HMAC_SHA1_32 inline:{}\r\n", "A".repeat(40));
    assert!(said.contains(&attribute), "{said}");
    assert!(!format!("{offer:?} {agreed:?} {:?}", own()).contains("NzB4"));
}

#[test]
fn what_asks_to_be_sealed_is_never_taken_in_the_open() {
    for attributes in ["", OTHER] {
        assert_eq!(agree(&sealed(attributes)), Err(SdpError::NothingInCommon), "{attributes}");
    }
    let dtls = sealed(ONE).replace("RTP/SAVP", "UDP/TLS/RTP/SAVP");
    assert_eq!(agree(&dtls), Err(SdpError::NothingInCommon));
    let beside = sealed(ONE).replace("RTP/SAVP", "RTP/AVP");
    assert_eq!(agree(&beside).map(|agreed| agreed.crypto), Ok(None), "no attribute of sound in the open");
    let both = format!("{beside}m=audio 40 RTP/SAVPF 8\n{ONE}");
    assert_eq!(agree(&both).map(|agreed| agreed.rtp.port()), Ok(40), "sealed goes first");
}

#[test]
fn an_answer_keeps_to_what_was_offered() {
    let told = Some((4, Suite::Tag32));
    let open = sealed("").replace("RTP/SAVP", "RTP/AVP");
    let table = [
        (sealed(ONE), Protection::AsTold(told), true),
        (sealed(ONE), Protection::AsTold(Some((1, Suite::Tag32))), false),
        (sealed(ONE), Protection::AsTold(Some((4, Suite::Tag80))), false),
        (sealed(ONE), Protection::AsTold(None), false),
        (sealed(ONE), Protection::Required, true),
        (open.clone(), Protection::AsTold(told), false),
        (open.clone(), Protection::AsTold(None), true),
        (open, Protection::Required, false),
    ];
    for (text, protection, fits) in table {
        let found = read(text.as_bytes()).unwrap().agree(None, protection);
        assert_eq!(found.is_ok(), fits, "{text} {protection:?}");
    }
    let ours = offer(Codec::Pcmu, true, &own());
    let agreed = read(ours.as_bytes()).unwrap().agree(None, Protection::AsTold(Some(OFFERED)));
    assert!(agreed.is_ok_and(|agreed| agreed.crypto.is_some()), "{ours}");
}
