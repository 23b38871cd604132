// How the resting desk's centre is shared out (nothing there scrolls on the smallest screen), and what it cannot do now.
import type { DeskState } from '$generated/DeskState';
import type { NotesView } from '$generated/NotesView';

/** Lines of the callbacks beside a seat without troubles. */
const LINES = 6;
/** Lines that stay, whatever is wrong with the seat. */
const LEAST = 2;

/** Lines of the work list that are in sight at once; further ones are reached by scrolling it. */
const WORK = 3;

/** How many callbacks are shown beside `troubles` troubles and `work` lines of work: each takes the place of one. */
export function linesFor(troubles: number, work: number): number {
  return Math.max(LEAST, LINES - troubles - Math.min(WORK, work));
}

/** How many lines the desk's own work has. */
export function owes({ handovers, local, promises, sheets }: NotesView): number {
  return handovers.length + promises.length + sheets.length + local.filter(({ draft }) => draft).length;
}

/** Why nobody can be called from here just now; none: the hands are free and the line is up. */
export function cannotCall({ me, offer, contact, guest, exchange_up: exchange }: DeskState): string | null {
  if (contact !== null || guest !== null) return '対応が終わると、電話をかけられます';
  if (offer !== null) return '呼び出しに応答してから、電話をかけられます';
  if (!exchange) return '交換機につながると、電話をかけられます';
  return me.media ? null : '音声の回線がつながると、電話をかけられます';
}
