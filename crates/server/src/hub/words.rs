//! What is said on a line, as the machine's inputs; media words pass through, papers go to the table.
//! No decision here.

use desk::centre::{Input, Owner, Standing};
use desk::code::Code;
use desk::ids::{BoothId, ContactId, OperatorId, Session};
use link::message::{
    BoothSays, Bridge, ExchangeOrder, ExchangeSays, LegFact, LegOffer, LegSignal, OperatorSays,
};
use link::state::{Digit, TrunkState, Writer};

use super::papers::{Papers, talk_of_booth, talk_of_operator};
use super::parties::Caller;
use super::task::Hub;
use super::turn::{After, Turn};
use super::{LineId, Words};
use crate::config::Signs;

impl Hub {
    /// An operator's desktop spoke.
    pub(super) fn operator_words(&mut self, turn: &mut Turn, line: LineId, words: Words<OperatorSays>) {
        let Some(Caller::Operator(operator)) = self.parties.lines.get(&line).copied() else { return };
        let Some(desk) = self.parties.desks.get(&operator).filter(|desk| desk.place.is_on(line)) else {
            return;
        };
        let session = desk.session;
        match words {
            Words::Ping => match self.feed(turn, Input::Heartbeat { operator, session }) {
                None => turn.after.push(After::Pong(line)),
                Some(code) => turn.after.push(After::Close(line, code)),
            },
            Words::Say { request, body } => {
                if let Some(refused) = desk.place.answers.given(request) {
                    return turn.after.push(After::Answer(line, request, refused));
                }
                // A number goes with its answer and is kept nowhere: asked for again, it is looked up and audited again.
                let is_number = matches!(body, OperatorSays::Number { .. });
                let is_sign_out = body == OperatorSays::SignOut;
                let token = desk.token;
                let refused = self.operator_says(turn, line, (operator, session), body);
                if is_sign_out && refused.is_none() {
                    turn.revoked.push(token);
                    return self.leave_desk(turn, operator, Some(request), Code::NotSignedIn);
                }
                if let Some(desk) = self.parties.desks.get_mut(&operator).filter(|_| !is_number) {
                    desk.place.answers.keep(request, refused);
                }
                turn.after.push(After::Answer(line, request, refused));
            }
        }
    }

    fn operator_says(
        &mut self,
        turn: &mut Turn,
        line: LineId,
        (operator, session): (OperatorId, Session),
        body: OperatorSays,
    ) -> Option<Code> {
        let input = match body {
            OperatorSays::Choose { chosen } => Input::Choose { operator, session, chosen },
            OperatorSays::Accept { offer, fence } => Input::Accept { operator, session, offer, fence },
            OperatorSays::Decline { offer, reason } => Input::Decline { operator, session, offer, reason },
            OperatorSays::End { contact } => Input::End { operator, session, contact },
            OperatorSays::Hold { contact, held } => Input::Hold { operator, session, contact, held },
            OperatorSays::Finish { contact, disposition } => {
                Input::Finish { operator, session, contact, disposition }
            }
            OperatorSays::Mask { contact, on } => Input::Mask { operator, session, contact, on },
            OperatorSays::Sdp(offer) => return self.pass_on(turn, Owner::Operator { operator }, offer),
            OperatorSays::Text { contact, text } => {
                return self.operator_lays(operator, session, contact, |papers, _| {
                    papers.write(contact, Writer::Operator, &text, turn.now)
                });
            }
            OperatorSays::Guide { contact, card, pointing } => {
                return self.operator_lays(operator, session, contact, |papers, signs| {
                    papers.guide(contact, signs.card(card.as_deref())?, pointing)
                });
            }
            OperatorSays::Screen { contact, wanted } => {
                return self.operator_lays(operator, session, contact, |papers, _| {
                    papers.ask_screen(contact, wanted);
                    Ok(())
                });
            }
            OperatorSays::Digit { contact, digit } => {
                return self.operator_presses(turn, operator, session, contact, digit);
            }
            OperatorSays::SettleCallback { contact, result } => {
                return self.settle_callback(turn, operator, session, contact, result);
            }
            OperatorSays::Number { contact } => {
                return self.tell_number(turn, line, (operator, session), contact);
            }
            OperatorSays::CallBack { contact } => return self.call_back(turn, operator, session, contact),
            OperatorSays::Consult { contact, to, blind } => {
                return self.consult(turn, (operator, session, contact), to, blind);
            }
            OperatorSays::EndConsult { contact } => Input::EndConsult { operator, session, contact },
            OperatorSays::JoinConsult { contact, joined } => {
                Input::JoinConsult { operator, session, contact, joined }
            }
            OperatorSays::Transfer { contact } => Input::Transfer { operator, session, contact },
            OperatorSays::Suspend { on } if self.names.leads(operator) => {
                Input::Suspend { operator, session, on }
            }
            OperatorSays::Suspend { .. } => return Some(Code::Unauthorised),
            OperatorSays::Unsynced { count } => {
                self.parties.unsynced.insert(operator, count);
                return None;
            }
            OperatorSays::RaiseHand { up } => Input::RaiseHand { operator, session, up },
            OperatorSays::SignOut => Input::SignOut { operator, session },
        };
        self.feed(turn, input)
    }

    /// A key for the caller: passed on under the talk's own fence, and kept nowhere.
    fn operator_presses(
        &mut self,
        turn: &mut Turn,
        operator: OperatorId,
        session: Session,
        contact: ContactId,
        digit: Digit,
    ) -> Option<Code> {
        let refused = self.operator_lays(operator, session, contact, |_, _| Ok(()));
        let fence = self.centre.contact(contact).map(|known| known.fence);
        if let (None, Some(fence)) = (refused, fence) {
            turn.after.push(After::Order(ExchangeOrder::Digit { contact, fence, digit }));
        }
        refused
    }

    /// Something for the table, from the operator whose talk it is.
    fn operator_lays(
        &mut self,
        operator: OperatorId,
        session: Session,
        contact: ContactId,
        lay: impl FnOnce(&mut Papers, &Signs) -> Result<(), Code>,
    ) -> Option<Code> {
        if self.centre.operator(operator).and_then(|known| known.session) != Some(session) {
            return Some(Code::NotSignedIn);
        }
        talk_of_operator(&self.centre, operator, contact)
            .and_then(|()| lay(&mut self.papers, &self.signs))
            .err()
    }

    /// A booth's page spoke.
    pub(super) fn booth_words(&mut self, turn: &mut Turn, line: LineId, words: Words<BoothSays>) {
        let Some(Caller::Booth(booth)) = self.parties.lines.get(&line).copied() else { return };
        let Some(place) = self.parties.booths.get(&booth).filter(|place| place.is_on(line)) else { return };
        match words {
            Words::Ping => turn.after.push(After::Pong(line)),
            Words::Say { request, body } => {
                if let Some(refused) = place.answers.given(request) {
                    return turn.after.push(After::Answer(line, request, refused));
                }
                let refused = self.booth_says(turn, booth, body);
                if let Some(place) = self.parties.booths.get_mut(&booth) {
                    place.answers.keep(request, refused);
                }
                turn.after.push(After::Answer(line, request, refused));
            }
        }
    }

    fn booth_says(&mut self, turn: &mut Turn, booth: BoothId, body: BoothSays) -> Option<Code> {
        match body {
            BoothSays::Ring => self.feed(turn, Input::Ring { booth }),
            BoothSays::Leave { contact } => self.feed(turn, Input::Leave { booth, contact }),
            BoothSays::Sdp(offer) => self.pass_on(turn, Owner::Booth { booth }, offer),
            BoothSays::Mask { contact, on } => self.feed(turn, Input::VisitorMask { booth, contact, on }),
            BoothSays::Text { contact, text } => talk_of_booth(&self.centre, booth, contact)
                .and_then(|()| self.papers.write(contact, Writer::Visitor, &text, turn.now))
                .err(),
            BoothSays::Screen { contact, shared } => talk_of_booth(&self.centre, booth, contact)
                .and_then(|()| self.papers.share_screen(contact, shared))
                .err(),
            BoothSays::Trouble { trouble } => {
                self.papers.set_trouble(booth, trouble);
                None
            }
        }
    }

    /// A media offer goes to the exchange as it is. Without one the owner hears so as a signal: the
    /// request itself was understood.
    fn pass_on(&mut self, turn: &mut Turn, owner: Owner, offer: LegOffer) -> Option<Code> {
        let after = match self.parties.exchange {
            Some(_) => After::Order(ExchangeOrder::Sdp { owner, offer }),
            None => After::Signal(owner, LegSignal::Refused { leg: offer.leg, code: Code::NoExchange }),
        };
        turn.after.push(after);
        None
    }

    /// The exchange spoke.
    pub(super) fn exchange_words(&mut self, turn: &mut Turn, line: LineId, words: Words<ExchangeSays>) {
        if self.parties.exchange.as_ref().is_none_or(|exchange| exchange.line != line) {
            return;
        }
        match words {
            Words::Ping => turn.after.push(After::Pong(line)),
            Words::Say { request, body } => {
                let refused = self.exchange_says(turn, body);
                turn.after.push(After::Answer(line, request, refused));
            }
        }
    }

    fn exchange_says(&mut self, turn: &mut Turn, body: ExchangeSays) -> Option<Code> {
        match body {
            ExchangeSays::Inventory { bridges, legs, calls, dialled, trunks } => {
                let (bridge_count, leg_count, call_count) = (bridges.len(), legs.len(), calls.len());
                tracing::info!(bridge_count, leg_count, call_count, "exchange told what stands");
                self.take_trunks(trunks);
                let stand = |bridge: &Bridge| {
                    let Bridge { contact, fence, held, masked, consult, .. } = *bridge;
                    Standing { contact, fence, held, masked, consult }
                };
                let bridges = bridges.iter().map(stand).collect();
                let standing = calls.iter().map(|fact| fact.call).collect();
                let refused = self.feed(turn, Input::ExchangeUp { bridges, calls: standing, dialled });
                for fact in calls {
                    self.name_caller(turn, fact);
                }
                for leg in legs {
                    self.media(turn, leg);
                }
                refused
            }
            ExchangeSays::Leg { owner, signal } => {
                turn.after.push(After::Signal(owner, signal));
                None
            }
            ExchangeSays::Media(leg) => self.media(turn, leg),
            ExchangeSays::Call(fact) => {
                let refused = self.feed(turn, Input::Call { call: fact.call });
                self.name_caller(turn, fact);
                refused
            }
            ExchangeSays::NotReached { call, why } => self.not_reached(turn, call, why),
            ExchangeSays::CallOver { call, how } => self.feed(turn, Input::CallOver { call, how }),
            ExchangeSays::Digit { call, digit } => {
                self.caller_pressed(call, digit);
                None
            }
            ExchangeSays::Trunks { trunks } => {
                self.take_trunks(trunks);
                None
            }
            ExchangeSays::Quality { owner, quality } => {
                if let Some(exchange) = &mut self.parties.exchange {
                    exchange.qualities.take(owner, quality);
                }
                None
            }
            ExchangeSays::Joined { contact, fence } => self.feed(turn, Input::Joined { contact, fence }),
            ExchangeSays::JoinFailed { contact, fence, code } => {
                self.feed(turn, Input::JoinFailed { contact, fence, code })
            }
        }
    }

    fn take_trunks(&mut self, trunks: Vec<TrunkState>) {
        if let Some(exchange) = &mut self.parties.exchange {
            exchange.trunks = trunks;
        }
    }

    /// A leg came up or went down; the end of an older leg says nothing about the newer one.
    fn media(&mut self, turn: &mut Turn, told: LegFact) -> Option<Code> {
        let exchange = self.parties.exchange.as_mut()?;
        let newest = exchange.legs.entry(told.owner).or_insert(told.leg);
        if told.up {
            *newest = told.leg;
        } else if told.leg < *newest {
            return None;
        } else {
            exchange.qualities.forget(told.owner);
        }
        self.feed(turn, Input::Media { owner: told.owner, up: told.up })
    }
}
