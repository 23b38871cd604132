//! How long the server has been silent, and what that means. Knows no message.

use desk::time::{Millis, Time};

use crate::view::LineView;

/// After this silence the desk fences itself: 受付停止, no ring (reliability.md, Assignment 5).
pub const FENCE_AFTER: Millis = Millis::seconds(15);

/// The line as this desk sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Watch {
    /// Not wanted.
    Idle,
    /// Wanted, nothing known yet.
    Connecting,
    /// Known and current.
    Up { heard: Time },
    /// Cut, or silent for too long. `cut`: the socket is gone, so that only a welcome helps.
    Down { since: Time, heard: Time, cut: bool, fenced: bool },
}

impl Watch {
    /// Any word of the server.
    pub(super) fn heard(&mut self, now: Time) {
        *self = match *self {
            Watch::Idle => Watch::Idle,
            Watch::Connecting => Watch::Connecting,
            Watch::Up { .. } | Watch::Down { cut: false, .. } => Watch::Up { heard: now },
            Watch::Down { since, cut: true, fenced, .. } => {
                Watch::Down { since, heard: now, cut: true, fenced }
            }
        };
    }

    /// What we show is the server's truth again: a snapshot came, or the events went on.
    pub(super) fn current(&mut self, now: Time) {
        if *self != Watch::Idle {
            *self = Watch::Up { heard: now };
        }
    }

    /// The socket is gone.
    pub(super) fn cut(&mut self, now: Time) {
        *self = match *self {
            Watch::Idle => Watch::Idle,
            Watch::Connecting => Watch::Connecting,
            Watch::Up { heard } => Watch::Down { since: now, heard, cut: true, fenced: false },
            Watch::Down { since, heard, fenced, .. } => Watch::Down { since, heard, cut: true, fenced },
        };
    }

    /// When the fence falls; none when it has fallen or there is nothing to fence.
    pub(super) fn deadline(&self) -> Option<Time> {
        match *self {
            Watch::Up { heard } | Watch::Down { heard, fenced: false, .. } => Some(heard + FENCE_AFTER),
            Watch::Idle | Watch::Connecting | Watch::Down { fenced: true, .. } => None,
        }
    }

    /// Lets the fence fall when it is time.
    pub(super) fn tick(&mut self, now: Time) {
        if self.deadline().is_none_or(|at| now < at) {
            return;
        }
        *self = match *self {
            Watch::Up { heard } => Watch::Down { since: heard, heard, cut: false, fenced: true },
            Watch::Down { since, heard, cut, .. } => Watch::Down { since, heard, cut, fenced: true },
            Watch::Idle | Watch::Connecting => *self,
        };
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self, Watch::Up { .. })
    }

    pub(super) fn is_fenced(&self) -> bool {
        matches!(self, Watch::Down { fenced: true, .. })
    }

    pub(super) fn view(&self) -> LineView {
        match *self {
            Watch::Idle => LineView::Idle,
            Watch::Connecting => LineView::Connecting,
            Watch::Up { .. } => LineView::Up,
            Watch::Down { since, fenced, .. } => LineView::Down { since, fenced },
        }
    }
}
