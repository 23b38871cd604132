//! The lock of a desk that nobody touches: what is hidden while it is locked, and who opens it again. Knows no password:
//! the vault judges it.

use desk::code::Code;
use desk::contact::Phase;
use desk::time::{Millis, Time};
use link::state::{Caller, CallerCard};

use super::port::VaultJob;
use super::{Notes, Seen};
use crate::controller::port::Secret;
use crate::view::DeskView;
use crate::view::notes::NoteIntent;

/// What stands in the place of a number.
const HIDDEN: &str = "***";

/// Locked or not, and since when nobody was there.
#[derive(Debug, Default)]
pub(super) struct Lock {
    locked: bool,
    /// A password is being judged.
    asking: bool,
    refused: bool,
    touched: Time,
}

impl Lock {
    /// Somebody is there.
    pub(super) fn touched(&mut self, now: Time) {
        self.touched = self.touched.max(now);
    }

    pub(super) fn is_locked(&self) -> bool {
        self.locked
    }

    pub(super) fn was_refused(&self) -> bool {
        self.refused
    }

    pub(super) fn deadline(&self, after: Millis) -> Option<Time> {
        (!self.locked && after > Millis(0)).then_some(self.touched + after)
    }

    pub(super) fn checked(&mut self, now: Time, good: bool) {
        if std::mem::take(&mut self.asking) {
            (self.locked, self.refused) = (!good, !good);
            self.touched(now);
        }
    }
}

/// Somebody is spoken to at this desk, or is about to be.
fn speaks(seen: Seen) -> bool {
    let talks = |phase| match phase {
        Phase::Connecting | Phase::Live | Phase::Held => true,
        Phase::Waiting | Phase::Offered | Phase::Wrapping | Phase::Closed => false,
    };
    seen.state.guest.is_some() || seen.state.contact.as_ref().is_some_and(|card| talks(card.phase))
}

impl Notes {
    /// Any intent is a sign of life; a locked desk stays locked.
    pub(in super::super) fn touched(&mut self, now: Time) {
        self.lock.touched(now);
    }

    /// Whoever listens for ten minutes touches nothing: in a talk nobody is locked out.
    pub(super) fn lock_when_idle(&mut self, seen: Seen) {
        if speaks(seen) {
            self.lock.touched(seen.now);
            return;
        }
        let after = seen.state.forms.lock_after_ms;
        let due = self.lock.deadline(after).is_some_and(|at| at <= seen.now);
        if due && self.is_open() {
            self.lock_now(seen);
        }
    }

    /// Locks at once, but never in a talk. Without a vault nobody could judge the password, and the desk would stay
    /// locked.
    pub(super) fn lock(&mut self, seen: Seen) -> Result<(), Code> {
        self.writable()?;
        if speaks(seen) {
            return Err(Code::WrongState);
        }
        self.lock_now(seen);
        Ok(())
    }

    fn lock_now(&mut self, seen: Seen) {
        self.flush(seen);
        self.rooms.lock();
        (self.lock.locked, self.lock.refused) = (true, false);
    }

    /// What a locked desk takes: its password, and what was typed just before.
    pub(super) fn locked_intent(&mut self, intent: NoteIntent) -> Result<(), Code> {
        match intent {
            NoteIntent::Unlock { password } => {
                if !self.lock.asking {
                    (self.lock.asking, self.lock.refused) = (true, false);
                    self.jobs.push(VaultJob::Check(Secret(password)));
                }
                Ok(())
            }
            NoteIntent::Awake | NoteIntent::Lock => Ok(()),
            NoteIntent::Edit { note, written, caret, version } => {
                self.of(note)?.edit(*written, caret, version);
                Ok(())
            }
            NoteIntent::TakeNumber { .. }
            | NoteIntent::Save { .. }
            | NoteIntent::Finish { .. }
            | NoteIntent::New
            | NoteIntent::Leave
            | NoteIntent::RaiseSheet { .. }
            | NoteIntent::MoveSheet { .. }
            | NoteIntent::CheckSheet { .. }
            | NoteIntent::ExportSheets { .. }
            | NoteIntent::ImportSheets { .. }
            | NoteIntent::Handover { .. }
            | NoteIntent::SettleHandover { .. }
            | NoteIntent::SettlePromise { .. }
            | NoteIntent::Search { .. }
            | NoteIntent::SearchOlder
            | NoteIntent::Read { .. }
            | NoteIntent::ShowPerson
            | NoteIntent::Change { .. }
            | NoteIntent::Resolve { .. }
            | NoteIntent::Redact { .. }
            | NoteIntent::Manual { .. }
            | NoteIntent::Article { .. } => Err(Code::Locked),
        }
    }
}

/// Takes every person's name, number and words out of what a locked desk shows. That something rings stays.
pub(super) fn conceal(view: &mut DeskView) {
    let notes = std::mem::take(&mut view.notes);
    view.notes.pane = notes.pane.map(|mut pane| {
        pane.written = Default::default();
        (pane.facts.caller, pane.facts.caller_key) = (None, None);
        pane.findings.clear();
        pane.earlier.clear();
        pane.sheet = None;
        pane
    });
    view.notes.unsynced = notes.unsynced;
    view.notes.trouble = notes.trouble;
    view.notes.unlock_refused = notes.unlock_refused;
    view.notes.locked = true;
    let state = &mut view.state;
    state.callbacks = Default::default();
    state.guest = None;
    if let Some(offer) = &mut state.offer {
        hide(&mut offer.caller);
    }
    if let Some(contact) = &mut state.contact {
        hide(&mut contact.caller);
        contact.texts.clear();
        contact.consult = None;
    }
    for waiting in state.wall.iter_mut().flat_map(|wall| &mut wall.waiting) {
        hide(&mut waiting.caller);
    }
}

/// A caller stays a caller: the screens tell the telephone from the booths by it.
fn hide(card: &mut Option<CallerCard>) {
    if let Some(card) = card {
        if let Caller::Number { number } = &mut card.caller {
            *number = HIDDEN.to_owned();
        }
        card.key = None;
        card.digits.clear();
    }
}
