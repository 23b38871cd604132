// Hours of a day as a person reads them. A day is counted from 1970-01-01 in Japan, an hour in minutes since midnight.
import { dayOfMonth } from './time';

/** `8:30` for 510. */
export function minuteWord(minute: number): string {
  return `${Math.floor(minute / 60)}:${String(minute % 60).padStart(2, '0')}`;
}

/** `8:30–17:15`. */
export function spanWord(span: { readonly from: number; readonly to: number }): string {
  return `${minuteWord(span.from)}–${minuteWord(span.to)}`;
}

/** `4月7日(火)`. */
export function dayWord(day: number): string {
  return dayOfMonth(day * 24 * 3600 * 1000);
}
