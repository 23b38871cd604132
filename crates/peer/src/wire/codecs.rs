//! The two codecs of a leg, Opus and VP8, and the tracks that carry them.

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
/// Both tracks belong to one stream, so that a browser keeps lips and voice together.
const STREAM: &str = "leg";

pub(crate) fn is_opus(codec: &RTCRtpCodec) -> bool {
    codec.mime_type.eq_ignore_ascii_case(OPUS)
}

pub(crate) fn is_vp8(codec: &RTCRtpCodec) -> bool {
    codec.mime_type.eq_ignore_ascii_case(VP8)
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
    let (name, kind, codec, ssrc, repair) = match track {
        Track::Audio => ("audio", RtpCodecKind::Audio, opus(), ssrcs.audio, None),
        Track::Video => {
            let repair = RTCRtpRtxParameters { ssrc: ssrcs.video_repair };
            ("video", RtpCodecKind::Video, vp8(), ssrcs.video, Some(repair))
        }
    };
    let encoding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters {
            ssrc: Some(ssrc),
            rtx: repair,
            ..RTCRtpCodingParameters::default()
        },
        active: true,
        codec,
        ..RTCRtpEncodingParameters::default()
    };
    let (stream, name) = (STREAM.to_owned(), name.to_owned());
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
