// How a page that belongs to no booth comes to belong to one: it shows a code until an administrator has approved
// it. Knows no screen and no key; the questions are handed in.

import type { BoothId } from '$generated/BoothId';
import type { Challenge } from '$generated/Challenge';
import type { EnrolCode } from '$generated/EnrolCode';
import { after, type Cancel } from './steady';

/** How often the page asks whether it was approved, ms. */
export const ASK_EVERY_MS = 2_000;

/** What the page knows of its enrolment. `until` is of this machine's clock, ms. */
export type Enrolling =
  | { kind: 'asking' }
  | { kind: 'no_server' }
  | { kind: 'no_store' }
  | { kind: 'code'; code: string; until: number };

/** The questions, about one key. */
export interface Questions {
  code(): Promise<EnrolCode>;
  challenge(): Promise<Challenge>;
}

/** One enrolment; it begins at once and ends with a booth or with `stop`. */
export class Enrolment {
  #shown: Enrolling = { kind: 'asking' };
  #timer: Cancel = () => undefined;
  #turn = 0;

  constructor(
    private readonly ask: Questions,
    private readonly tell: (shown: Enrolling) => void,
    private readonly done: (booth: BoothId) => void,
  ) {
    void this.#go();
  }

  /** A new code at once: wrong codes typed elsewhere void those that are shown. */
  renew(): void {
    this.#shown = { kind: 'asking' };
    void this.#go();
  }

  stop(): void {
    this.#turn += 1;
    this.#timer();
  }

  async #go(): Promise<void> {
    this.stop();
    const mine = this.#turn;
    let booth: BoothId | null = null;
    try {
      if (!this.#good()) this.#shown = await this.#code();
      booth = mine === this.#turn ? (await this.ask.challenge()).booth : null;
    } catch {
      if (!this.#good()) this.#shown = { kind: 'no_server' };
    }
    if (mine !== this.#turn) return;
    if (booth !== null) return this.done(booth);
    this.tell(this.#shown);
    this.#timer = after(ASK_EVERY_MS, () => void this.#go());
  }

  #good(): boolean {
    return this.#shown.kind === 'code' && Date.now() < this.#shown.until;
  }

  async #code(): Promise<Enrolling> {
    const { code, valid_ms } = await this.ask.code();
    return { kind: 'code', code, until: Date.now() + valid_ms };
  }
}
