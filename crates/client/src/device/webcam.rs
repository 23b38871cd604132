//! A real camera: found, opened, read. The only file that knows nokhwa. Refuses to know what is sent.

use std::mem::ManuallyDrop;
use std::time::{Duration, Instant};

use media::picture::I420;
use nokhwa::utils::{
    ApiBackend, CameraFormat, CameraIndex, CameraInfo, FrameFormat, RequestedFormat, RequestedFormatType,
};

use super::camera::{Camera, HEIGHT, WIDTH};
use super::pixels;
use super::place::{Seen, meant};
use super::sound::Absent;

/// What we can read, the cheapest first.
const READABLE: [FrameFormat; 5] =
    [FrameFormat::NV12, FrameFormat::YUYV, FrameFormat::MJPEG, FrameFormat::RAWRGB, FrameFormat::RAWBGR];
/// Pictures a second that a face needs at least; more are left out on the way.
const ENOUGH_FPS: u32 = 15;
/// A camera's pictures are left out until this shortly before the next one is due.
const EARLY: Duration = Duration::from_millis(10);
/// Broken pictures in a row before a camera counts as lost: the first ones after the start often are.
const MOST_BROKEN: u32 = 30;

/// What the system offers now.
pub fn cameras() -> Vec<Seen> {
    found().into_iter().map(|(seen, _)| seen).collect()
}

fn found() -> Vec<(Seen, CameraIndex)> {
    let all = nokhwa::query(ApiBackend::Auto).unwrap_or_default();
    all.iter().filter_map(|camera| Some((seen(camera)?, camera.index().clone()))).collect()
}

/// None for a node that has no pictures.
fn seen(camera: &CameraInfo) -> Option<Seen> {
    let name = camera.human_name();
    let id = match stable_id(camera) {
        Some(id) => id?,
        None => name.clone(),
    };
    Some(Seen { id, name })
}

/// Numbers of cameras change at each start; the links that udev makes do not. None: no such link; some
/// none: a node for something else than pictures.
#[cfg(target_os = "linux")]
fn stable_id(camera: &CameraInfo) -> Option<Option<String>> {
    let node = format!("video{}", camera.index().as_index().ok()?);
    let links = std::fs::read_dir("/dev/v4l/by-id").ok()?;
    let of_node = |link: &std::fs::DirEntry| {
        std::fs::canonicalize(link.path()).is_ok_and(|to| to.file_name().is_some_and(|name| *name == *node))
    };
    let link = links.flatten().find(of_node)?.file_name().to_string_lossy().into_owned();
    Some(link.ends_with("-index0").then_some(link))
}

/// Windows names each camera by a link of its own.
#[cfg(not(target_os = "linux"))]
fn stable_id(camera: &CameraInfo) -> Option<Option<String>> {
    Some(camera.misc()).filter(|link| !link.is_empty()).map(Some)
}

/// An open camera; its lamp is on until it is dropped.
pub struct Webcam {
    camera: ManuallyDrop<nokhwa::Camera>,
    broken: u32,
}

impl Webcam {
    /// Opens the camera of this id or name; an empty one means whichever comes first. Takes up to a second.
    ///
    /// # Errors
    /// [`Absent`] when it is not there, is in use, or gives nothing that we can read.
    pub fn open(wanted: &str) -> Result<Webcam, Absent> {
        let found = found();
        let all: Vec<Seen> = found.iter().map(|(seen, _)| seen.clone()).collect();
        let camera = if wanted.is_empty() { all.first() } else { meant(&all, wanted) }.ok_or(Absent)?;
        let (_, index) = found.iter().find(|(seen, _)| seen == camera).ok_or(Absent)?;
        open(index.clone()).map_err(|fault| {
            tracing::warn!(%fault, "a camera refused");
            Absent
        })
    }

    fn read(&mut self) -> Option<nokhwa::Buffer> {
        self.camera.frame().inspect_err(|fault| tracing::warn!(%fault, "a camera was lost")).ok()
    }
}

fn open(index: CameraIndex) -> Result<Webcam, nokhwa::NokhwaError> {
    let any = RequestedFormat::with_formats(RequestedFormatType::None, &READABLE);
    let mut webcam = Webcam { camera: ManuallyDrop::new(nokhwa::Camera::new(index, any)?), broken: 0 };
    if let Some(best) = best(&webcam.camera.compatible_camera_formats()?) {
        let only = [best.format()];
        let request = RequestedFormat::with_formats(RequestedFormatType::Exact(best), &only);
        webcam.camera.set_camera_requset(request)?;
    }
    webcam.camera.open_stream()?;
    Ok(webcam)
}

/// The size nearest to ours, often enough, in the cheapest form.
fn best(formats: &[CameraFormat]) -> Option<CameraFormat> {
    let cost = |format: &CameraFormat| {
        let form = READABLE.iter().position(|known| *known == format.format());
        let missing = |have: u32, want: usize| u64::from((want as u32).saturating_sub(have));
        let lacking = missing(format.width(), WIDTH) + missing(format.height(), HEIGHT);
        let area = u64::from(format.width()) * u64::from(format.height());
        (format.frame_rate() < ENOUGH_FPS, lacking, area, form)
    };
    let readable = formats.iter().filter(|format| READABLE.contains(&format.format()));
    readable.min_by_key(|format| cost(format)).copied()
}

impl Camera for Webcam {
    /// Waits for the camera, which has a pace of its own.
    fn picture(&mut self, due: Instant) -> Option<I420> {
        loop {
            let frame = self.read()?;
            if Instant::now() + EARLY < due {
                continue;
            }
            let size = frame.resolution();
            let (width, height) = (size.width() as usize, size.height() as usize);
            match pixels::read(frame.source_frame_format().into(), width, height, frame.buffer()) {
                Some(picture) => {
                    self.broken = 0;
                    return Some(pixels::fit(&picture, WIDTH, HEIGHT));
                }
                None if self.broken == MOST_BROKEN => return None,
                None => self.broken += 1,
            }
        }
    }
}

impl Drop for Webcam {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // nokhwa panics in its own drop when an unplugged camera does not stop: such a one is left alone.
        if self.camera.stop_stream().is_ok() {
            // SAFETY: the field is never used again, this being the only drop.
            unsafe { ManuallyDrop::drop(&mut self.camera) };
        }
    }
}

impl From<FrameFormat> for pixels::Form {
    fn from(format: FrameFormat) -> pixels::Form {
        match format {
            FrameFormat::MJPEG => pixels::Form::Jpeg,
            FrameFormat::YUYV => pixels::Form::Yuyv,
            FrameFormat::NV12 => pixels::Form::Nv12,
            FrameFormat::GRAY => pixels::Form::Gray,
            FrameFormat::RAWRGB => pixels::Form::Rgb,
            FrameFormat::RAWBGR => pixels::Form::Bgr,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_that_is_not_there_is_absent_and_nothing_panics() {
        assert!(Webcam::open("no such camera").is_err());
        assert!(cameras().iter().all(|camera| !camera.id.is_empty()));
    }

    #[test]
    fn the_size_nearest_to_ours_is_taken_before_the_largest_and_the_fastest() {
        let format = |x, y, form, fps| CameraFormat::new_from(x, y, form, fps);
        let offered = [
            format(1_920, 1_080, FrameFormat::MJPEG, 60),
            format(320, 240, FrameFormat::YUYV, 30),
            format(640, 480, FrameFormat::MJPEG, 30),
            format(640, 480, FrameFormat::YUYV, 30),
            format(640, 480, FrameFormat::YUYV, 5),
        ];
        assert_eq!(best(&offered), Some(offered[3]));
        assert_eq!(best(&offered[..2]), Some(offered[0]), "rather large than small");
        assert_eq!(best(&[format(640, 480, FrameFormat::GRAY, 30)]), None);
    }
}
