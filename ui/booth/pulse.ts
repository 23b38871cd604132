// Whether anything still arrives over a leg. The browser says "disconnected" only after nine seconds of
// silence; a visitor needs the word sooner. Pure: readings and times are handed in.

import type { Time } from '$generated/Time';

/** A living leg is never silent for so long, ms: even with nothing to play, answers to ICE's checks come every 2.5 s. */
const SILENT_MS = 3_500;

/** What a reading tells: alive, or silent since when. */
export type Beat = 'alive' | { silentSince: Time };

/** The pulse of one leg. */
export class Pulse {
  #bytes = -1;
  #moved: Time = 0;
  #doubted = false;

  /** After a restart of ICE: silent until something has arrived. */
  doubt(): void {
    this.#doubted = true;
  }

  /** Takes the count of bytes received so far. */
  take(now: Time, bytes: number): Beat {
    if (this.#bytes < 0 || bytes > this.#bytes) {
      if (this.#bytes >= 0) this.#doubted = false;
      this.#bytes = bytes;
      this.#moved = now;
    }
    return this.#doubted || now - this.#moved >= SILENT_MS ? { silentSince: this.#moved } : 'alive';
  }
}
