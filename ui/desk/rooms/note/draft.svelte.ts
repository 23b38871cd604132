// The result that is chosen but not yet sent. It belongs to one contact and is forgotten with it.
import type { ContactId } from '$generated/ContactId';
import type { Disposition } from '$generated/Disposition';

/** The draft of the note: so far only its result. */
export class Draft {
  #chosen = $state.raw<{ contact: ContactId; disposition: Disposition | null } | null>(null);

  /** The result chosen for `contact`. */
  of(contact: ContactId): Disposition | null {
    return this.#chosen?.contact === contact ? this.#chosen.disposition : null;
  }

  /** Chooses one, or none. */
  choose(contact: ContactId, disposition: Disposition | null): void {
    this.#chosen = { contact, disposition };
  }
}
