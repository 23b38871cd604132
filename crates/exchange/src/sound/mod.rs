//! Ready-made sounds: what visitors and callers hear while nobody talks with them. Packets are made once
//! at the start, and one ticker sends them to all who listen, to each from the beginning of their program
//! and in the codec that their leg takes.
//!
//! Refuses to know who listens and why. While nobody does, no timer runs.

mod program;
mod stock;

use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use media::pcm::OPUS_FRAME;
use peer::{Rtp, Track};
use tokio::sync::{Notify, mpsc};
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::engine::Happened;
use crate::flow::{LiveLeg, SOUND_SOURCE, is, lock};
use crate::table::LegName;
use program::Place;

pub use program::{Announcement, Piece, Program, TurnedAway};
pub use stock::{SoundError, Stock};

/// One packet, whatever its codec.
const PACKET: Duration = Duration::from_millis(20);

/// The ready-made sounds and those who hear them.
pub(crate) struct Sounds {
    stock: Stock,
    listeners: Mutex<Vec<Listener>>,
    wake: Notify,
}

struct Listener {
    leg: Weak<LiveLeg>,
    place: Place,
}

impl Sounds {
    pub(crate) fn new(stock: Stock) -> Sounds {
        Sounds { stock, listeners: Mutex::default(), wake: Notify::new() }
    }

    /// The leg hears the program from its beginning.
    pub(crate) fn listen(&self, leg: &Arc<LiveLeg>, program: Program) {
        let codec = leg.leg().codec();
        let pieces = program.once().iter().chain(program.round());
        pieces.for_each(|piece| self.stock.prepare(codec, *piece));
        let listener = Listener { leg: Arc::downgrade(leg), place: Place::start(program) };
        lock(&self.listeners).push(listener);
        self.wake.notify_one();
    }

    pub(crate) fn leave(&self, leg: &Arc<LiveLeg>) {
        lock(&self.listeners).retain(|listener| !is(&listener.leg, leg));
    }

    /// Sends for ever; whose program is over is told.
    pub(crate) async fn play(self: Arc<Sounds>, inbox: mpsc::Sender<Happened>) {
        let began = Instant::now();
        let mut sequence = 0;
        loop {
            self.wake.notified().await;
            let mut ticks = interval(PACKET);
            // After a stall the sound goes on where the clock is instead of catching up in a burst.
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            loop {
                let at = ticks.tick().await.duration_since(began);
                let (over, listened) = self.tick(at, sequence);
                for leg in over {
                    // The engine never waits for anything but its inbox, so this is short.
                    if inbox.send(Happened::SoundOver(leg)).await.is_err() {
                        return;
                    }
                }
                if !listened {
                    break;
                }
                sequence = sequence.wrapping_add(1);
            }
        }
    }

    /// One packet to everybody. Gives whose program is over, and whether anybody listens still.
    fn tick(&self, at: Duration, sequence: u16) -> (Vec<LegName>, bool) {
        let ticks = at.as_millis() / PACKET.as_millis();
        // An RTP timestamp wraps.
        let timestamp = (ticks as u32).wrapping_mul(OPUS_FRAME as u32);
        let mut over = Vec::new();
        let mut listeners = lock(&self.listeners);
        listeners.retain_mut(|listener| {
            let Some(leg) = listener.leg.upgrade() else { return false };
            let Some((piece, packet)) = listener.place.next(|piece| self.stock.packets(piece)) else {
                over.push(leg.name());
                return false;
            };
            let codec = leg.leg().codec();
            if let Some(payload) = self.stock.packet(codec, piece, packet) {
                let (track, marker) = (Track::Audio, false);
                leg.deliver(SOUND_SOURCE, &Rtp { track, codec, marker, sequence, timestamp, payload });
            }
            true
        });
        (over, !listeners.is_empty())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use peer::Codec;

    use super::*;
    use crate::flow::Feed;
    use crate::flow::tests::live;

    /// Ticks, one after the other, on a clock of their own.
    struct Clock {
        sounds: Arc<Sounds>,
        ticks: u16,
    }

    impl Clock {
        /// So many packets; gives whose programs ended.
        fn run(&mut self, ticks: usize) -> Vec<LegName> {
            let mut over = Vec::new();
            for _ in 0..ticks {
                over.extend(self.sounds.tick(PACKET * u32::from(self.ticks), self.ticks).0);
                self.ticks += 1;
            }
            over
        }

        fn payload(&self, codec: Codec, piece: Piece, at: usize) -> bytes::Bytes {
            self.sounds.stock.packet(codec, piece, at).unwrap()
        }
    }

    fn clock() -> Clock {
        Clock { sounds: Arc::new(Sounds::new(Stock::load(None).unwrap())), ticks: 0 }
    }

    #[test]
    fn each_hears_its_program_from_its_beginning_and_in_its_own_codec() {
        let mut clock = clock();
        let (booth, seen) = live(1, Codec::Opus);
        let (caller, heard) = live(2, Codec::Pcmu);
        booth.tune(Feed::Sounds(&clock.sounds, Program::Waiting));
        assert!(clock.run(35).is_empty());
        caller.tune(Feed::Sounds(&clock.sounds, Program::TurnedAway(TurnedAway::Full)));
        let full = Piece::Said(Announcement::Full);
        let long = clock.sounds.stock.packets(full);
        assert!(clock.run(long).is_empty(), "not before the last packet has had its time");
        assert_eq!(clock.run(3), [caller.name()], "told once");
        let heard = heard.sent();
        assert_eq!(heard.len(), long, "the whole announcement and no more");
        for (at, packet) in heard.iter().enumerate() {
            assert_eq!((packet.codec, packet.payload.len()), (Codec::Pcmu, 160));
            assert_eq!(packet.payload, clock.payload(Codec::Pcmu, full, at));
            let since = packet.timestamp.wrapping_sub(heard[0].timestamp);
            assert_eq!(since, at as u32 * 960, "the clock is 48 kHz");
        }
        let seen = seen.sent();
        assert_eq!(seen.len(), long + 38);
        for at in [0, 1, 250, 251] {
            assert_eq!(seen[at].payload, clock.payload(Codec::Opus, Piece::Chime, at % 250), "{at}");
        }
        assert!(clock.sounds.tick(PACKET, 0).1, "the booth listens still");
        booth.tune(Feed::Nothing);
        assert!(!clock.sounds.tick(PACKET, 0).1);
    }

    #[test]
    fn from_waiting_to_hold_it_is_another_sound_in_the_same_stream() {
        let mut clock = clock();
        let (held, notes) = live(3, Codec::Pcma);
        held.tune(Feed::Sounds(&clock.sounds, Program::Waiting));
        clock.run(25);
        held.tune(Feed::Sounds(&clock.sounds, Program::Hold));
        clock.run(25);
        let notes = notes.sent();
        assert_eq!(notes.len(), 50);
        assert_eq!(notes[24].payload, clock.payload(Codec::Pcma, Piece::Chime, 24));
        assert_eq!(notes[25].payload, clock.payload(Codec::Pcma, Piece::Melody, 0));
        assert!(notes.windows(2).all(|pair| pair[1].sequence == pair[0].sequence.wrapping_add(1)));
    }

    #[tokio::test]
    async fn the_end_of_a_program_is_told_to_the_engine() {
        let sounds = clock().sounds;
        let (inbox, mut events) = mpsc::channel(1);
        let playing = tokio::spawn(Arc::clone(&sounds).play(inbox));
        let (caller, heard) = live(1, Codec::Pcmu);
        caller.tune(Feed::Sounds(&sounds, Program::TurnedAway(TurnedAway::Full)));
        // Nobody waits sixteen seconds for a test: all but the end of the announcement is skipped.
        let long = sounds.stock.packets(Piece::Said(Announcement::Full));
        for listener in lock(&sounds.listeners).iter_mut() {
            for _ in 0..long - 10 {
                let _ = listener.place.next(|piece| sounds.stock.packets(piece));
            }
        }
        let over = tokio::time::timeout(Duration::from_secs(10), events.recv()).await.unwrap().unwrap();
        assert!(matches!(over, Happened::SoundOver(name) if name == caller.name()));
        assert!((9..=11).contains(&heard.sent().len()), "{}", heard.sent().len());
        playing.abort();
    }
}
