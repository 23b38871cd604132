// Which of the centre's places is up: one value, decided in one spot.
import type { ConsultGuest } from '$generated/ConsultGuest';
import type { ContactCard } from '$generated/ContactCard';
import type { DeskView } from '$generated/DeskView';
import type { Wall } from '$generated/Wall';

/** The centre: `talk` is with a booth, `call` by telephone, `guest` in another operator's call. */
export type Place =
  | { readonly kind: 'idle' }
  | { readonly kind: 'talk'; readonly contact: ContactCard }
  | { readonly kind: 'call'; readonly contact: ContactCard }
  | { readonly kind: 'guest'; readonly guest: ConsultGuest }
  | { readonly kind: 'wrapup'; readonly contact: ContactCard }
  | { readonly kind: 'offline'; readonly since: number };

/** A contact in hand goes before the broken line: its sound and picture do not run over the server. */
export function placeOf(desk: DeskView, fenced: number | null): Place {
  const { contact } = desk.state;
  if (contact !== null) {
    switch (contact.phase) {
      case 'connecting':
      case 'live':
      case 'held': return { kind: contact.channel === 'phone' ? 'call' : 'talk', contact };
      case 'wrapping': return { kind: 'wrapup', contact };
      case 'waiting':
      case 'offered':
      case 'closed': break;
    }
  }
  if (desk.state.guest !== null) return { kind: 'guest', guest: desk.state.guest };
  return fenced === null ? { kind: 'idle' } : { kind: 'offline', since: fenced };
}

/** The rooms of the bar. */
export type Room = 'desk' | 'lead';

/** The room that is up: the wall only while the server shows one. */
export function roomOf(wall: Wall | null, fenced: number | null, wanted: Room): Room {
  return wall !== null && fenced === null ? wanted : 'desk';
}

/** The line above the switch. */
export function switchCaption(place: Place, fenced: number | null, next: string): string {
  if (fenced !== null) return `回復後は ${next}`;
  switch (place.kind) {
    case 'talk':
    case 'call':
    case 'guest': return '終わったあとの状態';
    case 'wrapup': return '完了したあとの状態';
    case 'idle':
    case 'offline': return '状態を変える';
  }
}
