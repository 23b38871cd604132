// Which of the centre's places is up: one value, decided in one spot.
import type { ConsultGuest } from '$generated/ConsultGuest';
import type { ContactCard } from '$generated/ContactCard';
import type { DeskView } from '$generated/DeskView';
import type { NotePane } from '$generated/NotePane';
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
export type Room = 'desk' | 'records' | 'sheets' | 'manual' | 'lead';

/** The room that is up: the wall only while the server shows one; papers are there without it. */
export function roomOf(wall: Wall | null, fenced: number | null, wanted: Room): Room {
  return wanted === 'lead' && (wall === null || fenced !== null) ? 'desk' : wanted;
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

/** The pane as far as it belongs here: in a contact only that contact's note. */
export function paneOf(pane: NotePane | null, place: Place): NotePane | null {
  switch (place.kind) {
    case 'talk':
    case 'call':
    case 'wrapup': return pane !== null && pane.facts.contact === place.contact.contact ? pane : null;
    case 'idle':
    case 'guest':
    case 'offline': return pane;
  }
}

/** The form that a result asks for stands in the centre, where there is room for it; in a talk it stands in the pane. */
export function formApart(pane: NotePane | null, place: Place): boolean {
  if (pane === null || !(pane.needs.person || pane.needs.phone || pane.needs.sheet !== null)) return false;
  return place.kind === 'wrapup' || place.kind === 'idle' || place.kind === 'offline';
}
