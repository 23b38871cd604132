//! One centre as one machine: operators' presence, booths, contacts, the queue and the offers.
//!
//! The state has two halves. The *ledger* follows from the facts alone and survives a restart; the
//! *lines* (leases, media legs, pages, the exchange) are what the centre hears at the moment and start
//! unknown. `now` is handed in and must not go backwards; timers run in [`Centre::handle_timeout`] only.
//! Nothing changes on a refusal, not even a lease: heartbeats are enough for that.

mod accept;
mod apply;
mod call;
mod check;
mod closing;
mod consult;
mod consulted;
mod dial;
mod exchange;
mod fact;
mod input;
mod ledger;
mod lines;
mod lost;
mod mask;
mod offer;
mod operator;
mod output;
mod queue;
mod record;
mod shown;
mod talk;
mod turn;
mod view;
mod visitor;
mod wake;

use crate::time::Time;
use ledger::Ledger;
use lines::Lines;
use turn::Turn;

pub use fact::{Fact, OfferOutcome, RejoinWhy};
pub use input::{CallOver, Consulted, Input, Order, Owner, Party, Rule, Settings, Standing, Whom};
pub use output::{OfferWhy, Output, RescindWhy};
pub use shown::{BoothView, ConsultView, ContactView, DayCounts, OfferView, OperatorView, QueueView};

/// One contractor site with its queue: the unit of isolation.
#[derive(Clone, Debug)]
pub struct Centre {
    settings: Settings,
    ledger: Ledger,
    lines: Lines,
}

impl Centre {
    /// A centre where nothing has happened yet.
    pub fn new(settings: Settings) -> Centre {
        Centre { settings, ledger: Ledger::default(), lines: Lines::default() }
    }

    /// The centre that `facts` tell of, as it stands right after a restart at `now`: nobody has been
    /// heard yet, every lease has [`Settings::start_grace_ms`] on top, booths and the exchange count as
    /// lost since `now`.
    pub fn rebuild(settings: Settings, now: Time, facts: impl IntoIterator<Item = (Time, Fact)>) -> Centre {
        let mut centre = Centre::new(settings);
        for (at, fact) in facts {
            centre.apply(at, &fact);
        }
        let signed_in =
            centre.ledger.operators.iter().filter(|(_, who)| who.session.is_some()).map(|(id, _)| *id);
        centre.lines = Lines::after_start(now, now + settings.start_grace_ms, signed_in);
        centre
    }

    /// Folds one stored fact into the ledger. For rebuilding; [`Centre::handle`] applies its own facts.
    pub fn apply(&mut self, at: Time, fact: &Fact) {
        self.ledger.apply(at, fact);
    }

    /// Takes one input. All facts come first in the answer.
    pub fn handle(&mut self, now: Time, input: Input) -> Vec<Output> {
        let mut turn = Turn::new(self, now);
        if turn.input(input) {
            turn.offer_to_seats();
        }
        turn.finish()
    }

    /// Does what is due at `now`. All facts come first in the answer.
    pub fn handle_timeout(&mut self, now: Time) -> Vec<Output> {
        let mut turn = Turn::new(self, now);
        turn.lose_operators();
        turn.run_out_rings();
        turn.return_talks_of_lost_operators();
        turn.give_up_connections();
        turn.retry_joins();
        turn.lose_booths();
        turn.lose_calls();
        turn.lift_masks();
        turn.offer_to_seats();
        turn.finish()
    }

    /// Whether `other` follows from the same facts; leases, media legs and pages are not compared.
    pub fn same_ledger(&self, other: &Centre) -> bool {
        self.ledger == other.ledger
    }
}
