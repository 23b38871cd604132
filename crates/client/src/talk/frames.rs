//! A picture on its way to a screen: decoded, and scaled to the place where it stands, so that copies and
//! colours cost what is seen and no more. Refuses to know what is on it and how its planes become a screen's pixels.

use media::scale::{Scaler, Size};
use media::vpx::Decoder;

use super::{EncodedPicture, PictureTap, Pictures};

/// Pictures that wait behind the one at hand from which on only the newest is worth its pixels: one may come early.
const LATE: usize = 2;

/// A place on a screen, in its pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Columns, at least one.
    pub width: u16,
    /// Rows, at least one.
    pub height: u16,
}

/// One picture in the size of its place. Printed without its pixels: a visitor's picture reaches no log.
pub struct Frame {
    /// Columns and rows.
    pub size: Room,
    /// The same before it was scaled.
    pub source: Room,
    /// As many empty bytes as were asked for, then the planes, row by row: luma, and blue and red difference of half
    /// the sides, rounded up.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Frame { size, source, bytes } = self;
        write!(f, "Frame({size:?} of {source:?}, {} bytes)", bytes.len())
    }
}

/// A viewer's end that brings frames. Nothing is decoded while it has no place to be seen at.
pub struct FrameTap {
    pictures: Pictures,
    tap: PictureTap,
    decoder: Option<Decoder>,
    scaler: Scaler,
    room: Option<Room>,
    headroom: usize,
    last: usize,
}

impl FrameTap {
    /// A new viewer without a place. Each frame leaves `headroom` bytes empty before its planes.
    pub fn new(pictures: &Pictures, headroom: usize) -> FrameTap {
        FrameTap {
            pictures: pictures.clone(),
            tap: pictures.subscribe(),
            decoder: None,
            scaler: Scaler::default(),
            room: None,
            headroom,
            last: 0,
        }
    }

    /// Frames fit into `room` from now on; none: there are no frames. What is seen again begins with a key frame.
    pub fn show(&mut self, room: Option<Room>) {
        if self.room.is_none() && room.is_some() {
            self.restart();
        }
        self.room = room;
    }

    /// The next frame; none when the desk has ended or too many newer viewers came. Safe to cancel.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            let picture = self.tap.next().await?;
            // Two to four milliseconds of work: not worth another thread's wake-up.
            if let Some(frame) = self.frame(&picture) {
                return Some(frame);
            }
        }
    }

    fn restart(&mut self) {
        self.decoder = None;
        self.pictures.want_keyframe();
    }

    fn frame(&mut self, picture: &EncodedPicture) -> Option<Frame> {
        let room = self.room?;
        if self.decoder.is_none() && picture.key {
            self.decoder = Decoder::new().ok();
        }
        let late = self.tap.waiting() >= LATE;
        match self.decoder.as_mut()?.look(&picture.data) {
            Ok(Some(_)) if late => None,
            Ok(planes) => {
                let planes = planes?;
                let source = Size { width: planes.y.width, height: planes.y.height };
                let size = source.within(Size { width: room.width.into(), height: room.height.into() });
                let mut bytes = Vec::with_capacity(self.last);
                bytes.resize(self.headroom, 0);
                self.scaler.scale(&planes, size, &mut bytes);
                self.last = bytes.len();
                Some(Frame { size: side(size)?, source: side(source)?, bytes })
            }
            Err(fault) => {
                tracing::debug!(%fault, "a picture cannot be decoded");
                self.restart();
                None
            }
        }
    }
}

fn side(size: Size) -> Option<Room> {
    Some(Room { width: size.width.try_into().ok()?, height: size.height.try_into().ok()? })
}

#[cfg(test)]
mod tests {
    use media::scene::{Person, Scene};
    use media::vpx::Encoder;

    use super::*;

    const ROOM: Option<Room> = Some(Room { width: 160, height: 200 });

    fn encoded(count: u32) -> Vec<EncodedPicture> {
        let scene = Scene::new(Person::Visitor, 320, 240).unwrap();
        let mut encoder = Encoder::new(320, 240, 30, 400).unwrap();
        (0..count)
            .flat_map(|n| encoder.encode(&scene.frame(n), n == 0).unwrap())
            .map(|frame| EncodedPicture { key: frame.key, timestamp_us: 0, data: frame.data.into() })
            .collect()
    }

    async fn seen(tap: &mut FrameTap) -> Option<Frame> {
        tokio::time::timeout(std::time::Duration::from_millis(50), tap.next()).await.ok().flatten()
    }

    #[tokio::test]
    async fn a_frame_fits_its_place_and_leaves_room_before_its_planes() {
        let pictures = Pictures::new();
        let mut tap = FrameTap::new(&pictures, 12);
        tap.show(ROOM);
        pictures.publish(encoded(1).remove(0));
        let frame = seen(&mut tap).await.unwrap();
        assert_eq!(frame.size, Room { width: 160, height: 120 });
        assert_eq!(frame.source, Room { width: 320, height: 240 });
        assert_eq!(frame.bytes.len(), 12 + 160 * 120 * 3 / 2);
        assert_eq!(frame.bytes[..12], [0; 12]);
    }

    #[tokio::test]
    async fn nothing_is_decoded_without_a_place_and_what_is_seen_again_begins_with_a_key_frame() {
        let pictures = Pictures::new();
        let mut tap = FrameTap::new(&pictures, 0);
        let clip = encoded(6);
        pictures.publish(clip[0].clone());
        assert!(seen(&mut tap).await.is_none() && tap.decoder.is_none());
        tap.show(ROOM);
        pictures.keyframe_wanted().await;
        pictures.publish(clip[1].clone());
        assert!(seen(&mut tap).await.is_none(), "it needs one before it");
        pictures.publish(clip[0].clone());
        assert!(seen(&mut tap).await.is_some());
        tap.show(None);
        pictures.publish(clip[1].clone());
        assert!(seen(&mut tap).await.is_none());
        tap.show(ROOM);
        pictures.publish(clip[2].clone());
        assert!(seen(&mut tap).await.is_none());
    }

    #[tokio::test]
    async fn a_broken_picture_asks_for_a_key_frame_which_heals_it() {
        let pictures = Pictures::new();
        let mut tap = FrameTap::new(&pictures, 0);
        tap.show(ROOM);
        pictures.keyframe_wanted().await;
        let clip = encoded(2);
        pictures.publish(clip[0].clone());
        assert!(seen(&mut tap).await.is_some());
        pictures.publish(EncodedPicture { key: false, timestamp_us: 0, data: vec![0].into() });
        assert!(seen(&mut tap).await.is_none());
        assert!(pictures.keyframe_wish());
        pictures.publish(clip[0].clone());
        assert!(seen(&mut tap).await.is_some());
    }

    #[tokio::test]
    async fn of_pictures_that_come_late_the_newest_is_shown() {
        let pictures = Pictures::new();
        let mut tap = FrameTap::new(&pictures, 0);
        tap.show(ROOM);
        let clip = encoded(6);
        let count = clip.len();
        clip.into_iter().for_each(|picture| pictures.publish(picture));
        let mut shown = 0;
        while seen(&mut tap).await.is_some() {
            shown += 1;
        }
        assert!(count > LATE && shown == LATE, "{shown} of {count}");
    }
}
