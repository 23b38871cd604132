//! The codecs of a leg, Opus and VP8, and the tracks that carry them.

use std::sync::Arc;

use rtc::media_stream::MediaStreamTrack;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpRtxParameters, RtpCodecKind,
};
use webrtc::error::Error;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::MediaEngine;

use crate::Track;
use crate::wire::Ssrcs;

const OPUS: &str = "audio/opus";
const VP8: &str = "video/VP8";
/// Payload types of our own offers; an answer takes the far side's.
const OPUS_TYPE: u8 = 111;
const VP8_TYPE: u8 = 96;
const VP8_REPAIR_TYPE: u8 = 97;
/// Mono (Opus is mono unless `stereo=1` is said), frames from 10 ms, each packet with a coarse copy
/// of the one before.
const OPUS_WISHES: &str = "minptime=10;useinbandfec=1";
/// Face and voice belong to one stream, so that a browser keeps lips and voice together.
const STREAM: &str = "leg";
/// A shown window waits for nobody's lips.
const SCREEN_STREAM: &str = "screen";

/// Whether this is the codec that a track is sent in.
pub(crate) fn is_codec_of(track: Track, codec: &RTCRtpCodec) -> bool {
    let ours = match track {
        Track::Audio => OPUS,
        Track::Video | Track::Screen => VP8,
    };
    codec.mime_type.eq_ignore_ascii_case(ours)
}

pub(crate) fn media_engine() -> Result<MediaEngine, Error> {
    let mut media = MediaEngine::default();
    let numbered = |rtp_codec, payload_type| RTCRtpCodecParameters { rtp_codec, payload_type };
    media.register_codec(numbered(opus(), OPUS_TYPE), RtpCodecKind::Audio)?;
    media.register_codec(numbered(vp8(), VP8_TYPE), RtpCodecKind::Video)?;
    media.register_codec(numbered(vp8_repair(), VP8_REPAIR_TYPE), RtpCodecKind::Video)?;
    Ok(media)
}

/// The track that sends our sound or picture.
pub(crate) fn local_track(track: Track, ssrcs: Ssrcs) -> Arc<dyn TrackLocal> {
    let (stream, name, kind, codec) = match track {
        Track::Audio => (STREAM, "audio", RtpCodecKind::Audio, opus()),
        Track::Video => (STREAM, "video", RtpCodecKind::Video, vp8()),
        Track::Screen => (SCREEN_STREAM, "screen", RtpCodecKind::Video, vp8()),
    };
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters {
            ssrc: Some(ssrcs.of(track)),
            rtx: ssrcs.repair(track).map(|ssrc| RTCRtpRtxParameters { ssrc }),
            ..RTCRtpCodingParameters::default()
        },
        active: true,
        codec,
        ..RTCRtpEncodingParameters::default()
    };
    let (stream, name) = (stream.to_owned(), name.to_owned());
    let track = MediaStreamTrack::new(stream, name.clone(), name, kind, vec![encoding]);
    Arc::new(TrackLocalStaticRTP::new(track))
}

fn opus() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: OPUS.to_owned(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: OPUS_WISHES.to_owned(),
        // Browsers leave it out of their offers; between two of ours it repairs sound.
        rtcp_feedback: vec![feedback("nack", "")],
    }
}

fn vp8() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: VP8.to_owned(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: String::new(),
        rtcp_feedback: vec![feedback("nack", ""), feedback("nack", "pli"), feedback("ccm", "fir")],
    }
}

fn vp8_repair() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: "video/rtx".to_owned(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: format!("apt={VP8_TYPE}"),
        rtcp_feedback: Vec::new(),
    }
}

fn feedback(typ: &str, parameter: &str) -> RTCPFeedback {
    RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() }
}
