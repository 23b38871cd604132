//! A number drawn into a picture, so that a test can tell which frame a far screen shows.
//! Refuses to know time: the counter means what the caller says.
//!
//! Geometry, as fractions of the picture's **width** W (so that a page can read it from a canvas
//! of any scale; the strip is at the top left and fills the whole width):
//!
//! - the strip is W/20 high (32 px at 640); 26 cells lie side by side, each W/26 wide (24.6 px);
//! - cell i is white or black; a reader takes the mean luma of the cell's middle half, that is
//!   x from (i + 0.25)·W/26 to (i + 0.75)·W/26 and y from W/80 to 3·W/80;
//! - cells 0-3 are white, black, white, black (start), cells 24-25 black, white (end);
//! - the threshold is halfway between the mean of the white and of the black cells among those
//!   six; when they differ by less than 60 (of 255) there is no barcode;
//! - cells 4-19 are the counter, most significant bit first, white = 1;
//! - cells 20-23 are the check: the four nibbles of the counter and binary 0101, xored together.

use crate::picture::I420;

/// Cells in the strip.
pub const CELLS: usize = 26;
/// The strip's height is the picture's width over this.
pub const HEIGHT_DIVISOR: usize = 20;

/// White and black in limited range.
const WHITE: u8 = 235;
const BLACK: u8 = 16;
/// What must lie between white and black for a reader to believe its eyes.
const MIN_CONTRAST: u32 = 60;
const CHECK_SALT: u16 = 0b0101;

/// The fixed cells: where they are and whether they are white.
const FRAME: [(usize, bool); 6] = [(0, true), (1, false), (2, true), (3, false), (24, false), (25, true)];
const FIRST_DATA: usize = 4;
const DATA_BITS: usize = 20;

/// Draws `counter` over the top of the picture, in luma and grey.
pub fn draw(picture: &mut I420, counter: u16) {
    let (width, height) = (picture.width(), picture.height());
    let rows = strip_height(width).min(height);
    let row: Vec<u8> =
        (0..width).map(|x| if is_white(counter, x * CELLS / width) { WHITE } else { BLACK }).collect();
    for line in picture.y.chunks_exact_mut(width).take(rows) {
        line.copy_from_slice(&row);
    }
    let grey = width / 2 * rows.div_ceil(2);
    picture.u[..grey].fill(128);
    picture.v[..grey].fill(128);
}

/// Reads the counter; `None` where there is no barcode or it is damaged.
pub fn read(picture: &I420) -> Option<u16> {
    let mean = |white: bool| {
        let cells = FRAME.iter().filter(|(_, is)| *is == white);
        cells.map(|(cell, _)| cell_luma(picture, *cell)).sum::<u32>() / 3
    };
    let (white, black) = (mean(true), mean(false));
    if white < black + MIN_CONTRAST {
        return None;
    }
    let is_lit = |cell: usize| cell_luma(picture, cell) > (white + black) / 2;
    if FRAME.iter().any(|(cell, white)| is_lit(*cell) != *white) {
        return None;
    }
    let bits = (0..DATA_BITS).fold(0_u32, |bits, i| bits << 1 | u32::from(is_lit(FIRST_DATA + i)));
    let counter = (bits >> 4) as u16;
    (check(counter) == (bits & 0xf) as u16).then_some(counter)
}

/// The strip's height in pixels.
pub fn strip_height(width: usize) -> usize {
    width / HEIGHT_DIVISOR
}

fn is_white(counter: u16, cell: usize) -> bool {
    if let Some((_, white)) = FRAME.iter().find(|(at, _)| *at == cell) {
        return *white;
    }
    let bits = u32::from(counter) << 4 | u32::from(check(counter));
    bits >> (FIRST_DATA + DATA_BITS - 1 - cell) & 1 == 1
}

fn check(counter: u16) -> u16 {
    (counter ^ counter >> 4 ^ counter >> 8 ^ counter >> 12 ^ CHECK_SALT) & 0xf
}

/// The mean luma of the middle of a cell.
fn cell_luma(picture: &I420, cell: usize) -> u32 {
    let (width, height) = (picture.width(), picture.height());
    let columns = (4 * cell + 1) * width / (4 * CELLS)..((4 * cell + 3) * width / (4 * CELLS)).max(1);
    let rows = width / (4 * HEIGHT_DIVISOR)..(3 * width / (4 * HEIGHT_DIVISOR)).clamp(1, height);
    let (mut sum, mut count) = (0, 0);
    for y in rows {
        for x in columns.clone() {
            sum += u32::from(picture.y[y * width + x]);
            count += 1;
        }
    }
    sum / count.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Yuv;
    use crate::testing::Dice;

    fn grey(width: usize, height: usize) -> I420 {
        I420::new(width, height, Yuv::rgb(120, 120, 120)).unwrap()
    }

    #[test]
    fn every_counter_is_read_back_and_only_the_strip_is_touched() {
        let mut picture = grey(320, 240);
        for counter in 0..=u16::MAX {
            draw(&mut picture, counter);
            assert_eq!(read(&picture), Some(counter));
        }
        assert_eq!(picture.y[16 * 320..], grey(320, 240).y[16 * 320..]);
    }

    #[test]
    fn it_is_read_in_any_size_and_with_poor_contrast() {
        for (width, height) in [(160, 120), (426, 240), (640, 360), (640, 480), (1_280, 720), (480, 640)] {
            let mut picture = grey(width, height);
            draw(&mut picture, 0xbeef);
            picture.y.iter_mut().for_each(|y| *y = *y / 2 + 40);
            assert_eq!(read(&picture), Some(0xbeef), "{width}x{height}");
        }
    }

    #[test]
    fn a_picture_without_one_and_a_flipped_cell_are_not_believed() {
        assert_eq!(read(&grey(640, 480)), None);
        let mut dice = Dice::new(2);
        let mut noise = grey(640, 480);
        noise.y.iter_mut().for_each(|y| *y = dice.next() as u8);
        assert_eq!(read(&noise), None);
        for cell in 0..CELLS {
            let mut picture = grey(640, 480);
            draw(&mut picture, 12_345);
            for y in 0..32 {
                for x in (0..640).filter(|x| x * CELLS / 640 == cell) {
                    picture.y[y * 640 + x] = 251 - picture.y[y * 640 + x];
                }
            }
            assert_eq!(read(&picture), None, "cell {cell}");
        }
    }

    #[test]
    fn tiny_pictures_do_not_panic() {
        for (width, height) in [(2, 2), (16, 2), (2, 16), (1_920, 2)] {
            let mut picture = grey(width, height);
            draw(&mut picture, 7);
            _ = read(&picture);
        }
    }
}
