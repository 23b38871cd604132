//! Before the desk: a sign-in by hand, the question whether a talk moves here, the renewal of a session,
//! and the day's hours for the screen. Pure; knows no line and no leg.

use desk::code::Code;
use desk::time::{Millis, Time};
use link::message::PublicHours;

use super::port::{Output, Secret};
use crate::view::Screen;

/// Between two looks at the day's hours while nobody is signed in: a closing hour shows within a minute.
const HOURS_EVERY: Millis = Millis::seconds(60);
/// After a look that failed.
const HOURS_AGAIN: Millis = Millis::seconds(10);
/// Between two tries to renew a session while the server does not answer: the line's longest pause.
const RENEW_AGAIN: Millis = Millis::seconds(2);

/// Where a sign-in stands.
#[derive(Debug)]
pub(super) enum Entry {
    /// Nobody tries.
    Idle { error: Option<Code> },
    /// Under way; the password of a sign-in by hand, none when a stored session is renewed.
    Busy { password: Option<Secret> },
    /// The operator is in a talk on another machine: the person is asked.
    Asks { password: Secret },
}

impl Entry {
    pub(super) fn is_busy(&self) -> bool {
        match self {
            Entry::Busy { .. } => true,
            Entry::Idle { .. } | Entry::Asks { .. } => false,
        }
    }

    /// The password of the sign-in that is under way by hand.
    pub(super) fn password(&self) -> Option<Secret> {
        match self {
            Entry::Busy { password } => password.clone(),
            Entry::Idle { .. } | Entry::Asks { .. } => None,
        }
    }

    /// The server's refusal of a sign-in by hand.
    pub(super) fn refused(&mut self, code: Code) {
        let before = std::mem::replace(self, Entry::Idle { error: Some(code) });
        if let (Entry::Busy { password: Some(password) }, Code::InTalkElsewhere) = (before, code) {
            *self = Entry::Asks { password };
        }
    }

    /// The person's answer to the question; gives the password when the talk moves here.
    pub(super) fn take_over(&mut self, agreed: bool) -> Option<Secret> {
        let Entry::Asks { password } = self else { return None };
        let password = password.clone();
        *self = if agreed {
            Entry::Busy { password: Some(password.clone()) }
        } else {
            Entry::Idle { error: None }
        };
        agreed.then_some(password)
    }

    pub(super) fn view(&self, name: &str, hours: &Hours) -> Screen {
        let (busy, error, take_over) = match self {
            Entry::Idle { error } => (false, *error, false),
            Entry::Busy { .. } => (true, None, false),
            Entry::Asks { .. } => (false, None, true),
        };
        Screen::SignIn { busy, error, name: name.to_owned(), hours: hours.known.clone(), take_over }
    }
}

/// The session's renewal with the refresh token, which is used up by it.
#[derive(Debug, Default)]
pub(super) struct Renewal {
    refresh: Option<Secret>,
    stage: RenewalStage,
    /// Renewed, and no line came up with it yet: another refusal is meant for good.
    tried: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum RenewalStage {
    #[default]
    Rests,
    Asked,
    Waits {
        until: Time,
    },
}

/// What to do with the answer to a renewal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Renewed {
    /// Nobody waits for it any more.
    Nothing,
    /// The server does not answer: it is tried again by itself.
    Later,
    /// The session goes on.
    Yes,
    /// It is over.
    No(Code),
}

impl Renewal {
    /// The refresh token of a good sign-in.
    pub(super) fn keep(&mut self, refresh: Secret) {
        *self = Renewal { refresh: Some(refresh), ..Renewal::default() };
    }

    pub(super) fn forget(&mut self) {
        *self = Renewal::default();
    }

    /// A line came up: the next refusal is worth a renewal again.
    pub(super) fn worked(&mut self) {
        self.tried = false;
    }

    /// No answer is awaited, and none is tried again by itself.
    pub(super) fn is_at_rest(&self) -> bool {
        self.stage == RenewalStage::Rests
    }

    /// Asks for a new token, when there is something to ask with. False: there is not.
    pub(super) fn ask(&mut self, out: &mut Vec<Output>) -> bool {
        let Some(refresh) = self.refresh.clone().filter(|_| !self.tried) else { return false };
        self.stage = RenewalStage::Asked;
        out.push(Output::Refresh(refresh));
        true
    }

    /// The server's answer: none is good news.
    pub(super) fn answered(&mut self, now: Time, refused: Option<Code>) -> Renewed {
        if self.stage != RenewalStage::Asked {
            return Renewed::Nothing;
        }
        self.stage = RenewalStage::Rests;
        match refused {
            None => {
                self.tried = true;
                Renewed::Yes
            }
            Some(code) if code.passes() => {
                self.stage = RenewalStage::Waits { until: now + RENEW_AGAIN };
                Renewed::Later
            }
            Some(code) => Renewed::No(code),
        }
    }

    /// The token that came with the answer, for the next time.
    pub(super) fn replace(&mut self, refresh: Secret) {
        self.refresh = Some(refresh);
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        match self.stage {
            RenewalStage::Waits { until } => Some(until),
            RenewalStage::Rests | RenewalStage::Asked => None,
        }
    }

    pub(super) fn tick(&mut self, now: Time, out: &mut Vec<Output>) {
        if self.deadline().is_some_and(|until| until <= now) {
            self.ask(out);
        }
    }
}

/// The day's hours, as long as the sign-in screen is up.
#[derive(Debug, Default)]
pub(super) struct Hours {
    known: Option<PublicHours>,
    /// When to look again; none: at once.
    due: Option<Time>,
}

impl Hours {
    /// What a look brought; none: the server was not reached, and what is shown must be true.
    pub(super) fn came(&mut self, now: Time, hours: Option<PublicHours>) {
        self.due = Some(now + if hours.is_some() { HOURS_EVERY } else { HOURS_AGAIN });
        self.known = hours;
    }

    /// The sign-in screen is up again.
    pub(super) fn hurry(&mut self) {
        self.due = None;
    }

    pub(super) fn deadline(&self, now: Time) -> Time {
        self.due.unwrap_or(now)
    }

    pub(super) fn tick(&mut self, now: Time, out: &mut Vec<Output>) {
        if self.deadline(now) <= now {
            self.due = Some(now + HOURS_EVERY);
            out.push(Output::FetchHours);
        }
    }
}
