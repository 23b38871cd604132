//! Writes a fake camera as a y4m file to standard output, for a browser that loops it:
//! `cargo run -p media --example camera -- visitor 640 480 30 120 > visitor.y4m`

use std::io::{BufWriter, Write, stdout};

use media::scene::{Person, Scene};
use media::y4m;

const USAGE: &str = "usage: camera operator|visitor WIDTH HEIGHT FPS FRAMES > file.y4m";

fn main() -> Result<(), String> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let person = match words.first().map(String::as_str) {
        Some("operator") => Person::Operator,
        Some("visitor") => Person::Visitor,
        Some(_) | None => return Err(USAGE.into()),
    };
    let numbers: Vec<u16> = words[1..].iter().filter_map(|word| word.parse().ok()).collect();
    let [width, height, fps, frames] = numbers[..] else {
        return Err(USAGE.into());
    };
    let scene = Scene::new(person, width.into(), height.into()).map_err(|e| e.to_string())?;
    let mut out = BufWriter::new(stdout().lock());
    y4m::write_loop(&mut out, &scene, fps.into(), frames)
        .and_then(|()| out.flush())
        .map_err(|e| e.to_string())
}
