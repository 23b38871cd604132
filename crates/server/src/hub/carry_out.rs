//! After the commit: the effects, one by one, in the order in which they were decided.

use desk::centre::{Output, Owner, RescindWhy};
use desk::code::Code;
use desk::ids::{CallId, ContactId, OfferId, OperatorId, Session};
use desk::time::Time;
use link::message::{DeskSignal, Down, ExchangeOrder, LegSignal, RequestId, VERSION};
use link::state::{PhoneNumber, RingEnd, RingNotice};

use super::LineId;
use super::parties::Caller;
use super::task::Hub;
use super::turn::After;

/// A message of the same shape for everybody.
enum Common {
    Answer(RequestId, Option<Code>),
    Pong(Time),
}

impl Common {
    fn down<S, C, G>(self) -> Down<S, C, G> {
        match self {
            Common::Answer(request, refused) => Down::Answer { request, refused },
            Common::Pong(now) => Down::Pong { now },
        }
    }
}

impl Hub {
    /// Does one thing.
    pub(super) fn carry_out(&mut self, now: Time, after: After) {
        match after {
            After::Output(output) => self.effect(now, output),
            After::WelcomeOperator(operator, event) => self.welcome_operator(now, operator, event),
            After::WelcomeBooth(booth, event) => self.welcome_booth(now, booth, event),
            After::WelcomeExchange(line) => {
                if let Some(exchange) =
                    self.parties.exchange.as_mut().filter(|exchange| exchange.line == line)
                {
                    let (version, session) = (VERSION, Session(0));
                    exchange.send(Down::Welcome { version, stream: line.0, session, resumed: false, now });
                    exchange.send(Down::Snapshot { event: 0, state: (), now });
                }
            }
            After::Answer(line, request, refused) => self.send(line, Common::Answer(request, refused)),
            After::Pong(line) => self.send(line, Common::Pong(now)),
            After::Signal(owner, signal) => self.signal(owner, signal),
            After::Number(line, contact, number) => self.send_number(line, contact, number),
            After::Order(order) => self.order(order),
            After::Close(line, code) => self.close_line(line, code),
            After::CloseOld(mut way, answer, code) => {
                if let Some(request) = answer {
                    way.send(Down::Answer { request, refused: None });
                }
                way.close(code);
            }
            After::CloseOldBooth(mut way, code) => way.close(code),
            After::CloseOldExchange(mut exchange, code) => exchange.close(code),
        }
    }

    fn effect(&mut self, now: Time, output: Output) {
        match output {
            // Facts and refusals were taken out before; offers and ends of rings are shown by the
            // difference of the desks, and a replaced session's line was closed by the newer hello.
            Output::Fact(_) | Output::Refused { .. } | Output::Offer { .. } | Output::Replaced { .. } => {}
            Output::Rescind { operator, offer, why } => self.note_ring_end(now, operator, offer, why),
            Output::Wait { contact, visitor } => self.order(ExchangeOrder::Wait { contact, visitor }),
            Output::Join { contact, fence, visitor, operator, masked } => {
                let operator = Owner::Operator { operator };
                self.order(ExchangeOrder::Join { contact, fence, visitor, operator, masked });
            }
            Output::Mask { contact, fence, masked } => {
                self.order(ExchangeOrder::Mask { contact, fence, masked })
            }
            Output::Hold { contact, fence, held } => self.order(ExchangeOrder::Hold { contact, fence, held }),
            Output::Dial { contact: _, call, operator } => self.order_dial(call, operator),
            Output::HangUp { call } => {
                self.order(ExchangeOrder::HangUp { call });
                self.forget_leg(call);
            }
            Output::Consult { contact, fence, consult } => {
                self.order(ExchangeOrder::Consult { contact, fence, consult });
            }
            Output::Connect { contact, fence, call } => {
                self.order(ExchangeOrder::Connect { contact, fence, call });
                self.forget_call(contact);
                self.forget_leg(call);
            }
            Output::Release { contact, fence, end } => {
                self.order(ExchangeOrder::Release { contact, fence, end });
                self.note_vain_call(now, contact, end);
                self.forget_call(contact);
            }
        }
    }

    /// The leg of a call is gone with its contact, and nothing more is told of it.
    fn forget_call(&mut self, contact: ContactId) {
        if let Some(call) = self.centre.contact(contact).and_then(|known| known.call) {
            self.forget_leg(call);
        }
    }

    fn forget_leg(&mut self, call: CallId) {
        if let Some(exchange) = &mut self.parties.exchange {
            let owner = Owner::Caller { call };
            exchange.legs.remove(&owner);
            exchange.qualities.forget(owner);
        }
    }

    fn note_ring_end(&mut self, now: Time, operator: OperatorId, offer: OfferId, why: RescindWhy) {
        let end = match why {
            RescindWhy::TakenBy { operator } => RingEnd::TakenBy { name: self.names.operator(operator) },
            RescindWhy::VisitorLeft => RingEnd::VisitorLeft,
            RescindWhy::NoAnswer => RingEnd::NoAnswer,
            RescindWhy::Declined => RingEnd::Declined,
            RescindWhy::NotConnected { returned } => RingEnd::NotConnected { returned },
            RescindWhy::SeatGone => return,
        };
        if let Some(desk) = self.parties.desks.get_mut(&operator) {
            desk.notice = Some(RingNotice { offer, end, at: now });
        }
    }

    /// A message that has the same shape for everybody, to whoever is still on this line.
    fn send(&mut self, line: LineId, message: Common) {
        match self.parties.lines.get(&line) {
            Some(Caller::Operator(operator)) => {
                if let Some(desk) = self.parties.desks.get_mut(operator).filter(|desk| desk.place.is_on(line))
                {
                    desk.place.send(message.down());
                }
            }
            Some(Caller::Booth(booth)) => {
                if let Some(place) = self.parties.booths.get_mut(booth).filter(|place| place.is_on(line)) {
                    place.send(message.down());
                }
            }
            Some(Caller::Exchange) => {
                if let Some(exchange) =
                    self.parties.exchange.as_mut().filter(|exchange| exchange.line == line)
                {
                    exchange.send(message.down());
                }
            }
            None => {}
        }
    }

    fn signal(&mut self, owner: Owner, signal: LegSignal) {
        match owner {
            Owner::Operator { operator } => {
                if let Some(desk) = self.parties.desks.get_mut(&operator) {
                    desk.place.send(Down::Signal { signal: DeskSignal::Leg(signal) });
                }
            }
            Owner::Booth { booth } => {
                if let Some(place) = self.parties.booths.get_mut(&booth) {
                    place.send(Down::Signal { signal });
                }
            }
            // A telephone has no page that could be told.
            Owner::Caller { .. } => {}
        }
    }

    /// To the line that asked and to no other: a desk that came in again meanwhile asks again.
    fn send_number(&mut self, line: LineId, contact: ContactId, number: PhoneNumber) {
        let Some(Caller::Operator(operator)) = self.parties.lines.get(&line) else { return };
        if let Some(desk) = self.parties.desks.get_mut(operator).filter(|desk| desk.place.is_on(line)) {
            desk.place.send(Down::Signal { signal: DeskSignal::Number { contact, number } });
        }
    }

    pub(super) fn order(&mut self, order: ExchangeOrder) {
        // Without an exchange nothing is lost: when it comes back it tells what stands, and the machine
        // asks anew for what is missing.
        if let Some(exchange) = &mut self.parties.exchange {
            exchange.send(Down::Signal { signal: order });
        }
    }

    fn close_line(&mut self, line: LineId, code: Code) {
        match self.parties.lines.get(&line) {
            Some(Caller::Operator(operator)) => {
                let way = self.parties.desks.get_mut(operator).and_then(|desk| desk.place.way.as_mut());
                if let Some(way) = way.filter(|way| way.line == line) {
                    way.close(code);
                }
            }
            Some(Caller::Booth(booth)) => {
                let way = self.parties.booths.get_mut(booth).and_then(|place| place.way.as_mut());
                if let Some(way) = way.filter(|way| way.line == line) {
                    way.close(code);
                }
            }
            Some(Caller::Exchange) => {
                if let Some(exchange) =
                    self.parties.exchange.as_mut().filter(|exchange| exchange.line == line)
                {
                    exchange.close(code);
                }
            }
            None => {}
        }
    }
}
