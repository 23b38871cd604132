//! What a booth's visitor does: ring and leave.

use super::Fact;
use super::record::State;
use super::turn::Turn;
use crate::code::Code;
use crate::contact::{Channel, Phase};
use crate::end::EndReason;
use crate::ids::{BoothId, ContactId};

impl Turn<'_> {
    /// A booth rings. It may wait while the exchange is away: only offers need that.
    pub fn ring(&mut self, booth: BoothId) -> Result<(), Code> {
        let ledger = &self.centre.ledger;
        if ledger.booths.get(&booth).is_some_and(|place| place.current.is_some()) {
            return Err(Code::AlreadyWaiting);
        }
        if !self.centre.settings.open.takes(Channel::Booth) {
            return Err(Code::Closed);
        }
        if ledger.queue.len() >= self.centre.settings.queue_limit as usize {
            return Err(Code::QueueFull);
        }
        let contact = ContactId(ledger.last_contact + 1);
        self.centre.lines.set_booth(booth, true, self.now);
        self.fact(Fact::Arrived { contact, channel: Channel::Booth, booth: Some(booth), call: None });
        self.tell_wait(contact);
        Ok(())
    }

    /// The page came or went; timers do the rest.
    pub fn booth_line(&mut self, booth: BoothId, up: bool) -> Result<(), Code> {
        self.centre.lines.set_booth(booth, up, self.now);
        Ok(())
    }

    /// The visitor leaves the queue or ends the talk.
    pub fn leave(&mut self, booth: BoothId, contact: ContactId) -> Result<(), Code> {
        let place = self.centre.ledger.booths.get(&booth).ok_or(Code::Gone)?;
        if place.current != Some(contact) {
            return Err(Code::Gone);
        }
        self.end_contact(contact, self.end_by_visitor(contact));
        Ok(())
    }

    /// What it means that the visitor goes now.
    pub fn end_by_visitor(&self, contact: ContactId) -> EndReason {
        let known = self.centre.ledger.contact(contact);
        match (known.phase(), &known.state) {
            (Phase::Waiting, _) => EndReason::AbandonedWaiting,
            (Phase::Offered, _) => EndReason::AbandonedRinging,
            (Phase::Connecting, State::Talk(talk)) if !talk.heard => EndReason::AbandonedConnecting,
            (Phase::Connecting | Phase::Live | Phase::Held | Phase::Wrapping | Phase::Closed, _) => {
                EndReason::VisitorEnded
            }
        }
    }
}
