//! Every word of the exchange survives the way: an enum that is tagged inside cannot carry everything.
#![allow(missing_docs)]

use desk::centre::{CallOver, Consulted, Owner};
use desk::code::Code;
use desk::contact::DialFailure;
use desk::end::EndReason;
use desk::ids::{BoothId, CallId, ContactId, Fence, OperatorId};
use link::json::{decode, encode};
use link::message::{
    Bridge, CallFact, DeskSignal, ExchangeOrder, ExchangeSays, LegFact, LegOffer, LegSignal,
};
use link::state::{Caller, Digit, PhoneNumber, Quality, TrunkState};

const CONTACT: ContactId = ContactId(7);
const FENCE: Fence = Fence(3);
const CALL: CallId = CallId(1_795_736_707_314_000);
const OUTSIDE: Owner = Owner::Caller { call: CallId::dialled(ContactId(7), 1) };
const VISITOR: Owner = Owner::Caller { call: CALL };
const OPERATOR: Owner = Owner::Operator { operator: OperatorId(2) };

fn said() -> Vec<ExchangeSays> {
    let fact =
        CallFact { call: CALL, caller: Caller::Number { number: "09012345678".into() }, trunk: "主".into() };
    let leg = LegFact { owner: Owner::Booth { booth: BoothId(1) }, leg: 9, up: true };
    let bridge = Bridge {
        contact: CONTACT,
        fence: FENCE,
        visitor: VISITOR,
        operator: OPERATOR,
        held: true,
        masked: false,
        consult: Some(Consulted { with: Some(OUTSIDE), joined: true }),
    };
    let trunks = vec![TrunkState { name: "主".into(), up: false }];
    let quality = Quality { loss_permille: 3, round_trip_ms: None };
    let all = vec![
        ExchangeSays::Inventory {
            bridges: vec![bridge],
            legs: vec![leg],
            calls: vec![fact.clone()],
            dialled: vec![CallId::dialled(ContactId(7), 1)],
            trunks: trunks.clone(),
        },
        ExchangeSays::Call(fact),
        ExchangeSays::CallOver { call: CALL, how: CallOver::LineLost },
        ExchangeSays::NotReached { call: CALL, why: DialFailure::Foreign },
        ExchangeSays::Digit { call: CALL, digit: Digit::Hash },
        ExchangeSays::Trunks { trunks },
        ExchangeSays::Leg { owner: OPERATOR, signal: LegSignal::RestartIce { leg: 9 } },
        ExchangeSays::Media(leg),
        ExchangeSays::Quality { owner: VISITOR, quality },
        ExchangeSays::Joined { contact: CONTACT, fence: FENCE },
        ExchangeSays::JoinFailed { contact: CONTACT, fence: FENCE, code: Code::NoMedia },
    ];
    for word in &all {
        // A new word does not compile here: give it a line above.
        match word {
            ExchangeSays::Inventory { .. }
            | ExchangeSays::Call(_)
            | ExchangeSays::CallOver { .. }
            | ExchangeSays::NotReached { .. }
            | ExchangeSays::Digit { .. }
            | ExchangeSays::Trunks { .. }
            | ExchangeSays::Leg { .. }
            | ExchangeSays::Media(_)
            | ExchangeSays::Quality { .. }
            | ExchangeSays::Joined { .. }
            | ExchangeSays::JoinFailed { .. } => {}
        }
    }
    all
}

fn ordered() -> Vec<ExchangeOrder> {
    let (contact, fence, visitor, operator) = (CONTACT, FENCE, VISITOR, OPERATOR);
    let all = vec![
        ExchangeOrder::Sdp { owner: operator, offer: LegOffer { leg: 9, restart: false, sdp: "v=0".into() } },
        ExchangeOrder::CloseLeg { owner: operator },
        ExchangeOrder::Wait { contact, visitor },
        ExchangeOrder::Join { contact, fence, visitor, operator, masked: false },
        ExchangeOrder::Mask { contact, fence, masked: true },
        ExchangeOrder::Hold { contact, fence, held: true },
        ExchangeOrder::Dial { call: CALL, number: PhoneNumber("0901234".into()), operator },
        ExchangeOrder::HangUp { call: CALL },
        ExchangeOrder::Consult { contact, fence, consult: Some(Consulted { with: None, joined: false }) },
        ExchangeOrder::Consult { contact, fence, consult: None },
        ExchangeOrder::Connect { contact, fence, call: CALL },
        ExchangeOrder::Digit { contact, fence, digit: Digit::Star },
        ExchangeOrder::Release { contact, fence, end: EndReason::YearEnd },
    ];
    for word in &all {
        match word {
            ExchangeOrder::Sdp { .. }
            | ExchangeOrder::CloseLeg { .. }
            | ExchangeOrder::Wait { .. }
            | ExchangeOrder::Join { .. }
            | ExchangeOrder::Mask { .. }
            | ExchangeOrder::Hold { .. }
            | ExchangeOrder::Dial { .. }
            | ExchangeOrder::HangUp { .. }
            | ExchangeOrder::Consult { .. }
            | ExchangeOrder::Connect { .. }
            | ExchangeOrder::Digit { .. }
            | ExchangeOrder::Release { .. } => {}
        }
    }
    all
}

#[test]
fn every_word_of_the_exchange_survives_the_way_there_and_back() {
    for word in said() {
        assert_eq!(decode::<ExchangeSays>(&encode(&word)), Ok(word));
    }
    for word in ordered() {
        assert_eq!(decode::<ExchangeOrder>(&encode(&word)), Ok(word));
    }
}

#[test]
fn what_a_desk_is_told_of_its_leg_and_of_a_caller_survives_the_way() {
    let number = PhoneNumber("09012345678".into());
    for signal in [
        DeskSignal::Leg(LegSignal::Answer { leg: 9, sdp: "v=0".into() }),
        DeskSignal::Leg(LegSignal::Refused { leg: 9, code: Code::NoExchange }),
        DeskSignal::Leg(LegSignal::RestartIce { leg: 9 }),
        DeskSignal::Leg(LegSignal::Unknown { leg: 9 }),
        DeskSignal::Number { contact: CONTACT, number },
    ] {
        assert_eq!(decode::<DeskSignal>(&encode(&signal)), Ok(signal.clone()));
        assert!(!format!("{signal:?}").contains("0901234"));
    }
}

#[test]
fn a_callers_number_does_not_print() {
    assert!(!format!("{:?}{:?}", said(), ordered()).contains("0901234"));
}
