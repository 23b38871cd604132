//! The bounds agree with each other: what stands at most can be told at once.

use desk::code::Code;
use link::json;
use link::message::{ExchangeSays, LegFact, MAX_FRAME_BYTES, RequestId, Up};

use super::*;
use crate::table::MAX_LEGS;
use crate::table::contacts::MAX_BRIDGES;

/// As long as such numbers can be in a text.
const LONG: u64 = u64::MAX - 10_000;
const LONG_ID: u32 = u32::MAX - 10_000;

/// Every leg there can be, all of them in bridges.
fn fullest() -> Table {
    let mut table = Table::default();
    for n in 0..MAX_BRIDGES as u32 {
        let (booth, operator) = (booth(LONG_ID + n), operator(LONG_ID + n));
        up(&mut table, booth, LONG);
        up(&mut table, operator, LONG);
        table.handle(NOW, join(LONG + u64::from(n), LONG, booth, operator));
    }
    table
}

#[test]
fn the_fullest_inventory_fits_a_frame() {
    let mut table = fullest();
    // `false` is longer than `true`.
    for n in 0..MAX_BRIDGES as u32 {
        table.handle(NOW, Input::LegDown(name(booth(LONG_ID + n), LONG)));
        table.handle(NOW, Input::LegDown(name(operator(LONG_ID + n), LONG)));
    }
    let mut outputs = table.handle(NOW, Input::LineUp);
    let Some(Output::Say(body)) = outputs.pop() else { panic!("no inventory") };
    let ExchangeSays::Inventory { bridges, legs, .. } = &body else { panic!("no inventory") };
    assert_eq!((bridges.len(), legs.len()), (MAX_BRIDGES, MAX_LEGS));
    assert!(legs.iter().all(|LegFact { up, .. }| !up));
    let request = RequestId("ffffffff-ffff-4fff-bfff-ffffffffffff".parse().unwrap());
    let frame = json::encode(&Up::Say { request, body });
    assert!(frame.len() <= MAX_FRAME_BYTES, "{} bytes", frame.len());
}

#[test]
fn a_leg_or_a_bridge_too_many_is_refused_and_one_that_replaces_another_is_not() {
    let mut table = fullest();
    let refused = LegSignal::Refused { leg: 1, code: Code::TooMany };
    assert_eq!(table.handle(NOW, offer(booth(1), 1)), [signal(booth(1), refused)]);
    assert_eq!(table.handle(NOW, join(1, 1, booth(1), operator(1))), [join_failed(1, 1, Code::NoMedia)]);
    // The last operator takes the last visitor into a new contact.
    let (visitor, operator) = (booth(LONG_ID), operator(LONG_ID));
    assert!(table.handle(NOW, join(2, 1, visitor, operator)).contains(&joined(2, 1)));
    assert_eq!(bridges(&mut table).len(), MAX_BRIDGES);
}
