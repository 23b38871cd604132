// When a sheet is due, in words; days are whole days in Japan.
import type { SheetRow } from '$generated/SheetRow';
import { dayWord } from '$shared/hours';

/** Japan has no daylight saving: one fixed offset, ms. */
const JAPAN = 9 * 3_600_000;
const DAY = 24 * 3_600_000;

/** The day of a time. */
export function nowDay(now: number): number {
  return Math.floor((now + JAPAN) / DAY);
}

/** How near the end of the time is. */
export function dueOf({ due, status }: Pick<SheetRow, 'due' | 'status'>, today: number): { readonly hurry: 'over' | 'soon' | 'later'; readonly word: string } {
  if (status === 'done') return { hurry: 'later', word: dayWord(due) };
  if (due < today) return { hurry: 'over', word: '期限超過' };
  return due === today ? { hurry: 'soon', word: '本日まで' } : { hurry: 'later', word: `${dayWord(due)} まで` };
}

/** How many are due today or were before. */
export function dueToday(sheets: readonly SheetRow[], today: number): number {
  return sheets.filter(({ due, status }) => due <= today && status !== 'done').length;
}
