//! The operator: a bright office, a dark jacket, a headset, speaking now and then.

use std::f32::consts::{FRAC_PI_2, TAU};

use super::canvas::{At, Shape, fill, gradient};
use super::{FACE, Looks, Moment, block, ellipse, head, line, paint, shoulders, smile};
use crate::picture::{I420, Yuv};

const LOOKS: Looks = Looks {
    skin: Yuv::rgb(243, 208, 181),
    shade: Yuv::rgb(226, 183, 153),
    hair: Yuv::rgb(52, 42, 40),
    cloth: Yuv::rgb(44, 62, 92),
};
const SHIRT: Yuv = Yuv::rgb(246, 247, 250);
const LAPEL: Yuv = Yuv::rgb(35, 50, 76);
const HEADSET: Yuv = Yuv::rgb(58, 64, 74);
const HEADSET_LIGHT: Yuv = Yuv::rgb(120, 130, 142);

pub(super) fn room(picture: &mut I420) {
    gradient(picture, Yuv::rgb(222, 233, 236), Yuv::rgb(196, 212, 217));
    // A window with a blind, far behind.
    paint(picture, &block(-0.48, 0.33, 0.17, 0.23, 0.012), Yuv::rgb(240, 246, 247));
    for slat in 0..7 {
        let y = 0.15 + slat as f32 * 0.06;
        fill(picture, &block(-0.48, y, 0.155, 0.004, 0.002), Yuv::rgb(205, 220, 224), 0.9);
    }
    // A shelf with folders and a plant.
    paint(picture, &block(0.5, 0.47, 0.2, 0.009, 0.004), Yuv::rgb(178, 158, 134));
    let folders =
        [(0.37, 0.10, (126, 160, 170)), (0.405, 0.105, (196, 170, 128)), (0.44, 0.095, (150, 176, 156))];
    for (x, height, (r, g, b)) in folders {
        paint(picture, &block(x, 0.461 - height / 2.0, 0.0145, height / 2.0, 0.004), Yuv::rgb(r, g, b));
    }
    plant(picture, At(0.56, 0.461));
    fill(picture, &ellipse(0.0, 1.05, 0.62, 0.25), Yuv::rgb(150, 170, 178), 0.25);
}

fn plant(picture: &mut I420, foot: At) {
    for (dx, dy) in [(-0.06, -0.13), (-0.025, -0.17), (0.02, -0.16), (0.055, -0.12)] {
        let tip = At(foot.0 + dx, foot.1 + dy);
        paint(picture, &line(At(foot.0, foot.1 - 0.04), tip, 0.0135), Yuv::rgb(104, 150, 116));
    }
    paint(picture, &block(foot.0, foot.1 - 0.026, 0.035, 0.026, 0.01), Yuv::rgb(224, 214, 200));
}

pub(super) fn person(picture: &mut I420, moment: Moment) {
    let (x, y) = (FACE.0 + moment.head.0, FACE.1 + moment.head.1);
    // The hair behind the face.
    paint(picture, &ellipse(x, y - 0.022, 0.142, 0.162), LOOKS.hair);
    clothes(picture, moment);
    head(picture, &LOOKS, moment);
    collar(picture, moment);
    let fringe = ellipse(x, y - 0.012, 0.131, 0.153).without(ellipse(x + 0.028, y + 0.062, 0.142, 0.142));
    paint(picture, &fringe, LOOKS.hair);
    mouth(picture, moment);
    headset(picture, At(x, y));
}

fn clothes(picture: &mut I420, moment: Moment) {
    shoulders(picture, LOOKS.cloth, moment);
    let y = -moment.breath;
    let opening = ellipse(0.0, 0.59 + y, 0.085, 0.3);
    paint(picture, &opening.within(block(0.0, 0.79 + y, 0.2, 0.19, 0.0)), SHIRT);
    for side in [-1.0, 1.0] {
        let lapel = line(At(side * 0.096, 0.625 + y), At(side * 0.004, 0.92 + y), 0.021);
        paint(picture, &lapel, LAPEL);
    }
}

fn collar(picture: &mut I420, moment: Moment) {
    for side in [-1.0, 1.0] {
        let wing = line(At(side * 0.062, 0.61 - moment.breath), At(side * 0.02, 0.66 - moment.breath), 0.016);
        paint(picture, &wing, SHIRT);
    }
}

/// Speaks in the middle of the loop, smiles otherwise.
fn mouth(picture: &mut I420, moment: Moment) {
    if !(0.35..0.75).contains(&moment.turn) {
        return smile(picture, moment);
    }
    let (x, y) = (FACE.0 + moment.head.0, FACE.1 + moment.head.1);
    let open = 0.007 + 0.012 * (moment.turn * 9.0 * TAU).sin().abs();
    paint(picture, &ellipse(x, y + 0.082, 0.026, open), Yuv::rgb(150, 66, 62));
}

fn headset(picture: &mut I420, At(x, y): At) {
    let band = Shape::Arc {
        centre: At(x, y - 0.018),
        radius: 0.146,
        half: 0.0095,
        towards: -FRAC_PI_2,
        spread: 1.48,
    };
    paint(picture, &band, HEADSET);
    for side in [-1.0, 1.0] {
        paint(picture, &block(x + side * 0.139, y + 0.018, 0.022, 0.04, 0.018), HEADSET);
        paint(picture, &block(x + side * 0.149, y + 0.018, 0.0075, 0.026, 0.007), HEADSET_LIGHT);
    }
    // The microphone's boom, from the ear round to the mouth.
    let (ear, bend, tip) = (At(x - 0.137, y + 0.05), At(x - 0.112, y + 0.108), At(x - 0.052, y + 0.112));
    paint(picture, &line(ear, bend, 0.006), HEADSET);
    paint(picture, &line(bend, tip, 0.006), HEADSET);
    paint(picture, &line(At(tip.0 - 0.012, tip.1), tip, 0.0125), HEADSET);
}
