// What is open beside a call: the keypad or the transfer panel, never both; and where the keyboard was before.
import type { ContactCard } from '$generated/ContactCard';
import { isOpen } from './controls';
import { Keypad } from './keypad.svelte';
import { Transfer } from './transfer.svelte';

/** A panel's name. */
export type PanelName = 'keypad' | 'transfer';

/** The panels of one call at a time. */
export class Panels {
  readonly keypad = new Keypad();
  readonly transfer = new Transfer();
  #before: Element | null = null;

  /** The one that is open. */
  get open(): PanelName | null {
    if (this.keypad.open) return 'keypad';
    return this.transfer.open ? 'transfer' : null;
  }

  /** Opens one, or closes it; the other gives way. */
  turn(panel: PanelName): void {
    const open = this.open !== panel;
    this.keypad.open = open && panel === 'keypad';
    this.transfer.open = open && panel === 'transfer';
    if (open) this.transfer.heard();
  }

  /** Where the keyboard is when a key opens a panel: it goes back there. */
  remember(focused: Element | null): void {
    this.#before = focused;
  }

  /** The keyboard goes into the transfer panel: to its search field, to who is chosen, or to the first. */
  enter(page: Document): void {
    const inputs = [...page.querySelectorAll<HTMLInputElement>('[data-testid="transfer-panel"] input:enabled')];
    const entry = inputs.find(({ type }) => type === 'search') ?? inputs.find(({ checked }) => checked) ?? inputs[0];
    entry?.focus();
  }

  /** Closes whatever is open; a keyboard that was in it goes back to where it was. */
  close(): void {
    const inside = document.activeElement?.closest('[data-testid="transfer-panel"]') != null;
    this.keypad.open = this.transfer.open = false;
    const opener = document.querySelector('[data-testid="transfer"]');
    const back = this.#before?.isConnected === true && this.#before !== document.body ? this.#before : opener;
    if (inside && back instanceof HTMLElement) back.focus();
    this.#before = null;
  }

  /** Looks at each view: what cannot be used closes, and nothing outlives its call. */
  see(contact: ContactCard | null): void {
    this.keypad.see(contact?.contact ?? null);
    this.transfer.see(contact);
    if (contact === null || !isOpen(contact)) this.keypad.open = this.transfer.open = false;
  }
}
