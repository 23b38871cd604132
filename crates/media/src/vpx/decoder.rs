//! The decoder: what the desk looks through, and tests and benches.

use std::mem::MaybeUninit;
use std::os::raw::{c_int, c_uint};
use std::ptr;

use vpx_sys as vpx;

use super::{VpxError, check};
use crate::picture::{I420, Plane, Planes, Yuv};

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

    /// Decodes one frame and copies it; `None` when it shows nothing.
    ///
    /// # Errors
    /// As [`Decoder::look`], and [`VpxError::Size`] for a picture beyond full HD or with odd sides.
    pub fn decode(&mut self, frame: &[u8]) -> Result<Option<I420>, VpxError> {
        self.look(frame)?.map(|planes| copy(&planes)).transpose()
    }

    /// Decodes one frame and shows it where it lies; `None` when it shows nothing.
    ///
    /// # Errors
    /// [`VpxError::Codec`] for bytes that are no frame or need a missing key frame, [`VpxError::Size`] for no bytes.
    pub fn look(&mut self, frame: &[u8]) -> Result<Option<Planes<'_>>, VpxError> {
        if frame.is_empty() {
            // libvpx takes an empty frame for the order to flush.
            return Err(VpxError::Size);
        }
        let length = c_uint::try_from(frame.len()).map_err(|_| VpxError::Size)?;
        let mut iter: vpx::vpx_codec_iter_t = ptr::null();
        // SAFETY: the context is valid and `frame` has `length` bytes; the image stays valid until the next call,
        // and the planes borrow the decoder, so that there is none before they are gone.
        unsafe {
            check(vpx::vpx_codec_decode(&mut *self.context, frame.as_ptr(), length, ptr::null_mut(), 0))?;
            vpx::vpx_codec_get_frame(&mut *self.context, &mut iter)
                .as_ref()
                .map(|image| planes(image).ok_or(VpxError::Size))
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

/// The planes of an image, the chroma rounded up; `None` for sides or strides that no decoder gives.
///
/// # Safety
/// `image` comes from `vpx_codec_get_frame`, and its decoder is not touched while the planes live.
unsafe fn planes<'a>(image: &vpx::vpx_image_t) -> Option<Planes<'a>> {
    let (width, height) = (image.d_w as usize, image.d_h as usize);
    let plane = |slot: usize, width: usize, height: usize| {
        let stride = usize::try_from(image.stride[slot]).ok()?;
        let length = height.checked_sub(1)?.checked_mul(stride)?.checked_add(width)?;
        // SAFETY: libvpx gives each plane `height` rows, `stride` bytes apart, of at least `width` bytes.
        let bytes = unsafe { std::slice::from_raw_parts(image.planes[slot].cast_const(), length) };
        Plane::new(bytes, stride, width, height)
    };
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    Some(Planes {
        y: plane(0, width, height)?,
        u: plane(1, half_width, half_height)?,
        v: plane(2, half_width, half_height)?,
    })
}

fn copy(from: &Planes<'_>) -> Result<I420, VpxError> {
    let mut picture =
        I420::new(from.y.width, from.y.height, Yuv { y: 0, u: 0, v: 0 }).map_err(|_| VpxError::Size)?;
    for (to, from) in [(&mut picture.y, from.y), (&mut picture.u, from.u), (&mut picture.v, from.v)] {
        for (y, line) in to.chunks_exact_mut(from.width).enumerate() {
            line.copy_from_slice(from.row(y));
        }
    }
    Ok(picture)
}
