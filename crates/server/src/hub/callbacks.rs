//! 折返し: which lost calls are owed a callback, and until when. The list is the store's; here stands what was
//! read of it last. Knows no socket; shows numbers masked.

use std::collections::BTreeMap;

use desk::centre::{Fact, Input};
use desk::code::Code;
use desk::contact::{CallbackResult, Channel, Phase};
use desk::end::EndReason;
use desk::ids::{ContactId, OperatorId, Session};
use link::state::{CallbackCard, Callbacks, Caller, MAX_CALLBACKS, PhoneNumber};

use super::callers::shown;
use super::task::Hub;
use super::turn::Turn;
use crate::store::{CallbackRow, Owed};

/// What was read of the list last.
#[derive(Default)]
pub(super) struct Worklist {
    cards: Vec<CallbackCard>,
    /// Whom to call; never shown.
    numbers: BTreeMap<ContactId, PhoneNumber>,
    /// The store's list has changed since.
    stale: bool,
}

impl Worklist {
    /// Takes over what the store says.
    pub fn read(&mut self, rows: Vec<CallbackRow>) {
        let number = |row: &CallbackRow| match &row.caller {
            Caller::Number { number } => Some((row.contact, PhoneNumber(number.clone()))),
            Caller::Withheld | Caller::Payphone | Caller::OutOfArea => None,
        };
        self.numbers = rows.iter().filter_map(number).collect();
        self.cards = rows.into_iter().map(card).collect();
        self.stale = false;
    }

    /// It must be read again.
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// What a desk is told: those that are due first, and how many more there are.
    pub fn board(&self) -> Callbacks {
        let more = self.cards.len().saturating_sub(MAX_CALLBACKS);
        Callbacks {
            cards: self.cards.iter().take(MAX_CALLBACKS).cloned().collect(),
            more: u32::try_from(more).unwrap_or(u32::MAX),
        }
    }

    /// Whom to call for a line of the list.
    pub fn number(&self, contact: ContactId) -> Option<&PhoneNumber> {
        self.numbers.get(&contact).filter(|_| self.owes(contact))
    }

    fn owes(&self, contact: ContactId) -> bool {
        self.cards.iter().any(|card| card.contact == contact)
    }
}

impl Hub {
    /// An operator says what came of calling somebody back.
    pub(super) fn settle_callback(
        &mut self,
        turn: &mut Turn,
        operator: OperatorId,
        session: Session,
        contact: ContactId,
        result: CallbackResult,
    ) -> Option<Code> {
        if !self.worklist.owes(contact) {
            return Some(Code::Gone);
        }
        let refused = self.feed(turn, Input::SettleCallback { operator, session, contact, result });
        if refused.is_none() && result.settles() {
            // Whoever says it too in the same turn finds it gone.
            self.worklist.cards.retain(|card| card.contact != contact);
        }
        refused
    }

    /// Looks at a fact as it is decided: a lost call is owed a callback, a talk settles older ones.
    pub(super) fn watch_callbacks(&mut self, turn: &mut Turn, fact: &Fact) {
        match *fact {
            Fact::Ended { contact, end } => {
                self.worklist.stale |= end.is_vain_try();
                self.owe_callback(turn, contact, end);
            }
            Fact::CallbackSettled { .. } => self.worklist.stale = true,
            Fact::Live { .. } => self.worklist.stale |= !self.worklist.cards.is_empty(),
            Fact::SignedIn { .. }
            | Fact::SignedOut { .. }
            | Fact::PresenceSet { .. }
            | Fact::HandRaised { .. }
            | Fact::PhoneSuspended { .. }
            | Fact::Arrived { .. }
            | Fact::Dialled { .. }
            | Fact::Answered { .. }
            | Fact::ConsultBegan { .. }
            | Fact::ConsultLive { .. }
            | Fact::ConsultJoined { .. }
            | Fact::ConsultOver { .. }
            | Fact::HandedOver { .. }
            | Fact::Offered { .. }
            | Fact::OfferEnded { .. }
            | Fact::Accepted { .. }
            | Fact::HeldSet { .. }
            | Fact::MaskSet { .. }
            | Fact::Rejoined { .. }
            | Fact::Interrupted { .. }
            | Fact::Returned { .. }
            | Fact::Finished { .. } => {}
        }
    }

    /// Whether a number is known is left to the store: a call that is turned away has ended before its caller
    /// is named.
    fn owe_callback(&mut self, turn: &mut Turn, contact: ContactId, end: EndReason) {
        let Some(known) = self.centre.contact(contact) else { return };
        // Nobody who was called and not spoken to has called us.
        if known.outgoing && known.live.is_none() {
            return;
        }
        if known.channel == Channel::Phone && end.owes_callback(known.phase == Phase::Wrapping) {
            let due = self.duty.opened_for(turn.now, self.signs.callback_within_ms);
            turn.owed.push(Owed { contact, due });
            self.worklist.stale = true;
        }
    }
}

fn card(row: CallbackRow) -> CallbackCard {
    let CallbackRow { contact, number, caller, arrived, end, due, tries, calls } = row;
    CallbackCard { contact, number, caller: shown(&caller), arrived, end, due, tries, calls }
}
