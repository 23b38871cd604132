// A time as a field for date and time takes it, always in Japan, whatever the machine thinks.

/** Japan has no daylight saving: one fixed offset, ms. */
const JAPAN = 9 * 3_600_000;

/** `2026-04-06T13:30`. */
export function toLocal(at: number): string {
  return new Date(at + JAPAN).toISOString().slice(0, 16);
}

/** ms since 1970; none for what is no time. */
export function fromLocal(text: string): number | null {
  const at = Date.parse(`${text}:00Z`);
  return Number.isNaN(at) ? null : at - JAPAN;
}
