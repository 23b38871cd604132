// Notes, sheets and handovers for the samples.
import type { NotesView } from '$generated/NotesView';

/** A desk without any paper. */
export const QUIET_NOTES: NotesView = {
  pane: null,
  unsynced: 0,
  attention: [],
  local: [],
  search: null,
  reading: null,
  sheets: [],
  handovers: [],
  promises: [],
  manual: null,
  trouble: null,
  locked: false,
  unlock_refused: false,
  told: null,
};
