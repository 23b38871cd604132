//! A shift to tell stories with: a centre, a clock that only moves when told, desktops that send their
//! heartbeats, and everything that came out. Every step checks the invariants and that the ledger alone
//! rebuilds the same centre.
#![allow(dead_code, reason = "each test binary tells other stories")]

use std::collections::BTreeMap;

use desk::centre::{Centre, ContactView, Fact, Input, OperatorView, Output, Owner, Settings};
use desk::code::Code;
use desk::contact::{Channel, Phase};
use desk::ids::{BoothId, CallId, ContactId, Fence, OfferId, OperatorId, Session};
use desk::presence::{Channels, Chosen};
use desk::time::{Millis, Time};

/// 2026-04-06 09:00 in Japan.
pub const MORNING: Time = Time(1_775_433_600_000);
pub const BOTH: Chosen = Chosen::Available { channels: Channels::Both };
const HEARTBEAT: Millis = Millis::seconds(5);

pub struct Shift {
    pub centre: Centre,
    pub now: Time,
    pub settings: Settings,
    pub facts: Vec<(Time, Fact)>,
    /// Sessions whose desktop is alive.
    pub alive: BTreeMap<OperatorId, Session>,
    beat: Time,
}

pub fn op(n: u32) -> OperatorId {
    OperatorId(n)
}

pub fn booth(n: u32) -> BoothId {
    BoothId(n)
}

impl Shift {
    pub fn new(settings: Settings) -> Shift {
        let centre = Centre::new(settings);
        let beat = MORNING + HEARTBEAT;
        let mut shift =
            Shift { centre, now: MORNING, settings, facts: Vec::new(), alive: BTreeMap::new(), beat };
        shift.say(Input::ExchangeUp { bridges: Vec::new(), calls: Vec::new(), dialled: Vec::new() });
        shift
    }

    /// A shift with the default settings and operators 1..=n ready, the first one idle the longest.
    pub fn with_ready(n: u32) -> Shift {
        let mut shift = Shift::new(Settings::default());
        for id in 1..=n {
            shift.ready(id);
            shift.pass(1_000);
        }
        shift
    }

    pub fn ready(&mut self, id: u32) {
        self.sign_in(id);
        self.choose(id, BOTH);
        self.media(Owner::Operator { operator: op(id) }, true);
    }

    pub fn sign_in(&mut self, id: u32) -> Vec<Output> {
        let last = self.centre.operator(op(id)).and_then(|who| who.session).map_or(0, |session| session.0);
        let session = Session(last.max(u64::from(id) * 100) + 1);
        self.alive.insert(op(id), session);
        self.say(Input::SignIn { operator: op(id), session })
    }

    pub fn session(&self, id: u32) -> Session {
        self.centre.operator(op(id)).and_then(|who| who.session).expect("signed in")
    }

    pub fn session_of(&self, id: u32) -> Option<Session> {
        self.centre.operator(op(id)).and_then(|who| who.session)
    }

    pub fn choose(&mut self, id: u32, chosen: Chosen) -> Vec<Output> {
        self.say(Input::Choose { operator: op(id), session: self.session(id), chosen })
    }

    pub fn media(&mut self, owner: Owner, up: bool) -> Vec<Output> {
        self.say(Input::Media { owner, up })
    }

    /// A booth with page and media rings.
    pub fn ring(&mut self, id: u32) -> ContactId {
        self.say(Input::BoothLine { booth: booth(id), up: true });
        self.media(Owner::Booth { booth: booth(id) }, true);
        self.say(Input::Ring { booth: booth(id) });
        self.centre.booth(booth(id)).contact.expect("a ring makes a contact")
    }

    /// A call comes in, and its leg is up.
    pub fn call(&mut self, id: u64) -> Vec<Output> {
        self.media(Owner::Caller { call: CallId(id) }, true);
        self.say(Input::Call { call: CallId(id) })
    }

    /// The open contact of a call.
    pub fn calls(&self, id: u64) -> Option<ContactId> {
        let open = |view: &ContactView| view.call == Some(CallId(id)) && view.ended.is_none();
        self.centre.contacts().find(open).map(|view| view.contact)
    }

    pub fn leave(&mut self, id: u32, contact: ContactId) -> Vec<Output> {
        self.say(Input::Leave { booth: booth(id), contact })
    }

    /// What rings at a seat.
    pub fn rings_at(&self, id: u32) -> Option<(OfferId, Fence)> {
        let offer = self.centre.operator(op(id))?.offer?;
        self.centre.offer(offer).map(|known| (offer, known.fence))
    }

    pub fn accept(&mut self, id: u32) -> Vec<Output> {
        let (offer, fence) = self.rings_at(id).expect("something rings here");
        self.accept_offer(id, offer, fence)
    }

    pub fn accept_offer(&mut self, id: u32, offer: OfferId, fence: Fence) -> Vec<Output> {
        self.say(Input::Accept { operator: op(id), session: self.session(id), offer, fence })
    }

    /// A talk of operator 1.. with a booth, bridge included.
    pub fn talk(&mut self, id: u32, booth: u32) -> ContactId {
        let contact = self.ring(booth);
        self.accept(id);
        self.joined(contact);
        contact
    }

    pub fn joined(&mut self, contact: ContactId) -> Vec<Output> {
        let fence = self.contact(contact).fence;
        self.say(Input::Joined { contact, fence })
    }

    pub fn end(&mut self, id: u32, contact: ContactId) -> Vec<Output> {
        self.say(Input::End { operator: op(id), session: self.session(id), contact })
    }

    pub fn finish(&mut self, id: u32, contact: ContactId) -> Vec<Output> {
        let disposition = desk::contact::Disposition::Guided;
        self.say(Input::Finish { operator: op(id), session: self.session(id), contact, disposition })
    }

    /// The desktop dies: no more heartbeats, its socket closes.
    pub fn kill(&mut self, id: u32) {
        let session = self.alive.remove(&op(id)).expect("was alive");
        self.say(Input::Detach { operator: op(id), session });
    }

    /// The cable is pulled: no more heartbeats, nothing else.
    pub fn cut_off(&mut self, id: u32) -> Session {
        self.alive.remove(&op(id)).expect("was alive")
    }

    pub fn who(&self, id: u32) -> OperatorView {
        self.centre.operator(op(id)).expect("known operator")
    }

    pub fn contact(&self, contact: ContactId) -> ContactView {
        self.centre.contact(contact).expect("known contact")
    }

    pub fn phase(&self, contact: ContactId) -> Phase {
        self.contact(contact).phase
    }

    pub fn ready_count(&self) -> u32 {
        self.centre.queue(Channel::Booth, self.now).ready
    }

    pub fn say(&mut self, input: Input) -> Vec<Output> {
        if let Input::Settings(settings) = input {
            self.settings = settings;
        }
        let before = self.centre.clone();
        let outputs = self.centre.handle(self.now, input);
        if refused(&outputs).is_some() {
            assert!(self.centre.same_ledger(&before), "a refusal changes nothing");
        }
        self.keep(outputs)
    }

    /// Lets time pass, with heartbeats and timers in their order.
    pub fn pass(&mut self, ms: u64) -> Vec<Output> {
        let until = self.now + Millis(ms);
        let mut all = Vec::new();
        loop {
            let timer = self.centre.poll_timeout().map(|(at, _)| at.max(self.now));
            let next = timer.unwrap_or(until).min(self.beat).min(until);
            self.now = next;
            if timer == Some(next) {
                let outputs = self.centre.handle_timeout(next);
                all.extend(self.keep(outputs));
                let again = self.centre.poll_timeout();
                assert!(
                    again.is_none_or(|(at, _)| at > next),
                    "a timer that is due again at once: {again:?}"
                );
            }
            if self.beat == next {
                self.beat = next + HEARTBEAT;
                for (operator, session) in self.alive.clone() {
                    all.extend(self.say(Input::Heartbeat { operator, session }));
                }
            }
            if next == until {
                return all;
            }
        }
    }

    fn keep(&mut self, outputs: Vec<Output>) -> Vec<Output> {
        let facts = outputs.iter().take_while(|output| matches!(output, Output::Fact(_))).count();
        let after = outputs.iter().skip(facts).filter(|output| matches!(output, Output::Fact(_))).count();
        assert_eq!(after, 0, "facts come first");
        for output in &outputs {
            if let Output::Fact(fact) = output {
                self.facts.push((self.now, *fact));
            }
        }
        self.centre.check().expect("the invariants hold");
        assert_eq!(self.centre.conservation_difference(), 0);
        outputs
    }

    /// The server dies and comes back `ms` later; exchange and sockets do not know yet.
    pub fn restart(&mut self, ms: u64) {
        self.now = self.now + Millis(ms);
        self.beat = self.now + HEARTBEAT;
        self.alive.clear();
        let again = Centre::rebuild(self.settings, self.now, self.facts.iter().copied());
        assert!(again.same_ledger(&self.centre), "the facts alone give the same ledger");
        again.check().expect("the invariants hold after a restart");
        self.centre = again;
    }
}

/// The first refusal.
pub fn refused(outputs: &[Output]) -> Option<Code> {
    outputs.iter().find_map(|output| match output {
        Output::Refused { code, .. } => Some(*code),
        _ => None,
    })
}

/// Every join that was asked for.
pub fn joins(outputs: &[Output]) -> Vec<(ContactId, Fence, OperatorId)> {
    let join = |output: &Output| match output {
        Output::Join { contact, fence, operator, .. } => Some((*contact, *fence, *operator)),
        _ => None,
    };
    outputs.iter().filter_map(join).collect()
}
