//! Carries what one call decides: its task, from the INVITE of a caller or the answer to ours until nothing is left
//! of it. Knows no trunk and no other call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use desk::ids::CallId;
use desk::time::{Millis, Time};
use rsipstack::sip::headers::{ContentType, Header};
use rsipstack::sip::{Method, Response, StatusCode};
use rsipstack::transaction::Transaction;
use tokio::sync::mpsc;

use super::CallNews;
use super::call::{Call, Change, Input, Output, Refusal, Rules, Session};
use super::dialog::{Dialog, reply};
use super::info;
use super::invite::Progress;
use super::leg::{PhoneLeg, Wants};
use super::offer::Talk;
use super::serve::{Served, Serving, abilities, supports_timer, values};
use super::session::{self, Asked, LEAST_S, TooShort};

/// What may wait for a call: a far side sends one request at a time, and repeats are taken out before.
pub const INBOX: usize = 32;

/// What comes into a call's task.
pub enum Happening {
    /// A request in its dialog.
    Request(Box<Transaction>),
    /// News of an INVITE.
    Served(u32, Served),
    /// News of an INVITE of ours, under its number.
    Progress(u32, Progress),
    /// The answer to a request of ours.
    Answered(Question, Option<Box<Response>>),
}

/// What we ask in a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// BYE.
    Bye,
    /// The session's refresh.
    Refresh,
    /// Whether it is there.
    Probe,
}

/// What a call begins with.
pub struct Begun {
    /// Its name.
    pub call: CallId,
    /// The INVITE of a call that came in.
    pub invite: Option<Serving>,
    /// The far side understands UPDATE.
    pub updates: bool,
    /// Its dialog.
    pub dialog: Dialog,
    /// What is agreed about the sound.
    pub talk: Talk,
    /// The session timer.
    pub session: Option<Session>,
    /// The leg that the engine gets.
    pub leg: Arc<PhoneLeg>,
    /// The trunk's rules.
    pub rules: Rules,
}

/// The task of a call.
pub struct Carrier {
    begun: Begun,
    machine: Call,
    session: Option<Session>,
    /// The request that [`Output::Reply`] answers, and what it leads to.
    current: Option<Current>,
    /// The INVITE of which the ACK is awaited: news of earlier ones are old.
    unacked: Option<u32>,
    epoch: Instant,
    answered: Instant,
    inbox: mpsc::Sender<Happening>,
    news: mpsc::Sender<CallNews>,
}

struct Current {
    serving: Serving,
    change: Option<Change>,
}

impl Carrier {
    /// Lets a call begin: it rings, and may be answered at once.
    pub async fn begin(
        begun: Begun,
        inbox: mpsc::Sender<Happening>,
        news: mpsc::Sender<CallNews>,
    ) -> Carrier {
        let (machine, outputs) = Call::invited(Time(0), begun.rules, begun.session, begun.talk.is_held());
        let mut carrier = Carrier::new(begun, machine, inbox, news);
        carrier.carry_out(outputs).await;
        carrier
    }

    /// Takes over a call of ours that was just answered.
    pub fn dialled(begun: Begun, inbox: mpsc::Sender<Happening>, news: mpsc::Sender<CallNews>) -> Carrier {
        let machine = Call::dialled(Time(0), begun.rules, begun.session, begun.talk.is_held());
        Carrier::new(begun, machine, inbox, news)
    }

    fn new(
        begun: Begun,
        machine: Call,
        inbox: mpsc::Sender<Happening>,
        news: mpsc::Sender<CallNews>,
    ) -> Carrier {
        let (epoch, session) = (Instant::now(), begun.session);
        let (current, unacked) = (None, None);
        Carrier { begun, machine, session, current, unacked, epoch, answered: epoch, inbox, news }
    }

    /// Takes a request that came before the call ran.
    pub async fn take(&mut self, transaction: Transaction) {
        let outputs = self.happened(Happening::Request(Box::new(transaction)));
        self.carry_out(outputs).await;
    }

    /// Runs until nothing is left of the call.
    pub async fn run(mut self, mut happened: mpsc::Receiver<Happening>) {
        while !self.machine.is_gone() {
            let due = self.machine.poll_timeout().map(|(at, _)| self.epoch + Duration::from_millis(at.0));
            let leg = Arc::clone(&self.begun.leg);
            let outputs = tokio::select! {
                happening = happened.recv() => match happening {
                    Some(happening) => self.happened(happening),
                    None => break,
                },
                wants = leg.wanted() => self.wanted(wants),
                () = sleep_until(due) => self.machine.handle_timeout(self.now()),
            };
            self.carry_out(outputs).await;
        }
        self.begun.talk.hush();
    }

    fn wanted(&mut self, wants: Wants) -> Vec<Output> {
        let now = self.now();
        let mut outputs = Vec::new();
        if wants.answer {
            outputs.extend(self.machine.handle(now, Input::AnswerWanted));
        }
        if wants.hang_up {
            outputs.extend(self.machine.handle(now, Input::HangUpWanted));
        }
        outputs
    }

    fn happened(&mut self, happening: Happening) -> Vec<Output> {
        let now = self.now();
        match happening {
            Happening::Request(transaction) => self.requested(*transaction),
            Happening::Served(_, Served::Cancelled) => self.machine.handle(now, Input::Cancelled),
            Happening::Served(number, Served::Acked(body)) if self.unacked == Some(number) => {
                self.unacked = None;
                self.begun.talk.acked(number, &body);
                self.machine.handle(now, Input::Acked)
            }
            Happening::Served(number, Served::Ended) if self.unacked == Some(number) => {
                self.unacked = None;
                self.machine.handle(now, Input::AckLost)
            }
            Happening::Served(_, Served::Acked(_) | Served::Ended) => Vec::new(),
            // The call is answered, and what its INVITE still brings is old.
            Happening::Progress(..) => Vec::new(),
            Happening::Answered(Question::Bye, _) => self.machine.handle(now, Input::ByeAnswered),
            Happening::Answered(Question::Refresh, response) => {
                let response = response.as_deref();
                if let Some(response) = response.filter(|response| !response.body.is_empty()) {
                    self.begun.talk.answered(&response.body);
                }
                self.machine.handle(now, Input::Refreshed(reply(response)))
            }
            Happening::Answered(Question::Probe, response) => {
                self.machine.handle(now, Input::Probed(reply(response.as_deref())))
            }
        }
    }

    fn requested(&mut self, transaction: Transaction) -> Vec<Output> {
        let method = transaction.original.method;
        let is_newer = self.begun.dialog.takes(&transaction.original);
        let told = (method == Method::Invite)
            .then(|| (self.inbox.clone(), Happening::Served as fn(u32, Served) -> Happening));
        let serving = Serving::start(transaction, "", told);
        if !is_newer {
            serving.reply(StatusCode::ServerInternalError, Vec::new(), None);
            return Vec::new();
        }
        let now = self.now();
        match method {
            Method::Bye => {
                self.current = Some(Current { serving, change: None });
                self.machine.handle(now, Input::Bye)
            }
            Method::Invite | Method::Update => self.change(serving),
            Method::Options => {
                serving.reply(StatusCode::OK, abilities(), None);
                Vec::new()
            }
            Method::Info => {
                if let Some(digit) = info::digit(&serving.request.body) {
                    self.begun.talk.pressed(digit);
                }
                serving.reply(StatusCode::OK, Vec::new(), None);
                Vec::new()
            }
            Method::Ack
            | Method::Cancel
            | Method::Message
            | Method::Notify
            | Method::PRack
            | Method::Publish
            | Method::Refer
            | Method::Register
            | Method::Subscribe => {
                serving.reply(StatusCode::MethodNotAllowed, abilities(), None);
                Vec::new()
            }
        }
    }

    fn change(&mut self, serving: Serving) -> Vec<Output> {
        let asked = Asked {
            expires: values(&serving.request, "Session-Expires").next(),
            supports: supports_timer(&serving.request),
        };
        let session = match session::agree(asked) {
            Ok(session) => session,
            Err(TooShort) => {
                serving.reply(StatusCode::SessionIntervalTooSmall, vec![least()], None);
                return Vec::new();
            }
        };
        let body = &serving.request.body;
        let fits = body.is_empty() || self.begun.talk.offered(body);
        let change = Change {
            is_invite: serving.request.method == Method::Invite,
            offers: !body.is_empty(),
            fits,
            holds: self.begun.talk.would_be_held(),
            session,
        };
        self.current = Some(Current { serving, change: Some(change) });
        self.machine.handle(self.now(), Input::Changed(change))
    }

    async fn carry_out(&mut self, outputs: Vec<Output>) {
        let mut outputs = std::collections::VecDeque::from(outputs);
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Ring => {
                    if let Some(invite) = &self.begun.invite {
                        invite.reply(StatusCode::Ringing, self.dialog_headers(invite), None);
                    }
                }
                Output::Answer => self.answer(),
                Output::Refuse(refusal) => {
                    if let Some(invite) = &self.begun.invite {
                        invite.refuse(refusal);
                    }
                }
                Output::Reply(refusal) => self.reply(refusal),
                Output::Bye => self.ask(Question::Bye, Method::Bye, Vec::new(), None),
                Output::Refresh => self.refresh(),
                Output::Probe => self.ask(Question::Probe, Method::Options, Vec::new(), None),
                Output::Listen => {
                    let heard = self.begun.leg.heard().unwrap_or(self.answered).max(self.answered);
                    let heard = self.time(heard);
                    outputs.extend(self.machine.handle(self.now(), Input::LastHeard(heard)));
                }
                Output::Hush => self.begun.talk.hush(),
                Output::Tell(how) => {
                    let call = self.begun.call;
                    tracing::info!(call = call.0, ?how, "call over");
                    // Nobody listens any more: the exchange ends.
                    let _ = self.news.send(CallNews::Over { call, how }).await;
                }
                Output::Free => tracing::info!(call = self.begun.call.0, "call freed"),
            }
        }
    }

    fn answer(&mut self) {
        let Some(invite) = &self.begun.invite else { return };
        self.answered = Instant::now();
        let number = invite.number();
        let body = self.begun.talk.take(number);
        self.unacked = Some(number);
        let mut headers = self.dialog_headers(invite);
        headers.extend(self.accepted_headers(invite));
        invite.reply(StatusCode::OK, headers, Some(body));
    }

    fn reply(&mut self, refusal: Option<Refusal>) {
        let Some(Current { serving, change }) = self.current.take() else { return };
        if let Some(refusal) = refusal {
            self.begun.talk.forget_offer();
            return serving.refuse(refusal);
        }
        let Some(change) = change else { return serving.reply(StatusCode::OK, Vec::new(), None) };
        self.begun.dialog.retarget(&serving.request);
        self.session = change.session;
        if change.is_invite {
            self.unacked = Some(serving.number());
        }
        let body = (change.is_invite || change.offers).then(|| self.begun.talk.take(serving.number()));
        let mut headers = vec![self.begun.dialog.contact()];
        headers.extend(self.accepted_headers(&serving));
        if body.is_none() {
            headers.retain(|header| !matches!(header, Header::ContentType(_)));
        }
        serving.reply(StatusCode::OK, headers, body);
    }

    fn refresh(&mut self) {
        let Some(session) = self.session else { return };
        // Whoever sends the refresh is its client.
        let expires = format!("{};refresher=uac", session.every.0 / 1_000);
        let mut headers = abilities();
        headers.extend([Header::SessionExpires(expires.as_str().into()), least()]);
        if self.begun.updates {
            return self.ask(Question::Refresh, Method::Update, headers, None);
        }
        headers.push(Header::ContentType(ContentType::from("application/sdp")));
        let body = self.begun.talk.current();
        self.ask(Question::Refresh, Method::Invite, headers, Some(body));
    }

    fn ask(&mut self, question: Question, method: Method, headers: Vec<Header>, body: Option<String>) {
        let answer = self.begun.dialog.ask(method, headers, body);
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let answer = answer.await.map(Box::new);
            // The call may be gone.
            let _ = inbox.send(Happening::Answered(question, answer)).await;
        });
    }

    /// What makes a dialog of an answer.
    fn dialog_headers(&self, invite: &Serving) -> Vec<Header> {
        let mut headers = invite.routes();
        headers.push(self.begun.dialog.contact());
        headers
    }

    fn accepted_headers(&self, serving: &Serving) -> Vec<Header> {
        let mut headers = abilities();
        headers.push(Header::ContentType(ContentType::from("application/sdp")));
        if let Some(session) = self.session {
            headers.push(Header::SessionExpires(session::told(session).as_str().into()));
            if !session.is_ours && supports_timer(&serving.request) {
                headers.push(Header::Require("timer".into()));
            }
        }
        headers
    }

    fn now(&self) -> Time {
        self.time(Instant::now())
    }

    fn time(&self, at: Instant) -> Time {
        let passed = at.saturating_duration_since(self.epoch).as_millis();
        Time(0) + Millis(u64::try_from(passed).unwrap_or(u64::MAX))
    }
}

/// The shortest session that we agree to.
pub fn least() -> Header {
    Header::MinSE(LEAST_S.to_string().as_str().into())
}

/// Never comes, where nothing is due.
pub async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}
