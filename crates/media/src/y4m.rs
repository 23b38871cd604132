//! Uncompressed video files (YUV4MPEG2): what Chromium takes as a fake camera and loops.
//! Refuses to know files: bytes go to whatever the caller writes to.

use std::io::{self, Write};

use crate::barcode;
use crate::picture::I420;
use crate::scene::Scene;

/// The file's first line, for pictures of `width` × `height` at `fps`.
pub fn y4m_header(width: usize, height: usize, fps: u32) -> String {
    format!("YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 C420jpeg\n")
}

/// Appends one picture.
///
/// # Errors
/// Those of `out`.
pub fn write_frame(out: &mut impl Write, picture: &I420) -> io::Result<()> {
    out.write_all(b"FRAME\n")?;
    [&picture.y, &picture.u, &picture.v].into_iter().try_for_each(|plane| out.write_all(plane))
}

/// Writes a whole file: `frames` pictures of a scene, each with its number as a barcode. With
/// `frames` a multiple of [`crate::scene::LOOP_FRAMES`] the loop shows no jump.
///
/// # Errors
/// Those of `out`.
pub fn write_loop(out: &mut impl Write, scene: &Scene, fps: u32, frames: u16) -> io::Result<()> {
    out.write_all(y4m_header(scene.width(), scene.height(), fps).as_bytes())?;
    for n in 0..frames {
        let mut picture = scene.frame(u32::from(n));
        barcode::draw(&mut picture, n);
        write_frame(out, &picture)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Person;

    #[test]
    fn a_loop_is_a_header_and_whole_frames_with_running_numbers() {
        let scene = Scene::new(Person::Visitor, 320, 240).unwrap();
        let mut file = Vec::new();
        write_loop(&mut file, &scene, 15, 3).unwrap();
        let header = y4m_header(320, 240, 15);
        assert_eq!(header, "YUV4MPEG2 W320 H240 F15:1 Ip A1:1 C420jpeg\n");
        let body = file.strip_prefix(header.as_bytes()).unwrap();
        let frames: Vec<&[u8]> = body.chunks(6 + 320 * 240 * 3 / 2).collect();
        assert_eq!(frames.len(), 3);
        for (n, frame) in frames.into_iter().enumerate() {
            let planes = frame.strip_prefix(b"FRAME\n").unwrap();
            let picture = I420::from_planes(320, 240, planes).unwrap();
            assert_eq!(barcode::read(&picture), Some(n as u16));
        }
    }
}
