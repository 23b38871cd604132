// Where a talk stands for the eye: one value, so that two troubles cannot be drawn over each other.
import type { ContactCard } from '$generated/ContactCard';
import type { TalkView } from '$generated/TalkView';

/** What lies over the picture; `clear` is nothing. `since` and `at` are server time, ms. */
export type Standing =
  | { readonly kind: 'clear' }
  | { readonly kind: 'joining' }
  | { readonly kind: 'masked'; readonly lifting: number | null }
  | { readonly kind: 'no_camera' }
  | { readonly kind: 'visitor_lost'; readonly since: number; readonly interruptions: number }
  | { readonly kind: 'own_lost' };

/** The own side first: without it nothing is known of the other. 目隠し goes before what is wrong at the booth. */
export function standing(contact: ContactCard, talk: TalkView | null): Standing {
  if (contact.phase === 'connecting') return { kind: 'joining' };
  if (talk === null || !talk.media_up) return { kind: 'own_lost' };
  if (!contact.visitor_up) {
    return { kind: 'visitor_lost', since: contact.visitor_since, interruptions: contact.interruptions };
  }
  switch (contact.mask.kind) {
    case 'on': return { kind: 'masked', lifting: null };
    case 'lifting': return { kind: 'masked', lifting: contact.mask.at };
    case 'off': return contact.trouble.camera ? { kind: 'no_camera' } : { kind: 'clear' };
  }
}

/** True while no picture of the visitor may be seen, whatever else is wrong. */
export function masked(contact: ContactCard | null): boolean {
  return contact !== null && contact.mask.kind !== 'off';
}

/** Which of the visitor's pictures fills the place. */
export type Layout = 'face' | 'screen' | 'face-screen';

/** The face alone; with a second window that one is large, and a press swaps the two. */
export function layout(contact: ContactCard, talk: TalkView | null, swapped: boolean): Layout {
  const shared = contact.screen === 'on' || (talk?.screen_up ?? false);
  if (!shared || masked(contact)) return 'face';
  return swapped ? 'face-screen' : 'screen';
}
