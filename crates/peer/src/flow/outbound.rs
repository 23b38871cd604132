//! What goes out: two bounded queues and the one task that feeds the WebRTC stack, so that nobody
//! who reads a source ever waits for a slow destination.

use std::sync::Arc;
use std::time::Duration;

use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp;
use tokio::sync::mpsc;
use tokio::time::Instant;
use webrtc::media_stream::track_local::TrackLocal;

use crate::flow::Line;
use crate::{Rtp, Track};

/// Sound waiting to go out: one second of 20 ms packets.
const SOUND: usize = 50;
/// Picture waiting to go out: two large key frames.
const PICTURE: usize = 256;
/// Between requests for a key frame, until one comes: a request or the frame may be lost. Longer
/// than a round trip, since each frame costs the far side ten ordinary ones.
const BETWEEN_REQUESTS: Duration = Duration::from_millis(300);

/// A track of ours as the stack knows it.
pub(crate) struct Local {
    pub(crate) ssrc: u32,
    pub(crate) track: Arc<dyn TrackLocal>,
}

/// The full ends of the queues.
pub(crate) struct Outbound {
    sound: mpsc::Sender<Rtp>,
    picture: mpsc::Sender<Rtp>,
}

impl Outbound {
    /// Starts the writer; it ends when the queues' full ends are dropped.
    pub(crate) fn start(line: Arc<Line>, audio: Local, video: Local) -> Outbound {
        let (sound, sounds) = mpsc::channel(SOUND);
        let (picture, pictures) = mpsc::channel(PICTURE);
        tokio::spawn(Writer { line, audio, video }.run(sounds, pictures));
        Outbound { sound, picture }
    }

    /// Never waits; false when the queue is full and the packet was dropped.
    pub(crate) fn put(&self, packet: Rtp) -> bool {
        let queue = match packet.track {
            Track::Audio => &self.sound,
            Track::Video => &self.picture,
        };
        queue.try_send(packet).is_ok()
    }
}

struct Writer {
    line: Arc<Line>,
    audio: Local,
    video: Local,
}

impl Writer {
    async fn run(self, mut sounds: mpsc::Receiver<Rtp>, mut pictures: mpsc::Receiver<Rtp>) {
        let mut asked: Option<Instant> = None;
        loop {
            let packet = tokio::select! {
                biased;
                source = self.keyframe_due(asked) => {
                    asked = Some(Instant::now());
                    self.line.asked();
                    self.ask_keyframe(source).await;
                    continue;
                }
                packet = sounds.recv() => packet,
                packet = pictures.recv() => packet,
            };
            let Some(packet) = packet else {
                return;
            };
            self.write(packet).await;
        }
    }

    async fn write(&self, packet: Rtp) {
        let local = match packet.track {
            Track::Audio => &self.audio,
            Track::Video => &self.video,
        };
        let Some(payload_type) = self.line.payload_type(packet.track) else {
            return;
        };
        let header = rtp::Header {
            version: 2,
            marker: packet.marker,
            payload_type,
            sequence_number: packet.sequence,
            timestamp: packet.timestamp,
            ssrc: local.ssrc,
            ..rtp::Header::default()
        };
        let payload = packet.payload;
        if let Err(error) = local.track.write_rtp(rtp::Packet { header, payload }).await {
            tracing::trace!(%error, "a packet was not taken");
        }
    }

    /// Waits until a key frame is wanted, can be asked for and was not asked for just now. Gives the
    /// SSRC to ask.
    async fn keyframe_due(&self, asked: Option<Instant>) -> u32 {
        loop {
            if self.line.askable().is_some() {
                if let Some(asked) = asked {
                    tokio::time::sleep_until(asked + BETWEEN_REQUESTS).await;
                }
                // It may have come meanwhile.
                if let Some(source) = self.line.askable() {
                    return source;
                }
            }
            self.line.nudge.notified().await;
        }
    }

    async fn ask_keyframe(&self, media_ssrc: u32) {
        let request = PictureLossIndication { sender_ssrc: self.video.ssrc, media_ssrc };
        if let Err(error) = self.video.track.write_rtcp(vec![Box::new(request)]).await {
            tracing::trace!(%error, "a key frame request was not taken");
        }
    }
}
