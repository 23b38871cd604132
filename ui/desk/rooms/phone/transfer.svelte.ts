// The transfer panel's memory: whether it is open, who is chosen, what is typed, and what became of the last try. It
// belongs to one call and is forgotten with it: a number that was typed stays nowhere.
import type { Callee } from '$generated/Callee';
import type { ConsultEnd } from '$generated/ConsultEnd';
import type { ContactCard } from '$generated/ContactCard';
import type { ContactId } from '$generated/ContactId';
import type { Counterpart } from '$generated/Counterpart';
import { targetOf, type Known } from './targets';

/** The choice that stands for the typed number. */
export const TYPED = 'typed';

/** The longest number that the field takes, characters: any telephone's with room for every sign between. */
export const LONGEST = 32;

/** Who is chosen, as far as it can be used. */
export type Choice =
  | { readonly kind: 'none' }
  | { readonly kind: 'untyped' }
  | { readonly kind: 'away'; readonly name: string }
  | { readonly kind: 'ready'; readonly name: string; readonly to: Callee };

/** How a consultation ended that was no transfer, and with whom it was. */
export interface Told {
  readonly end: ConsultEnd;
  /** None when the page was loaded in between. */
  readonly by: Counterpart | null;
}

/** The panel of one call at a time. */
export class Transfer {
  /** The panel is open. */
  open = $state(false);
  /** What is looked for. */
  query = $state('');
  /** The number as it is typed; the exchange judges it. */
  number = $state('');
  /** Whose line is chosen, or [`TYPED`]. */
  picked: string | null = $state(null);
  #contact: ContactId | null = null;
  #by: Counterpart | null = $state.raw(null);
  #heard = $state(false);
  #asked = false;

  /** Who is chosen now. */
  choice(known: Known): Choice {
    const number = this.number.trim();
    if (this.picked === TYPED) return number === '' ? { kind: 'untyped' } : { kind: 'ready', name: number, to: { kind: 'number', number } };
    const target = targetOf(known, this.picked);
    if (target === null) return { kind: 'none' };
    return target.ready ? { kind: 'ready', name: target.name, to: target.to } : { kind: 'away', name: target.name };
  }

  /** Somebody is asked from this window. */
  ask(): void {
    this.#asked = true;
    this.#heard = true;
  }

  /** True once for a consultation that was asked for here: it may take the place that the keyboard had. */
  arrived(): boolean {
    const asked = this.#asked;
    this.#asked = false;
    return asked;
  }

  /** What came of the last consultation, until the next deed. */
  told({ consult_end: end }: ContactCard): Told | null {
    if (end === null || end.kind === 'taken_back' || this.#heard) return null;
    return { end, by: this.#by };
  }

  /** Another deed: what was told is known. */
  heard(): void {
    this.#heard = true;
  }

  /** Looks at each view: another call, or none, starts closed and empty; a consultation closes the panel. */
  see(contact: ContactCard | null): void {
    if ((contact?.contact ?? null) !== this.#contact) this.#forget(contact);
    if (contact?.consult != null) {
      this.open = false;
      this.#heard = false;
      this.#by = contact.consult.with;
    }
  }

  #forget(contact: ContactCard | null): void {
    this.#contact = contact?.contact ?? null;
    this.open = this.#heard = this.#asked = false;
    this.query = this.number = '';
    this.picked = this.#by = null;
  }
}
