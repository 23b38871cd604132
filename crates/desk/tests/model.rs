//! The machine against a simple model: a few plain lists that say what must be refused, who may win,
//! and how much there is of everything. Random steps; a failing run is shrunk to a short story.

mod shift;

use std::collections::BTreeMap;

use desk::centre::{CallOver, Centre, Fact, Input, Output, Owner, Settings, Standing};
use desk::code::Code;
use desk::contact::{DeclineReason, Disposition, Mask, Phase};
use desk::ids::{CallId, ContactId, Fence, OfferId, OperatorId};
use desk::presence::Chosen;
use desk::time::Time;
use proptest::prelude::*;
use shift::{BOTH, Shift, booth, op};

const SEATS: u32 = 3;
const BOOTHS: u32 = 3;
const CALLERS: u32 = 3;
/// Callers stand beside the booths: one contact each, as a place of this number and more.
const FIRST_CALLER: u32 = 100;

#[derive(Clone, Copy, Debug)]
enum Step {
    Ring(u32),
    Leave(u32),
    Call(u32),
    CallOver(u32, bool),
    SignIn(u32),
    SignOut(u32),
    Ready(u32, bool),
    /// Takes what rings at the first seat, as the second seat.
    Accept(u32, u32),
    Decline(u32),
    Bridge(u32, bool),
    End(u32),
    Hold(u32, bool),
    Mask(u32, bool),
    VisitorMask(u32, bool),
    Finish(u32),
    CutOff(u32),
    SeatMedia(u32, bool),
    Page(u32, bool),
    /// Up with some of its bridges, masked or not as it may be; or down.
    Exchange(bool, bool),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let seat = 1..=SEATS;
    let place = 1..=BOOTHS;
    prop_oneof![
        4 => place.clone().prop_map(Step::Ring),
        2 => place.clone().prop_map(Step::Leave),
        4 => (1..=CALLERS).prop_map(Step::Call),
        2 => (1..=CALLERS, any::<bool>()).prop_map(|(caller, hung_up)| Step::CallOver(caller, hung_up)),
        1 => seat.clone().prop_map(Step::SignIn),
        1 => seat.clone().prop_map(Step::SignOut),
        3 => (seat.clone(), any::<bool>()).prop_map(|(seat, ready)| Step::Ready(seat, ready)),
        6 => (seat.clone(), seat.clone()).prop_map(|(at, by)| Step::Accept(at, by)),
        6 => seat.clone().prop_map(|seat| Step::Accept(seat, seat)),
        1 => seat.clone().prop_map(Step::Decline),
        6 => (seat.clone(), prop::bool::weighted(0.8)).prop_map(|(seat, good)| Step::Bridge(seat, good)),
        2 => seat.clone().prop_map(Step::End),
        1 => (seat.clone(), any::<bool>()).prop_map(|(seat, held)| Step::Hold(seat, held)),
        3 => (seat.clone(), any::<bool>()).prop_map(|(seat, on)| Step::Mask(seat, on)),
        3 => (place.clone(), any::<bool>()).prop_map(|(place, on)| Step::VisitorMask(place, on)),
        4 => seat.clone().prop_map(Step::Finish),
        1 => seat.clone().prop_map(Step::CutOff),
        1 => (seat, prop::bool::weighted(0.7)).prop_map(|(seat, up)| Step::SeatMedia(seat, up)),
        1 => (place, any::<bool>()).prop_map(|(place, up)| Step::Page(place, up)),
        1 => (prop::bool::weighted(0.8), any::<bool>()).prop_map(|(up, masked)| Step::Exchange(up, masked)),
        3 => prop_oneof![0..2_000_u64, 0..40_000_u64].prop_map(Step::Pass),
    ]
}

/// Where the model thinks a contact is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    Queue,
    Talk { by: OperatorId, heard: bool },
    WrapUp { by: OperatorId },
    Over,
}

#[derive(Default)]
struct Model {
    /// By contact: the booth, where it is, whether it was ever heard.
    contacts: BTreeMap<ContactId, (u32, Place, bool)>,
    rings: BTreeMap<OfferId, (ContactId, OperatorId, Fence, Time)>,
    left_unheard: u32,
    masks: BTreeMap<ContactId, Mask>,
    /// What an exchange that does as it is told has: fence, and whether the pictures are kept back.
    bridges: BTreeMap<ContactId, (Fence, bool)>,
}

impl Model {
    fn in_booth(&self, booth: u32) -> Option<ContactId> {
        let here = |(_, known): &(&ContactId, &(u32, Place, bool))| {
            known.0 == booth && matches!(known.1, Place::Queue | Place::Talk { .. })
        };
        self.contacts.iter().find(here).map(|(id, _)| *id)
    }

    fn in_hand(&self, who: OperatorId) -> Option<(ContactId, Place)> {
        let held = |place: Place| match place {
            Place::Talk { by, .. } | Place::WrapUp { by } => by == who,
            Place::Queue | Place::Over => false,
        };
        self.contacts.iter().find(|(_, known)| held(known.1)).map(|(id, known)| (*id, known.1))
    }

    fn hand_is_caller(&self, who: OperatorId) -> bool {
        self.in_hand(who).is_some_and(|(contact, _)| self.contacts[&contact].0 > FIRST_CALLER)
    }

    /// The open call of a caller, or the next one: each is a number of its own.
    fn call(&self, caller: u32) -> CallId {
        let so_far = self.contacts.values().filter(|known| known.0 == FIRST_CALLER + caller).count();
        let open = usize::from(self.in_booth(FIRST_CALLER + caller).is_some());
        CallId(u64::from(FIRST_CALLER) * (so_far - open) as u64 + u64::from(caller))
    }

    /// What the exchange tells of its own bridges.
    fn exchange_says(&mut self, input: &Input) {
        match input {
            Input::ExchangeUp { bridges, calls: _, dialled: _ } => {
                self.bridges = bridges.iter().map(|one| (one.contact, (one.fence, one.masked))).collect();
            }
            Input::JoinFailed { contact, .. } => {
                self.bridges.remove(contact);
            }
            _ => {}
        }
    }

    /// Takes what the machine did, and says what of it cannot be.
    fn take(&mut self, outputs: &[Output]) {
        for output in outputs {
            match *output {
                Output::Fact(fact) => self.fact(fact),
                Output::Join { contact, fence, masked, .. } => {
                    self.bridges.insert(contact, (fence, masked));
                }
                Output::Mask { contact, fence, masked } => match self.bridges.get_mut(&contact) {
                    Some(bridge) if bridge.0 == fence => bridge.1 = masked,
                    Some(_) | None => {}
                },
                Output::Release { contact, .. } => {
                    self.bridges.remove(&contact);
                }
                _ => {}
            }
        }
    }

    fn mask(&mut self, contact: ContactId, mask: Mask) {
        assert!(matches!(self.place(contact).1, Place::Talk { .. }), "only talks are masked");
        let before = self.masks.insert(contact, mask).unwrap_or_default();
        assert_ne!(before, mask, "nothing is stored twice");
        let announced = matches!(mask, Mask::Lifting { .. });
        assert!(!announced || before == Mask::On, "only what is on can be lifted");
    }

    fn place(&mut self, contact: ContactId) -> &mut (u32, Place, bool) {
        self.contacts.get_mut(&contact).expect("only contacts that arrived")
    }

    fn fact(&mut self, fact: Fact) {
        match fact {
            Fact::Arrived { contact, booth, call, .. } => {
                let caller = |call: CallId| FIRST_CALLER + (call.0 % u64::from(FIRST_CALLER)) as u32;
                let place = booth.map(|booth| booth.0).or(call.map(caller)).expect("from somewhere");
                assert_eq!(self.in_booth(place), None, "one contact a booth or caller");
                assert_eq!(self.contacts.insert(contact, (place, Place::Queue, false)), None);
            }
            Fact::Offered { offer, contact, operator, fence, expires, .. } => {
                assert_eq!(self.place(contact).1, Place::Queue);
                assert_eq!(self.in_hand(operator), None, "a seat with a contact does not ring");
                assert!(self.rings.values().all(|ring| ring.1 != operator), "one ring a seat");
                assert!(self.rings.values().all(|ring| ring.0 != contact || ring.2 < fence), "fences rise");
                self.rings.insert(offer, (contact, operator, fence, expires));
            }
            Fact::OfferEnded { offer, .. } => assert!(self.rings.remove(&offer).is_some()),
            Fact::Accepted { contact, operator, .. } => {
                assert_eq!(self.place(contact).1, Place::Queue, "nobody else had it");
                assert_eq!(self.in_hand(operator), None);
                assert!(self.rings.values().all(|ring| ring.0 != contact), "no ring goes on");
                self.place(contact).1 = Place::Talk { by: operator, heard: false };
            }
            Fact::Live { contact } => {
                let known = self.place(contact);
                let Place::Talk { by, .. } = known.1 else { panic!("live without a talk") };
                (known.1, known.2) = (Place::Talk { by, heard: true }, true);
            }
            Fact::Returned { contact, operator } => {
                let known = self.place(contact);
                assert!(matches!(known.1, Place::Talk { by, .. } if by == operator));
                known.1 = Place::Queue;
                self.cut_notice(contact);
            }
            Fact::Ended { contact, end } => {
                let known = self.place(contact);
                known.1 = match known.1 {
                    Place::Talk { by, heard: true } => Place::WrapUp { by },
                    Place::Queue | Place::Talk { heard: false, .. } => Place::Over,
                    Place::WrapUp { .. } | Place::Over => panic!("ended twice"),
                };
                let left = end.fault() == desk::end::Fault::Visitor;
                self.left_unheard += u32::from(left && !known.2);
                self.cut_notice(contact);
            }
            Fact::Finished { contact, operator, .. } => {
                assert_eq!(self.place(contact).1, Place::WrapUp { by: operator });
                self.place(contact).1 = Place::Over;
            }
            Fact::MaskSet { contact, mask } => self.mask(contact, mask),
            Fact::SignedIn { .. }
            | Fact::SignedOut { .. }
            | Fact::PresenceSet { .. }
            | Fact::HandRaised { .. }
            | Fact::PhoneSuspended { .. }
            | Fact::CallbackSettled { .. }
            | Fact::HeldSet { .. }
            | Fact::Rejoined { .. }
            | Fact::Interrupted { .. } => {}
            // Outgoing calls and consultations have a play of their own: tests/consult.rs.
            Fact::Dialled { .. }
            | Fact::Answered { .. }
            | Fact::ConsultBegan { .. }
            | Fact::ConsultLive { .. }
            | Fact::ConsultJoined { .. }
            | Fact::ConsultOver { .. }
            | Fact::HandedOver { .. } => panic!("nobody asked for {fact:?}"),
        }
    }

    /// A lifting that is only announced does not happen without the talk.
    fn cut_notice(&mut self, contact: ContactId) {
        let mask = self.masks.entry(contact).or_default();
        *mask = if mask.hides() { Mask::On } else { Mask::Off };
    }

    /// The exchange that is told everything keeps back what the machine shows as hidden.
    fn compare_masks(&self, centre: &Centre) {
        for (id, (_, place, _)) in &self.contacts {
            let seen = centre.contact(*id).expect("few enough to be remembered");
            assert_eq!(seen.mask, self.masks.get(id).copied().unwrap_or_default());
            let joined = matches!(seen.phase, Phase::Live | Phase::Held) && centre.exchange_up();
            if let Some((fence, masked)) = self.bridges.get(id)
                && joined
                && *fence == seen.fence
            {
                assert_eq!(*masked, seen.mask.hides(), "{id} in {place:?}");
            }
        }
    }

    /// The machine shows what the model knows.
    fn compare(&self, now: Time, centre: &Centre) {
        for (id, (_, place, heard)) in &self.contacts {
            let seen = centre.contact(*id).expect("few enough to be remembered");
            let fits = match place {
                Place::Queue => matches!(seen.phase, Phase::Waiting | Phase::Offered),
                Place::Talk { .. } => matches!(seen.phase, Phase::Connecting | Phase::Live | Phase::Held),
                Place::WrapUp { .. } => seen.phase == Phase::Wrapping,
                Place::Over => seen.phase == Phase::Closed,
            };
            assert!(fits && seen.live.is_some() == *heard, "{place:?} is shown as {seen:?}");
        }
        let shown: Vec<OfferId> = centre.offers().map(|offer| offer.offer).collect();
        assert!(self.rings.keys().copied().eq(shown));
        let day = centre.today(now);
        let count = |wanted: fn(&(u32, Place, bool)) -> bool| {
            self.contacts.values().filter(|known| wanted(known)).count() as u32
        };
        assert_eq!(day.arrived, self.contacts.len() as u32);
        assert_eq!(day.answered, count(|known| known.2));
        assert_eq!(day.waiting, count(|known| known.1 == Place::Queue));
        assert_eq!(day.abandoned, self.left_unheard);
    }
}

/// What an operator who is signed in must be told.
fn expected(model: &Model, shift: &Shift, step: Step) -> Option<Code> {
    let hand = |id| model.in_hand(op(id)).map(|(_, place)| place);
    match step {
        Step::Ring(id) => model.in_booth(id).map(|_| Code::AlreadyWaiting),
        Step::Leave(id) => model.in_booth(id).is_none().then_some(Code::Gone),
        Step::CallOver(id, _) => model.in_booth(FIRST_CALLER + id).is_none().then_some(Code::Gone),
        Step::SignOut(id) => hand(id).map(|_| Code::WrongState),
        Step::Accept(at, by) => {
            let (_, ring) = model.rings.iter().find(|(_, ring)| ring.1 == op(at))?;
            let late = ring.3 <= shift.now;
            if at != by { Some(Code::Gone) } else { late.then_some(Code::TooLate) }
        }
        Step::Mask(id, _) => match hand(id) {
            Some(Place::Talk { .. }) if model.hand_is_caller(op(id)) => Some(Code::WrongState),
            Some(Place::Talk { .. }) => None,
            Some(_) => Some(Code::WrongState),
            None => Some(Code::Gone),
        },
        Step::VisitorMask(id, _) => match model.in_booth(id).map(|contact| model.contacts[&contact].1) {
            Some(Place::Talk { .. }) => None,
            Some(_) => Some(Code::WrongState),
            None => Some(Code::Gone),
        },
        Step::End(id) => match hand(id) {
            Some(Place::Talk { heard: true, .. }) => None,
            Some(_) => Some(Code::WrongState),
            None => Some(Code::Gone),
        },
        Step::Finish(id) => match hand(id) {
            Some(Place::WrapUp { .. }) => None,
            Some(_) => Some(Code::WrongState),
            None => Some(Code::Gone),
        },
        _ => None,
    }
}

fn input(model: &Model, shift: &Shift, step: Step) -> Option<Input> {
    let signed_in = |id| shift.centre.operator(op(id)).and_then(|who| who.session);
    let hand = |id| model.in_hand(op(id)).map_or(ContactId(1), |(contact, _)| contact);
    Some(match step {
        Step::Ring(id) => Input::Ring { booth: booth(id) },
        Step::Leave(id) => {
            let contact = shift.centre.booth(booth(id)).contact.unwrap_or(ContactId(1));
            Input::Leave { booth: booth(id), contact }
        }
        Step::Call(id) => Input::Call { call: model.call(id) },
        Step::CallOver(id, hung_up) => {
            let how = if hung_up { CallOver::HungUp } else { CallOver::LineLost };
            Input::CallOver { call: model.call(id), how }
        }
        Step::SignOut(id) => Input::SignOut { operator: op(id), session: signed_in(id)? },
        Step::Ready(id, ready) => {
            let chosen = if ready { BOTH } else { Chosen::Break };
            Input::Choose { operator: op(id), session: signed_in(id)?, chosen }
        }
        Step::Accept(at, by) => {
            let (offer, fence) = shift.rings_at(at)?;
            Input::Accept { operator: op(by), session: signed_in(by)?, offer, fence }
        }
        Step::Decline(id) => {
            let (offer, _) = shift.rings_at(id)?;
            let reason = DeclineReason::StillBusy;
            Input::Decline { operator: op(id), session: signed_in(id)?, offer, reason }
        }
        Step::Bridge(id, good) => {
            let contact = shift.centre.contact(hand(id))?;
            let (contact, fence) = (contact.contact, contact.fence);
            if good {
                Input::Joined { contact, fence }
            } else {
                Input::JoinFailed { contact, fence, code: Code::NoMedia }
            }
        }
        Step::End(id) => Input::End { operator: op(id), session: signed_in(id)?, contact: hand(id) },
        Step::Hold(id, held) => {
            Input::Hold { operator: op(id), session: signed_in(id)?, contact: hand(id), held }
        }
        Step::Mask(id, on) => {
            Input::Mask { operator: op(id), session: signed_in(id)?, contact: hand(id), on }
        }
        Step::VisitorMask(id, on) => {
            let contact = shift.centre.booth(booth(id)).contact.unwrap_or(ContactId(1));
            Input::VisitorMask { booth: booth(id), contact, on }
        }
        Step::Finish(id) => {
            let (operator, session, contact) = (op(id), signed_in(id)?, hand(id));
            Input::Finish { operator, session, contact, disposition: Disposition::Guided }
        }
        Step::SeatMedia(id, up) => Input::Media { owner: Owner::Operator { operator: op(id) }, up },
        Step::Page(id, up) => Input::BoothLine { booth: booth(id), up },
        Step::Exchange(true, masked) => {
            let bridge = |id: u32| {
                let (contact, _) = model.in_hand(op(id))?;
                let seen = shift.centre.contact(contact)?;
                let (fence, held) = (seen.fence, seen.phase == Phase::Held);
                Some(Standing { contact, fence, held, masked, consult: None })
            };
            // An exchange that was started anew has lost some.
            let stands = |id: &u32| model.in_booth(FIRST_CALLER + id).is_some() && (!masked || *id > 1);
            let calls = (1..=CALLERS).filter(stands).map(|id| model.call(id)).collect();
            let bridges = (1..SEATS).filter_map(bridge).collect();
            Input::ExchangeUp { bridges, calls, dialled: Vec::new() }
        }
        Step::Exchange(false, _) => Input::ExchangeDown,
        Step::SignIn(_) | Step::CutOff(_) | Step::Pass(_) => return None,
    })
}

fn play(offers_at_once: u32, steps: &[Step]) {
    let mut shift = Shift::new(Settings { offers_at_once, ..Settings::default() });
    let mut model = Model::default();
    for id in 1..=SEATS {
        shift.ready(id);
    }
    for step in steps {
        let outputs = match *step {
            Step::SignIn(id) => shift.sign_in(id),
            Step::CutOff(id) => {
                shift.alive.remove(&op(id));
                Vec::new()
            }
            Step::Pass(ms) => shift.pass(ms),
            other => {
                let Some(input) = input(&model, &shift, other) else { continue };
                let expected = expected(&model, &shift, other);
                model.exchange_says(&input);
                let outputs = shift.say(input);
                let lifted =
                    outputs.iter().any(|output| matches!(output, Output::Mask { masked: false, .. }));
                assert!(!lifted || !matches!(other, Step::Mask(..)), "the operator lifts after the notice");
                let told = shift::refused(&outputs);
                let free = matches!(other, Step::Hold(..) | Step::Bridge(..));
                assert!(free || told == expected, "{other:?}: {told:?}, and not {expected:?}");
                outputs
            }
        };
        model.take(&outputs);
        model.compare(shift.now, &shift.centre);
        model.compare_masks(&shift.centre);
    }
    shift.restart(0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_machine_does_what_the_model_allows_and_its_facts_rebuild_it(
        offers_at_once in 1..=3_u32,
        steps in prop::collection::vec(step(), 1..120),
    ) {
        play(offers_at_once, &steps);
    }
}
