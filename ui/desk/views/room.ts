// How the resting desk's centre is shared out (nothing there scrolls on the smallest screen), and what it cannot do now.
import type { DeskState } from '$generated/DeskState';

/** Lines of the callbacks beside a seat without troubles. */
const LINES = 6;
/** Lines that stay, whatever is wrong with the seat. */
const LEAST = 2;

/** How many callbacks are shown beside `troubles` troubles: each takes the place of one. */
export function linesFor(troubles: number): number {
  return Math.max(LEAST, LINES - troubles);
}

/** Why nobody can be called from here just now; none: the hands are free and the line is up. */
export function cannotCall({ me, offer, contact, guest, exchange_up: exchange }: DeskState): string | null {
  if (contact !== null || guest !== null) return '対応が終わると、電話をかけられます';
  if (offer !== null) return '呼び出しに応答してから、電話をかけられます';
  if (!exchange) return '交換機につながると、電話をかけられます';
  return me.media ? null : '音声の回線がつながると、電話をかけられます';
}
