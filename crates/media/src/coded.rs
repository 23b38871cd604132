//! A packet of sound with what it is written in. Refuses to know RTP and what is heard in it.

use bytes::Bytes;

use crate::g711::Law;
use crate::pcm::{OPUS_FRAME, RATE_HZ};

/// How a packet's sound is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// Opus, 20 ms a packet.
    Opus,
    /// A telephone's, as long as it has bytes: 10, 20 or 30 ms as a rule.
    G711(Law),
}

/// One packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    /// How it is written.
    pub coding: Coding,
    /// Its bytes.
    pub payload: Bytes,
}

impl Coded {
    /// A packet of Opus.
    pub fn opus(payload: impl Into<Bytes>) -> Coded {
        Coded { coding: Coding::Opus, payload: payload.into() }
    }

    /// A telephone's packet.
    pub fn g711(law: Law, payload: impl Into<Bytes>) -> Coded {
        Coded { coding: Coding::G711(law), payload: payload.into() }
    }

    /// How long it sounds, in samples at 48 kHz.
    pub fn samples(&self) -> usize {
        match self.coding {
            Coding::Opus => OPUS_FRAME,
            Coding::G711(_) => self.payload.len() * (RATE_HZ / crate::g711::RATE_HZ) as usize,
        }
    }
}
