//! The interceptor at the application's end: every media packet leaves the stack here, into the
//! leg's own queues. Nothing is left for the stack's tracks, whose queues nobody reads.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtp;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;

use crate::flow::Line;
use crate::{Codec, Rtp, Track};

pub(crate) struct Sink {
    line: Arc<Line>,
    streams: HashMap<u32, Track>,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl Sink {
    pub(crate) fn new(line: Arc<Line>) -> Self {
        Sink { line, streams: HashMap::new(), read: VecDeque::new(), write: VecDeque::new() }
    }

    fn out(&self, now: Instant, packet: rtp::Packet) {
        let header = packet.header;
        let Some(&track) = self.streams.get(&header.ssrc) else {
            return;
        };
        self.line.comes(track, header.ssrc, &packet.payload);
        let packet = Rtp {
            track,
            codec: codec_of(track),
            marker: header.marker,
            sequence: header.sequence_number,
            timestamp: header.timestamp,
            payload: packet.payload,
        };
        self.line.inbound.packet(now, header.ssrc, packet);
    }
}

/// What each track is negotiated in.
fn codec_of(track: Track) -> Codec {
    match track {
        Track::Audio => Codec::Opus,
        Track::Video | Track::Screen => Codec::Vp8,
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Sink {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, tagged: TaggedPacket) -> Result<(), Error> {
        match tagged.message.packet {
            Packet::Rtp(packet) => self.out(tagged.now, packet),
            _ => self.read.push_back(tagged),
        }
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.read.pop_front()
    }

    fn handle_write(&mut self, tagged: TaggedPacket) -> Result<(), Error> {
        self.write.push_back(tagged);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.write.pop_front()
    }
}

impl Interceptor for Sink {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}

    fn unbind_local_stream(&mut self, _: &StreamInfo) {}

    fn bind_remote_stream(&mut self, stream: &StreamInfo) {
        let kind = stream.mime_type.split('/').next().unwrap_or_default();
        if kind.eq_ignore_ascii_case("audio") {
            self.streams.insert(stream.ssrc, Track::Audio);
        } else if kind.eq_ignore_ascii_case("video") {
            self.streams.insert(stream.ssrc, self.line.picture_of(stream.ssrc));
        }
    }

    fn unbind_remote_stream(&mut self, stream: &StreamInfo) {
        self.streams.remove(&stream.ssrc);
    }
}
