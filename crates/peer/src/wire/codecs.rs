//! The codecs of a leg, Opus, G.711 and VP8, and the tracks that carry them.
//!
//! Decided here: the warm line between exchange and desktop carries all sound as one stream with one
//! SSRC at an RTP clock of 48 kHz, whatever its codec, and each packet's payload type says which codec
//! it is. So a telephone's packets pass untranscoded, and a change between a booth and a telephone is
//! no change of stream: numbers, times, reports and jitter buffer run on. RFC 3551 gives G.711 a clock
//! of 8 kHz; the parameter `x-clock=48000` says that both sides of a leg keep to the agreement instead,
//! and without it no G.711 is negotiated.

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

use crate::wire::Ssrcs;
use crate::{Codec, Track};

const OPUS: &str = "audio/opus";
const PCMU: &str = "audio/PCMU";
const PCMA: &str = "audio/PCMA";
const VP8: &str = "video/VP8";
/// Payload types of our own offers; an answer takes the far side's.
const OPUS_TYPE: u8 = 111;
/// G.711's types are fixed (RFC 3551, 6).
const PCMU_TYPE: u8 = 0;
const PCMA_TYPE: u8 = 8;
const VP8_TYPE: u8 = 96;
const VP8_REPAIR_TYPE: u8 = 97;
/// Mono (Opus is mono unless `stereo=1` is said), frames from 10 ms, each packet with a coarse copy
/// of the one before.
const OPUS_WISHES: &str = "minptime=10;useinbandfec=1";
/// G.711 at the clock of Opus.
const TELEPHONE_WISHES: &str = "x-clock=48000";
/// Face and voice belong to one stream, so that a browser keeps lips and voice together.
const STREAM: &str = "leg";
/// A shown window waits for nobody's lips.
const SCREEN_STREAM: &str = "screen";

/// What a leg's sound may be written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sounds {
    /// Opus alone: a browser's leg.
    Opus,
    /// Opus, and G.711 as a telephone sends it: the warm line.
    Telephone,
}

/// Whether the offer's writer keeps to the agreement about G.711.
pub(crate) fn offers_telephone(offer: &str) -> bool {
    offer.lines().any(|line| line.starts_with("a=fmtp:") && line.trim_end().ends_with(TELEPHONE_WISHES))
}

/// Whether the stack means this codec of ours.
pub(crate) fn is_codec(ours: Codec, codec: &RTCRtpCodec) -> bool {
    let name = match ours {
        Codec::Opus => OPUS,
        Codec::Pcmu => PCMU,
        Codec::Pcma => PCMA,
        Codec::Vp8 => VP8,
    };
    codec.mime_type.eq_ignore_ascii_case(name)
}

pub(crate) fn media_engine(sounds: Sounds) -> Result<MediaEngine, Error> {
    let mut media = MediaEngine::default();
    for codec in audio(sounds) {
        media.register_codec(codec, RtpCodecKind::Audio)?;
    }
    media.register_codec(numbered(vp8(), VP8_TYPE), RtpCodecKind::Video)?;
    media.register_codec(numbered(vp8_repair(), VP8_REPAIR_TYPE), RtpCodecKind::Video)?;
    Ok(media)
}

/// The codecs of sound, the one that we like best first.
pub(crate) fn audio(sounds: Sounds) -> Vec<RTCRtpCodecParameters> {
    let opus = numbered(opus(), OPUS_TYPE);
    match sounds {
        Sounds::Opus => vec![opus],
        Sounds::Telephone => {
            let telephone = [(PCMU, PCMU_TYPE), (PCMA, PCMA_TYPE)];
            let telephone = telephone.map(|(name, number)| numbered(telephone_codec(name), number));
            [opus].into_iter().chain(telephone).collect()
        }
    }
}

fn numbered(rtp_codec: RTCRtpCodec, payload_type: u8) -> RTCRtpCodecParameters {
    RTCRtpCodecParameters { rtp_codec, payload_type }
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

fn telephone_codec(name: &str) -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: name.to_owned(),
        clock_rate: 8_000,
        channels: 1,
        sdp_fmtp_line: TELEPHONE_WISHES.to_owned(),
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
