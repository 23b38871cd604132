//! Writing our session descriptions. Knows nothing of why sound flows or not.

use std::fmt::Write;
use std::net::SocketAddr;

use peer::Codec;
use peer::srtp::MasterKey;

use super::crypto::{self, OFFERED, Told};
use super::{Agreed, Description, Direction, EVENT, OPEN, PCMA, PCMU, SEALED};

/// The only length of a packet that we send, ms: what every telephone network uses.
const PTIME_MS: u32 = 20;
/// Where Opus is offered to us its number is the far side's; we never offer it ourselves.
const OPUS: u8 = 96;

/// Our side of a description.
#[derive(Clone, Copy, Debug)]
pub struct Own {
    /// Where we receive RTP.
    pub rtp: SocketAddr,
    /// The session's id in `o=`.
    pub id: u64,
    /// The version in `o=`: one more with each change.
    pub version: u64,
    /// What we seal our packets with, where they are sealed.
    pub key: MasterKey,
}

impl Own {
    fn head(&self) -> String {
        let address = self.rtp.ip();
        let family = if address.is_ipv4() { "IP4" } else { "IP6" };
        let (id, version) = (self.id, self.version);
        format!(
            "v=0\r\no=- {id} {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n"
        )
    }
}

/// Our answer to an offer: one codec and the keys; whatever else was offered is refused.
pub fn answer(offer: &Description, agreed: &Agreed, own: &Own) -> String {
    let mut text = own.head();
    for (line, media) in offer.media.iter().enumerate() {
        if line == agreed.line {
            let told = agreed.crypto.map(|crypto| (crypto.tag, crypto.suite));
            sound(&mut text, &media.profile, (agreed, told), own);
        } else {
            // There is always a format: a section without one is not read.
            let format = media.formats.first().map_or("0", String::as_str);
            let _ = write!(text, "m={} 0 {} {format}\r\n", media.kind, media.profile);
        }
    }
    text
}

/// Our offer to a caller who left the first word to us. One codec, so that what the call speaks is known before
/// the answer comes; sealed, or in the open.
pub fn offer(codec: Codec, is_sealed: bool, own: &Own) -> String {
    let mut text = own.head();
    let payload = match codec {
        Codec::Pcmu => PCMU,
        Codec::Pcma => PCMA,
        Codec::Opus | Codec::Vp8 => OPUS,
    };
    let agreed = Agreed {
        line: 0,
        codec,
        payload,
        event: Some(EVENT),
        rtp: own.rtp,
        rtcp: own.rtp,
        mux: false,
        theirs: Direction::Both,
        crypto: None,
    };
    let (profile, told) = if is_sealed { (SEALED[0], Some(OFFERED)) } else { (OPEN[0], None) };
    sound(&mut text, profile, (&agreed, told), own);
    text
}

fn sound(text: &mut String, profile: &str, (agreed, told): (&Agreed, Option<Told>), own: &Own) {
    let (port, payload) = (own.rtp.port(), agreed.payload);
    let event = agreed.event.map(|event| format!(" {event}")).unwrap_or_default();
    let (name, clock) = match agreed.codec {
        Codec::Pcmu => ("PCMU/8000", 8_000),
        Codec::Pcma => ("PCMA/8000", 8_000),
        Codec::Opus | Codec::Vp8 => ("opus/48000/2", 48_000),
    };
    // Writing into a String cannot fail.
    let _ = write!(text, "m=audio {port} {profile} {payload}{event}\r\na=rtpmap:{payload} {name}\r\n");
    if let Some(event) = agreed.event {
        let _ = write!(text, "a=rtpmap:{event} telephone-event/{clock}\r\na=fmtp:{event} 0-15\r\n");
    }
    if let Some(told) = told {
        let _ = write!(text, "a=crypto:{}\r\n", crypto::write(told, &own.key));
    }
    let direction = match agreed.theirs.mirrored() {
        Direction::Both => "sendrecv",
        Direction::Sends => "sendonly",
        Direction::Receives => "recvonly",
        Direction::Neither => "inactive",
    };
    let _ = write!(text, "a=ptime:{PTIME_MS}\r\na={direction}\r\n");
    if agreed.mux {
        text.push_str("a=rtcp-mux\r\n");
    }
}
