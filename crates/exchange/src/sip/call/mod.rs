//! What one telephone call decides: when it rings, is answered, refreshed, given up and freed. One that we made
//! comes here when it is answered.
//!
//! Pure. Refuses to know messages, sockets, descriptions and who listens: time comes in as a value, and what has
//! to be sent goes out as words.

#[cfg(test)]
mod tests;
mod words;

use desk::centre::CallOver;
use desk::time::{Millis, Time};

pub use words::{Change, Input, Output, Refusal, Reply, Rules, Session};

/// A farewell takes at most this long, then the call is freed whatever the far side does: RFC 3261 gives up a
/// request after 32 s, and nothing of a call may live on 35 s after its end.
pub const FAREWELL: Millis = Millis::seconds(35);
/// How long the far side may take to say that it is still there: it answers in milliseconds, and with the 18 s
/// of silence that a trunk has by default before the question a dead call is freed within 35 s.
const PROBE_WITHIN: Millis = Millis::seconds(15);
/// Between two questions to a far side that may rightly send nothing because it holds us.
const PROBE_EVERY: Millis = Millis::seconds(15);
/// RFC 3261: whoever did not own the dialog's name waits between 0 and 2 s before it asks again after a 491.
const REFRESH_AGAIN: Millis = Millis(2_000);
/// RFC 3261, 13.3.1.1: proxies give up a call that rings for three minutes in silence, so that it is told again.
const RING_AGAIN: Millis = Millis::seconds(60);
/// RFC 4028: the call ends this long before the session's time runs out, or a third of it where that is shorter.
const SESSION_MARGIN: Millis = Millis::seconds(32);

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// 180 is out.
    Rings,
    /// 200 is out; `acked`: and the far side has it.
    Speaks { acked: bool },
    /// We hung up before the far side told that it has our 200: a BYE may not overtake that (RFC 3261, 15).
    HangsUp { until: Time },
    /// Our BYE is out.
    Leaves { until: Time },
    /// Nothing is left.
    Gone,
}

/// The deadlines of a call that rings or speaks.
#[derive(Clone, Copy, Debug, Default)]
struct Due {
    ring: Option<Time>,
    end: Option<Time>,
    refresh: Option<Time>,
    expiry: Option<Time>,
    listen: Option<Time>,
    probe: Option<Time>,
    probe_answer: Option<Time>,
}

/// One call.
#[derive(Debug)]
pub struct Call {
    rules: Rules,
    state: State,
    session: Option<Session>,
    due: Due,
    /// The far side may rightly send nothing.
    held: bool,
    /// Our refresh is under way.
    refreshing: bool,
    /// Nothing was heard, and our question is not answered either.
    doubted: bool,
}

impl Call {
    /// A call that was let in: it rings, and with the rule "at once" it is answered.
    pub fn invited(now: Time, rules: Rules, session: Option<Session>, held: bool) -> (Call, Vec<Output>) {
        let mut call = Call {
            rules,
            state: State::Rings,
            session,
            due: Due { ring: Some(now + RING_AGAIN), ..Due::default() },
            held,
            refreshing: false,
            doubted: false,
        };
        let mut outputs = vec![Output::Ring];
        if rules.answers_at_once {
            outputs.extend(call.handle(now, Input::AnswerWanted));
        }
        (call, outputs)
    }

    /// A call that we made, and that was answered just now: the far side has our ACK.
    pub fn dialled(now: Time, rules: Rules, session: Option<Session>, held: bool) -> Call {
        let state = State::Speaks { acked: true };
        let due = Due::default();
        let mut call = Call { rules, state, session, due, held, refreshing: false, doubted: false };
        call.begin(now);
        call
    }

    /// Takes one input; the outputs are to be carried out in their order.
    pub fn handle(&mut self, now: Time, input: Input) -> Vec<Output> {
        match input {
            Input::AnswerWanted => self.answer(now),
            Input::HangUpWanted => self.hang_up(now),
            Input::Cancelled => self.cancelled(),
            Input::Acked => self.acked(),
            Input::AckLost => self.ack_lost(),
            Input::Bye => self.bye(),
            Input::Changed(change) => self.changed(now, change),
            Input::ByeAnswered => self.bye_answered(),
            Input::Refreshed(reply) => self.refreshed(now, reply),
            Input::Probed(reply) => self.probed(now, reply),
            Input::LastHeard(at) => self.last_heard(now, at),
        }
    }

    /// When [`Call::handle_timeout`] wants to be called, and why.
    pub fn poll_timeout(&self) -> Option<(Time, &'static str)> {
        let due = &self.due;
        match self.state {
            State::Rings => due.ring.map(|at| (at, "it rings again")),
            State::Gone => None,
            State::HangsUp { until } => Some((until, "nobody has our answer")),
            State::Leaves { until } => Some((until, "nobody answers our farewell")),
            State::Speaks { .. } => [
                due.end.map(|at| (at, "it lasted for long enough")),
                due.refresh.map(|at| (at, "the session is to be refreshed")),
                due.expiry.map(|at| (at, "the session runs out")),
                due.listen.map(|at| (at, "is anything heard?")),
                due.probe.map(|at| (at, "is the holder there?")),
                due.probe_answer.map(|at| (at, "nobody says that he is there")),
            ]
            .into_iter()
            .flatten()
            .min(),
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Time) -> Vec<Output> {
        let is_due = |at: Option<Time>| at.is_some_and(|at| at <= now);
        match self.state {
            State::Rings if is_due(self.due.ring) => {
                self.due.ring = Some(now + RING_AGAIN);
                vec![Output::Ring]
            }
            State::Rings | State::Gone => Vec::new(),
            State::HangsUp { until } | State::Leaves { until } if until > now => Vec::new(),
            State::HangsUp { .. } | State::Leaves { .. } => self.free(Vec::new()),
            State::Speaks { acked } if is_due(self.due.end) => self.end(now, acked),
            State::Speaks { .. } if is_due(self.due.expiry) => self.lose(),
            State::Speaks { .. } if is_due(self.due.probe_answer) && self.held => self.lose(),
            State::Speaks { .. } => {
                let mut outputs = Vec::new();
                if is_due(self.due.refresh) {
                    (self.due.refresh, self.refreshing) = (None, true);
                    outputs.push(Output::Refresh);
                }
                if is_due(self.due.probe_answer) {
                    (self.due.probe_answer, self.doubted) = (None, true);
                    outputs.push(Output::Listen);
                }
                if is_due(self.due.listen) {
                    self.due.listen = Some(now + self.rules.silence);
                    outputs.push(Output::Listen);
                }
                if is_due(self.due.probe) {
                    outputs.push(self.probe(now));
                }
                outputs
            }
        }
    }

    /// Nothing is left of it.
    pub fn is_gone(&self) -> bool {
        self.state == State::Gone
    }

    fn answer(&mut self, now: Time) -> Vec<Output> {
        match self.state {
            State::Rings => {
                self.state = State::Speaks { acked: false };
                self.begin(now);
                vec![Output::Answer]
            }
            State::Speaks { .. } | State::HangsUp { .. } | State::Leaves { .. } | State::Gone => Vec::new(),
        }
    }

    fn hang_up(&mut self, now: Time) -> Vec<Output> {
        match self.state {
            State::Rings => self.free(vec![Output::Refuse(Refusal::Declined)]),
            State::Speaks { acked: false } => {
                self.state = State::HangsUp { until: now + FAREWELL };
                vec![Output::Hush]
            }
            State::Speaks { acked: true } => self.leave(now + FAREWELL, vec![Output::Hush]),
            State::HangsUp { .. } | State::Leaves { .. } | State::Gone => Vec::new(),
        }
    }

    fn cancelled(&mut self) -> Vec<Output> {
        match self.state {
            State::Rings => {
                self.free(vec![Output::Refuse(Refusal::Cancelled), Output::Tell(CallOver::HungUp)])
            }
            // It crossed our final answer: the far side will hang up by itself.
            State::Speaks { .. } | State::HangsUp { .. } | State::Leaves { .. } | State::Gone => Vec::new(),
        }
    }

    fn acked(&mut self) -> Vec<Output> {
        match self.state {
            State::Speaks { .. } => {
                self.state = State::Speaks { acked: true };
                Vec::new()
            }
            State::HangsUp { until } => self.leave(until, Vec::new()),
            State::Rings | State::Leaves { .. } | State::Gone => Vec::new(),
        }
    }

    fn ack_lost(&mut self) -> Vec<Output> {
        match self.state {
            State::Speaks { acked: false } => self.lose(),
            State::HangsUp { until } => self.leave(until, Vec::new()),
            State::Rings | State::Speaks { acked: true } | State::Leaves { .. } | State::Gone => Vec::new(),
        }
    }

    fn bye(&mut self) -> Vec<Output> {
        match self.state {
            State::Rings => self.free(vec![
                Output::Reply(None),
                Output::Refuse(Refusal::Cancelled),
                Output::Tell(CallOver::HungUp),
            ]),
            State::Speaks { .. } => {
                self.free(vec![Output::Reply(None), Output::Hush, Output::Tell(CallOver::HungUp)])
            }
            // Both hung up at once, and nobody waits for the news.
            State::HangsUp { .. } | State::Leaves { .. } => self.free(vec![Output::Reply(None)]),
            State::Gone => vec![Output::Reply(Some(Refusal::Unknown))],
        }
    }

    fn changed(&mut self, now: Time, change: Change) -> Vec<Output> {
        let refusal = match self.state {
            State::Rings => Some(Refusal::Pending),
            State::Speaks { acked: false } if change.is_invite => Some(Refusal::Pending),
            State::Speaks { .. } if self.refreshing && change.offers => Some(Refusal::Pending),
            State::Speaks { .. } if !change.fits => Some(Refusal::NothingInCommon),
            State::Speaks { .. } => None,
            State::HangsUp { .. } | State::Leaves { .. } | State::Gone => Some(Refusal::Unknown),
        };
        if refusal.is_some() {
            return vec![Output::Reply(refusal)];
        }
        if change.is_invite {
            self.state = State::Speaks { acked: false };
        }
        if change.offers {
            self.held = change.holds;
            self.watch(now);
        }
        self.session = change.session;
        self.renew(now);
        vec![Output::Reply(None)]
    }

    fn bye_answered(&mut self) -> Vec<Output> {
        match self.state {
            State::Leaves { .. } => self.free(Vec::new()),
            State::Rings | State::Speaks { .. } | State::HangsUp { .. } | State::Gone => Vec::new(),
        }
    }

    fn refreshed(&mut self, now: Time, reply: Reply) -> Vec<Output> {
        self.refreshing = false;
        match (self.state, reply) {
            (State::Speaks { .. }, Reply::Fine) => {
                self.renew(now);
                Vec::new()
            }
            (State::Speaks { .. }, Reply::Later) => {
                self.due.refresh = Some(now + REFRESH_AGAIN);
                Vec::new()
            }
            // It does not like the refresh, and the session goes on to its end.
            (State::Speaks { .. }, Reply::Refused) => Vec::new(),
            (State::Speaks { .. }, Reply::Gone) => {
                self.free(vec![Output::Hush, Output::Tell(CallOver::LineLost)])
            }
            (State::Rings | State::HangsUp { .. } | State::Leaves { .. } | State::Gone, _) => Vec::new(),
        }
    }

    fn probed(&mut self, now: Time, reply: Reply) -> Vec<Output> {
        match (self.state, reply) {
            (State::Speaks { .. }, Reply::Gone) => {
                self.free(vec![Output::Hush, Output::Tell(CallOver::LineLost)])
            }
            // A refusal says that somebody is there, but not that he is in this call: of a silent one that is
            // not enough.
            (State::Speaks { .. }, Reply::Refused) if !self.held => self.lose(),
            (State::Speaks { .. }, Reply::Fine | Reply::Later | Reply::Refused) => {
                self.watch(now);
                Vec::new()
            }
            (State::Rings | State::HangsUp { .. } | State::Leaves { .. } | State::Gone, _) => Vec::new(),
        }
    }

    fn last_heard(&mut self, now: Time, at: Time) -> Vec<Output> {
        let is_silent = at + self.rules.silence <= now;
        match self.state {
            State::Speaks { .. } if self.held => Vec::new(),
            State::Speaks { .. } if is_silent && self.doubted => self.lose(),
            State::Speaks { .. } if is_silent && self.due.probe_answer.is_some() => Vec::new(),
            State::Speaks { .. } if is_silent => vec![self.probe(now)],
            State::Speaks { .. } => {
                self.watch(at);
                Vec::new()
            }
            State::Rings | State::HangsUp { .. } | State::Leaves { .. } | State::Gone => Vec::new(),
        }
    }

    fn probe(&mut self, now: Time) -> Output {
        (self.due.listen, self.due.probe, self.due.probe_answer) = (None, None, Some(now + PROBE_WITHIN));
        Output::Probe
    }

    /// Sets how the far side's life is watched: by its sound, or by questions where it rightly sends none.
    fn watch(&mut self, now: Time) {
        self.due.listen = (!self.held).then(|| now + self.rules.silence);
        self.due.probe = self.held.then(|| now + PROBE_EVERY);
        (self.due.probe_answer, self.doubted) = (None, false);
    }

    fn begin(&mut self, now: Time) {
        self.due.end = self.rules.longest.map(|longest| now + longest);
        self.renew(now);
        self.watch(now);
    }

    /// The session's time begins anew.
    fn renew(&mut self, now: Time) {
        (self.due.refresh, self.due.expiry) = (None, None);
        let Some(session) = self.session else { return };
        let margin = Millis(SESSION_MARGIN.0.min(session.every.0 / 3));
        self.due.expiry = Some(now + Millis(session.every.0 - margin.0));
        self.due.refresh = session.is_ours.then(|| now + Millis(session.every.0 / 2));
    }

    /// It lasted for as long as it may: we hang up, and its owner has to know.
    fn end(&mut self, now: Time, acked: bool) -> Vec<Output> {
        let outputs = vec![Output::Hush, Output::Tell(CallOver::HungUp)];
        let until = now + FAREWELL;
        if acked {
            return self.leave(until, outputs);
        }
        self.state = State::HangsUp { until };
        outputs
    }

    /// The far side or the line is dead: our BYE goes out for the networks in between, and nobody waits for its
    /// answer.
    fn lose(&mut self) -> Vec<Output> {
        self.free(vec![Output::Hush, Output::Tell(CallOver::LineLost), Output::Bye])
    }

    fn leave(&mut self, until: Time, mut outputs: Vec<Output>) -> Vec<Output> {
        self.state = State::Leaves { until };
        outputs.push(Output::Bye);
        outputs
    }

    fn free(&mut self, mut outputs: Vec<Output>) -> Vec<Output> {
        self.state = State::Gone;
        outputs.push(Output::Free);
        outputs
    }
}
