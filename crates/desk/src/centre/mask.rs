//! 目隠し: the visitor's pictures are kept from everybody. Either side puts it on; the visitor lifts it at
//! once, the operator only after a notice that the booth has shown in full. Knows no packets: the exchange
//! drops them, and the booth's page stops sending by what its state says.

use super::record::{Contact, Stage, State, Talk};
use super::turn::Turn;
use super::{Centre, Fact, Output};
use crate::code::Code;
use crate::contact::{Channel, Mask};
use crate::ids::{BoothId, ContactId, OperatorId};
use crate::time::Time;

impl Turn<'_> {
    /// The operator hides the pictures at once, or has the lifting announced.
    pub fn mask_by_operator(
        &mut self,
        operator: OperatorId,
        contact: ContactId,
        on: bool,
    ) -> Result<(), Code> {
        self.own_talk(operator, contact)?;
        let known = self.centre.ledger.contact(contact);
        match known.channel {
            Channel::Booth => {}
            Channel::Phone => return Err(Code::WrongState),
        }
        let mask = match (on, known.mask) {
            (true, _) => Mask::On,
            (false, Mask::On) => Mask::Lifting { at: self.now + self.centre.settings.mask_notice_ms },
            // Not hidden, or announced already: the same wish again changes nothing.
            (false, mask @ (Mask::Off | Mask::Lifting { .. })) => mask,
        };
        self.set_mask(contact, mask);
        Ok(())
    }

    /// The visitor hides the pictures or shows them again, both at once.
    pub fn mask_by_visitor(&mut self, booth: BoothId, contact: ContactId, on: bool) -> Result<(), Code> {
        let place = self.centre.ledger.booths.get(&booth).ok_or(Code::Gone)?;
        if place.current != Some(contact) {
            return Err(Code::Gone);
        }
        match self.centre.ledger.contact(contact).state {
            State::Talk(_) => {}
            State::Queued { .. } | State::Wrapping { .. } | State::Closed { .. } => {
                return Err(Code::WrongState);
            }
        }
        self.set_mask(contact, if on { Mask::On } else { Mask::Off });
        Ok(())
    }

    /// Lifts the masks whose notice has been shown.
    pub fn lift_masks(&mut self) {
        let due: Vec<ContactId> = (self.centre.talks())
            .map(|(id, _)| id)
            .filter(|id| self.centre.lift_due(*id).is_some_and(|at| at <= self.now))
            .collect();
        for contact in due {
            self.set_mask(contact, Mask::Off);
        }
    }

    fn set_mask(&mut self, contact: ContactId, mask: Mask) {
        let known = self.centre.ledger.contact(contact);
        let (before, talk) = (known.mask, known.talk());
        if mask == before {
            return;
        }
        self.fact(Fact::MaskSet { contact, mask });
        if let Some(talk) = talk
            && mask.hides() != before.hides()
            && self.bridge_may_stand(contact, &talk)
        {
            self.effect(Output::Mask { contact, fence: talk.fence, masked: mask.hides() });
        }
    }

    /// The exchange has the bridge or was asked for it. Otherwise the next join, or the comparison when
    /// the exchange is back, carries the mask.
    fn bridge_may_stand(&self, contact: ContactId, talk: &Talk) -> bool {
        let asked = self.centre.lines.asked(contact);
        let under_way = || asked.is_some_and(|asked| asked.fence == talk.fence && !asked.failed);
        self.centre.lines.exchange().up
            && match talk.stage {
                Stage::Connecting(_) => under_way(),
                Stage::Live | Stage::Held => true,
            }
    }
}

impl Centre {
    /// When an announced lifting happens: once the booth's page has shown the notice in full. A page that
    /// was away, as after a restart of ours, has it from its return on; while it is away nothing is lifted.
    pub(super) fn lift_due(&self, contact: ContactId) -> Option<Time> {
        let Contact { mask: Mask::Lifting { at }, booth: Some(booth), .. } = *self.ledger.contact(contact)
        else {
            return None;
        };
        let page = self.lines.booth(booth);
        page.up.then(|| at.max(page.since + self.settings.mask_notice_ms))
    }
}
