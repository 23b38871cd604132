//! The other side's encoded pictures for whoever shows them. A slow viewer loses pictures up to the next
//! key frame and never holds anybody up. Refuses to know where pictures come from and how they are decoded.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::{Arc, Mutex, Weak};
use std::task::{Context, Waker};

use bytes::Bytes;
use tokio::sync::Notify;

use super::lock;

/// Pictures that wait for one viewer: 0.4 s at 20 a second. Older ones are not worth showing.
const MAX_WAITING: usize = 8;
/// Viewers at once: a window, its successor during a reload, and room to spare. The oldest goes.
const MAX_VIEWERS: usize = 8;

/// One encoded VP8 picture. Printed without its bytes: a visitor's picture reaches no log.
#[derive(Clone, PartialEq, Eq)]
pub struct EncodedPicture {
    /// Decodable without any other.
    pub key: bool,
    /// When it belongs, microseconds from the leg's first picture.
    pub timestamp_us: u64,
    /// What a VP8 decoder takes.
    pub data: Bytes,
}

impl std::fmt::Debug for EncodedPicture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let EncodedPicture { key, timestamp_us, data } = self;
        write!(f, "EncodedPicture(key {key}, {timestamp_us} µs, {} bytes)", data.len())
    }
}

/// Where the pictures come together. Clones are the same place.
#[derive(Clone, Default)]
pub struct Pictures(Arc<Inner>);

#[derive(Default)]
struct Inner {
    viewers: Mutex<Vec<Weak<Viewer>>>,
    keyframe: Notify,
}

#[derive(Default)]
struct Viewer {
    queue: Mutex<Queue>,
    ready: Notify,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<EncodedPicture>,
    flowing: bool,
    closed: bool,
}

/// One viewer's end.
pub struct PictureTap(Arc<Viewer>);

impl Pictures {
    /// A place without viewers.
    pub fn new() -> Pictures {
        Pictures::default()
    }

    /// A new viewer. It begins with a key frame, which is asked for at once.
    pub fn subscribe(&self) -> PictureTap {
        let viewer = Arc::new(Viewer::default());
        let mut viewers = lock(&self.0.viewers);
        viewers.retain(|known| known.strong_count() > 0);
        if viewers.len() == MAX_VIEWERS {
            let oldest = viewers.remove(0);
            oldest.upgrade().iter().for_each(|oldest| oldest.close());
        }
        viewers.push(Arc::downgrade(&viewer));
        drop(viewers);
        self.want_keyframe();
        PictureTap(viewer)
    }

    /// Hands a picture to every viewer; never waits.
    pub fn publish(&self, picture: EncodedPicture) {
        let mut viewers = lock(&self.0.viewers);
        viewers.retain(|known| known.strong_count() > 0);
        let dropped =
            viewers.iter().filter_map(Weak::upgrade).filter(|viewer| !viewer.take(&picture)).count();
        drop(viewers);
        if dropped > 0 {
            self.want_keyframe();
        }
    }

    /// Asks the other side for a key frame.
    pub fn want_keyframe(&self) {
        self.0.keyframe.notify_one();
    }

    /// Somebody wants a key frame, asked without waiting. The same reader as of the waiting way.
    pub(super) fn keyframe_wish(&self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        pin!(self.0.keyframe.notified()).poll(&mut context).is_ready()
    }

    /// Waits until somebody wants a key frame. One reader.
    pub(super) async fn keyframe_wanted(&self) {
        self.0.keyframe.notified().await;
    }

    /// A viewer waits for a key frame.
    pub(super) fn starves(&self) -> bool {
        let viewers = lock(&self.0.viewers);
        viewers.iter().filter_map(Weak::upgrade).any(|viewer| !lock(&viewer.queue).flowing)
    }

    /// Ends every viewer.
    pub(super) fn close(&self) {
        lock(&self.0.viewers)
            .drain(..)
            .filter_map(|viewer| viewer.upgrade())
            .for_each(|viewer| viewer.close());
    }
}

impl Viewer {
    /// False: the viewer was too slow and has to wait for a key frame now.
    fn take(&self, picture: &EncodedPicture) -> bool {
        let mut queue = lock(&self.queue);
        let mut in_time = true;
        if queue.waiting.len() == MAX_WAITING {
            queue.waiting.clear();
            queue.flowing = false;
            in_time = picture.key;
        }
        if queue.flowing || picture.key {
            queue.flowing = true;
            queue.waiting.push_back(picture.clone());
            self.ready.notify_one();
        }
        in_time
    }

    fn close(&self) {
        let mut queue = lock(&self.queue);
        queue.closed = true;
        queue.waiting.clear();
        drop(queue);
        self.ready.notify_one();
    }
}

impl PictureTap {
    /// How many pictures wait.
    pub(super) fn waiting(&self) -> usize {
        lock(&self.0.queue).waiting.len()
    }

    /// The next picture; none when the desk has ended or too many newer viewers came. Safe to cancel.
    pub async fn next(&mut self) -> Option<EncodedPicture> {
        loop {
            {
                let mut queue = lock(&self.0.queue);
                if let Some(picture) = queue.waiting.pop_front() {
                    return Some(picture);
                }
                if queue.closed {
                    return None;
                }
            }
            self.0.ready.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(key: bool, n: u64) -> EncodedPicture {
        EncodedPicture { key, timestamp_us: n, data: Bytes::from_static(b"vp8") }
    }

    async fn seen(tap: &mut PictureTap) -> Vec<u64> {
        let mut seen = Vec::new();
        let pause = std::time::Duration::from_millis(10);
        while let Ok(Some(picture)) = tokio::time::timeout(pause, tap.next()).await {
            seen.push(picture.timestamp_us);
        }
        seen
    }

    #[tokio::test]
    async fn a_new_viewer_asks_for_a_key_frame_and_starts_with_it() {
        let pictures = Pictures::new();
        let mut tap = pictures.subscribe();
        pictures.keyframe_wanted().await;
        for (key, n) in [(false, 1), (true, 2), (false, 3)] {
            pictures.publish(picture(key, n));
        }
        assert_eq!(seen(&mut tap).await, [2, 3]);
    }

    #[tokio::test]
    async fn a_slow_viewer_drops_to_the_next_key_frame_and_holds_nobody_up() {
        let pictures = Pictures::new();
        let (mut slow, mut quick) = (pictures.subscribe(), pictures.subscribe());
        pictures.keyframe_wanted().await;
        pictures.publish(picture(true, 0));
        let mut all = seen(&mut quick).await;
        for n in 1..=9 {
            pictures.publish(picture(false, n));
            all.extend(seen(&mut quick).await);
        }
        assert_eq!(all, (0..=9).collect::<Vec<_>>());
        pictures.keyframe_wanted().await;
        assert!(pictures.starves());
        pictures.publish(picture(true, 10));
        assert_eq!(seen(&mut slow).await, [10]);
    }
}
