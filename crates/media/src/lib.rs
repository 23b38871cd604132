//! Pure sound and picture: Opus, G.711, VP8, jitter buffer, switching of sources, tones, test pictures.
//!
//! Refuses to know: devices, sockets, clocks (time is handed in as milliseconds), randomness,
//! tokio, contacts and operators. The same input gives the same output, always.
//!
//! libvpx comes from the system (Debian: `libvpx-dev` to build, `libvpx7` to run); libopus is
//! built from source and linked statically.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod band;
pub mod barcode;
pub mod coded;
pub mod g711;
pub mod jitter;
pub mod opus;
pub mod pcm;
pub mod picture;
pub mod playout;
pub mod scale;
pub mod scene;
pub mod switch;
pub mod tone;
pub mod vp8;
pub mod vpx;
pub mod y4m;

#[cfg(test)]
mod testing;
