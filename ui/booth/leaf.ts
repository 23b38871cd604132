// Which of three leaves lies beside the operator's picture: guidance, written words, or the pages. What is new comes
// to the top by itself; the visitor may turn. Pure.

import type { Present } from './screen';
import type { Veil } from './mask';

/** A leaf. */
export type Leaf = 'guide' | 'texts' | 'pages';

/** What was there at the last look. */
export interface Seen {
  veiled: boolean;
  card: string;
  words: number;
}

/** What is there now. */
export function seenOf(contact: Present | null, veil: Veil): Seen {
  const shown = contact?.shown ?? null;
  const words = contact?.texts.filter((text) => text.from === 'operator').at(-1)?.place ?? 0;
  return { veiled: veil !== 'off', card: shown === null ? '' : `${shown.card.card} ${shown.pointing}`, words };
}

/** The leaf that something new asks for; null: nothing new. */
export function turned(before: Seen, now: Seen): Leaf | null {
  if (now.veiled && !before.veiled) return 'guide';
  if (now.words > before.words) return 'texts';
  return now.card !== '' && now.card !== before.card ? 'guide' : null;
}
