//! SRTP and SRTCP (RFC 3711) for a stream whose keys came by signalling, as a telephone's do (RFC 4568). The ciphers
//! and the replay windows are the library's; this adds what it leaves to its caller. Refuses to know how keys travel
//! and what is inside a packet, and never prints a key.

use std::collections::BTreeSet;

use bytes::Bytes;
use rtc::crypto::default_provider;
use rtc::rtp::Header;
use rtc::srtp::context::Context;
use rtc::srtp::option::{ContextOption, srtcp_replay_protection, srtp_replay_protection};
use rtc::srtp::protection_profile::ProtectionProfile;

/// Octets of an AES-128 master key with its salt.
pub const MASTER: usize = 30;
/// How many of them are the key.
const KEY: usize = 16;
/// How far a packet may be late, in packets: RFC 3711 asks for 64 at least, and a jitter buffer plays nothing later.
const WINDOW: usize = 128;
/// A far side's sources (SSRC) under one key: each music on hold and each menu on its way may bring one.
const MAX_SOURCES: usize = 256;
/// The library keeps a state for each source that is tried, forged ones too: after so many it is thrown away.
const MAX_TRIALS: u32 = 64;
/// A rollover counter that is followed to a new key: three days of speech.
const MAX_ROLLOVER: u32 = 200;
/// The fixed header of RTP, octets.
const HEADER: usize = 12;
/// What stands behind an RTCP packet before its tag: the encryption bit and the index.
const INDEX: usize = 4;
/// The tag of every SRTCP packet of our suites.
const REPORT_TAG: usize = 10;

/// How packets are encrypted and signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    /// AES-128 in counter mode, HMAC-SHA1 of 80 bits.
    Tag80,
    /// AES-128 in counter mode, HMAC-SHA1 of 32 bits; reports have 80.
    Tag32,
}

impl Suite {
    fn profile(self) -> ProtectionProfile {
        match self {
            Suite::Tag80 => ProtectionProfile::Aes128CmHmacSha1_80,
            Suite::Tag32 => ProtectionProfile::Aes128CmHmacSha1_32,
        }
    }
}

/// A master key and its salt. It does not print.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct MasterKey(pub [u8; MASTER]);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Where a source stands: what a receiver has to know of it besides the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The source.
    pub ssrc: u32,
    /// How often its sequence numbers began anew.
    pub rollover: u32,
    /// The highest one since.
    pub sequence: u16,
}

/// The sending side of one key.
pub struct Sealer(Context);

impl Sealer {
    /// Begins with a key; nothing when this build's cryptography lacks the suite.
    pub fn new(suite: Suite, key: &MasterKey) -> Option<Sealer> {
        context(suite, key, None).map(Sealer)
    }

    /// Encrypts and signs an RTP packet.
    pub fn rtp(&mut self, packet: &[u8]) -> Option<Bytes> {
        let header = header(packet)?;
        self.0.encrypt_rtp_with_header(packet, &header).ok().map(Into::into)
    }

    /// Encrypts and signs a compound RTCP packet.
    pub fn rtcp(&mut self, packet: &[u8]) -> Option<Bytes> {
        self.0.encrypt_rtcp(packet).ok().map(Into::into)
    }
}

/// The receiving side of one key. Each packet opens once.
pub struct Opener {
    suite: Suite,
    key: MasterKey,
    mki: usize,
    context: Context,
    sources: BTreeSet<u32>,
    reporters: BTreeSet<u32>,
    /// Where sources are tried that were not heard before.
    trial: Option<(Context, u32)>,
    position: Option<Position>,
}

impl Opener {
    /// Begins with a key, whose packets name it in `mki` octets before their tag (RFC 3711, 3.1). Nothing when this
    /// build's cryptography lacks the suite.
    pub fn new(suite: Suite, key: &MasterKey, mki: usize) -> Option<Opener> {
        let windows = (srtp_replay_protection(WINDOW), srtcp_replay_protection(WINDOW));
        Some(Opener {
            suite,
            key: *key,
            mki,
            context: context(suite, key, Some(windows))?,
            sources: BTreeSet::new(),
            reporters: BTreeSet::new(),
            trial: None,
            position: None,
        })
    }

    /// The same for a source whose counter did not begin anew with the key. Nothing when it is too far on.
    pub fn from_position(suite: Suite, key: &MasterKey, mki: usize, at: Position) -> Option<Opener> {
        if at.rollover > MAX_ROLLOVER {
            return None;
        }
        let mut opener = Opener::new(suite, key, mki)?;
        let mut sealer = Sealer::new(suite, key)?;
        // The library keeps the counter to itself: packets of our own lead it there, four steps for each round.
        let steps = (0..=at.rollover).flat_map(|round| [0, 0x4000, 0x8000, 0xc000].map(|step| (round, step)));
        for (_, step) in steps.take_while(|step| *step <= (at.rollover, at.sequence)) {
            let mut packet = [0; HEADER];
            packet[0] = 0x80;
            packet[2..4].copy_from_slice(&u16::to_be_bytes(step));
            packet[8..12].copy_from_slice(&at.ssrc.to_be_bytes());
            let sealed = sealer.rtp(&packet)?;
            let header = header(&sealed)?;
            opener.context.decrypt_rtp_with_header(&sealed, &header).ok()?;
        }
        opener.sources.insert(at.ssrc);
        opener.position = Some(at);
        Some(opener)
    }

    /// Opens an RTP packet; nothing when it is forged, came before, or is too old.
    pub fn rtp(&mut self, packet: &[u8]) -> Option<Bytes> {
        let plain = self.without_name(packet, self.suite.profile().rtp_auth_tag_len())?;
        let packet = plain.as_deref().unwrap_or(packet);
        let header = header(packet)?;
        if !self.sources.contains(&header.ssrc) {
            if self.sources.len() >= MAX_SOURCES {
                return None;
            }
            self.trial()?.decrypt_rtp_with_header(packet, &header).ok()?;
            self.sources.insert(header.ssrc);
        }
        let opened = self.context.decrypt_rtp_with_header(packet, &header).ok()?;
        self.advance(header.ssrc, header.sequence_number);
        Some(opened.into())
    }

    /// Opens a compound RTCP packet; nothing when it is forged, came before, or is too old.
    pub fn rtcp(&mut self, packet: &[u8]) -> Option<Bytes> {
        let plain = self.without_name(packet, REPORT_TAG)?;
        let packet = plain.as_deref().unwrap_or(packet);
        let index = packet.len().checked_sub(REPORT_TAG + INDEX).filter(|index| *index >= 8)?;
        // The library hands on, unproven, what says of itself that it is not encrypted; nobody agreed to that.
        if packet[index] & 0x80 == 0 {
            return None;
        }
        let ssrc = word(packet, 4)?;
        if !self.reporters.contains(&ssrc) {
            if self.reporters.len() >= MAX_SOURCES {
                return None;
            }
            self.trial()?.decrypt_rtcp(packet).ok()?;
            self.reporters.insert(ssrc);
        }
        self.context.decrypt_rtcp(packet).ok().map(Into::into)
    }

    /// The source that was heard last, and where it stands.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// A packet without the key's name; nothing inside where there was none.
    fn without_name(&self, packet: &[u8], tag: usize) -> Option<Option<Vec<u8>>> {
        if self.mki == 0 {
            return Some(None);
        }
        let end = packet.len().checked_sub(tag)?;
        let start = end.checked_sub(self.mki)?;
        Some(Some([&packet[..start], &packet[end..]].concat()))
    }

    fn trial(&mut self) -> Option<&mut Context> {
        let (context, used) = match self.trial.take() {
            Some((context, used)) if used < MAX_TRIALS => (context, used),
            Some(_) | None => (context(self.suite, &self.key, None)?, 0),
        };
        Some(&mut self.trial.insert((context, used + 1)).0)
    }

    fn advance(&mut self, ssrc: u32, sequence: u16) {
        let Some(at) = self.position.as_mut().filter(|at| at.ssrc == ssrc) else {
            self.position = Some(Position { ssrc, rollover: 0, sequence });
            return;
        };
        if (sequence.wrapping_sub(at.sequence) as i16) > 0 {
            at.rollover += u32::from(sequence < at.sequence);
            at.sequence = sequence;
        }
    }
}

/// `windows`: the replay protection of RTP and of RTCP.
fn context(
    suite: Suite,
    key: &MasterKey,
    windows: Option<(ContextOption, ContextOption)>,
) -> Option<Context> {
    let provider = default_provider().ok()?;
    let (rtp, rtcp) = windows.unzip();
    Context::new(&key.0[..KEY], &key.0[KEY..], suite.profile(), rtp, rtcp, provider.crypto()).ok()
}

/// The parts of a header that the ciphers need. Its length is told in sources, whatever it is made of: the library
/// would reckon an extension's length by its own way of writing it.
fn header(packet: &[u8]) -> Option<Header> {
    if packet.len() < HEADER || packet[0] >> 6 != 2 {
        return None;
    }
    let mut words = usize::from(packet[0] & 0x0f);
    if packet[0] & 0x10 != 0 {
        let length = packet.get(HEADER + 4 * words + 2..)?.first_chunk::<2>()?;
        words += 1 + usize::from(u16::from_be_bytes(*length));
    }
    (packet.len() >= HEADER + 4 * words).then(|| Header {
        sequence_number: u16::from_be_bytes([packet[2], packet[3]]),
        ssrc: u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]),
        csrc: vec![0; words],
        ..Header::default()
    })
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|word| u32::from_be_bytes(*word))
}

#[cfg(test)]
mod tests;
