// Times as a person reads them: elapsed, clock and date in Japan. Knows no reason for any of them.

const SECOND = 1000;
/** Japan has no daylight saving: one fixed offset, ms. */
const JAPAN = 9 * 3600 * SECOND;
const WEEKDAYS = ['日', '月', '火', '水', '木', '金', '土'];

/** Whole seconds from `since` to `now` (both ms); never negative, so a clock that is a little off shows 00:00. */
export function secondsSince(since: number, now: number): number {
  return Math.max(0, Math.floor((now - since) / SECOND));
}

/** Whole seconds that are left until `at`, rounded up: the figure turns 0 when the time is over. */
export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.ceil((at - now) / SECOND));
}

/** `06:12`, and `1:02:03` from one hour on. */
export function elapsed(since: number, now: number): string {
  return duration(secondsSince(since, now));
}

/** Seconds as `06:12` or `1:02:03`. */
export function duration(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** `10:42` in Japan. */
export function clock(at: number): string {
  return clockWithSeconds(at).slice(0, -3);
}

/** `10:42:07` in Japan. */
export function clockWithSeconds(at: number): string {
  const date = new Date(at + JAPAN);
  return `${date.getUTCHours()}:${date.toISOString().slice(14, 19)}`;
}

/** `令和8年4月6日(月)` in Japan. */
export function reiwaDate(at: number): string {
  const date = new Date(at + JAPAN);
  const year = date.getUTCFullYear() - 2018;
  const weekday = WEEKDAYS[date.getUTCDay()] ?? '';
  return `令和${year === 1 ? '元' : year}年${date.getUTCMonth() + 1}月${date.getUTCDate()}日(${weekday})`;
}

/** `4月6日(月)` of a day that begins at `utc` when the clock of Greenwich is read as Japan's. */
export function dayOfMonth(utc: number): string {
  const date = new Date(utc);
  return `${date.getUTCMonth() + 1}月${date.getUTCDate()}日(${WEEKDAYS[date.getUTCDay()] ?? ''})`;
}

/** `10:42` on the day of `now` in Japan, `4月6日(月) 10:42` on any other. */
export function dayAndClock(at: number, now: number): string {
  const day = (time: number): number => Math.floor((time + JAPAN) / (24 * 3600 * SECOND));
  return day(at) === day(now) ? clock(at) : `${dayOfMonth(at + JAPAN)} ${clock(at)}`;
}

/** Whole minutes since midnight in Japan. */
export function minuteOfDay(at: number): number {
  const date = new Date(at + JAPAN);
  return date.getUTCHours() * 60 + date.getUTCMinutes();
}
