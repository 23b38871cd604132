// By when somebody is called back: a day and a time that can be chosen, always in Japan, whatever the machine thinks.
import { dayWord } from '$shared/hours';
import { clock } from '$shared/time';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Japan has no daylight saving: one fixed offset, ms. */
const JAPAN = 540 * MINUTE;
/** A promise reaches no further ahead, days. */
const DAYS = 14;
/** The telephone's hours, minutes of the day, and the steps of a promise. */
const FIRST = 510;
const LAST = 1200;
const STEP = 30;

/** A line of a list. */
export interface Line {
  readonly value: number;
  readonly word: string;
}

/** The day of a time, whole days in Japan. */
export function dayOf(at: number): number {
  return Math.floor((at + JAPAN) / DAY);
}

/** Minutes of that day. */
export function minuteOf(at: number): number {
  return Math.floor(((at + JAPAN) % DAY) / MINUTE);
}

/** The time of a day and its minutes. */
export function timeOf(day: number, minute: number): number {
  return day * DAY + minute * MINUTE - JAPAN;
}

/** The days that can be promised; one that was promised before stays. */
export function days(now: number, due: number | null): Line[] {
  const today = dayOf(now);
  const all = Array.from({ length: DAYS }, (_, at) => today + at);
  const kept = due === null ? today : dayOf(due);
  return [...(kept < today ? [kept] : []), ...all].map((value) => ({ value, word: value === today ? `本日 ${dayWord(value)}` : dayWord(value) }));
}

/** The times of a day, every half hour; one between stays. */
export function times(due: number | null): Line[] {
  const all = Array.from({ length: (LAST - FIRST) / STEP + 1 }, (_, at) => FIRST + at * STEP);
  const kept = due === null ? FIRST : minuteOf(due);
  return [...new Set([...all, kept])].sort((one, other) => one - other).map((value) => ({ value, word: `${clock(timeOf(0, value))} まで` }));
}
