// Where a talk stands for the eye: one value, so that two troubles cannot be drawn over each other.
import type { ContactCard } from '$generated/ContactCard';
import type { TalkView } from '$generated/TalkView';

/** What lies over the picture; `clear` is nothing. `since` is server time, ms. */
export type Standing =
  | { readonly kind: 'clear' }
  | { readonly kind: 'joining' }
  | { readonly kind: 'visitor_lost'; readonly since: number; readonly interruptions: number }
  | { readonly kind: 'own_lost' };

/** The own side first: without it nothing is known of the other. */
export function standing(contact: ContactCard, talk: TalkView | null): Standing {
  if (contact.phase === 'connecting') return { kind: 'joining' };
  if (talk === null || !talk.media_up) return { kind: 'own_lost' };
  if (!contact.visitor_up) {
    return { kind: 'visitor_lost', since: contact.visitor_since, interruptions: contact.interruptions };
  }
  return { kind: 'clear' };
}
