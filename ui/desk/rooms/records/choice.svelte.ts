// What a person decides when two heads of a record must become one: for each part one of the heads, or a text of one's own.
import type { Record as Paper } from '$generated/Record';
import type { ReadingView } from '$generated/ReadingView';
import type { Part } from './parts';

/** The decision under way; begins with the newest head. */
export class Choice {
  /** Which head a part comes from; none: it was written anew. */
  from: Readonly<Record<string, number | null>> = $state.raw({});
  #texts: Readonly<Record<string, string>> = $state.raw({});

  /** The head a part comes from while nothing was chosen: the newest. */
  headOf(reading: ReadingView, part: Part): number | null {
    const chosen = this.from[part.id];
    return chosen === undefined ? reading.heads.length - 1 : chosen;
  }

  /** The text that was written anew. */
  textOf(part: Part): string | null {
    return this.from[part.id] === null ? (this.#texts[part.id] ?? '') : null;
  }

  /** Takes a part from a head. */
  pick(part: Part, head: number): void {
    this.from = { ...this.from, [part.id]: head };
  }

  /** Writes a part anew. */
  write(part: Part, text: string): void {
    this.#texts = { ...this.#texts, [part.id]: text };
    this.from = { ...this.from, [part.id]: null };
  }

  /** What stands in the end; none while there is no head. */
  whole(reading: ReadingView, parts: readonly Part[]): Paper | null {
    const newest = reading.heads.at(-1);
    if (newest === undefined) return null;
    return parts.reduce<Paper>((into, part) => {
      const head = this.headOf(reading, part);
      if (head === null) return part.write?.(into, this.textOf(part) ?? '') ?? into;
      const from = reading.heads[head];
      return from === undefined ? into : part.take(into, from.record);
    }, newest.record);
  }
}
