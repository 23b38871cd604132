//! Session descriptions of telephones: what is offered, what we take of it, and our answer (RFC 4566, RFC 3264).
//!
//! Pure and bounded. Refuses to know sockets and messages: addresses are values here.

mod crypto;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::net::{IpAddr, SocketAddr};

use peer::Codec;

pub use crypto::{Crypto, OFFERED, Told};
pub use read::read;
pub use write::{Own, answer, offer};

/// Sound in the open, and the same under feedback (RFC 4585), of which we send none.
const OPEN: [&str; 2] = ["RTP/AVP", "RTP/AVPF"];
/// Sound that is encrypted under keys of the description.
const SEALED: [&str; 2] = ["RTP/SAVP", "RTP/SAVPF"];

/// RTP payload type of G.711 μ-law (RFC 3551).
pub const PCMU: u8 = 0;
/// RTP payload type of G.711 A-law (RFC 3551).
pub const PCMA: u8 = 8;
/// The payload type that we give to telephone-event where we offer: the field's habit.
pub const EVENT: u8 = 101;

/// Why a description is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SdpError {
    /// Larger, or with more parts, than any telephone sends.
    #[error("a session description of that size is not read")]
    TooLarge,
    /// It does not follow the grammar.
    #[error("not a session description")]
    Malformed,
    /// There is no sound in it that we could speak.
    #[error("no sound with a codec that both sides speak")]
    NothingInCommon,
}

/// Which way a side lets sound flow, from its own point of view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    #[default]
    Both,
    /// It only sends: the other side is on hold and hears music.
    Sends,
    /// It only receives.
    Receives,
    /// Neither: the other side is on hold.
    Neither,
}

impl Direction {
    /// What the other side may do with it.
    pub fn mirrored(self) -> Direction {
        match self {
            Direction::Both => Direction::Both,
            Direction::Sends => Direction::Receives,
            Direction::Receives => Direction::Sends,
            Direction::Neither => Direction::Neither,
        }
    }

    /// Whether this side sends.
    pub fn sends(self) -> bool {
        matches!(self, Direction::Both | Direction::Sends)
    }

    /// Whether this side receives.
    pub fn receives(self) -> bool {
        matches!(self, Direction::Both | Direction::Receives)
    }
}

/// What a description has to say about encryption, to be of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// An offer may ask for it or not.
    AsAsked,
    /// Nothing is taken in the open.
    Required,
    /// An answer to our offer: with this attribute of ours, or in the open.
    AsTold(Option<Told>),
}

impl Protection {
    fn takes(self, crypto: Option<&Crypto>) -> bool {
        match self {
            Protection::AsAsked => true,
            Protection::Required => crypto.is_some(),
            Protection::AsTold(told) => told == crypto.map(|crypto| (crypto.tag, crypto.suite)),
        }
    }
}

/// A payload type and what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Map {
    payload: u8,
    name: String,
    clock_hz: u32,
}

/// One `m=` section.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Media {
    kind: String,
    port: u16,
    profile: String,
    formats: Vec<String>,
    address: Option<IpAddr>,
    rtcp: Option<(u16, Option<IpAddr>)>,
    mux: bool,
    maps: Vec<Map>,
    direction: Option<Direction>,
    /// Those attributes that we could answer.
    crypto: Vec<Crypto>,
}

/// What a far side described.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    address: Option<IpAddr>,
    direction: Option<Direction>,
    media: Vec<Media>,
}

/// What both sides speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreed {
    /// The place of the sound among the `m=` sections.
    line: usize,
    /// The codec of the sound.
    pub codec: Codec,
    /// Its payload type.
    pub payload: u8,
    /// The payload type of telephone-event, where the far side knows it.
    pub event: Option<u8>,
    /// Where the far side receives RTP.
    pub rtp: SocketAddr,
    /// Where the far side receives RTCP.
    pub rtcp: SocketAddr,
    /// RTCP shares RTP's port.
    pub mux: bool,
    /// What the far side does.
    pub theirs: Direction,
    /// How the far side seals its packets; nothing where they pass in the open.
    pub crypto: Option<Crypto>,
}

impl Description {
    /// What we take of it: the first sound with a codec of ours, in the far side's order, a sealed one before one in
    /// the open. `keep` is the codec that the call speaks already: it goes first, so that a hold changes nothing for
    /// who listens.
    ///
    /// # Errors
    /// [`SdpError::NothingInCommon`].
    pub fn agree(&self, keep: Option<Codec>, protection: Protection) -> Result<Agreed, SdpError> {
        let sounds = || {
            let sounds =
                self.media.iter().enumerate().filter_map(|(line, media)| self.sound(line, media, keep));
            sounds.filter(|sound| protection.takes(sound.crypto.as_ref()))
        };
        let sealed = sounds().find(|sound| sound.crypto.is_some());
        sealed.or_else(|| sounds().next()).ok_or(SdpError::NothingInCommon)
    }

    fn sound(&self, line: usize, media: &Media, keep: Option<Codec>) -> Option<Agreed> {
        let crypto = media.seal()?;
        if media.kind != "audio" || media.port == 0 {
            return None;
        }
        let spoken = || media.formats.iter().filter_map(|format| media.codec(format));
        let (payload, codec) =
            spoken().find(|(_, codec)| keep == Some(*codec)).or_else(|| spoken().next())?;
        let address = media.address.or(self.address)?;
        let (rtcp_port, rtcp_address) = media.rtcp.unwrap_or((media.port.wrapping_add(1), None));
        let told = media.direction.or(self.direction).unwrap_or_default();
        // The old way to hold (RFC 2543): nowhere to send to, and no address whose packets would count.
        let theirs = if address.is_unspecified() { Direction::Neither } else { told };
        Some(Agreed {
            line,
            codec,
            payload,
            event: media.event(clock_hz(codec)),
            rtp: SocketAddr::new(address, media.port),
            rtcp: SocketAddr::new(
                rtcp_address.unwrap_or(address),
                if media.mux { media.port } else { rtcp_port },
            ),
            mux: media.mux,
            theirs,
            crypto,
        })
    }
}

impl Media {
    /// How its packets are sealed, if they are; nothing at all for what we do not speak. What asks to be sealed is never
    /// taken in the open, and an attribute beside sound in the open means nothing (RFC 4568, 6.1).
    fn seal(&self) -> Option<Option<Crypto>> {
        let is_of = |names: [&str; 2]| names.iter().any(|name| self.profile.eq_ignore_ascii_case(name));
        match (is_of(OPEN), is_of(SEALED)) {
            (true, _) => Some(None),
            (false, true) => self.crypto.first().map(|crypto| Some(*crypto)),
            (false, false) => None,
        }
    }

    /// What a payload type of the `m=` line means, if it is a codec of ours.
    fn codec(&self, format: &str) -> Option<(u8, Codec)> {
        let payload: u8 = format.parse().ok()?;
        let Some(map) = self.maps.iter().find(|map| map.payload == payload) else {
            return match payload {
                PCMU => Some((payload, Codec::Pcmu)),
                PCMA => Some((payload, Codec::Pcma)),
                _ => None,
            };
        };
        let codec = match (map.name.to_ascii_lowercase().as_str(), map.clock_hz) {
            ("pcmu", 8_000) => Codec::Pcmu,
            ("pcma", 8_000) => Codec::Pcma,
            ("opus", 48_000) => Codec::Opus,
            _ => return None,
        };
        Some((payload, codec))
    }

    fn event(&self, clock_hz: u32) -> Option<u8> {
        let is_event =
            |map: &&Map| map.name.eq_ignore_ascii_case("telephone-event") && map.clock_hz == clock_hz;
        let listed = |map: &&Map| self.formats.iter().any(|format| format.parse() == Ok(map.payload));
        self.maps.iter().filter(listed).find(is_event).map(|map| map.payload)
    }
}

/// The RTP clock of a codec on a telephone's line.
pub fn clock_hz(codec: Codec) -> u32 {
    match codec {
        Codec::Pcmu | Codec::Pcma => 8_000,
        Codec::Opus => 48_000,
        Codec::Vp8 => 90_000,
    }
}
