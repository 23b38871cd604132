//! VP8 by libvpx: a real-time encoder for the camera's picture and a decoder for what the desk shows. The only place
//! that calls C for pictures.
//! Refuses to know RTP (see [`crate::vp8`]) and time: frames are numbered, not dated.

#![allow(unsafe_code)]

mod decoder;
mod encoder;

pub use decoder::Decoder;
pub use encoder::{EncodedFrame, Encoder};

use vpx_sys::vpx_codec_err_t;

/// What libvpx or its wrapper refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VpxError {
    /// Sides, frame rate or bitrate that no encoder takes, or a picture of another size.
    #[error("a size or rate that does not fit")]
    Size,
    /// libvpx said no; its own number.
    #[error("libvpx error {0}")]
    Codec(u32),
}

fn check(code: vpx_codec_err_t) -> Result<(), VpxError> {
    if code == vpx_codec_err_t::VPX_CODEC_OK {
        return Ok(());
    }
    Err(VpxError::Codec(code as u32))
}

#[cfg(test)]
mod tests;
