//! Random days: any order of inputs, checked after each step against what was ordered.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What a model remembers of a contact: the last order that counts.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Last {
    Wait,
    Join { fence: u64, visitor: u32, operator: u32, stands: bool, held: bool, masked: bool },
    Over,
}

#[derive(Clone, Debug)]
enum Step {
    Offer(Owner, u64, bool),
    Answered(Owner, u64),
    Refused(Owner, u64),
    Up(Owner, u64),
    Quiet(Owner, u64),
    Heard(Owner, u64),
    Down(Owner, u64),
    Failed(Owner, u64),
    Closed(Owner, u64),
    CloseLeg(Owner),
    Wait(u64, u32),
    Join(u64, u64, u32, u32, bool),
    Mask(u64, u64, bool),
    Hold(u64, u64, bool),
    Release(u64, u64),
    Later(u64),
    LineUp,
}

fn owners() -> impl Strategy<Value = Owner> {
    prop_oneof![(1..4u32).prop_map(booth), (1..4u32).prop_map(operator)]
}

fn steps() -> impl Strategy<Value = Step> {
    let contact = 1..5u64;
    let fence = 1..6u64;
    prop_oneof![
        4 => (owners(), 1..4u64, any::<bool>()).prop_map(|(o, n, r)| Step::Offer(o, n, r)),
        3 => (owners(), 1..4u64).prop_map(|(o, n)| Step::Answered(o, n)),
        1 => (owners(), 1..4u64).prop_map(|(o, n)| Step::Refused(o, n)),
        6 => (owners(), 1..4u64).prop_map(|(o, n)| Step::Up(o, n)),
        1 => (owners(), 1..4u64).prop_map(|(o, n)| Step::Quiet(o, n)),
        1 => (owners(), 1..4u64).prop_map(|(o, n)| Step::Heard(o, n)),
        2 => (owners(), 1..4u64).prop_map(|(o, n)| Step::Down(o, n)),
        1 => (owners(), 1..4u64).prop_map(|(o, n)| Step::Failed(o, n)),
        1 => (owners(), 1..4u64).prop_map(|(o, n)| Step::Closed(o, n)),
        1 => owners().prop_map(Step::CloseLeg),
        2 => (contact.clone(), 1..4u32).prop_map(|(c, v)| Step::Wait(c, v)),
        5 => (contact.clone(), fence.clone(), 1..4u32, 1..4u32, any::<bool>())
            .prop_map(|(c, f, v, o, m)| Step::Join(c, f, v, o, m)),
        3 => (contact.clone(), fence.clone(), any::<bool>()).prop_map(|(c, f, m)| Step::Mask(c, f, m)),
        2 => (contact.clone(), fence.clone(), any::<bool>()).prop_map(|(c, f, h)| Step::Hold(c, f, h)),
        2 => (contact, fence).prop_map(|(c, f)| Step::Release(c, f)),
        2 => (0..8_000u64).prop_map(Step::Later),
        1 => Just(Step::LineUp),
    ]
}

#[derive(Default)]
struct Model {
    now: u64,
    contacts: BTreeMap<u64, Last>,
    hears: BTreeMap<LegName, Source>,
}

impl Model {
    /// The input of a step, after the model has taken note of what it orders.
    fn order(&mut self, step: &Step) -> Option<Input> {
        Some(match *step {
            Step::Offer(owner, leg, restart) => sdp(owner, leg, restart),
            Step::Answered(owner, leg) => Input::Answered { leg: name(owner, leg), sdp: "answer".into() },
            Step::Refused(owner, leg) => {
                Input::NotAnswered { leg: name(owner, leg), restart: false, code: Code::Malformed }
            }
            Step::Up(owner, leg) => Input::LegUp(name(owner, leg)),
            Step::Quiet(owner, leg) => Input::LegQuiet(name(owner, leg)),
            Step::Heard(owner, leg) => Input::LegHeard(name(owner, leg)),
            Step::Down(owner, leg) => Input::LegDown(name(owner, leg)),
            Step::Failed(owner, leg) => Input::LegFailed(name(owner, leg)),
            Step::Closed(owner, leg) => Input::LegClosed(name(owner, leg)),
            Step::CloseLeg(owner) => Input::Order(ExchangeOrder::CloseLeg { owner }),
            Step::Wait(contact, visitor) => {
                self.contacts.insert(contact, Last::Wait);
                wait(contact, booth(visitor))
            }
            Step::Join(contact, fence, visitor, operator_, masked) => {
                // Counts only if the exchange says so: see `carry_out`.
                match masked {
                    true => join_masked(contact, fence, booth(visitor), operator(operator_)),
                    false => join(contact, fence, booth(visitor), operator(operator_)),
                }
            }
            Step::Mask(contact, at, on) => {
                if let Some(Last::Join { fence, masked, .. }) = self.contacts.get_mut(&contact)
                    && *fence == at
                {
                    *masked = on;
                }
                mask(contact, at, on)
            }
            Step::Hold(contact, at, on) => {
                if let Some(Last::Join { fence, held, .. }) = self.contacts.get_mut(&contact)
                    && *fence == at
                {
                    *held = on;
                }
                hold(contact, at, on)
            }
            Step::Release(contact, at) => {
                let newer =
                    matches!(self.contacts.get(&contact), Some(Last::Join { fence, .. }) if *fence > at);
                let waits = matches!(self.contacts.get(&contact), Some(Last::Wait));
                // A waiting contact may have seen a higher fence: the table keeps it waiting then.
                if !newer && !waits {
                    self.contacts.insert(contact, Last::Over);
                }
                release(contact, at)
            }
            Step::LineUp => Input::LineUp,
            Step::Later(_) => return None,
        })
    }

    fn carry_out(&mut self, step: &Step, outputs: &[Output]) {
        if let Step::Join(contact, fence, visitor, operator, masked) = *step {
            let id = (ContactId(contact), Fence(fence));
            let refused = outputs.iter().any(|output| {
                matches!(output, Output::Say(ExchangeSays::JoinFailed { contact, fence, .. }) if (*contact, *fence) == id)
            });
            match self.contacts.get_mut(&contact) {
                _ if refused => {}
                Some(Last::Join { fence: known, masked: latest, .. }) if *known == fence => *latest = masked,
                _ => {
                    let join = Last::Join { fence, visitor, operator, stands: false, held: false, masked };
                    self.contacts.insert(contact, join);
                }
            }
        }
        for output in outputs {
            match output {
                Output::CloseLeg(leg) => {
                    self.hears.remove(leg);
                }
                Output::Select { leg, source } => {
                    self.hears.insert(*leg, *source);
                }
                Output::Say(ExchangeSays::Joined { contact, fence: at }) => {
                    let Some(Last::Join { fence, stands, .. }) = self.contacts.get_mut(&contact.0) else {
                        panic!("{contact} was joined without an order in force");
                    };
                    assert_eq!(*fence, at.0, "joined under another fence than the ordered one");
                    *stands = true;
                }
                Output::Say(_)
                | Output::Answer { .. }
                | Output::Restart { .. }
                | Output::Dial { .. }
                | Output::Digit { .. }
                | Output::Keyframe(_) => {}
            }
        }
    }

    /// A visitor is at a desk, and a desk at a visitor, only under a standing bridge that is not held; and
    /// is seen there exactly while it is not masked.
    fn check(&self) {
        let mut heard = BTreeMap::new();
        for (leg, source) in &self.hears {
            let (from, seen) = match source {
                Source::Leg(from) => (from, true),
                Source::Voice(from) => (from, false),
                Source::Silence
                | Source::WaitingSound
                | Source::HoldSound
                | Source::TurnedAway(_)
                | Source::Ringback => continue,
                Source::Both(..) => panic!("three hear each other in a day without telephones"),
            };
            let pair = match (leg.owner, from.owner) {
                (Owner::Operator { operator }, Owner::Booth { booth }) => (booth.0, operator.0),
                (Owner::Booth { booth }, Owner::Operator { operator }) => (booth.0, operator.0),
                other => panic!("two of a kind hear each other: {other:?}"),
            };
            let allowed = self.contacts.values().any(|last| {
                // The mask hides the visitor from the desk, never the desk from the visitor.
                let at_desk = matches!(leg.owner, Owner::Operator { .. });
                matches!(*last, Last::Join { visitor, operator, stands: true, held: false, masked, .. }
                    if (visitor, operator) == pair && seen != (masked && at_desk))
            });
            assert!(allowed, "{leg:?} hears (sees: {seen}) {from:?} without a bridge that allows it");
            if let Some(other) = heard.insert(from, leg) {
                panic!("{from:?} is heard by {other:?} and {leg:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_any_day_only_a_standing_bridge_carries_a_visitor_to_a_desk_and_no_mask_is_seen_through(
        day in proptest::collection::vec(steps(), 1..120)
    ) {
        let mut table = Table::default();
        let mut model = Model { now: 1_000, ..Model::default() };
        // Everybody is there at the start; the day may take them away.
        for owner in (1..4).flat_map(|n| [booth(n), operator(n)]) {
            up(&mut table, owner, 1);
        }
        for step in &day {
            let outputs = match model.order(step) {
                Some(input) => table.handle(Time(model.now), input),
                None => {
                    if let Step::Later(by) = step {
                        model.now += by;
                    }
                    table.handle_timeout(Time(model.now))
                }
            };
            model.carry_out(step, &outputs);
            model.check();
            let overdue = table.poll_timeout().is_some_and(|(at, _)| {
                matches!(step, Step::Later(_)) && at <= Time(model.now)
            });
            prop_assert!(!overdue, "what is due was not done");
        }
    }
}
