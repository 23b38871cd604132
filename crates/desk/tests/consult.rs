//! Outgoing calls, consultation and transfer: who hears whom, who has the caller, and what happens when somebody goes.

mod shift;

use desk::centre::{CallOver, Consulted, Fact, Input, Output, Owner, Standing, Whom};
use desk::code::Code;
use desk::contact::{ConsultEnd, ConsultStage, DeclineReason, DialFailure, Phase};
use desk::end::EndReason;
use desk::ids::{CallId, ContactId, OperatorId};
use desk::presence::{Chosen, Presence};
use proptest::prelude::*;
use shift::{BOTH, Shift, op, refused};

const OUT: CallId = CallId::dialled(ContactId(1), 0);
const OUTSIDE: Owner = Owner::Caller { call: OUT };

/// Operator 1 speaks with a caller; further seats are ready.
fn talking(seats: u32) -> (Shift, ContactId) {
    let mut shift = Shift::new(Default::default());
    shift.ready(1);
    shift.call(1);
    let contact = shift.calls(1).expect("it rings");
    shift.accept(1);
    shift.joined(contact);
    (2..=seats).for_each(|id| shift.ready(id));
    (shift, contact)
}

fn consult(shift: &mut Shift, contact: ContactId, whom: Whom, blind: bool) -> Vec<Output> {
    let (operator, session) = (op(1), shift.session(1));
    shift.say(Input::Consult { operator, session, contact, whom, blind })
}

fn transfer(shift: &mut Shift, contact: ContactId) -> Vec<Output> {
    let (operator, session) = (op(1), shift.session(1));
    shift.say(Input::Transfer { operator, session, contact })
}

fn leave(shift: &mut Shift, id: u32, contact: ContactId) -> Vec<Output> {
    let (operator, session) = (op(id), shift.session(id));
    shift.say(Input::EndConsult { operator, session, contact })
}

fn three(shift: &mut Shift, contact: ContactId, joined: bool) -> Vec<Output> {
    let (operator, session) = (op(1), shift.session(1));
    shift.say(Input::JoinConsult { operator, session, contact, joined })
}

/// What the exchange is told last of the consultation.
fn carried(outputs: &[Output]) -> Option<Option<Consulted>> {
    outputs.iter().rev().find_map(|output| match output {
        Output::Consult { consult, .. } => Some(*consult),
        _ => None,
    })
}

fn hangs_up(outputs: &[Output]) -> bool {
    outputs.iter().any(|output| matches!(output, Output::HangUp { call } if *call == OUT))
}

fn ringing() -> Option<Consulted> {
    Some(Consulted { with: None, joined: false })
}

fn with(owner: Owner, joined: bool) -> Option<Consulted> {
    Some(Consulted { with: Some(owner), joined })
}

#[test]
fn an_outside_number_is_asked_joined_and_gets_the_caller() {
    let (mut shift, contact) = talking(1);
    let asked = consult(&mut shift, contact, Whom::Outside, false);
    assert!(
        asked.iter().any(|out| matches!(out, Output::Dial { call: OUT, operator, .. } if *operator == op(1)))
    );
    assert_eq!(carried(&asked), Some(ringing()));
    assert_eq!(refused(&transfer(&mut shift, contact)), Some(Code::WrongState), "nobody is there yet");
    assert_eq!(
        refused(&shift.end(1, contact)),
        Some(Code::WrongState),
        "the caller is not cut off by a slip"
    );
    assert_eq!(carried(&shift.media(OUTSIDE, true)), Some(with(OUTSIDE, false)));
    assert_eq!(carried(&three(&mut shift, contact, true)), Some(with(OUTSIDE, true)));
    assert!(three(&mut shift, contact, true).is_empty(), "twice is once");
    let over = transfer(&mut shift, contact);
    assert!(over.iter().any(|out| matches!(out, Output::Connect { call: OUT, .. })));
    assert!(!hangs_up(&over) && !over.iter().any(|out| matches!(out, Output::Release { .. })));
    let seen = shift.contact(contact);
    assert_eq!((seen.phase, seen.end), (Phase::Wrapping, Some(EndReason::TransferredOut)));
    shift.finish(1, contact);
    assert!(matches!(shift.who(1).presence, Presence::Available { .. }));
    assert_eq!(
        refused(&shift.say(Input::CallOver { call: CallId(1), how: CallOver::HungUp })),
        Some(Code::Gone)
    );
    shift.restart(1_000);
}

#[test]
fn without_waiting_the_caller_goes_over_with_the_answer_and_comes_back_without_one() {
    let (mut shift, contact) = talking(1);
    consult(&mut shift, contact, Whom::Outside, true);
    let back = shift.say(Input::NotReached { call: OUT, why: DialFailure::Busy });
    assert_eq!(carried(&back), Some(None));
    let seen = shift.contact(contact);
    let end = ConsultEnd::Failed { why: DialFailure::Busy };
    assert_eq!((seen.phase, seen.consult_end), (Phase::Live, Some(end)));
    consult(&mut shift, contact, Whom::Outside, true);
    let second = CallId::dialled(contact, 1);
    let over = shift.media(Owner::Caller { call: second }, true);
    assert!(over.iter().any(|out| matches!(out, Output::Connect { call, .. } if *call == second)));
    assert_eq!(shift.contact(contact).end, Some(EndReason::TransferredOut));
}

#[test]
fn another_operator_is_asked_like_by_an_offer_and_takes_the_caller_over() {
    let (mut shift, contact) = talking(2);
    let asked = consult(&mut shift, contact, Whom::Operator(op(2)), false);
    assert_eq!(carried(&asked), Some(ringing()), "a warm line is not opened before the answer");
    let (offer, _) = shift.rings_at(2).expect("it rings there");
    assert_eq!(shift.centre.offer(offer).and_then(|offer| offer.asked_by), Some(op(1)));
    let there = shift.accept(2);
    assert_eq!(carried(&there), Some(with(Owner::Operator { operator: op(2) }, false)));
    assert!(!there.iter().any(|out| matches!(out, Output::Join { .. })));
    assert_eq!((shift.who(2).presence, shift.who(2).consult), (Presence::Call, Some(contact)));
    let over = transfer(&mut shift, contact);
    assert!(over.iter().any(|out| matches!(out, Output::Join { operator, .. } if *operator == op(2))));
    assert_eq!((shift.who(1).contact, shift.who(2).contact), (None, Some(contact)));
    shift.joined(contact);
    assert_eq!(shift.contact(contact).operator, Some(op(2)));
    shift.end(2, contact);
    shift.finish(2, contact);
    shift.restart(1_000);
}

#[test]
fn who_is_asked_and_does_not_come_leaves_the_caller_where_they_are() {
    let (mut shift, contact) = talking(2);
    for end in [ConsultEnd::Declined, ConsultEnd::NotAnswered, ConsultEnd::TakenBack] {
        consult(&mut shift, contact, Whom::Operator(op(2)), false);
        let (offer, _) = shift.rings_at(2).expect("it rings there");
        match end {
            ConsultEnd::Declined => {
                let (operator, session) = (op(2), shift.session(2));
                let reason = DeclineReason::StillBusy;
                shift.say(Input::Decline { operator, session, offer, reason });
            }
            ConsultEnd::NotAnswered => {
                shift.pass(20_000);
                assert!(matches!(shift.who(2).presence, Presence::Away { .. }), "{:?}", shift.who(2));
                shift.choose(2, BOTH);
            }
            _ => {
                leave(&mut shift, 1, contact);
            }
        }
        let seen = shift.contact(contact);
        assert_eq!((seen.phase, seen.consult, seen.consult_end), (Phase::Live, None, Some(end)));
        assert_eq!(shift.rings_at(2), None);
        shift.pass(1_000);
    }
    shift.choose(2, Chosen::Break);
    let outputs = consult(&mut shift, contact, Whom::Operator(op(2)), false);
    assert_eq!(refused(&outputs), Some(Code::NotReady));
    let outputs = consult(&mut shift, contact, Whom::Operator(op(1)), false);
    assert_eq!(refused(&outputs), Some(Code::NotReady), "nobody asks oneself");
}

#[test]
fn a_consulted_operator_who_leaves_or_is_lost_is_free_again() {
    let (mut shift, contact) = talking(2);
    consult(&mut shift, contact, Whom::Operator(op(2)), false);
    shift.accept(2);
    assert_eq!(carried(&leave(&mut shift, 2, contact)), Some(None));
    assert!(matches!(shift.who(2).presence, Presence::Available { .. }));
    consult(&mut shift, contact, Whom::Operator(op(2)), false);
    shift.accept(2);
    shift.kill(2);
    shift.pass(16_000);
    let seen = shift.contact(contact);
    assert_eq!((seen.consult, seen.consult_end), (None, Some(ConsultEnd::SeatGone)));
    assert_eq!(shift.who(2).presence, Presence::Lost);
}

#[test]
fn the_operator_who_asked_and_is_lost_takes_the_consultation_along() {
    let (mut shift, contact) = talking(1);
    consult(&mut shift, contact, Whom::Outside, false);
    shift.media(OUTSIDE, true);
    shift.kill(1);
    let outputs = shift.pass(31_000);
    assert!(hangs_up(&outputs));
    assert_eq!(shift.phase(contact), Phase::Waiting);
    // And with a new sign-in within the time, the caller is with the operator alone.
    let (mut shift, contact) = talking(1);
    consult(&mut shift, contact, Whom::Outside, false);
    shift.media(OUTSIDE, true);
    let outputs = shift.sign_in(1);
    assert!(hangs_up(&outputs));
    assert_eq!(shift.contact(contact).consult_end, Some(ConsultEnd::TalkOver));
}

#[test]
fn a_caller_who_hangs_up_ends_the_consultation_too() {
    let (mut shift, contact) = talking(2);
    consult(&mut shift, contact, Whom::Operator(op(2)), false);
    shift.accept(2);
    shift.say(Input::CallOver { call: CallId(1), how: CallOver::HungUp });
    assert_eq!(shift.contact(contact).end, Some(EndReason::VisitorEnded));
    assert!(matches!(shift.who(2).presence, Presence::Available { .. }));
    assert_eq!(shift.who(1).presence, Presence::Wrapping);
}

#[test]
fn a_call_of_ours_rings_is_answered_wrapped_up_and_is_no_arrival() {
    let mut shift = Shift::with_ready(1);
    let session = shift.session(1);
    let outputs = shift.say(Input::Dial { operator: op(1), session });
    let contact = shift.who(1).contact.expect("in hand at once");
    assert!(outputs.iter().any(|out| matches!(out, Output::Dial { call: OUT, .. })));
    assert!(!outputs.iter().any(|out| matches!(out, Output::Join { .. })), "nobody is there yet");
    assert_eq!(shift.who(1).presence, Presence::Callback);
    assert_eq!(refused(&shift.say(Input::Dial { operator: op(1), session })), Some(Code::WrongState));
    shift.restart(1_000);
    let mut outputs = shift.say(Input::ExchangeUp { bridges: vec![], calls: vec![], dialled: vec![OUT] });
    outputs.extend(shift.media(Owner::Operator { operator: op(1) }, true));
    assert!(!outputs.iter().any(|out| matches!(out, Output::Join { .. })), "it still rings");
    let outputs = shift.media(OUTSIDE, true);
    assert!(outputs.iter().any(|out| matches!(out, Output::Join { visitor, .. } if *visitor == OUTSIDE)));
    shift.joined(contact);
    assert_eq!(shift.who(1).presence, Presence::Call);
    shift.end(1, contact);
    shift.finish(1, contact);
    let day = shift.centre.today(shift.now);
    assert_eq!((day.arrived, day.answered, day.abandoned), (0, 0, 0));
    shift.restart(1_000);
}

#[test]
fn a_call_of_ours_that_nobody_answers_frees_the_hand_and_says_why() {
    for (input, end) in [
        (Some(Input::NotReached { call: OUT, why: DialFailure::NotAnswered }), EndReason::CalleeNotAnswered),
        (Some(Input::NotReached { call: OUT, why: DialFailure::Foreign }), EndReason::DialForbidden),
        (Some(Input::ExchangeUp { bridges: vec![], calls: vec![], dialled: vec![] }), EndReason::DialFailed),
        (None, EndReason::DialGivenUp),
    ] {
        let mut shift = Shift::with_ready(1);
        let session = shift.session(1);
        shift.say(Input::Dial { operator: op(1), session });
        let contact = shift.who(1).contact.expect("in hand");
        let outputs = match input {
            Some(input) => shift.say(input),
            None => shift.end(1, contact),
        };
        assert!(hangs_up(&outputs), "no telephone rings on");
        let seen = shift.contact(contact);
        assert_eq!((seen.phase, seen.end), (Phase::Closed, Some(end)));
        assert!(matches!(shift.who(1).presence, Presence::Available { .. }));
    }
    // An exchange that stays silent does not keep the hand for ever.
    let mut shift = Shift::with_ready(1);
    let session = shift.session(1);
    shift.say(Input::Dial { operator: op(1), session });
    let contact = shift.who(1).contact.expect("in hand");
    shift.pass(181_000);
    assert_eq!(shift.contact(contact).end, Some(EndReason::DialFailed));
    // Nor does an operator who is lost keep a telephone ringing.
    let mut shift = Shift::with_ready(1);
    let session = shift.session(1);
    shift.say(Input::Dial { operator: op(1), session });
    shift.kill(1);
    assert!(hangs_up(&shift.pass(31_000)));
}

#[test]
fn after_a_cut_line_the_exchange_is_told_what_it_has_missed() {
    let (mut shift, contact) = talking(1);
    consult(&mut shift, contact, Whom::Outside, false);
    shift.media(OUTSIDE, true);
    let fence = shift.contact(contact).fence;
    let up = |consult, dialled| Input::ExchangeUp {
        bridges: vec![Standing { contact, fence, held: false, masked: false, consult }],
        calls: vec![CallId(1)],
        dialled,
    };
    shift.say(Input::ExchangeDown);
    assert_eq!(carried(&shift.say(up(with(OUTSIDE, false), vec![OUT]))), None, "all as it was");
    shift.say(Input::ExchangeDown);
    assert_eq!(carried(&shift.say(up(ringing(), vec![OUT]))), Some(with(OUTSIDE, false)));
    shift.say(Input::ExchangeDown);
    assert_eq!(carried(&shift.say(up(with(OUTSIDE, false), vec![]))), Some(None));
    let end = ConsultEnd::Failed { why: DialFailure::ExchangeLost };
    assert_eq!(shift.contact(contact).consult_end, Some(end));
    let outputs = shift.say(up(None, vec![OUT]));
    assert!(hangs_up(&outputs), "a call that nobody wants is hung up");
}

/// What happens at random.
#[derive(Clone, Copy, Debug)]
enum Step {
    Call(u64),
    CallOver(u64, bool),
    Dial(u32),
    Consult(u32, u32, bool),
    EndConsult(u32),
    Three(u32, bool),
    Transfer(u32),
    Outside(u64, bool),
    NotReached(u64),
    Accept(u32),
    Decline(u32),
    Bridge(u32, bool),
    Hold(u32, bool),
    End(u32),
    Finish(u32),
    Ready(u32),
    SignIn(u32),
    SignOut(u32),
    CutOff(u32),
    SeatMedia(u32, bool),
    Exchange(bool, u8),
    Pass(u64),
    Restart,
}

const SEATS: u32 = 3;

fn step() -> impl Strategy<Value = Step> {
    let seat = || 1..=SEATS;
    prop_oneof![
        8 => (1..4u64).prop_map(Step::Call),
        1 => (1..4u64, any::<bool>()).prop_map(|(call, up)| Step::CallOver(call, up)),
        1 => seat().prop_map(Step::Dial),
        // Seat 0 stands for the outside.
        12 => (seat(), 0..=SEATS, any::<bool>()).prop_map(|(by, whom, blind)| Step::Consult(by, whom, blind)),
        1 => seat().prop_map(Step::EndConsult),
        6 => (seat(), any::<bool>()).prop_map(|(by, on)| Step::Three(by, on)),
        3 => seat().prop_map(Step::Transfer),
        6 => (0..2u64, prop::bool::weighted(0.8)).prop_map(|(back, up)| Step::Outside(back, up)),
        1 => (0..3u64).prop_map(Step::NotReached),
        20 => seat().prop_map(Step::Accept),
        1 => seat().prop_map(Step::Decline),
        20 => (seat(), prop::bool::weighted(0.95)).prop_map(|(seat, good)| Step::Bridge(seat, good)),
        2 => (seat(), any::<bool>()).prop_map(|(seat, on)| Step::Hold(seat, on)),
        1 => seat().prop_map(Step::End),
        6 => seat().prop_map(Step::Finish),
        6 => seat().prop_map(Step::Ready),
        1 => seat().prop_map(Step::SignIn),
        1 => seat().prop_map(Step::SignOut),
        1 => seat().prop_map(Step::CutOff),
        1 => (seat(), any::<bool>()).prop_map(|(seat, up)| Step::SeatMedia(seat, up)),
        1 => (prop::bool::weighted(0.7), any::<u8>()).prop_map(|(up, which)| Step::Exchange(up, which)),
        3 => prop_oneof![1..2_000u64, 2_000..30_000u64].prop_map(Step::Pass),
        1 => Just(Step::Restart),
    ]
}

/// An outgoing call, counted back from the latest.
fn dialled(shift: &Shift, back: u64) -> CallId {
    let made: Vec<CallId> = (shift.facts.iter())
        .filter_map(|(_, fact)| match fact {
            Fact::Dialled { call, .. } | Fact::ConsultBegan { with: Owner::Caller { call }, .. } => {
                Some(*call)
            }
            _ => None,
        })
        .collect();
    made.iter().rev().nth(back as usize).copied().unwrap_or(OUT)
}

fn input(shift: &Shift, step: Step) -> Option<Input> {
    let seat = |id: u32| Some((op(id), shift.centre.operator(op(id))?.session?));
    let hand = |id: u32| {
        let who = shift.centre.operator(op(id))?;
        who.contact.or(who.consult)
    };
    // Most steps are for a seat that has something to do with them: the nth of those.
    let nth = |id: u32, fits: &dyn Fn(u32) -> bool| {
        let fitting: Vec<u32> = (1..=SEATS).filter(|id| fits(*id)).collect();
        fitting.get(id as usize % fitting.len().max(1)).copied().unwrap_or(id)
    };
    let phase = |id: u32| hand(id).and_then(|contact| shift.centre.contact(contact)).map(|seen| seen.phase);
    let busy = |id: u32| nth(id, &|id| matches!(phase(id), Some(Phase::Live | Phase::Held)));
    let of = |id: u32| {
        let id = busy(id);
        seat(id).and_then(|(operator, session)| Some((operator, session, hand(id)?)))
    };
    Some(match step {
        Step::Dial(id) => seat(id).map(|(operator, session)| Input::Dial { operator, session })?,
        Step::Consult(id, whom, blind) => {
            let (operator, session, contact) = of(id)?;
            let whom = if whom == 0 { Whom::Outside } else { Whom::Operator(OperatorId(whom)) };
            Input::Consult { operator, session, contact, whom, blind }
        }
        Step::EndConsult(id) => {
            of(id).map(|(operator, session, contact)| Input::EndConsult { operator, session, contact })?
        }
        Step::Three(id, joined) => of(id).map(|(operator, session, contact)| Input::JoinConsult {
            operator,
            session,
            contact,
            joined,
        })?,
        Step::Transfer(id) => {
            of(id).map(|(operator, session, contact)| Input::Transfer { operator, session, contact })?
        }
        Step::Accept(id) => {
            let id = nth(id, &|id| shift.rings_at(id).is_some());
            let ((offer, fence), (operator, session)) = (shift.rings_at(id)?, seat(id)?);
            Input::Accept { operator, session, offer, fence }
        }
        Step::Decline(id) => {
            let ((offer, _), (operator, session)) = (shift.rings_at(id)?, seat(id)?);
            Input::Decline { operator, session, offer, reason: DeclineReason::StillBusy }
        }
        Step::Bridge(id, good) => {
            let id = nth(id, &|id| phase(id) == Some(Phase::Connecting));
            let seen = shift.centre.contact(shift.centre.operator(op(id))?.contact?)?;
            let (contact, fence) = (seen.contact, seen.fence);
            match good {
                true => Input::Joined { contact, fence },
                false => Input::JoinFailed { contact, fence, code: Code::NoMedia },
            }
        }
        Step::Hold(id, held) => {
            of(id).map(|(operator, session, contact)| Input::Hold { operator, session, contact, held })?
        }
        Step::End(id) => {
            of(id).map(|(operator, session, contact)| Input::End { operator, session, contact })?
        }
        Step::Finish(id) => {
            let id = nth(id, &|id| phase(id) == Some(Phase::Wrapping));
            let ((operator, session), contact) = (seat(id)?, hand(id)?);
            let disposition = desk::contact::Disposition::Guided;
            Input::Finish { operator, session, contact, disposition }
        }
        Step::Ready(id) => {
            seat(id).map(|(operator, session)| Input::Choose { operator, session, chosen: BOTH })?
        }
        Step::SignOut(id) => seat(id).map(|(operator, session)| Input::SignOut { operator, session })?,
        other => outside(shift, other)?,
    })
}

/// What callers, called ones and the exchange do.
fn outside(shift: &Shift, step: Step) -> Option<Input> {
    Some(match step {
        Step::Call(call) => Input::Call { call: CallId(shift.facts.len() as u64 * 10 + call) },
        Step::CallOver(call, up) => {
            let open =
                shift.centre.contacts().filter(|seen| seen.ended.is_none()).filter_map(|seen| seen.call);
            let call = open.into_iter().nth(call as usize % 3)?;
            Input::CallOver { call, how: if up { CallOver::HungUp } else { CallOver::LineLost } }
        }
        Step::Outside(back, up) => Input::Media { owner: Owner::Caller { call: dialled(shift, back) }, up },
        Step::NotReached(back) => {
            Input::NotReached { call: dialled(shift, back), why: DialFailure::NotAnswered }
        }
        Step::SeatMedia(id, up) => Input::Media { owner: Owner::Operator { operator: op(id) }, up },
        Step::Exchange(false, _) => Input::ExchangeDown,
        Step::Exchange(true, which) => exchange_up(shift, which),
        _ => return None,
    })
}

/// An exchange that kept what the bits of `which` say.
fn exchange_up(shift: &Shift, which: u8) -> Input {
    let open: Vec<_> = shift.centre.contacts().filter(|seen| seen.ended.is_none()).collect();
    let keeps = |bit: u8| which & (1 << bit) != 0;
    let stands = |(at, seen): (usize, &desk::centre::ContactView)| {
        let consult = seen.consult.filter(|_| keeps(6)).map(|view| Consulted {
            with: (view.stage != ConsultStage::Ringing).then_some(view.with),
            joined: view.stage == ConsultStage::Joined,
        });
        let (contact, fence, held) = (seen.contact, seen.fence, seen.phase == Phase::Held);
        keeps(at as u8 % 3).then_some(Standing { contact, fence, held, masked: false, consult })
    };
    let bridges = open.iter().enumerate().filter_map(stands).collect();
    let calls = open.iter().filter(|seen| !seen.outgoing && keeps(3)).filter_map(|seen| seen.call).collect();
    let consulted = |seen: &desk::centre::ContactView| match seen.consult?.with {
        Owner::Caller { call } => Some(call),
        Owner::Operator { .. } | Owner::Booth { .. } => None,
    };
    let outgoing = open.iter().filter(|seen| seen.outgoing).filter_map(|seen| seen.call);
    let dialled = outgoing.chain(open.iter().filter_map(consulted)).filter(|_| keeps(4)).collect();
    Input::ExchangeUp { bridges, calls, dialled }
}

/// What must hold beyond the machine's own check: one operator, one thing; a caller is heard by somebody.
fn holds(shift: &Shift) {
    let hands: Vec<ContactId> = (shift.centre.operators()).filter_map(|who| who.contact).collect();
    let mut once = hands.clone();
    once.dedup();
    assert_eq!(hands.len(), once.len(), "two operators hold one contact");
    for who in shift.centre.operators() {
        let things = [who.contact.is_some(), who.consult.is_some(), who.offer.is_some()];
        assert!(things.into_iter().filter(|thing| *thing).count() <= 1, "{who:?}");
    }
    assert_eq!(shift.centre.conservation_difference(), 0);
}

/// The server dies, and everything finds it again.
fn come_back(shift: &mut Shift) {
    shift.restart(500);
    let up = exchange_up(shift, u8::MAX);
    shift.say(up);
    for id in 1..=SEATS {
        let session = shift.session_of(id);
        if let Some(session) = session {
            shift.alive.insert(op(id), session);
            shift.say(Input::Attach { operator: op(id), session });
        }
        shift.media(Owner::Operator { operator: op(id) }, true);
    }
}

fn play(steps: &[Step]) {
    let mut shift = Shift::new(Default::default());
    (1..=SEATS).for_each(|id| shift.ready(id));
    for step in steps {
        match *step {
            Step::SignIn(id) => drop(shift.sign_in(id)),
            Step::CutOff(id) => drop(shift.alive.remove(&op(id))),
            Step::Pass(ms) => drop(shift.pass(ms)),
            Step::Restart => come_back(&mut shift),
            other => {
                if let Some(input) = input(&shift, other) {
                    shift.say(input);
                }
            }
        }
        holds(&shift);
    }
    // Whatever happened, time alone frees every hand that waits for a machine.
    shift.say(Input::ExchangeDown);
    shift.alive.clear();
    shift.pass(400_000);
    for who in shift.centre.operators() {
        assert!(who.offer.is_none() && who.consult.is_none(), "{who:?} is stuck");
        let seen = who.contact.and_then(|contact| shift.centre.contact(contact));
        assert!(seen.is_none_or(|seen| seen.phase == Phase::Wrapping), "{seen:?} is stuck");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_happens_nobody_has_two_and_nobody_is_stuck(steps in prop::collection::vec(step(), 1..120)) {
        play(&steps);
    }
}
