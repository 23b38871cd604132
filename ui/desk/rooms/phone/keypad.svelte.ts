// The keypad's memory: whether it is open, and which keys went out in this call. Both are forgotten with the call: a
// key may be part of a secret, so it stays nowhere.
import type { ContactId } from '$generated/ContactId';
import type { Digit } from '$generated/Digit';
import { composing, type ImeKey } from '$shared/ime';

/** The keys in the order of a telephone, row by row. */
export const DIGITS: readonly Digit[] = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** Sent keys that are shown: as many as the server keeps of the caller's, so that both lines have the same room. */
const MOST = 24;

/** The panel of one call at a time. */
export class Keypad {
  /** The panel is open. */
  open = $state(false);
  #sent = $state.raw<readonly Digit[]>([]);
  #contact: ContactId | null = null;

  /** What went out in this call, oldest first; the latest [`MOST`]. */
  get sent(): readonly Digit[] {
    return this.#sent;
  }

  /** A key went out. */
  pressed(digit: Digit): void {
    this.#sent = [...this.#sent, digit].slice(-MOST);
  }

  /** Looks at each view: another call, or none, starts closed and empty. */
  see(contact: ContactId | null): void {
    if (contact === this.#contact) return;
    this.#contact = contact;
    this.open = false;
    this.#sent = [];
  }
}

/** The parts of a keyboard event that are looked at. */
export interface PressedKey extends ImeKey {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
}

/** The telephone's key that was meant; none for all others and for whatever belongs to the input method. By its name,
 *  because * and # stand in other places on other keyboards. */
export function digitOf(pressed: PressedKey): Digit | null {
  if (pressed.repeat || pressed.altKey || pressed.ctrlKey || pressed.metaKey || composing(pressed)) return null;
  return DIGITS.find((digit) => digit === pressed.key) ?? null;
}

/** True where a key writes or chooses: there it dials nothing. */
export function writes(focused: Element | null): boolean {
  return focused?.matches('input:not([type="checkbox"]), textarea, select, [contenteditable]') ?? false;
}
