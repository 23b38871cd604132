// The booth's hours in a visitor's words. Pure; times are the server's, ms; days and minutes are Japan's.

import type { Day } from '$generated/Day';
import type { Hours } from '$generated/Hours';
import type { HourSpan } from '$generated/HourSpan';
import type { Time } from '$generated/Time';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Japan has no summer time. */
const AHEAD_MS = 9 * 3_600_000;
const WEEKDAYS = ['日', '月', '火', '水', '木', '金', '土'] as const;
/** The end of the hours is spoken of so long before, minutes: the length of a short talk. */
export const CLOSING_MIN = 15;

/** Why the booth is closed. */
export type Closed = 'over' | 'holiday' | 'before' | 'paused';

/** What a closed booth tells. */
export interface ClosedWords {
  why: Closed;
  /** The next time that booths open, such as 4月7日(火) 8:30–17:15. */
  next: string | null;
  /** The telephone's hours today, such as きょう 20:00まで. */
  phone: string | null;
}

/** What to say while the booth is closed. */
export function closedWords(hours: Hours, now: Time): ClosedWords {
  return { why: whyClosed(hours.booth, now), next: nextOpening(hours, now), phone: phoneToday(hours.phone, now) };
}

/** Minutes until the booths' hours end, while that is near; 0 when they are over; null: nothing to say. */
export function closingIn(hours: Hours, now: Time): number | null {
  if (hours.booth === null || hours.day !== dayOf(now)) return null;
  const left = hours.booth.to - minuteOf(now);
  return left <= CLOSING_MIN ? Math.max(0, left) : null;
}

/** 17:15 */
export function minuteText(minute: number): string {
  return `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;
}

/** 8:30–17:15 */
export function spanText(span: HourSpan): string {
  return `${minuteText(span.from)}–${minuteText(span.to)}`;
}

/** 4月7日(火) */
export function dayText(day: Day): string {
  const date = new Date(day * DAY_MS);
  return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日(${WEEKDAYS[date.getUTCDay()] ?? ''})`;
}

function whyClosed(booth: HourSpan | null, now: Time): Closed {
  if (booth === null) return 'holiday';
  if (minuteOf(now) < booth.from) return 'before';
  return minuteOf(now) >= booth.to ? 'over' : 'paused';
}

function nextOpening({ next_booth, booth }: Hours, now: Time): string | null {
  if (next_booth === null) return null;
  const [day, span] = next_booth;
  const today = day === dayOf(now) && whyClosed(booth, now) === 'before';
  return `${today ? 'きょう' : dayText(day)} ${spanText(span)}`;
}

function phoneToday(phone: HourSpan | null, now: Time): string | null {
  if (phone === null) return null;
  const minute = minuteOf(now);
  if (minute < phone.from) return `きょう ${spanText(phone)}`;
  return minute < phone.to ? `きょう ${minuteText(phone.to)}まで` : `きょうは終わりました(${spanText(phone)})`;
}

function minuteOf(now: Time): number {
  return Math.floor(((now + AHEAD_MS) % DAY_MS) / MINUTE_MS);
}

function dayOf(now: Time): Day {
  return Math.floor((now + AHEAD_MS) / DAY_MS);
}
