// Characters as a person counts them: one kanji is one, also where the machine needs two units for it.

/** A field with text and a caret. */
export type Field = HTMLInputElement | HTMLTextAreaElement;

/** How many characters a text has. */
export function characters(text: string): number {
  return [...text].length;
}

/** Where the next sign goes, characters from the start. */
export function caretOf(field: Field): number {
  return characters(field.value.slice(0, field.selectionStart ?? field.value.length));
}

/** Leads the keyboard to the first field that is missing; the page shows each under its name. */
export function leadTo(field: string, page: Document): void {
  const found = page.querySelector(`[data-need="${field}"]`);
  if (!(found instanceof HTMLElement)) return;
  found.focus();
  found.scrollIntoView?.({ block: 'nearest' });
}
