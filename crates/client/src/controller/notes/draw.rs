//! What the window shows of notes. Knows no rule.

use link::state::DeskState;

use super::lock::conceal;
use super::pane::Pane;
use super::port::KeptHead;
use super::{Door, Notes};
use crate::view::DeskView;
use crate::view::notes::{NotesView, SheetCheck, SheetRow};

impl Notes {
    /// Puts the notes into the desk's view, and hides what a locked desk hides.
    pub(in super::super) fn draw(&self, view: &mut DeskView) {
        view.notes = self.view(&view.state);
        if self.lock.is_locked() {
            conceal(view);
        }
    }

    fn view(&self, state: &DeskState) -> NotesView {
        let mut lists = self.lists.clone();
        self.outgoing.show(&mut lists);
        NotesView {
            pane: self.pane.as_ref().filter(|_| self.door != Door::None).map(Pane::view),
            unsynced: lists.unsynced,
            attention: lists.attention,
            local: lists.local,
            search: self.rooms.search_view(state.forms.keep_days),
            reading: self.rooms.reading_view(|head| tag(state, head)),
            sheets: lists.sheets.into_iter().map(|row| with_rights(state, row)).collect(),
            handovers: lists.handovers,
            promises: lists.promises,
            manual: self.rooms.manual_view(),
            trouble: self.trouble,
            locked: false,
            unlock_refused: self.lock.was_refused(),
            told: self.told.clone(),
        }
    }
}

/// What this operator can do about a sheet, and who else can check it.
fn with_rights(state: &DeskState, mut row: SheetRow) -> SheetRow {
    row.right = row.open.right(state.me.operator, state.wall.is_some());
    if let SheetCheck::Waits { by } = &mut row.check {
        let leads = state.colleagues.iter().filter(|who| who.lead && who.operator != row.open.writer);
        *by = leads.map(|who| who.name.clone()).collect();
    }
    row
}

/// The name on an author's tag, where this desk knows it.
fn tag(state: &DeskState, head: &KeptHead) -> String {
    if head.author == state.me.operator {
        return state.me.name.clone();
    }
    let colleague = state.colleagues.iter().find(|colleague| colleague.operator == head.author);
    colleague.map_or_else(|| format!("#{}", head.author.0), |colleague| colleague.name.clone())
}
