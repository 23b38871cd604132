//! The WebRTC stack as we set it up: codecs, feedback, interceptors, timers.
//!
//! It refuses to negotiate and to queue.

mod codecs;
mod losses;
mod sink;
mod tap;

use std::sync::Arc;
use std::time::Duration;

use rtc::crypto::RTCCryptoProvider;
use rtc::ice::mdns::MulticastDnsMode;
use rtc::interceptor::{NackGeneratorBuilder, NackResponderBuilder, Registry, Slot};
use webrtc::error::Error;
use webrtc::peer_connection::{
    MediaEngine, PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCConfigurationBuilder,
    RTCPeerConnectionState, SettingEngine, SettingEngineBuilder, configure_rtcp_reports,
    configure_twcc_receiver_only,
};

use crate::flow::Line;
use crate::port::{LegRuntime, Port};
use crate::{Event, Track};

pub(crate) use codecs::{Sounds, audio, is_codec, local_track, offers_telephone};

/// Silence after which the leg is called disconnected: the owner then asks for an ICE restart.
const DISCONNECTED: Duration = Duration::from_secs(3);
/// Further silence after which the leg is called failed. Late, so that a leg survives an outage.
const FAILED: Duration = Duration::from_secs(60);
/// Consent checks on an idle line: three within `DISCONNECTED`.
const KEEPALIVE: Duration = Duration::from_secs(1);
/// Between connectivity checks; the stack's 200 ms would be most of the time to connect.
const CHECKS: Duration = Duration::from_millis(20);
/// Checks before a pair of addresses is given up: ten seconds of them. The stack's 7 would end
/// after 140 ms, before the answer of a far network.
const CHECKS_PER_PAIR: u16 = 500;
/// Between NACKs for a packet, and how often it is asked for: 200 ms, then a key frame is cheaper.
const NACKS: Duration = Duration::from_millis(20);
const NACKS_PER_PACKET: u16 = 10;
/// Slots of our interceptors: in front of the NACK generator (7,000), and behind everything.
const TAP_SLOT: usize = 6_500;
const SINK_SLOT: usize = 13_500;

/// The streams that we send: five neighbours, which differ by their last three bits.
#[derive(Clone, Copy)]
pub(crate) struct Ssrcs(u32);

impl Ssrcs {
    pub(crate) fn random(crypto: &dyn RTCCryptoProvider) -> Result<Ssrcs, Error> {
        let mut bytes = [0u8; 4];
        crypto.random().fill(&mut bytes).map_err(|error| Error::Crypto(error.to_string()))?;
        Ok(Ssrcs(u32::from_be_bytes(bytes) & !7))
    }

    /// The stream of a track; never 0.
    pub(crate) fn of(self, track: Track) -> u32 {
        self.0
            | match track {
                Track::Audio => 1,
                Track::Video => 2,
                Track::Screen => 3,
            }
    }

    /// The stream that repairs it.
    pub(crate) fn repair(self, track: Track) -> Option<u32> {
        match track {
            Track::Audio => None,
            Track::Video => Some(self.0 | 4),
            Track::Screen => Some(self.0 | 5),
        }
    }
}

/// Tells the leg's owner about changes. Holds the line only, never the connection.
struct Handler(Arc<Line>);

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        match state {
            RTCPeerConnectionState::Connected => self.0.connected(),
            RTCPeerConnectionState::Disconnected => self.0.inbound.tell(Event::Disconnected),
            RTCPeerConnectionState::Failed => self.0.inbound.tell(Event::Failed),
            RTCPeerConnectionState::Closed => self.0.inbound.tell(Event::Closed),
            _ => {}
        }
    }
}

/// A connection of the stack on the leg's end of the port.
pub(crate) async fn connection(
    port: &Port,
    runtime: Arc<LegRuntime>,
    line: Arc<Line>,
    ssrcs: Ssrcs,
    sounds: Sounds,
) -> Result<Arc<dyn PeerConnection>, Error> {
    let mut media = codecs::media_engine(sounds)?;
    let registry = interceptors(&mut media, &line, ssrcs)?;
    let connection = PeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().build())
        .with_media_engine(media)
        .with_setting_engine(settings(port))
        .with_interceptor_registry(registry)
        .with_handler(Arc::new(Handler(line)))
        .with_runtime(runtime)
        .with_udp_addrs(port.labels())
        .build()
        .await?;
    Ok(Arc::new(connection))
}

fn settings(port: &Port) -> SettingEngine {
    let mut settings = SettingEngineBuilder::new()
        .with_ice_timeouts(Some(DISCONNECTED), Some(FAILED), Some(KEEPALIVE))
        .with_ice_connection_attempts(Some(CHECKS), Some(CHECKS_PER_PAIR))
        .with_prflx_acceptance_min_wait(Some(Duration::ZERO))
        .with_include_loopback_candidate(true)
        .with_discard_local_candidates_during_ice_restart(false)
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        .build();
    settings.set_crypto_provider(port.crypto());
    settings
}

fn interceptors(media: &mut MediaEngine, line: &Arc<Line>, ssrcs: Ssrcs) -> Result<Registry, Error> {
    let nacks = NackGeneratorBuilder::new().with_interval(NACKS).with_max_nacks_per_packet(NACKS_PER_PACKET);
    let registry = configure_rtcp_reports(configure_twcc_receiver_only(Registry::new(), media)?);
    Ok(registry
        .with(Slot::NackResponder, NackResponderBuilder::new().build())
        .with(Slot::NackGenerator, nacks.build())
        .with(Slot::from(TAP_SLOT), tap::Tap::new(Arc::clone(line), ssrcs))
        .with(Slot::from(SINK_SLOT), sink::Sink::new(Arc::clone(line))))
}
