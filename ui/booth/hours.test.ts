import { expect, test } from 'vitest';
import type { Hours } from '$generated/Hours';
import { closedWords, closingIn, dayText, spanText } from './hours';

const BOOTH = { from: 510, to: 1035 };
const PHONE = { from: 510, to: 1200 };
/** Monday, 6 April 2026, in Japan. */
const MONDAY = 20_549;
const at = (hour: number, minute: number): number => Date.UTC(2026, 3, 6, hour - 9, minute);

function hours(part: Partial<Hours> = {}): Hours {
  return { day: MONDAY, duty: 'both', booth: BOOTH, phone: PHONE, next_booth: [MONDAY + 1, BOOTH], ...part };
}

test('days and hours are written as a visitor reads them', () => {
  expect([dayText(MONDAY), dayText(MONDAY + 1), spanText(BOOTH)]).toEqual(['4月6日(月)', '4月7日(火)', '8:30–17:15']);
});

test('after the hours the next opening and the telephone of today are told', () => {
  expect(closedWords(hours(), at(17, 20))).toEqual({ why: 'over', next: '4月7日(火) 8:30–17:15', phone: 'きょう 20:00まで' });
});

test('in the morning of an open day the booth opens today', () => {
  const early = hours({ next_booth: [MONDAY, BOOTH] });
  expect(closedWords(early, at(8, 0))).toEqual({ why: 'before', next: 'きょう 8:30–17:15', phone: 'きょう 8:30–20:00' });
});

test('a day without booths is a holiday, and a channel that is shut within its hours is paused', () => {
  expect(closedWords(hours({ booth: null }), at(10, 0)).why).toBe('holiday');
  expect(closedWords(hours(), at(10, 0)).why).toBe('paused');
  expect(closedWords(hours({ phone: null, next_booth: null }), at(21, 0))).toMatchObject({ next: null, phone: null });
});

test('the end of the hours is spoken of in the last quarter of an hour and afterwards', () => {
  const now = (hour: number, minute: number): number | null => closingIn(hours(), at(hour, minute));
  expect([now(16, 59), now(17, 0), now(17, 14), now(17, 15), now(18, 0)]).toEqual([null, 15, 1, 0, 0]);
  expect(closingIn(hours({ booth: null }), at(17, 14))).toBe(null);
  expect(closingIn(hours({ day: MONDAY - 1 }), at(17, 14))).toBe(null);
});
