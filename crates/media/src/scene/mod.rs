//! The synthetic camera: a drawn person who breathes, blinks and moves a little, for tests, the
//! demo and screenshots. Nobody real is shown, ever.
//! Refuses to know time: it is asked for frame n. The top of the picture is left to the barcode.

mod canvas;
mod operator;
mod visitor;

use std::f32::consts::TAU;

use crate::picture::{BadPicture, I420, Yuv};
use canvas::{At, Shape, fill};

/// After so many frames the movement begins again: 4 s at 30 frames a second.
pub const LOOP_FRAMES: u32 = 120;

/// Who sits in front of the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    /// The operator: office, dark jacket, headset.
    Operator,
    /// The visitor: booth at the city hall, a desk with a form to fill in.
    Visitor,
}

/// One person in one place.
pub struct Scene {
    person: Person,
    /// What never moves, drawn once.
    still: I420,
}

impl Scene {
    /// A scene in pictures of `width` × `height`.
    ///
    /// # Errors
    /// [`BadPicture`].
    pub fn new(person: Person, width: usize, height: usize) -> Result<Self, BadPicture> {
        let mut still = I420::new(width, height, Yuv::rgb(0, 0, 0))?;
        match person {
            Person::Operator => operator::room(&mut still),
            Person::Visitor => visitor::room(&mut still),
        }
        Ok(Self { person, still })
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.still.width()
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.still.height()
    }

    /// Frame `n`, without a barcode.
    pub fn frame(&self, n: u32) -> I420 {
        let mut picture = self.still.clone();
        let moment = Moment::at(n);
        match self.person {
            Person::Operator => operator::person(&mut picture, moment),
            Person::Visitor => visitor::person(&mut picture, moment),
        }
        picture
    }
}

/// Where the movement is.
#[derive(Debug, Clone, Copy)]
struct Moment {
    /// 0..1 through the loop.
    turn: f32,
    /// How far the head has moved.
    head: At,
    /// How far the shoulders have risen.
    breath: f32,
    blink: bool,
}

impl Moment {
    fn at(n: u32) -> Self {
        let frame = n % LOOP_FRAMES;
        let turn = frame as f32 / LOOP_FRAMES as f32;
        Self {
            turn,
            head: At(0.008 * (TAU * turn).sin(), 0.004 * (2.0 * TAU * turn).sin()),
            breath: 0.003 * (2.0 * TAU * turn + 1.0).sin(),
            // A tenth of a second, twice in the loop, not evenly.
            blink: matches!(frame, 30..=32 | 95..=97),
        }
    }
}

/// Draws opaquely.
fn paint(picture: &mut I420, shape: &Shape, colour: Yuv) {
    fill(picture, shape, colour, 1.0);
}

fn ellipse(x: f32, y: f32, rx: f32, ry: f32) -> Shape {
    Shape::Ellipse { centre: At(x, y), radii: At(rx, ry) }
}

fn block(x: f32, y: f32, half_width: f32, half_height: f32, corner: f32) -> Shape {
    Shape::Block { centre: At(x, y), half: At(half_width, half_height), corner }
}

fn line(from: At, to: At, half: f32) -> Shape {
    Shape::Line { from, to, half }
}

/// The colours of a person.
struct Looks {
    skin: Yuv,
    /// Under the chin and at the nose.
    shade: Yuv,
    hair: Yuv,
    cloth: Yuv,
}

/// Where the face is, before the head moves.
const FACE: At = At(0.0, 0.415);
const FACE_RADII: At = At(0.122, 0.156);

/// Neck, head and a calm face; the hair is cut by the caller.
fn head(picture: &mut I420, looks: &Looks, moment: Moment) {
    let (x, y) = (FACE.0 + moment.head.0, FACE.1 + moment.head.1);
    let neck = block(moment.head.0 / 2.0, 0.575, 0.052, 0.068, 0.03);
    paint(picture, &neck, looks.shade);
    for side in [-1.0, 1.0] {
        paint(picture, &ellipse(x + side * 0.122, y + 0.017, 0.02, 0.033), looks.shade);
    }
    paint(picture, &ellipse(x, y, FACE_RADII.0, FACE_RADII.1), looks.skin);
    for side in [-1.0, 1.0] {
        fill(picture, &ellipse(x + side * 0.065, y + 0.06, 0.028, 0.019), Yuv::rgb(236, 140, 120), 0.28);
        let eye_height = if moment.blink { 0.0022 } else { 0.0145 };
        paint(picture, &ellipse(x + side * 0.046, y + 0.004, 0.0105, eye_height), Yuv::rgb(48, 38, 36));
        let (inner, outer) = (At(x + side * 0.03, y - 0.031), At(x + side * 0.062, y - 0.029));
        paint(picture, &line(inner, outer, 0.0042), looks.hair);
    }
    paint(picture, &line(At(x, y + 0.018), At(x + 0.004, y + 0.04), 0.0045), looks.shade);
}

/// A closed, friendly mouth.
fn smile(picture: &mut I420, moment: Moment) {
    let (x, y) = (FACE.0 + moment.head.0, FACE.1 + moment.head.1);
    let arc = Shape::Arc {
        centre: At(x, y + 0.052),
        radius: 0.036,
        half: 0.0042,
        towards: std::f32::consts::FRAC_PI_2,
        spread: 0.95,
    };
    paint(picture, &arc, Yuv::rgb(158, 74, 68));
}

/// Shoulders and chest.
fn shoulders(picture: &mut I420, colour: Yuv, moment: Moment) {
    let y = 0.945 - moment.breath;
    paint(picture, &ellipse(0.0, y, 0.345, 0.345), colour);
    paint(picture, &block(0.0, y + 0.2, 0.345, 0.2, 0.02), colour);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scene_moves_a_little_repeats_exactly_and_leaves_the_strip_alone() {
        for person in [Person::Operator, Person::Visitor] {
            let scene = Scene::new(person, 640, 480).unwrap();
            let first = scene.frame(0);
            assert!(scene.frame(LOOP_FRAMES) == first);
            let next = scene.frame(1);
            assert!(next != first);
            assert!(first.psnr(&next).unwrap() > 30.0, "calm from frame to frame");
            let strip = 640 * crate::barcode::strip_height(640);
            let far = scene.frame(40);
            assert_eq!(first.y[..strip], far.y[..strip]);
        }
    }

    #[test]
    fn it_is_drawn_in_the_sizes_of_cameras_and_refused_in_impossible_ones() {
        for (width, height) in [(160, 120), (640, 360), (1_280, 720)] {
            assert_eq!(Scene::new(Person::Operator, width, height).unwrap().frame(7).width(), width);
        }
        assert!(Scene::new(Person::Visitor, 641, 480).is_err());
    }
}
