//! From what cameras give to what the encoder takes. Pure; refuses to know cameras.

use media::picture::{I420, Yuv};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// How a camera packs its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// One JPEG a picture (MJPEG).
    Jpeg,
    /// Y U Y V.
    Yuyv,
    /// All of Y, then U and V in pairs.
    Nv12,
    /// Y alone.
    Gray,
    /// Red, green, blue.
    Rgb,
    /// Blue, green, red.
    Bgr,
}

/// Reads one picture; none when the bytes do not make one.
pub(super) fn read(form: Form, width: usize, height: usize, bytes: &[u8]) -> Option<I420> {
    match form {
        Form::Jpeg => jpeg(bytes),
        Form::Yuyv => I420::from_yuyv(width, height, bytes.get(..2 * width * height)?).ok(),
        Form::Nv12 => nv12(width, height, bytes),
        Form::Gray => {
            let mut picture = I420::new(width, height, Yuv { y: 16, u: 128, v: 128 }).ok()?;
            picture.y.copy_from_slice(bytes.get(..width * height)?);
            Some(picture)
        }
        Form::Rgb => I420::from_rgb(width, height, bytes.get(..3 * width * height)?).ok(),
        Form::Bgr => {
            let mut turned = bytes.get(..3 * width * height)?.to_vec();
            turned.chunks_exact_mut(3).for_each(<[u8]>::reverse);
            I420::from_rgb(width, height, &turned).ok()
        }
    }
}

fn jpeg(bytes: &[u8]) -> Option<I420> {
    let options = DecoderOptions::default()
        .jpeg_set_out_colorspace(ColorSpace::RGB)
        .set_max_width(media::picture::MAX_SIDE)
        .set_max_height(media::picture::MAX_SIDE);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let rgb = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    I420::from_rgb(width, height, &rgb).ok()
}

fn nv12(width: usize, height: usize, bytes: &[u8]) -> Option<I420> {
    let mut picture = I420::new(width, height, Yuv { y: 16, u: 128, v: 128 }).ok()?;
    let luma = width * height;
    picture.y.copy_from_slice(bytes.get(..luma)?);
    for (n, pair) in bytes.get(luma..luma + luma / 2)?.as_chunks::<2>().0.iter().enumerate() {
        (picture.u[n], picture.v[n]) = (pair[0], pair[1]);
    }
    Some(picture)
}

/// The middle of a picture in another size, cut to the new shape: nobody is stretched.
pub(super) fn fit(picture: &I420, width: usize, height: usize) -> I420 {
    if (picture.width(), picture.height()) == (width, height) {
        return picture.clone();
    }
    let Ok(mut fitted) = I420::new(width, height, Yuv { y: 16, u: 128, v: 128 }) else {
        return picture.clone();
    };
    let plane = |from: &[u8], to: &mut [u8], half: usize| {
        scale(from, (picture.width() / half, picture.height() / half), to, (width / half, height / half));
    };
    plane(&picture.y, &mut fitted.y, 1);
    plane(&picture.u, &mut fitted.u, 2);
    plane(&picture.v, &mut fitted.v, 2);
    fitted
}

/// Takes the nearest pixel of the largest middle part that has the new shape.
fn scale(from: &[u8], (from_w, from_h): (usize, usize), to: &mut [u8], (to_w, to_h): (usize, usize)) {
    let wide = from_w * to_h > from_h * to_w;
    let (cut_w, cut_h) = if wide { (from_h * to_w / to_h, from_h) } else { (from_w, from_w * to_h / to_w) };
    let (left, top) = ((from_w - cut_w) / 2, (from_h - cut_h) / 2);
    for (y, row) in to.chunks_exact_mut(to_w).enumerate() {
        let source = &from[(top + y * cut_h / to_h) * from_w + left..][..cut_w];
        row.iter_mut().enumerate().for_each(|(x, pixel)| *pixel = source[x * cut_w / to_w]);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const RED: [u8; 3] = [200, 40, 30];

    fn is_red(picture: &I420) -> bool {
        let expected = Yuv::rgb(RED[0], RED[1], RED[2]);
        let near = |a: u8, b: u8| a.abs_diff(b) <= 3;
        picture.y.iter().all(|y| near(*y, expected.y))
            && picture.u.iter().all(|u| near(*u, expected.u))
            && picture.v.iter().all(|v| near(*v, expected.v))
    }

    #[test]
    fn the_same_colour_comes_out_of_every_form() {
        let (width, height) = (16, 8);
        let Yuv { y, u, v } = Yuv::rgb(RED[0], RED[1], RED[2]);
        let pixels = width * height;
        let nv12 = [vec![y; pixels], [u, v].repeat(pixels / 4)].concat();
        for (form, bytes) in [
            (Form::Rgb, RED.repeat(pixels)),
            (Form::Bgr, [RED[2], RED[1], RED[0]].repeat(pixels)),
            (Form::Yuyv, [y, u, y, v].repeat(pixels / 2)),
            (Form::Nv12, nv12),
            (Form::Jpeg, include_bytes!("pixels/red.jpg").to_vec()),
        ] {
            let picture = read(form, width, height, &bytes).unwrap();
            assert_eq!((picture.width(), picture.height()), (width, height), "{form:?}");
            assert!(is_red(&picture), "{form:?}");
            assert_eq!(read(form, width, height, &bytes[..20]), None, "half a picture is none: {form:?}");
        }
    }

    #[test]
    fn a_wide_picture_loses_its_sides_and_nobody_is_stretched() {
        let mut wide = I420::new(1_280, 720, Yuv { y: 16, u: 128, v: 128 }).unwrap();
        // A white square of a third of the height in the middle.
        for y in 240..480 {
            wide.y[y * 1_280 + 520..y * 1_280 + 760].fill(235);
        }
        let fitted = fit(&wide, 640, 480);
        let row = |y: usize| fitted.y[y * 640..(y + 1) * 640].iter().filter(|y| **y > 200).count();
        let column = (0..480).filter(|y| fitted.y[y * 640 + 320] > 200).count();
        assert_eq!((row(240), column), (160, 160));
    }
}
