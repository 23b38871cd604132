//! From a decoded picture to the size of the place where it is shown, plane by plane: colours are worked out for
//! the pixels that are seen and for no others. Refuses to know who shows it and how it was decoded.

use crate::picture::{Plane, Planes};

/// Fixed point of the blends, bits: a weight is 0..=256.
const BITS: u32 = 8;
const ONE: u16 = 1 << BITS;

/// Sides in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

impl Size {
    /// The largest size of this one's proportions that fits into `room`; never larger than this one, and never
    /// less than a pixel.
    #[must_use]
    pub fn within(self, room: Size) -> Size {
        if room.width >= self.width && room.height >= self.height {
            return self;
        }
        let (by_width, by_height) = (room.width * self.height, room.height * self.width);
        let (width, height) = if by_width <= by_height {
            (room.width, by_width / self.width.max(1))
        } else {
            (by_height / self.height.max(1), room.height)
        };
        Size { width: width.clamp(1, self.width.max(1)), height: height.clamp(1, self.height.max(1)) }
    }
}

/// Scales one picture after the other. Keeps its rows between two pictures, so that nothing is allocated.
#[derive(Default)]
pub struct Scaler {
    luma: Layer,
    chroma: Layer,
}

impl Scaler {
    /// Writes the three planes of the picture in `size` behind what `bytes` holds: luma, then blue and red
    /// difference of half the sides, rounded up; no padding.
    pub fn scale(&mut self, picture: &Planes<'_>, size: Size, bytes: &mut Vec<u8>) {
        let half = Size { width: size.width.div_ceil(2), height: size.height.div_ceil(2) };
        self.luma.scale(picture.y, size, bytes);
        self.chroma.scale(picture.u, half, bytes);
        self.chroma.scale(picture.v, half, bytes);
    }
}

/// What one plane needs on its way to a new size.
#[derive(Default)]
struct Layer {
    halves: [Vec<u8>; 2],
    blend: Vec<u8>,
    columns: Columns,
}

impl Layer {
    /// Halves while that is not too small, then blends the four neighbours of each place.
    fn scale(&mut self, plane: Plane<'_>, size: Size, bytes: &mut Vec<u8>) {
        let [mut front, mut back] = std::mem::take(&mut self.halves);
        let mut shape = Size { width: plane.width, height: plane.height };
        let mut halved = false;
        while shape.width >= 2 * size.width && shape.height >= 2 * size.height {
            let from = if halved { Plane::packed(&front, shape.width, shape.height) } else { plane };
            halve(from, &mut back);
            shape = Size { width: shape.width / 2, height: shape.height / 2 };
            std::mem::swap(&mut front, &mut back);
            halved = true;
        }
        let from = if halved { Plane::packed(&front, shape.width, shape.height) } else { plane };
        self.blend(from, size, bytes);
        self.halves = [front, back];
    }

    fn blend(&mut self, plane: Plane<'_>, size: Size, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        bytes.resize(start + size.width * size.height, 0);
        self.blend.resize(plane.width, 0);
        self.columns.set(plane.width, size.width);
        for (y, out) in bytes[start..].chunks_exact_mut(size.width).enumerate() {
            let (above, weight) = place(y, plane.height, size.height);
            let below = (above + 1).min(plane.height - 1);
            mix(plane.row(above), plane.row(below), weight, &mut self.blend);
            self.columns.pick(&self.blend, out);
        }
    }
}

/// Where each column of a scaled row comes from: the left neighbour and the right one's weight.
#[derive(Default)]
struct Columns {
    from: usize,
    places: Vec<(u32, u16)>,
}

impl Columns {
    fn set(&mut self, from: usize, to: usize) {
        if self.from == from && self.places.len() == to {
            return;
        }
        self.from = from;
        self.places.clear();
        self.places.extend((0..to).map(|x| {
            let (left, weight) = place(x, from, to);
            // The last column has no right neighbour: it is its neighbour's, with all of the weight.
            let inner = left.min(from.saturating_sub(2));
            (inner as u32, if inner < left { ONE } else { weight })
        }));
    }

    fn pick(&self, row: &[u8], out: &mut [u8]) {
        if row.len() == out.len() {
            return out.copy_from_slice(row);
        }
        for (out, (left, weight)) in out.iter_mut().zip(&self.places) {
            let left = *left as usize;
            let [a, b] = row.get(left..left + 2).map_or([row[left]; 2], |pair| [pair[0], pair[1]]);
            let (a, b, weight) = (u32::from(a), u32::from(b), u32::from(*weight));
            *out = ((a * (u32::from(ONE) - weight) + b * weight + u32::from(ONE) / 2) >> BITS) as u8;
        }
    }
}

/// The place `at` of `to` in a line of `from`, middles upon middles: the neighbour before it, and the weight of
/// the one behind.
fn place(at: usize, from: usize, to: usize) -> (usize, u16) {
    let one = usize::from(ONE);
    let centre = ((2 * at + 1) * from * one / (2 * to)).saturating_sub(one / 2);
    ((centre / one).min(from - 1), (centre % one) as u16)
}

fn mix(above: &[u8], below: &[u8], weight: u16, out: &mut [u8]) {
    if weight == 0 {
        return out.copy_from_slice(above);
    }
    for ((out, a), b) in out.iter_mut().zip(above).zip(below) {
        *out = ((u16::from(*a) * (ONE - weight) + u16::from(*b) * weight + ONE / 2) >> BITS) as u8;
    }
}

/// The means of two by two; an odd last row or column is left out.
fn halve(plane: Plane<'_>, out: &mut Vec<u8>) {
    let (width, height) = (plane.width / 2, plane.height / 2);
    out.resize(width * height, 0);
    for (y, out) in out.chunks_exact_mut(width.max(1)).enumerate() {
        let (above, below) = (plane.row(2 * y).as_chunks::<2>().0, plane.row(2 * y + 1).as_chunks::<2>().0);
        for ((out, a), b) in out.iter_mut().zip(above).zip(below) {
            let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
            *out = ((sum + 2) >> 2) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::barcode;
    use crate::picture::{I420, Yuv};
    use crate::scene::{Person, Scene};

    fn bytes(picture: &I420, width: usize, height: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        Scaler::default().scale(&picture.planes(), Size { width, height }, &mut bytes);
        assert_eq!(bytes.len(), width * height + 2 * width.div_ceil(2) * height.div_ceil(2));
        bytes
    }

    fn shown(picture: &I420, width: usize, height: usize) -> I420 {
        let bytes = bytes(picture, width, height);
        let mut shown = I420::new(width, height, Yuv { y: 0, u: 0, v: 0 }).unwrap();
        let (luma, chroma) = bytes.split_at(width * height);
        let (u, v) = chroma.split_at(chroma.len() / 2);
        shown.y.copy_from_slice(luma);
        shown.u.copy_from_slice(u);
        shown.v.copy_from_slice(v);
        shown
    }

    #[test]
    fn a_picture_of_one_colour_keeps_it_in_every_size() {
        let picture = I420::new(64, 48, Yuv { y: 90, u: 17, v: 255 }).unwrap();
        for (width, height) in [(64, 48), (33, 25), (20, 15), (7, 5), (1, 1)] {
            let bytes = bytes(&picture, width, height);
            let (luma, chroma) = bytes.split_at(width * height);
            let (u, v) = chroma.split_at(chroma.len() / 2);
            for (plane, value) in [(luma, 90), (u, 17), (v, 255)] {
                assert!(plane.iter().all(|byte| *byte == value), "{width}x{height}");
            }
        }
    }

    #[test]
    fn the_same_size_is_the_same_picture() {
        let picture = Scene::new(Person::Visitor, 320, 240).unwrap().frame(3);
        assert!(shown(&picture, 320, 240) == picture);
    }

    #[test]
    fn a_bar_code_is_still_read_at_the_size_of_the_stage() {
        let mut picture = Scene::new(Person::Visitor, 1280, 720).unwrap().frame(0);
        barcode::draw(&mut picture, 0xa5c3);
        for (width, height) in [(694, 390), (640, 360), (520, 292), (1000, 562)] {
            assert_eq!(barcode::read(&shown(&picture, width, height)), Some(0xa5c3), "{width}x{height}");
        }
    }

    #[test]
    fn left_and_right_above_and_below_stay_where_they_are() {
        let mut picture = I420::new(100, 60, Yuv::rgb(0, 0, 0)).unwrap();
        for y in 0..30 {
            picture.y[y * 100..y * 100 + 50].fill(235);
        }
        for (width, height) in [(100, 60), (50, 30), (61, 37), (30, 18), (20, 12)] {
            let bytes = bytes(&picture, width, height);
            let luma = |x: usize, y: usize| bytes[y * width + x];
            let (right, low) = (width - 1, height - 1);
            assert_eq!([luma(0, 0), luma(right, 0), luma(0, low), luma(right, low)], [235, 16, 16, 16]);
            let edge = (0..width).filter(|x| luma(*x, 0) > 125).count();
            assert!(edge.abs_diff(width / 2) <= 1, "{edge} of {width}");
        }
    }

    #[test]
    fn a_size_fits_keeps_its_shape_and_never_grows() {
        let size = |width, height| Size { width, height };
        for (from, room, to) in [
            (size(1280, 720), size(694, 500), size(694, 390)),
            (size(640, 480), size(694, 390), size(520, 390)),
            (size(640, 480), size(2000, 2000), size(640, 480)),
            (size(1280, 720), size(1, 1), size(1, 1)),
            (size(1280, 720), size(0, 0), size(1, 1)),
        ] {
            assert_eq!(from.within(room), to, "{from:?} in {room:?}");
        }
    }

    #[test]
    fn one_scaler_serves_pictures_and_places_of_any_size() {
        let mut scaler = Scaler::default();
        for (width, height, to) in [(640, 480, 100), (1280, 720, 694), (320, 240, 320), (640, 480, 33)] {
            let picture = Scene::new(Person::Operator, width, height).unwrap().frame(0);
            let size = Size { width, height }.within(Size { width: to, height: to });
            let (mut used, mut fresh) = (vec![7], Vec::new());
            scaler.scale(&picture.planes(), size, &mut used);
            Scaler::default().scale(&picture.planes(), size, &mut fresh);
            assert!(used[0] == 7 && used[1..] == fresh, "{width}x{height} to {size:?}");
        }
    }
}
