//! The encoder: one thread, real time, constant bitrate, key frames on request only.
//! Refuses to change its size: make a new one.

use std::mem::MaybeUninit;
use std::os::raw::{c_int, c_ulong};
use std::ptr;

use vpx_sys as vpx;

use super::{VpxError, check};
use crate::picture::{I420, MAX_SIDE};

/// Bitrates that make sense for one person's picture, in kbit/s.
const KBPS: std::ops::RangeInclusive<u32> = 30..=8_000;
/// Frames per second that make sense.
const FPS: std::ops::RangeInclusive<u32> = 1..=60;
/// libvpx's speed in real-time mode, −16 (fastest) to −4: 720p in about 3 ms a frame.
const SPEED: c_int = -8;
/// A key frame may be as large as nine average frames, so that it does not clog the line.
const MAX_KEY_PERCENT: c_int = 900;
/// Pixels that change less than this are not coded again: libwebrtc's value for cameras.
const STATIC_THRESHOLD: c_int = 1;

/// [`vpx::VPX_EFLAG_FORCE_KF`] in the type of the flags, which is 64 bits wide on Linux and 32 on Windows.
const FORCE_KEY: vpx::vpx_enc_frame_flags_t = 1;
const _: () = assert!(vpx::VPX_EFLAG_FORCE_KF == 1);

/// One encoded frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedFrame {
    /// Decodable without any other.
    pub key: bool,
    /// What [`crate::vp8::Packetizer`] takes.
    pub data: Vec<u8>,
}

/// A VP8 encoder of one size.
pub struct Encoder {
    context: Box<vpx::vpx_codec_ctx_t>,
    config: Box<vpx::vpx_codec_enc_cfg_t>,
    frame: i64,
}

// SAFETY: libvpx keeps no thread-local state; a context may move between threads as long as two
// never use it at once, which `&mut self` rules out.
unsafe impl Send for Encoder {}

impl Encoder {
    /// An encoder for pictures of `width` × `height` at about `fps` and `kbps` kilobit/s.
    ///
    /// # Errors
    /// [`VpxError::Size`] for impossible values, [`VpxError::Codec`] when libvpx has no memory.
    pub fn new(width: usize, height: usize, fps: u32, kbps: u32) -> Result<Self, VpxError> {
        let fits = |side: usize| side.is_multiple_of(2) && (16..=MAX_SIDE).contains(&side);
        if !fits(width) || !fits(height) || !FPS.contains(&fps) {
            return Err(VpxError::Size);
        }
        let config = Box::new(config(width as u32, height as u32, fps, kbps)?);
        let context = open(&config)?;
        let mut encoder = Self { context, config, frame: 0 };
        encoder.control(vpx::vp8e_enc_control_id::VP8E_SET_CPUUSED, SPEED)?;
        encoder.control(vpx::vp8e_enc_control_id::VP8E_SET_STATIC_THRESHOLD, STATIC_THRESHOLD)?;
        encoder.control(vpx::vp8e_enc_control_id::VP8E_SET_MAX_INTRA_BITRATE_PCT, MAX_KEY_PERCENT)?;
        Ok(encoder)
    }

    /// Changes the bitrate in kbit/s while running (held within 30..8000).
    ///
    /// # Errors
    /// [`VpxError::Codec`].
    pub fn set_bitrate(&mut self, kbps: u32) -> Result<(), VpxError> {
        self.config.rc_target_bitrate = kbps.clamp(*KBPS.start(), *KBPS.end());
        // SAFETY: the context was initialised in `new` and the configuration outlives the call.
        check(unsafe { vpx::vpx_codec_enc_config_set(&mut *self.context, &*self.config) })
    }

    /// Encodes one picture. Gives no frame when the encoder drops it to keep its bitrate.
    ///
    /// # Errors
    /// [`VpxError::Size`] for a picture of another size, [`VpxError::Codec`].
    pub fn encode(&mut self, picture: &I420, force_key: bool) -> Result<Vec<EncodedFrame>, VpxError> {
        let (width, height) = (self.config.g_w, self.config.g_h);
        if (picture.width(), picture.height()) != (width as usize, height as usize) {
            return Err(VpxError::Size);
        }
        let image = wrap(picture)?;
        let flags: vpx::vpx_enc_frame_flags_t = if force_key { FORCE_KEY } else { 0 };
        // SAFETY: context and image are valid; libvpx copies the picture before it returns and
        // never writes to it.
        check(unsafe {
            vpx::vpx_codec_encode(
                &mut *self.context,
                &image,
                self.frame,
                1,
                flags,
                c_ulong::from(vpx::VPX_DL_REALTIME),
            )
        })?;
        self.frame += 1;
        Ok(self.drain())
    }

    fn drain(&mut self) -> Vec<EncodedFrame> {
        let mut frames = Vec::new();
        let mut iter: vpx::vpx_codec_iter_t = ptr::null();
        loop {
            // SAFETY: the context is valid; a packet stays valid until the next encode call.
            let Some(packet) =
                (unsafe { vpx::vpx_codec_get_cx_data(&mut *self.context, &mut iter).as_ref() })
            else {
                return frames;
            };
            if packet.kind != vpx::vpx_codec_cx_pkt_kind::VPX_CODEC_CX_FRAME_PKT {
                continue;
            }
            // SAFETY: the kind says which part of the union is set; `buf` has `sz` bytes.
            let (frame, data) = unsafe {
                let frame = packet.data.frame;
                (frame, std::slice::from_raw_parts(frame.buf.cast::<u8>(), frame.sz as usize))
            };
            frames.push(EncodedFrame { key: frame.flags & vpx::VPX_FRAME_IS_KEY != 0, data: data.to_vec() });
        }
    }

    fn control(&mut self, id: vpx::vp8e_enc_control_id, value: c_int) -> Result<(), VpxError> {
        // SAFETY: each control used here takes one int by value.
        check(unsafe { vpx::vpx_codec_control_(&mut *self.context, id as c_int, value) })
    }
}

impl Drop for Encoder {
    fn drop(&mut self) {
        // SAFETY: initialised in `new`, destroyed once.
        unsafe { vpx::vpx_codec_destroy(&mut *self.context) };
    }
}

fn config(width: u32, height: u32, fps: u32, kbps: u32) -> Result<vpx::vpx_codec_enc_cfg_t, VpxError> {
    let mut raw = MaybeUninit::zeroed();
    // SAFETY: libvpx fills the whole structure; it is read only after it said OK.
    let mut config = unsafe {
        check(vpx::vpx_codec_enc_config_default(vpx::vpx_codec_vp8_cx(), raw.as_mut_ptr(), 0))?;
        raw.assume_init()
    };
    config.g_w = width;
    config.g_h = height;
    config.g_threads = 1;
    config.g_timebase = vpx::vpx_rational { num: 1, den: fps as c_int };
    config.g_error_resilient = 0;
    config.g_pass = vpx::vpx_enc_pass::VPX_RC_ONE_PASS;
    config.g_lag_in_frames = 0;
    config.rc_end_usage = vpx::vpx_rc_mode::VPX_CBR;
    config.rc_target_bitrate = kbps.clamp(*KBPS.start(), *KBPS.end());
    // The values that libwebrtc uses for a camera: a steady rate with a second of slack, and
    // frames dropped rather than a queue on the line.
    config.rc_min_quantizer = 2;
    config.rc_max_quantizer = 56;
    config.rc_undershoot_pct = 100;
    config.rc_overshoot_pct = 15;
    config.rc_buf_sz = 1_000;
    config.rc_buf_initial_sz = 500;
    config.rc_buf_optimal_sz = 600;
    config.rc_dropframe_thresh = 30;
    // Key frames are asked for; the encoder adds one at a change of scene and every 100 s.
    config.kf_mode = vpx::vpx_kf_mode::VPX_KF_AUTO;
    config.kf_max_dist = 100 * fps;
    Ok(config)
}

fn open(config: &vpx::vpx_codec_enc_cfg_t) -> Result<Box<vpx::vpx_codec_ctx_t>, VpxError> {
    // SAFETY: all-zero bytes are a valid, closed context (null pointers and VPX_CODEC_OK).
    let mut context: Box<vpx::vpx_codec_ctx_t> = Box::new(unsafe { MaybeUninit::zeroed().assume_init() });
    // SAFETY: context and configuration are valid; libvpx copies the configuration.
    check(unsafe {
        vpx::vpx_codec_enc_init_ver(
            &mut *context,
            vpx::vpx_codec_vp8_cx(),
            config,
            0,
            vpx::VPX_ENCODER_ABI_VERSION as c_int,
        )
    })?;
    Ok(context)
}

/// An image header that points at the picture's planes.
fn wrap(picture: &I420) -> Result<vpx::vpx_image_t, VpxError> {
    let mut raw = MaybeUninit::zeroed();
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    // SAFETY: with non-null data `vpx_img_wrap` only fills the header and allocates nothing; the
    // planes that it computed are replaced below, before anybody reads them.
    let mut image: vpx::vpx_image_t = unsafe {
        let data = picture.y.as_ptr().cast_mut();
        let done =
            vpx::vpx_img_wrap(raw.as_mut_ptr(), vpx::vpx_img_fmt::VPX_IMG_FMT_I420, width, height, 1, data);
        if done.is_null() {
            return Err(VpxError::Size);
        }
        raw.assume_init()
    };
    for (slot, plane, stride) in
        [(0, &picture.y, width), (1, &picture.u, width / 2), (2, &picture.v, width / 2)]
    {
        image.planes[slot] = plane.as_ptr().cast_mut();
        image.stride[slot] = stride as c_int;
    }
    Ok(image)
}
