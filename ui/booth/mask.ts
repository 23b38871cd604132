// 目隠し as the booth sees it: whether a picture may leave, and what is said about it. Pure.

import type { ContactId } from '$generated/ContactId';
import type { Present } from './screen';

/** Shown, kept back, or kept back for a few seconds more. */
export type Veil = 'off' | 'on' | 'lifting';

/** `hidden`: the contact whose pictures the visitor has stopped, before the server says so. */
export function veilOf(contact: Present | null, hidden: ContactId | null): Veil {
  if (contact === null) return 'off';
  return contact.contact === hidden ? 'on' : contact.mask.kind;
}

/** No picture leaves before the server has said that this contact is not masked. */
export function mayShow(contact: Present | null, hidden: ContactId | null): boolean {
  return contact !== null && veilOf(contact, hidden) === 'off';
}
