//! Calls that come in through a played exchange.

use desk::centre::Owner;
use desk::contact::Phase;
use desk::ids::CallId;
use link::message::{Bridge, CallFact, ExchangeOrder, ExchangeSays, LegFact, OperatorSays};
use link::state::Caller;

use super::{Desk, Exchange};

pub fn call(call: u64, number: &str) -> CallFact {
    CallFact { call: CallId(call), caller: Caller::Number { number: number.into() }, trunk: "main".into() }
}

pub async fn comes_in(exchange: &mut Exchange, fact: CallFact) {
    let owner = Owner::Caller { call: fact.call };
    exchange.says(ExchangeSays::Media(LegFact { owner, leg: 1, up: true })).await;
    exchange.says(ExchangeSays::Call(fact)).await;
}

/// The call is answered; gives the bridge.
pub async fn answer(desk: &mut Desk, exchange: &mut Exchange) -> Bridge {
    desk.until(|state| state.offer.is_some()).await;
    let offer = desk.state.offer.clone().unwrap();
    assert_eq!(desk.ask(OperatorSays::Accept { offer: offer.offer, fence: offer.fence }).await, None);
    let order = exchange.order_like(|order| matches!(order, ExchangeOrder::Join { .. })).await;
    let ExchangeOrder::Join { contact, fence, visitor, operator, masked } = order else {
        panic!("{order:?}")
    };
    exchange.says(ExchangeSays::Joined { contact, fence }).await;
    desk.until(|state| state.contact.as_ref().is_some_and(|card| card.phase == Phase::Live)).await;
    Bridge { contact, fence, visitor, operator, held: false, masked, consult: None }
}
