//! A desk that opened without its server: it goes on trying by itself, with the password in memory until that works.
//! Pure; knows no vault and no line.

use desk::presence::Presence;
use desk::time::{Millis, Time};
use link::state::{Callbacks, DeskState, Wall};

use super::port::{Output, Secret};

/// Between two tries to sign in: the server is hardly ever away for less, and each try costs it a password's check.
const AGAIN: Millis = Millis::seconds(10);

/// Who tries, and when next.
#[derive(Debug)]
pub(super) struct Offline {
    name: String,
    /// None: the session is renewed by its token, which tries by itself.
    password: Option<Secret>,
    next: Option<Time>,
}

impl Offline {
    /// The first try has just failed.
    pub(super) fn new(now: Time, name: String, password: Option<Secret>) -> Offline {
        let next = password.is_some().then(|| now + AGAIN);
        Offline { name, password, next }
    }

    /// The password was good after all: it opens the vault as well, and is forgotten with this.
    pub(super) fn into_password(self) -> Option<Secret> {
        self.password
    }

    /// A sign-in by hand is on its way for this desk.
    pub(super) fn is_asking(&self) -> bool {
        self.password.is_some() && self.next.is_none()
    }

    /// The try failed as the ones before.
    pub(super) fn failed(&mut self, now: Time) {
        self.next = Some(now + AGAIN);
    }

    pub(super) fn deadline(&self) -> Option<Time> {
        self.next
    }

    pub(super) fn tick(&mut self, now: Time, out: &mut Vec<Output>) {
        if let Some(password) = self.password.clone().filter(|_| self.next.is_some_and(|next| next <= now)) {
            self.next = None;
            out.push(Output::SignIn { name: self.name.clone(), password, take_over: false });
        }
    }
}

/// What is worth keeping of the state for an offline start: lists, names and settings, and nobody's contact.
pub(super) fn worth_keeping(state: &DeskState) -> DeskState {
    let mut kept = state.clone();
    kept.me.presence = Presence::Off;
    kept.me.media = false;
    kept.me.hand = None;
    kept.offer = None;
    kept.notice = None;
    kept.contact = None;
    kept.booths = Vec::new();
    kept.exchange_up = false;
    kept.callbacks = Callbacks::default();
    kept.guest = None;
    kept.wall = kept.wall.map(|_| Wall::default());
    // These change by the second and would be written by the second.
    kept.day = Default::default();
    let board = link::state::ChannelBoard { open: false, waiting: 0, oldest: None, ready: 0 };
    kept.queue = link::state::QueueBoard { phone: board, booth: board };
    kept.me.since = Time(0);
    kept.notes = Default::default();
    for colleague in &mut kept.colleagues {
        (colleague.presence, colleague.ready) = (Presence::Off, false);
    }
    kept
}
