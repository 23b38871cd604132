//! One person's media connection: negotiation, sending, asking for pictures, the end.
//!
//! It refuses to know what is sent and where received packets go.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rtc::peer_connection::configuration::RTCOfferOptions;
use rtc::peer_connection::transport::RTCDtlsTransportState;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use tokio::runtime::Handle;
use webrtc::peer_connection::{PeerConnection, RTCSessionDescription};
use webrtc::rtp_transceiver::RtpSender;
use webrtc::runtime::Runtime;

use crate::flow::Line;
use crate::flow::outbound::{Locals, Outbound};
use crate::port::{LegRuntime, Mailbox, Port, Seat};
use crate::tracks::Described;
use crate::wire::{self, Sounds, Ssrcs};
use crate::{Arrivals, Codec, Event, Events, PeerError, Rtp, Track, sdp};

/// How long the stack may take to close before its tasks are ended from outside.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);
/// Looks at the connection after an alert came in, and the pause before each: the stack reads the
/// alert within a millisecond or two, on a busy machine within some tens.
const LOOKS: u32 = 10;
const LOOK_PAUSE: Duration = Duration::from_millis(10);

/// A handle of one media connection. Clones are the same leg; it closes when the last one is
/// dropped.
#[derive(Clone)]
pub struct Leg(Arc<Open>);

struct Open {
    connection: Arc<dyn PeerConnection>,
    runtime: Arc<LegRuntime>,
    seat: Arc<Seat>,
    line: Arc<Line>,
    outbound: Outbound,
    senders: Vec<(Track, Arc<dyn RtpSender>)>,
    /// One negotiation at a time.
    negotiation: tokio::sync::Mutex<()>,
    handle: Handle,
}

impl Leg {
    /// The exchange's side: answers an offer. The offer's candidates are not used; the far side is
    /// found by its own checks. Gives the answer, to be sent to the far side. G.711 is answered to a
    /// desktop only: a browser offers it too, and would have to be sent it at another clock.
    pub async fn answer(port: &Port, offer: &str) -> Result<(Leg, String, Events), PeerError> {
        let sounds = if wire::offers_telephone(offer) { Sounds::Telephone } else { Sounds::Opus };
        let (leg, events) = Leg::open(port, Screen::AsOffered, sounds).await?;
        let answer = leg.answer_restart(offer).await?;
        Ok((leg, answer, events))
    }

    /// The desktop's side: offers sound (Opus and G.711) and VP8 each way, and to look at a screen. Gives
    /// the offer, whose answer goes to [`Leg::take_answer`]. The port must have no second offering leg to the same address,
    /// and a new leg to an address that an ended one talked to is better off on a new port: what
    /// the far side still has under way to the old one would be taken for the new one's.
    pub async fn offer(port: &Port) -> Result<(Leg, String, Events), PeerError> {
        Leg::offer_with(port, Screen::Taken, Sounds::Telephone).await
    }

    /// The same with a screen of our own to show and Opus alone, as a booth's page offers it.
    pub async fn offer_showing(port: &Port) -> Result<(Leg, String, Events), PeerError> {
        Leg::offer_with(port, Screen::Shown, Sounds::Opus).await
    }

    async fn offer_with(
        port: &Port,
        screen: Screen,
        sounds: Sounds,
    ) -> Result<(Leg, String, Events), PeerError> {
        let (leg, events) = Leg::open(port, screen, sounds).await?;
        let offer = leg.make_offer(None).await?;
        Ok((leg, offer, events))
    }

    /// Takes the far side's answer to the offer made last. Its candidates are where we connect to.
    pub async fn take_answer(&self, answer: &str) -> Result<(), PeerError> {
        let _turn = self.0.negotiation.lock().await;
        let (answer, addresses) = sdp::usable_candidates(answer)?;
        let theirs = Described::read(&answer);
        let answer = RTCSessionDescription::answer(answer)
            .map_err(|_| PeerError::BadDescription("it is no session description"))?;
        self.0.seat.expect(&addresses)?;
        let wanted = Track::ALL.map(|track| (track, theirs.takes(track)));
        self.0.line.expect(theirs.streams());
        self.0.connection.set_remote_description(answer).await?;
        self.negotiated(wanted).await
    }

    /// Begins an ICE restart on the same connection: a new offer, whose answer goes to
    /// [`Leg::take_answer`].
    pub async fn offer_restart(&self) -> Result<String, PeerError> {
        self.make_offer(Some(RTCOfferOptions { ice_restart: true })).await
    }

    /// Answers a further offer on the same connection: the far side's ICE restart.
    pub async fn answer_restart(&self, offer: &str) -> Result<String, PeerError> {
        let _turn = self.0.negotiation.lock().await;
        let offer = sdp::strip_candidates(offer)?;
        let streams = Described::read(&offer).streams();
        let offer = RTCSessionDescription::offer(offer)
            .map_err(|_| PeerError::BadDescription("it is no session description"))?;
        let connection = &self.0.connection;
        self.0.line.expect(streams);
        connection.set_remote_description(offer).await?;
        let answer = connection.create_answer(None).await?;
        let text = self.published(&answer.sdp)?;
        connection.set_local_description(answer).await?;
        let ours = Described::read(&text);
        self.negotiated(Track::ALL.map(|track| (track, ours.sends(track)))).await?;
        Ok(text)
    }

    /// Sends a packet. Never waits: false when the leg was never connected, did not negotiate the
    /// track or the codec, or is too far behind; the packet is dropped then.
    pub fn send(&self, packet: Rtp) -> bool {
        let line = &self.0.line;
        let possible = line.is_connected() && self.takes(packet.track, packet.codec);
        possible && self.0.outbound.put(packet)
    }

    /// Whether the two sides agreed that we may send this codec on this track. False before the first answer.
    pub fn takes(&self, track: Track, codec: Codec) -> bool {
        self.0.line.types.of(track, codec).is_some()
    }

    /// Asks the far side for a key frame of this picture, as soon as it is connected and a few times a
    /// second at most. After each [`Event::Connected`] the leg asks of its own accord.
    pub fn want_keyframe(&self, track: Track) {
        self.0.line.want_keyframe(track);
    }

    /// What came from the far side so far, and what was lost.
    pub fn arrivals(&self) -> Arrivals {
        self.0.line.arrivals()
    }

    /// How long a word to the far side and back took the last time, in milliseconds: ICE asks once a
    /// second as long as the leg stands, in a talk or not. None before the first answer.
    pub fn round_trip_ms(&self) -> Option<u32> {
        let round_trip = self.0.runtime.mailbox().round_trip()?;
        u32::try_from(round_trip.as_millis()).ok()
    }

    /// When anything at all last came from the far side.
    pub fn heard(&self) -> Option<Instant> {
        self.0.runtime.mailbox().heard()
    }

    /// Closes the leg for all its clones and waits until it is closed, two seconds at most.
    pub async fn close(self) {
        close(Arc::clone(&self.0.connection), Arc::clone(&self.0.runtime)).await;
        self.0.line.inbound.tell(Event::Closed);
    }

    async fn open(port: &Port, screen: Screen, sounds: Sounds) -> Result<(Leg, Events), PeerError> {
        let line = Arc::new(Line::default());
        let (seat, runtime) = port.open_leg({
            let line = Arc::clone(&line);
            move || line.inbound.tell(Event::Closed)
        });
        let ssrcs = Ssrcs::random(port.crypto().as_ref())?;
        let connection =
            wire::connection(port, Arc::clone(&runtime), Arc::clone(&line), ssrcs, sounds).await?;
        let locals = Locals::new(ssrcs);
        let senders = add_tracks(connection.as_ref(), &locals, screen, sounds).await;
        let senders = match senders {
            Ok(senders) => senders,
            Err(error) => {
                close(connection, runtime).await;
                return Err(error);
            }
        };
        let outbound = Outbound::start(Arc::clone(&line), locals);
        let events = Events::of(Arc::clone(&line));
        // Its end is the leg's, as that of any task of the stack.
        let sender = Arc::clone(&senders[0].1);
        drop(runtime.spawn(Box::pin(far_side_closed(runtime.mailbox(), sender))));
        let open = Open {
            connection,
            runtime,
            seat: Arc::new(seat),
            line,
            outbound,
            senders,
            negotiation: tokio::sync::Mutex::new(()),
            handle: Handle::current(),
        };
        Ok((Leg(Arc::new(open)), events))
    }

    async fn make_offer(&self, options: Option<RTCOfferOptions>) -> Result<String, PeerError> {
        let _turn = self.0.negotiation.lock().await;
        let offer = self.0.connection.create_offer(options).await?;
        let text = self.published(&offer.sdp)?;
        self.0.connection.set_local_description(offer).await?;
        Ok(text)
    }

    /// Our description as the far side gets it: with the shared port's addresses. The port answers
    /// to its credentials from now on.
    fn published(&self, description: &str) -> Result<String, PeerError> {
        let credentials =
            sdp::credentials(description).ok_or(PeerError::BadDescription("ours has no ICE credentials"))?;
        self.0.seat.admit(credentials);
        Ok(sdp::advertise(description, self.0.seat.port().advertised()))
    }

    /// Reads which payload types were agreed on. What the far side does not want is not sent.
    async fn negotiated(&self, wanted: [(Track, bool); Track::ALL.len()]) -> Result<(), PeerError> {
        for (track, sender) in &self.0.senders {
            let parameters = sender.get_parameters().await?;
            let wanted = wanted.contains(&(*track, true));
            for codec in Codec::ALL {
                let mut agreed = parameters.rtp_parameters.codecs.iter();
                let agreed = agreed.find(|agreed| wire::is_codec(codec, &agreed.rtp_codec));
                let payload_type = agreed.filter(|_| wanted).map(|agreed| agreed.payload_type);
                self.0.line.types.set(*track, codec, payload_type);
            }
        }
        Ok(())
    }
}

/// The screen's part in a new connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Screen {
    /// Whatever the far side's offer says: it may show one or look at one.
    AsOffered,
    /// We offer to look.
    Taken,
    /// We offer to show.
    Shown,
}

/// In the order in which [`Described`] tells the tracks apart.
async fn add_tracks(
    connection: &dyn PeerConnection,
    locals: &Locals,
    screen: Screen,
    sounds: Sounds,
) -> Result<Vec<(Track, Arc<dyn RtpSender>)>, PeerError> {
    let mut senders = vec![(Track::Audio, connection.add_track(Arc::clone(&locals.audio)).await?)];
    // The stack would offer the one codec that the track was made with. The voice is the only way so far.
    if let Some(voice) = connection.get_transceivers().await.first() {
        voice.set_codec_preferences(wire::audio(sounds)).await?;
    }
    senders.push((Track::Video, connection.add_track(Arc::clone(&locals.video)).await?));
    let directed =
        |direction| Some(RTCRtpTransceiverInit { direction, streams: vec![], send_encodings: vec![] });
    match screen {
        // A sender without a section of its own in the offer stays out of the answer.
        Screen::AsOffered => {
            senders.push((Track::Screen, connection.add_track(Arc::clone(&locals.screen)).await?));
        }
        Screen::Taken => {
            let init = directed(RTCRtpTransceiverDirection::Recvonly);
            connection.add_transceiver_from_kind(RtpCodecKind::Video, init).await?;
        }
        Screen::Shown => {
            let init = directed(RTCRtpTransceiverDirection::Sendonly);
            let way = connection.add_transceiver_from_track(Arc::clone(&locals.screen), init).await?;
            senders.extend(way.sender().await?.map(|sender| (Track::Screen, sender)));
        }
    }
    Ok(senders)
}

impl Drop for Open {
    fn drop(&mut self) {
        let (connection, runtime) = (Arc::clone(&self.connection), Arc::clone(&self.runtime));
        let (seat, line) = (Arc::clone(&self.seat), Arc::clone(&self.line));
        self.handle.spawn(async move {
            close(connection, runtime).await;
            line.inbound.tell(Event::Closed);
            drop(seat);
        });
    }
}

/// Ends when the far side has said goodbye, or nothing is left to say it to. The stack keeps that to
/// itself (it tells of ICE only, which notices the silence after seconds), so each alert is a reason
/// to look.
async fn far_side_closed(mailbox: Arc<Mailbox>, sender: Arc<dyn RtpSender>) {
    loop {
        mailbox.alerted().await;
        for _ in 0..LOOKS {
            tokio::time::sleep(LOOK_PAUSE).await;
            let Ok(Some(transport)) = sender.transport().await else { continue };
            if matches!(transport.state().await, Ok(RTCDtlsTransportState::Closed)) {
                return;
            }
        }
    }
}

/// Closes the connection, within the limit. Closing twice does no harm.
async fn close(connection: Arc<dyn PeerConnection>, runtime: Arc<LegRuntime>) {
    match tokio::time::timeout(CLOSE_LIMIT, connection.close()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a leg closed badly"),
        Err(_) => tracing::warn!("a leg did not close in time"),
    }
    runtime.abort_all();
}
