//! One interleaving: desks, booths and an exchange that act at random over lines that delay and
//! reorder, until the time is over; then everybody helps to bring every contact to its end.

use desk::centre::{CallOver, Centre, Fact, Input, Output, Owner, RescindWhy, Settings};
use desk::code::Code;
use desk::contact::{DeclineReason, Disposition, Phase};
use desk::ids::{BoothId, CallId, ContactId, Fence, OfferId, OperatorId, Session};
use desk::presence::{Channels, Chosen, Presence};
use desk::time::{Millis, Time};

use super::dice::Dice;
use super::watch::Watch;

const READY: Chosen = Chosen::Available { channels: Channels::Both };
/// A ring is short, so that accepts, leaves and its end often fall into the same milliseconds.
const RING: u64 = 60;
/// The notice before 目隠し is lifted, so short that it ends within a talk.
const MASK_NOTICE: u64 = 8;
/// How long the random part lasts.
const RANDOM_MS: u64 = 150;
const HEARTBEAT: Millis = Millis::seconds(5);
const START: Time = Time(1_775_433_600_000);
/// Rounds of help after which a contact that is still open counts as stuck: most need under ten.
const HELP_ROUNDS: u32 = 100;
pub const MOST_SEATS: u32 = 6;

pub fn settings(offers_at_once: u32) -> Settings {
    let mask_notice_ms = Millis(MASK_NOTICE);
    Settings { ring_timeout_ms: Millis(RING), offers_at_once, mask_notice_ms, ..Settings::default() }
}

/// A centre where `seats` operators are ready: cloned for each interleaving.
pub fn open_centre(seats: u32) -> Centre {
    let mut centre = Centre::new(settings(1));
    centre.handle(START, Input::ExchangeUp { bridges: Vec::new(), calls: Vec::new(), dialled: Vec::new() });
    for id in 1..=seats {
        let (operator, session) = (OperatorId(id), Session(1));
        centre.handle(START, Input::SignIn { operator, session });
        centre.handle(START, Input::Choose { operator, session, chosen: READY });
        centre.handle(START, Input::Media { owner: Owner::Operator { operator }, up: true });
    }
    centre
}

struct Seat {
    session: Session,
    /// The desktop runs and sends heartbeats.
    alive: bool,
    /// The centre has a socket to it, and heard it then.
    socket: bool,
    heard: Time,
}

pub struct Play {
    dice: Dice,
    pub centre: Centre,
    pub watch: Watch,
    now: Time,
    beat: Time,
    seats: Vec<Seat>,
    booths: u32,
    /// On their way to the centre.
    lines: Vec<(Time, Input)>,
    /// The highest fence that the exchange has seen, by contact.
    fences: Vec<(ContactId, Fence)>,
    helping: bool,
}

impl Play {
    pub fn new(seed: u64, open: &[Centre]) -> Play {
        let mut dice = Dice::new(seed);
        let seats = 2 + dice.below(u64::from(MOST_SEATS) - 1) as usize;
        let booths = 1 + dice.below(4) as u32;
        let mut centre = open[seats].clone();
        centre.handle(START, Input::Settings(settings(1 + dice.below(3) as u32)));
        let seat = || Seat { session: Session(1), alive: true, socket: true, heard: START };
        Play {
            dice,
            centre,
            watch: Watch::default(),
            now: START,
            beat: START + HEARTBEAT,
            seats: (0..seats).map(|_| seat()).collect(),
            booths,
            lines: Vec::new(),
            fences: Vec::new(),
            helping: false,
        }
    }

    /// Plays to the end.
    pub fn run(mut self) -> Watch {
        for booth in 1..=self.booths {
            let at = self.dice.below(40);
            self.send(at, Input::Ring { booth: BoothId(booth) });
        }
        for call in 1..=self.dice.below(4) {
            let at = self.dice.below(40);
            self.send(at, Input::Call { call: CallId(call) });
        }
        self.play_until(START + Millis(RANDOM_MS));
        self.helping = true;
        self.help_to_the_end();
        self.watch
    }

    fn send(&mut self, after: u64, input: Input) {
        let delay = self.dice.below(12);
        self.lines.push((self.now + Millis(after + delay), input));
    }

    fn play_until(&mut self, until: Time) {
        loop {
            let message = (self.lines.iter().enumerate()).map(|(at, line)| (line.0, at)).min();
            let timer = self.centre.poll_timeout().map(|(at, _)| at);
            let next =
                message.map(|(at, _)| at).into_iter().chain(timer).min().unwrap_or(until).min(self.beat);
            if next > until {
                self.now = until;
                return;
            }
            self.now = self.now.max(next);
            match message {
                _ if self.beat == next => self.heartbeats(),
                // A message and a timer of the same instant: either may be first.
                Some((at, line)) if at == next && (timer != Some(at) || self.dice.chance(50)) => {
                    let (_, input) = self.lines.swap_remove(line);
                    self.hand_in(input);
                }
                _ if timer.is_some_and(|at| at <= self.now) => {
                    let outputs = self.centre.handle_timeout(self.now);
                    self.book(&outputs);
                    if self.centre.poll_timeout().is_some_and(|(at, _)| at <= self.now) {
                        return self.watch.stuck("a timer is due again at once".into());
                    }
                }
                _ => {
                    self.now = until;
                    return;
                }
            }
        }
    }

    fn heartbeats(&mut self) {
        self.beat = self.beat + HEARTBEAT;
        for id in 0..self.seats.len() {
            if self.seats[id].alive {
                let (operator, session) = (OperatorId(id as u32 + 1), self.seats[id].session);
                self.hand_in(Input::Heartbeat { operator, session });
            }
        }
    }

    fn hand_in(&mut self, input: Input) {
        let outputs = self.centre.handle(self.now, input.clone());
        if !outputs.iter().any(|output| matches!(output, Output::Refused { .. })) {
            self.note_lease(&input);
        }
        self.book(&outputs);
    }

    /// What the centre can know of a seat from this input.
    fn note_lease(&mut self, input: &Input) {
        let (operator, session, socket) = match *input {
            Input::SignIn { operator, session }
            | Input::Attach { operator, session }
            | Input::Heartbeat { operator, session }
            | Input::Choose { operator, session, .. }
            | Input::Accept { operator, session, .. }
            | Input::Decline { operator, session, .. }
            | Input::End { operator, session, .. }
            | Input::Hold { operator, session, .. }
            | Input::Mask { operator, session, .. }
            | Input::RaiseHand { operator, session, .. }
            | Input::Suspend { operator, session, .. }
            | Input::SettleCallback { operator, session, .. }
            | Input::Dial { operator, session }
            | Input::Consult { operator, session, .. }
            | Input::EndConsult { operator, session, .. }
            | Input::JoinConsult { operator, session, .. }
            | Input::Transfer { operator, session, .. }
            | Input::Finish { operator, session, .. } => (operator, session, true),
            Input::Detach { operator, session } => (operator, session, false),
            Input::SignOut { .. }
            | Input::Ring { .. }
            | Input::Leave { .. }
            | Input::Call { .. }
            | Input::CallOver { .. }
            | Input::NotReached { .. }
            | Input::VisitorMask { .. }
            | Input::BoothLine { .. }
            | Input::Media { .. }
            | Input::Joined { .. }
            | Input::JoinFailed { .. }
            | Input::ExchangeUp { .. }
            | Input::ExchangeDown
            | Input::Settings(_) => return,
        };
        if self.centre.operator(operator).and_then(|who| who.session) == Some(session) {
            let seat = &mut self.seats[operator.0 as usize - 1];
            seat.socket = socket;
            if socket {
                seat.heard = self.now;
            }
        }
    }

    fn book(&mut self, outputs: &[Output]) {
        let (seats, now) = (&self.seats, self.now);
        let suspect = self.centre.settings().suspect_after_ms;
        let reachable = |who: OperatorId| {
            let seat = &seats[who.0 as usize - 1];
            seat.socket && now < seat.heard + suspect
        };
        self.watch.step(now, &self.centre, outputs, reachable);
        for output in outputs {
            match *output {
                Output::Join { contact, fence, masked, .. } => self.exchange_joins(contact, fence, masked),
                Output::Mask { contact, fence, masked } => self.watch.mask(contact, fence, masked),
                _ if self.helping => {}
                Output::Offer { operator, session, offer, fence, .. } => {
                    self.desk_rings(operator, session, offer, fence);
                }
                Output::Rescind { operator, why: RescindWhy::NoAnswer, .. } => {
                    let after = self.dice.below(30);
                    self.choose_ready(operator, after);
                }
                Output::Fact(Fact::Arrived { contact, booth: Some(booth), .. }) => {
                    self.arrives(Input::Leave { booth, contact });
                }
                Output::Fact(Fact::Arrived { call: Some(call), .. }) => {
                    self.arrives(Input::CallOver { call, how: CallOver::HungUp });
                }
                Output::Fact(Fact::Live { contact }) => self.talk_begins(contact),
                Output::Fact(Fact::Ended { contact, .. }) => self.talk_ends(contact),
                _ => {}
            }
        }
        self.watch.masks_hold(&self.centre);
    }

    /// Visitor and operator hide and show at random, and across each other.
    fn mask_at_random(&mut self, booth: BoothId, operator: OperatorId, contact: ContactId) {
        let session = self.seats[operator.0 as usize - 1].session;
        for _ in 0..self.dice.below(4) {
            let (after, on) = (self.dice.below(30), self.dice.chance(60));
            let input = match self.dice.chance(50) {
                true => Input::VisitorMask { booth, contact, on },
                false => Input::Mask { operator, session, contact, on },
            };
            self.send(after, input);
        }
    }

    fn arrives(&mut self, leave: Input) {
        if self.dice.chance(45) {
            let after = self.dice.below(RING + 20);
            self.send(after, leave);
        }
    }

    fn exchange_joins(&mut self, contact: ContactId, fence: Fence, masked: bool) {
        let highest = self.fences.iter_mut().find(|seen| seen.0 == contact);
        let stale = highest.as_ref().is_some_and(|seen| seen.1 > fence);
        match highest {
            Some(seen) => seen.1 = seen.1.max(fence),
            None => self.fences.push((contact, fence)),
        }
        let fails = !self.helping && self.dice.chance(8);
        if stale || fails {
            let code = if stale { Code::StaleFence } else { Code::NoMedia };
            self.watch.join_failed(contact, fence);
            self.send(0, Input::JoinFailed { contact, fence, code });
        } else {
            self.watch.bridge(contact, fence, masked);
            self.send(0, Input::Joined { contact, fence });
        }
    }

    /// A person and a desktop at a ring. Nothing is cancelled when the ring stops: late is the point.
    fn desk_rings(&mut self, operator: OperatorId, session: Session, offer: OfferId, fence: Fence) {
        let after = self.dice.below(RING + 15);
        match self.dice.below(100) {
            0..60 => {
                let accept = Input::Accept { operator, session, offer, fence };
                if self.dice.chance(10) {
                    self.send(after, accept.clone());
                }
                self.send(after, accept);
            }
            60..70 => {
                let reason = DeclineReason::StillBusy;
                self.send(after, Input::Decline { operator, session, offer, reason });
            }
            70..78 => self.send(after, Input::SignOut { operator, session }),
            78..86 => self.disconnect(operator),
            86..90 => self.sign_in_again(operator, after),
            _ => {}
        }
    }

    fn disconnect(&mut self, operator: OperatorId) {
        let seat = &mut self.seats[operator.0 as usize - 1];
        seat.alive = false;
        let session = seat.session;
        let (socket, media) = (self.dice.chance(70), self.dice.chance(50));
        if socket {
            self.send(0, Input::Detach { operator, session });
        }
        if media {
            self.send(5, Input::Media { owner: Owner::Operator { operator }, up: false });
        }
        let after = 20 + self.dice.below(40);
        match self.dice.below(3) {
            0 => self.sign_in_again(operator, after),
            1 => self.send(after, Input::Attach { operator, session }),
            _ => {}
        }
        if media {
            self.send(after + 10, Input::Media { owner: Owner::Operator { operator }, up: true });
        }
    }

    fn sign_in_again(&mut self, operator: OperatorId, after: u64) {
        let seat = &mut self.seats[operator.0 as usize - 1];
        seat.session = Session(seat.session.0 + 1);
        seat.alive = true;
        let session = seat.session;
        self.send(after, Input::SignIn { operator, session });
        self.choose_ready(operator, after + 13);
    }

    fn choose_ready(&mut self, operator: OperatorId, after: u64) {
        let session = self.seats[operator.0 as usize - 1].session;
        self.send(after, Input::Choose { operator, session, chosen: READY });
    }

    fn talk_begins(&mut self, contact: ContactId) {
        let Some(seen) = self.centre.contact(contact) else { return };
        let Some(operator) = seen.operator else { return };
        let leave = match (seen.booth, seen.call) {
            (Some(booth), _) => {
                self.mask_at_random(booth, operator, contact);
                Input::Leave { booth, contact }
            }
            (None, Some(call)) => Input::CallOver { call, how: CallOver::LineLost },
            (None, None) => return,
        };
        let session = self.seats[operator.0 as usize - 1].session;
        let after = self.dice.below(25);
        match self.dice.below(10) {
            0..5 => self.send(after, Input::End { operator, session, contact }),
            5 | 6 => self.send(after, leave),
            7 => {
                self.send(after, Input::Hold { operator, session, contact, held: true });
                self.send(after, Input::End { operator, session, contact });
            }
            8 => self.disconnect(operator),
            _ => self.sign_in_again(operator, after),
        }
    }

    fn talk_ends(&mut self, contact: ContactId) {
        let Some(seen) = self.centre.contact(contact) else { return };
        if seen.phase == Phase::Wrapping
            && let Some(operator) = seen.operator
        {
            let session = self.seats[operator.0 as usize - 1].session;
            let finish = Input::Finish { operator, session, contact, disposition: Disposition::Guided };
            let after = self.dice.below(15);
            self.send(after, finish);
        }
        if self.dice.chance(30)
            && let Some(booth) = seen.booth
        {
            self.send(5, Input::Ring { booth });
        }
    }

    /// Everybody is there and does what is next; no contact may stay open. When nobody has anything to
    /// do, the clock goes on to the machine's next timer.
    fn help_to_the_end(&mut self) {
        let mut until = self.now;
        for _ in 0..HELP_ROUNDS {
            self.play_until(until);
            let open = self.centre.contacts().any(|seen| seen.phase != Phase::Closed);
            if !open && self.lines.is_empty() {
                return;
            }
            let steps = self.watch.figures.steps;
            for id in 1..=self.seats.len() as u32 {
                self.help_at(OperatorId(id));
            }
            let idle = steps == self.watch.figures.steps && self.lines.is_empty();
            let timer = self.centre.poll_timeout().map(|(at, _)| at).filter(|_| idle);
            until = timer.unwrap_or(self.now + Millis(15)).min(self.beat);
        }
        let open: Vec<_> = self.centre.contacts().filter(|seen| seen.phase != Phase::Closed).collect();
        self.watch.stuck(format!("still open after {HELP_ROUNDS} rounds of help: {open:?}"));
    }

    fn help_at(&mut self, operator: OperatorId) {
        let Some(who) = self.centre.operator(operator) else { return };
        let seat = &mut self.seats[operator.0 as usize - 1];
        let current = who.session.filter(|session| *session == seat.session && seat.alive && seat.socket);
        let Some(session) = current else {
            seat.session = Session(seat.session.0.max(who.session.map_or(0, |session| session.0)) + 1);
            seat.alive = true;
            let session = seat.session;
            self.hand_in(Input::SignIn { operator, session });
            return self.hand_in(Input::Media { owner: Owner::Operator { operator }, up: true });
        };
        if !who.media_up {
            self.hand_in(Input::Media { owner: Owner::Operator { operator }, up: true });
        }
        let contact = who.contact.and_then(|contact| self.centre.contact(contact));
        let disposition = Disposition::Guided;
        match (who.offer.and_then(|offer| self.centre.offer(offer)), contact) {
            (Some(known), _) => {
                self.hand_in(Input::Accept { operator, session, offer: known.offer, fence: known.fence });
            }
            (None, Some(seen)) if seen.phase == Phase::Wrapping => {
                self.hand_in(Input::Finish { operator, session, contact: seen.contact, disposition });
            }
            (None, Some(seen)) if seen.phase != Phase::Connecting => {
                self.hand_in(Input::End { operator, session, contact: seen.contact });
            }
            (None, None) if !matches!(who.presence, Presence::Available { .. }) => {
                self.hand_in(Input::Choose { operator, session, chosen: READY });
            }
            (None, Some(_) | None) => {}
        }
    }
}
