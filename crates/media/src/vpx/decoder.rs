//! The decoder: what the far end's window does, for tests and benches.

use std::mem::MaybeUninit;
use std::os::raw::{c_int, c_uint};
use std::ptr;

use vpx_sys as vpx;

use super::{VpxError, check};
use crate::picture::{I420, Yuv};

/// A VP8 decoder.
pub struct Decoder {
    context: Box<vpx::vpx_codec_ctx_t>,
}

// SAFETY: as for the encoder: no thread-local state, and `&mut self` keeps users apart.
unsafe impl Send for Decoder {}

impl Decoder {
    /// A decoder that waits for a key frame.
    ///
    /// # Errors
    /// [`VpxError::Codec`] when libvpx has no memory.
    pub fn new() -> Result<Self, VpxError> {
        // SAFETY: all-zero bytes are a valid, closed context.
        let mut context: Box<vpx::vpx_codec_ctx_t> = Box::new(unsafe { MaybeUninit::zeroed().assume_init() });
        // SAFETY: the context is valid; a null configuration asks for the defaults.
        check(unsafe {
            vpx::vpx_codec_dec_init_ver(
                &mut *context,
                vpx::vpx_codec_vp8_dx(),
                ptr::null(),
                0,
                vpx::VPX_DECODER_ABI_VERSION as c_int,
            )
        })?;
        Ok(Self { context })
    }

    /// Decodes one frame; `None` when it shows nothing.
    ///
    /// # Errors
    /// [`VpxError::Codec`] for bytes that are no frame or need a missing key frame,
    /// [`VpxError::Size`] for a picture beyond full HD or with odd sides.
    pub fn decode(&mut self, frame: &[u8]) -> Result<Option<I420>, VpxError> {
        if frame.is_empty() {
            // libvpx takes an empty frame for the order to flush.
            return Err(VpxError::Size);
        }
        let length = c_uint::try_from(frame.len()).map_err(|_| VpxError::Size)?;
        let mut iter: vpx::vpx_codec_iter_t = ptr::null();
        // SAFETY: the context is valid and `frame` has `length` bytes; the image stays valid
        // until the next decode call and is copied before.
        unsafe {
            check(vpx::vpx_codec_decode(&mut *self.context, frame.as_ptr(), length, ptr::null_mut(), 0))?;
            vpx::vpx_codec_get_frame(&mut *self.context, &mut iter)
                .as_ref()
                .map(|image| copy(image))
                .transpose()
        }
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: initialised in `new`, destroyed once.
        unsafe { vpx::vpx_codec_destroy(&mut *self.context) };
    }
}

/// Copies the planes.
///
/// # Safety
/// `image` comes from `vpx_codec_get_frame` and no later call has touched its decoder.
unsafe fn copy(image: &vpx::vpx_image_t) -> Result<I420, VpxError> {
    let (width, height) = (image.d_w as usize, image.d_h as usize);
    let mut picture = I420::new(width, height, Yuv { y: 0, u: 0, v: 0 }).map_err(|_| VpxError::Size)?;
    let planes = [(&mut picture.y, width), (&mut picture.u, width / 2), (&mut picture.v, width / 2)];
    for (slot, (plane, row_len)) in planes.into_iter().enumerate() {
        for (row, line) in plane.chunks_exact_mut(row_len).enumerate() {
            // SAFETY: the plane has a row for each of ours, `stride` apart and at least as long.
            let from = unsafe {
                let start = image.planes[slot].offset(row as isize * image.stride[slot] as isize);
                std::slice::from_raw_parts(start, row_len)
            };
            line.copy_from_slice(from);
        }
    }
    Ok(picture)
}
