//! Calls that we make, through the server: 折返し, 相談, 転送 and what of them is audited. The exchange is played; the
//! number goes to it and nowhere else.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use common::{Desk, Exchange, House};
use desk::centre::{CallOver, Consulted, Owner};
use desk::code::Code;
use desk::contact::{ConsultEnd, ConsultStage, DialFailure, Disposition, Phase};
use desk::end::EndReason;
use desk::ids::{CallId, ContactId, Fence, OperatorId};
use desk::presence::Presence;
use link::message::{CallFact, ExchangeOrder, ExchangeSays, LegFact, OperatorSays};
use link::state::{Callee, Caller, Counterpart, PhoneNumber, RingEnd};

const NUMBER: &str = "09012345678";

struct Scene {
    house: House,
    exchange: Exchange,
    desk: Desk,
    other: Desk,
    colleague: OperatorId,
}

/// Two operators, both ready; the first is called first.
async fn scene() -> Scene {
    let mut house = House::build();
    let operator = house.add_operator("op01", "オペレーター01");
    let colleague = house.add_operator("op02", "オペレーター02");
    let key = house.add_exchange();
    house.start().await;
    let mut exchange = house.exchange(&key).await;
    let (first, second) = (house.token("op01").await, house.token("op02").await);
    let (mut desk, mut other) = (house.operator(&first, None).await, house.operator(&second, None).await);
    let legs = [Owner::Operator { operator }, Owner::Operator { operator: colleague }];
    exchange.stands(&legs).await;
    desk.until(|state| state.me.media).await;
    desk.available().await;
    other.until(|state| state.me.media).await;
    Scene { house, exchange, desk, other, colleague }
}

impl Scene {
    async fn media(&mut self, call: CallId, up: bool) {
        let owner = Owner::Caller { call };
        self.exchange.says(ExchangeSays::Media(LegFact { owner, leg: 1, up })).await;
    }

    async fn rings_in(&mut self, call: CallId) {
        self.media(call, true).await;
        let caller = Caller::Number { number: NUMBER.into() };
        self.exchange.says(ExchangeSays::Call(CallFact { call, caller, trunk: "main".into() })).await;
    }

    /// A call comes in, and the first operator takes it.
    async fn talk(&mut self) -> (ContactId, Fence) {
        self.rings_in(CallId(1)).await;
        self.desk.until(|state| state.offer.is_some()).await;
        let offer = self.desk.state.offer.clone().unwrap();
        let accept = OperatorSays::Accept { offer: offer.offer, fence: offer.fence };
        assert_eq!(self.desk.ask(accept).await, None);
        self.joined().await
    }

    async fn joined(&mut self) -> (ContactId, Fence) {
        let order = self.exchange.order_like(|order| matches!(order, ExchangeOrder::Join { .. })).await;
        let ExchangeOrder::Join { contact, fence, .. } = order else { panic!("{order:?}") };
        self.exchange.says(ExchangeSays::Joined { contact, fence }).await;
        (contact, fence)
    }

    /// The exchange is asked to call; gives the call and the number.
    async fn dialled(&mut self) -> (CallId, String) {
        let order = self.exchange.order_like(|order| matches!(order, ExchangeOrder::Dial { .. })).await;
        let ExchangeOrder::Dial { call, number, .. } = order else { panic!("{order:?}") };
        (call, number.0)
    }

    async fn consult_order(&mut self) -> Option<Consulted> {
        let order = self.exchange.order_like(|order| matches!(order, ExchangeOrder::Consult { .. })).await;
        let ExchangeOrder::Consult { consult, .. } = order else { panic!("{order:?}") };
        consult
    }

    async fn stage(&mut self, stage: ConsultStage) {
        self.desk
            .until(|state| {
                let consult = state.contact.as_ref().and_then(|card| card.consult.as_ref());
                consult.is_some_and(|consult| consult.stage == stage)
            })
            .await;
    }
}

async fn finish(desk: &mut Desk) {
    desk.until(|state| state.contact.as_ref().is_some_and(|card| card.phase == Phase::Wrapping)).await;
    let contact = desk.state.contact.clone().unwrap().contact;
    let disposition = Disposition::Guided;
    assert_eq!(desk.ask(OperatorSays::Finish { contact, disposition }).await, None);
    desk.until(|state| state.contact.is_none()).await;
}

#[tokio::test]
async fn a_lost_call_is_called_back_by_its_number_and_settled_by_the_talk() {
    let mut scene = scene().await;
    scene.rings_in(CallId(1)).await;
    scene.desk.until(|state| state.offer.is_some()).await;
    scene.exchange.says(ExchangeSays::CallOver { call: CallId(1), how: CallOver::HungUp }).await;
    scene.desk.until(|state| state.offer.is_none() && !state.callbacks.cards.is_empty()).await;
    let lost = scene.desk.state.callbacks.cards[0].contact;
    assert_eq!(scene.desk.ask(OperatorSays::CallBack { contact: ContactId(99) }).await, Some(Code::Gone));

    // The first try finds the line engaged: it is counted, and the callback stays owed.
    assert_eq!(scene.desk.ask(OperatorSays::CallBack { contact: lost }).await, None);
    let (call, number) = scene.dialled().await;
    assert_eq!(number, NUMBER);
    scene.desk.until(|state| state.me.presence == Presence::Callback && state.contact.is_some()).await;
    let card = scene.desk.state.contact.clone().unwrap();
    assert!(card.outgoing && card.phase == Phase::Connecting && card.number.starts_with("O-"), "{card:?}");
    assert_eq!(card.caller.unwrap().caller, Caller::Number { number: "090-****-5678".into() });
    scene.exchange.says(ExchangeSays::NotReached { call, why: DialFailure::Busy }).await;
    scene.desk.until(|state| state.contact.is_none() && state.callbacks.cards[0].tries == 1).await;
    let told = scene.desk.state.notice.clone().map(|notice| notice.end);
    assert_eq!(told, Some(RingEnd::NotReached { end: EndReason::CalleeBusy }));
    assert_eq!(scene.desk.state.callbacks.cards.len(), 1, "no second line for who was called in vain");

    // The second one is answered: the talk settles it, and is no arrival.
    assert_eq!(scene.desk.ask(OperatorSays::CallBack { contact: lost }).await, None);
    let (call, _) = scene.dialled().await;
    scene.media(call, true).await;
    let (contact, _) = scene.joined().await;
    scene.desk.until(|state| state.callbacks.cards.is_empty()).await;
    assert_eq!(scene.desk.ask(OperatorSays::End { contact }).await, None);
    finish(&mut scene.desk).await;
    let day = scene.desk.state.day;
    assert_eq!((day.arrived, day.answered, day.abandoned), (1, 0, 1));
    assert_eq!(scene.house.verified("conservation_difference"), 0);
    assert_eq!(scene.house.verified("violations"), 0);
    assert_eq!(scene.house.verified("end_callee_busy"), 1);
}

#[tokio::test]
async fn a_caller_is_transferred_to_the_city_after_a_word_with_it() {
    let mut scene = scene().await;
    let (contact, fence) = scene.talk().await;
    let entry = scene.desk.state.directory.first().cloned().unwrap();
    assert!(entry.city, "the city's numbers come first");
    let to = Callee::Directory { entry: entry.entry.clone() };
    assert_eq!(scene.desk.ask(OperatorSays::Consult { contact, to, blind: false }).await, None);
    let (call, number) = scene.dialled().await;
    assert_eq!(number, entry.number);
    assert_eq!(scene.consult_order().await, Some(Consulted { with: None, joined: false }));
    scene.stage(ConsultStage::Ringing).await;
    let consult = scene.desk.state.contact.clone().unwrap().consult.unwrap();
    assert_eq!(consult.with, Counterpart::Directory { label: entry.label, city: true });
    assert_eq!(scene.desk.ask(OperatorSays::End { contact }).await, Some(Code::WrongState));

    scene.media(call, true).await;
    scene.stage(ConsultStage::Talking).await;
    let with = Some(Owner::Caller { call });
    assert_eq!(scene.consult_order().await, Some(Consulted { with, joined: false }));
    assert_eq!(scene.desk.ask(OperatorSays::JoinConsult { contact, joined: true }).await, None);
    assert_eq!(scene.consult_order().await, Some(Consulted { with, joined: true }));
    assert_eq!(scene.desk.ask(OperatorSays::Transfer { contact }).await, None);
    let order = scene.exchange.order_like(|order| matches!(order, ExchangeOrder::Connect { .. })).await;
    assert_eq!(order, ExchangeOrder::Connect { contact, fence, call });
    scene.desk.until(|state| state.contact.as_ref().is_some_and(|card| card.phase == Phase::Wrapping)).await;
    let end = scene.desk.state.contact.clone().unwrap().end;
    assert_eq!(end, Some(EndReason::TransferredOut));
    finish(&mut scene.desk).await;
    assert_eq!(scene.house.verified("conservation_difference"), 0);
    assert_eq!(scene.house.verified("violations"), 0);
}

#[tokio::test]
async fn what_may_not_be_called_is_refused_told_and_audited_without_the_number() {
    let mut scene = scene().await;
    let (contact, _) = scene.talk().await;
    let number = PhoneNumber("+1 212 555 0123".into());
    let to = Callee::Number { number };
    assert_eq!(scene.desk.ask(OperatorSays::Consult { contact, to: to.clone(), blind: true }).await, None);
    let (call, number) = scene.dialled().await;
    assert_eq!(number, "+1 212 555 0123");
    scene.exchange.says(ExchangeSays::NotReached { call, why: DialFailure::Foreign }).await;
    scene.desk.until(|state| state.contact.as_ref().unwrap().consult_end.is_some()).await;
    let card = scene.desk.state.contact.clone().unwrap();
    let end = ConsultEnd::Failed { why: DialFailure::Foreign };
    assert_eq!((card.consult_end, card.phase), (Some(end), Phase::Live));
    let audit = scene.house.command(&["audit"], "").unwrap();
    let line: Vec<&str> = audit.trim().split('\t').collect();
    assert_eq!(line[1..4], ["op01", &contact.to_string(), "dial_refused"], "{audit}");
    assert!(line[4].starts_with("foreign ") && !audit.contains("5550123"), "{audit}");
    // An engaged line is nobody's fault.
    assert_eq!(scene.desk.ask(OperatorSays::Consult { contact, to, blind: true }).await, None);
    let (call, _) = scene.dialled().await;
    scene.exchange.says(ExchangeSays::NotReached { call, why: DialFailure::Busy }).await;
    let busy = Some(ConsultEnd::Failed { why: DialFailure::Busy });
    scene.desk.until(|state| state.contact.as_ref().unwrap().consult_end == busy).await;
    assert_eq!(scene.house.command(&["audit"], "").unwrap(), audit);
    for (typed, refused) in [("", Code::BadLength), (&*"0".repeat(41), Code::BadLength)] {
        let to = Callee::Number { number: PhoneNumber(typed.into()) };
        assert_eq!(scene.desk.ask(OperatorSays::Consult { contact, to, blind: true }).await, Some(refused));
    }
    let to = Callee::Directory { entry: "nobody".into() };
    assert_eq!(scene.desk.ask(OperatorSays::Consult { contact, to, blind: true }).await, Some(Code::Gone));
}

#[tokio::test]
async fn another_operator_is_consulted_and_takes_the_caller_over() {
    let mut scene = scene().await;
    let (contact, fence) = scene.talk().await;
    let to = Callee::Operator { operator: scene.colleague };
    let consult = OperatorSays::Consult { contact, to, blind: false };
    assert_eq!(scene.desk.ask(consult.clone()).await, Some(Code::NotReady), "she is away");
    scene.other.available().await;
    scene.desk.until(|state| state.colleagues.len() == 1 && state.colleagues[0].ready).await;
    assert_eq!(scene.desk.ask(consult).await, None);
    scene.other.until(|state| state.offer.is_some()).await;
    let offer = scene.other.state.offer.clone().unwrap();
    assert_eq!(offer.asked_by.as_deref(), Some("オペレーター01"));
    let accept = OperatorSays::Accept { offer: offer.offer, fence: offer.fence };
    assert_eq!(scene.other.ask(accept).await, None);
    scene.other.until(|state| state.guest.is_some()).await;
    let guest = scene.other.state.guest.clone().unwrap();
    assert_eq!((guest.contact, guest.operator.as_str()), (contact, "オペレーター01"));
    assert!(scene.other.state.contact.is_none());
    scene.stage(ConsultStage::Talking).await;
    assert_eq!(scene.desk.ask(OperatorSays::Transfer { contact }).await, None);
    let (joined, newer) = scene.joined().await;
    assert!(joined == contact && newer > fence, "{newer:?} after {fence:?}");
    scene.other.until(|state| state.contact.as_ref().is_some_and(|card| card.phase == Phase::Live)).await;
    scene.desk.until(|state| state.contact.is_none()).await;
    assert!(scene.other.state.guest.is_none());
    assert_eq!(scene.other.ask(OperatorSays::End { contact }).await, None);
    finish(&mut scene.other).await;
    assert_eq!(scene.house.verified("conservation_difference"), 0);
    assert_eq!(scene.house.verified("violations"), 0);
    assert_eq!(scene.house.verified("tables_differ"), 0);
}
