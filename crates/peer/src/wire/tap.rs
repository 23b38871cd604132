//! The interceptor near the wire: losses are counted, repaired packets get their own numbers back before
//! anybody else counts them, and the far side's feedback is read on its way in.
//!
//! The stack itself unwraps repairs (RTX, RFC 4588) only behind its interceptors, so that its NACK
//! generator would ask again and again for what has arrived.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use rtc::interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket};
use rtc::rtcp;
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::receiver_report::ReceiverReport;
use rtc::rtcp::reception_report::ReceptionReport;
use rtc::rtcp::sender_report::SenderReport;
use rtc::rtp;
use rtc::sansio::Protocol;
use rtc::shared::error::Error;

use crate::flow::Line;
use crate::wire::Ssrcs;
use crate::wire::losses::Losses;
use crate::{Event, Track};

/// Bytes of the original sequence number in front of a repair's payload (RFC 4588, 4).
const ORIGINAL_NUMBER: usize = 2;

/// The stream that a repair stream repairs.
struct Repaired {
    ssrc: u32,
    payload_type: u8,
}

pub(crate) struct Tap {
    line: Arc<Line>,
    ours: Ssrcs,
    repairs: HashMap<u32, Repaired>,
    losses: Losses,
    read: VecDeque<TaggedPacket>,
    write: VecDeque<TaggedPacket>,
}

impl Tap {
    pub(crate) fn new(line: Arc<Line>, ours: Ssrcs) -> Self {
        Tap {
            line,
            ours,
            repairs: HashMap::new(),
            losses: Losses::default(),
            read: VecDeque::new(),
            write: VecDeque::new(),
        }
    }

    fn feedback(&self, packet: &dyn rtcp::Packet) {
        let packet = packet.as_any();
        if let Some(request) = packet.downcast_ref::<PictureLossIndication>() {
            self.keyframe_asked(request.media_ssrc);
        } else if let Some(request) = packet.downcast_ref::<FullIntraRequest>() {
            request.fir.iter().for_each(|entry| self.keyframe_asked(entry.ssrc));
        } else if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
            self.reported(&report.reports);
        } else if let Some(report) = packet.downcast_ref::<SenderReport>() {
            self.reported(&report.reports);
        }
    }

    fn keyframe_asked(&self, ssrc: u32) {
        if let Some(track) = Track::PICTURES.into_iter().find(|track| self.ours.of(*track) == ssrc) {
            self.line.inbound.tell(Event::KeyframeWanted(track));
        }
    }

    fn reported(&self, reports: &[ReceptionReport]) {
        for report in reports.iter().filter(|report| report.ssrc == self.ours.of(Track::Audio)) {
            let fraction = f32::from(report.fraction_lost) / 256.0;
            self.line.inbound.tell(Event::Loss { fraction });
        }
    }
}

/// Gives a repair the numbers of the packet that it repeats; false when it repeats none (padding).
fn unwrap(packet: &mut rtp::Packet, repaired: &Repaired) -> bool {
    let Some(&[high, low]) = packet.payload.first_chunk::<ORIGINAL_NUMBER>() else {
        return false;
    };
    packet.header.ssrc = repaired.ssrc;
    packet.header.payload_type = repaired.payload_type;
    packet.header.sequence_number = u16::from_be_bytes([high, low]);
    packet.header.padding = false;
    packet.payload = packet.payload.slice(ORIGINAL_NUMBER..);
    true
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Tap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut tagged: TaggedPacket) -> Result<(), Error> {
        match &mut tagged.message.packet {
            Packet::Rtp(packet) => match self.repairs.get(&packet.header.ssrc) {
                Some(repaired) if !unwrap(packet, repaired) => return Ok(()),
                Some(_) => {}
                None => {
                    let sent = self.losses.came(packet.header.ssrc, packet.header.sequence_number);
                    sent.into_iter().for_each(|sent| self.line.counted(sent));
                }
            },
            Packet::Rtcp(packets) => {
                for packet in packets.iter() {
                    self.feedback(packet.as_ref());
                }
            }
            _ => {}
        }
        self.read.push_back(tagged);
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

impl Interceptor for Tap {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}

    fn unbind_local_stream(&mut self, _: &StreamInfo) {}

    fn bind_remote_stream(&mut self, stream: &StreamInfo) {
        self.losses.learn(stream.ssrc);
        if let Some(repair) = stream.ssrc_rtx {
            let repaired = Repaired { ssrc: stream.ssrc, payload_type: stream.payload_type };
            self.repairs.insert(repair, repaired);
        }
    }

    fn unbind_remote_stream(&mut self, stream: &StreamInfo) {
        self.losses.forget(stream.ssrc);
        if let Some(repair) = stream.ssrc_rtx {
            self.repairs.remove(&repair);
        }
    }
}
