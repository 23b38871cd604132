// Both queues, person by person, in the order in which they are served.
import type { Channel } from '$generated/Channel';
import type { WaitingCard } from '$generated/WaitingCard';

/** One channel's queue as it is drawn. */
export interface Line {
  readonly shown: readonly WaitingCard[];
  readonly all: number;
  /** How many wait behind those that are shown. */
  readonly more: number;
}

/** How many of a queue have a row on the smallest screen. */
export const ROWS = { long: 5, short: 2 } as const;

/** A channel's queue in the server's order: as many as have a row, the rest as a number. */
export function line(waiting: readonly WaitingCard[], channel: Channel, rows: number): Line {
  const all = waiting.filter((card) => card.channel === channel);
  return { shown: all.slice(0, rows), all: all.length, more: Math.max(0, all.length - rows) };
}
