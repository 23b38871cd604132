//! What everybody is shown: whole at the first words, afterwards the parts that differ.

use desk::ids::{BoothId, OperatorId, Session};
use desk::time::Time;

use super::project::{self, Truth};
use super::task::Hub;

impl Hub {
    /// Shows everybody what has changed for them. Desks that are away keep it as events.
    pub(super) fn show(&mut self, now: Time) {
        if self.parties.desks.is_empty() && self.parties.booths.is_empty() {
            return;
        }
        let truth = self.truth(now);
        let board = project::board(truth);
        let desks: Vec<_> = (self.parties.desks.iter())
            .filter(|(_, desk)| desk.place.shown.is_some())
            .map(|(id, desk)| (*id, project::desk(truth, &board, *id, desk.notice.as_ref())))
            .collect();
        let booths: Vec<_> = (self.parties.booths.iter())
            .filter(|(_, place)| place.shown.is_some())
            .map(|(id, _)| (*id, project::booth(truth, &board, *id)))
            .collect();
        for (operator, new) in desks {
            let Some(desk) = self.parties.desks.get_mut(&operator) else { continue };
            if let Some(old) = &desk.place.shown {
                let (changes, forget) = (project::desk_changes(old, &new), project::desk_forgets(old, &new));
                desk.place.show(new, changes, forget, now);
            }
        }
        for (booth, new) in booths {
            let Some(place) = self.parties.booths.get_mut(&booth) else { continue };
            if let Some(old) = &place.shown {
                let (changes, forget) =
                    (project::booth_changes(old, &new), project::booth_forgets(old, &new));
                place.show(new, changes, forget, now);
            }
        }
    }

    /// The first words on a desk's line.
    pub(super) fn welcome_operator(&mut self, now: Time, operator: OperatorId, after: Option<u64>) {
        let truth = self.truth(now);
        let notice = self.parties.desks.get(&operator).and_then(|desk| desk.notice.as_ref());
        let state = project::desk(truth, &project::board(truth), operator, notice);
        if let Some(desk) = self.parties.desks.get_mut(&operator) {
            desk.place.welcome(desk.session, after, state, now);
        }
    }

    /// The first words on a booth's line.
    pub(super) fn welcome_booth(&mut self, now: Time, booth: BoothId, after: Option<u64>) {
        let truth = self.truth(now);
        let state = project::booth(truth, &project::board(truth), booth);
        if let Some(place) = self.parties.booths.get_mut(&booth) {
            place.welcome(Session(0), after, state, now);
        }
    }

    fn truth(&self, now: Time) -> Truth<'_> {
        Truth {
            centre: &self.centre,
            names: &self.names,
            signs: &self.signs,
            papers: &self.papers,
            hours: self.duty.hours(),
            opening: self.duty.opening(),
            seen: &self.parties.seen,
            callers: &self.callers,
            worklist: &self.worklist,
            outgoing: &self.outgoing,
            notes: self.notes,
            unsynced: &self.parties.unsynced,
            trunks: self.parties.exchange.as_ref().map_or(&[], |exchange| &exchange.trunks),
            qualities: self.parties.exchange.as_ref().map(|exchange| &exchange.qualities),
            now,
        }
    }
}
