//! The line to the server: its orders go to the engine, the engine's words go to it.
//!
//! Refuses to know what either means. While the server is away, words are dropped: the inventory
//! after its return tells everything that lasts.

use std::time::{Duration, Instant};

use desk::code::Code;
use link::line::{self, Line, LineEvent};
use link::message::{ExchangeOrder, ExchangeSays};
use tokio::sync::mpsc;

use crate::engine::{Engine, sleep_until};

/// What the engine may say ahead of the line: fifty callers at once are some hundred words.
pub(crate) const SAYS: usize = 1_024;

/// A server that is away this long is worth a word: an update of it is over sooner.
const AWAY_FOR: Duration = Duration::from_secs(5);
/// Between two words about the same outage.
const REMIND_EVERY: Duration = Duration::from_secs(60);

type Heard = LineEvent<(), (), ExchangeOrder>;

/// Why a line is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The server's reason.
    pub(crate) code: Code,
    /// It had welcomed us before.
    pub(crate) was_up: bool,
}

/// What the server may be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Telling {
    /// Nothing: it is away, or lost track of us.
    Nothing,
    /// Nothing before the inventory, which is on its way.
    Inventory,
    /// Everything.
    All,
}

/// When to say that the server is away.
#[derive(Clone, Copy, Debug)]
struct Outage {
    began: Instant,
    warn_at: Instant,
}

impl Outage {
    fn new(now: Instant) -> Outage {
        Outage { began: now, warn_at: now + AWAY_FOR }
    }

    /// How long the server has been away, when that is to be said now.
    fn due(&mut self, now: Instant) -> Option<Duration> {
        if now < self.warn_at {
            return None;
        }
        self.warn_at = now + REMIND_EVERY;
        Some(now.duration_since(self.began))
    }

    fn warn_if_due(&mut self, server: &str) {
        if let Some(away) = self.due(Instant::now()) {
            let seconds = away.as_secs();
            tracing::warn!(%server, seconds, "the server cannot be reached; trying on");
        }
    }
}

/// Talks until the server refuses us for good.
pub(crate) async fn talk(
    config: line::Config,
    engine: &Engine,
    says: &mut mpsc::Receiver<ExchangeSays>,
) -> Refused {
    let server = config.url.clone();
    let (line, mut heard): (Line<ExchangeSays>, mpsc::Receiver<Heard>) = line::open(config);
    let mut telling = Telling::Nothing;
    let mut was_up = false;
    let mut outage = Some(Outage::new(Instant::now()));
    loop {
        let warn_at = outage.map(|outage| outage.warn_at);
        tokio::select! {
            event = heard.recv() => match event {
                Some(LineEvent::Up { .. }) => {
                    tracing::info!("the server is there");
                    was_up = true;
                    outage = None;
                    telling = Telling::Inventory;
                    engine.line_up().await;
                }
                Some(LineEvent::Down) => {
                    // A connection that ends before its welcome is told as a further cut.
                    if outage.is_none() {
                        tracing::warn!("the server is away; all media goes on");
                        outage = Some(Outage::new(Instant::now()));
                    }
                    telling = Telling::Nothing;
                }
                Some(LineEvent::Signal(order)) => engine.order(order).await,
                Some(LineEvent::Heard { .. }) if telling != Telling::All => {
                    telling = Telling::Inventory;
                    engine.line_up().await;
                }
                Some(LineEvent::Answer { refused: Some(code), .. }) => {
                    tracing::warn!(?code, "the server refused what the exchange said");
                }
                Some(
                    LineEvent::Heard { .. }
                    | LineEvent::Answer { refused: None, .. }
                    | LineEvent::Snapshot { .. }
                    | LineEvent::Change { .. },
                ) => {}
                Some(LineEvent::Refused(code)) => return Refused { code, was_up },
                None => return Refused { code: Code::Unreachable, was_up },
            },
            Some(said) = says.recv() => telling = tell(&line, telling, said),
            () = sleep_until(warn_at) => {
                if let Some(outage) = &mut outage {
                    outage.warn_if_due(&server);
                }
            }
        }
    }
}

fn tell(line: &Line<ExchangeSays>, telling: Telling, said: ExchangeSays) -> Telling {
    let wanted = match (telling, &said) {
        (Telling::All, _) | (Telling::Inventory, ExchangeSays::Inventory { .. }) => true,
        (Telling::Inventory | Telling::Nothing, _) => false,
    };
    if !wanted {
        return telling;
    }
    if line.say(said).is_some() {
        return Telling::All;
    }
    tracing::warn!("the server does not keep up; it gets an inventory at the next sign of life");
    Telling::Nothing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_worth_a_word_after_five_seconds_and_then_once_a_minute() {
        let began = Instant::now();
        let mut outage = Outage::new(began);
        let second = |n| began + Duration::from_secs(n);
        let said: Vec<u64> = (0..200).filter(|n| outage.due(second(*n)).is_some()).collect();
        assert_eq!(said, [5, 65, 125, 185]);
        assert_eq!(outage.due(second(245)), Some(Duration::from_secs(245)));
    }
}
