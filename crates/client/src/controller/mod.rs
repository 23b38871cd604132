//! What the desk does, decided: intents, the server's words and the leg's news in, orders out.
//!
//! Refuses to know: sockets, clocks, threads, devices and the window. `now` is this machine's time.

mod check;
mod desk_stage;
mod entry;
mod leg;
mod notes;
mod noting;
mod offline;
mod port;
mod session;
mod watch;

#[cfg(test)]
mod tests;

use desk::code::Code;
use desk::ids::{ContactId, OfferId};
use desk::time::Time;
use link::line::LineEvent;
use link::message::{DeskSignal, LegSignal, OperatorSays, RequestId};
use link::state::{DeskChange, DeskState};

use crate::shell::Notice;
use crate::view::{Intent, PictureDoor, Screen, Trouble, View};
use check::Check;
use desk_stage::Work;
use entry::{Entry, Hours, Renewal};
use leg::WarmLeg;
use notes::Notes;
pub use notes::{Draft, Filter, Kept, KeptHead, Lists, NotOpened, Opened, VaultJob, VaultNews, Writing};
use noting::OfflineTry;
use offline::Offline;
pub use port::{CheckNews, Devices, Input, LegNews, Output, Secret, Sound, Ticket};
pub use watch::FENCE_AFTER;
use watch::Watch;

/// What an answer will be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Accept(OfferId),
    Leg { leg: u64 },
    Finish(ContactId),
    Count,
    Other,
}

/// Something said and not yet answered. The line bounds their number.
#[derive(Debug)]
struct Pending {
    ticket: Ticket,
    request: Option<RequestId>,
    asked: Asked,
}

/// Which screen, with what belongs to it.
#[derive(Debug)]
enum Stage {
    SignIn(Entry),
    Desk(Box<Work>),
}

/// One operator's desk.
#[derive(Debug)]
pub struct Controller {
    stage: Stage,
    name: String,
    /// Who was signed in here last, for a start with a stored session.
    account: Option<String>,
    renewal: Renewal,
    hours: Hours,
    check: Check,
    watch: Watch,
    leg: WarmLeg,
    troubles: Vec<Trouble>,
    door: Option<PictureDoor>,
    offset_ms: i64,
    ringing: Option<OfferId>,
    noticed: Option<OfferId>,
    sound: Sound,
    drawn: Option<View>,
    pending: Vec<Pending>,
    last_ticket: u64,
    notes: Notes,
    /// The desk is open without its server.
    offline: Option<Offline>,
    /// A vault is being opened so that it may be.
    offline_try: Option<OfflineTry>,
    /// The keyring did not open it for the session that is being renewed.
    offline_given_up: bool,
    /// What the vault said before the desk was there.
    early: Vec<VaultNews>,
    /// What an offline start would show, as the vault has it; and whether that may be old.
    kept: Option<Box<DeskState>>,
    stale: bool,
    /// Not before this time another renewal for the sync.
    sync_renewal: Option<Time>,
    /// The line waits for a new token.
    line_waits: bool,
}

impl Default for Controller {
    fn default() -> Controller {
        Controller::new()
    }
}

impl Controller {
    /// A desk before its start.
    pub fn new() -> Controller {
        Controller {
            stage: Stage::SignIn(Entry::Idle { error: None }),
            name: String::new(),
            account: None,
            renewal: Renewal::default(),
            hours: Hours::default(),
            check: Check::default(),
            watch: Watch::Idle,
            leg: WarmLeg::new(),
            troubles: Vec::new(),
            door: None,
            offset_ms: 0,
            ringing: None,
            noticed: None,
            sound: Sound::default(),
            drawn: None,
            pending: Vec::new(),
            last_ticket: 0,
            notes: Notes::default(),
            offline: None,
            offline_try: None,
            offline_given_up: false,
            early: Vec::new(),
            kept: None,
            stale: true,
            sync_renewal: None,
            line_waits: false,
        }
    }

    /// Takes one input; gives what is to be done for it, in order.
    pub fn handle(&mut self, now: Time, input: Input) -> Vec<Output> {
        let mut out = Vec::new();
        match input {
            Input::Account(name) => self.account = Some(name),
            Input::Start { token } => self.start(token, &mut out),
            Input::Intent(intent) => self.intent(now, intent, &mut out),
            Input::SignIn(result) => self.sign_in_answered(now, result, &mut out),
            Input::Refreshed(result) => self.refreshed(now, result, &mut out),
            Input::Hours(hours) => self.hours.came(now, hours),
            Input::NoChoice => self.check.want(),
            Input::Check(news) => self.check.news(news),
            Input::Line(event) => self.line(now, event, &mut out),
            Input::Said { ticket, request } => self.said(now, ticket, request, &mut out),
            Input::Leg { leg, news } => self.leg_news(now, leg, &news, &mut out),
            Input::Device { trouble, present } => self.device(trouble, present),
            Input::Door(door) => self.door = door,
            Input::Vault(news) => self.vault(now, news, &mut out),
            Input::Closing => self.end_notes(now),
        }
        self.settle(now, &mut out);
        out
    }

    /// When to call [`Controller::handle_timeout`] at the latest, and why.
    pub fn poll_timeout(&self) -> Option<(Time, &'static str)> {
        let fence = self.watch.deadline().map(|at| (at, "fence"));
        let leg = self.leg.deadline(self.exchange_reachable()).map(|at| (at, "leg"));
        let ring = self.ring_ends().map(|at| (at, "ring"));
        let renewal = self.renewal.deadline().map(|at| (at, "renewal"));
        let hours = self.before_the_desk().then(|| (self.hours.deadline(Time(0)), "hours"));
        let [notes, offline] = self.note_deadlines();
        let all = [fence, leg, ring, renewal, hours, notes, offline];
        all.into_iter().flatten().min_by_key(|(at, _)| *at)
    }

    /// Does what time alone brings about.
    pub fn handle_timeout(&mut self, now: Time) -> Vec<Output> {
        let mut out = Vec::new();
        self.settle(now, &mut out);
        out
    }

    fn intent(&mut self, now: Time, intent: Intent, out: &mut Vec<Output>) {
        self.notes.touched(now);
        let Some(intent) = self.after_notes(now, intent, out) else { return };
        match (&mut self.stage, intent) {
            (Stage::SignIn(_), Intent::SignIn { name, password }) => self.sign_in(now, name, password, out),
            (Stage::SignIn(entry), Intent::TakeOver { agreed }) => {
                if let Some(password) = entry.take_over(agreed) {
                    out.push(Output::SignIn { name: self.name.clone(), password, take_over: true });
                }
            }
            (Stage::Desk(_), Intent::Check { open }) => self.set_check(open, out),
            (Stage::Desk(_), Intent::UseDevice { device, id }) => {
                out.push(Output::UseDevice { device, id });
            }
            (Stage::Desk(_), Intent::TryDevice { device }) => {
                out.extend(self.check.is_open().then_some(Output::TryDevice(device)));
            }
            (Stage::Desk(_), Intent::SignIn { .. }) => {}
            (Stage::Desk(_), Intent::SignOut) => {
                self.say(OperatorSays::SignOut, Asked::Other, out);
                out.push(Output::ClearToken);
                self.leave(now, None, out);
            }
            (Stage::SignIn(_), Intent::SignOut) => {
                if self.watch != Watch::Idle {
                    out.push(Output::ClearToken);
                }
                self.leave(now, None, out);
            }
            (_, Intent::Picture) => out.extend([Output::OpenDoor, Output::Keyframe]),
            (Stage::Desk(work), intent) => {
                let server = server_time(now, self.offset_ms);
                if let Some((body, asked)) = work.intent(intent, self.watch.is_fenced(), server) {
                    if let Asked::Accept(_) = asked {
                        // Nothing lies over the talk that begins.
                        self.set_check(false, out);
                        self.flush_notes(now);
                    }
                    self.say(body, asked, out);
                }
            }
            // A late click from a workspace that is no longer there.
            (
                Stage::SignIn(_),
                Intent::Choose { .. }
                | Intent::Answer
                | Intent::Decline { .. }
                | Intent::Mute { .. }
                | Intent::CameraOff { .. }
                | Intent::End
                | Intent::Finish { .. }
                | Intent::Mask { .. }
                | Intent::SendText { .. }
                | Intent::Guide { .. }
                | Intent::Screen { .. }
                | Intent::Hold { .. }
                | Intent::Digit { .. }
                | Intent::RaiseHand { .. }
                | Intent::SettleCallback { .. }
                | Intent::CallBack { .. }
                | Intent::Consult { .. }
                | Intent::EndConsult
                | Intent::JoinConsult { .. }
                | Intent::Transfer
                | Intent::Suspend { .. }
                | Intent::ExtendWrapup
                | Intent::Check { .. }
                | Intent::UseDevice { .. }
                | Intent::TryDevice { .. }
                | Intent::Note { .. }
                | Intent::Close,
            ) => {}
        }
    }

    fn set_check(&mut self, open: bool, out: &mut Vec<Output>) {
        if self.check.set(open) {
            out.push(Output::Check(open));
        }
    }

    fn line(
        &mut self,
        now: Time,
        event: LineEvent<DeskState, DeskChange, DeskSignal>,
        out: &mut Vec<Output>,
    ) {
        if self.watch == Watch::Idle {
            // The last words of a line that was closed here.
            return;
        }
        match event {
            LineEvent::Up { session: _, resumed, now: server } => {
                self.server_clock(now, server);
                self.watch.heard(now);
                self.renewal.worked();
                if resumed {
                    self.watch.current(now);
                    self.leg.hurry(now);
                }
            }
            LineEvent::Down => self.watch.cut(now),
            LineEvent::Snapshot { state, now: server } => {
                self.server_clock(now, server);
                self.watch.current(now);
                self.notes.uncounted();
                self.stale = true;
                out.push(Output::NotesHint(state.notes));
                self.snapshot(state, out);
                self.hear_early(now);
                self.leg.hurry(now);
            }
            LineEvent::Change { change, now: server } => {
                self.server_clock(now, server);
                self.watch.heard(now);
                if change == DeskChange::ExchangeUp(true) {
                    self.leg.hurry(now);
                }
                if let DeskChange::Notes(mark) = &change {
                    out.push(Output::NotesHint(*mark));
                }
                self.stale = true;
                if let Stage::Desk(work) = &mut self.stage {
                    work.change(change);
                }
            }
            LineEvent::Signal(signal) => {
                self.watch.heard(now);
                match signal {
                    DeskSignal::Leg(signal) => self.signal(now, signal, out),
                    DeskSignal::Number { contact, number } => self.notes.take_number(contact, number),
                }
            }
            LineEvent::Answer { request, refused } => {
                self.watch.heard(now);
                self.answered(now, request, refused, out);
            }
            LineEvent::Heard { now: server } => {
                self.server_clock(now, server);
                self.watch.heard(now);
            }
            LineEvent::Refused(code) => self.refused_by_line(now, code, out),
        }
    }

    fn server_clock(&mut self, now: Time, server: Time) {
        self.offset_ms = server.0 as i64 - now.0 as i64;
    }

    fn snapshot(&mut self, state: DeskState, out: &mut Vec<Output>) {
        match &mut self.stage {
            Stage::SignIn(_) => {
                if self.check.desk_opens(state.contact.is_some()) {
                    out.push(Output::Check(true));
                }
                self.stage = Stage::Desk(Box::new(Work::new(state)));
            }
            Stage::Desk(work) => work.snapshot(state),
        }
    }

    fn signal(&mut self, now: Time, signal: LegSignal, out: &mut Vec<Output>) {
        match signal {
            LegSignal::Answer { leg, sdp } => self.leg.answer(leg, sdp, out),
            LegSignal::Refused { leg, code } => self.leg.refused(leg, code, now, out),
            LegSignal::RestartIce { leg } => self.leg.restart_wanted(leg, now, out),
            LegSignal::Unknown { leg } => self.leg.unknown(leg, now, out),
        }
    }

    fn answered(&mut self, now: Time, request: RequestId, refused: Option<Code>, out: &mut Vec<Output>) {
        let found = self.pending.iter().position(|waiting| waiting.request == Some(request));
        if let Some(place) = found {
            let asked = self.pending.remove(place).asked;
            if let Some(code) = refused {
                self.refuse(now, asked, code, out);
            }
        }
    }

    fn said(&mut self, now: Time, ticket: Ticket, request: Option<RequestId>, out: &mut Vec<Output>) {
        let Some(place) = self.pending.iter().position(|waiting| waiting.ticket == ticket) else {
            return;
        };
        match request {
            Some(request) => self.pending[place].request = Some(request),
            None => {
                let asked = self.pending.remove(place).asked;
                self.refuse(now, asked, Code::TooMany, out);
            }
        }
    }

    fn refuse(&mut self, now: Time, asked: Asked, code: Code, out: &mut Vec<Output>) {
        match asked {
            Asked::Leg { leg } => self.leg.refused(leg, code, now, out),
            Asked::Finish(contact) => self.finish_refused(now, contact, code),
            // The next change says it again.
            Asked::Count => {}
            Asked::Accept(_) | Asked::Other => {
                if let Stage::Desk(work) = &mut self.stage {
                    work.refused(asked, code);
                }
            }
        }
    }

    fn leg_news(&mut self, now: Time, leg: u64, news: &LegNews, out: &mut Vec<Output>) {
        if let Some(offer) = self.leg.news(leg, news, now, out) {
            self.say(OperatorSays::Sdp(offer), Asked::Leg { leg }, out);
        }
        if let Stage::Desk(work) = &mut self.stage {
            work.measured(news);
        }
    }

    fn device(&mut self, trouble: Trouble, present: bool) {
        self.troubles.retain(|known| *known != trouble);
        if present {
            self.troubles.push(trouble);
            self.troubles.sort_by_key(|known| *known as u8);
        }
    }

    fn say(&mut self, body: OperatorSays, asked: Asked, out: &mut Vec<Output>) {
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        self.pending.push(Pending { ticket, request: None, asked });
        out.push(Output::Say { ticket, body });
    }

    fn before_the_desk(&self) -> bool {
        match self.stage {
            Stage::SignIn(_) => true,
            Stage::Desk(_) => false,
        }
    }

    fn exchange_reachable(&self) -> bool {
        let exchange_up = matches!(&self.stage, Stage::Desk(work) if work.state().exchange_up);
        self.watch.is_up() && exchange_up
    }

    /// When the present ring runs out, by this machine's clock: the server says it too, unless the line
    /// is cut at that moment.
    fn ring_ends(&self) -> Option<Time> {
        let Stage::Desk(work) = &self.stage else { return None };
        let expires = work.offer_to_ring()?.expires;
        self.ringing.map(|_| Time(expires.0.saturating_add_signed(-self.offset_ms)))
    }

    /// After each input: time, then everything that follows from the state.
    fn settle(&mut self, now: Time, out: &mut Vec<Output>) {
        self.watch.tick(now);
        if let (Stage::Desk(work), true) = (&mut self.stage, self.watch.is_fenced()) {
            work.fence();
        }
        self.renewal.tick(now, out);
        if self.before_the_desk() {
            self.hours.tick(now, out);
        }
        let reachable = self.exchange_reachable();
        self.leg.tick(now, reachable, out);
        self.settle_notes(now, out);
        self.settle_ring(now, out);
        self.settle_sound(out);
        self.render(out);
    }

    fn settle_ring(&mut self, now: Time, out: &mut Vec<Output>) {
        let server_now = server_time(now, self.offset_ms);
        let card = match &self.stage {
            Stage::Desk(work) if !self.watch.is_fenced() => work.offer_to_ring(),
            Stage::Desk(_) | Stage::SignIn(_) => None,
        };
        let card = card.filter(|card| server_now < card.expires);
        let ring = card.map(|card| card.offer);
        let notice = card.map(|card| Notice::Offer {
            offer: card.offer,
            channel: card.channel,
            booth: card.booth.clone(),
        });
        if ring.is_some() != self.ringing.is_some() {
            out.push(Output::Ring(ring.is_some()));
        }
        self.ringing = ring;
        if ring != self.noticed {
            let gone = self.noticed.map(|offer| Output::Notify(Notice::OfferGone { offer }));
            out.extend(gone);
            out.extend(notice.map(Output::Notify));
            self.noticed = ring;
        }
    }

    fn settle_sound(&mut self, out: &mut Vec<Output>) {
        let sound = match &self.stage {
            Stage::Desk(work) => work.sound(),
            Stage::SignIn(_) => Sound::default(),
        };
        if sound != self.sound {
            self.sound = sound;
            out.push(Output::Sound(sound));
        }
    }

    fn render(&mut self, out: &mut Vec<Output>) {
        let view = self.view();
        if self.drawn.as_ref() != Some(&view) {
            out.push(Output::Render(Box::new(view.clone())));
            self.drawn = Some(view);
        }
    }

    fn view(&self) -> View {
        let screen = match &self.stage {
            Stage::SignIn(entry) => entry.view(&self.name, &self.hours),
            Stage::Desk(work) => {
                let fenced = self.watch.is_fenced();
                let check = self.check.view(work.network(&self.leg));
                let mut desk = work.view(fenced, &self.leg, self.troubles.clone(), check);
                self.notes.draw(&mut desk);
                Screen::Desk(Box::new(desk))
            }
        };
        // Jitter of a few ms in the offset is no reason to draw again.
        let coarse = CLOCK_STEP_MS;
        let clock_offset_ms = (self.offset_ms + coarse / 2).div_euclid(coarse) * coarse;
        View { screen, line: self.watch.view(), clock_offset_ms, picture: self.door.clone() }
    }
}

/// How exactly the window is told the server's clock: a tenth of a second cannot be seen in a countdown.
const CLOCK_STEP_MS: i64 = 100;

/// The server's clock as this desk knows it.
fn server_time(now: Time, offset_ms: i64) -> Time {
    Time(now.0.saturating_add_signed(offset_ms))
}
