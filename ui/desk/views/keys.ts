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
  | { readonly kind: 'close' };

/** The meaning of a key; none for all that belong to the input method, the field or the webview. */
export function meaning(pressed: Pressed): Meant | null {
  if (pressed.repeat || pressed.ctrlKey || pressed.metaKey || pressed.shiftKey) return null;
  if (pressed.altKey) {
    // Beside the switch's six: the function keys that are left belong to the input method or the webview.
    if (pressed.code === 'Digit7') return { kind: 'transfer' };
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
