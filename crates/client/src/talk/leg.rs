//! The warm leg's life at the network: made, listened to, restarted. Decides nothing: news go up.

mod sight;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use media::jitter::JitterStats;
use peer::{Event, Events, Leg, Port, Rtp, Track};
use tokio::sync::mpsc;

use super::{Shared, TalkNews, Unwanted, lock, reply};
use crate::controller::LegNews;
use sight::Sight;

/// How often loss and round trip are told: slow enough to be read, quick enough to act on.
const MEASURE_EVERY: Duration = Duration::from_secs(2);
/// How often the count of the pictures is told, if it has changed.
const COUNT_EVERY: Duration = Duration::from_millis(500);
/// How often a key frame is asked for again while nothing can be shown.
const KEYFRAME_AGAIN: Duration = Duration::from_millis(400);

/// Makes a leg and listens to it until it closes.
pub(super) async fn run(shared: Arc<Shared>, number: u64, news: mpsc::Sender<TalkNews>) {
    let tell = Tell { number, news };
    let made = match Port::bind(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)), Vec::new()).await {
        Ok(port) => Leg::offer(&port).await.map_err(|fault| fault.to_string()),
        Err(fault) => Err(fault.to_string()),
    };
    let (leg, sdp, events) = match made {
        Ok(made) => made,
        Err(fault) => {
            tracing::warn!(fault, "no leg can be made");
            return tell.leg(LegNews::Broken).await;
        }
    };
    let kept = lock(&shared.leg).keep(number, &leg);
    match kept {
        Err(Unwanted) => return leg.close().await,
        Ok(Some(before)) => drop(tokio::spawn(before.close())),
        Ok(None) => {}
    }
    tell.leg(LegNews::Offer { restart: false, sdp }).await;
    let meter = Meter::new(lock(&shared.heard).stats());
    let (face, screen) = (Sight::new(shared.pictures.clone()), Sight::new(shared.screen.clone()));
    Ear { shared, leg, face, screen, meter, talk: 0, told: (0, false) }.listen(events, &tell).await;
}

/// Makes an ICE restart offer.
pub(super) async fn restart(leg: Leg, number: u64, news: mpsc::Sender<TalkNews>) {
    let told = match leg.offer_restart().await {
        Ok(sdp) => LegNews::Offer { restart: true, sdp },
        Err(fault) => {
            tracing::warn!(%fault, "a leg could not be restarted");
            LegNews::Broken
        }
    };
    Tell { number, news }.leg(told).await;
}

/// Takes the exchange's answer.
pub(super) async fn take_answer(leg: Leg, number: u64, sdp: String, news: mpsc::Sender<TalkNews>) {
    if let Err(fault) = leg.take_answer(&sdp).await {
        tracing::warn!(%fault, "the exchange's answer could not be used");
        Tell { number, news }.leg(LegNews::Broken).await;
    }
}

struct Tell {
    number: u64,
    news: mpsc::Sender<TalkNews>,
}

impl Tell {
    async fn leg(&self, news: LegNews) {
        // A desk that is gone needs no news.
        let _ = self.news.send(TalkNews::Leg { leg: self.number, news }).await;
    }
}

/// One leg's listener.
struct Ear {
    shared: Arc<Shared>,
    leg: Leg,
    face: Sight,
    screen: Sight,
    meter: Meter,
    /// The talk that the pictures belong to.
    talk: u64,
    /// What was last told of them.
    told: (u32, bool),
}

impl Ear {
    async fn listen(mut self, mut events: Events, tell: &Tell) {
        let mut measure = tokio::time::interval(MEASURE_EVERY);
        let mut again = tokio::time::interval(KEYFRAME_AGAIN);
        let mut count = tokio::time::interval(COUNT_EVERY);
        let (face, screen) = (self.shared.pictures.clone(), self.shared.screen.clone());
        loop {
            tokio::select! {
                event = events.next() => match event {
                    Some(event) => if self.hear(event, tell).await.is_break() { return },
                    None => return,
                },
                () = face.keyframe_wanted() => self.leg.want_keyframe(Track::Video),
                () = screen.keyframe_wanted() => self.leg.want_keyframe(Track::Screen),
                _ = count.tick() => self.count(tell).await,
                _ = again.tick() => self.ask_again(),
                _ = measure.tick() => self.measure(tell).await,
            }
        }
    }

    async fn hear(&mut self, event: Event, tell: &Tell) -> std::ops::ControlFlow<()> {
        match event {
            Event::Rtp(packet) => self.packet(packet),
            Event::KeyframeWanted(_) => self.shared.key_wanted.store(true, Ordering::Release),
            Event::Loss { fraction } => {
                let percent = (fraction.clamp(0.0, 1.0) * 100.0).round() as u8;
                self.shared.loss_percent.store(percent, Ordering::Relaxed);
            }
            Event::Connected => {
                self.shared.key_wanted.store(true, Ordering::Release);
                tell.leg(LegNews::Connected).await;
            }
            Event::Disconnected => tell.leg(LegNews::Disconnected).await,
            Event::Failed => tell.leg(LegNews::Over).await,
            Event::Closed => {
                tell.leg(LegNews::Over).await;
                return std::ops::ControlFlow::Break(());
            }
        }
        std::ops::ControlFlow::Continue(())
    }

    /// Outside a talk nothing is listened to or looked at.
    fn packet(&mut self, packet: Rtp) {
        if !self.shared.hears() {
            return;
        }
        match packet.track {
            Track::Audio => {
                let Some(coded) = reply::coded(&packet) else { return };
                let now = self.shared.now_ms();
                let mut heard = lock(&self.shared.heard);
                // The talk may have ended meanwhile; the next one has not been heard yet.
                if self.shared.hears() {
                    self.shared.reply.heard(packet.codec);
                    heard.push(now, packet.sequence, packet.timestamp, coded);
                }
            }
            Track::Video | Track::Screen => self.picture(packet),
        }
    }

    fn picture(&mut self, packet: Rtp) {
        let (now, track) = (Instant::now(), packet.track);
        let talk = lock(&self.shared.heard).saw();
        self.turn_to(talk);
        let sight = match track {
            Track::Screen => &mut self.screen,
            Track::Audio | Track::Video => &mut self.face,
        };
        if sight.packet(now, packet) {
            self.leg.want_keyframe(track);
        }
    }

    fn turn_to(&mut self, talk: u64) {
        if self.talk != talk {
            self.talk = talk;
            self.face.forget();
            self.screen.forget();
        }
    }

    fn ask_again(&self) {
        let now = Instant::now();
        for (sight, track) in [(&self.face, Track::Video), (&self.screen, Track::Screen)] {
            if self.shared.hears() && sight.starves(now) {
                self.leg.want_keyframe(track);
            }
        }
    }

    async fn count(&mut self, tell: &Tell) {
        let (talk, packets) = lock(&self.shared.heard).seen();
        self.turn_to(talk);
        let screen = self.shared.hears() && self.screen.is_up(Instant::now());
        if std::mem::replace(&mut self.told, (packets, screen)) != (packets, screen) {
            tell.leg(LegNews::Pictures { packets, screen }).await;
        }
    }

    async fn measure(&mut self, tell: &Tell) {
        if let Some(ms) = self.leg.round_trip_ms() {
            tell.leg(LegNews::RoundTrip(ms)).await;
        }
        let now = lock(&self.shared.heard).stats();
        if let Some(percent) = self.meter.percent(now) {
            let starved = self.shared.starved.swap(0, Ordering::Relaxed);
            tracing::debug!(?now, starved, "what was heard");
            tell.leg(LegNews::Loss(percent)).await;
        }
    }
}

/// The loss from one look to the next.
struct Meter {
    last: JitterStats,
}

impl Meter {
    /// `so_far`: what was counted before, which is of no interest.
    fn new(so_far: JitterStats) -> Meter {
        Meter { last: so_far }
    }

    /// Percent lost since the last look, to a tenth; none when nothing was sent.
    fn percent(&mut self, now: JitterStats) -> Option<f32> {
        let last = std::mem::replace(&mut self.last, now);
        let (lost, received) = (now.lost - last.lost, now.received - last.received);
        let sent = lost + received;
        (sent > 0).then(|| (lost as f32 * 1_000.0 / sent as f32).round() / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_leg_does_not_answer_for_the_loss_of_the_day() {
        let day = JitterStats { received: 1_000, lost: 1_000, ..JitterStats::default() };
        let mut meter = Meter::new(day);
        assert_eq!(meter.percent(day), None);
        assert_eq!(meter.percent(JitterStats { received: 1_099, lost: 1_001, ..day }), Some(1.0));
    }
}
