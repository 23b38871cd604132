//! In which order those who wait are served, by setting: each order with its limit, and the seats that are
//! kept for the telephone. The last test prints what the orders mean for a booth's wait.

mod shift;

use desk::calendar::{Calendar, PhoneReserve, Span};
use desk::centre::{CallOver, Input, Order, Output, Rule, Settings};
use desk::contact::Phase;
use desk::day::{Day, Weekday};
use desk::ids::{CallId, ContactId};
use desk::presence::{Channels, Chosen};
use desk::time::Millis;
use shift::{BOTH, Shift, op};

fn ordered(order: Order) -> Settings {
    Settings { order, age_cap_ms: Millis::seconds(120), ..Settings::default() }
}

/// Nobody is ready; a booth rings, and a call comes a second later.
fn booth_then_call(order: Order) -> (Shift, ContactId, ContactId) {
    let mut shift = Shift::new(ordered(order));
    let visitor = shift.ring(1);
    shift.pass(1_000);
    shift.call(1);
    let caller = shift.calls(1).expect("it waits");
    (shift, visitor, caller)
}

fn rule(shift: &Shift, contact: ContactId) -> Option<Rule> {
    shift.centre.offers().find(|offer| offer.contact == contact).map(|offer| offer.why.rule)
}

#[test]
fn each_order_picks_its_first_and_says_by_which_rule() {
    for (order, phone_first, why) in [
        (Order::LongestWait, false, Rule::LongestWait),
        (Order::PhoneFirst, true, Rule::Channel),
        (Order::BoothFirst, false, Rule::Channel),
        // Nothing was handled yet: calls are taken for the shorter ones.
        (Order::ShorterFirst, true, Rule::Shorter),
    ] {
        let (mut shift, visitor, caller) = booth_then_call(order);
        shift.ready(1);
        let (first, second) = if phone_first { (caller, visitor) } else { (visitor, caller) };
        assert_eq!(rule(&shift, first), Some(why), "{order:?}");
        assert_eq!(shift.phase(second), Phase::Waiting, "{order:?}");
        assert_eq!(shift.centre.ahead(second), Some(1), "{order:?}: the screens count the same way");
    }
}

#[test]
fn whoever_waited_for_the_limit_goes_before_the_preferred_channel() {
    let (mut shift, visitor, _) = booth_then_call(Order::PhoneFirst);
    shift.pass(120_000);
    shift.ready(1);
    assert_eq!(rule(&shift, visitor), Some(Rule::Aged));
}

#[test]
fn the_shorter_channel_is_the_one_that_took_less_time() {
    let mut shift = Shift::new(ordered(Order::ShorterFirst));
    shift.ready(1);
    let quick = shift.talk(1, 1);
    shift.pass(10_000);
    shift.end(1, quick);
    shift.finish(1, quick);
    shift.call(1);
    let call = shift.calls(1).expect("it rings");
    shift.accept(1);
    shift.joined(call);
    shift.pass(60_000);
    shift.say(Input::CallOver { call: CallId(1), how: CallOver::HungUp });
    shift.choose(1, Chosen::Break);
    shift.finish(1, call);
    shift.call(2);
    shift.pass(1_000);
    let visitor = shift.ring(2);
    shift.choose(1, BOTH);
    assert_eq!(rule(&shift, visitor), Some(Rule::Shorter), "booths were the shorter ones today");
}

#[test]
fn a_contact_that_lost_its_operator_goes_first_in_any_order() {
    let mut shift = Shift::new(ordered(Order::PhoneFirst));
    shift.ready(1);
    let visitor = shift.talk(1, 1);
    shift.kill(1);
    shift.pass(31_000);
    shift.call(1);
    shift.ready(2);
    assert_eq!(rule(&shift, visitor), Some(Rule::Returned));
}

#[test]
fn the_last_seats_are_kept_for_the_telephone_until_the_visitor_has_waited_long_enough() {
    let settings = Settings { phone_reserve: 1, ..ordered(Order::LongestWait) };
    let mut shift = Shift::new(settings);
    shift.ready(1);
    let visitor = shift.ring(1);
    assert_eq!(shift.phase(visitor), Phase::Waiting, "the only seat is kept");
    shift.call(1);
    let caller = shift.calls(1).expect("it comes");
    assert_eq!(shift.phase(caller), Phase::Offered, "for this one");
    shift.say(Input::CallOver { call: CallId(1), how: CallOver::HungUp });
    shift.pass(119_000);
    assert_eq!(shift.phase(visitor), Phase::Waiting);
    let outputs = shift.pass(1_000);
    assert!(
        outputs.iter().any(|output| matches!(output, Output::Offer { .. })),
        "by the machine's own timer"
    );
    assert_eq!(shift.phase(visitor), Phase::Offered);

    let mut shift = Shift::new(settings);
    shift.ready(1);
    shift.ready(2);
    let visitor = shift.ring(1);
    assert_eq!(shift.phase(visitor), Phase::Offered, "one seat is left for the telephone");
    let mut shift = Shift::new(settings);
    shift.ready(1);
    shift.sign_in(2);
    shift.choose(2, Chosen::Available { channels: Channels::Booth });
    shift.media(desk::centre::Owner::Operator { operator: op(2) }, true);
    shift.ring(1);
    assert!(shift.rings_at(2).is_some(), "a seat that takes no calls is not kept for them");
}

#[test]
fn the_reserve_goes_by_weekday_and_hour() {
    let reserve = |weekdays, seats| PhoneReserve { weekdays, hours: Span::new((9, 0), (12, 0)), seats };
    let phone_reserve = vec![reserve(vec![Weekday::Monday], 2), reserve(Vec::new(), 1)];
    let calendar = Calendar { phone_reserve, ..Calendar::default() };
    let monday = Day::from_ymd(2026, 11, 30).expect("a day");
    let seats = |day: Day, hour: u16| calendar.phone_reserve(day.at(hour * 60));
    assert_eq!([8, 9, 11, 12].map(|hour| seats(monday, hour)), [0, 2, 2, 0]);
    assert_eq!(seats(monday.plus(1), 10), 1);
    assert_eq!(calendar.next_change(monday.at(8 * 60 + 40)), monday.at(9 * 60));
    assert_eq!(calendar.next_change(monday.at(9 * 60)), monday.at(12 * 60));
}

/// A seeded shift of calls and visitors for three seats; gives the booths' waits, ms, sorted.
fn shift_of(order: Order) -> Vec<u64> {
    let mut shift = Shift::new(Settings { age_cap_ms: Millis::seconds(180), ..ordered(order) });
    for id in 1..=3 {
        shift.ready(id);
    }
    let mut seed = 20_260_406_u64;
    let mut dice = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let (mut calls, mut over) = (0, std::collections::BTreeMap::new());
    for _ in 0..8 * 3_600 {
        if dice(120) == 0 {
            calls += 1;
            shift.call(calls);
        }
        if dice(900) == 0 {
            let free = (1..=4).find(|id| {
                let contact = shift.centre.booth(shift::booth(*id)).contact;
                contact.is_none_or(|contact| shift.contact(contact).ended.is_some())
            });
            free.map(|id| shift.ring(id));
        }
        for id in 1..=3 {
            if shift.rings_at(id).is_some() {
                shift.accept(id);
                let contact = shift.who(id).contact.expect("a talk");
                shift.joined(contact);
                let booth = shift.contact(contact).booth.is_some();
                // By the contact alone, so that each order has the same people.
                let more = contact.0 * 7_919 % 120;
                let length = if booth { 600 + 5 * more } else { 120 + more };
                over.insert(id, shift.now + Millis::seconds(length));
            }
            if over.get(&id).is_some_and(|at| *at <= shift.now) {
                over.remove(&id);
                let contact = shift.who(id).contact.expect("a talk");
                shift.end(id, contact);
                shift.finish(id, contact);
            }
        }
        shift.pass(1_000);
    }
    let booths = shift.centre.contacts().filter(|view| view.booth.is_some());
    let mut waits: Vec<u64> = booths.filter_map(|view| Some(view.answered?.since(view.arrived).0)).collect();
    waits.sort_unstable();
    waits
}

#[test]
fn the_limit_bounds_what_an_order_costs_the_booths() {
    for order in [Order::LongestWait, Order::PhoneFirst, Order::BoothFirst, Order::ShorterFirst] {
        let waits = shift_of(order);
        let p95 = waits[(waits.len() * 95 / 100).min(waits.len() - 1)];
        println!("{order:?}\tbooths {}\tp95 of their waits {} s", waits.len(), p95 / 1_000);
        assert!(waits.len() > 5, "{order:?}: a shift has visitors");
    }
}
