//! Carries the sound of one call: reads its sockets, hands on what counts, sends what is handed in, reports every
//! five seconds. Knows no SIP; one task for each call, and none for a packet.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use link::state::Digit;
use media::g711;
use peer::{Arrivals, Codec, Rtp, Track};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::inbound::Inbound;
use super::keys::{Pressed, Typed};
use super::latch::Latch;
use super::outbound::{Format, Outbound};
use super::packet::{Packet, is_rtcp};
use super::ports::Pair;
use super::reports::{Facts, Reports};
use super::seal::{Keys, Seal};
use crate::flow::lock;
use crate::sip::sdp::{Agreed, clock_hz};

/// What the stream's owner does with a packet.
pub type Sink = Arc<dyn Fn(Rtp) + Send + Sync>;

/// The largest datagram that is read: a network's packet.
const DATAGRAM: usize = 2_048;
/// RFC 3550's least time between two reports.
const REPORT_EVERY: Duration = Duration::from_secs(5);
/// One packet of a key.
const KEY_STEP: Duration = Duration::from_millis(20);
/// After a fault of the socket: it never repeats faster than packets come.
const FAULT_PAUSE: Duration = Duration::from_millis(20);

/// The sound of one call.
pub struct Stream {
    epoch: Instant,
    state: Mutex<State>,
    sink: Mutex<Option<Sink>>,
    pressed: Arc<dyn Fn(Digit) + Send + Sync>,
    typing: Notify,
    reader: OnceLock<AbortHandle>,
}

struct State {
    /// Gone with the call, so that its ports are free while somebody still holds the leg.
    pair: Option<Arc<Pair>>,
    line: Option<Line>,
    codec: Codec,
    inbound: Inbound,
    outbound: Outbound,
    keys_in: Pressed,
    keys_out: Typed,
    reports: Reports,
    heard: Option<Instant>,
}

/// What is agreed with the far side, and who it is.
struct Line {
    agreed: Agreed,
    rtp: Latch,
    rtcp: Latch,
    /// Nothing where packets pass in the open.
    seal: Option<Seal>,
}

impl Stream {
    /// Starts to listen. Nothing counts before [`Stream::tune`]. `pressed` is told each key.
    pub fn start(pair: Pair, pressed: Arc<dyn Fn(Digit) + Send + Sync>) -> Arc<Stream> {
        let pair = Arc::new(pair);
        let (outbound, reports) = beginnings();
        let state = State {
            pair: Some(Arc::clone(&pair)),
            line: None,
            codec: Codec::Pcmu,
            inbound: Inbound::new(rand::random(), rand::random()),
            reports,
            outbound,
            keys_in: Pressed::default(),
            keys_out: Typed::default(),
            heard: None,
        };
        let stream = Arc::new(Stream {
            epoch: Instant::now(),
            state: Mutex::new(state),
            sink: Mutex::default(),
            pressed,
            typing: Notify::new(),
            reader: OnceLock::new(),
        });
        let reader = tokio::spawn(Arc::clone(&stream).read(pair));
        // Set once, right here.
        let _ = stream.reader.set(reader.abort_handle());
        stream
    }

    /// Tells what will be spoken, before it is.
    pub fn expect(&self, codec: Codec) {
        lock(&self.state).codec = codec;
    }

    /// Speaks from now on as agreed, sealed where there are keys. What was latched stays where the address stays.
    pub fn tune(&self, agreed: Agreed, keys: Option<Keys>) {
        let mut state = lock(&self.state);
        state.codec = agreed.codec;
        let (rtp, rtcp, before) = match state.line.take() {
            Some(Line { mut rtp, mut rtcp, seal, .. }) => {
                rtp.negotiate(agreed.rtp);
                rtcp.negotiate(agreed.rtcp);
                (rtp, rtcp, seal)
            }
            None => (Latch::new(agreed.rtp), Latch::new(agreed.rtcp), None),
        };
        match Seal::follow(before, keys) {
            Ok((seal, begins_anew)) => {
                if begins_anew {
                    (state.outbound, state.reports) = beginnings();
                }
                state.line = Some(Line { agreed, rtp, rtcp, seal });
            }
            // Never in the open instead: the silence ends the call.
            Err(fault) => tracing::error!(%fault, "a call has no sound"),
        }
    }

    /// Nothing is heard or sent any more, and the ports are free.
    pub fn close(&self) {
        if let Some(reader) = self.reader.get() {
            reader.abort();
        }
        let mut state = lock(&self.state);
        (state.pair, state.line) = (None, None);
        *lock(&self.sink) = None;
    }

    /// Where received packets go. After the end there are none, and whoever takes them is not kept alive.
    pub fn on_rtp(&self, sink: Sink) {
        let state = lock(&self.state);
        *lock(&self.sink) = state.pair.is_some().then_some(sink);
    }

    /// Sends a packet; false when it cannot be sent. Never waits.
    pub fn send(&self, rtp: &Rtp) -> bool {
        let now_ms = self.now_ms();
        let mut state = lock(&self.state);
        let State { line: Some(line), outbound, keys_out, .. } = &mut *state else { return false };
        if !line.agreed.theirs.receives() {
            return false;
        }
        let Some(payload) = in_law(rtp.codec, line.agreed.codec, &rtp.payload) else { return false };
        let format = Format { payload: line.agreed.payload, clock_hz: clock_hz(line.agreed.codec) };
        let to = line.rtp.to();
        match outbound.sound(now_ms, rtp, payload, format, keys_out.sounds()) {
            Some(packet) => state.send(&packet, to),
            None => false,
        }
    }

    /// Queues a key; false when the far side understands none, or too many wait.
    pub fn digit(&self, digit: Digit) -> bool {
        let mut state = lock(&self.state);
        let understood = state.line.as_ref().is_some_and(|line| line.agreed.event.is_some());
        let queued = understood && state.keys_out.push(digit);
        drop(state);
        self.typing.notify_one();
        queued
    }

    /// The codec that is agreed; before that the one that every telephone speaks.
    pub fn codec(&self) -> Codec {
        lock(&self.state).codec
    }

    /// Whether packets in this codec can be sent: in the one that is agreed, or in the other law of G.711.
    pub fn takes(&self, codec: Codec) -> bool {
        in_law(codec, self.codec(), &Bytes::new()).is_some()
    }

    /// What came so far.
    pub fn arrivals(&self) -> Arrivals {
        lock(&self.state).inbound.arrivals()
    }

    /// When a packet of the far side came last.
    pub fn heard(&self) -> Option<Instant> {
        lock(&self.state).heard
    }

    /// The latest measured round trip.
    pub fn round_trip_ms(&self) -> Option<u32> {
        lock(&self.state).reports.round_trip_ms()
    }

    async fn read(self: Arc<Stream>, pair: Arc<Pair>) {
        let (mut rtp, mut rtcp) = ([0; DATAGRAM], [0; DATAGRAM]);
        let mut reports = interval(REPORT_EVERY);
        let mut keys = interval(KEY_STEP);
        reports.set_missed_tick_behavior(MissedTickBehavior::Delay);
        keys.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut types = false;
        loop {
            tokio::select! {
                came = pair.rtp.recv_from(&mut rtp) => match came {
                    Ok((length, source)) => self.take(&rtp[..length], source),
                    Err(_) => tokio::time::sleep(FAULT_PAUSE).await,
                },
                came = pair.rtcp.recv_from(&mut rtcp) => match came {
                    Ok((length, source)) => self.take_report(&rtcp[..length], source, false),
                    Err(_) => tokio::time::sleep(FAULT_PAUSE).await,
                },
                _ = keys.tick(), if types => types = self.send_key(),
                () = self.typing.notified(), if !types => {
                    types = true;
                    keys.reset_immediately();
                }
                _ = reports.tick() => self.report(),
            }
        }
    }

    fn take(&self, datagram: &[u8], source: SocketAddr) {
        if is_rtcp(datagram) {
            return self.take_report(datagram, source, true);
        }
        let now_ms = self.now_ms();
        let (sound, digit) = lock(&self.state).take(now_ms, datagram, source);
        if let Some(digit) = digit {
            (self.pressed)(digit);
        }
        if let Some(sound) = sound {
            // Cloned, so that nobody waits for a lock while the packet passes on.
            let sink = lock(&self.sink).clone();
            if let Some(sink) = sink {
                sink(sound);
            }
        }
    }

    fn take_report(&self, datagram: &[u8], source: SocketAddr, shared: bool) {
        let mut state = lock(&self.state);
        let State { line: Some(line), heard, reports, .. } = &mut *state else { return };
        if let Some(report) = line.receive_report(datagram, source, shared) {
            *heard = Some(Instant::now());
            reports.read(wall_ms(), &report);
        }
    }

    /// One packet of a key; false when nothing is left to type.
    fn send_key(&self) -> bool {
        let now_ms = self.now_ms();
        let mut state = lock(&self.state);
        let State { line: Some(line), outbound, keys_out, .. } = &mut *state else { return false };
        let Some(event) = line.agreed.event else { return false };
        let clock_hz = clock_hz(line.agreed.codec);
        let (to, speaks) = (line.rtp.to(), line.agreed.theirs.receives());
        // 20 ms of any codec of ours fit.
        let step = (clock_hz / 50) as u16;
        if let Some(key) = keys_out.tick(outbound.timestamp(now_ms, clock_hz), step)
            && speaks
        {
            let packet = outbound.key(key.marker, event, key.timestamp, key.payload);
            state.send(&packet, to);
        }
        !state.keys_out.is_empty()
    }

    fn report(&self) {
        let now_ms = self.now_ms();
        let mut state = lock(&self.state);
        let State { line: Some(line), inbound, outbound, reports, pair: Some(pair), .. } = &mut *state else {
            return;
        };
        let facts = Facts {
            wall_ms: wall_ms(),
            timestamp: outbound.timestamp(now_ms, clock_hz(line.agreed.codec)),
            sent: outbound.sent(),
            source: inbound.source(),
            arrivals: inbound.arrivals(),
        };
        let report = reports.write(&facts);
        let Some(report) = line.sealed_report(report) else { return };
        // A report that finds no room is followed by another one.
        let _ = match line.agreed.mux {
            true => pair.rtp.try_send_to(&report, line.rtp.to()),
            false => pair.rtcp.try_send_to(&report, line.rtcp.to()),
        };
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl State {
    fn take(&mut self, now_ms: u64, datagram: &[u8], source: SocketAddr) -> (Option<Rtp>, Option<Digit>) {
        let Some(line) = &mut self.line else { return (None, None) };
        let Some(packet) = line.receive(datagram, source) else { return (None, None) };
        self.heard = Some(Instant::now());
        let codec = line.agreed.codec;
        let is_key = line.agreed.event == Some(packet.payload_type);
        let is_sound = packet.payload_type == line.agreed.payload && line.agreed.theirs.sends();
        if !is_key && !is_sound {
            return (None, None);
        }
        let Some(place) = self.inbound.take(now_ms, &packet, clock_hz(codec)) else { return (None, None) };
        if is_key {
            return (None, self.keys_in.take(packet.ssrc, packet.timestamp, &packet.payload));
        }
        let sound = Rtp {
            track: Track::Audio,
            codec,
            marker: packet.marker || place.is_new,
            sequence: place.sequence,
            timestamp: place.timestamp,
            payload: packet.payload,
        };
        (Some(sound), None)
    }

    fn send(&mut self, packet: &Packet, to: SocketAddr) -> bool {
        let State { line: Some(line), pair: Some(pair), .. } = self else { return false };
        line.sealed(packet.write()).is_some_and(|datagram| pair.rtp.try_send_to(&datagram, to).is_ok())
    }
}

impl Line {
    /// A packet that counts: of the latched source, and sealed where that is agreed. What does not open latches
    /// nobody.
    fn receive(&mut self, datagram: &[u8], source: SocketAddr) -> Option<Packet> {
        let mut latch = self.rtp;
        if !latch.accepts(source) {
            return None;
        }
        let packet = match &mut self.seal {
            Some(seal) => Packet::read(&seal.open(datagram)?),
            None => Packet::read(datagram),
        }?;
        self.rtp = latch;
        Some(packet)
    }

    /// The same for a report, on a port of its own or on the sound's.
    fn receive_report(&mut self, datagram: &[u8], source: SocketAddr, shared: bool) -> Option<Bytes> {
        let mut latch = if shared { self.rtp } else { self.rtcp };
        if shared && !self.agreed.mux || !latch.accepts(source) {
            return None;
        }
        let report = match &mut self.seal {
            Some(seal) => seal.open_report(datagram)?,
            None => Bytes::copy_from_slice(datagram),
        };
        *(if shared { &mut self.rtp } else { &mut self.rtcp }) = latch;
        Some(report)
    }

    fn sealed(&mut self, packet: Bytes) -> Option<Bytes> {
        match &mut self.seal {
            Some(seal) => seal.seal(&packet),
            None => Some(packet),
        }
    }

    fn sealed_report(&mut self, report: Bytes) -> Option<Bytes> {
        match &mut self.seal {
            Some(seal) => seal.seal_report(&report),
            None => Some(report),
        }
    }
}

/// A stream of ours that begins: random, as RFC 3550 asks, and low in its numbers, so that a receiver of sealed packets
/// who misses the first ones still counts their turns right (RFC 3711, 3.3.1).
fn beginnings() -> (Outbound, Reports) {
    let outbound = Outbound::new(rand::random(), rand::random::<u16>() >> 1, rand::random());
    let reports = Reports::new(outbound.ssrc(), format!("{:016x}", rand::random::<u64>()));
    (outbound, reports)
}

/// The payload as the line wants it; nothing when it is no G.711 and the line's codec is another one.
fn in_law(codec: Codec, wanted: Codec, payload: &Bytes) -> Option<Bytes> {
    match (codec, wanted) {
        (Codec::Pcmu, Codec::Pcma) => Some(payload.iter().map(|byte| g711::to_a(*byte)).collect()),
        (Codec::Pcma, Codec::Pcmu) => Some(payload.iter().map(|byte| g711::to_mu(*byte)).collect()),
        (Codec::Pcmu, Codec::Pcmu) | (Codec::Pcma, Codec::Pcma) | (Codec::Opus, Codec::Opus) => {
            Some(payload.clone())
        }
        (Codec::Opus | Codec::Vp8, _) | (Codec::Pcmu | Codec::Pcma, Codec::Opus | Codec::Vp8) => None,
    }
}

fn wall_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
