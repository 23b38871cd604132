// The written word on its way (筆談): kept while it is typed, cleared when it goes out, given back when it was refused.
// What the guard refused is not given back: it must survive nowhere.
import type { Code } from '$generated/Code';
import type { ContactCard } from '$generated/ContactCard';
import type { ContactId } from '$generated/ContactId';

/** The longest text card, characters: the server refuses more. */
export const MOST = 200;

/** What can be done with the text. */
export type Readiness = { readonly kind: 'empty' } | { readonly kind: 'ready' } | { readonly kind: 'long'; readonly over: number };

/** The text field of one contact at a time. */
export class Writing {
  /** What stands in the field. */
  text = $state('');
  #contact: ContactId | null = null;
  #sent: string | null = null;
  #known = 0;

  /** Characters as a person counts them: one kanji is one. */
  get length(): number {
    return [...this.text.trim()].length;
  }

  /** Whether the text may go. */
  get readiness(): Readiness {
    if (this.length === 0) return { kind: 'empty' };
    return this.length > MOST ? { kind: 'long', over: this.length - MOST } : { kind: 'ready' };
  }

  /** Takes the text out of the field to be sent; none when it may not go. */
  take(): string | null {
    if (this.readiness.kind !== 'ready') return null;
    this.#sent = this.text.trim();
    this.text = '';
    return this.#sent;
  }

  /** Looks at each view: another contact starts empty, a refused text comes back unless the guard refused it. */
  see(contact: ContactCard | null, refused: Code | null): void {
    if ((contact?.contact ?? null) !== this.#contact) {
      this.#contact = contact?.contact ?? null;
      this.#known = contact?.texts.at(-1)?.place ?? 0;
      this.#sent = null;
      this.text = '';
      return;
    }
    const newest = contact?.texts.at(-1)?.place ?? 0;
    const arrived = newest > this.#known && contact?.texts.some((card) => card.place > this.#known && card.text === this.#sent);
    this.#known = newest;
    if (arrived === true) this.#sent = null;
    if (refused === null || this.#sent === null) return;
    if (!guarded(refused) && this.text === '') this.text = this.#sent;
    this.#sent = null;
  }
}

function guarded(code: Code): boolean {
  return code === 'individual_number' || code === 'secret_text';
}
