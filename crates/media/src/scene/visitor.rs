//! The visitor: a booth at the city hall, a desk with a form, a hand that writes.

use std::f32::consts::TAU;

use super::canvas::{At, Shape, fill, gradient};
use super::{FACE, Looks, Moment, block, ellipse, head, line, paint, shoulders, smile};
use crate::picture::{I420, Yuv};

const LOOKS: Looks = Looks {
    skin: Yuv::rgb(238, 200, 172),
    shade: Yuv::rgb(218, 173, 144),
    hair: Yuv::rgb(128, 124, 124),
    cloth: Yuv::rgb(122, 142, 108),
};
const BLOUSE: Yuv = Yuv::rgb(244, 238, 226);
const WOOD: Yuv = Yuv::rgb(196, 160, 118);
const INK: Yuv = Yuv::rgb(92, 98, 112);

pub(super) fn room(picture: &mut I420) {
    gradient(picture, Yuv::rgb(243, 236, 224), Yuv::rgb(224, 212, 195));
    // The walls of the booth.
    for side in [-1.0, 1.0] {
        paint(picture, &block(side * 0.75, 0.5, 0.27, 0.6, 0.0), Yuv::rgb(213, 196, 172));
        paint(picture, &block(side * 0.476, 0.5, 0.007, 0.6, 0.0), Yuv::rgb(186, 164, 136));
    }
    // A notice on the wall behind: a leaf and lines that nobody can read.
    paint(picture, &block(0.31, 0.27, 0.095, 0.125, 0.008), Yuv::rgb(250, 249, 245));
    paint(picture, &ellipse(0.31, 0.225, 0.04, 0.04), Yuv::rgb(150, 190, 158));
    for row in 0..3 {
        let y = 0.298 + row as f32 * 0.026;
        paint(picture, &block(0.31, y, 0.062, 0.005, 0.003), Yuv::rgb(206, 206, 202));
    }
    fill(picture, &ellipse(0.0, 0.95, 0.5, 0.3), Yuv::rgb(170, 146, 118), 0.3);
}

pub(super) fn person(picture: &mut I420, moment: Moment) {
    let (x, y) = (FACE.0 + moment.head.0, FACE.1 + moment.head.1);
    // Grey hair to the jaw, behind the face.
    paint(picture, &ellipse(x, y - 0.03, 0.147, 0.155), LOOKS.hair);
    paint(picture, &block(x, y + 0.055, 0.147, 0.105, 0.07), LOOKS.hair);
    shoulders(picture, LOOKS.cloth, moment);
    neckline(picture, moment);
    head(picture, &LOOKS, moment);
    let fringe = ellipse(x, y - 0.014, 0.134, 0.158).without(ellipse(x - 0.022, y + 0.075, 0.15, 0.15));
    paint(picture, &fringe, LOOKS.hair);
    glasses(picture, At(x, y + 0.006));
    smile(picture, moment);
    desk(picture);
    hand(picture, moment);
}

fn neckline(picture: &mut I420, moment: Moment) {
    let y = 0.62 - moment.breath;
    paint(picture, &ellipse(0.0, y, 0.082, 0.062), BLOUSE);
    paint(picture, &line(At(0.0, y + 0.03), At(0.0, 0.95), 0.02), BLOUSE);
    for button in 0..2 {
        paint(picture, &ellipse(0.0, 0.715 + button as f32 * 0.065, 0.006, 0.006), LOOKS.shade);
    }
}

fn glasses(picture: &mut I420, At(x, y): At) {
    for side in [-1.0, 1.0] {
        let centre = At(x + side * 0.047, y);
        paint(picture, &Shape::Arc { centre, radius: 0.031, half: 0.0028, towards: 0.0, spread: 3.2 }, INK);
        paint(picture, &line(At(x + side * 0.078, y - 0.006), At(x + side * 0.113, y - 0.012), 0.0028), INK);
    }
    paint(picture, &line(At(x - 0.016, y - 0.005), At(x + 0.016, y - 0.005), 0.0028), INK);
}

fn desk(picture: &mut I420) {
    paint(picture, &block(0.0, 0.955, 1.2, 0.085, 0.0), WOOD);
    paint(picture, &block(0.0, 0.872, 1.2, 0.004, 0.0), Yuv::rgb(214, 182, 142));
    // The form: a sheet with a heading and rows.
    paint(picture, &block(-0.03, 0.942, 0.17, 0.05, 0.004), Yuv::rgb(252, 252, 250));
    paint(picture, &block(-0.12, 0.91, 0.055, 0.005, 0.002), INK);
    for row in 0..3 {
        let y = 0.928 + row as f32 * 0.02;
        paint(picture, &block(-0.03, y, 0.145, 0.0018, 0.001), Yuv::rgb(196, 200, 206));
    }
}

/// Writes one line to and fro, with the small strokes of a pen.
fn hand(picture: &mut I420, moment: Moment) {
    let sweep = 0.5 - 0.5 * (moment.turn * TAU).cos();
    let stroke = 0.004 * (moment.turn * 14.0 * TAU).sin();
    let pen = At(-0.1 + 0.14 * sweep, 0.938 + stroke);
    let palm = At(pen.0 + 0.062, pen.1 - 0.012);
    paint(picture, &line(At(0.36, 0.99), At(palm.0 + 0.05, palm.1 + 0.012), 0.046), LOOKS.cloth);
    paint(picture, &line(pen, At(pen.0 + 0.05, pen.1 - 0.085), 0.0055), INK);
    paint(picture, &ellipse(palm.0, palm.1, 0.042, 0.03), LOOKS.skin);
    paint(
        picture,
        &line(At(palm.0 - 0.02, palm.1 - 0.012), At(pen.0 + 0.016, pen.1 - 0.016), 0.011),
        LOOKS.skin,
    );
}
