//! What everybody is shown: whole at the first words, afterwards the parts that differ.

use desk::ids::{BoothId, OperatorId, Session};
use desk::time::Time;

use super::project;
use super::task::Hub;

impl Hub {
    /// Shows everybody what has changed for them. Desks that are away keep it as events.
    pub(super) fn show(&mut self, now: Time) {
        if self.parties.desks.is_empty() && self.parties.booths.is_empty() {
            return;
        }
        let board = project::board(&self.centre, &self.names, &self.parties.seen, now);
        for (operator, desk) in &mut self.parties.desks {
            let new = project::desk(&self.centre, &self.names, &board, *operator, desk.notice.as_ref());
            let changes = desk.place.shown.as_ref().map(|old| project::desk_changes(old, &new));
            if let Some(changes) = changes {
                desk.place.show(new, changes, now);
            }
        }
        for (booth, place) in &mut self.parties.booths {
            let new = project::booth(&self.centre, &self.names, &board, *booth);
            let changes = place.shown.as_ref().map(|old| project::booth_changes(old, &new));
            if let Some(changes) = changes {
                place.show(new, changes, now);
            }
        }
    }

    /// The first words on a desk's line.
    pub(super) fn welcome_operator(&mut self, now: Time, operator: OperatorId, after: Option<u64>) {
        let board = project::board(&self.centre, &self.names, &self.parties.seen, now);
        if let Some(desk) = self.parties.desks.get_mut(&operator) {
            let state = project::desk(&self.centre, &self.names, &board, operator, desk.notice.as_ref());
            desk.place.welcome(desk.session, after, state, now);
        }
    }

    /// The first words on a booth's line.
    pub(super) fn welcome_booth(&mut self, now: Time, booth: BoothId, after: Option<u64>) {
        let board = project::board(&self.centre, &self.names, &self.parties.seen, now);
        let state = project::booth(&self.centre, &self.names, &board, booth);
        if let Some(place) = self.parties.booths.get_mut(&booth) {
            place.welcome(Session(0), after, state, now);
        }
    }
}
