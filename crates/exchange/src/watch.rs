//! One look after the other at a leg: is it quiet, and how well is it heard.
//!
//! Refuses to know who is at the leg and what follows: the engine is told.

use std::sync::Weak;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

use crate::engine::{Change, Happened};
use crate::flow::LiveLeg;
use crate::quality::Meter;
use crate::table::LegName;

/// How often a leg is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Every so many looks its counters are read.
const LOOKS_PER_READING: u32 = 4;
/// A living leg is never silent for so long, muted and without a camera either: each side asks the other
/// once a second whether it is there, and answers. A crashed desk is noticed by this, long before ICE does.
const QUIET: Duration = Duration::from_millis(1_500);
/// So many looks have to agree: after a pause of our own, what came meanwhile is read between them.
const LOOKS_TO_BE_QUIET: u32 = 2;

/// Looks at a leg as long as it stands.
pub(crate) async fn watch(leg: Weak<LiveLeg>, name: LegName, inbox: mpsc::Sender<Happened>) {
    let (mut meter, mut silence) = (Meter::default(), Silence::default());
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for look in 0u32.. {
        looks.tick().await;
        let Some(leg) = leg.upgrade() else { return };
        let silent = leg.leg().heard().map(|heard| Instant::now().saturating_duration_since(heard));
        let change = silence.look(silent).map(|change| Happened::Leg(name, change));
        let word = match look % LOOKS_PER_READING {
            0 => meter.look(leg.now_ms(), leg.reading()),
            _ => None,
        };
        drop(leg);
        let word = word.map(|quality| Happened::Measured(name, quality));
        for happened in change.into_iter().chain(word) {
            if inbox.send(happened).await.is_err() {
                return;
            }
        }
    }
}

/// Whether a leg is quiet.
#[derive(Default)]
struct Silence {
    looks: u32,
}

impl Silence {
    /// `silent`: how long nothing has come; none before anything came.
    fn look(&mut self, silent: Option<Duration>) -> Option<Change> {
        let was_quiet = self.looks >= LOOKS_TO_BE_QUIET;
        self.looks = match silent {
            Some(silent) if silent >= QUIET => self.looks.saturating_add(1),
            Some(_) | None => 0,
        };
        match (was_quiet, self.looks >= LOOKS_TO_BE_QUIET) {
            (false, true) => Some(Change::Quiet),
            (true, false) => Some(Change::Heard),
            (true, true) | (false, false) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leg_is_quiet_when_two_looks_agree_and_heard_at_the_first_word() {
        let mut silence = Silence::default();
        let looks = [None, Some(900), Some(1_600), Some(20), Some(1_500), Some(1_750), Some(2_000), Some(5)];
        let told: Vec<&str> = looks
            .into_iter()
            .map(|ms| match silence.look(ms.map(Duration::from_millis)) {
                None => "",
                Some(Change::Quiet) => "quiet",
                Some(Change::Heard) => "heard",
                Some(other) => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told, ["", "", "", "", "", "quiet", "", "heard"]);
    }
}
