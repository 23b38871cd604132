//! One turn of the machine: it applies each fact as it is decided and keeps the effects for later, so
//! that the answer always begins with the facts.

use super::record::{ConnectWhy, Hand, Stage, State};
use super::{Centre, Fact, Input, Output, Party, Settings};
use crate::code::Code;
use crate::contact::Channel;
use crate::ids::{ContactId, OfferId, OperatorId, Session};
use crate::presence::Presence;
use crate::time::Time;

/// Whom a refusal would go to, and what was decided.
type Decided = (Party, Result<(), Code>);

pub(super) struct Turn<'a> {
    pub centre: &'a mut Centre,
    pub now: Time,
    facts: Vec<Output>,
    effects: Vec<Output>,
}

impl Turn<'_> {
    pub fn new(centre: &mut Centre, now: Time) -> Turn<'_> {
        Turn { centre, now, facts: Vec::new(), effects: Vec::new() }
    }

    /// Everything that this turn put out, facts first.
    pub fn finish(self) -> Vec<Output> {
        let Turn { mut facts, mut effects, .. } = self;
        facts.append(&mut effects);
        facts
    }

    /// Hands an input to the part that decides on it. False: it was refused, and that is all.
    pub fn input(&mut self, input: Input) -> bool {
        let (to, decided) = match self.operator_input(input) {
            Ok(decided) => decided,
            Err(input) => self.outside_input(input),
        };
        if let Err(code) = decided {
            self.effect(Output::Refused { to, code });
        }
        decided.is_ok()
    }

    /// What an operator does; anything else is given back.
    fn operator_input(&mut self, input: Input) -> Result<Decided, Input> {
        Ok(match input {
            Input::SignIn { operator, session } => {
                (Party::Operator(operator, session), self.sign_in(operator, session))
            }
            Input::Detach { operator, session } => {
                (Party::Operator(operator, session), self.detach(operator, session))
            }
            Input::SignOut { operator, session } => {
                (Party::Operator(operator, session), self.sign_out(operator, session))
            }
            Input::Attach { operator, session } | Input::Heartbeat { operator, session } => {
                self.asked(operator, session, |_| Ok(()))
            }
            Input::Choose { operator, session, chosen } => {
                self.asked(operator, session, |turn| turn.choose(operator, chosen))
            }
            Input::Accept { operator, session, offer, fence } => {
                self.asked(operator, session, |turn| turn.accept(operator, offer, fence))
            }
            Input::Decline { operator, session, offer, reason } => {
                self.asked(operator, session, |turn| turn.decline(operator, offer, reason))
            }
            Input::End { operator, session, contact } => {
                self.asked(operator, session, |turn| turn.end_by_operator(operator, contact))
            }
            Input::Hold { operator, session, contact, held } => {
                self.asked(operator, session, |turn| turn.hold(operator, contact, held))
            }
            Input::Mask { operator, session, contact, on } => {
                self.asked(operator, session, |turn| turn.mask_by_operator(operator, contact, on))
            }
            Input::RaiseHand { operator, session, up } => {
                self.asked(operator, session, |turn| turn.raise_hand(operator, up))
            }
            Input::Suspend { operator, session, on } => {
                self.asked(operator, session, |turn| turn.suspend(operator, on))
            }
            Input::Finish { operator, session, contact, disposition } => {
                self.asked(operator, session, |turn| turn.finish_contact(operator, contact, disposition))
            }
            Input::SettleCallback { operator, session, contact, result } => {
                self.asked(operator, session, |turn| turn.settle_callback(operator, contact, result))
            }
            Input::Dial { operator, session } => self.asked(operator, session, |turn| turn.dial(operator)),
            Input::Consult { operator, session, contact, whom, blind } => {
                self.asked(operator, session, |turn| turn.consult(operator, contact, whom, blind))
            }
            Input::EndConsult { operator, session, contact } => {
                self.asked(operator, session, |turn| turn.leave_consult(operator, contact))
            }
            Input::JoinConsult { operator, session, contact, joined } => {
                self.asked(operator, session, |turn| turn.join_consult(operator, contact, joined))
            }
            Input::Transfer { operator, session, contact } => {
                self.asked(operator, session, |turn| turn.transfer(operator, contact))
            }
            other @ (Input::Ring { .. }
            | Input::Call { .. }
            | Input::CallOver { .. }
            | Input::NotReached { .. }
            | Input::Leave { .. }
            | Input::VisitorMask { .. }
            | Input::BoothLine { .. }
            | Input::Media { .. }
            | Input::Joined { .. }
            | Input::JoinFailed { .. }
            | Input::ExchangeUp { .. }
            | Input::ExchangeDown
            | Input::Settings(_)) => return Err(other),
        })
    }

    /// What visitors, callers and the exchange do.
    fn outside_input(&mut self, input: Input) -> Decided {
        match input {
            Input::Ring { booth } => (Party::Booth(booth), self.ring(booth)),
            Input::Call { call } => (Party::Exchange, self.call(call)),
            Input::CallOver { call, how } => (Party::Exchange, self.call_over(call, how)),
            Input::NotReached { call, why } => (Party::Exchange, self.not_reached(call, why)),
            Input::Leave { booth, contact } => (Party::Booth(booth), self.leave(booth, contact)),
            Input::VisitorMask { booth, contact, on } => {
                (Party::Booth(booth), self.mask_by_visitor(booth, contact, on))
            }
            Input::BoothLine { booth, up } => (Party::Booth(booth), self.booth_line(booth, up)),
            Input::Media { owner, up } => (Party::Exchange, self.media(owner, up)),
            Input::Joined { contact, fence } => (Party::Exchange, self.joined(contact, fence)),
            Input::JoinFailed { contact, fence, code } => {
                (Party::Exchange, self.join_failed(contact, fence, code))
            }
            Input::ExchangeUp { bridges, calls, dialled } => {
                (Party::Exchange, self.exchange_up(&bridges, &calls, &dialled))
            }
            Input::ExchangeDown => (Party::Exchange, self.exchange_down()),
            Input::Settings(settings) => (Party::Exchange, self.take_settings(settings)),
            Input::SignIn { .. }
            | Input::Detach { .. }
            | Input::SignOut { .. }
            | Input::Attach { .. }
            | Input::Heartbeat { .. }
            | Input::Choose { .. }
            | Input::Accept { .. }
            | Input::Decline { .. }
            | Input::End { .. }
            | Input::Hold { .. }
            | Input::Mask { .. }
            | Input::RaiseHand { .. }
            | Input::Suspend { .. }
            | Input::Finish { .. }
            | Input::SettleCallback { .. }
            | Input::Dial { .. }
            | Input::Consult { .. }
            | Input::EndConsult { .. }
            | Input::JoinConsult { .. }
            | Input::Transfer { .. } => unreachable!("an operator's input was decided on before"),
        }
    }

    /// Something that an operator asks for in a session. What is granted is also a sign of life.
    fn asked(
        &mut self,
        operator: OperatorId,
        session: Session,
        decide: impl FnOnce(&mut Self) -> Result<(), Code>,
    ) -> (Party, Result<(), Code>) {
        let decided = self.check_session(operator, session).and_then(|()| decide(self));
        if decided.is_ok() {
            self.centre.lines.hear(operator, self.now);
            self.revive(operator);
        }
        (Party::Operator(operator, session), decided)
    }

    fn take_settings(&mut self, settings: Settings) -> Result<(), Code> {
        self.centre.settings = settings;
        Ok(())
    }

    pub fn fact(&mut self, fact: Fact) {
        self.centre.ledger.apply(self.now, &fact);
        self.facts.push(Output::Fact(fact));
    }

    pub fn effect(&mut self, output: Output) {
        self.effects.push(output);
    }

    /// Stores a presence if anything about it is new.
    pub fn set_presence(&mut self, operator: OperatorId, presence: Presence, next: Presence) {
        let who = self.centre.ledger.operator(operator);
        if who.presence != presence || who.next.presence() != next {
            self.fact(Fact::PresenceSet { operator, presence, next });
        }
    }

    /// Lets the board show what the operator's hand holds now. 接続断 stays until the operator is heard.
    pub fn show_hand(&mut self, operator: OperatorId) {
        let who = self.centre.ledger.operator(operator);
        if who.presence != Presence::Lost {
            let (presence, next) = (self.presence_of_hand(operator), who.next.presence());
            self.set_presence(operator, presence, next);
        }
    }

    /// The presence that follows from what the operator's hand holds.
    pub fn presence_of_hand(&self, operator: OperatorId) -> Presence {
        let ledger = &self.centre.ledger;
        let who = ledger.operator(operator);
        match who.hand {
            _ if who.session.is_none() => Presence::Off,
            Hand::Free => who.next.presence(),
            Hand::Offer(offer) => Presence::Ringing { channel: self.channel_of_offer(offer) },
            Hand::Contact(contact) => self.presence_in_contact(contact),
            Hand::Consult(_) => Presence::Call,
        }
    }

    fn channel_of_offer(&self, offer: OfferId) -> Channel {
        let offer = self.centre.ledger.offers.get(&offer).expect("a hand holds open offers only");
        self.centre.ledger.contact(offer.contact).channel
    }

    fn presence_in_contact(&self, id: ContactId) -> Presence {
        let contact = self.centre.ledger.contact(id);
        match &contact.state {
            State::Talk(talk) => match (talk.stage, contact.channel) {
                (Stage::Connecting(ConnectWhy::Dialling), _) => Presence::Callback,
                (Stage::Held, Channel::Booth | Channel::Phone) => Presence::Hold,
                (Stage::Connecting(_) | Stage::Live, Channel::Booth) => Presence::Video,
                (Stage::Connecting(_) | Stage::Live, Channel::Phone) => Presence::Call,
            },
            State::Wrapping { .. } => Presence::Wrapping,
            State::Queued { .. } | State::Closed { .. } => {
                unreachable!("a hand never holds a contact that waits or is over")
            }
        }
    }
}
