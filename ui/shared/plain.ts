// Text as it is looked for: width, case, spaces and hyphens make no difference.

/** The text to compare; never to be shown or kept. */
export function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/[\s-]/g, '');
}
