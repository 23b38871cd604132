// Until when somebody is called back, in words: overdue, soon, today or another day. Times are server time, ms.
import { clock, dayAndClock, secondsUntil } from '$shared/time';

/** How near the end of the time is. */
export type Hurry = 'over' | 'soon' | 'later';

/** What stands at a line's head. */
export interface DueWords {
  readonly hurry: Hurry;
  readonly word: string;
  readonly more: string;
}

/** From here on a line is in a hurry, ms: long enough to finish a talk and still call. */
const SOON = 30 * 60_000;

/** The line's head in words. */
export function dueWords(due: number, now: number): DueWords {
  const until = `${dayAndClock(due, now)} まで`;
  if (due < now) return { hurry: 'over', word: '期限超過', more: until };
  if (due - now <= SOON) return { hurry: 'soon', word: `${clock(due)} まで`, more: `あと${Math.ceil(secondsUntil(due, now) / 60)}分` };
  const [day, at] = [dayAndClock(due, now), clock(due)];
  return day === at ? { hurry: 'later', word: `${at} まで`, more: '' } : { hurry: 'later', word: day.slice(0, -at.length).trim(), more: `${at} まで` };
}
