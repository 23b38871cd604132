//! WebRTC legs over one shared UDP port: the only room that knows WebRTC.
//!
//! A [`Port`] is one bound UDP socket. A [`Leg`] is one person's media connection on it: one track of
//! sound and one of VP8 each way, and a second VP8 track one way (a shown window). Sound is Opus; between
//! exchange and desktop it may also be a telephone's G.711, packet by packet ([`Codec`]). [`Leg::answer`] is the exchange's side, [`Leg::offer`] the
//! desktop's; [`Events`] is what the leg tells its owner. [`srtp`] is the encryption alone, for a telephone, whose keys
//! come by its own signalling.
//!
//! It refuses to know who is at the other end, what a contact or a bridge is, how descriptions
//! travel (signalling is the caller's), and what is inside an RTP payload: no codec, no picture,
//! no jitter buffer lives here.

mod addresses;
mod flow;
mod leg;
mod port;
mod sdp;
pub mod srtp;
mod tracks;
mod wire;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

pub use addresses::own_addresses;
pub use flow::events::Events;
pub use leg::Leg;
pub use port::Port;

/// Which of the media a packet belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Track {
    /// Sound, RTP clock 48,000 a second whatever its codec.
    Audio,
    /// VP8, RTP clock 90,000 a second: a person's face.
    Video,
    /// VP8 too: a shown window. One way only, and only where both sides negotiated it.
    Screen,
}

impl Track {
    /// Every track.
    pub const ALL: [Track; 3] = [Track::Audio, Track::Video, Track::Screen];
    /// Those that carry pictures.
    pub const PICTURES: [Track; 2] = [Track::Video, Track::Screen];
}

/// What a packet's payload is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Codec {
    /// Opus (RFC 7587): sound between browsers and desktops.
    Opus,
    /// G.711 in the μ-law, 8,000 bytes a second: the telephone's sound in Japan and North America.
    Pcmu,
    /// G.711 in the A-law, 8,000 bytes a second: the telephone's sound elsewhere.
    Pcma,
    /// VP8 (RFC 7741): every picture.
    Vp8,
}

impl Codec {
    /// Every codec.
    pub const ALL: [Codec; 4] = [Codec::Opus, Codec::Pcmu, Codec::Pcma, Codec::Vp8];
    /// Those of sound.
    pub const SOUNDS: [Codec; 3] = [Codec::Opus, Codec::Pcmu, Codec::Pcma];
}

/// An RTP packet without its per-leg parts: SSRC, payload type and header extensions belong to the
/// leg that sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rtp {
    /// The medium.
    pub track: Track,
    /// What the payload is written in.
    pub codec: Codec,
    /// Video: last packet of a frame. Audio: first packet after silence.
    pub marker: bool,
    /// RTP sequence number. Whoever sends keeps it continuous over changes of source.
    pub sequence: u16,
    /// RTP timestamp in units of the track's clock.
    pub timestamp: u32,
    /// The codec's bytes. May be empty (the far side pads): such a packet keeps its place in the
    /// sequence and carries nothing.
    pub payload: Bytes,
}

/// What a leg tells its owner.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Media can flow. Comes again when a lost connection is back.
    Connected,
    /// Nothing was heard for three seconds. Time to ask for an ICE restart; it may also heal alone.
    Disconnected,
    /// Nothing was heard for more than a minute. An ICE restart can still revive the leg.
    Failed,
    /// The end, ours or because the far side said goodbye: nothing comes after this.
    Closed,
    /// A packet from the far side: deduplicated, and video in order.
    Rtp(Rtp),
    /// The far side asks for a key frame of a picture that we send (PLI or FIR).
    KeyframeWanted(Track),
    /// The far side's receiver report about the audio that we send.
    Loss {
        /// Share of packets lost since the report before, 0.0 to 1.0.
        fraction: f32,
    },
}

/// What the far side has sent since the leg was made, all tracks together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// Packets that were sent, as far as their numbers tell.
    pub sent: u64,
    /// Packets that came by themselves. What had to be sent again counts as lost.
    pub came: u64,
}

/// Why something about a leg did not work.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The description of the far side cannot be used.
    #[error("the far side's session description cannot be used: {0}")]
    BadDescription(&'static str),
    /// An offering leg must have its port alone: the far address tells whose datagram it is.
    #[error("another leg of this port already talks to that address")]
    AddressTaken,
    /// The WebRTC stack refused.
    #[error("the WebRTC stack refused: {0}")]
    Stack(#[from] webrtc::error::Error),
}

/// Locks even when another thread panicked while it held the lock: what our locks guard is queues
/// and tables whose every step leaves them whole.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
