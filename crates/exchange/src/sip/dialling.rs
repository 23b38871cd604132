//! Carries what an outgoing call decides, from the number until somebody answers; then the call goes on like any
//! other. Refuses to know who wants to call: the number goes to the carrier and nowhere else.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use desk::ids::CallId;
use desk::time::{Millis, Time};
use rsipstack::sip::StatusCode;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transaction::{Transaction, make_tag};
use tokio::sync::mpsc;

use super::CallNews;
use super::admit::{Lobby, MAX_CALLS, Place, Seat, names};
use super::budget::Spent;
use super::call::Rules;
use super::carry::{Begun, Carrier, Happening, INBOX, sleep_until};
use super::config::Srtp;
use super::dial::{Dial, DialNews, Input, Output};
use super::doors::own_address;
use super::invite::{self, Accepted, Letter, Progress, Way};
use super::leg::PhoneLeg;
use super::numbers::{self, Forbidden, Number};
use super::offer::Talk;
use super::outgoing::{Outbound, target};
use super::serve::{reply_alone, updates, values};
use super::session;
use super::trunk::resolve;
use crate::flow::lock;

/// Requests that overtook the news of the answer: a BYE, and what else fits into so short a time.
const MAX_EARLY: usize = 4;

/// Why no call is made. Nothing went to the carrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialRefused {
    /// The settings have no `[outbound]` table.
    #[error("this exchange makes no calls")]
    NotSetUp,
    /// The number is not one that may be dialled.
    #[error("{0}")]
    Number(#[from] Forbidden),
    /// As many calls of ours as the settings allow run already.
    #[error("too many calls are being made")]
    TooManyAtOnce,
    /// As many calls as the settings allow were made today.
    #[error("too many calls were made today")]
    TooManyToday,
    /// All lines or all ports are taken.
    #[error("no line is free")]
    NoLine,
    /// The exchange ends.
    #[error("the exchange ends")]
    Closing,
}

/// The stack's part in calls that we make.
impl Lobby {
    /// Begins a call to a number. That it begins and what becomes of it is told as news of `call`.
    ///
    /// # Errors
    /// Why not: then nothing was sent, and nothing is told.
    pub async fn dial(
        self: &Arc<Lobby>,
        endpoint: EndpointInnerRef,
        call: CallId,
        number: &str,
    ) -> Result<(), DialRefused> {
        let outbound = self.config.outbound.as_ref().ok_or(DialRefused::NotSetUp)?;
        let number = numbers::check(number, outbound.prefixes())?;
        if self.is_closing() {
            return Err(DialRefused::Closing);
        }
        let ways: VecDeque<usize> =
            outbound.ways(&self.config.trunks).into_iter().filter(|at| self.has_line(*at)).collect();
        if ways.is_empty() || lock(&self.calls).len() >= MAX_CALLS {
            return Err(DialRefused::NoLine);
        }
        let permit = Permit::take(self)?;
        let (pair, port) = self.sockets().await.ok_or(DialRefused::NoLine)?;
        // Each trunk is told another address, when its turn comes.
        let at = (IpAddr::V4(Ipv4Addr::UNSPECIFIED), port).into();
        let (talk, leg) =
            self.listen(call, pair, at, (&[][..], Srtp::default())).map_err(|_| DialRefused::NoLine)?;
        let (inbox, happened) = mpsc::channel(INBOX);
        let (machine, outputs) = Dial::begin(Time(0), ways.len());
        // Told first, so that nobody hears of an answer before the leg.
        let begins = CallNews::Dialling { call, leg: Arc::clone(&leg) };
        self.news.send(begins).await.map_err(|_| DialRefused::Closing)?;
        let dialling = Dialling {
            lobby: Arc::clone(self),
            endpoint,
            call,
            number,
            talk,
            leg,
            ways,
            machine,
            attempt: 0,
            trunk: 0,
            seat: None,
            way: None,
            accepted: None,
            early: Vec::new(),
            epoch: Instant::now(),
            inbox,
            permit,
        };
        self.run(dialling.run(outputs, happened));
        Ok(())
    }
}

/// A call among those that we may make, given back however its task ends.
struct Permit(Arc<Lobby>);

impl Permit {
    fn take(lobby: &Arc<Lobby>) -> Result<Permit, DialRefused> {
        let budget = lobby.budget.as_ref().ok_or(DialRefused::NotSetUp)?;
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = Time(u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
        match lock(budget).take(now) {
            Ok(()) => Ok(Permit(Arc::clone(lobby))),
            Err(Spent::AtOnce) => Err(DialRefused::TooManyAtOnce),
            Err(Spent::Today) => Err(DialRefused::TooManyToday),
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(budget) = &self.0.budget {
            lock(budget).give_back();
        }
    }
}

/// The task of an outgoing call.
struct Dialling {
    lobby: Arc<Lobby>,
    endpoint: EndpointInnerRef,
    call: CallId,
    number: Number,
    talk: Talk,
    leg: Arc<PhoneLeg>,
    /// Trunks that were not tried yet.
    ways: VecDeque<usize>,
    machine: Dial,
    /// The number of the latest INVITE: news of earlier ones are old.
    attempt: u32,
    trunk: usize,
    seat: Option<Seat>,
    /// How the INVITE went, for its CANCEL.
    way: Option<Way>,
    /// A 2xx that is being decided on.
    accepted: Option<Accepted>,
    early: Vec<Transaction>,
    epoch: Instant,
    inbox: mpsc::Sender<Happening>,
    permit: Permit,
}

impl Dialling {
    /// Runs until nothing is left of the call.
    async fn run(mut self, outputs: Vec<Output>, mut happened: mpsc::Receiver<Happening>) {
        let mut handed_over = self.carry_out(outputs).await;
        while !self.machine.is_over() {
            let due = self.machine.poll_timeout().map(|(at, _)| self.epoch + Duration::from_millis(at.0));
            let leg = Arc::clone(&self.leg);
            let outputs = tokio::select! {
                happening = happened.recv() => match happening {
                    Some(happening) => self.happened(happening),
                    None => break,
                },
                wants = leg.wanted() => match wants.hang_up {
                    true => self.machine.handle(self.now(), Input::HangUpWanted),
                    false => Vec::new(),
                },
                () = sleep_until(due) => self.machine.handle_timeout(self.now()),
            };
            handed_over |= self.carry_out(outputs).await;
        }
        match self.accepted.take() {
            Some(accepted) if handed_over => self.go_on(accepted, happened).await,
            _ => {
                self.talk.hush();
                self.early.drain(..).for_each(nobody);
                happened.close();
                while let Ok(happening) = happened.try_recv() {
                    self.too_late(happening);
                }
                tracing::info!(call = self.call.0, "outgoing call freed");
            }
        }
    }

    fn happened(&mut self, happening: Happening) -> Vec<Output> {
        match happening {
            Happening::Progress(attempt, progress) if attempt == self.attempt => self.progressed(progress),
            Happening::Request(transaction) if self.early.len() < MAX_EARLY => {
                self.early.push(*transaction);
                Vec::new()
            }
            Happening::Request(_)
            | Happening::Progress(..)
            | Happening::Served(..)
            | Happening::Answered(..) => {
                self.too_late(happening);
                Vec::new()
            }
        }
    }

    /// What belongs to an INVITE that was given up, or to nothing.
    fn too_late(&self, happening: Happening) {
        match happening {
            // Its trunk has found somebody after all.
            Happening::Progress(_, Progress::Accepted(late)) => invite::hang_up(late.dialog),
            Happening::Request(transaction) => nobody(*transaction),
            Happening::Progress(..) | Happening::Served(..) | Happening::Answered(..) => {}
        }
    }

    fn progressed(&mut self, progress: Progress) -> Vec<Output> {
        let input = match progress {
            Progress::Sent(way) => {
                self.way = Some(*way);
                Input::Sent
            }
            Progress::Provisional(100) => Input::Trying,
            Progress::Provisional(_) => Input::Ringing,
            Progress::Accepted(accepted) => {
                let fits = self.talk.answered(&accepted.response.body);
                self.accepted = Some(*accepted);
                Input::Accepted { fits }
            }
            Progress::Refused(status) => {
                let trunk = &self.lobby.config.trunks[self.trunk].name;
                tracing::info!(call = self.call.0, trunk, status, "an outgoing call was refused");
                Input::Refused { status }
            }
        };
        self.machine.handle(self.now(), input)
    }

    /// True when the call goes on behind its answer.
    async fn carry_out(&mut self, outputs: Vec<Output>) -> bool {
        let mut outputs = VecDeque::from(outputs);
        let mut handed_over = false;
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Invite => {
                    if let Err(status) = self.invite().await {
                        let refused = Input::Refused { status: status.code() };
                        outputs.extend(self.machine.handle(self.now(), refused));
                    }
                }
                Output::Cancel => {
                    if let Some(way) = self.way.take() {
                        invite::cancel(way);
                    }
                }
                Output::Bye => {
                    if let Some(accepted) = self.accepted.take() {
                        invite::hang_up(accepted.dialog);
                    }
                }
                Output::Tell(news) => self.tell(news).await,
                Output::HandOver => handed_over = true,
            }
        }
        handed_over
    }

    async fn tell(&self, news: DialNews) {
        let call = self.call;
        tracing::info!(call = call.0, ?news, "outgoing call");
        // Nobody listens any more: the exchange ends.
        let _ = self.lobby.news.send(CallNews::Dialled { call, news }).await;
    }

    /// Sends the INVITE by the next trunk.
    async fn invite(&mut self) -> Result<(), StatusCode> {
        self.attempt += 1;
        (self.seat, self.way) = (None, None);
        let unavailable = || StatusCode::ServiceUnavailable;
        self.trunk = self.ways.pop_front().ok_or_else(unavailable)?;
        let lobby = Arc::clone(&self.lobby);
        let trunk = &lobby.config.trunks[self.trunk];
        if !lobby.has_line(self.trunk) {
            return Err(unavailable());
        }
        let outbound = lobby.config.outbound.as_ref().ok_or_else(unavailable)?;
        let target = target(trunk).ok_or_else(unavailable)?;
        let far = resolve(&target).await.into_iter().next().ok_or_else(unavailable)?;
        let tag = make_tag();
        let letter = Letter {
            target: &target,
            number: &self.number,
            caller_id: outbound.caller_id(trunk).ok_or_else(unavailable)?,
            tag: tag.value(),
            body: self.talk.propose(own_address(&lobby.config, far), trunk.srtp),
        };
        let request = invite::write(&self.endpoint, letter).ok_or_else(unavailable)?;
        let place = Place {
            call_id: names(&request).0,
            their_tag: String::new(),
            number: 0,
            trunk: self.trunk,
            inbox: self.inbox.clone(),
            leg: Arc::clone(&self.leg),
        };
        self.seat = Some(lobby.seat(tag.value(), place));
        tracing::info!(call = self.call.0, trunk = trunk.name, attempt = self.attempt, "outgoing call");
        let credential = lobby.credentials[self.trunk].clone();
        invite::send(self.endpoint.clone(), request, credential, (self.inbox.clone(), self.attempt));
        Ok(())
    }

    /// Somebody answered: from now on it is a call like any other.
    async fn go_on(self, accepted: Accepted, happened: mpsc::Receiver<Happening>) {
        let Accepted { dialog, response } = accepted;
        let Dialling { lobby, call, talk, leg, trunk, seat, early, inbox, permit, .. } = self;
        if let Some(seat) = &seat {
            seat.meets(dialog.names().1);
        }
        let silence = lobby.config.trunks[trunk].silence_ms;
        let longest = lobby.config.outbound.as_ref().map(Outbound::longest);
        let begun = Begun {
            call,
            invite: None,
            updates: updates(&response),
            dialog,
            talk,
            session: session::accepted(values(&response, "Session-Expires").next()),
            leg,
            rules: Rules { answers_at_once: false, silence, longest },
        };
        let mut carrier = Carrier::dialled(begun, inbox, lobby.news.clone());
        for transaction in early {
            carrier.take(transaction).await;
        }
        carrier.run(happened).await;
        drop((seat, permit));
    }

    fn now(&self) -> Time {
        let passed = self.epoch.elapsed().as_millis();
        Time(0) + Millis(u64::try_from(passed).unwrap_or(u64::MAX))
    }
}

/// There is no such call.
fn nobody(transaction: Transaction) {
    reply_alone(transaction, "", StatusCode::CallTransactionDoesNotExist, Vec::new());
}
