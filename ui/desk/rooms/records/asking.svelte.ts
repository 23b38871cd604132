// What is looked for in the records. What is typed stays while other views come.
import type { NoteIntent } from '$generated/NoteIntent';
import type { SearchQuery } from '$generated/SearchQuery';

/** Nothing is looked for: everything, the newest first. */
export const EVERYTHING: SearchQuery = { words: '', category: null, disposition: null, operator: null, channel: null, from: '', to: '' };

/** The search room's memory. */
export class Asking {
  /** The query as it stands on the page. */
  query: SearchQuery = $state.raw(EVERYTHING);
  readonly #send: (note: NoteIntent) => void;

  constructor(send: (note: NoteIntent) => void) {
    this.#send = send;
  }

  /** Changes it and looks, or waits for the end of a conversion. */
  ask(change: Partial<SearchQuery>, waits = false): void {
    this.query = { ...this.query, ...change };
    if (!waits) this.look();
  }

  /** Looks. */
  look(): void {
    this.#send({ kind: 'search', query: this.query });
  }

  /** The room is left. */
  leave(): void {
    this.#send({ kind: 'search', query: null });
  }
}
