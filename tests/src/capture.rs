//! An eye on a page: when each picture was drawn, and which number its bar code shows. It watches from
//! the outside (what is put on the desk's canvas, shown frames of the booth's video), so that the
//! product holds nothing for tests.

use anyhow::Result;
use serde::Deserialize;

use crate::browser::Page;

/// Reads the bar code whose geometry `media::barcode` documents, from one row of pixels.
const READER: &str = "
  const readRow = (row, width) => {
    const luma = (cell) => {
      let sum = 0, n = 0;
      for (let x = Math.ceil((cell + 0.25) * width / 26); x < (cell + 0.75) * width / 26; x++) {
        sum += 0.299 * row[4 * x] + 0.587 * row[4 * x + 1] + 0.114 * row[4 * x + 2]; n++;
      }
      return sum / n;
    };
    const white = (luma(0) + luma(2) + luma(25)) / 3, black = (luma(1) + luma(3) + luma(24)) / 3;
    if (white - black < 60) return -1;
    const half = (white + black) / 2;
    let code = 0, check = 0;
    for (let i = 0; i < 16; i++) code = code * 2 + (luma(4 + i) > half ? 1 : 0);
    for (let i = 0; i < 4; i++) check = check * 2 + (luma(20 + i) > half ? 1 : 0);
    const want = (code >> 12) ^ ((code >> 8) & 15) ^ ((code >> 4) & 15) ^ (code & 15) ^ 5;
    return want === check ? code : -1;
  };
  const now = () => performance.timeOrigin + performance.now();
  const eye = window.__eye = { key: 0, reading: false, seen: [], screen: [], presented: [], width: 0, height: 0 };
";

/// Watches every drawing on the desk's canvases (the visitor's face and second window), and the F2 key as
/// it goes down.
const WATCH_CANVAS: &str = "
  addEventListener('keydown', (event) => { if (event.key === 'F2') eye.key = performance.timeOrigin + event.timeStamp; }, true);
  const put = CanvasRenderingContext2D.prototype.putImageData;
  CanvasRenderingContext2D.prototype.putImageData = function (...args) {
    put.apply(this, args);
    const { testid, source } = this.canvas.dataset;
    if (testid !== 'picture' && testid !== 'screen-picture') return;
    if (testid === 'picture') [eye.width, eye.height] = source.split('x').map(Number);
    const at = now();
    const row = Math.round(this.canvas.width / 40);
    const code = eye.reading
      ? readRow(this.getImageData(0, row, this.canvas.width, 1).data, this.canvas.width) : -1;
    (testid === 'picture' ? eye.seen : eye.screen).push([at, code]);
  };
";

/// Watches the booth's video. A page is told of at most one frame for each of its own drawings; how many
/// the video gave to be drawn meanwhile stands in `presentedFrames` (HTMLVideoElement.requestVideoFrameCallback).
const WATCH_VIDEO: &str = "
  const strip = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const watch = (video) => {
    const look = (_, frame) => {
      const at = now();
      let code = -1;
      eye.width = video.videoWidth; eye.height = video.videoHeight;
      if (eye.reading && video.videoWidth > 0) {
        strip.canvas.width = video.videoWidth; strip.canvas.height = 1;
        strip.drawImage(video, 0, Math.round(video.videoWidth / 40), video.videoWidth, 1, 0, 0, video.videoWidth, 1);
        code = readRow(strip.getImageData(0, 0, video.videoWidth, 1).data, video.videoWidth);
      }
      eye.seen.push([at, code]);
      eye.presented.push(frame.presentedFrames);
      video.requestVideoFrameCallback(look);
    };
    video.requestVideoFrameCallback(look);
  };
  let watched = null;
  const find = () => {
    const video = document.querySelector('[data-testid=\"remote-video\"]');
    if (video && video !== watched) { watched = video; watch(video); }
  };
  find();
  new MutationObserver(find).observe(document.body, { childList: true, subtree: true });
";

/// What an eye has seen.
#[derive(Debug, Deserialize)]
pub struct Seen {
    /// When F2 went down, wall clock in ms; 0 when it did not.
    pub key: f64,
    /// When each picture was drawn (wall clock, ms) and its number, −1 when not read.
    pub seen: Vec<(f64, i32)>,
    /// The same of the second window's pictures.
    pub screen: Vec<(f64, i32)>,
    /// Beside each of `seen` in a booth: how many frames its video has given to be drawn so far.
    pub presented: Vec<u32>,
    /// The picture's width as it came.
    pub width: u32,
    /// The picture's height as it came.
    pub height: u32,
}

/// Which page is watched.
#[derive(Clone, Copy)]
pub enum Eye {
    /// The desk's canvas.
    Desk,
    /// The booth's video.
    Booth,
}

impl Eye {
    /// Puts the eye into the page, once per load.
    ///
    /// # Errors
    /// When the page does not take the script.
    pub async fn place(self, page: &Page) -> Result<()> {
        let watch = match self {
            Eye::Desk => WATCH_CANVAS,
            Eye::Booth => WATCH_VIDEO,
        };
        page.run(&format!("if (window.__eye) return null; {READER} {watch} return null;"), vec![]).await
    }
}

/// Forgets what was seen and sets whether numbers are read (which costs the page time).
///
/// # Errors
/// When no eye was placed.
pub async fn blink(page: &Page, reading: bool) -> Result<()> {
    let script = "const eye = window.__eye; eye.key = 0; eye.seen = []; eye.screen = []; eye.presented = []; eye.reading = arguments[0]; return null;";
    page.run(script, vec![reading.into()]).await
}

/// What was seen since the last [`blink`].
///
/// # Errors
/// When no eye was placed.
pub async fn seen(page: &Page) -> Result<Seen> {
    page.run("return window.__eye;", vec![]).await
}

impl Seen {
    /// F2 down → first picture drawn after it, ms.
    pub fn key_to_picture_ms(&self) -> Option<f64> {
        let drawn = self.seen.iter().map(|(at, _)| *at).find(|at| *at >= self.key)?;
        (self.key > 0.0).then_some(drawn - self.key)
    }

    /// Faces with a new number, per second, between two times on the wall clock.
    pub fn distinct_per_second(&self, from_ms: f64, to_ms: f64) -> f64 {
        distinct_per_second(&self.seen, from_ms, to_ms)
    }

    /// Faces that a booth's video gave to be drawn, per second, between two times on the wall clock; no more
    /// than the numbers on them went on, so that the same face shown again, or none, counts for nothing.
    pub fn presented_per_second(&self, from_ms: f64, to_ms: f64) -> f64 {
        let told = self.seen.iter().zip(&self.presented);
        let mut read = told.filter(|((at, code), _)| (from_ms..to_ms).contains(at) && *code >= 0);
        let Some(((_, first), presented)) = read.next() else { return 0.0 };
        let Some(((_, last), presented_last)) = read.next_back() else { return 0.0 };
        let new = (*last as u16).wrapping_sub(*first as u16);
        let frames = presented_last.saturating_sub(*presented).min(u32::from(new));
        f64::from(frames) / ((to_ms - from_ms) / 1000.0)
    }

    /// Pictures of the second window with a new number, per second.
    pub fn screens_per_second(&self, from_ms: f64, to_ms: f64) -> f64 {
        distinct_per_second(&self.screen, from_ms, to_ms)
    }

    /// When the first face was drawn after a time, wall clock in ms.
    pub fn first_after(&self, from_ms: f64) -> Option<f64> {
        self.seen.iter().map(|(at, _)| *at).find(|at| *at >= from_ms)
    }
}

fn distinct_per_second(seen: &[(f64, i32)], from_ms: f64, to_ms: f64) -> f64 {
    let mut last = -1;
    let mut distinct = 0_u32;
    for (_, code) in seen.iter().filter(|(at, _)| (from_ms..to_ms).contains(at)) {
        if *code >= 0 && *code != last {
            distinct += 1;
            last = *code;
        }
    }
    f64::from(distinct) / ((to_ms - from_ms) / 1000.0)
}
