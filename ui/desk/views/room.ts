// How the resting desk's centre is shared out: nothing there scrolls on the smallest screen.

/** Lines of the callbacks beside a seat without troubles. */
const LINES = 6;
/** Lines that stay, whatever is wrong with the seat. */
const LEAST = 2;

/** How many callbacks are shown beside `troubles` troubles: each takes the place of one. */
export function linesFor(troubles: number): number {
  return Math.max(LEAST, LINES - troubles);
}
