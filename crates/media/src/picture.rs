//! A picture in memory: planar YUV 4:2:0 (BT.601, limited range), as cameras and VP8 use it.
//! Refuses to know files, encoders and what is shown.

/// Longest side that is accepted, in pixels: beyond full HD nothing here makes sense.
pub const MAX_SIDE: usize = 1_920;

/// A picture of even width and height. Rows lie without padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct I420 {
    width: usize,
    height: usize,
    /// Luma, `width × height` bytes.
    pub y: Vec<u8>,
    /// Blue difference, a quarter of that.
    pub u: Vec<u8>,
    /// Red difference, a quarter of that.
    pub v: Vec<u8>,
}

/// One plane of a picture where it lies; its rows may be padded.
#[derive(Debug, Clone, Copy)]
pub struct Plane<'a> {
    /// Bytes in a row that are shown, at least one.
    pub width: usize,
    /// Rows, at least one.
    pub height: usize,
    bytes: &'a [u8],
    stride: usize,
}

impl<'a> Plane<'a> {
    /// A plane in `bytes`, whose rows begin `stride` bytes apart; none when it does not fit into them.
    pub fn new(bytes: &'a [u8], stride: usize, width: usize, height: usize) -> Option<Plane<'a>> {
        let end = height.checked_sub(1)?.checked_mul(stride)?.checked_add(width)?;
        (width > 0 && width <= stride && end <= bytes.len()).then_some(Plane { width, height, bytes, stride })
    }

    /// A plane without padding.
    ///
    /// # Panics
    /// When `bytes` has less than `width × height` bytes, or none.
    pub fn packed(bytes: &'a [u8], width: usize, height: usize) -> Plane<'a> {
        Plane::new(bytes, width, width, height).expect("a packed plane has all of its rows")
    }

    /// Row `y` from the top.
    pub fn row(&self, y: usize) -> &'a [u8] {
        &self.bytes[y * self.stride..][..self.width]
    }
}

/// A picture where its decoder has put it: luma, and blue and red difference of half its sides.
#[derive(Debug, Clone, Copy)]
pub struct Planes<'a> {
    /// Luma.
    pub y: Plane<'a>,
    /// Blue difference.
    pub u: Plane<'a>,
    /// Red difference.
    pub v: Plane<'a>,
}

/// Sides that are zero, odd or too long, or bytes that do not fill them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a picture needs even sides of 2..=1920 pixels and exactly their bytes")]
pub struct BadPicture;

/// A colour in the picture's own terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yuv {
    /// Luma 16..235.
    pub y: u8,
    /// Blue difference around 128.
    pub u: u8,
    /// Red difference around 128.
    pub v: u8,
}

impl Yuv {
    /// From red, green, blue (0..255), BT.601 limited range.
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        let (r, g, b) = (red as i32, green as i32, blue as i32);
        Self {
            y: (((66 * r + 129 * g + 25 * b + 128) >> 8) + 16) as u8,
            u: (((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128) as u8,
            v: (((112 * r - 94 * g - 18 * b + 128) >> 8) + 128) as u8,
        }
    }

    /// Red, green and blue again.
    pub fn to_rgb(self) -> [u8; 3] {
        let (c, d, e) = (i32::from(self.y) - 16, i32::from(self.u) - 128, i32::from(self.v) - 128);
        let byte = |value: i32| ((value + 128) >> 8).clamp(0, 255) as u8;
        [byte(298 * c + 409 * e), byte(298 * c - 100 * d - 208 * e), byte(298 * c + 516 * d)]
    }
}

impl I420 {
    /// A picture of one colour.
    ///
    /// # Errors
    /// [`BadPicture`] for impossible sides.
    pub fn new(width: usize, height: usize, colour: Yuv) -> Result<Self, BadPicture> {
        let fits = |side: usize| side.is_multiple_of(2) && (2..=MAX_SIDE).contains(&side);
        if !fits(width) || !fits(height) {
            return Err(BadPicture);
        }
        let (luma, chroma) = (width * height, width * height / 4);
        Ok(Self {
            width,
            height,
            y: vec![colour.y; luma],
            u: vec![colour.u; chroma],
            v: vec![colour.v; chroma],
        })
    }

    /// From packed planes, y then u then v, as a y4m file or a camera gives them.
    ///
    /// # Errors
    /// [`BadPicture`].
    pub fn from_planes(width: usize, height: usize, planes: &[u8]) -> Result<Self, BadPicture> {
        let mut picture = Self::new(width, height, Yuv::rgb(0, 0, 0))?;
        let (luma, chroma) = (picture.y.len(), picture.u.len());
        if planes.len() != luma + 2 * chroma {
            return Err(BadPicture);
        }
        picture.y.copy_from_slice(&planes[..luma]);
        picture.u.copy_from_slice(&planes[luma..luma + chroma]);
        picture.v.copy_from_slice(&planes[luma + chroma..]);
        Ok(picture)
    }

    /// From interleaved red, green, blue bytes (three a pixel).
    ///
    /// # Errors
    /// [`BadPicture`].
    pub fn from_rgb(width: usize, height: usize, rgb: &[u8]) -> Result<Self, BadPicture> {
        let mut picture = Self::new(width, height, Yuv::rgb(0, 0, 0))?;
        if rgb.len() != 3 * picture.y.len() {
            return Err(BadPicture);
        }
        for (luma, pixel) in picture.y.iter_mut().zip(rgb.as_chunks::<3>().0) {
            *luma = Yuv::rgb(pixel[0], pixel[1], pixel[2]).y;
        }
        let at = |x: usize, y: usize, part: usize| u16::from(rgb[3 * (y * width + x) + part]);
        for i in 0..picture.u.len() {
            let (x, y) = (i % (width / 2) * 2, i / (width / 2) * 2);
            let mean =
                |p| ((at(x, y, p) + at(x + 1, y, p) + at(x, y + 1, p) + at(x + 1, y + 1, p) + 2) / 4) as u8;
            let colour = Yuv::rgb(mean(0), mean(1), mean(2));
            (picture.u[i], picture.v[i]) = (colour.u, colour.v);
        }
        Ok(picture)
    }

    /// From packed Y U Y V bytes (two a pixel), what most webcams give.
    ///
    /// # Errors
    /// [`BadPicture`].
    pub fn from_yuyv(width: usize, height: usize, yuyv: &[u8]) -> Result<Self, BadPicture> {
        let mut picture = Self::new(width, height, Yuv::rgb(0, 0, 0))?;
        if yuyv.len() != 2 * picture.y.len() {
            return Err(BadPicture);
        }
        for (luma, pair) in picture.y.iter_mut().zip(yuyv.as_chunks::<2>().0) {
            *luma = pair[0];
        }
        let mean = |a: u8, b: u8| (u16::from(a) + u16::from(b)).div_ceil(2) as u8;
        for i in 0..picture.u.len() {
            let (x, y) = (i % (width / 2) * 4, i / (width / 2) * 2);
            let (top, below) = (y * width * 2 + x, (y + 1) * width * 2 + x);
            picture.u[i] = mean(yuyv[top + 1], yuyv[below + 1]);
            picture.v[i] = mean(yuyv[top + 3], yuyv[below + 3]);
        }
        Ok(picture)
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Its planes, to be looked at.
    pub fn planes(&self) -> Planes<'_> {
        let half = |bytes| Plane::packed(bytes, self.width / 2, self.height / 2);
        Planes { y: Plane::packed(&self.y, self.width, self.height), u: half(&self.u), v: half(&self.v) }
    }

    /// Interleaved red, green, blue bytes, for a screenshot or a preview.
    pub fn to_rgb(&self) -> Vec<u8> {
        let mut rgb = Vec::with_capacity(3 * self.y.len());
        for (i, &y) in self.y.iter().enumerate() {
            let chroma = i / self.width / 2 * (self.width / 2) + i % self.width / 2;
            rgb.extend(Yuv { y, u: self.u[chroma], v: self.v[chroma] }.to_rgb());
        }
        rgb
    }

    /// How like another picture of the same size this one is, in dB of luma (30 is fair, 40 is
    /// hard to tell apart, equal is infinite); `None` for another size.
    pub fn psnr(&self, other: &Self) -> Option<f64> {
        if (self.width, self.height) != (other.width, other.height) {
            return None;
        }
        let square = |(a, b): (&u8, &u8)| f64::from(a.abs_diff(*b)).powi(2);
        let error: f64 = self.y.iter().zip(&other.y).map(square).sum();
        Some(10.0 * (255.0 * 255.0 * self.y.len() as f64 / error).log10())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_sides_and_wrong_sizes_are_refused() {
        for (width, height) in [(0, 2), (3, 2), (2, 5), (2, 1_922)] {
            assert_eq!(I420::new(width, height, Yuv::rgb(0, 0, 0)), Err(BadPicture));
        }
        assert_eq!(I420::from_planes(4, 2, &[0; 11]), Err(BadPicture));
        assert_eq!(I420::from_rgb(4, 2, &[0; 23]), Err(BadPicture));
        assert_eq!(I420::from_yuyv(4, 2, &[0; 15]), Err(BadPicture));
        assert!(I420::from_planes(4, 2, &[0; 12]).is_ok());
    }

    #[test]
    fn colours_survive_the_way_there_and_back() {
        for rgb in [[0, 0, 0], [255, 255, 255], [200, 30, 40], [20, 180, 60], [12, 50, 220]] {
            let pixels: Vec<u8> = rgb.iter().copied().cycle().take(4 * 4 * 3).collect();
            let back = I420::from_rgb(4, 4, &pixels).unwrap().to_rgb();
            assert!(back.iter().zip(&pixels).all(|(a, b)| a.abs_diff(*b) <= 4), "{rgb:?} {back:?}");
        }
        let yuyv: Vec<u8> = [90, 100, 90, 150].into_iter().cycle().take(32).collect();
        let picture = I420::from_yuyv(4, 4, &yuyv).unwrap();
        assert!(picture == I420::new(4, 4, Yuv { y: 90, u: 100, v: 150 }).unwrap());
    }
}
