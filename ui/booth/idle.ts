// Whether somebody is still there: by sound, touch and what happens on the screen, never by looking at a face.
// Pure: the time is handed in.

import type { Millis } from '$generated/Millis';
import type { Time } from '$generated/Time';

/** Beside an open page, touches are not seen: the page waits so many times longer before it asks. */
const BESIDE_A_PAGE = 3;
/** A voice at a table, as the root mean square of full scale: about −40 dB, above a lobby behind noise suppression. */
export const VOICE = 0.01;

/** Somebody is there, is asked, or does not answer. */
export type Presence = { kind: 'here' } | { kind: 'asked'; leaves: Time } | { kind: 'gone' };

/** The limits of this centre. */
export interface Limits {
  ask_ms: Millis;
  end_ms: Millis;
  /** A page of the city lies beside the talk. */
  beside: boolean;
}

/** Signs of life of one visit. */
export class Idle {
  #last: Time;
  #asked: Time | null = null;

  constructor(now: Time) {
    this.#last = now;
  }

  /** A touch, a voice, a change on the screen, or the answer to the question. */
  alive(now: Time): void {
    this.#last = now;
    this.#asked = null;
  }

  look(now: Time, limits: Limits): Presence {
    const quiet = limits.ask_ms * (limits.beside ? BESIDE_A_PAGE : 1);
    // The question counts from when it was really shown: a machine that slept has asked nobody.
    if (this.#asked === null && now - this.#last >= quiet) this.#asked = now;
    if (this.#asked === null) return { kind: 'here' };
    return now - this.#asked >= limits.end_ms ? { kind: 'gone' } : { kind: 'asked', leaves: this.#asked + limits.end_ms };
  }
}
