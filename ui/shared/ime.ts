// Whether a key belongs to the input method. WebKit ends the composition before the key that ended it arrives, and
// marks that key by code 229 alone: a flag of our own from compositionstart and compositionend would be wrong there.

/** The parts of a keyboard event that tell. */
export interface ImeKey {
  readonly isComposing: boolean;
  readonly keyCode: number;
}

/** The code of a key that the input method has taken. */
const TAKEN = 229;

/** True while the key is part of a conversion: such a key submits, closes and chooses nothing. */
export function composing(key: ImeKey): boolean {
  return key.isComposing || key.keyCode === TAKEN;
}

/**
 * Ends the conversion in a text field and keeps what was converted: leaving the field commits it, and a webview that
 * throws it away instead is put right. The caret comes back to the field.
 */
export function commit(field: Element | null): void {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
  const text = field.value;
  field.blur();
  if (field.value !== text) {
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  field.focus();
}
