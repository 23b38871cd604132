// What the buttons of a call say and mean, and which of them rest.
import type { ContactCard } from '$generated/ContactCard';
import type { Intent } from '$generated/Intent';
import type { LineName } from '$shared/icons';

/** A button: its word, its drawing and what it sends. */
export interface Press {
  readonly word: string;
  readonly icon: LineName;
  readonly intent: Intent;
}

/** 保留 and back. */
export function holdPress({ phase }: ContactCard): Press {
  return phase === 'held'
    ? { word: '保留解除', icon: 'play', intent: { kind: 'hold', held: false } }
    : { word: '保留', icon: 'pause', intent: { kind: 'hold', held: true } };
}

/** We call, and nobody has answered yet. */
export function dials({ outgoing, phase }: ContactCard): boolean {
  return outgoing && phase === 'connecting';
}

/** 保留, 転送 and the keypad are there: the two speak with each other, or the caller is on hold. */
export function isOpen({ phase, consult }: ContactCard): boolean {
  return consult === null && (phase === 'live' || phase === 'held');
}
