//! One person's media connection as the call table sees it: how far it is, and when that is too long.
//! Knows no contact.

use desk::time::{Millis, Time};

use super::words::Source;

/// From the offer to flowing media. ICE and DTLS over a bad Wi-Fi take a few seconds; a leg that
/// needs longer than this never comes, and the page should try a new one.
const OPEN_WITHIN: Millis = Millis::seconds(30);
/// Between two requests for an ICE restart: one round of signalling and checks fits well.
const NUDGE_EVERY: Millis = Millis::seconds(3);
/// How long a silent leg is kept. An outage of 25 s must heal on the same leg; after a minute the
/// server has given the contact up, too (60 s for a booth in a talk).
const KEEP_DOWN: Millis = Millis::seconds(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The offer is being answered.
    Answering { until: Time },
    /// We call, and nobody has answered yet.
    Dialling,
    /// Answered; no media yet.
    Connecting { until: Time },
    /// Media flows.
    Up,
    /// It was up and is silent.
    Down { since: Time, nudge: Time },
}

/// What a leg is due for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// Its owner is to restart ICE.
    Nudge,
    /// It is given up.
    GivenUp,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Leg {
    pub(super) number: u64,
    pub(super) state: State,
    /// Nothing is heard of it at the moment.
    pub(super) quiet: bool,
    /// What was last selected for it.
    pub(super) hears: Source,
}

impl Leg {
    pub(super) fn offered(now: Time, number: u64) -> Leg {
        let state = State::Answering { until: now + OPEN_WITHIN };
        Leg { number, state, quiet: false, hears: Source::Silence }
    }

    /// A telephone's leg comes with its call: it is up as long as the call stands.
    pub(super) fn of_call(number: u64) -> Leg {
        Leg { number, state: State::Up, quiet: false, hears: Source::Silence }
    }

    /// The leg of a call that we make is up when somebody answers.
    pub(super) fn of_dialled(number: u64) -> Leg {
        Leg { number, state: State::Dialling, quiet: false, hears: Source::Silence }
    }

    pub(super) fn is_up(&self) -> bool {
        match self.state {
            State::Up => true,
            State::Answering { .. } | State::Dialling | State::Connecting { .. } | State::Down { .. } => {
                false
            }
        }
    }

    /// Something may be sent to it. A silent leg still gets what it got: often only one direction is cut.
    pub(super) fn may_hear(&self) -> bool {
        match self.state {
            State::Up | State::Down { .. } => true,
            State::Answering { .. } | State::Dialling | State::Connecting { .. } => false,
        }
    }

    pub(super) fn answered(&mut self) {
        if let State::Answering { until } = self.state {
            self.state = State::Connecting { until };
        }
    }

    /// True when it was not up before.
    pub(super) fn came_up(&mut self) -> bool {
        let news = !self.is_up();
        self.state = State::Up;
        self.quiet = false;
        news
    }

    /// True when it was up before.
    pub(super) fn went_down(&mut self, now: Time) -> bool {
        let news = self.is_up();
        if news {
            self.state = State::Down { since: now, nudge: now + NUDGE_EVERY };
        }
        news
    }

    pub(super) fn deadline(&self) -> Option<(Time, &'static str)> {
        match self.state {
            State::Answering { until } | State::Connecting { until } => Some((until, "a leg does not open")),
            State::Up | State::Dialling => None,
            State::Down { since, nudge } => Some(((since + KEEP_DOWN).min(nudge), "a leg is silent")),
        }
    }

    pub(super) fn due(&mut self, now: Time) -> Option<Due> {
        match self.state {
            State::Answering { until } | State::Connecting { until } => {
                (until <= now).then_some(Due::GivenUp)
            }
            State::Up | State::Dialling => None,
            State::Down { since, .. } if since + KEEP_DOWN <= now => Some(Due::GivenUp),
            State::Down { since, nudge } => (nudge <= now).then(|| {
                self.state = State::Down { since, nudge: now + NUDGE_EVERY };
                Due::Nudge
            }),
        }
    }
}
