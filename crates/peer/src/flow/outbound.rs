//! What goes out: a bounded queue for each track and the one task that feeds the WebRTC stack, so that nobody
//! who reads a source ever waits for a slow destination.

use std::sync::Arc;
use std::time::Duration;

use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp;
use tokio::sync::mpsc;
use tokio::time::Instant;
use webrtc::media_stream::track_local::TrackLocal;

use crate::flow::Line;
use crate::wire::{self, Ssrcs};
use crate::{Rtp, Track};

/// Sound waiting to go out: one second of 20 ms packets.
const SOUND: usize = 50;
/// Picture waiting to go out: two large key frames. Face and screen wait apart, so that a page that is
/// shown afresh costs no face.
const PICTURE: usize = 256;
/// Between requests for a key frame, until one comes: a request or the frame may be lost. Longer
/// than a round trip, since each frame costs the far side ten ordinary ones.
const BETWEEN_REQUESTS: Duration = Duration::from_millis(300);

/// Our tracks as the stack knows them.
#[derive(Clone)]
pub(crate) struct Locals {
    pub(crate) ssrcs: Ssrcs,
    pub(crate) audio: Arc<dyn TrackLocal>,
    pub(crate) video: Arc<dyn TrackLocal>,
    pub(crate) screen: Arc<dyn TrackLocal>,
}

impl Locals {
    pub(crate) fn new(ssrcs: Ssrcs) -> Locals {
        let [audio, video, screen] = Track::ALL.map(|track| wire::local_track(track, ssrcs));
        Locals { ssrcs, audio, video, screen }
    }

    fn track(&self, track: Track) -> &Arc<dyn TrackLocal> {
        match track {
            Track::Audio => &self.audio,
            Track::Video => &self.video,
            Track::Screen => &self.screen,
        }
    }
}

/// The full ends of the queues.
pub(crate) struct Outbound {
    sound: mpsc::Sender<Rtp>,
    video: mpsc::Sender<Rtp>,
    screen: mpsc::Sender<Rtp>,
}

/// The empty ends.
struct Queues {
    sound: mpsc::Receiver<Rtp>,
    video: mpsc::Receiver<Rtp>,
    screen: mpsc::Receiver<Rtp>,
}

impl Outbound {
    /// Starts the writer; it ends when the queues' full ends are dropped.
    pub(crate) fn start(line: Arc<Line>, locals: Locals) -> Outbound {
        let (sound, sounds) = mpsc::channel(SOUND);
        let (video, videos) = mpsc::channel(PICTURE);
        let (screen, screens) = mpsc::channel(PICTURE);
        let writer = Writer { line, locals, asked: [None; Track::PICTURES.len()] };
        tokio::spawn(writer.run(Queues { sound: sounds, video: videos, screen: screens }));
        Outbound { sound, video, screen }
    }

    /// Never waits; false when the queue is full and the packet was dropped.
    pub(crate) fn put(&self, packet: Rtp) -> bool {
        let queue = match packet.track {
            Track::Audio => &self.sound,
            Track::Video => &self.video,
            Track::Screen => &self.screen,
        };
        queue.try_send(packet).is_ok()
    }
}

struct Writer {
    line: Arc<Line>,
    locals: Locals,
    /// When a key frame was last asked for, of each of [`Track::PICTURES`].
    asked: [Option<Instant>; Track::PICTURES.len()],
}

impl Writer {
    async fn run(mut self, mut queues: Queues) {
        loop {
            let packet = tokio::select! {
                biased;
                (place, source) = self.keyframe_due() => {
                    self.asked[place] = Some(Instant::now());
                    self.line.asked(Track::PICTURES[place]);
                    self.ask_keyframe(source).await;
                    continue;
                }
                packet = queues.sound.recv() => packet,
                packet = queues.video.recv() => packet,
                packet = queues.screen.recv() => packet,
            };
            let Some(packet) = packet else {
                return;
            };
            self.write(packet).await;
        }
    }

    async fn write(&self, packet: Rtp) {
        let Some(payload_type) = self.line.types.of(packet.track, packet.codec) else {
            return;
        };
        let header = rtp::Header {
            version: 2,
            marker: packet.marker,
            payload_type,
            sequence_number: packet.sequence,
            timestamp: packet.timestamp,
            ssrc: self.locals.ssrcs.of(packet.track),
            ..rtp::Header::default()
        };
        let (local, payload) = (self.locals.track(packet.track), packet.payload);
        if let Err(error) = local.write_rtp(rtp::Packet { header, payload }).await {
            tracing::trace!(%error, "a packet was not taken");
        }
    }

    /// Waits until a key frame is wanted, can be asked for and was not asked for just now. Gives the
    /// picture's place in [`Track::PICTURES`] and the SSRC to ask.
    async fn keyframe_due(&self) -> (usize, u32) {
        loop {
            let next = (0..).zip(Track::PICTURES).zip(self.asked).filter_map(|((place, track), asked)| {
                let source = self.line.askable(track)?;
                Some((asked.map(|asked| asked + BETWEEN_REQUESTS), place, source))
            });
            match next.min() {
                Some((None, place, source)) => return (place, source),
                Some((Some(due), place, source)) if due <= Instant::now() => return (place, source),
                // It may come meanwhile, and the other one may be wanted: both are looked at again.
                Some((Some(due), ..)) => {
                    drop(tokio::time::timeout_at(due, self.line.nudge.notified()).await);
                }
                None => self.line.nudge.notified().await,
            }
        }
    }

    async fn ask_keyframe(&self, media_ssrc: u32) {
        // Each leg sends the first two tracks: the far side knows the sender.
        let request = PictureLossIndication { sender_ssrc: self.locals.ssrcs.of(Track::Video), media_ssrc };
        if let Err(error) = self.locals.video.write_rtcp(vec![Box::new(request)]).await {
            tracing::trace!(%error, "a key frame request was not taken");
        }
    }
}
