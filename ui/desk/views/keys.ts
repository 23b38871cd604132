// Which key means what. By the key's place (`code`), because during a conversion the input method hides its name.
import { composing } from '$shared/ime';

/** The parts of a keyboard event that are looked at. */
export interface Pressed {
  readonly code: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  readonly repeat: boolean;
  readonly isComposing: boolean;
  readonly keyCode: number;
}

/** What was meant; `moment` is "a moment, please": 保留 or 目隠し. `choose` is the switch's place, from 1. */
export type Meant =
  | { readonly kind: 'answer' }
  | { readonly kind: 'moment' }
  | { readonly kind: 'hand' }
  | { readonly kind: 'choose'; readonly place: number }
  | { readonly kind: 'transfer' }
  | { readonly kind: 'reservation' }
  | { readonly kind: 'card'; readonly card: 'foreign' | 'loss' }
  | { readonly kind: 'room'; readonly room: 'manual' | 'records' }
  | { readonly kind: 'lock' }
  | { readonly kind: 'close' };

/** The meaning of a key; none for all that belong to the input method, the field or the webview. */
export function meaning(pressed: Pressed): Meant | null {
  if (pressed.repeat || pressed.metaKey) return null;
  if (pressed.ctrlKey || pressed.shiftKey) return pressed.ctrlKey && pressed.shiftKey && !pressed.altKey ? led(pressed.code) : null;
  if (pressed.altKey) {
    // Beside the switch's six: the function keys that are left belong to the input method or the webview.
    if (pressed.code === 'Digit7') return { kind: 'transfer' };
    if (pressed.code === 'Digit8') return { kind: 'reservation' };
    if (pressed.code === 'Digit9') return { kind: 'card', card: 'foreign' };
    if (pressed.code === 'Digit0') return { kind: 'card', card: 'loss' };
    const place = /^Digit([1-6])$/.exec(pressed.code)?.[1];
    return place === undefined ? null : { kind: 'choose', place: Number(place) };
  }
  if (pressed.code === 'F2') return { kind: 'answer' };
  if (pressed.code === 'F4') return { kind: 'moment' };
  if (pressed.code === 'F12') return { kind: 'hand' };
  // Esc takes a conversion back: it closes nothing while there is one.
  if (pressed.code === 'Escape') return composing(pressed) ? null : { kind: 'close' };
  return null;
}

/** Ctrl and Shift with a letter lead to a place; the input method and the webview leave these letters free. */
function led(code: string): Meant | null {
  switch (code) {
    case 'KeyF': return { kind: 'room', room: 'manual' };
    case 'KeyK': return { kind: 'room', room: 'records' };
    case 'KeyL': return { kind: 'lock' };
    default: return null;
  }
}
