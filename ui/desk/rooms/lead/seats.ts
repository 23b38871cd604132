// A seat on the wall: what it is busy with, and whether it needs the lead's eye.
import type { Channel } from '$generated/Channel';
import type { Presence } from '$generated/Presence';
import type { SeatCard } from '$generated/SeatCard';
import type { ShapeName } from '$shared/icons';

/** How a state looks; given by whoever knows the words of presence. */
export interface Face {
  readonly word: string;
  readonly tone: string;
  readonly shape: ShapeName;
}

/** Names a state. */
export type Faces = (presence: Presence) => Face;

/** Why a seat is framed: most urgent first. `calm` is a white card. */
export type Frame = 'lost' | 'hand' | 'ring' | 'calm';

/** The seat's frame. */
export function frame({ presence, hand }: SeatCard): Frame {
  if (presence.kind === 'lost') return 'lost';
  if (hand !== null) return 'hand';
  return presence.kind === 'ringing' ? 'ring' : 'calm';
}

/** The booth's name or 電話; empty while nobody is in hand. */
export function what({ contact, presence }: SeatCard): string {
  if (contact !== null) return contact[1] ?? channelWord(contact[0]);
  return presence.kind === 'ringing' ? channelWord(presence.channel) : '';
}

/** Full-width characters of a state's word that a card has room for at the full size. */
const ROOM = 6;

/** True when the word is written small; brackets are half as wide as the rest. */
export function tight(word: string): boolean {
  const letters = [...word];
  return letters.length - letters.filter((letter) => '()'.includes(letter)).length / 2 > ROOM;
}

/** How the smallest screen is shared between seats and queues. */
export interface Density {
  readonly seats: 'roomy' | 'dense' | 'rolling';
  readonly queues: 'long' | 'short';
}

/** Two rows of seats stand roomy, three dense, four dense with shorter queues; more than that roll in their place. */
export function density(seats: number): Density {
  if (seats <= 8) return { seats: 'roomy', queues: 'long' };
  if (seats <= 12) return { seats: 'dense', queues: 'long' };
  return { seats: seats <= 16 ? 'dense' : 'rolling', queues: 'short' };
}

/** 電話 or 窓口. */
export function channelWord(channel: Channel): string {
  switch (channel) {
    case 'phone': return '電話';
    case 'booth': return '窓口';
  }
}
