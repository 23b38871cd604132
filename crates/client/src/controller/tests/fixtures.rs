//! A desk on a table: what goes in is short to write, what comes out is easy to ask for.

use desk::calendar::Duty;
use desk::centre::{OfferWhy, Rule};
use desk::code::Code;
use desk::contact::{Channel, Mask, Phase};
use desk::day::Day;
use desk::ids::{ContactId, Fence, OfferId, OperatorId, Session};
use desk::note::Forms;
use desk::presence::{Channels, Chosen, Presence};
use desk::time::{Millis, Time};
use link::line::LineEvent;
use link::message::notes::NotesMark;
use link::message::{DeskSignal, LegSignal, OperatorSays, RequestId, SignedIn};
use link::state::{
    Callbacks, ChannelBoard, ContactCard, DayCounts, DeskChange, DeskState, Hours, Me, OfferCard, QueueBoard,
    ScreenShare, VisitorTrouble,
};

use crate::controller::{Controller, Input, LegNews, Output, Secret, Ticket};
use crate::view::{DeskView, Intent, Screen, View};

/// This machine's clock at the start, and the server's, which is two seconds ahead.
pub const START: Time = Time(1_000_000);
pub const AHEAD: u64 = 2_000;

/// A desk, its clock, and everything that came out since the last look.
pub struct Table {
    pub desk: Controller,
    pub now: Time,
    pub out: Vec<Output>,
    pub view: Option<View>,
    pub said: Vec<(RequestId, OperatorSays)>,
}

pub fn state() -> DeskState {
    let board = ChannelBoard { open: true, waiting: 0, oldest: None, ready: 1 };
    DeskState {
        city: "上尾市".into(),
        me: Me {
            operator: OperatorId(1),
            name: "オペレーター01".into(),
            presence: Presence::Available { channels: Channels::Both },
            since: START,
            next: Chosen::Available { channels: Channels::Both },
            media: true,
            hand: None,
        },
        offer: None,
        notice: None,
        contact: None,
        queue: QueueBoard { phone: board, booth: board },
        booths: Vec::new(),
        day: DayCounts::default(),
        exchange_up: true,
        ring_timeout_ms: Millis::seconds(20),
        hours: Hours { day: Day(0), duty: Duty::Both, booth: None, phone: None, next_booth: None },
        guidance: Vec::new(),
        lobby: Vec::new(),
        long_wait_ms: Millis::seconds(180),
        wrapup_ms: Millis::seconds(60),
        callbacks: Callbacks::default(),
        guest: None,
        colleagues: Vec::new(),
        directory: Vec::new(),
        wall: None,
        forms: Forms::default(),
        notes: NotesMark::default(),
    }
}

pub fn signed_in() -> SignedIn {
    SignedIn {
        token: "token".into(),
        token_ms: 300_000,
        refresh: "refresh".into(),
        name: "オペレーター01".into(),
    }
}

impl Table {
    pub fn new() -> Table {
        Table { desk: Controller::new(), now: START, out: Vec::new(), view: None, said: Vec::new() }
    }

    /// Signed in by a stored token, snapshot there, leg connected.
    pub fn at_work() -> Table {
        Table::with(state())
    }

    pub fn with(state: DeskState) -> Table {
        let mut table = Table::new();
        table.renewed();
        table.up(false);
        table.snapshot(state);
        let leg = table.opened_leg();
        table.leg(leg, LegNews::Offer { restart: false, sdp: "offer".into() });
        table.signal(LegSignal::Answer { leg, sdp: "answer".into() });
        table.leg(leg, LegNews::Connected);
        table.out.clear();
        table.said.clear();
        table
    }

    /// Started with a stored session, which the server has renewed.
    pub fn renewed(&mut self) {
        self.put(Input::Start { token: Some(Secret("old".into())) });
        self.put(Input::Refreshed(Ok(signed_in())));
    }

    pub fn put(&mut self, input: Input) {
        let outputs = self.desk.handle(self.now, input);
        self.keep(outputs);
    }

    fn keep(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            match &output {
                Output::Render(view) => self.view = Some((**view).clone()),
                Output::Say { ticket, body } => {
                    let request = RequestId(uuid::Uuid::now_v7());
                    self.said.push((request, body.clone()));
                    let more =
                        self.desk.handle(self.now, Input::Said { ticket: *ticket, request: Some(request) });
                    assert_eq!(more, [], "a name for what was said changes nothing");
                }
                _ => {}
            }
            self.out.push(output);
        }
    }

    /// Lets time pass, waking the desk whenever it wants to be woken.
    pub fn pass(&mut self, ms: u64) {
        let end = self.now + Millis(ms);
        for _ in 0..1_000 {
            match self.desk.poll_timeout() {
                Some((at, _)) if at <= end => {
                    self.now = at.max(self.now);
                    let outputs = self.desk.handle_timeout(self.now);
                    self.keep(outputs);
                }
                Some(_) | None => {
                    self.now = end;
                    return;
                }
            }
        }
        panic!("the desk wakes itself without end: {:?}", self.desk.poll_timeout());
    }

    pub fn server_now(&self) -> Time {
        Time(self.now.0 + AHEAD)
    }

    pub fn intent(&mut self, intent: Intent) {
        self.put(Input::Intent(intent));
    }

    pub fn up(&mut self, resumed: bool) {
        let now = self.server_now();
        self.put(Input::Line(LineEvent::Up { session: Session(1), resumed, now }));
    }

    pub fn snapshot(&mut self, state: DeskState) {
        let now = self.server_now();
        self.put(Input::Line(LineEvent::Snapshot { state, now }));
    }

    pub fn change(&mut self, change: DeskChange) {
        let now = self.server_now();
        self.put(Input::Line(LineEvent::Change { change, now }));
    }

    pub fn heard(&mut self) {
        let now = self.server_now();
        self.put(Input::Line(LineEvent::Heard { now }));
    }

    pub fn cut(&mut self) {
        self.put(Input::Line(LineEvent::Down));
    }

    pub fn signal(&mut self, signal: LegSignal) {
        self.put(Input::Line(LineEvent::Signal(DeskSignal::Leg(signal))));
    }

    pub fn leg(&mut self, leg: u64, news: LegNews) {
        self.put(Input::Leg { leg, news });
    }

    /// The server's answer to what was said last.
    pub fn answer(&mut self, refused: Option<Code>) {
        let request = self.said.last().unwrap().0;
        self.put(Input::Line(LineEvent::Answer { request, refused }));
    }

    pub fn offered(&mut self, offer: u64) {
        let card = self.card(offer);
        self.change(DeskChange::Offer(Some(card)));
    }

    pub fn card(&self, offer: u64) -> OfferCard {
        OfferCard {
            offer: OfferId(offer),
            fence: Fence(offer + 100),
            contact: ContactId(7),
            number: "W-20260406-0007".into(),
            channel: Channel::Booth,
            booth: Some("ブース2".into()),
            caller: None,
            arrived: self.server_now(),
            offered: self.server_now(),
            expires: self.server_now() + Millis::seconds(20),
            why: OfferWhy { ready: 1, idle_ms: Millis(0), rings_before: 0, rule: Rule::LongestWait },
            asked_by: None,
        }
    }

    pub fn contact(&self, phase: Phase) -> ContactCard {
        ContactCard {
            contact: ContactId(7),
            number: "W-20260406-0007".into(),
            channel: Channel::Booth,
            booth: Some("ブース2".into()),
            caller: None,
            holds: 0,
            held_ms: Millis(0),
            phase_since: START,
            phase,
            arrived: START,
            answered: START,
            ended: None,
            end: None,
            visitor_up: true,
            visitor_since: START,
            interruptions: 0,
            mask: Mask::Off,
            outgoing: false,
            consult: None,
            consult_end: None,
            texts: Vec::new(),
            shown: None,
            screen: ScreenShare::Off,
            trouble: VisitorTrouble::default(),
        }
    }

    pub fn phase(&mut self, phase: Phase) {
        let card = self.contact(phase);
        self.change(DeskChange::Contact(Some(card)));
    }

    pub fn opened_leg(&self) -> u64 {
        let opened = self.out.iter().rev().find_map(|output| match output {
            Output::OpenLeg(leg) => Some(*leg),
            _ => None,
        });
        opened.expect("a leg was opened")
    }

    /// Everything but what is drawn, the looks at the hours and the hints to the sync, since the last call.
    pub fn did(&mut self) -> Vec<Output> {
        let out = std::mem::take(&mut self.out);
        let quiet =
            |output: &Output| matches!(output, Output::Render(_) | Output::FetchHours | Output::NotesHint(_));
        out.into_iter().filter(|output| !quiet(output)).collect()
    }

    pub fn rings(&mut self) -> Vec<bool> {
        let did = self.did();
        did.iter().filter_map(|output| if let Output::Ring(on) = output { Some(*on) } else { None }).collect()
    }

    pub fn words(&mut self) -> Vec<OperatorSays> {
        std::mem::take(&mut self.said).into_iter().map(|(_, word)| word).collect()
    }

    pub fn shown(&self) -> &View {
        self.view.as_ref().unwrap()
    }

    pub fn desk(&self) -> &DeskView {
        match &self.shown().screen {
            Screen::Desk(desk) => desk,
            Screen::SignIn { .. } => panic!("the sign-in screen is up"),
        }
    }
}

pub const fn ticket(n: u64) -> Ticket {
    Ticket(n)
}
