//! Lines come and go. Knows who replaces whom; what that means for talks is the machine's.

use desk::centre::{Input, Owner};
use desk::code::Code;
use desk::ids::{BoothId, OperatorId, Session};
use desk::time::Time;
use link::message::{ExchangeOrder, RequestId, Resume};

use super::parties::{BoothWay, Caller, Desk, DeskWay, ExchangeLine, Place, Way};
use super::task::Hub;
use super::turn::{After, Turn};
use super::{Hello, LineId};
use crate::secret::TokenHash;
use crate::store::Directory;

impl Hub {
    /// A line came.
    pub(super) fn hello(&mut self, turn: &mut Turn, line: LineId, hello: Hello) {
        match hello {
            Hello::Operator { bearer, resume, out } => {
                let token = bearer.sign_in;
                self.parties.lines.insert(line, Caller::Operator(bearer.operator));
                let way = Way::new(line, out);
                match self.stream_of(bearer.operator, resume) {
                    Some((session, event)) => {
                        let desk = self.parties.desks.get_mut(&bearer.operator);
                        let desk = desk.expect("the stream was found at this desk");
                        desk.place.take_line(way);
                        (desk.token, desk.expires) = (token, bearer.expires);
                        tracing::info!(operator = %bearer.operator, %session, line = line.0, "desk back");
                        self.feed(turn, Input::Attach { operator: bearer.operator, session });
                        turn.after.push(After::WelcomeOperator(bearer.operator, Some(event)));
                    }
                    None => self.sign_in(turn, bearer.operator, token, bearer.expires, way),
                }
            }
            Hello::Booth { booth, resume, out } => {
                self.booth_came(turn, line, booth, resume, Way::new(line, out))
            }
            Hello::Exchange { key, out } => {
                self.parties.lines.insert(line, Caller::Exchange);
                let newer = ExchangeLine::new(line, key, out);
                if let Some(older) = self.parties.exchange.replace(newer) {
                    turn.after.push(After::CloseOldExchange(older, Code::Replaced));
                    self.feed(turn, Input::ExchangeDown);
                }
                tracing::info!(line = line.0, "exchange connected");
                turn.after.push(After::WelcomeExchange(line));
            }
        }
    }

    /// The session and event to go on from, when the desk's stream is the one asked for.
    fn stream_of(&self, operator: OperatorId, resume: Option<Resume>) -> Option<(Session, u64)> {
        let resume = resume?;
        let desk = self.parties.desks.get(&operator)?;
        let in_force = self.centre.operator(operator)?.session;
        let same = desk.place.outbox.stream() == resume.stream && in_force == Some(desk.session);
        same.then_some((desk.session, resume.event))
    }

    /// A new session; an older one of the same operator ends. A talk moves along (the machine does that).
    fn sign_in(
        &mut self,
        turn: &mut Turn,
        operator: OperatorId,
        token: TokenHash,
        expires: Time,
        way: DeskWay,
    ) {
        self.session = Session(self.session.0 + 1);
        let session = self.session;
        let older = self.parties.desks.remove(&operator);
        let mut answers = Default::default();
        if let Some(older) = older {
            if older.token != token {
                // One operator, one machine: what the older one keeps in its keyring opens nothing now.
                turn.revoked.push(older.token);
            }
            answers = older.place.answers;
            if let Some(way) = older.place.way {
                turn.after.push(After::CloseOld(way, None, Code::Replaced));
            }
        }
        tracing::info!(%operator, %session, line = way.line.0, "session began");
        self.feed(turn, Input::SignIn { operator, session });
        let place = Place::new(way, answers);
        self.parties.desks.insert(operator, Desk { session, token, expires, notice: None, place });
        turn.after.push(After::WelcomeOperator(operator, None));
    }

    fn booth_came(
        &mut self,
        turn: &mut Turn,
        line: LineId,
        booth: BoothId,
        resume: Option<Resume>,
        way: BoothWay,
    ) {
        self.parties.lines.insert(line, Caller::Booth(booth));
        self.parties.seen.insert(booth);
        let mut event = None;
        match self.parties.booths.get_mut(&booth) {
            Some(place) => {
                event =
                    resume.filter(|resume| resume.stream == place.outbox.stream()).map(|resume| resume.event);
                let older = place.way.take();
                place.take_line(way);
                // The same page that came back needs no goodbye on its dead socket; another page does.
                if let (Some(older), None) = (older, event) {
                    turn.after.push(After::CloseOldBooth(older, Code::Replaced));
                }
            }
            None => {
                self.parties.booths.insert(booth, Place::new(way, Default::default()));
            }
        }
        if event.is_none() {
            self.papers.page_loaded(booth, self.centre.booth(booth).contact);
        }
        tracing::info!(%booth, line = line.0, "booth connected");
        self.feed(turn, Input::BoothLine { booth, up: true });
        turn.after.push(After::WelcomeBooth(booth, event));
    }

    /// A line went. One that was replaced before says nothing about its owner.
    pub(super) fn gone(&mut self, turn: &mut Turn, line: LineId) {
        let Some(caller) = self.parties.lines.remove(&line) else { return };
        match caller {
            Caller::Operator(operator) => {
                let Some(desk) = self.parties.desks.get_mut(&operator) else { return };
                if !desk.place.is_on(line) {
                    return;
                }
                desk.place.way = None;
                desk.place.gone_since = Some(turn.now);
                let session = desk.session;
                tracing::info!(%operator, %session, line = line.0, "desk cut");
                self.feed(turn, Input::Detach { operator, session });
            }
            Caller::Booth(booth) => {
                let Some(place) = self.parties.booths.get_mut(&booth) else { return };
                if !place.is_on(line) {
                    return;
                }
                place.way = None;
                place.gone_since = Some(turn.now);
                tracing::info!(%booth, line = line.0, "booth cut");
                self.feed(turn, Input::BoothLine { booth, up: false });
            }
            Caller::Exchange => {
                if self.parties.exchange.as_ref().is_some_and(|exchange| exchange.line == line) {
                    self.parties.exchange = None;
                    tracing::warn!(line = line.0, "exchange cut");
                    self.feed(turn, Input::ExchangeDown);
                }
            }
        }
    }

    /// A token died by its owner's wish: the session ends when it may, the line in any case.
    pub(super) fn token_revoked(&mut self, turn: &mut Turn, token: TokenHash) {
        let found = self.parties.desks.iter().find(|(_, desk)| desk.token == token);
        let Some((operator, session)) = found.map(|(operator, desk)| (*operator, desk.session)) else {
            return;
        };
        match self.feed(turn, Input::SignOut { operator, session }) {
            None => self.leave_desk(turn, operator, None, Code::Unauthorised),
            // In a talk: it stays, and goes back to the queue when its lease has run out.
            Some(_) => self.close_desk(turn, operator, Code::Unauthorised),
        }
    }

    /// A signed-out desk: line, stream and leg go, after the answer to the request that led here.
    pub(super) fn leave_desk(
        &mut self,
        turn: &mut Turn,
        operator: OperatorId,
        answer: Option<RequestId>,
        code: Code,
    ) {
        turn.after.push(After::Order(ExchangeOrder::CloseLeg { owner: Owner::Operator { operator } }));
        if let Some(desk) = self.parties.desks.remove(&operator)
            && let Some(way) = desk.place.way
        {
            turn.after.push(After::CloseOld(way, answer, code));
        }
        tracing::info!(%operator, "session ended");
    }

    fn close_desk(&mut self, turn: &mut Turn, operator: OperatorId, code: Code) {
        let way = self.parties.desks.get(&operator).and_then(|desk| desk.place.way.as_ref());
        if let Some(way) = way {
            turn.after.push(After::Close(way.line, code));
        }
    }

    /// Names and rights are new: whoever may not be here any more is shown out.
    pub(super) fn take_directory(&mut self, turn: &mut Turn, directory: &Directory) {
        self.names.read(directory);
        let without: Vec<OperatorId> = (self.parties.desks.iter())
            .filter(|(_, desk)| desk.place.way.is_some() && !directory.tokens.contains(&desk.token))
            .map(|(operator, _)| *operator)
            .collect();
        for operator in without {
            self.close_desk(turn, operator, Code::Unauthorised);
        }
        let shut: Vec<BoothId> =
            self.parties.booths.keys().filter(|booth| !self.names.has_booth(**booth)).copied().collect();
        for booth in shut {
            self.shut_booth(turn, booth);
        }
        if let Some(exchange) = &self.parties.exchange
            && !directory.keys.contains(&exchange.key)
        {
            turn.after.push(After::Close(exchange.line, Code::Unauthorised));
        }
    }

    fn shut_booth(&mut self, turn: &mut Turn, booth: BoothId) {
        tracing::warn!(%booth, "booth revoked");
        self.feed(turn, Input::BoothLine { booth, up: false });
        turn.after.push(After::Order(ExchangeOrder::CloseLeg { owner: Owner::Booth { booth } }));
        if let Some(way) = self.parties.booths.remove(&booth).and_then(|place| place.way) {
            turn.after.push(After::CloseOldBooth(way, Code::Unauthorised));
        }
    }

    /// What time alone brings: tokens that died, streams that nobody came back for.
    pub(super) fn keep_house(&mut self, turn: &mut Turn) {
        let dead: Vec<OperatorId> = (self.parties.desks.iter())
            .filter(|(_, desk)| desk.place.way.is_some() && desk.expires <= turn.now)
            .map(|(operator, _)| *operator)
            .collect();
        for operator in dead {
            self.close_desk(turn, operator, Code::Unauthorised);
        }
        self.parties.sweep(turn.now);
    }
}
