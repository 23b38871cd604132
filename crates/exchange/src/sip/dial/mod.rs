//! What one outgoing call decides until somebody answers it: which trunk comes next, how long it may ring, and what
//! becomes of an answer that nobody wants any more. Behind the answer it is a call like any other: [`super::call`].
//!
//! Pure. Refuses to know messages, sockets, numbers and who calls: time comes in as a value, and what has to be sent
//! goes out as words.

#[cfg(test)]
mod tests;
mod words;

use desk::time::{Millis, Time};

pub use words::{DialFailure, DialNews, Input, Output};

use super::call::FAREWELL;

/// RFC 3261 gives up a request after 64 × T1: a trunk that has said nothing by then does not work.
const NO_WORD: Millis = Millis::seconds(32);
/// A mobile network looks for a telephone for some 20 s before it rings. A trunk that works for a minute without a
/// result has none.
const NO_RINGING: Millis = Millis::seconds(60);
/// Who has not come to the telephone after a minute is not there, and a mailbox answers long before.
const RING_LIMIT: Millis = Millis::seconds(60);

/// Where an outgoing call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// INVITE is out, and nothing came back.
    Tries { until: Time },
    /// The trunk works on it (100).
    Waits { until: Time },
    /// It rings (180), or something is played (183).
    Rings { until: Time },
    /// Nobody wants it any more. `cancelled`: CANCEL is out; without a word of the trunk it has to wait (RFC 3261,
    /// 9.1).
    GivesUp { cancelled: bool, until: Time },
    /// It was answered, failed, or was given up: nothing is left to decide here.
    Over,
}

/// One outgoing call until its answer.
#[derive(Debug)]
pub struct Dial {
    state: State,
    /// Trunks that were not tried yet.
    spare: usize,
}

impl Dial {
    /// A call that begins, with so many trunks to try: at least one.
    pub fn begin(now: Time, trunks: usize) -> (Dial, Vec<Output>) {
        let mut dial = Dial { state: State::Over, spare: trunks };
        let outputs = dial.next_trunk(now);
        (dial, outputs)
    }

    /// Takes one input; the outputs are to be carried out in their order.
    pub fn handle(&mut self, now: Time, input: Input) -> Vec<Output> {
        match input {
            Input::Sent => self.sent(now),
            Input::Trying => self.trying(now),
            Input::Ringing => self.ringing(now),
            Input::Accepted { fits } => self.accepted(fits),
            Input::Refused { status } => self.refused(now, status),
            Input::HangUpWanted => self.hang_up(now),
        }
    }

    /// When [`Dial::handle_timeout`] wants to be called, and why.
    pub fn poll_timeout(&self) -> Option<(Time, &'static str)> {
        match self.state {
            State::Tries { until } => Some((until, "the trunk says nothing")),
            State::Waits { until } => Some((until, "it does not even ring")),
            State::Rings { until } => Some((until, "it rang for long enough")),
            State::GivesUp { until, .. } => Some((until, "nobody ends it")),
            State::Over => None,
        }
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Time) -> Vec<Output> {
        match self.state {
            State::Tries { until }
            | State::Waits { until }
            | State::Rings { until }
            | State::GivesUp { until, .. }
                if until > now =>
            {
                Vec::new()
            }
            State::Tries { .. } => self.trouble(now),
            State::Waits { .. } => self.cancel(now, vec![failed(DialFailure::CarrierTrouble)]),
            State::Rings { .. } => self.cancel(now, vec![failed(DialFailure::NotAnswered)]),
            State::GivesUp { .. } => self.over(Vec::new()),
            State::Over => Vec::new(),
        }
    }

    /// Nothing is left to decide.
    pub fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// The INVITE went out, for the first time or again with a digest: the trunk's time begins anew, and a CANCEL of
    /// the former one did not reach this one.
    fn sent(&mut self, now: Time) -> Vec<Output> {
        match self.state {
            State::Tries { .. } | State::Waits { .. } => {
                self.state = State::Tries { until: now + NO_WORD };
            }
            State::GivesUp { until, .. } => self.state = State::GivesUp { cancelled: false, until },
            // No INVITE goes out again for a telephone that rings.
            State::Rings { .. } | State::Over => {}
        }
        Vec::new()
    }

    fn trying(&mut self, now: Time) -> Vec<Output> {
        match self.state {
            State::Tries { .. } => {
                self.state = State::Waits { until: now + NO_RINGING };
                Vec::new()
            }
            State::GivesUp { cancelled: false, until } => self.cancel_late(until),
            State::Waits { .. }
            | State::Rings { .. }
            | State::GivesUp { cancelled: true, .. }
            | State::Over => Vec::new(),
        }
    }

    fn ringing(&mut self, now: Time) -> Vec<Output> {
        match self.state {
            State::Tries { .. } | State::Waits { .. } => {
                self.state = State::Rings { until: now + RING_LIMIT };
                vec![Output::Tell(DialNews::Ringing)]
            }
            State::GivesUp { cancelled: false, until } => self.cancel_late(until),
            State::Rings { .. } | State::GivesUp { cancelled: true, .. } | State::Over => Vec::new(),
        }
    }

    fn accepted(&mut self, fits: bool) -> Vec<Output> {
        match self.state {
            State::Tries { .. } | State::Waits { .. } | State::Rings { .. } if fits => {
                self.over(vec![Output::Tell(DialNews::Answered), Output::HandOver])
            }
            // Somebody answered, so that no other trunk is tried: his telephone would ring again.
            State::Tries { .. } | State::Waits { .. } | State::Rings { .. } => {
                self.over(vec![Output::Bye, failed(DialFailure::CarrierTrouble)])
            }
            // It crossed our CANCEL.
            State::GivesUp { .. } => self.over(vec![Output::Bye]),
            State::Over => vec![Output::Bye],
        }
    }

    fn refused(&mut self, now: Time, status: u16) -> Vec<Output> {
        let why = DialFailure::of(status);
        match self.state {
            State::Tries { .. } | State::Waits { .. } if why == DialFailure::CarrierTrouble => {
                self.trouble(now)
            }
            State::Tries { .. } | State::Waits { .. } | State::Rings { .. } => self.over(vec![failed(why)]),
            State::GivesUp { .. } => self.over(Vec::new()),
            State::Over => Vec::new(),
        }
    }

    fn hang_up(&mut self, now: Time) -> Vec<Output> {
        match self.state {
            State::Tries { .. } => {
                self.state = State::GivesUp { cancelled: false, until: now + FAREWELL };
                Vec::new()
            }
            State::Waits { .. } | State::Rings { .. } => self.cancel(now, Vec::new()),
            State::GivesUp { .. } | State::Over => Vec::new(),
        }
    }

    /// This trunk does not work, and nobody's telephone rang yet.
    fn trouble(&mut self, now: Time) -> Vec<Output> {
        if self.spare == 0 {
            return self.over(vec![failed(DialFailure::CarrierTrouble)]);
        }
        self.next_trunk(now)
    }

    fn next_trunk(&mut self, now: Time) -> Vec<Output> {
        self.spare = self.spare.saturating_sub(1);
        self.state = State::Tries { until: now + NO_WORD };
        vec![Output::Invite]
    }

    fn cancel(&mut self, now: Time, mut outputs: Vec<Output>) -> Vec<Output> {
        self.state = State::GivesUp { cancelled: true, until: now + FAREWELL };
        outputs.insert(0, Output::Cancel);
        outputs
    }

    fn cancel_late(&mut self, until: Time) -> Vec<Output> {
        self.state = State::GivesUp { cancelled: true, until };
        vec![Output::Cancel]
    }

    fn over(&mut self, outputs: Vec<Output>) -> Vec<Output> {
        self.state = State::Over;
        outputs
    }
}

fn failed(why: DialFailure) -> Output {
    Output::Tell(DialNews::Failed(why))
}
