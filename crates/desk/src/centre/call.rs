//! Telephone calls: they come, they end, and they are compared with what the exchange holds. Knows no
//! number of a caller.

use super::turn::Turn;
use super::{CallOver, Centre, Fact, Output};
use crate::code::Code;
use crate::contact::{CallbackResult, Channel, ConsultEnd, DialFailure};
use crate::end::EndReason;
use crate::ids::{CallId, ContactId, OperatorId};
use crate::time::Time;

impl Turn<'_> {
    /// A call comes in. Every call is counted, the one that is turned away too; the same call told again
    /// is no news.
    pub fn call(&mut self, call: CallId) -> Result<(), Code> {
        if self.centre.ledger.calls.contains_key(&call) {
            return Ok(());
        }
        let settings = &self.centre.settings;
        let turned_away = if !settings.open.takes(Channel::Phone) {
            Some(if settings.year_end { EndReason::YearEnd } else { EndReason::OutOfHours })
        } else if self.centre.ledger.suspended.is_some() {
            Some(EndReason::Suspended)
        } else if self.centre.ledger.queue.len() >= settings.queue_limit as usize {
            Some(EndReason::QueueFull)
        } else {
            None
        };
        let contact = ContactId(self.centre.ledger.last_contact + 1);
        self.fact(Fact::Arrived { contact, channel: Channel::Phone, booth: None, call: Some(call) });
        self.tell_wait(contact);
        if let Some(end) = turned_away {
            self.end_contact(contact, end);
        }
        Ok(())
    }

    /// 臨時休止: no call is taken until it is lifted; whoever waits or talks is served. The same again is no news.
    pub fn suspend(&mut self, operator: OperatorId, on: bool) -> Result<(), Code> {
        if self.centre.ledger.suspended.is_some() != on {
            self.fact(Fact::PhoneSuspended { operator, on });
        }
        Ok(())
    }

    /// The caller or the carrier ended it.
    pub fn call_over(&mut self, call: CallId, how: CallOver) -> Result<(), Code> {
        if let Some(contact) = self.centre.consult_by(call) {
            self.end_consult(contact, ConsultEnd::Left);
            return Ok(());
        }
        let contact = self.centre.ledger.calls.get(&call).copied().ok_or(Code::Gone)?;
        let end = match (how, self.centre.ledger.contact(contact).talk()) {
            (CallOver::HungUp, _) => self.end_by_visitor(contact),
            (CallOver::LineLost, Some(_)) => EndReason::LineLostTalking,
            (CallOver::LineLost, None) => EndReason::LineLostWaiting,
        };
        self.end_contact(contact, end);
        Ok(())
    }

    /// 折返し: what came of calling a lost caller back. Calls that never were or still stand are owed none.
    pub fn settle_callback(
        &mut self,
        operator: OperatorId,
        contact: ContactId,
        result: CallbackResult,
    ) -> Result<(), Code> {
        let ledger = &self.centre.ledger;
        let stands = ledger.contacts.get(&contact).is_some_and(|known| known.ended.is_none());
        if contact.0 == 0 || contact.0 > ledger.last_contact || stands {
            return Err(Code::Gone);
        }
        self.fact(Fact::CallbackSettled { contact, operator, result });
        Ok(())
    }

    /// After the exchange came back: what only it holds joins the queue, what only the ledger knows is over.
    pub fn settle_calls(&mut self, standing: &[CallId], dialled: &[CallId]) {
        let stands = |call: &CallId| standing.contains(call) || dialled.contains(call);
        let known = self.centre.ledger.calls.iter();
        let lost: Vec<ContactId> =
            known.filter(|(call, _)| !stands(call)).map(|(_, contact)| *contact).collect();
        for contact in lost {
            self.end_lost_call(contact);
        }
        let consulted = self.centre.consulted_calls();
        for (contact, _) in consulted.iter().filter(|(_, call)| !stands(call)) {
            let why = DialFailure::ExchangeLost;
            self.end_consult(*contact, ConsultEnd::Failed { why });
        }
        let wanted = |call: &CallId| {
            self.centre.ledger.calls.contains_key(call) || consulted.iter().any(|(_, known)| known == call)
        };
        let strange: Vec<CallId> = dialled.iter().copied().filter(|call| !wanted(call)).collect();
        for call in strange {
            self.effect(Output::HangUp { call });
        }
        for call in standing {
            // A call is never refused: it waits, or it is turned away and counted.
            let _ = self.call(*call);
        }
    }

    /// Ends the calls of an exchange that stayed away: their callers have hung up long ago.
    pub fn lose_calls(&mut self) {
        if self.centre.calls_due().is_none_or(|due| due > self.now) {
            return;
        }
        let lost: Vec<ContactId> = self.centre.ledger.calls.values().copied().collect();
        for contact in lost {
            self.end_lost_call(contact);
        }
    }

    /// Nobody is owed a callback who has not answered ours.
    fn end_lost_call(&mut self, contact: ContactId) {
        let end = if self.is_dialling(contact) { EndReason::DialFailed } else { EndReason::ExchangeLost };
        self.end_contact(contact, end);
    }
}

impl Centre {
    /// When open calls end because the exchange stays away: as long as for a booth that is lost in a talk.
    pub(super) fn calls_due(&self) -> Option<Time> {
        let exchange = self.lines.exchange();
        let open = !exchange.up && !self.ledger.calls.is_empty();
        open.then(|| exchange.since + self.settings.booth_lost_talking_ms)
    }
}
