//! Calls that we make: into an operator's free hand, and out of it when nobody answers. Knows no number.

use super::record::{ConnectWhy, Hand, Stage};
use super::turn::Turn;
use super::{Fact, Output, Owner};
use crate::code::Code;
use crate::contact::{ConsultEnd, DialFailure};
use crate::end::EndReason;
use crate::ids::{CallId, ContactId, Fence, OfferId, OperatorId};
use crate::presence::Presence;
use crate::time::Millis;

/// When an outgoing call that nothing is heard of is given up. The exchange lets each of its trunks ring for a
/// minute at most and tells how it ended; this is for an exchange that does not.
pub(super) const DIAL_WITHIN: Millis = Millis::seconds(180);

impl Turn<'_> {
    /// An operator with free hands calls somebody.
    pub fn dial(&mut self, operator: OperatorId) -> Result<(), Code> {
        let who = self.centre.ledger.operator(operator);
        if who.hand != Hand::Free || who.presence == Presence::Lost {
            return Err(Code::WrongState);
        }
        if !self.centre.lines.exchange().up {
            return Err(Code::NoExchange);
        }
        if !self.centre.lines.leg(Owner::Operator { operator }).up {
            return Err(Code::NoMedia);
        }
        let contact = ContactId(self.centre.ledger.last_contact + 1);
        let offer = OfferId(self.centre.ledger.last_offer + 1);
        let call = CallId::dialled(contact, 0);
        self.fact(Fact::Dialled { contact, call, operator, offer, fence: Fence(1) });
        self.show_hand(operator);
        self.effect(Output::Dial { contact, call, operator });
        Ok(())
    }

    /// The leg of a call that is being made came up: somebody answered.
    pub fn dialled_media(&mut self, contact: ContactId, up: bool) {
        if up {
            self.fact(Fact::Answered { contact });
            self.join_when_ready(contact);
        }
    }

    /// A call of ours was not answered: the consultation is over, or the contact is.
    pub fn not_reached(&mut self, call: CallId, why: DialFailure) -> Result<(), Code> {
        if let Some(contact) = self.centre.consult_by(call) {
            self.end_consult(contact, ConsultEnd::Failed { why });
            return Ok(());
        }
        let contact = self.centre.ledger.calls.get(&call).copied().ok_or(Code::Gone)?;
        if !self.is_dialling(contact) {
            return Err(Code::WrongState);
        }
        self.end_contact(contact, EndReason::of_dial(why));
        Ok(())
    }

    /// We call, and nobody has answered yet.
    pub fn is_dialling(&self, contact: ContactId) -> bool {
        let stage = self.centre.ledger.contact(contact).talk().map(|talk| talk.stage);
        stage == Some(Stage::Connecting(ConnectWhy::Dialling))
    }
}
