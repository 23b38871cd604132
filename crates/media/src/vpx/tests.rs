//! The encoder: size, pace, key frames, and pictures that survive it.

use super::*;
use crate::barcode;
use crate::picture::{I420, Yuv};
use crate::scene::{Person, Scene};
use crate::testing::Dice;

#[test]
fn a_scene_at_300_kilobits_looks_right_and_keeps_to_its_rate() {
    let mut encoder = Encoder::new(640, 480, 30, 300).unwrap();
    let mut decoder = Decoder::new().unwrap();
    let scene = Scene::new(Person::Visitor, 640, 480).unwrap();
    let (mut bytes, mut shown) = (0, 0);
    for n in 0..150 {
        let picture = scene.frame(n);
        for frame in encoder.encode(&picture, false).unwrap() {
            assert_eq!(frame.key, crate::vp8::is_keyframe(&frame.data));
            assert_eq!(frame.key, n == 0);
            bytes += frame.data.len();
            let seen = decoder.decode(&frame.data).unwrap().unwrap();
            assert!(seen.psnr(&picture).unwrap() > 28.0, "frame {n}");
            shown += 1;
        }
    }
    assert!(shown > 120, "{shown} of 150");
    assert!(bytes * 8 / 5 < 360_000, "{} bit/s", bytes * 8 / 5);
}

#[test]
fn the_barcode_survives_300_kilobits_on_every_shown_frame() {
    let mut encoder = Encoder::new(640, 480, 30, 300).unwrap();
    let mut decoder = Decoder::new().unwrap();
    let scene = Scene::new(Person::Operator, 640, 480).unwrap();
    let mut shown = 0;
    for n in 0..120_u32 {
        let counter = (n * 557) as u16;
        let mut picture = scene.frame(n);
        barcode::draw(&mut picture, counter);
        for frame in encoder.encode(&picture, false).unwrap() {
            let seen = decoder.decode(&frame.data).unwrap().unwrap();
            assert_eq!(barcode::read(&seen), Some(counter), "frame {n}");
            shown += 1;
        }
    }
    assert!(shown > 80, "{shown} of 120");
}

#[test]
fn a_key_frame_comes_when_asked_for_and_heals_a_decoder_that_missed_some() {
    let mut encoder = Encoder::new(320, 240, 15, 200).unwrap();
    let scene = Scene::new(Person::Operator, 320, 240).unwrap();
    let mut late = Decoder::new().unwrap();
    for n in 0..40 {
        let asked = n == 20;
        for frame in encoder.encode(&scene.frame(n), asked).unwrap() {
            assert_eq!(frame.key, asked || n == 0, "frame {n}");
            match n {
                0 => {}
                1..20 => assert!(late.decode(&frame.data).is_err()),
                _ => assert!(late.decode(&frame.data).unwrap().is_some()),
            }
        }
    }
}

#[test]
fn the_bitrate_changes_while_running() {
    let mut encoder = Encoder::new(320, 240, 30, 600).unwrap();
    let mut dice = Dice::new(5);
    let mut noisy = |encoder: &mut Encoder| -> usize {
        let mut bytes = 0;
        for _ in 0..90 {
            let mut picture = I420::new(320, 240, Yuv::rgb(90, 90, 90)).unwrap();
            picture.y.iter_mut().for_each(|y| *y = 60 + dice.below(60) as u8);
            bytes += encoder.encode(&picture, false).unwrap().iter().map(|f| f.data.len()).sum::<usize>();
        }
        bytes * 8 / 3
    };
    let high = noisy(&mut encoder);
    encoder.set_bitrate(150).unwrap();
    let low = noisy(&mut encoder);
    assert!(low * 2 < high, "{high} then {low} bit/s");
}

#[test]
fn wrong_sizes_and_garbage_are_refused() {
    for (width, height, fps) in [(0, 480, 30), (641, 480, 30), (640, 480, 0), (4_000, 480, 30)] {
        assert_eq!(Encoder::new(width, height, fps, 300).err(), Some(VpxError::Size));
    }
    let mut encoder = Encoder::new(320, 240, 30, 300).unwrap();
    let other = I420::new(640, 480, Yuv::rgb(0, 0, 0)).unwrap();
    assert_eq!(encoder.encode(&other, false), Err(VpxError::Size));
    let mut decoder = Decoder::new().unwrap();
    let mut dice = Dice::new(1);
    for _ in 0..500 {
        let bytes: Vec<u8> = (0..dice.below(60)).map(|_| dice.next() as u8).collect();
        _ = decoder.decode(&bytes);
    }
    assert!(decoder.decode(&[]).is_err());
}
