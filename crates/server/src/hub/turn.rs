//! One turn: what the items led to, kept back until it is stored.

use desk::centre::{Fact, Input, Output, Owner};
use desk::code::Code;
use desk::ids::{BoothId, ContactId, OperatorId};
use desk::time::Time;
use link::message::{ExchangeOrder, LegSignal, RequestId};
use link::state::PhoneNumber;

use super::LineId;
use super::parties::{BoothWay, DeskWay, ExchangeLine};
use super::project::number;
use super::task::Hub;
use crate::secret::TokenHash;
use crate::store::{AuditRow, CallerRow, Entry, Owed};

/// What is done once the facts are stored, in order.
pub(super) enum After {
    /// The machine's effects.
    Output(Output),
    /// The first words on an operator's line; with the event to go on from.
    WelcomeOperator(OperatorId, Option<u64>),
    /// The first words on a booth's line.
    WelcomeBooth(BoothId, Option<u64>),
    /// The first words on the exchange's line.
    WelcomeExchange(LineId),
    /// The answer to a request.
    Answer(LineId, RequestId, Option<Code>),
    /// The answer to a ping.
    Pong(LineId),
    /// A word of the exchange, or about it, to the owner of a leg.
    Signal(Owner, LegSignal),
    /// A caller's number, for the desk that asked on this line.
    Number(LineId, ContactId, PhoneNumber),
    /// Something for the exchange.
    Order(ExchangeOrder),
    /// The end of a line.
    Close(LineId, Code),
    /// The end of a desk's line whose session is over, after the answer to the request that ended it.
    CloseOld(DeskWay, Option<RequestId>, Code),
    /// The end of a booth's line that a newer one has replaced.
    CloseOldBooth(BoothWay, Code),
    /// The end of an exchange's line that a newer one has replaced.
    CloseOldExchange(ExchangeLine, Code),
}

/// A turn in the making.
pub(super) struct Turn {
    pub now: Time,
    pub entries: Vec<Entry>,
    pub after: Vec<After>,
    pub revoked: Vec<TokenHash>,
    pub callers: Vec<CallerRow>,
    pub owed: Vec<Owed>,
    pub audit: Vec<AuditRow>,
}

impl Turn {
    pub fn new(now: Time) -> Turn {
        let (entries, after, revoked) = (Vec::new(), Vec::new(), Vec::new());
        Turn { now, entries, after, revoked, callers: Vec::new(), owed: Vec::new(), audit: Vec::new() }
    }
}

impl Hub {
    /// Gives the machine an input; what it refuses is returned, everything else goes into the turn.
    pub(super) fn feed(&mut self, turn: &mut Turn, input: Input) -> Option<Code> {
        let outputs = self.centre.handle(turn.now, input);
        self.collect(turn, outputs)
    }

    /// Takes the machine's outputs into the turn.
    pub(super) fn collect(&mut self, turn: &mut Turn, outputs: Vec<Output>) -> Option<Code> {
        let mut refused = None;
        for output in outputs {
            match output {
                Output::Fact(fact) => {
                    self.watch_callbacks(turn, &fact);
                    turn.entries.push(self.entry(turn.now, fact));
                }
                Output::Refused { to: _, code } => refused = Some(code),
                Output::Offer { .. }
                | Output::Rescind { .. }
                | Output::Wait { .. }
                | Output::Join { .. }
                | Output::Hold { .. }
                | Output::Mask { .. }
                | Output::Dial { .. }
                | Output::HangUp { .. }
                | Output::Consult { .. }
                | Output::Connect { .. }
                | Output::Release { .. }
                | Output::Replaced { .. } => turn.after.push(After::Output(output)),
            }
        }
        refused
    }

    fn entry(&self, at: Time, fact: Fact) -> Entry {
        let arrival = match fact {
            Fact::Arrived { contact, .. } | Fact::Dialled { contact, .. } => self.centre.contact(contact),
            _ => None,
        };
        Entry { at, fact, number: arrival.map(|contact| number(&contact)) }
    }
}
