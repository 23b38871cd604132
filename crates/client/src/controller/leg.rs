//! The life of the warm leg: opened once the desk stands, healed by ICE restarts, replaced with growing
//! pauses. Pure; knows no SDP's content and no contact.

use desk::code::Code;
use desk::time::{Millis, Time};
use link::message::LegOffer;

use super::port::{LegNews, Output};

/// The first pause before another try, and the longest one: an exchange that is back is used within 5 s.
const FIRST_PAUSE: Millis = Millis(500);
const LONGEST_PAUSE: Millis = Millis(5_000);
/// Making an offer takes milliseconds; after this the try counts as failed.
const MAKE_LIMIT: Millis = Millis::seconds(5);
/// From the offer to connected media: a healthy exchange needs 0.3 s.
const CONNECT_LIMIT: Millis = Millis::seconds(10);
/// Between two ICE restarts of a leg that hears nothing: longer than one takes on a slow line.
const RESTART_EVERY: Millis = Millis::seconds(5);
/// A wish for a restart this soon after our own is the same outage seen from the other side.
const RESTART_PAUSE: Millis = Millis::seconds(2);
/// Restarts that did not help before a new leg is tried: half a minute.
const MOST_RESTARTS: u32 = 6;
/// A restart this long after the last one is another story: its failures are counted anew.
const FORGET_FAILURES: Millis = Millis::seconds(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Not wanted.
    Off,
    /// Wanted; the next try begins at `until`.
    Waiting { until: Time },
    /// The offer is being made.
    Making { leg: u64, until: Time },
    /// The offer is out or the answer is taken; media does not flow yet.
    Joining { leg: u64, until: Time },
    /// Media flows. `again`: a restart that was asked for has failed and is tried once more then.
    Up { leg: u64, again: Option<Time> },
    /// Media stopped; ICE restarts go out until `MOST_RESTARTS`.
    Healing { leg: u64, again: Time, restarts: u32 },
}

/// One desk's warm leg.
#[derive(Debug)]
pub(super) struct WarmLeg {
    stage: Stage,
    pause: Millis,
    last_number: u64,
    last_restart: Option<Time>,
    /// Restarts of the leg in `Up` that failed one soon after the other.
    failed_restarts: u32,
    /// Why the last offer was refused, until media flows.
    refused: Option<Code>,
}

impl WarmLeg {
    pub(super) fn new() -> WarmLeg {
        WarmLeg {
            stage: Stage::Off,
            pause: FIRST_PAUSE,
            last_number: 0,
            last_restart: None,
            failed_restarts: 0,
            refused: None,
        }
    }

    /// Media flows.
    pub(super) fn is_up(&self) -> bool {
        matches!(self.stage, Stage::Up { .. })
    }

    /// Why there is no leg, as far as somebody has said it.
    pub(super) fn refusal(&self) -> Option<Code> {
        self.refused
    }

    fn number(&self) -> Option<u64> {
        match self.stage {
            Stage::Off | Stage::Waiting { .. } => None,
            Stage::Making { leg, .. }
            | Stage::Joining { leg, .. }
            | Stage::Up { leg, .. }
            | Stage::Healing { leg, .. } => Some(leg),
        }
    }

    /// The desk stands (again), or the exchange came back: try at once what waits.
    pub(super) fn hurry(&mut self, now: Time) {
        match &mut self.stage {
            Stage::Off => self.stage = Stage::Waiting { until: now },
            Stage::Waiting { until } => *until = now,
            Stage::Healing { again, .. } => *again = now,
            Stage::Making { .. } | Stage::Joining { .. } | Stage::Up { .. } => {}
        }
    }

    /// Nobody is signed in any more.
    pub(super) fn stop(&mut self, out: &mut Vec<Output>) {
        out.extend(self.number().map(Output::CloseLeg));
        self.stage = Stage::Off;
        self.pause = FIRST_PAUSE;
        self.refused = None;
    }

    /// When to call [`WarmLeg::tick`]. `reachable`: the server is heard and has its exchange.
    pub(super) fn deadline(&self, reachable: bool) -> Option<Time> {
        match self.stage {
            Stage::Off => None,
            Stage::Up { again, .. } => again.filter(|_| reachable),
            Stage::Making { until, .. } => Some(until),
            Stage::Waiting { until } | Stage::Joining { until, .. } => reachable.then_some(until),
            Stage::Healing { again, .. } => reachable.then_some(again),
        }
    }

    /// Does what is due.
    pub(super) fn tick(&mut self, now: Time, reachable: bool, out: &mut Vec<Output>) {
        if self.deadline(reachable).is_none_or(|at| now < at) {
            return;
        }
        match self.stage {
            Stage::Off => {}
            Stage::Up { leg, .. } => self.restart_up(leg, now, out),
            Stage::Waiting { .. } => self.open(now, out),
            Stage::Making { .. } | Stage::Joining { .. } => self.give_up(now, out),
            Stage::Healing { restarts: MOST_RESTARTS.., .. } => self.give_up(now, out),
            Stage::Healing { leg, restarts, .. } => self.restart(leg, restarts + 1, now, out),
        }
    }

    /// Something about the leg; what is about another number is of an older life.
    /// Gives back what is to be said to the exchange.
    pub(super) fn news(
        &mut self,
        leg: u64,
        news: &LegNews,
        now: Time,
        out: &mut Vec<Output>,
    ) -> Option<LegOffer> {
        if self.number() != Some(leg) {
            return None;
        }
        match news {
            LegNews::Offer { restart, sdp } => {
                if let Stage::Making { .. } = self.stage {
                    self.stage = Stage::Joining { leg, until: now + CONNECT_LIMIT };
                }
                return Some(LegOffer { leg, restart: *restart, sdp: sdp.clone() });
            }
            LegNews::Connected => {
                self.stage = Stage::Up { leg, again: None };
                self.pause = FIRST_PAUSE;
                self.failed_restarts = 0;
                self.refused = None;
            }
            LegNews::Disconnected => {
                if self.is_up() {
                    // A restart that is under way may be the cure already.
                    let again = self.last_restart.map_or(now, |at| now.max(at + RESTART_PAUSE));
                    self.stage = Stage::Healing { leg, again, restarts: 0 };
                }
            }
            LegNews::Broken => self.stumble(now, out),
            LegNews::Over => self.give_up(now, out),
            LegNews::Loss(_) | LegNews::RoundTrip(_) | LegNews::Pictures { .. } => {}
        }
        None
    }

    /// The exchange's answer.
    pub(super) fn answer(&mut self, leg: u64, sdp: String, out: &mut Vec<Output>) {
        if self.number() == Some(leg) {
            out.push(Output::TakeAnswer { leg, sdp });
        }
    }

    /// Our offer was refused, by the server or by the exchange.
    pub(super) fn refused(&mut self, leg: u64, code: Code, now: Time, out: &mut Vec<Output>) {
        if self.number() == Some(leg) {
            self.refused = Some(code).filter(|_| !self.is_up());
            self.stumble(now, out);
        }
    }

    /// The exchange does not know this leg: a new one, at once.
    pub(super) fn unknown(&mut self, leg: u64, now: Time, out: &mut Vec<Output>) {
        if self.number() == Some(leg) {
            let was_up = matches!(self.stage, Stage::Up { .. } | Stage::Healing { .. });
            self.give_up(now, out);
            if was_up {
                self.hurry(now);
            }
        }
    }

    /// The exchange hears nothing from this leg.
    pub(super) fn restart_wanted(&mut self, leg: u64, now: Time, out: &mut Vec<Output>) {
        if !self.is_up() || self.number() != Some(leg) {
            // Before the first connection there is nothing to restart; in healing it is under way.
            return;
        }
        if self.last_restart.is_none_or(|at| now >= at + RESTART_PAUSE) {
            self.restart_up(leg, now, out);
        }
    }

    /// What is between us and the exchange did not take an offer, or we not its answer. A leg that lives
    /// is not given up for that: its restart is tried again later.
    fn stumble(&mut self, now: Time, out: &mut Vec<Output>) {
        match &mut self.stage {
            Stage::Off | Stage::Waiting { .. } => {}
            Stage::Making { .. } | Stage::Joining { .. } => self.give_up(now, out),
            // The next one is on the clock, and counted.
            Stage::Healing { .. } => {}
            Stage::Up { again, .. } => {
                *again = Some(now + RESTART_EVERY);
                self.failed_restarts += 1;
                if self.failed_restarts >= MOST_RESTARTS {
                    self.give_up(now, out);
                }
            }
        }
    }

    fn restart_up(&mut self, leg: u64, now: Time, out: &mut Vec<Output>) {
        if self.last_restart.is_none_or(|at| now >= at + FORGET_FAILURES) {
            self.failed_restarts = 0;
        }
        self.stage = Stage::Up { leg, again: None };
        self.last_restart = Some(now);
        out.push(Output::RestartLeg(leg));
    }

    fn open(&mut self, now: Time, out: &mut Vec<Output>) {
        let leg = now.0.max(self.last_number + 1);
        self.last_number = leg;
        self.last_restart = None;
        self.failed_restarts = 0;
        self.stage = Stage::Making { leg, until: now + MAKE_LIMIT };
        out.push(Output::OpenLeg(leg));
    }

    fn restart(&mut self, leg: u64, restarts: u32, now: Time, out: &mut Vec<Output>) {
        self.stage = Stage::Healing { leg, again: now + RESTART_EVERY, restarts };
        self.last_restart = Some(now);
        out.push(Output::RestartLeg(leg));
    }

    fn give_up(&mut self, now: Time, out: &mut Vec<Output>) {
        out.extend(self.number().map(Output::CloseLeg));
        self.stage = Stage::Waiting { until: now + self.pause };
        self.pause = Millis((self.pause.0 * 2).min(LONGEST_PAUSE.0));
    }
}
