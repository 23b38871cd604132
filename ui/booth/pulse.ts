// Whether anything still arrives over a leg. The browser says "disconnected" only after nine seconds of
// silence; a visitor needs the word sooner. Pure: readings and times are handed in.

import type { Time } from '$generated/Time';

/** A living leg is never silent for so long, ms: even with nothing to play, answers to ICE's checks come every 2.5 s. */
const SILENT_MS = 3_500;

/** What a reading tells: alive, or silent since when. */
export type Beat = 'alive' | { silentSince: Time };

/** The pulse of one leg. */
export class Pulse {
  #count = -1;
  #moved: Time = 0;
  #doubted = false;

  /** After a restart of ICE: silent until something has arrived. */
  doubt(): void {
    this.#doubted = true;
  }

  /** Takes a count that grows with all that arrives. */
  take(now: Time, count: number): Beat {
    // After a restart of ICE another path counts its answers anew: that alone is no sign of life.
    this.#count = Math.min(this.#count, count);
    if (this.#count < 0 || count > this.#count) {
      if (this.#count >= 0) this.#doubted = false;
      this.#count = count;
      this.#moved = now;
    }
    return this.#doubted || now - this.#moved >= SILENT_MS ? { silentSince: this.#moved } : 'alive';
  }
}
