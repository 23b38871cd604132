//! The whole table: every presence and every phase against every input. Prints it, and writes it as
//! tab-separated text where `KENMU_TABLE` says. Each row is a real situation, reached by legal steps.

mod shift;

use std::fmt::Write as _;

use desk::calendar::Duty;
use desk::centre::{CallOver, Fact, Input, Output, Owner, Settings, Standing, Whom};
use desk::code::Code;
use desk::contact::{CallbackResult, DeclineReason, DialFailure, Disposition, Mask, Phase};
use desk::ids::{CallId, ContactId, Fence, OfferId, Session};
use desk::presence::{AwayWhy, Channels, Chosen, Presence};
use shift::{BOTH, Shift, booth, op};

/// The call that the table's caller makes.
const CALL: CallId = CallId(1);
/// How many kinds of input [`inputs`] makes.
const INPUTS: usize = 46;

/// Every kind of input, aimed at operator 1, booth 1 and what they have to do with each other.
fn inputs(shift: &Shift) -> Vec<(&'static str, Input)> {
    let operator = op(1);
    let session = shift.centre.operator(operator).and_then(|who| who.session).unwrap_or(Session(101));
    let contact = shift.centre.booth(booth(1)).contact.unwrap_or(ContactId(1));
    let (offer, offer_fence) = shift.rings_at(1).unwrap_or((OfferId(1), Fence(1)));
    let fence = shift.centre.contact(contact).map_or(Fence(1), |seen| seen.fence);
    let (reason, disposition) = (DeclineReason::StillBusy, Disposition::Guided);
    let leg = Owner::Operator { operator };
    let visitor = Owner::Booth { booth: booth(1) };
    let no_media = Code::NoMedia;
    let result = CallbackResult::Reached;
    let standing = |held, masked| Input::ExchangeUp {
        bridges: vec![Standing { contact, fence, held, masked, consult: None }],
        dialled: Vec::new(),
        calls: Vec::new(),
    };
    let duty = |open| Input::Settings(Settings { open, ..Settings::default() });
    vec![
        ("sign in", Input::SignIn { operator, session: Session(session.0 + 1) }),
        ("sign in, old", Input::SignIn { operator, session: Session(1) }),
        ("attach", Input::Attach { operator, session }),
        ("detach", Input::Detach { operator, session }),
        ("sign out", Input::SignOut { operator, session }),
        ("heartbeat", Input::Heartbeat { operator, session }),
        ("choose available", Input::Choose { operator, session, chosen: BOTH }),
        ("choose break", Input::Choose { operator, session, chosen: Chosen::Break }),
        ("accept", Input::Accept { operator, session, offer, fence: offer_fence }),
        ("decline", Input::Decline { operator, session, offer, reason }),
        ("end", Input::End { operator, session, contact }),
        ("hold", Input::Hold { operator, session, contact, held: true }),
        ("take back", Input::Hold { operator, session, contact, held: false }),
        ("operator masks", Input::Mask { operator, session, contact, on: true }),
        ("operator unmasks", Input::Mask { operator, session, contact, on: false }),
        ("finish", Input::Finish { operator, session, contact, disposition }),
        ("dial", Input::Dial { operator, session }),
        ("consult outside", Input::Consult { operator, session, contact, whom: Whom::Outside, blind: false }),
        ("end a consultation", Input::EndConsult { operator, session, contact }),
        ("three-way", Input::JoinConsult { operator, session, contact, joined: true }),
        ("transfer", Input::Transfer { operator, session, contact }),
        ("not reached", Input::NotReached { call: CallId::dialled(ContactId(1), 0), why: DialFailure::Busy }),
        ("ring", Input::Ring { booth: booth(1) }),
        ("leave", Input::Leave { booth: booth(1), contact }),
        ("raise hand", Input::RaiseHand { operator, session, up: true }),
        ("settle a callback", Input::SettleCallback { operator, session, contact, result }),
        ("suspend", Input::Suspend { operator, session, on: true }),
        ("call", Input::Call { call: CALL }),
        ("caller hangs up", Input::CallOver { call: CALL, how: CallOver::HungUp }),
        ("call is lost", Input::CallOver { call: CALL, how: CallOver::LineLost }),
        ("visitor masks", Input::VisitorMask { booth: booth(1), contact, on: true }),
        ("visitor unmasks", Input::VisitorMask { booth: booth(1), contact, on: false }),
        ("page up", Input::BoothLine { booth: booth(1), up: true }),
        ("page down", Input::BoothLine { booth: booth(1), up: false }),
        ("booth media up", Input::Media { owner: visitor, up: true }),
        ("booth media down", Input::Media { owner: visitor, up: false }),
        ("seat media up", Input::Media { owner: leg, up: true }),
        ("seat media down", Input::Media { owner: leg, up: false }),
        ("joined", Input::Joined { contact, fence }),
        ("join failed", Input::JoinFailed { contact, fence, code: no_media }),
        (
            "exchange up, bare",
            Input::ExchangeUp { bridges: Vec::new(), calls: Vec::new(), dialled: Vec::new() },
        ),
        ("exchange up, held", standing(true, false)),
        ("exchange up, masked", standing(false, true)),
        ("exchange down", Input::ExchangeDown),
        ("booths close", duty(Duty::PhoneOnly)),
        ("all closes", duty(Duty::Closed)),
    ]
}

/// What came out, in short words.
fn words(outputs: &[Output]) -> String {
    let word = |output: &Output| match output {
        Output::Fact(fact) => fact_word(fact),
        Output::Offer { operator, .. } => format!("→ offer to {operator}"),
        Output::Rescind { why, .. } => format!("→ rescind {}", kind(why)),
        Output::Wait { .. } => "→ wait".into(),
        Output::Join { .. } => "→ join".into(),
        Output::Mask { masked, .. } => format!("→ mask {masked}"),
        Output::Hold { held, .. } => format!("→ hold {held}"),
        Output::Dial { .. } => "→ dial".into(),
        Output::HangUp { .. } => "→ hang up".into(),
        Output::Consult { consult, .. } => format!("→ consult {consult:?}"),
        Output::Connect { .. } => "→ connect".into(),
        Output::Release { end, .. } => format!("→ release {end:?}"),
        Output::Replaced { .. } => "→ replaced".into(),
        Output::Refused { code, .. } => format!("refused {code:?}"),
    };
    let all: Vec<String> = outputs.iter().map(word).collect();
    if all.is_empty() { "–".into() } else { all.join("; ") }
}

fn fact_word(fact: &Fact) -> String {
    match fact {
        Fact::PresenceSet { operator, presence, next } => {
            format!("{operator} is {}, then {}", kind(presence), kind(next))
        }
        Fact::OfferEnded { outcome, .. } => format!("offer {}", kind(outcome)),
        Fact::Ended { end, .. } => format!("ended {end:?}"),
        Fact::MaskSet { mask, .. } => format!("mask {}", kind(mask)),
        Fact::Rejoined { why, .. } => format!("rejoined {why:?}"),
        Fact::ConsultOver { why, .. } => format!("consult over {}", kind(why)),
        Fact::SignedIn { .. }
        | Fact::Dialled { .. }
        | Fact::Answered { .. }
        | Fact::ConsultBegan { .. }
        | Fact::ConsultLive { .. }
        | Fact::ConsultJoined { .. }
        | Fact::HandedOver { .. }
        | Fact::SignedOut { .. }
        | Fact::HandRaised { .. }
        | Fact::PhoneSuspended { .. }
        | Fact::CallbackSettled { .. }
        | Fact::Arrived { .. }
        | Fact::Offered { .. }
        | Fact::Accepted { .. }
        | Fact::Live { .. }
        | Fact::HeldSet { .. }
        | Fact::Returned { .. }
        | Fact::Interrupted { .. }
        | Fact::Finished { .. } => kind(fact).to_lowercase(),
    }
}

/// The bare name of a variant.
fn kind(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}

fn ready() -> Shift {
    Shift::with_ready(1)
}

fn chosen(chosen: Chosen) -> Shift {
    let mut shift = ready();
    shift.choose(1, chosen);
    shift
}

fn ringing() -> Shift {
    let mut shift = ready();
    shift.ring(1);
    shift
}

fn connecting() -> Shift {
    let mut shift = ringing();
    shift.accept(1);
    shift
}

fn live() -> Shift {
    let mut shift = ready();
    shift.talk(1, 1);
    shift
}

fn held() -> Shift {
    let mut shift = live();
    let (session, contact) = (shift.session(1), shift.who(1).contact.expect("a talk"));
    shift.say(Input::Hold { operator: op(1), session, contact, held: true });
    shift
}

fn masked(mut shift: Shift) -> Shift {
    let contact = shift.who(1).contact.expect("a talk");
    shift.say(Input::VisitorMask { booth: booth(1), contact, on: true });
    shift
}

fn lifting() -> Shift {
    let mut shift = masked(live());
    let (session, contact) = (shift.session(1), shift.who(1).contact.expect("a talk"));
    shift.say(Input::Mask { operator: op(1), session, contact, on: false });
    shift
}

/// The operator is lost and the visitor waits again, still masked.
fn waiting_masked() -> Shift {
    let mut shift = masked(live());
    shift.cut_off(1);
    shift.pass(60_000);
    shift
}

fn wrapping() -> Shift {
    let mut shift = live();
    let contact = shift.who(1).contact.expect("a talk");
    shift.end(1, contact);
    shift
}

fn calling() -> Shift {
    let mut shift = ready();
    shift.call(1);
    shift
}

fn on_the_phone() -> Shift {
    let mut shift = calling();
    let contact = shift.calls(1).expect("a call waits");
    shift.accept(1);
    shift.joined(contact);
    shift
}

fn dialling() -> Shift {
    let mut shift = ready();
    let session = shift.session(1);
    shift.say(Input::Dial { operator: op(1), session });
    shift
}

fn consulting() -> Shift {
    let mut shift = on_the_phone();
    let (session, contact) = (shift.session(1), shift.who(1).contact.expect("a talk"));
    shift.say(Input::Consult { operator: op(1), session, contact, whom: Whom::Outside, blind: false });
    shift.media(Owner::Caller { call: CallId::dialled(contact, 0) }, true);
    shift
}

fn phone_held() -> Shift {
    let mut shift = on_the_phone();
    let (session, contact) = (shift.session(1), shift.who(1).contact.expect("a talk"));
    shift.say(Input::Hold { operator: op(1), session, contact, held: true });
    shift
}

fn phone_wrapping() -> Shift {
    let mut shift = on_the_phone();
    shift.say(Input::CallOver { call: CALL, how: CallOver::HungUp });
    shift
}

fn not_answering() -> Shift {
    let mut shift = ringing();
    shift.pass(20_000);
    shift
}

fn lost() -> Shift {
    let mut shift = ready();
    shift.cut_off(1);
    shift.pass(20_000);
    shift
}

fn lost_in_talk() -> Shift {
    let mut shift = live();
    shift.cut_off(1);
    shift.pass(20_000);
    shift
}

fn rejoining() -> Shift {
    let mut shift = lost_in_talk();
    shift.sign_in(1);
    shift
}

fn off() -> Shift {
    let mut shift = ready();
    shift.say(Input::SignOut { operator: op(1), session: shift.session(1) });
    shift
}

fn waiting() -> Shift {
    let mut shift = chosen(Chosen::Break);
    shift.ring(1);
    shift
}

fn closed() -> Shift {
    let mut shift = wrapping();
    let contact = shift.who(1).contact.expect("a wrap-up");
    shift.finish(1, contact);
    shift
}

/// Every presence that the machine can confirm today: no input leads to a call-back yet.
fn presences() -> Vec<(&'static str, Presence, Shift)> {
    let both = Presence::Available { channels: Channels::Both };
    let phone = Chosen::Available { channels: Channels::Phone };
    let ring = Presence::Ringing { channel: desk::contact::Channel::Booth };
    let mut rows = vec![
        ("never seen", Presence::Off, Shift::new(Settings::default())),
        ("off", Presence::Off, off()),
        ("available", both, ready()),
        ("available, phone", phone.presence(), chosen(phone)),
        ("ringing", ring, ringing()),
        ("video, connecting", Presence::Video, connecting()),
        ("video, live", Presence::Video, live()),
        ("video, rejoining", Presence::Video, rejoining()),
        ("hold", Presence::Hold, held()),
        ("wrapping", Presence::Wrapping, wrapping()),
        ("ringing, phone", Presence::Ringing { channel: desk::contact::Channel::Phone }, calling()),
        ("call", Presence::Call, on_the_phone()),
        ("call held", Presence::Hold, phone_held()),
        ("consulting", Presence::Call, consulting()),
        ("dialling", Presence::Callback, dialling()),
        ("wrapping, phone", Presence::Wrapping, phone_wrapping()),
        ("away, not answered", Presence::Away { why: AwayWhy::NoAnswer }, not_answering()),
        ("lost", Presence::Lost, lost()),
        ("lost in a talk", Presence::Lost, lost_in_talk()),
    ];
    let by_hand = [
        ("admin", Chosen::Admin),
        ("lead", Chosen::Lead),
        ("away", Chosen::Away),
        ("break", Chosen::Break),
        ("lunch", Chosen::Lunch),
        ("training", Chosen::Training),
        ("meeting", Chosen::Meeting),
    ];
    rows.extend(by_hand.map(|(name, wish)| (name, wish.presence(), chosen(wish))));
    rows
}

fn phases() -> Vec<(&'static str, Phase, Shift)> {
    vec![
        ("waiting", Phase::Waiting, waiting()),
        ("offered", Phase::Offered, ringing()),
        ("connecting", Phase::Connecting, connecting()),
        ("live", Phase::Live, live()),
        ("live, operator lost", Phase::Live, lost_in_talk()),
        ("connecting again", Phase::Connecting, rejoining()),
        ("held", Phase::Held, held()),
        ("connecting, masked", Phase::Connecting, masked(connecting())),
        ("live, masked", Phase::Live, masked(live())),
        ("live, mask about to be lifted", Phase::Live, lifting()),
        ("held, masked", Phase::Held, masked(held())),
        ("waiting again, masked", Phase::Waiting, waiting_masked()),
        ("wrapping", Phase::Wrapping, wrapping()),
        ("closed", Phase::Closed, closed()),
    ]
}

/// One row: each input on its own copy of the situation.
fn row(table: &mut String, name: &str, shift: &mut Shift) -> Vec<(&'static str, Vec<Output>)> {
    let start = shift.centre.clone();
    let facts = shift.facts.clone();
    let cases = inputs(shift);
    assert_eq!(cases.len(), INPUTS);
    let mut answers = Vec::new();
    for (input_name, input) in cases {
        shift.centre = start.clone();
        shift.facts = facts.clone();
        let outputs = shift.say(input);
        writeln!(table, "{name}\t{input_name}\t{}", words(&outputs)).expect("a string takes text");
        let refusals = outputs.iter().filter(|output| matches!(output, Output::Refused { .. })).count();
        assert!(refusals == 0 || outputs.len() == 1, "{name}, {input_name}: a refusal stands alone");
        answers.push((input_name, outputs));
    }
    answers
}

fn refused(answers: &[(&str, Vec<Output>)], input: &str) -> Option<Code> {
    let outputs = answers.iter().find(|(name, _)| *name == input).map(|(_, outputs)| outputs);
    shift::refused(outputs.expect("a known input"))
}

/// 目隠し is for talks only; what the answer says follows from the mask before.
fn masks_fit(name: &str, phase: Phase, mask: Mask, answers: &[(&str, Vec<Output>)]) {
    let talk = matches!(phase, Phase::Connecting | Phase::Live | Phase::Held);
    let over = matches!(phase, Phase::Wrapping | Phase::Closed);
    let by_visitor = if talk { None } else { Some(if over { Code::Gone } else { Code::WrongState }) };
    let by_operator = match phase {
        Phase::Connecting | Phase::Live | Phase::Held => None,
        Phase::Wrapping => Some(Code::WrongState),
        Phase::Waiting | Phase::Offered | Phase::Closed => Some(Code::Gone),
    };
    for input in ["operator masks", "operator unmasks"] {
        assert_eq!(refused(answers, input), by_operator, "{name}: {input}");
    }
    for input in ["visitor masks", "visitor unmasks"] {
        assert_eq!(refused(answers, input), by_visitor, "{name}: {input}");
    }
    let order = |input: &str| {
        let (_, outputs) = answers.iter().find(|(name, _)| *name == input).expect("a known input");
        outputs.iter().find_map(|output| match output {
            Output::Mask { masked, .. } => Some(*masked),
            _ => None,
        })
    };
    let hides = talk && !mask.hides();
    assert_eq!(order("operator masks"), hides.then_some(true), "{name}");
    assert_eq!(order("visitor masks"), hides.then_some(true), "{name}");
    assert_eq!(order("operator unmasks"), None, "{name}: only after the notice");
    assert_eq!(order("visitor unmasks"), (talk && mask.hides()).then_some(false), "{name}");
    assert_eq!(order("exchange up, masked"), hides.then_some(false), "{name}");
    assert_eq!(order("exchange up, held"), (talk && mask.hides()).then_some(true), "{name}");
}

#[test]
fn every_state_has_an_answer_to_every_input() {
    let mut table = String::from("state\tinput\tanswer\n");
    for (name, presence, mut shift) in presences() {
        let seen = shift.centre.operator(op(1)).map_or(Presence::Off, |who| who.presence);
        assert_eq!(seen, presence, "{name}");
        let answers = row(&mut table, &format!("seat: {name}"), &mut shift);
        let off = presence == Presence::Off;
        for asked in ["heartbeat", "choose break", "accept", "decline", "end", "hold", "finish", "sign out"] {
            assert_eq!(refused(&answers, asked) == Some(Code::NotSignedIn), off, "{name}, {asked}");
        }
        let older = (name != "never seen").then_some(Code::Replaced);
        assert_eq!(refused(&answers, "sign in, old"), older, "{name}: an older sign-in");
        let ringing = matches!(presence, Presence::Ringing { .. });
        assert_eq!(refused(&answers, "decline").is_none(), ringing, "{name}: only a ring can be declined");
    }
    for (name, phase, mut shift) in phases() {
        let contact = shift.centre.booth(booth(1)).contact.expect("booth 1 has a contact");
        assert_eq!(shift.phase(contact), phase, "{name}");
        let answers = row(&mut table, &format!("contact: {name}"), &mut shift);
        let over = matches!(phase, Phase::Wrapping | Phase::Closed);
        assert_eq!(refused(&answers, "leave"), over.then_some(Code::Gone), "{name}: leave");
        assert_eq!(refused(&answers, "ring"), (!over).then_some(Code::AlreadyWaiting), "{name}: ring");
        let finish = refused(&answers, "finish");
        assert_eq!(finish.is_none(), phase == Phase::Wrapping, "{name}: finish");
        let holds = |(name, outputs): &(&str, Vec<Output>)| {
            *name == "exchange up, held" && outputs.iter().any(|out| matches!(out, Output::Hold { .. }))
        };
        let talk = matches!(phase, Phase::Connecting | Phase::Live);
        assert_eq!(answers.iter().any(holds), talk, "{name}: only a hold of the ledger stays");
        masks_fit(name, phase, shift.contact(contact).mask, &answers);
        let live = matches!(phase, Phase::Live | Phase::Held) || name == "connecting again";
        assert_eq!(refused(&answers, "end").is_none(), live, "{name}: end");
    }
    assert_eq!(table.lines().count(), 1 + (26 + 14) * INPUTS, "the table is whole");
    println!("{table}");
    if let Ok(path) = std::env::var("KENMU_TABLE") {
        std::fs::write(&path, &table).unwrap_or_else(|error| panic!("cannot write {path}: {error}"));
    }
}
