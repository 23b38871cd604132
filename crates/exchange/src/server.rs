//! The line to the server: its orders go to the engine, the engine's words go to it.
//!
//! Refuses to know what either means. While the server is away, words are dropped: the inventory
//! after its return tells everything that lasts.

use desk::code::Code;
use link::line::{self, Line, LineEvent};
use link::message::{ExchangeOrder, ExchangeSays};
use tokio::sync::mpsc;

use crate::engine::Engine;

/// What the engine may say ahead of the line: a restart of all booths at once is some hundred words.
pub(crate) const SAYS: usize = 512;

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

/// Talks until the server refuses us for good.
pub(crate) async fn talk(
    config: line::Config,
    engine: &Engine,
    says: &mut mpsc::Receiver<ExchangeSays>,
) -> Refused {
    let (line, mut heard): (Line<ExchangeSays>, mpsc::Receiver<Heard>) = line::open(config);
    let mut telling = Telling::Nothing;
    let mut was_up = false;
    loop {
        tokio::select! {
            event = heard.recv() => match event {
                Some(LineEvent::Up { .. }) => {
                    tracing::info!("the server is there");
                    was_up = true;
                    telling = Telling::Inventory;
                    engine.line_up().await;
                }
                Some(LineEvent::Down) => {
                    tracing::warn!("the server is away; all media goes on");
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
