//! The passing half of a centre: who was heard when, which media legs and pages are there, and whether
//! the exchange is. Nothing of it is stored; after a restart it starts unknown.

use std::collections::BTreeMap;

use super::{Owner, Settings};
use crate::ids::{BoothId, ContactId, Fence, OperatorId};
use crate::time::{Millis, Time};

/// Half of the heartbeat interval of 5 s. When a socket does not close (a pulled cable), the last sign
/// of life lies 0-5 s before the loss; adding the half estimates the loss within ± 2.5 s.
const HALF_HEARTBEAT: Millis = Millis(2_500);

#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    leases: BTreeMap<OperatorId, Lease>,
    legs: BTreeMap<Owner, Leg>,
    booths: BTreeMap<BoothId, Line>,
    exchange: Line,
    /// Counts the exchange's connections, to tell fresh reports of legs from old ones.
    epoch: u32,
    /// The latest join asked for of each contact that is connecting.
    asked: BTreeMap<ContactId, Asked>,
    /// What was never heard of counts as down since then.
    start: Time,
    /// When the queue was last looked at.
    pub looked: Time,
}

#[derive(Clone, Copy, Debug)]
struct Lease {
    heard: Time,
    socket: Socket,
}

#[derive(Clone, Copy, Debug)]
enum Socket {
    /// Not heard since the centre started.
    Unknown,
    Open,
    Closed(Time),
}

#[derive(Clone, Copy, Debug)]
struct Leg {
    up: bool,
    since: Time,
    epoch: u32,
}

/// A join that was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub fence: Fence,
    pub at: Time,
    /// The exchange could not make it.
    pub failed: bool,
}

/// A line that is there or not.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Line {
    pub up: bool,
    pub since: Time,
}

impl Lines {
    /// Right after a restart at `now`: leases run from `heard`.
    pub fn after_start(now: Time, heard: Time, signed_in: impl Iterator<Item = OperatorId>) -> Lines {
        let leases = signed_in.map(|who| (who, Lease { heard, socket: Socket::Unknown })).collect();
        let exchange = Line { up: false, since: now };
        Lines { leases, exchange, start: now, looked: now, ..Lines::default() }
    }

    pub fn hear(&mut self, operator: OperatorId, now: Time) {
        self.leases.insert(operator, Lease { heard: now, socket: Socket::Open });
    }

    pub fn forget(&mut self, operator: OperatorId) {
        self.leases.remove(&operator);
    }

    /// The socket closed; the lease runs on.
    pub fn close_socket(&mut self, operator: OperatorId, now: Time) {
        if let Some(lease) = self.leases.get_mut(&operator) {
            lease.socket = Socket::Closed(now);
        }
    }

    /// The lease is neither suspect nor without a socket.
    pub fn lease_good(&self, operator: OperatorId, now: Time, settings: &Settings) -> bool {
        self.leases.get(&operator).is_some_and(|lease| {
            matches!(lease.socket, Socket::Open) && now < lease.heard + settings.suspect_after_ms
        })
    }

    /// When the lease becomes suspect.
    pub fn suspect_at(&self, operator: OperatorId, settings: &Settings) -> Option<Time> {
        self.leases.get(&operator).map(|lease| lease.heard + settings.suspect_after_ms)
    }

    /// When the operator becomes 接続断.
    pub fn lost_at(&self, operator: OperatorId, settings: &Settings) -> Option<Time> {
        self.leases.get(&operator).map(|lease| lease.heard + settings.lost_after_ms)
    }

    /// When the talk of an operator who is lost goes back to the queue: [`Settings::reattach_ms`] after
    /// the crash. The crash is the moment when the socket closed, which is exact for a process that died;
    /// without that it is estimated from the last sign of life.
    pub fn return_at(&self, operator: OperatorId, settings: &Settings) -> Option<Time> {
        self.leases.get(&operator).map(|lease| {
            let crash = match lease.socket {
                Socket::Closed(at) => at,
                Socket::Open | Socket::Unknown => lease.heard + HALF_HEARTBEAT,
            };
            crash + settings.reattach_ms
        })
    }

    pub fn set_leg(&mut self, owner: Owner, up: bool, now: Time) {
        let epoch = self.epoch;
        let leg = self.legs.entry(owner).or_insert(Leg { up: !up, since: now, epoch });
        if leg.up != up {
            (leg.up, leg.since) = (up, now);
        }
        leg.epoch = epoch;
    }

    /// A call's leg is gone with it: nothing of it is remembered, or the day's calls would fill the memory.
    pub fn forget_leg(&mut self, owner: Owner) {
        self.legs.remove(&owner);
    }

    /// How many legs are remembered.
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    /// The leg's state; down since the start when it was never told.
    pub fn leg(&self, owner: Owner) -> Line {
        let down = Line { up: false, since: self.start };
        self.legs.get(&owner).map_or(down, |leg| Line { up: leg.up, since: leg.since })
    }

    /// The exchange has told that the leg is down.
    pub fn leg_told_down(&self, owner: Owner) -> bool {
        self.legs.get(&owner).is_some_and(|leg| !leg.up)
    }

    /// Takes every leg as down that the exchange has not told of since it went away, except `kept`.
    pub fn distrust_legs(&mut self, now: Time, kept: impl Fn(Owner) -> bool) {
        for (owner, leg) in &mut self.legs {
            if leg.up && leg.epoch != self.epoch && !kept(*owner) {
                (leg.up, leg.since) = (false, now);
            }
        }
    }

    pub fn set_booth(&mut self, booth: BoothId, up: bool, now: Time) {
        let line = self.booths.entry(booth).or_insert(Line { up: !up, since: now });
        if line.up != up {
            *line = Line { up, since: now };
        }
    }

    /// The page's line; down since the start when it was never told.
    pub fn booth(&self, booth: BoothId) -> Line {
        let down = Line { up: false, since: self.start };
        self.booths.get(&booth).copied().unwrap_or(down)
    }

    pub fn exchange(&self) -> Line {
        self.exchange
    }

    /// The exchange came or went. Reports of legs from before are old from then on.
    pub fn set_exchange(&mut self, up: bool, now: Time) {
        if self.exchange.up {
            self.epoch += 1;
        }
        self.exchange = Line { up, since: now };
        self.asked.clear();
    }

    pub fn asked(&self, contact: ContactId) -> Option<Asked> {
        self.asked.get(&contact).copied()
    }

    pub fn set_asked(&mut self, contact: ContactId, asked: Asked) {
        self.asked.insert(contact, asked);
    }

    /// The join was made, or nobody waits for it any more.
    pub fn forget_asked(&mut self, contact: ContactId) {
        self.asked.remove(&contact);
    }
}
