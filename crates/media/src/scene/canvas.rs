//! Smooth shapes on a picture. Refuses to know what they mean.
//!
//! Coordinates: the picture is 1 high; x = 0 is its middle, y = 0 its top.

use crate::picture::{I420, Yuv};

/// A point.
#[derive(Debug, Clone, Copy)]
pub(super) struct At(pub f32, pub f32);

/// What can be filled. Lengths are fractions of the picture's height.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    Ellipse {
        centre: At,
        radii: At,
    },
    /// A thick line with round ends.
    Line {
        from: At,
        to: At,
        half: f32,
    },
    /// A rectangle by its centre and half sides, with round corners.
    Block {
        centre: At,
        half: At,
        corner: f32,
    },
    /// The part of a ring within `spread` radians of the direction `towards`.
    Arc {
        centre: At,
        radius: f32,
        half: f32,
        towards: f32,
        spread: f32,
    },
    /// The first without the second.
    Without(Box<Shape>, Box<Shape>),
    /// The first where the second is too.
    Within(Box<Shape>, Box<Shape>),
}

impl Shape {
    pub(super) fn without(self, other: Shape) -> Self {
        Self::Without(Box::new(self), Box::new(other))
    }

    pub(super) fn within(self, other: Shape) -> Self {
        Self::Within(Box::new(self), Box::new(other))
    }

    /// The distance to the outline, negative inside.
    fn distance(&self, x: f32, y: f32) -> f32 {
        match self {
            Self::Ellipse { centre, radii } => ellipse(x - centre.0, y - centre.1, *radii),
            Self::Line { from, to, half } => {
                line(x - from.0, y - from.1, At(to.0 - from.0, to.1 - from.1)) - half
            }
            Self::Block { centre, half, corner } => {
                let (dx, dy) =
                    ((x - centre.0).abs() - half.0 + corner, (y - centre.1).abs() - half.1 + corner);
                dx.max(0.0).hypot(dy.max(0.0)) + dx.max(dy).min(0.0) - corner
            }
            Self::Arc { centre, radius, half, towards, spread } => {
                let (sin, cos) = towards.sin_cos();
                let (dx, dy) = (x - centre.0, y - centre.1);
                // Turned so that the arc lies around the x axis, and folded there.
                let (along, aside) = (dx * cos + dy * sin, (dy * cos - dx * sin).abs());
                if aside.atan2(along) <= *spread {
                    return (along.hypot(aside) - radius).abs() - half;
                }
                (along - radius * spread.cos()).hypot(aside - radius * spread.sin()) - half
            }
            Self::Without(shape, other) => shape.distance(x, y).max(-other.distance(x, y)),
            Self::Within(shape, other) => shape.distance(x, y).max(other.distance(x, y)),
        }
    }

    /// Left, top, right and bottom of what it may cover.
    fn bounds(&self) -> [f32; 4] {
        match self {
            Self::Ellipse { centre: c, radii: r } | Self::Block { centre: c, half: r, .. } => {
                [c.0 - r.0, c.1 - r.1, c.0 + r.0, c.1 + r.1]
            }
            Self::Line { from: a, to: b, half } => {
                [a.0.min(b.0) - half, a.1.min(b.1) - half, a.0.max(b.0) + half, a.1.max(b.1) + half]
            }
            Self::Arc { centre: c, radius, half, .. } => {
                let r = radius + half;
                [c.0 - r, c.1 - r, c.0 + r, c.1 + r]
            }
            Self::Without(shape, _) | Self::Within(shape, _) => shape.bounds(),
        }
    }
}

fn ellipse(x: f32, y: f32, radii: At) -> f32 {
    let near = (x / radii.0).hypot(y / radii.1);
    let slope = (x / (radii.0 * radii.0)).hypot(y / (radii.1 * radii.1));
    if slope < 1e-6 {
        return -radii.0.min(radii.1);
    }
    near * (near - 1.0) / slope
}

fn line(x: f32, y: f32, to: At) -> f32 {
    let length = (to.0 * to.0 + to.1 * to.1).max(1e-9);
    let part = ((x * to.0 + y * to.1) / length).clamp(0.0, 1.0);
    (x - to.0 * part).hypot(y - to.1 * part)
}

/// Fills a shape with a colour, its edge smoothed over one pixel; `cover` 0..1 lets through what
/// lies below.
pub(super) fn fill(picture: &mut I420, shape: &Shape, colour: Yuv, cover: f32) {
    let (width, height) = (picture.width(), picture.height());
    let luma = Grid { width, height, scale: height as f32 };
    luma.blend(&mut picture.y, shape, colour.y, cover);
    let chroma = Grid { width: width / 2, height: height / 2, scale: height as f32 / 2.0 };
    chroma.blend(&mut picture.u, shape, colour.u, cover);
    chroma.blend(&mut picture.v, shape, colour.v, cover);
}

/// Fills the whole picture with a colour that changes from top to bottom.
pub(super) fn gradient(picture: &mut I420, top: Yuv, bottom: Yuv) {
    let width = picture.width();
    let row = |plane: &mut [u8], width: usize, from: u8, to: u8| {
        let rows = (plane.len() / width) as f32;
        for (i, line) in plane.chunks_exact_mut(width).enumerate() {
            let part = i as f32 / rows;
            line.fill((f32::from(from) + (f32::from(to) - f32::from(from)) * part).round() as u8);
        }
    };
    row(&mut picture.y, width, top.y, bottom.y);
    row(&mut picture.u, width / 2, top.u, bottom.u);
    row(&mut picture.v, width / 2, top.v, bottom.v);
}

/// One plane of a picture in the coordinates of the shapes.
struct Grid {
    width: usize,
    height: usize,
    /// Samples per unit.
    scale: f32,
}

impl Grid {
    fn blend(&self, plane: &mut [u8], shape: &Shape, value: u8, cover: f32) {
        let [left, top, right, bottom] = shape.bounds();
        let middle = self.width as f32 / 2.0;
        // Casts from float saturate: outside of the picture is its edge.
        let columns = (left * self.scale + middle - 1.0) as usize
            ..((right * self.scale + middle + 2.0) as usize).min(self.width);
        let rows = (top * self.scale - 1.0) as usize..((bottom * self.scale + 2.0) as usize).min(self.height);
        for row in rows {
            let y = (row as f32 + 0.5) / self.scale;
            for column in columns.clone() {
                let x = (column as f32 + 0.5 - middle) / self.scale;
                let part = (0.5 - shape.distance(x, y) * self.scale).clamp(0.0, 1.0) * cover;
                if part > 0.0 {
                    let below = &mut plane[row * self.width + column];
                    *below =
                        (f32::from(*below) + (f32::from(value) - f32::from(*below)) * part).round() as u8;
                }
            }
        }
    }
}
