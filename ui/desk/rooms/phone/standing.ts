// Where a call stands for the eye and the ear: one value, so that two troubles cannot be told at once.
import type { ContactCard } from '$generated/ContactCard';
import type { TalkView } from '$generated/TalkView';
import { dials } from './controls';

/** What is to be told of the call; `clear` is nothing. `since` is server time, ms. */
export type Standing =
  | { readonly kind: 'clear' }
  | { readonly kind: 'joining' }
  | { readonly kind: 'dialling'; readonly since: number }
  | { readonly kind: 'held'; readonly since: number }
  | { readonly kind: 'muted' }
  | { readonly kind: 'caller_lost'; readonly since: number }
  | { readonly kind: 'own_lost' };

/** The own side first: without it nothing is known of the other. A hold goes before a microphone that is off. */
export function standing(contact: ContactCard, talk: TalkView | null): Standing {
  if (dials(contact)) return { kind: 'dialling', since: contact.phase_since };
  if (contact.phase === 'connecting') return { kind: 'joining' };
  if (talk === null || !talk.media_up) return { kind: 'own_lost' };
  if (!contact.visitor_up) return { kind: 'caller_lost', since: contact.visitor_since };
  if (contact.phase === 'held') return { kind: 'held', since: contact.phase_since };
  return talk.muted ? { kind: 'muted' } : { kind: 'clear' };
}
